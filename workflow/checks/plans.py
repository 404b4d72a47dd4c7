"""A plan: what it names exists, every role is played, every agency can be written to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workflow.checks.catalogue import Catalogue, Sheet
from workflow.definition.plan import Area, Plan
from workflow.definition.reading import Path
from workflow.definition.workflow import Workflow

FROM_AREA: Final = ("lead", "coordinator")
"""Roles that each area fills for itself."""
REQUESTER: Final = "requester"
"""In an adjustment request: whoever asks."""


def check_plan(catalogue: Catalogue, sheet: Sheet, plan: Plan) -> None:
    _references(catalogue, sheet, plan)
    _roles(catalogue, sheet, plan)
    _areas(catalogue, sheet, plan)
    _agencies(catalogue, sheet, plan)


def _references(catalogue: Catalogue, sheet: Sheet, plan: Plan) -> None:
    workflows = catalogue.names("workflow")
    if sheet.whole("workflow"):
        found = catalogue.get("workflow", plan.workflow)
        if found is None:
            sheet.unknown("unknown-workflow", ("workflow",), plan.workflow, workflows)
        elif isinstance(found.draft, Workflow) and found.draft.part_of is None and Sheet(found).whole("part_of"):
            sheet.fault("workflow-without-round", "workflow", name=plan.workflow)
        _no_effects(catalogue, sheet, plan)
    if sheet.whole("calendar") and catalogue.get("calendar", plan.calendar) is None:
        sheet.unknown("unknown-calendar", ("calendar",), plan.calendar, catalogue.names("calendar"))
    if plan.adjustments is not None:
        _adjustments(catalogue, sheet, plan.adjustments, workflows)


def _no_effects(catalogue: Catalogue, sheet: Sheet, plan: Plan) -> None:
    area = catalogue.workflow(plan.workflow)
    for name in (plan.workflow, area.part_of if area else None):
        workflow = catalogue.workflow(name)
        if workflow is not None and any(state.effect for state in workflow.states.values()):
            sheet.fault("effect-outside-requests", "workflow", workflow=name)


def _adjustments(catalogue: Catalogue, sheet: Sheet, name: str, workflows: list[str]) -> None:
    found = catalogue.get("workflow", name)
    if found is None:
        sheet.unknown("unknown-workflow", ("adjustments",), name, workflows)
    elif isinstance(found.draft, Workflow):
        for deadline, rule in found.draft.deadlines.items():
            if rule.after is None:
                sheet.fault("adjustment-without-term", "adjustments", name=deadline, workflow=name)
        if Sheet(found).whole("states", "transitions"):
            for missing in _lacking(found.draft):
                sheet.fault("adjustment-without-change", "adjustments", workflow=name, missing=missing)


def _lacking(workflow: Workflow) -> list[str]:
    """What a workflow of requests cannot do without: a change asked for, and an approval that applies it."""
    asks = any("change" in t.needs for t in workflow.transitions.values())
    applies = any(state.effect for state in workflow.states.values())
    return [key for key, there in (("needs: change", asks), ("effect: apply_change", applies)) if not there]


def _roles(catalogue: Catalogue, sheet: Sheet, plan: Plan) -> None:
    """Every role that is not optional is played: by the plan, in areas also by the area, in requests by who asks."""
    area = catalogue.workflow(plan.workflow)
    played, known, complete = sheet.names("roles"), dict[str, None](), sheet.whole("workflow", "adjustments")
    slots: tuple[tuple[str | None, tuple[str, ...]], ...] = (
        (plan.workflow, FROM_AREA),
        (area.part_of if area else None, ()),
        (plan.adjustments, (REQUESTER,)),
    )
    for workflow, elsewhere in slots:
        loaded = catalogue.get("workflow", workflow)
        if loaded is None or not isinstance(loaded.draft, Workflow):
            complete = complete and workflow is None
            continue
        known |= dict.fromkeys(name for name in Sheet(loaded).names("roles") if name not in elsewhere)
        for name, role in loaded.draft.roles.items():
            if not role.optional and name not in elsewhere and name not in played:
                sheet.fault("role-not-played", "roles", key=True, role=name, workflow=workflow)
    for name in played:
        if name in FROM_AREA and name not in known:
            sheet.fault("role-from-area", "roles", name, key=True, role=name)
        elif name not in known and complete:
            free = [role for role in known if role not in played]
            sheet.unknown("unknown-role", ("roles", name), name, free, key=True)


def _areas(catalogue: Catalogue, sheet: Sheet, plan: Plan) -> None:
    if sheet.whole("areas", "roster") and not plan.areas and not plan.roster:
        sheet.fault("nobody-reports", "areas", key=True)
    workflow = catalogue.workflow(plan.workflow)
    coordinator = workflow.roles.get("coordinator") if workflow else None
    for name, area in plan.areas.items():
        here = ("areas", name)
        sheet.repeats((*here, "with"), area.with_)
        if coordinator and not coordinator.optional and not area.with_:
            sheet.fault("area-without-coordinator", *here, key=True, name=name)
        if coordinator and not coordinator.many and len(area.with_) > 1:
            sheet.fault("one-coordinator", *here, "with", key=True, name=name)
        if area.lead in area.with_:
            sheet.fault("lead-coordinates", *here, "with", area.with_.index(area.lead), name=area.lead)
    areas = sheet.names("areas")
    sheet.repeats(("roster",), plan.roster)
    for path, unit in sheet.each(("roster",), plan.roster):
        if unit in areas:
            sheet.fault("unit-named-as-area", *path, name=unit)
    for key in ("report", "perform", "know"):
        sheet.repeats(("recipients", key), getattr(plan.recipients, key))


def _agencies(catalogue: Catalogue, sheet: Sheet, plan: Plan) -> None:
    directory = catalogue.get("agencies", "agencies")
    if directory is None:
        sheet.fault("no-directory")
        return
    known = Sheet(directory).names("agencies")
    agencies = found.agencies if (found := catalogue.directory()) else {}
    silent: set[str] = set()
    for path, name in _mentions(sheet, plan):
        if name not in known:
            sheet.unknown("unknown-agency", path, name, known)
        elif name in agencies and not agencies[name].mail and name not in silent:
            silent.add(name)
            sheet.fault("agency-without-mail", *path, name=name, file=directory.file)


def _mentions(sheet: Sheet, plan: Plan) -> Iterator[tuple[Path, str]]:
    """Every place where the plan names an agency."""
    for role, agency in plan.roles.items():
        yield ("roles", role), agency
    for name, area in plan.areas.items():
        yield from _area(sheet, name, area)
    yield from sheet.each(("roster",), plan.roster)
    for key in ("report", "perform", "know"):
        yield from sheet.each(("recipients", key), getattr(plan.recipients, key))


def _area(sheet: Sheet, name: str, area: Area) -> Iterator[tuple[Path, str]]:
    yield ("areas", name, "lead"), area.lead
    yield from sheet.each(("areas", name, "with"), area.with_)
