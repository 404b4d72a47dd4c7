"""The shipped definitions, and ways to spoil one of them at a marked place."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from workflow.definition.loading import Loaded, load

ROOT = Path(__file__).parents[2]
MARK = "«"
"""Stands in a planted text directly before the word that the fault must name."""


@cache
def shipped_bytes() -> dict[str, bytes]:
    """Every shipped YAML definition by its path inside `definitions/`."""
    folder = ROOT / "definitions"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


@cache
def shipped() -> tuple[Loaded, ...]:
    return tuple(load(raw, file) for file, raw in shipped_bytes().items())


def planted(file: str, old: str, new: str) -> tuple[bytes, int, int]:
    """The shipped file with `old` (which stands there once) replaced; and the line and column of the mark in `new`."""
    text = shipped_bytes()[file].decode()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    before, _, after = text.replace(old, new).partition(MARK)
    return (before + after).encode(), before.count("\n") + 1, len(before) - before.rfind("\n")


def marked(text: str) -> tuple[bytes, int, int]:
    """A text of one's own, without its mark, and where that stood."""
    before, _, after = text.partition(MARK)
    return (before + after).encode(), before.count("\n") + 1, len(before) - before.rfind("\n")
