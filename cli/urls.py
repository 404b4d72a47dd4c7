"""Addresses of servers as settings give them: reading, and showing them without what is secret."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, unquote, urlsplit

from cli.errors import WrongValue

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}(?=://)", re.ASCII)


def split_url(text: str, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of a URL with one of these schemes and a port that can be one.

    Raises WrongValue whose params hold the scheme at most: anything else may be a password.
    """
    scheme = _SCHEME.match(text)
    known = [f"{name}://" for name in schemes]
    if scheme is None:
        raise WrongValue("url-none", known=known)
    if scheme.group().lower() not in schemes:
        raise WrongValue("url-scheme", scheme=scheme.group(), known=known)
    if any(char.isspace() or not char.isprintable() for char in text):
        raise WrongValue("url-space")
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 -- reading it is what checks it
    except ValueError:
        raise WrongValue("url-malformed") from None
    return parts


def shown_url(text: str) -> str:
    """The URL without password and query, either of which may be secret."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "***"
    host = f"[{host}]" if ":" in host else host
    user = f"{parts.username}{':***' if parts.password is not None else ''}@" if parts.username is not None else ""
    rest = "?***" if parts.query else ""
    return f"{parts.scheme}://{user}{host}{'' if port is None else f':{port}'}{parts.path}{rest}"


def secrets_of(text: str) -> set[str]:
    """What of a URL must never be printed, as written and as meant."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return {text}
    found = {parts.query}
    if parts.password:
        found |= {parts.password, unquote(parts.password)}
    return {secret for secret in found if secret}


def is_loopback(host: str) -> bool:
    """True for this machine's own addresses, written as such: a name could point elsewhere tomorrow."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
