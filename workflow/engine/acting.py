"""Deciding what a person asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workflow.engine.draft import Draft
from workflow.engine.guards import has_what_it_needs, may_act
from workflow.engine.moving import apply
from workflow.engine.standing import round_report
from workflow.engine.world import World
from workflow.machine import conditions_of
from workflow.model import Command


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
    effect = machine.definition.states[transition.to].effect
    has_what_it_needs(case, command.trigger, transition, command.facts, at, effect=effect)
    if case.kind == "round":
        draft.digest = True
    data: dict[str, Any] = {}
    if "consolidated_report" in transition.needs:
        data["round"] = round_report(draft, case_id)
        if seal is not None:
            data["checkpoint"] = seal
    apply(world, draft, case_id, command.trigger, command.actor, at, command.facts, data)
