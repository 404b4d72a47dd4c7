"""Reminders: which rows a rule makes, when the next of a series is due, and what downtime does to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from workflow.calendar import WorkCalendar, day_start, local_day, next_reminder_slot, reminder_instant
from workflow.definition.language import Base
from workflow.definition.workflow import Reminder
from workflow.engine.draft import Draft
from workflow.engine.terms import term_of
from workflow.engine.world import World
from workflow.machine import Holds
from workflow.model import Case, Obligation

PAST_AT_OPENING, DOWNTIME = "past-at-opening", "downtime"


def arm_for_deadline(world: World, draft: Draft, deadline: Obligation, *, at: datetime) -> None:
    """The reminders that count from a deadline's target or from its end. An undated deadline has none."""
    bases: dict[str, date | None] = {"target": deadline.target, "due": term_of(deadline)}
    for index, rule in enumerate(world.workflow(draft.cases[deadline.case_id]).reminders):
        day = bases.get(rule.base.point)
        if rule.base.subject == deadline.name and day is not None:
            _arm(world, draft, deadline.case_id, index, rule, f"{deadline.name}#{deadline.occurrence}", day, at)


def arm_for_entry(world: World, draft: Draft, case_id: str, state: str, *, at: datetime) -> None:
    """The reminders that count from the entry into `state`; a new entry ends those of the one before."""
    base = f"entered:{state}"
    for o in draft.cases[case_id].obligations:
        if o.kind == "reminder" and o.status == "open" and o.base == base:
            draft.put(replace(o, status="superseded", cause="new-occurrence"))
    for index, rule in enumerate(world.workflow(draft.cases[case_id]).reminders):
        if rule.base == Base(state, "entered"):
            _arm(world, draft, case_id, index, rule, base, local_day(at), at)


def _arm(
    world: World, draft: Draft, case_id: str, index: int, rule: Reminder, base: str, day: date, at: datetime
) -> None:
    case = draft.cases[case_id]
    calendar = world.calendar(case)
    for offset in rule.offset:
        due_at = reminder_instant(calendar, day, offset)
        if rule.every is not None:
            # Urging goes on from the next moment to come, however late the deadline was armed.
            while due_at <= at:
                due_at = reminder_instant(calendar, local_day(due_at), rule.every)
        row = _row(case, rule, index, f"{rule.base} {offset:+}", base, due_at)
        if due_at <= at:
            row = replace(row, status="superseded", cause=PAST_AT_OPENING)
        draft.put(row)
        case = draft.cases[case_id]


def _row(case: Case, rule: Reminder, index: int | None, name: str, base: str, due_at: datetime) -> Obligation:
    earlier = case.newest(name)
    role = rule.to[0]
    agencies = case.roles.get(role, ())
    return Obligation(
        case_id=case.id,
        name=name,
        kind="reminder",
        occurrence=1 if earlier is None else earlier.occurrence + 1,
        owner_role=role,
        owner_agency=agencies[0] if agencies else None,
        due_at=due_at,
        rule=index,
        base=base,
        count=1 if rule.every is not None else 0,
    )


def next_of_series(world: World, draft: Draft, sent: Obligation, rule: Reminder) -> None:
    """Arm the next urging after `sent`, counted from the day that one was due, until the rule's `most`."""
    if rule.every is None or sent.due_at is None or (rule.most is not None and sent.count >= rule.most):
        return
    case = draft.cases[sent.case_id]
    calendar = world.calendar(case)
    due_at = reminder_instant(calendar, local_day(sent.due_at), rule.every)
    draft.put(replace(_row(case, rule, sent.rule, sent.name, sent.base or "", due_at), count=sent.count + 1))


def go_on_after(world: World, draft: Draft, lost: Obligation, now: datetime) -> None:
    """A series whose letter was lost to downtime goes on at its next moment to come, with the same number."""
    if lost.status != "superseded" or lost.rule is None or lost.due_at is None:
        return
    case = draft.cases[lost.case_id]
    rule = world.workflow(case).reminders[lost.rule]
    if rule.every is None:
        return
    due_at = lost.due_at
    while due_at <= now:
        due_at = reminder_instant(world.calendar(case), local_day(due_at), rule.every)
    draft.put(replace(_row(case, rule, lost.rule, lost.name, lost.base or "", due_at), count=lost.count))


def reminder_ends(rule: Reminder, case: Case, holds: Holds) -> Literal["met", "left"] | None:
    """Whether the reason of a reminder is gone: `until` holds, or the state is no longer one of `while`."""
    if rule.until is not None and holds(rule.until):
        return "met"
    if rule.while_ and case.state not in rule.while_:
        return "left"
    return None


def after_downtime(
    calendar: WorkCalendar,
    missed: list[Obligation],
    coming: list[Obligation],
    bases: dict[str, Obligation],
    now: datetime,
) -> list[Obligation]:
    """What becomes of reminders of one base that fell due while nobody watched.

    Only the newest still goes, at the next 07:30 before its base; the others end `superseded`. One that was planned
    for after its base (an urging) goes at the next 07:30. None goes where one still to come (`coming`) is as early.
    """
    newest = max(missed, key=lambda o: (o.due_at or now, o.name))
    slot = next_reminder_slot(calendar, now)
    limit = _base_instant(bases.get(newest.base or ""), newest)
    planned_before_base = limit is not None and newest.due_at is not None and newest.due_at < limit
    rows = [replace(o, status="superseded", cause=DOWNTIME) for o in missed if o is not newest]
    overtaken = any(o.base == newest.base and o.due_at is not None and o.due_at <= slot for o in coming)
    if overtaken or (planned_before_base and limit is not None and slot >= limit):
        rows.append(replace(newest, status="superseded", cause=DOWNTIME))
    else:
        rows.append(replace(newest, due_at=slot, cause=DOWNTIME))
    return rows


def _base_instant(deadline: Obligation | None, reminder: Obligation) -> datetime | None:
    if deadline is None:
        return None
    if reminder.name.startswith(f"{deadline.name} target ") and deadline.target is not None:
        return day_start(date.fromordinal(deadline.target.toordinal() + 1))
    return deadline.due_at
