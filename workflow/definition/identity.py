"""What makes two texts the same definition: NFC, plain line feeds, and the hash over them.

An exported text begins with a marker line that names the version it was made from; the marker is no part of the text.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from typing import NamedTuple

_MARKER = re.compile(r"(?:#|\{#) dondoc: from ([a-z]+)/(\S+) version ([1-9][0-9]{0,8})(?: #\})?")


class Marker(NamedTuple):
    kind: str
    name: str
    version: int


def decode(raw: bytes) -> str:
    """NFC text with plain line feeds and no byte order mark; UnicodeDecodeError for what is not UTF-8."""
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text)


def normalise(raw: str | bytes) -> str:
    """The text that is stored and hashed: NFC, plain line feeds, one at the end, without the marker line.

    UnicodeDecodeError for bytes that are not UTF-8.
    """
    text = decode(raw if isinstance(raw, bytes) else raw.encode())
    while marker(text):
        text = text.partition("\n")[2]
    return text.rstrip("\n") + "\n" if text.strip() else ""


def content_hash(text: str) -> str:
    """SHA-256 (hex) of a normalised text; whatever else it is given is normalised first."""
    return sha256(normalise(text).encode()).hexdigest()


def marker(text: str) -> Marker | None:
    """What the first line says the text was exported from, if it is a marker."""
    found = _MARKER.fullmatch(text.partition("\n")[0].rstrip())
    return Marker(found[1], found[2], int(found[3])) if found else None


def made_from(text: str) -> int | None:
    """The version that an exported text was made from; None for a text without the marker."""
    found = marker(text)
    return found.version if found else None


def with_marker(text: str, kind: str, name: str, version: int) -> str:
    """The text as it is exported for editing; a mail template is marked by a Jinja comment."""
    said = f"dondoc: from {kind}/{name} version {version}"
    return (f"{{# {said} #}}\n" if kind == "mail" else f"# {said}\n") + normalise(text)
