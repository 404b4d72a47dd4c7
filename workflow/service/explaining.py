"""A refusal with the names that a person needs to understand it: titles instead of identifiers."""

from __future__ import annotations

from typing import Any

from workflow.definition.language import Condition
from workflow.engine.world import World
from workflow.machine import conditions_of
from workflow.model import Case, Refusal
from workflow.words.near import nearest
from workflow.words.refusals import CONDITIONS, NOTHING_OPEN


def explained(refusal: Refusal, world: World, case: Case | None) -> Refusal:
    """The same refusal, with the titles of acts and states and the names of agencies beside their ids."""
    params: dict[str, Any] = dict(refusal.params)
    if "agency" in params:
        params["agency_name"] = world.names.get(params["agency"], params["agency"])
    if "players" in params:
        params["players_names"] = [world.names.get(agency, agency) for agency in params["players"]]
    if case is not None:
        params |= _in_case(world, case, params)
    return Refusal(refusal.code, **params)


def _in_case(world: World, case: Case, params: dict[str, Any]) -> dict[str, Any]:
    workflow = world.workflow(case)
    trigger = params.get("trigger")
    more: dict[str, Any] = {"state_title": workflow.states[case.state].as_dict()}
    transition = workflow.transitions.get(trigger) if trigger else None
    if transition is not None:
        more["title"] = transition.title.as_dict() if transition.title else trigger
    elif trigger is not None:
        more["near"] = nearest(trigger, workflow.transitions)
    more["open"] = [
        {lang: f"{name} ({title.in_(lang)})" for lang in ("vi", "en")}
        if (title := workflow.transitions[name].title)
        else name
        for name in world.machine(case).open_to(case.state, conditions_of(case))
    ] or [dict(zip(("vi", "en"), NOTHING_OPEN, strict=True))]
    if "condition" in params:
        more["why"] = [_why(world, case, Condition.parse(text)) for text in params["condition"]]
    return more


def _why(world: World, case: Case, condition: Condition) -> dict[str, str]:
    workflow = world.workflow(case)
    deadline = workflow.deadlines.get(condition.subject)
    state = workflow.states.get(condition.subject)
    label = deadline.title if deadline is not None else state
    vi, en = CONDITIONS[condition.predicate]
    return {
        "vi": vi.format(subject=label.in_("vi") if label else condition.subject),
        "en": en.format(subject=label.in_("en") if label else condition.subject),
    }
