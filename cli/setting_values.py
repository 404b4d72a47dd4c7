"""How the text of each setting becomes its value; WrongValue says what is wrong without repeating a secret."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final

from cli.errors import WrongValue
from cli.moments import parse_instant
from cli.urls import split_url

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", re.ASCII)
"""As `notifications.message` takes it: a dot-atom of RFC 5322."""
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def read_choice(*allowed: str) -> Callable[[str], str]:
    """A reader of one of these words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise WrongValue("value-not-one-of", value=text, known=allowed)
        return text.lower()

    return read


def read_whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise WrongValue("not-whole", value=text, least=least, most=most)
        return int(text)

    return read


def _switch(text: str) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise WrongValue("value-not-one-of", value=text, known=("0", "1"))
    return text.lower() in _TRUE


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 < speed <= 1e7:
        raise WrongValue("not-speed", value=text)
    return speed


def _path(text: str) -> Path:
    if "\0" in text:
        raise WrongValue("control-character", char="U+0000")
    return Path(text).expanduser()


def _database(text: str) -> str:
    parts = split_url(text, ("sqlite", "postgresql", "postgresql+psycopg"))
    if parts.scheme == "sqlite":
        # In memory, no two commands would see the same data.
        if parts.netloc or parts.path.strip("/") in {"", ":memory:"}:
            raise WrongValue("sqlite-file")
    elif not parts.path.strip("/"):
        raise WrongValue("database-name")
    return text


def _smtp(text: str) -> str:
    parts = split_url(text, ("smtp", "smtp+starttls", "smtps"))
    if not parts.hostname:
        raise WrongValue("url-host")
    if parts.path not in {"", "/"} or parts.fragment:
        raise WrongValue("url-smtp")
    return text


def _public(text: str) -> str:
    parts = split_url(text, ("http", "https"))
    if not parts.hostname:
        raise WrongValue("url-host")
    if parts.query or parts.fragment or parts.username is not None:
        raise WrongValue("url-plain")
    return text.rstrip("/")


def _mail_from(text: str) -> str:
    _, address = parseaddr(text)
    if not text.isprintable() or not _ADDRESS.fullmatch(address or text):
        raise WrongValue("not-address", value=text)
    return text


def _host(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.:%_-]+", text, re.ASCII):
        raise WrongValue("not-host", value=text)
    return text


def _clock(text: str) -> datetime:
    return parse_instant(text)


read_port: Final = read_whole(0, 65535)
read_host: Final = _host

READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "database_url": _database,
    "data_dir": _path,
    "smtp_url": _smtp,
    "mail_from": _mail_from,
    "public_url": _public,
    "lang": read_choice("vi", "en"),
    "clock": _clock,
    "clock_speed": _speed,
    "rehearsal_mail": _switch,
    "catchup_limit": read_whole(0, 1_000_000),
    "host": _host,
    "port": read_port,
    "log_level": read_choice("debug", "info", "warning", "error"),
    "checkpoint_every": read_whole(1, 100_000),
}
