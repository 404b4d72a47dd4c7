"""Deciding: a command or a passed deadline, and the cases it concerns, to what changes. Pure; time is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from workflow.calendar import TZ, local_day, term_after, term_ending
from workflow.definition.language import Reference, Start
from workflow.draft import Draft
from workflow.duties import arm, end_reminders, end_where, later_of, meet
from workflow.guards import has_what_it_needs, may_act
from workflow.machine import conditions_of
from workflow.model import (
    CLOCK,
    FREE_TEXTS,
    PASSED,
    REMINDED,
    SETTLED,
    Actor,
    Case,
    Command,
    Facts,
    Obligation,
    Refusal,
)
from workflow.notices import stamp, tell
from workflow.reminders import DOWNTIME, after_downtime, arm_for_entry, go_on_after, next_of_series
from workflow.terms import Dated
from workflow.world import World

OPENED_LATE = "opened-late"
"""Why a deadline fired late: its case was opened when the term had passed."""
KIND_ORDER = {"deadline": 0, "clock": 1, "reminder": 2}


def act(world: World, draft: Draft, case_id: str, command: Command, at: datetime, *, seal: str | None = None) -> None:
    """Decide a person's command on a case at `at`. What is due must have been settled before.

    A round's cases must be in the draft. `seal` is the newest checkpoint, printed in a consolidated report. Raises
    Refusal, and then the draft must be thrown away.
    """
    case = draft.cases[case_id]
    machine = world.machine(case)
    transition = machine.transition(command.trigger)
    may_act(case, command.trigger, transition, command.actor)
    machine.step(case.state, command.trigger, conditions_of(case))
    has_what_it_needs(case, command.trigger, transition, command.facts, at)
    if case.kind == "round":
        draft.digest = True
    data: dict[str, Any] = {}
    if "consolidated_report" in transition.needs:
        data["round"] = round_report(draft, case_id)
        if seal is not None:
            data["checkpoint"] = seal
    apply(world, draft, case_id, command.trigger, command.actor, at, command.facts, data)


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


def apply(
    world: World,
    draft: Draft,
    case_id: str,
    trigger: str,
    actor: Actor,
    at: datetime,
    facts: Facts,
    data: Mapping[str, Any] | None = None,
    *,
    fired: Obligation | None = None,
    must_hear: list[str] | None = None,
) -> None:
    """Make a change of state that was found allowed, with all that follows from it."""
    case = draft.cases[case_id]
    machine = world.machine(case)
    workflow = machine.definition
    transition = workflow.transitions[trigger]
    to = machine.step(case.state, trigger, conditions_of(case))
    event = draft.record(case_id, at, actor, trigger, to, data=_data(facts, data), texts=_texts(facts))
    if fired is not None:
        draft.put(fired)
    for name in transition.meets:
        meet(draft, case_id, name, event, _met_at(actor, facts, at))
    end_reminders(world, draft, case_id, event)
    entered = to if to != event.from_state else None
    if workflow.states[to].final:
        end_where(draft, case_id, lambda _: True, "cancelled", f"final:{to}")
    _rearm(world, draft, case_id, trigger, facts, at)
    triggers = {trigger, transition.as_ or trigger}
    _arm_after(world, draft, case_id, triggers, entered, at)
    if entered is not None and not workflow.states[to].final:
        arm_for_entry(world, draft, case_id, entered, at=at)
    roles = list(dict.fromkeys([*workflow.notify.get(to, ()), *(must_hear or [])]))
    copies = None
    round_data = (data or {}).get("round")
    if round_data is not None:
        recipients = world.plan(case).recipients
        copies = {"report": recipients.report, "perform": recipients.perform, "know": recipients.know}
    deadline = draft.cases[case_id].newest(fired.name) if fired is not None else None
    tell(
        world,
        draft,
        event,
        f"entered.{to}",
        roles,
        deadline=deadline,
        round_report=_named(world, draft, round_data) if round_data is not None else None,
        copies=copies,
    )
    if case.kind == "round":
        for name in sorted(triggers):
            _move_cases(world, draft, case_id, name, actor, at)


def _move_cases(world: World, draft: Draft, round_id: str, trigger: str, actor: Actor, at: datetime) -> None:
    members = sorted((c for c in draft.cases.values() if c.round_id == round_id), key=lambda c: (c.position, c.id))
    for member in members:
        name = world.machine(member).joined(member.state, trigger, conditions_of(member))
        if name is not None:
            with_ = {"with": f"{round_id}:{trigger}"}
            apply(world, draft, member.id, name, actor, at, Facts(), with_)


def _rearm(world: World, draft: Draft, case_id: str, trigger: str, facts: Facts, at: datetime) -> None:
    case = draft.cases[case_id]
    workflow = world.workflow(case)
    for name, amount in workflow.transitions[trigger].rearm.items():
        earlier = case.newest(name)
        if amount == "given":
            # The authority's own date stands as given, even before the old one: it is its decision.
            if facts.due is None:
                raise Refusal("needs", field=["due"])
            dated = Dated(term_ending(world.calendar(case), facts.due, "keep"))
        else:
            roll = workflow.deadlines[name].roll
            dated = later_of(earlier, Dated(term_after(world.calendar(case), local_day(at), amount, roll)))
        arm(world, draft, case_id, name, dated, at=at)


def _arm_after(world: World, draft: Draft, case_id: str, triggers: set[str], entered: str | None, at: datetime) -> None:
    """Open the deadlines that run from one of these transitions, or from entering this state."""
    case = draft.cases[case_id]
    starts = {Start(name) for name in triggers}
    if entered is not None:
        starts.add(Start(entered, entered=True))
    for name, deadline in world.workflow(case).deadlines.items():
        if deadline.after in starts and deadline.in_ is not None:
            term = term_after(world.calendar(case), local_day(at), deadline.in_, deadline.roll)
            arm(world, draft, case_id, name, Dated(term), at=at)


def _met_at(actor: Actor, facts: Facts, at: datetime) -> datetime:
    """The instant that counts: of filing here, or of the dispatch when it was registered on another's behalf.

    A dispatch known by its day alone counts as the last second of that day, never later than `at`.
    """
    if actor.on_behalf_of is None or actor.on_behalf_of == actor.agency or facts.dated is None:
        return at
    dated = facts.dated
    if not isinstance(dated, datetime):
        dated = datetime.combine(dated, time(23, 59, 59), TZ)
    return min(dated, at)


def _data(facts: Facts, data: Mapping[str, Any] | None) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in ("number", "dated", "signer", "route", "decision", "due"):
        value = getattr(facts, name)
        if value is not None:
            given[name] = value if isinstance(value, str) else _iso(value)
    if facts.files:
        given["files"] = [
            {"name": f.name, "sha256": f.sha256, "size": f.size, "media_type": f.media_type} for f in facts.files
        ]
    return {**(data or {}), **({"facts": given} if given else {})}


def _iso(value: Any) -> str:
    return stamp(value) if isinstance(value, datetime) else str(value.isoformat())


def _texts(facts: Facts) -> dict[str, str]:
    return {name: value for name in FREE_TEXTS if (value := getattr(facts, name))}


def round_report(draft: Draft, round_id: str) -> dict[str, list[str]]:
    """The round's cases by how they stand: `on_time`, `late`, `missing` (a returned report counts as not reported)."""
    found: dict[str, list[str]] = {"on_time": [], "late": [], "missing": []}
    for case in sorted(draft.cases.values(), key=lambda c: (c.position, c.id)):
        if case.round_id == round_id:
            found[standing(case)].append(case.id)
    return found


def standing(case: Case) -> str:
    """`on_time`, `late` or `missing`, by the deadlines that the case itself owes.

    One that was cancelled because the case was closed without it is still missing; only a waiver takes it away.
    """
    newest = {o.name: case.newest(o.name) for o in case.obligations if o.kind == "deadline"}
    owed = [o for o in newest.values() if o is not None and o.due_at is not None and o.status != "waived"]
    if any(o.unmet for o in owed):
        return "missing"
    return "late" if case.late else "on_time"


def _named(world: World, draft: Draft, report: Mapping[str, list[str]]) -> dict[str, Any]:
    def line(case_id: str) -> dict[str, Any]:
        case = draft.cases[case_id]
        lead = case.roles.get("lead", ())
        return {
            "id": case.id,
            "title": dict(case.title),
            "lead_name": world.names.get(lead[0], lead[0]) if lead else "",
        }

    return {box: [line(case_id) for case_id in ids] for box, ids in report.items()}
