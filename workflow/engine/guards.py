"""Who may do it, and what it needs: the two questions asked before any change of state."""

from __future__ import annotations

from datetime import date, datetime

from workflow.calendar import local_day
from workflow.definition.workflow import Need, Transition
from workflow.model import Actor, Case, Facts, Refusal

NOT_FOR_CONFIDENTIAL = ("text", "nil", "signer", "files")
NOT_IN_CONFIDENTIAL_REPORT = ("reason", "instruction", "opinion", "decision")
"""Prose that other acts on the case need; with a report it would be a way round the rule."""


def behalf_of(case: Case, transition: Transition) -> tuple[str, ...]:
    """The agencies that may register this on behalf of whoever plays its role."""
    return case.roles.get(transition.on_behalf, ()) if transition.on_behalf is not None else ()


def may_act(case: Case, trigger: str, transition: Transition, actor: Actor) -> None:
    """Raise Refusal unless the agency plays the role, or registers on its behalf where the workflow allows."""
    if case.ended:
        raise Refusal("case-ended", decision=case.data["ended"]["decision"])
    if transition.by is None:
        raise Refusal("by-itself", trigger=trigger)
    players = case.roles.get(transition.by, ())
    if actor.on_behalf_of is not None and actor.on_behalf_of != actor.agency:
        if transition.on_behalf is None:
            raise Refusal("no-behalf", trigger=trigger)
        registrars = behalf_of(case, transition)
        if actor.agency not in registrars:
            raise Refusal("behalf-role", agency=actor.agency, trigger=trigger, players=registrars)
        if actor.on_behalf_of not in players:
            raise Refusal("behalf-whom", agency=actor.on_behalf_of, trigger=trigger, players=players)
        return
    if actor.agency not in players:
        if actor.agency in behalf_of(case, transition):
            raise Refusal("say-behalf", agency=actor.agency, trigger=trigger, players=players)
        raise Refusal("wrong-agency", agency=actor.agency, trigger=trigger, players=players)


def has_what_it_needs(
    case: Case, trigger: str, transition: Transition, facts: Facts, at: datetime, *, effect: str | None = None
) -> None:
    """Raise Refusal unless `facts` hold what the transition needs, and nothing that would be silently ignored.

    `effect` is that of the state that it leads to.
    """
    if case.confidential:
        for field in (*NOT_FOR_CONFIDENTIAL, *(NOT_IN_CONFIDENTIAL_REPORT if "report" in transition.needs else ())):
            if getattr(facts, field):
                raise Refusal("confidential", field=field)
    for need in transition.needs:
        _check_need(case, need, facts)
    if facts.change is not None and "change" not in transition.needs:
        raise Refusal("takes-no", trigger=trigger, field="change")
    for field in ("parts", "impact", "waive"):
        if getattr(facts, field) and effect is None:
            raise Refusal("takes-no", trigger=trigger, field=field)
    if facts.nil and "report" not in transition.needs:
        raise Refusal("takes-no", trigger=trigger, field="nil")
    _check_due(trigger, transition, facts, at)
    if facts.dated is not None and _in_future(facts.dated, at):
        raise Refusal("dated-future", day=facts.dated.isoformat())


def _check_due(trigger: str, transition: Transition, facts: Facts, at: datetime) -> None:
    given = "given" in transition.rearm.values()
    if given and facts.due is None:
        raise Refusal("needs", field=["due"])
    if facts.due is not None and not given:
        raise Refusal("takes-no", trigger=trigger, field="due")
    if facts.due is not None and facts.due < local_day(at):
        raise Refusal("due-past", day=facts.due.isoformat())


def _check_need(case: Case, need: Need, facts: Facts) -> None:
    match need:
        case "report":
            _report(case, facts)
        case "consolidated_report":
            _required(facts, ("number", "dated", "signer"))
            if not facts.text and not facts.files:
                raise Refusal("needs", field=["text"])
        case "change":
            if facts.change is None and not case.data.get("change"):
                raise Refusal("change-none")
        case _:
            _required(facts, (need,))


def _report(case: Case, facts: Facts) -> None:
    """A report is a document; "không phát sinh" with its reason is a full answer."""
    if case.confidential:
        _required(facts, ("number", "dated", "route"))
        return
    if facts.nil:
        return
    _required(facts, ("number", "dated"))
    if not facts.text and not facts.files:
        raise Refusal("needs", field=["text"])


def _required(facts: Facts, fields: tuple[str, ...]) -> None:
    missing = [field for field in fields if not getattr(facts, field)]
    if missing:
        raise Refusal("needs", field=missing)


def _in_future(dated: date | datetime, at: datetime) -> bool:
    return dated > at if isinstance(dated, datetime) else dated > local_day(at)
