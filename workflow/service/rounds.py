"""Rounds: opened by the plan's calendar, or by a person for a request (đột xuất)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from workflow.calendar import local_day
from workflow.cycles import Cycle
from workflow.definition.plan import Plan
from workflow.engine.draft import Draft
from workflow.engine.entering import ROUND
from workflow.engine.notices import notices
from workflow.engine.opening import Opening, open_round, opening_instant
from workflow.engine.terms import resolve
from workflow.model import CLOCK, Actor, Case, Refusal
from workflow.service.library import Library
from workflow.service.site import Site
from workflow.service.writing import not_before
from workflow.store import due, installation, published, queries
from workflow.store.database import Connection
from workflow.words.near import nearest


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks to open: a cycle, or with `adhoc` some or all areas for a request."""

    plan: str
    actor: Actor
    cycle: str | None = None
    adhoc: bool = False
    areas: tuple[str, ...] = ()
    number: str | None = None
    text: str | None = None
    due: date | None = None
    consolidate_by: date | None = None


OPENERS = ("authority", "office", "consolidator")
"""Who may ask for a report at any time (the plan, III.1b and III.2b: "đột xuất khi có yêu cầu")."""


def first_openings(site: Site, library: Library, connection: Connection, name: str, now: datetime) -> list[str]:
    """At a plan's first publication: open the current round, and the one before if its consolidation is not yet due.

    Returns the ids of the rounds, and notes the next one.
    """
    plan, version = library.newest_plan(connection, name)
    rule = plan.cycle.rule
    current = rule.cycle_at(local_day(now))
    wanted = [cycle for cycle in (rule.previous(current), current) if rule.within_bounds(cycle)]
    if wanted and wanted[0] != current and not _still_due(library, connection, plan, wanted[0], now):
        wanted = wanted[1:]
    opened = [_open_cycle(site, library, connection, plan, version, cycle, CLOCK, now, now) for cycle in wanted]
    if wanted:
        _note_from(connection, plan, plan.cycle.rule.next(current))
    else:
        _note_first(connection, plan, current)
    return opened


def replan(library: Library, connection: Connection, name: str, now: datetime) -> None:
    """After a new version of a plan: the next round to open is the one that this version says.

    One that was to open already, while nobody watched, is not passed over.
    """
    plan, _ = library.newest_plan(connection, name)
    waiting = [row["due_at"] for row in due.openings(connection, name) if row["status"] == "open"]
    due.withdraw_openings(connection, name)
    _note_from(connection, plan, plan.cycle.rule.cycle_at(local_day(min([now, *waiting]))))


def open_due(site: Site, library: Library, connection: Connection, row: dict[str, Any], now: datetime) -> str | None:
    """Open the round of an opening that has fallen due, as of its instant, and note the next.

    None when another process has opened it since it was looked up.
    """
    if not due.is_to_open(connection, row["plan"], row["cycle"]):
        return None
    published.hold(connection, row["plan"])
    plan, version = library.newest_plan(connection, row["plan"])
    cycle = plan.cycle.rule.parse(row["cycle"])
    return _open_cycle(site, library, connection, plan, version, cycle, CLOCK, row["due_at"], now)


def open_by_hand(site: Site, library: Library, connection: Connection, wish: Wish) -> Case:
    """Open what a person asks for and return the round. Raises Refusal."""
    now = not_before(site.now(connection), queries.last_recorded(connection))
    published.hold(connection, wish.plan)
    plan, version = library.newest_plan(connection, wish.plan)
    names = library.directory(connection, published.newest_versions(connection))
    if wish.actor.agency not in names.agencies:
        raise Refusal("no-agency", agency=wish.actor.agency, near=nearest(wish.actor.agency, names.agencies))
    openers = [plan.roles[role] for role in OPENERS if role in plan.roles]
    if wish.actor.agency not in openers:
        players = [names.name(agency) for agency in openers]
        raise Refusal("may-not-open", agency_name=names.name(wish.actor.agency), players_names=players)
    for area in wish.areas:
        if area not in plan.areas:
            raise Refusal("no-area", area=area, near=nearest(area, plan.areas), known=list(plan.areas))
    rule = plan.cycle.rule
    if wish.adhoc:
        day = local_day(now)
        count = sum(
            1
            for c in queries.cases(connection, plan=plan.plan, kinds=["round"])
            if c.adhoc and c.cycle.startswith(f"{day.year}-a")
        )
        opening = _opening(library, connection, plan, version, rule.cycle_at(day), f"{day.year}-a{count + 1}", wish)
        return _record(site, library, connection, opening, wish.actor, now, now)
    if wish.areas:
        raise Refusal("areas-adhoc-only")
    try:
        cycle = rule.parse(wish.cycle) if wish.cycle else rule.cycle_at(local_day(now))
    except ValueError as error:
        raise Refusal("bad-cycle", cycle=wish.cycle, error=str(error)) from None
    if not rule.within_bounds(cycle):
        raise Refusal("cycle-bounds", cycle=cycle.name, first=plan.cycle.first, last=plan.cycle.last)
    if queries.kin(connection, [f"{plan.plan}/{cycle.name}"]):
        raise Refusal("already-open", round=f"{plan.plan}/{cycle.name}")
    round_id = _open_cycle(site, library, connection, plan, version, cycle, wish.actor, now, now, wish)
    return queries.cases(connection, ids=[round_id])[0]


def _open_cycle(
    site: Site,
    library: Library,
    connection: Connection,
    plan: Plan,
    version: int,
    cycle: Cycle,
    actor: Actor,
    at: datetime,
    now: datetime,
    wish: Wish | None = None,
) -> str:
    opening = _opening(library, connection, plan, version, cycle, cycle.name, wish)
    round_id = f"{plan.plan}/{cycle.name}"
    # Opened by hand before its day: then the calendar only goes on to the next.
    if not queries.kin(connection, [round_id]):
        round_id = _record(site, library, connection, opening, actor, at, now).id
    was_next = due.opened(connection, plan.plan, cycle.name, opening_instant(cycle), now)
    if was_next:
        _note_from(connection, plan, plan.cycle.rule.next(cycle))
    return round_id


def _opening(
    library: Library, connection: Connection, plan: Plan, version: int, cycle: Cycle, name: str, wish: Wish | None
) -> Opening:
    newest = published.newest_versions(connection)
    workflow = library.machine(connection, plan.workflow, newest["workflow", plan.workflow]).definition
    if workflow.part_of is None:
        raise Refusal("no-round-workflow", workflow=plan.workflow)
    wish = wish or Wish(plan.plan, CLOCK)
    return Opening(
        plan=(plan.plan, version),
        workflow=(plan.workflow, newest["workflow", plan.workflow]),
        round_workflow=(workflow.part_of, newest["workflow", workflow.part_of]),
        name=name,
        cycle=cycle,
        adhoc=wish.adhoc,
        areas=wish.areas,
        request={"number": wish.number} if wish.number else {},
        text=wish.text,
        due=wish.due,
        consolidate_by=wish.consolidate_by,
    )


def _record(
    site: Site,
    library: Library,
    connection: Connection,
    opening: Opening,
    actor: Actor,
    at: datetime,
    now: datetime,
) -> Case:
    rehearsal = installation.needed(connection)["rehearsal"]
    world = library.world(
        connection, (), rehearsal=rehearsal, plans=[opening.plan], extra=[opening.workflow, opening.round_workflow]
    )
    draft = Draft((), now)
    round_id = open_round(world, draft, opening, actor, at)
    recorded = site.recorder.record(connection, draft.decision(notices(world, draft)), now)
    site.probe("open.before_commit")
    return next(case for case in recorded if case.id == round_id)


def _note_from(connection: Connection, plan: Plan, cycle: Cycle) -> None:
    """Note that the first cycle from `cycle` on that is not known yet is to be opened on its day."""
    known = {row["cycle"] for row in due.openings(connection, plan.plan)}
    while cycle.name in known:
        cycle = plan.cycle.rule.next(cycle)
    if plan.cycle.rule.within_bounds(cycle):
        due.plan_opening(connection, plan.plan, cycle.name, opening_instant(cycle))


def _note_first(connection: Connection, plan: Plan, current: Cycle) -> None:
    """A plan that starts later: its first cycle opens on its day."""
    first = next(iter(plan.cycle.rule.cycles(current.year)), None)
    if first is not None and first.first_day > current.last_day:
        due.plan_opening(connection, plan.plan, first.name, opening_instant(first))


def _still_due(library: Library, connection: Connection, plan: Plan, cycle: Cycle, now: datetime) -> bool:
    newest = published.newest_versions(connection)
    calendar = library.calendar(connection, plan.calendar, newest["calendar", plan.calendar])
    terms = resolve(calendar, plan.deadlines, {}, cycle, cycle.first_day)
    return any(d.term is not None and d.term.due_at > now for name, d in terms.items() if name.startswith(ROUND))
