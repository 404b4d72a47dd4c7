"""How obligations come to be and end: arming, meeting, superseding, cancelling. Each change rides on an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from workflow.calendar import Term, term_after
from workflow.definition.language import Reference, Start
from workflow.engine.draft import Draft
from workflow.engine.notices import stamp
from workflow.engine.reminders import arm_for_deadline, reminder_ends
from workflow.engine.terms import Dated, term_of
from workflow.engine.world import World
from workflow.machine import conditions_of
from workflow.model import CLOCK, SETTLED, Case, Event, Obligation, ObligationStatus

HANDED_OVER = "handed-over"
"""Why an occurrence gave way to one with another owner."""


def arm(world: World, draft: Draft, case_id: str, name: str, dated: Dated, *, at: datetime) -> Obligation:
    """Open a new occurrence of a deadline: it supersedes an open one and ends the reminders of earlier ones."""
    case = draft.cases[case_id]
    deadline = world.workflow(case).deadlines[name]
    earlier = case.newest(name)
    if earlier is not None:
        end_where(draft, case_id, lambda o: o.name == name and o.kind == "deadline", "superseded", "new-occurrence")
        end_where(
            draft,
            case_id,
            lambda o: o.kind == "reminder" and (o.base or "").startswith(f"{name}#"),
            "superseded",
            "new-occurrence",
        )
    term = dated.term
    obligation = Obligation(
        case_id=case_id,
        name=name,
        kind="deadline",
        occurrence=1 if earlier is None else earlier.occurrence + 1,
        owner_role=deadline.owner,
        owner_agency=first_agency(case, deadline.owner),
        due_at=None if term is None else term.due_at,
        last_day=None if term is None else term.last_day,
        target=None if term is None else term.target,
        raw=dated.raw,
    )
    draft.put(obligation)
    arm_for_deadline(world, draft, obligation, at=at)
    _arm_followers(world, draft, obligation, at=at)
    return obligation


def _arm_followers(world: World, draft: Draft, armed: Obligation, *, at: datetime) -> None:
    """What counts from this deadline: other deadlines of the workflow, and the round's cases that follow it."""
    case = draft.cases[armed.case_id]
    end = term_of(armed)
    for name, deadline in world.workflow(case).deadlines.items():
        given = _given_by_plan(world, case, name)
        if deadline.after == Start(armed.name) and deadline.in_ is not None and end is not None and not given:
            term = term_after(world.calendar(case), end, deadline.in_, deadline.roll)
            arm(world, draft, case.id, name, Dated(term), at=at)
    if case.kind != "round" or armed.due_at is None:
        return
    reference = Reference(armed.name, of_round=True)
    for member in list(draft.cases.values()):
        workflow = world.workflow(member)
        if member.round_id == case.id and any(t.at == reference for t in workflow.transitions.values()):
            if workflow.states[member.state].final or member.ended:
                continue
            data = {"deadline": str(reference), "due_at": stamp(armed.due_at), "cause": "round-armed"}
            draft.record(member.id, at, CLOCK, SETTLED, member.state, data=data)
            follow_round(draft, member.id, str(reference), armed.due_at)


def _given_by_plan(world: World, case: Case, name: str) -> bool:
    plan = world.plan(case)
    key = f"round.{name}" if case.kind == "round" else name
    return key in (plan.ad_hoc if case.adhoc else plan.deadlines)


def later_of(earlier: Obligation | None, dated: Dated) -> Dated:
    """A renewed term never ends before the one it renews."""
    if earlier is None or earlier.due_at is None or dated.term is None or dated.term.due_at >= earlier.due_at:
        return dated
    if earlier.last_day is None or earlier.target is None:
        return dated
    term = Term(earlier.last_day, earlier.last_day, earlier.target, earlier.due_at)
    return Dated(term, dated.raw or earlier.raw)


def follow_round(draft: Draft, case_id: str, name: str, due_at: datetime | None) -> None:
    """Let a case wake up at a deadline of its round. Nobody owes this row; it stands beside the round's own."""
    case = draft.cases[case_id]
    earlier = case.newest(name)
    if earlier is not None:
        end_where(draft, case_id, lambda o: o.name == name, "superseded", "new-occurrence")
    draft.put(
        Obligation(
            case_id=case_id,
            name=name,
            kind="clock",
            occurrence=1 if earlier is None else earlier.occurrence + 1,
            owner_role="clock",
            owner_agency=None,
            due_at=due_at,
        )
    )


def meet(draft: Draft, case_id: str, name: str, event: Event, met_at: datetime) -> None:
    """Every occurrence still owed is met by `event`: an open one ends `met`, a fired one stays `fired`.

    The newest is met whatever its status: one that a final state cancelled is what a report after it answers.
    """
    case = draft.cases[case_id]
    newest = case.newest(name)
    for o in case.obligations:
        if o.name == name and o.kind == "deadline" and o.unmet and (o is newest or o.status in ("open", "fired")):
            status: ObligationStatus = "met" if o.status == "open" else o.status
            draft.put(replace(o, status=status, met_by=event.seq, met_at=met_at, late_by_s=late_by(o, met_at)))


def late_by(o: Obligation, met_at: datetime) -> int:
    """Seconds begun since the due instant, 0 when it came in time: at that very instant it is late by one."""
    if o.due_at is None or met_at < o.due_at:
        return 0
    return max(1, ceil((met_at - o.due_at) / timedelta(seconds=1)))


def hand_over(draft: Draft, case_id: str, role: str) -> None:
    """What the role owes passes to whoever plays it now: a new occurrence with the same term, so that both are seen.

    What has fired stays with the one who let it pass; the reminders that follow go to the new one.
    """
    case = draft.cases[case_id]
    owner = first_agency(case, role)
    renamed: dict[str, str] = {}
    for o in case.obligations:
        if o.status == "open" and o.owner_role == role and o.kind == "deadline" and o.owner_agency != owner:
            draft.put(replace(o, status="superseded", cause=HANDED_OVER))
            draft.put(replace(o, occurrence=o.occurrence + 1, owner_agency=owner))
            renamed[f"{o.name}#{o.occurrence}"] = f"{o.name}#{o.occurrence + 1}"
    for o in draft.cases[case_id].obligations:
        base = renamed.get(o.base or "", o.base)
        if o.kind == "reminder" and o.status == "open" and (base != o.base or o.owner_role == role):
            newest = draft.cases[case_id].newest(o.name)
            assert newest is not None
            draft.put(replace(o, status="superseded", cause=HANDED_OVER))
            mine = owner if o.owner_role == role else o.owner_agency
            # Whoever takes over is urged for the first time (lần 1).
            count = min(o.count, 1) if mine != o.owner_agency else o.count
            draft.put(replace(o, occurrence=newest.occurrence + 1, owner_agency=mine, base=base, count=count))


def end_reminders(world: World, draft: Draft, case_id: str, event: Event) -> None:
    """End the reminders whose reason is gone: `until` holds now, or the state has left `while`."""
    case = draft.cases[case_id]
    holds = conditions_of(case)
    rules = world.workflow(case).reminders
    for o in case.obligations:
        if o.kind == "reminder" and o.status == "open" and o.rule is not None:
            match reminder_ends(rules[o.rule], case, holds):
                case "met":
                    draft.put(replace(o, status="met", met_by=event.seq, met_at=event.effective_at))
                case "left":
                    draft.put(replace(o, status="cancelled", cause="state-left"))


def end_where(
    draft: Draft, case_id: str, which: Callable[[Obligation], bool], status: ObligationStatus, cause: str
) -> None:
    """End all open rows that `which` picks."""
    for o in draft.cases[case_id].obligations:
        if o.status == "open" and which(o):
            draft.put(replace(o, status=status, cause=cause))


def first_agency(case: Case, role: str) -> str | None:
    agencies = case.roles.get(role, ())
    return agencies[0] if agencies else None
