"""What a patch changes in the plan's own text. The rest of the text stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from workflow.definition.change import (
    AddArea,
    AddUnit,
    ChangeCoordinators,
    ChangeLead,
    ChangeRaw,
    ChangeTitle,
    EndArea,
    EndUnit,
    MoveDeadline,
    Patch,
)
from workflow.definition.editing import Editor
from workflow.engine.world import World
from workflow.model import Refusal
from workflow.words.near import nearest

AREA_KEYS = ("title", "lead", "with", "others", "confidential")


def edit_plan(  # noqa: C901 - a table, one line or two for each kind
    editor: Editor, patch: Patch, plain: Mapping[str, Any], year: int
) -> None:
    """Carry out a patch that holds for the plan from now on. Raises Refusal when it can't be.

    `year` is that of the current cycle: a whole date stands for its month and day.
    """
    name, data = patch.subject, editor.data
    match patch:
        case MoveDeadline():
            _move(editor, patch, plain, year)
        case ChangeRaw():
            editor.put(("deadlines", deadline_key(data, name), "raw"), patch.to)
        case ChangeLead():
            others = _listed(_area(data, name).get("with"))
            editor.put(("areas", name, "lead"), patch.to)
            if patch.to in others:
                _with(editor, name, [agency for agency in others if agency != patch.to])
        case ChangeCoordinators():
            _area(data, name)
            _with(editor, name, patch.to)
        case ChangeTitle() if name == data["plan"]:
            editor.put(("title",), plain["to"])
        case ChangeTitle():
            _area(data, name)
            editor.put(("areas", name, "title"), plain["to"])
        case AddArea():
            _new(data, patch)
            editor.put(("areas", name), {key: plain[key] for key in AREA_KEYS if key in plain})
        case EndArea():
            _area(data, name)
            editor.drop(("areas", name))
        case AddUnit():
            _new(data, patch)
            editor.append(("roster",), name)
        case EndUnit():
            units = _listed(data.get("roster"))
            if name not in units:
                raise Refusal("change-no-unit", name=name, near=nearest(name, units), key=patch.KIND)
            editor.put(("roster",), [unit for unit in units if unit != name])


def deadline_key(plan: Mapping[str, Any], name: str) -> str:
    """The name as the plan writes it: `consolidation_due` is its `round.consolidation_due`."""
    deadlines = plan.get("deadlines") or {}
    for key in (name, f"round.{name}"):
        if key in deadlines:
            return key
    raise Refusal(
        "change-no-deadline", of=plan["plan"], name=name, known=list(deadlines), near=nearest(name, deadlines)
    )


def _area(plan: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    areas: Mapping[str, Any] = plan["areas"]
    if name not in areas:
        raise Refusal("no-area", area=name, near=nearest(name, areas), known=list(areas))
    found: Mapping[str, Any] = areas[name]
    return found


def _listed(value: Any) -> list[str]:
    """A list may be written as its only item."""
    return [value] if isinstance(value, str) else list(value or ())


def writable(world: World, agencies: Sequence[str], key: str) -> None:
    """Raise Refusal unless each agency exists and can be written to."""
    for agency in agencies:
        found = world.agency(agency)
        if found is None:
            raise Refusal("no-agency", agency=agency, near=nearest(agency, world.directory.agencies), key=key)
        if not found.mail:
            raise Refusal("change-no-mail", agency=agency, agency_name=found.name, key=key)


def _new(plan: Mapping[str, Any], patch: AddArea | AddUnit) -> None:
    if patch.subject in plan["areas"] or patch.subject in _listed(plan.get("roster")):
        raise Refusal("change-known", name=patch.subject, of=plan["plan"], key=patch.KIND)
    if patch.due is not None:
        raise Refusal("change-due-plan", key="due")


def _move(editor: Editor, patch: MoveDeadline, plain: Mapping[str, Any], year: int) -> None:
    key = deadline_key(editor.data, patch.subject)
    said = plain["to"]
    if isinstance(patch.to, date):
        if editor.data["cycle"]["every"] != "year":
            raise Refusal("change-needs-moment", key="to")
        if patch.to.year != year:
            raise Refusal("change-other-year", day=f"{patch.to:%m-%d}", year=year, key="to")
        said = {"by": f"{patch.to:%m-%d}"}
    elif not isinstance(said, dict):
        said = {"by": said}
    # The plan's old words would be false beside the new moment: they go, unless the patch brings others.
    more = {"roll": editor.data["deadlines"][key].get("roll"), "raw": patch.raw}
    editor.put(("deadlines", key), said | {name: value for name, value in more.items() if value and name not in said})


def _with(editor: Editor, area: str, agencies: Sequence[str]) -> None:
    if agencies:
        editor.put(("areas", area, "with"), list(agencies))
    else:
        editor.drop(("areas", area, "with"))
