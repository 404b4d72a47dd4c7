"""Rows for people: a rich table on a terminal, plain aligned columns anywhere else."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TextIO

GAP = "  "


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], stream: TextIO) -> str:
    """The table as text for `stream`; rich (and its import) only where somebody watches."""
    rows = [[_one_line(cell) for cell in row] for row in rows]
    return _rich(heads, rows) if stream.isatty() else plain(heads, rows)


def plain(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        GAP.join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (heads, *rows)
    ]
    return "\n".join(lines)


def _rich(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(heads):
        # What does not fit goes on in the next line. Ids stand first and stay whole: they are copied and typed again.
        drawn.add_column(head, overflow="fold", no_wrap=place == 0)
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console = Console()
    with console.capture() as captured:
        console.print(drawn)
    return captured.get().rstrip("\n")


def _one_line(cell: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in cell).split())


def _width(text: str) -> int:
    """Columns on a terminal: a combining mark takes none, a wide character two."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
