"""Making a change of state that was found allowed, with all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from workflow.calendar import TZ, local_day, term_after, term_ending
from workflow.definition.language import Start
from workflow.engine.draft import Draft
from workflow.engine.duties import arm, end_reminders, end_where, later_of, meet
from workflow.engine.notices import stamp, tell
from workflow.engine.reminders import arm_for_entry
from workflow.engine.requests import Step
from workflow.engine.standing import named
from workflow.engine.terms import Dated
from workflow.engine.world import World
from workflow.machine import conditions_of
from workflow.model import FREE_TEXTS, Actor, Facts, Obligation, Refusal


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
    step = Step(world, draft, case, trigger, facts, actor, at) if case.kind == "request" else None
    texts = _texts(facts) | (step.texts if step is not None else {})
    event = draft.record(case_id, at, actor, trigger, to, data=_data(facts, data, step), texts=texts)
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
    if step is not None:
        step.carry_out()
    # Whoever is given a new term must hear of it, whatever the workflow says of the state.
    renewed = [workflow.deadlines[name].owner for name in transition.rearm]
    roles = list(dict.fromkeys([*workflow.notify.get(to, ()), *(must_hear or []), *renewed]))
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
        round_report=named(world, draft, round_data) if round_data is not None else None,
        copies=copies,
    )
    if case.kind == "round":
        for name in sorted(triggers):
            _move_cases(world, draft, case_id, name, actor, at)


def _move_cases(world: World, draft: Draft, round_id: str, trigger: str, actor: Actor, at: datetime) -> None:
    members = sorted((c for c in draft.cases.values() if c.round_id == round_id), key=lambda c: (c.position, c.id))
    for member in members:
        name = world.machine(member).joined(member.state, trigger, conditions_of(member))
        if name is not None and not member.ended:
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


def _data(facts: Facts, data: Mapping[str, Any] | None, step: Step | None) -> dict[str, Any]:
    more = dict(step.data) if step is not None else {}
    given: dict[str, Any] = more.pop("facts", {})
    for name in ("number", "dated", "signer", "route", "decision", "due"):
        value = getattr(facts, name)
        if value is not None:
            given[name] = value if isinstance(value, str) else _iso(value)
    if facts.files:
        given["files"] = [
            {"name": f.name, "sha256": f.sha256, "size": f.size, "media_type": f.media_type} for f in facts.files
        ]
    return {**(data or {}), **more, **({"facts": given} if given else {})}


def _iso(value: Any) -> str:
    return stamp(value) if isinstance(value, datetime) else str(value.isoformat())


def _texts(facts: Facts) -> dict[str, str]:
    return {name: value for name in FREE_TEXTS if (value := getattr(facts, name))}
