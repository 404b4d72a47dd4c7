"""Firing what is due: a deadline passes, a case follows its round's deadline, a reminder goes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from workflow.definition.language import Reference
from workflow.engine.draft import Draft
from workflow.engine.duties import end_reminders
from workflow.engine.moving import apply
from workflow.engine.notices import stamp, tell
from workflow.engine.reminders import DOWNTIME, after_downtime, go_on_after, next_of_series
from workflow.engine.world import World
from workflow.machine import conditions_of
from workflow.model import CLOCK, PASSED, REMINDED, SETTLED, Case, Facts, Obligation

OPENED_LATE = "opened-late"
"""Why a deadline fired late: its case was opened when the term had passed."""
KIND_ORDER = {"deadline": 0, "clock": 1, "reminder": 2}


def settle(
    world: World, draft: Draft, now: datetime, attended_since: datetime | None, *, only: frozenset[str] | None = None
) -> int:
    """Fire everything due by `now` in the draft's cases, in due order. Returns how many rows were settled.

    `attended_since`: nobody watched the clock before it, so that a reminder due earlier was missed. None: always
    watched. `only` limits it to some of the cases.
    """
    done = 0
    while (o := _next_due(draft, now, only)) is not None:
        fire(world, draft, o, now, attended_since)
        done += 1
    return done


def _next_due(draft: Draft, now: datetime, only: frozenset[str] | None) -> Obligation | None:
    due = [
        o
        for case in draft.cases.values()
        if only is None or case.id in only
        for o in case.obligations
        if o.status == "open" and o.due_at is not None and o.due_at <= now
    ]
    return min(due, key=due_order, default=None)


def due_order(o: Obligation) -> tuple[datetime, int, str, str, int]:
    assert o.due_at is not None
    return (o.due_at, KIND_ORDER[o.kind], o.case_id, o.name, o.occurrence)


def fire(world: World, draft: Draft, o: Obligation, now: datetime, attended_since: datetime | None) -> None:
    """Settle one row that is due: a deadline passes, a case follows its round's deadline, a reminder goes out."""
    assert o.due_at is not None
    missed = attended_since is not None and o.due_at < attended_since
    cause = DOWNTIME if missed else None
    if draft.cases[o.case_id].opened_at >= o.due_at:
        cause = OPENED_LATE
    match o.kind:
        case "deadline":
            _fire_deadline(world, draft, o, cause)
        case "clock":
            _fire_clock(world, draft, o, cause)
        case "reminder" if missed:
            _miss_reminder(world, draft, o, now, attended_since)
        case "reminder":
            _fire_reminder(world, draft, o)


def _fire_deadline(world: World, draft: Draft, o: Obligation, cause: str | None) -> None:
    case = draft.cases[o.case_id]
    assert o.due_at is not None
    at = max(o.due_at, case.state_since)
    fired = replace(o, status="fired", fired_at=at, cause=cause)
    name = world.machine(case).timed(case.state, Reference(o.name), conditions_of(case))
    data = _passed(o, cause)
    must_hear = _who_hears(case, o)
    if name is not None:
        apply(world, draft, case.id, name, CLOCK, at, Facts(), data, fired=fired, must_hear=must_hear)
        return
    event = draft.record(case.id, at, CLOCK, PASSED, case.state, data=data)
    draft.put(fired)
    end_reminders(world, draft, case.id, event)
    tell(world, draft, event, "passed", must_hear, kind="passed", deadline=fired)


def _who_hears(case: Case, o: Obligation) -> list[str]:
    """A passed deadline is told to its owner and, at once, to the PPC office."""
    return list(dict.fromkeys([o.owner_role, *(["office"] if "office" in case.roles else [])]))


def _fire_clock(world: World, draft: Draft, o: Obligation, cause: str | None) -> None:
    case = draft.cases[o.case_id]
    assert o.due_at is not None
    at = max(o.due_at, case.state_since)
    reference = Reference.parse(o.name)
    name = world.machine(case).timed(case.state, reference, conditions_of(case))
    fired = replace(o, status="fired", fired_at=at, cause=cause)
    if name is not None:
        apply(world, draft, case.id, name, CLOCK, at, Facts(), _passed(o, cause), fired=fired)
        return
    draft.record(case.id, at, CLOCK, SETTLED, case.state, data=_passed(o, "nothing-to-do"))
    draft.put(replace(fired, cause="nothing-to-do"))


def _passed(o: Obligation, cause: str | None) -> dict[str, Any]:
    assert o.due_at is not None
    data: dict[str, Any] = {"deadline": o.name, "occurrence": o.occurrence, "due_at": stamp(o.due_at)}
    return data | ({"cause": cause} if cause else {})


def _fire_reminder(world: World, draft: Draft, o: Obligation) -> None:
    case = draft.cases[o.case_id]
    assert o.due_at is not None
    assert o.rule is not None
    rule = world.workflow(case).reminders[o.rule]
    deadline = case.newest(rule.base.subject) if rule.base.point != "entered" else None
    if deadline is None and rule.until is not None:
        deadline = case.newest(rule.until.subject)
    data: dict[str, Any] = {"reminder": o.name, "occurrence": o.occurrence}
    if o.count:
        data["count"] = o.count
    if deadline is not None:
        data["deadline"] = deadline.name
    event = draft.record(case.id, o.due_at, CLOCK, REMINDED, case.state, data=data)
    draft.put(replace(o, status="fired", fired_at=o.due_at))
    next_of_series(world, draft, o, rule)
    urging = rule.base.point == "due" and deadline is not None and deadline.status == "fired"
    kind = "urging" if urging else "reminder"
    tell(world, draft, event, kind, [*rule.to, *rule.copy_], kind=kind, deadline=deadline, reminder=o)


def _miss_reminder(world: World, draft: Draft, o: Obligation, now: datetime, attended_since: datetime | None) -> None:
    case = draft.cases[o.case_id]
    missed = [
        other
        for other in case.obligations
        if other.kind == "reminder"
        and other.status == "open"
        and other.base == o.base
        and other.due_at is not None
        and other.due_at <= now
        and (attended_since is None or other.due_at < attended_since)
    ]
    bases = {f"{d.name}#{d.occurrence}": d for d in case.obligations if d.kind == "deadline"}
    assert o.due_at is not None
    data = {"reminders": [m.name for m in missed], "cause": DOWNTIME}
    draft.record(case.id, o.due_at, CLOCK, SETTLED, case.state, data=data)
    coming = [x for x in case.obligations if x.kind == "reminder" and x.status == "open" and x not in missed]
    for row in after_downtime(world.calendar(case), missed, coming, bases, now):
        draft.put(row)
        go_on_after(world, draft, row, now)
