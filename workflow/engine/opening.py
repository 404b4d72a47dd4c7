"""Opening a round with all its cases, as one decision. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from workflow.calendar import day_start, local_day
from workflow.cycles import Cycle
from workflow.definition.plan import Plan
from workflow.definition.workflow import Workflow
from workflow.engine.draft import Draft
from workflow.engine.entering import ROUND, enter, enter_member, roles_of
from workflow.engine.terms import Dated, resolve
from workflow.engine.world import Pin, World
from workflow.model import Actor, Case, Refusal


@dataclass(frozen=True, slots=True)
class Opening:
    """What is to be opened: a cycle of the plan, or an ad-hoc round (đột xuất) with its request."""

    plan: Pin
    workflow: Pin
    round_workflow: Pin
    name: str
    """The cycle's name, or `YEAR-aN`."""
    cycle: Cycle
    adhoc: bool = False
    areas: tuple[str, ...] = ()
    """Some of the plan's areas; empty means all, and the roster."""
    request: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    due: date | None = None
    consolidate_by: date | None = None


def open_round(world: World, draft: Draft, opening: Opening, actor: Actor, at: datetime) -> str:
    """Add the round and its cases to the draft and return the round's id.

    Raises Refusal when a moment is unknown, lies in the past, or the consolidation would be due before the reports.
    """
    plan = world.plans[opening.plan]
    terms = _terms(world, plan, opening, at)
    if opening.adhoc or opening.due is not None or opening.consolidate_by is not None:
        _sound(terms, at)
    draft.digest = True
    round_id = f"{plan.plan}/{opening.name}"
    round_workflow = world.machines[opening.round_workflow].definition
    workflow = world.machines[opening.workflow].definition
    period = None if opening.adhoc else (opening.cycle.first_day, opening.cycle.last_day)
    blank = Case(
        id=round_id,
        kind="round",
        plan=plan.plan,
        plan_version=opening.plan[1],
        workflow=opening.round_workflow[0],
        workflow_version=opening.round_workflow[1],
        cycle=opening.name,
        title=_round_title(opening),
        roles=roles_of(round_workflow, plan.roles, {}),
        state=round_workflow.initial,
        state_since=at,
        opened_at=at,
        adhoc=opening.adhoc,
        period=period,
        data=dict(opening.request),
    )
    own = {name[len(ROUND) :]: dated for name, dated in terms.items() if name.startswith(ROUND)}
    texts = {"text": opening.text} if opening.text else {}
    enter(world, draft, blank, own, actor, at, facts=opening.request, texts=texts)
    theirs = {name: dated for name, dated in terms.items() if not name.startswith(ROUND)}
    for member in _members(plan, workflow, opening, blank):
        enter_member(world, draft, member, theirs, actor, at)
    return round_id


def _terms(world: World, plan: Plan, opening: Opening, at: datetime) -> dict[str, Dated]:
    calendar = world.calendars[plan.calendar]
    given: dict[str, date] = {}
    names = [*plan.deadlines] if not opening.adhoc else list(dict.fromkeys([*plan.ad_hoc, *plan.deadlines]))
    report = [name for name in names if not name.startswith(ROUND)]
    consolidation = [name for name in names if name.startswith(ROUND)]
    if opening.due is not None and report:
        given[report[0]] = opening.due
    if opening.consolidate_by is not None and consolidation:
        given[consolidation[0]] = opening.consolidate_by
    if not opening.adhoc:
        return resolve(calendar, plan.deadlines, given, opening.cycle, local_day(at))
    missing = [name for name in plan.deadlines if name not in plan.ad_hoc and name not in given]
    if missing:
        raise Refusal("adhoc-needs-due", deadline=missing)
    return resolve(calendar, plan.ad_hoc, given, opening.cycle, local_day(at))


def _sound(terms: Mapping[str, Dated], at: datetime) -> None:
    reports = [d.term for name, d in terms.items() if not name.startswith(ROUND) and d.term]
    rounds = [d.term for name, d in terms.items() if name.startswith(ROUND) and d.term]
    for term in [*reports, *rounds]:
        if term.due_at <= at:
            raise Refusal("due-past", day=term.last_day.isoformat())
    for report in reports:
        for consolidation in rounds:
            if consolidation.due_at < report.due_at:
                raise Refusal(
                    "due-order", report=report.last_day.isoformat(), consolidation=consolidation.last_day.isoformat()
                )


def _round_title(opening: Opening) -> dict[str, str]:
    if opening.adhoc:
        year, _, number = opening.name.rpartition("-a")
        return {"vi": f"Đợt báo cáo đột xuất {int(number):02d}/{year}", "en": f"Ad-hoc round {number} of {year}"}
    cycle = opening.cycle
    match cycle.every:
        case "year":
            return {"vi": f"Kỳ báo cáo năm {cycle.year}", "en": f"Reporting round {cycle.year}"}
        case "half-year":
            half = ("6 tháng đầu năm", "6 tháng cuối năm")[cycle.index]
            return {"vi": f"Kỳ báo cáo {half} {cycle.year}", "en": f"Reporting round {cycle.name}"}
        case "quarter":
            quarter = ("I", "II", "III", "IV")[cycle.index]
            return {"vi": f"Kỳ báo cáo quý {quarter} năm {cycle.year}", "en": f"Reporting round {cycle.name}"}
        case _:
            month = f"{cycle.index + 1:02d}/{cycle.year}"
            return {"vi": f"Kỳ báo cáo tháng {month}", "en": f"Reporting round {cycle.name}"}


def _members(plan: Plan, workflow: Workflow, opening: Opening, round_case: Case) -> list[Case]:
    """A case for each area asked for and, where all are, for each unit of the roster; in the plan's order."""
    blank = replace(
        round_case,
        workflow=opening.workflow[0],
        workflow_version=opening.workflow[1],
        state=workflow.initial,
        round_id=round_case.id,
        data={},
    )
    areas = [
        replace(
            blank,
            id=f"{round_case.id}/{name}",
            kind="area",
            area=name,
            title=area.title.as_dict(),
            position=position,
            confidential=area.confidential,
            roles=roles_of(workflow, plan.roles, {"lead": (area.lead,), "coordinator": area.with_}),
        )
        for position, (name, area) in enumerate(plan.areas.items(), 1)
        if not opening.areas or name in opening.areas
    ]
    units = [
        replace(
            blank,
            id=f"{round_case.id}/{unit}",
            kind="unit",
            unit=unit,
            title=plan.title.as_dict(),
            position=position,
            roles=roles_of(workflow, plan.roles, {"lead": (unit,), "coordinator": ()}),
        )
        for position, unit in enumerate(plan.roster, len(plan.areas) + 1)
        if not opening.areas
    ]
    return [*areas, *units]


def opening_instant(cycle: Cycle) -> datetime:
    """When a cycle's round opens by itself: the start of its first day."""
    return day_start(cycle.first_day)
