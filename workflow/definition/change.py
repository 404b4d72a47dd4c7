"""The change language: what an adjustment request asks for, as typed patches. Every key: docs/adjustments.md"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, ValidationError

from workflow.definition.faults import Fault, Phrase, suggest
from workflow.definition.language import OneOrMore
from workflow.definition.plan import Moment
from workflow.definition.reading import Path, Reading, read_yaml
from workflow.definition.schema_faults import schema_faults
from workflow.definition.texts import Day, Label, Line, Schema, Slug

MOST_PATCHES: Final = 20
"""Each is tried by itself too, while nobody else can write."""
Prose = Annotated[str, StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True)]


def _new_end(value: Any) -> Any:
    """A day stands for itself; `12-25`, a day of the month or a list of them is short for `{by: …}`."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, date) or (isinstance(value, str) and not re.fullmatch(r"\d{1,2}-\d{1,2}", value, re.ASCII)):
        return value
    return value if isinstance(value, (dict, Moment)) or value is None else {"by": value}


def _form(value: Any) -> str:
    return "moment" if isinstance(value, (dict, Moment)) else "day"


NewEnd = Annotated[
    Annotated[Day, Tag("day")] | Annotated[Moment, Tag("moment")], Discriminator(_form), BeforeValidator(_new_end)
]
"""The last day of the new term, included; of the plan from now on a date of each cycle."""


class Patch(Schema):
    """One change. `of` names what it holds for: one case, one round, or the plan from now on (also when left out)."""

    KIND: ClassVar[str]
    of: Line | None = None
    reason: Prose | None = None

    @property
    def subject(self) -> str:
        """What the patch is about: a deadline, an area, a unit of the roster."""
        return str(getattr(self, self.KIND))


class MoveDeadline(Patch):
    KIND = "move_deadline"
    move_deadline: Line
    of: Line
    to: NewEnd
    raw: Line | None = None


class ChangeRaw(Patch):
    KIND = "change_raw"
    change_raw: Line
    to: Line


class ChangeLead(Patch):
    KIND = "change_lead"
    change_lead: Slug
    to: Slug


class ChangeCoordinators(Patch):
    KIND = "change_coordinators"
    change_coordinators: Slug
    to: Annotated[tuple[Slug, ...], OneOrMore, Field(strict=False)]


class ChangeTitle(Patch):
    KIND = "change_title"
    change_title: Slug
    to: Label


class AddArea(Patch):
    KIND = "add_area"
    add_area: Slug
    title: Label
    lead: Slug
    with_: Annotated[tuple[Slug, ...], OneOrMore, Field(alias="with", strict=False)] = ()
    others: Line | None = None
    confidential: bool = False
    due: Day | None = None


class EndArea(Patch):
    KIND = "end_area"
    end_area: Slug


class AddUnit(Patch):
    KIND = "add_unit"
    add_unit: Slug
    due: Day | None = None


class EndUnit(Patch):
    KIND = "end_unit"
    end_unit: Slug


PATCHES: Final[dict[str, type[Patch]]] = {
    schema.KIND: schema
    for schema in (
        *(MoveDeadline, ChangeLead, ChangeCoordinators, AddArea, EndArea),
        *(AddUnit, EndUnit, ChangeTitle, ChangeRaw),
    )
}


@dataclass(frozen=True)
class ChangeText:
    """A change file, read. `plain` are the patches as they were written, for keeping; empty when there are faults."""

    file: str
    patches: tuple[Patch, ...]
    plain: tuple[Mapping[str, Any], ...]
    faults: tuple[Fault, ...]
    reading: Reading = field(repr=False)

    def fault(self, part: int, key: str | None, code: str, params: Mapping[str, Any], hint: Phrase | None) -> Fault:
        """A fault of the patch number `part` (from 1), at its key or value."""
        here: Path = ("changes", part - 1, *([key] if key else []))
        return Fault(self.file, *self.reading.place(here), code, params, hint)


def load_change(raw: bytes, file: str) -> ChangeText:
    """Read a change file: `changes:` and a list of patches. Never raises."""
    reading = read_yaml(raw, file)
    faults = list(reading.faults)
    patches: list[Patch] = []
    plain: list[Mapping[str, Any]] = []
    if reading.data is not None:
        for key in reading.data:
            if key != "changes":
                place = reading.place((key,), key=True)
                faults.append(Fault(file, *place, "unknown-key", {"key": str(key)}, suggest(str(key), ["changes"])))
        found = reading.data.get("changes")
        if not isinstance(found, list) or not found:
            faults.append(Fault(file, *reading.place(("changes",)), "change-list"))
        elif len(found) > MOST_PATCHES:
            faults.append(Fault(file, *reading.place(("changes",)), "change-many", {"most": MOST_PATCHES}))
        else:
            for index, value in enumerate(found):
                patch, wrong = _patch(reading, value, ("changes", index))
                faults += wrong
                if patch is not None:
                    patches.append(patch)
                    plain.append({key: said for key, said in value.items() if key != "reason"})
    if faults:
        return ChangeText(file, (), (), tuple(faults), reading)
    return ChangeText(file, tuple(patches), tuple(plain), (), reading)


def _patch(reading: Reading, value: Any, at: Path) -> tuple[Patch | None, list[Fault]]:
    kinds = [kind for kind in PATCHES if isinstance(value, dict) and kind in value]
    if len(kinds) != 1:
        hint = None if kinds or not isinstance(value, dict) else suggest(str(next(iter(value), "")), PATCHES)
        place = reading.place(at)
        return None, [Fault(reading.file, *place, "change-kind", {"known": list(PATCHES)}, hint)]
    schema = PATCHES[kinds[0]]
    try:
        return schema.model_validate(value, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, schema_faults(reading, schema, error, at)[0]


def patch_of(plain: Mapping[str, Any]) -> Patch:
    """A patch from the plain form that was kept. Raises ValueError for what was never a patch."""
    (kind,) = [kind for kind in PATCHES if kind in plain]
    return PATCHES[kind].model_validate(dict(plain), by_alias=True, by_name=False)


def patches_of(plain: Iterable[Mapping[str, Any]]) -> tuple[Patch, ...]:
    return tuple(patch_of(one) for one in plain)
