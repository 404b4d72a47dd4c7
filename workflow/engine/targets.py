"""What a patch holds for: one case, one round, or the plan from now on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workflow.definition.change import ChangeRaw, MoveDeadline, Patch
from workflow.engine.draft import Draft
from workflow.engine.world import World
from workflow.model import Case, Refusal
from workflow.words.near import nearest


@dataclass(frozen=True, slots=True)
class Target:
    scope: Literal["case", "round", "plan"]
    of: str
    """The id of the case or round, or the plan's name."""


def target_of(draft: Draft, plan: str, patch: Patch) -> Target:
    """Raises Refusal `change-no-target`, `change-scope`."""
    of = patch.of or plan
    if of == plan:
        return Target("plan", plan)
    case = draft.cases.get(of)
    if case is None or case.plan != plan or case.kind == "request":
        raise Refusal("change-no-target", of=of, near=nearest(of, [plan, *draft.cases]), key="of")
    if case.kind == "round":
        return Target("round", of)
    if isinstance(patch, (MoveDeadline, ChangeRaw)):
        return Target("case", of)
    if patch.subject in (case.area, case.unit) and case.round_id is not None:
        return Target("round", case.round_id)
    raise Refusal("change-scope", kind=patch.KIND, of=of, key="of")


def open_cases(world: World, draft: Draft, plan: str) -> list[Case]:
    """The plan's cases and rounds on which something may still be done, in the plan's order."""
    found = [
        case
        for case in draft.cases.values()
        if case.plan == plan and case.kind != "request" and not case.ended and not world.final(case)
    ]
    return sorted(found, key=_order)


def members_of(draft: Draft, round_id: str) -> list[Case]:
    return sorted((c for c in draft.cases.values() if c.round_id == round_id and not c.ended), key=_order)


def _order(case: Case) -> tuple[str, int, str]:
    return (case.cycle, case.position, case.id)
