"""What is wrong with the patches of a change file, told at their places."""

from __future__ import annotations

from workflow.definition.change import ChangeText
from workflow.definition.faults import Fault, Phrase
from workflow.engine.amending import amend
from workflow.engine.draft import Draft
from workflow.engine.world import World
from workflow.model import Refusal
from workflow.service.explaining import explained
from workflow.service.publishing import FaultsFound


def told_in_place(
    refusal: Refusal, change: ChangeText | None, world: World, draft: Draft, plan: str
) -> Refusal | FaultsFound:
    """The refusal in words; of a change file all that is wrong with its patches, each at its place."""
    if change is None or "part" not in refusal.params:
        return explained(refusal, world, None)
    left = list(enumerate(change.plain, 1))
    faults = []
    # One wrong patch after the other is left out: what is right only beside another one is not told as wrong.
    while left:
        try:
            amend(world.fork(), Draft(draft.cases.values(), draft.now), plan, left, draft.now)
            break
        except Refusal as found:
            if "part" not in found.params:
                break
            faults.append(_fault(change, explained(found, world, None)))
            left = [(number, plain) for number, plain in left if number != found.params["part"]]
    return FaultsFound(sorted(faults, key=lambda f: (f.line, f.column))) if faults else explained(refusal, world, None)


def _fault(change: ChangeText, refusal: Refusal) -> Fault:
    params = dict(refusal.params)
    part, key, near = params.get("part", 1), params.get("key"), params.get("near")
    hint = Phrase("did-you-mean", {"name": near}) if near else None
    return change.fault(part, key, refusal.code, params, hint)
