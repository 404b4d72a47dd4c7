"""Reading what people type behind options: texts, agencies, files. What is wrong is said in words, exit code 2."""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from cli.errors import WrongUsage, WrongValue

LONGEST_LINE: Final = 100
LONGEST_TEXT: Final = 100_000
LARGEST_FILE: Final = 20 * 1024 * 1024

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of writing: they can make a text read as another one."""


class Parsed(click.ParamType[Any]):
    """A click type made of a function that raises WrongValue."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except WrongValue as wrong:
            raise WrongUsage(wrong.code, option=option_name(param), **wrong.params) from None


def option_name(param: click.Parameter | None) -> str:
    """`--text`, or the name of an argument as the usage line shows it."""
    if param is None:
        return "-"
    return param.opts[-1] if isinstance(param, click.Option) else param.metavar or param.human_readable_name


def read_text(text: str) -> str:
    """Prose in NFC, without white space around it. Raises WrongValue: `empty`, `too-long`, `not-utf8-text`, …"""
    return _clean(text, LONGEST_TEXT, "\n\t")


def read_line(text: str) -> str:
    """A text of one line, such as a name."""
    return _clean(text, LONGEST_TEXT, "")


def read_number(text: str) -> str:
    """Number and symbol of a document: `123/BC-SLĐTBXH`."""
    return _clean(text, LONGEST_LINE, "")


def read_actor(text: str) -> tuple[str, str | None]:
    """`AGENCY` or `AGENCY:PERSON`."""
    agency, colon, person = text.partition(":")
    return read_line(agency), read_line(person) if colon else None


def read_attachment(text: str) -> tuple[str, bytes]:
    """Name and content of a file. Raises WrongValue: `file-none`, `file-kind`, `file-large`, `file-unreadable`."""
    path = Path(text)
    name = read_line(path.name or text)
    try:
        # Asked before it is opened: opening a pipe would wait for whoever writes into it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise WrongValue("file-kind", path=text)
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise WrongValue("file-none", path=text) from None
    except OSError as error:
        raise WrongValue("file-unreadable", path=text, error=error.strerror or error) from None
    if len(content) > LARGEST_FILE:
        raise WrongValue("file-large", path=text, most=LARGEST_FILE // 1024 // 1024)
    return name, content


def _clean(text: str, longest: int, allowed: str) -> str:
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not plain:
        raise WrongValue("empty")
    if len(plain) > longest:
        raise WrongValue("text-too-long", length=len(plain), most=longest)
    for char in plain:
        category = unicodedata.category(char)
        if category == "Cs":
            raise WrongValue("not-utf8-text")
        # A mark that nobody sees has no place in a name or a number; in prose it comes with what was pasted.
        hidden = category in {"Cc", "Zl", "Zp"} or (category == "Cf" and not allowed) or _TURNING.match(char)
        if hidden and char not in allowed:
            raise WrongValue("text-line-break" if char == "\n" else "control-character", char=f"U+{ord(char):04X}")
    return plain
