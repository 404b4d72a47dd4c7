"""One case comes to be: its first event, who plays which role, its deadlines and reminders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workflow.calendar import local_day, term_after
from workflow.definition.language import Start
from workflow.definition.workflow import Workflow
from workflow.engine.draft import Draft
from workflow.engine.duties import arm, follow_round
from workflow.engine.notices import tell
from workflow.engine.reminders import arm_for_entry
from workflow.engine.terms import Dated
from workflow.engine.world import World
from workflow.model import OPENED, Actor, Case, Refusal
from workflow.record import opening_json

ROUND = "round."


def roles_of(
    workflow: Workflow, played: Mapping[str, str], own: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    return {
        role: tuple(own[role]) if role in own else ((played[role],) if role in played else ())
        for role in workflow.roles
    }


def enter(
    world: World,
    draft: Draft,
    case: Case,
    terms: Mapping[str, Dated],
    actor: Actor,
    at: datetime,
    *,
    facts: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Enter one case: its first event, its deadlines and reminders, and who is told."""
    workflow = world.workflow(case)
    draft.add(case)
    event = draft.record(
        case.id,
        at,
        actor,
        OPENED,
        workflow.initial,
        data={"case": opening_json(case), **({"facts": dict(facts)} if facts else {})},
        texts=texts or {},
    )
    for name, deadline in workflow.deadlines.items():
        if name in terms:
            arm(world, draft, case.id, name, terms[name], at=at)
        elif deadline.in_ is not None and deadline.after in (
            Start("opening"),
            Start(workflow.initial, entered=True),
        ):
            found = _from_opening(world, case, name, at)
            arm(world, draft, case.id, name, found, at=at)
    arm_for_entry(world, draft, case.id, workflow.initial, at=at)
    tell(world, draft, event, "opened", workflow.notify.get(workflow.initial, ()))


def enter_member(
    world: World, draft: Draft, member: Case, terms: Mapping[str, Dated], actor: Actor, at: datetime
) -> None:
    """Enter a case of a round that stands in the draft: it also wakes at the round's deadlines that it follows."""
    enter(world, draft, member, terms, actor, at)
    assert member.round_id is not None
    workflow = world.workflow(member)
    for name in sorted({str(t.at) for t in workflow.transitions.values() if t.at is not None and t.at.of_round}):
        due = draft.cases[member.round_id].newest(name.removeprefix(ROUND))
        if due is not None and due.due_at is not None:
            follow_round(draft, member.id, name, due.due_at)


def _from_opening(world: World, case: Case, name: str, at: datetime) -> Dated:
    """The term of a deadline that the workflow itself counts from the opening."""
    deadline = world.workflow(case).deadlines[name]
    if deadline.in_ is None:
        raise Refusal("moment-unknown", deadline=[name])
    return Dated(term_after(world.calendar(case), local_day(at), deadline.in_, deadline.roll))
