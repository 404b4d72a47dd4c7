"""Adjustment requests: drafted, checked, weighed at forwarding, and carried out on approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from workflow.calendar import local_day
from workflow.definition.workflow import Transition
from workflow.engine.amending import Grounds, amend, newest_plan, plan_model
from workflow.engine.draft import Draft
from workflow.engine.entering import enter, roles_of
from workflow.engine.impact import SHORTEST_HASH, Report, chosen_parts, impact, moved_ground, same_ground, tried
from workflow.engine.patch_words import request_title
from workflow.engine.world import Pin, World
from workflow.model import Actor, Case, Facts, Refusal
from workflow.words import say

REQUESTER, AFFECTED = "requester", "affected"
EFFECT = "apply_change"
Change = tuple[Mapping[str, Any], ...]


def open_request(
    world: World,
    draft: Draft,
    plan_name: str,
    number: int,
    workflow: Pin,
    facts: Facts,
    actor: Actor,
    at: datetime,
) -> str:
    """Add a request in its first state to the draft and return its id (`PLAN/adj/NUMBER`).

    Raises Refusal when the change could never be applied, or the agency has no part in the plan.
    """
    if actor.on_behalf_of not in (None, actor.agency):
        raise Refusal("request-behalf")
    version, loaded = newest_plan(world, draft, plan_name)
    plan = plan_model(loaded)
    definition = world.machines[workflow].definition
    units = [a for area in plan.areas.values() for a in (area.lead, *area.with_)] + list(plan.roster)
    playing = [a for case in draft.cases.values() if case.kind != "request" for r in case.roles.values() for a in r]
    if actor.agency not in {*plan.roles.values(), *units, *playing}:
        raise Refusal("may-not-request", agency=actor.agency)
    if not facts.change:
        raise Refusal("change-none")
    blank = Case(
        id=f"{plan_name}/adj/{number}",
        kind="request",
        plan=plan_name,
        plan_version=version,
        workflow=workflow[0],
        workflow_version=workflow[1],
        cycle=plan.cycle.rule.cycle_at(local_day(at)).name,
        title={},
        roles=roles_of(definition, plan.roles, {REQUESTER: (actor.agency,)}),
        state=definition.initial,
        state_since=at,
        opened_at=at,
        position=number,
    )
    case = _asking(world, draft, blank, facts.change, at)
    told = {"changes": case.data["words"]}
    enter(world, draft, case, {}, actor, at, facts=told, texts=_texts(facts))
    return case.id


def _asking(world: World, draft: Draft, request: Case, change: Change, at: datetime) -> Case:
    """The request with its change, which has been tried out on a copy. Raises Refusal."""
    report, words = tried(world, draft, request, list(enumerate(change, 1)), at)
    data = {key: value for key, value in request.data.items() if key != "impact"}
    data |= {"change": [dict(patch) for patch in change], "words": words}
    number = int(request.id.rpartition("/")[2])
    return replace(request, title=request_title(number, words), data=data | {"touches": report["touches"]})


def _texts(facts: Facts) -> dict[str, str]:
    texts = {f"reason.{number}": reason for number, reason in enumerate(facts.change_reasons, 1) if reason}
    return texts | ({"text": facts.text} if facts.text else {})


class Step:
    """What a change of state means for a request besides the change of state.

    Made before the event is recorded, so that it can refuse; `carry_out` afterwards.
    """

    def __init__(
        self, world: World, draft: Draft, case: Case, trigger: str, facts: Facts, actor: Actor, at: datetime
    ) -> None:
        self.world, self.draft, self.case_id, self.trigger = world, draft, case.id, trigger
        self.facts, self.actor, self.at = facts, actor, at
        workflow = world.workflow(case)
        transition = workflow.transitions[trigger]
        self.data: dict[str, Any] = {}
        """For the event."""
        self.texts: dict[str, str] = {}
        self._becomes: dict[str, Any] = {}
        self._applies = False
        if "change" in transition.needs:
            self._ask(case)
        if workflow.states[transition.to].effect == EFFECT:
            self._approve(case)
        elif any(
            transition.to in t.from_ and workflow.states[t.to].effect == EFFECT for t in workflow.transitions.values()
        ):
            self._weigh(case, transition)

    def _ask(self, case: Case) -> None:
        """To be submitted: with the change as it was kept, or with another one in its place."""
        drafted_now = self.draft.before(case.id) is None
        if self.facts.change or not drafted_now:
            change = self.facts.change or tuple(case.data["change"])
            case = _asking(self.world, self.draft, case, change, self.at)
            self._becomes = {"title": case.title, "data": case.data}
        self.data["facts"] = {"changes": case.data["words"]}
        if self.facts.change:
            self.data["anew"] = True
            self.texts = _texts(self.facts)

    def _weigh(self, case: Case, transition: Transition) -> None:
        """To be decided upon: the impact report goes with it. By time alone it goes on whatever the report says."""
        report = impact(self.world, self.draft, case, (), self.at)
        if transition.by is not None and "void" in report and "opinion" in transition.needs:
            raise Refusal("no-impact", why=report["void"]["why"])
        self.data["impact"] = report
        self._becomes = {
            "data": {**case.data, "touches": report["touches"] or case.data["touches"], "impact": _kept(report)}
        }
        if transition.by is None:
            self.texts["opinion"] = say("no-opinion")

    def _approve(self, case: Case) -> None:
        attached = case.data.get("impact")
        fresh = impact(self.world, self.draft, case, self.facts.parts, self.at)
        if self.facts.impact is not None:
            if len(self.facts.impact) < SHORTEST_HASH:
                raise Refusal("impact-short", hash=self.facts.impact, least=SHORTEST_HASH)
            agreed = fresh["hash"].startswith(self.facts.impact)
            named = self.facts.impact
        else:
            agreed = attached is not None and same_ground(attached, fresh)
            named = attached["hash"] if attached is not None else "-"
        if not agreed:
            moved = self.facts.impact is not None or attached is None or moved_ground(attached, fresh)
            raise Refusal(
                "impact-moved" if moved else "impact-overlap",
                case=case.id,
                attached=named[:12],
                fresh=fresh["hash"][:12],
                impact=fresh,
            )
        if "void" in fresh:
            raise Refusal("no-impact", why=fresh["void"]["why"])
        self.data["impact"] = fresh
        numbers = [number for number, _ in chosen_parts(case, self.facts.parts)]
        self.data["parts"] = numbers
        if self.facts.waive:
            self.data["waive"] = True
        self._applies = True
        self._touches = fresh["touches"]

    def carry_out(self) -> None:
        """After the request's own event has been recorded."""
        if self._becomes:
            self.draft.become(self.case_id, **self._becomes)
        if not self._applies:
            return
        self.draft.digest = True
        case = self.draft.cases[self.case_id]
        grounds = Grounds(
            request=case.id,
            trigger=self.trigger,
            actor=self.actor,
            decision=self.facts.decision or "-",
            dated=_day(self.facts.dated),
            waive=self.facts.waive,
        )
        parts = chosen_parts(case, self.facts.parts)
        work = amend(self.world, self.draft, case.plan, parts, self.at, grounds)
        applied = {"version": work.version, "parts": self.data["parts"], "touches": self._touches}
        roles = {**case.roles, AFFECTED: tuple(work.affected)}
        self.draft.become(case.id, roles=roles, data={**case.data, "applied": applied})


def _kept(report: Report) -> dict[str, Any]:
    """What of an attached report an approval is compared with; the whole of it stands in the event."""
    return {key: report[key] for key in ("hash", "warnings", "parts", "at")}


def _day(dated: date | datetime | None) -> date | None:
    return local_day(dated) if isinstance(dated, datetime) else dated
