"""Patches as people type them: one option each, or a change file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from cli.errors import WrongUsage, WrongValue
from cli.moments import parse_day
from cli.options import Parsed, read_line

Patch = dict[str, Any]
LARGEST: Final = 256 * 1024


def _pair(text: str, form: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not equals:
        raise WrongValue("patch-form", value=text, form=form)
    return read_line(left), read_line(right)


def _owed(text: str, form: str) -> tuple[str, str, str]:
    left, right = _pair(text, form)
    of, colon, name = left.rpartition(":")
    if not colon:
        raise WrongValue("patch-form", value=text, form=form)
    return read_line(of), read_line(name), right


def read_move(text: str) -> Patch:
    """`CASE:NAME=DATE`: the last day of the new term; of the plan from now on also `12-25`."""
    of, name, end = _owed(text, "CASE:NAME=DATE")
    day = end if re.fullmatch(r"\d{1,2}-\d{1,2}", end, re.ASCII) else parse_day(end).isoformat()
    return {"move_deadline": name, "of": of, "to": day}


def read_raw(text: str) -> Patch:
    of, name, words = _owed(text, "CASE:NAME=TEXT")
    return {"change_raw": name, "of": of, "to": words}


def _area(kind: str, form: str) -> Callable[[str], Patch]:
    def read(text: str) -> Patch:
        area, to = _pair(text, form)
        return {kind: area, "to": to}

    return read


def read_coordinators(text: str) -> Patch:
    """`AREA=AGENCY,AGENCY`; `AREA=` for none."""
    area, equals, to = text.partition("=")
    if not equals:
        raise WrongValue("patch-form", value=text, form="AREA=AGENCY,AGENCY")
    return {"change_coordinators": read_line(area), "to": [part.strip() for part in to.split(",") if part.strip()]}


def _named(kind: str) -> Callable[[str], Patch]:
    return lambda text: {kind: read_line(text)}


OPTIONS: Final[tuple[tuple[str, str, Callable[[str], Patch], str], ...]] = (
    ("--move-deadline", "CASE:NAME=DATE", read_move, "Move a deadline; DATE is the last day of the new term."),
    ("--change-lead", "AREA=AGENCY", _area("change_lead", "AREA=AGENCY"), "Give an area another lead."),
    (
        *("--change-coordinators", "AREA=AGENCY,…"),
        read_coordinators,
        "Who coordinates an area from then on; none after AREA=.",
    ),
    ("--end-area", "AREA", _named("end_area"), "End an area."),
    ("--add-unit", "AGENCY", _named("add_unit"), "Put a unit on the roster."),
    ("--end-unit", "AGENCY", _named("end_unit"), "Take a unit off the roster."),
    ("--change-title", "AREA=TEXT", _area("change_title", "AREA=TEXT"), "Call an area, or the plan, otherwise."),
    ("--change-raw", "CASE:NAME=TEXT", read_raw, "The deadline's words in the document."),
)


def _parameter(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def patch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds an option for each kind of patch that fits on one line."""
    for option, metavar, read, told in reversed(OPTIONS):
        kind = Parsed("patch", read)
        command = click.option(option, type=kind, metavar=metavar, multiple=True, help=f"{told} Repeatable.")(command)
    return command


def taken(values: Mapping[str, Any]) -> list[tuple[str, Patch]]:
    """(option, patch) of all that was typed, in the order of the options."""
    return [(option, dict(patch)) for option, *_ in OPTIONS for patch in values.pop(_parameter(option), ())]  # type: ignore[attr-defined]


def from_options(found: Sequence[tuple[str, Patch]]) -> tuple[Patch, ...]:
    """The patches, read as a change file would be. Raises WrongUsage in the words of the fault."""
    from workflow.definition.change import load_change

    text = json.dumps({"changes": [patch for _, patch in found]}, ensure_ascii=False, indent=1)
    loaded = load_change(text.encode(), "change")
    for fault in loaded.faults:
        index = max(
            (i for i in range(len(found)) if loaded.reading.place(("changes", i)) <= (fault.line, fault.column)),
            default=0,
        )
        raise WrongUsage(
            "patch-wrong", option=found[index][0], words={lang: fault.message(lang) for lang in ("vi", "en")}
        )
    return tuple(dict(patch) for patch in loaded.plain)


def from_file(path: str) -> Any:
    """A change file, read (`ChangeText`), which may have faults. Raises WrongUsage for one that can't be opened."""
    from workflow.definition.change import load_change

    file = Path(path)
    try:
        if not file.is_file():
            raise WrongUsage("file-none" if not file.exists() else "file-kind", option="--change", path=path)
        with file.open("rb") as opened:
            return load_change(opened.read(LARGEST + 1), path)
    except OSError as error:
        raise WrongUsage("file-unreadable", option="--change", path=path, error=error.strerror or str(error)) from None
