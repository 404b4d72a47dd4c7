"""How the cases of a round stand, as a consolidated report names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.engine.draft import Draft
from workflow.engine.world import World
from workflow.model import Case


def round_report(draft: Draft, round_id: str) -> dict[str, list[str]]:
    """The round's cases by how they stand: `on_time`, `late`, `missing` (a returned report counts as not reported)."""
    found: dict[str, list[str]] = {"on_time": [], "late": [], "missing": []}
    for case in sorted(draft.cases.values(), key=lambda c: (c.position, c.id)):
        if case.round_id == round_id and not case.ended:
            found[standing(case)].append(case.id)
    return found


def standing(case: Case) -> str:
    """`on_time`, `late` or `missing`, by the deadlines that the case itself owes; `ended` when a decision ended it.

    One that was cancelled because the case was closed without it is still missing; only a waiver takes it away.
    """
    if case.ended:
        return "ended"
    newest = {o.name: case.newest(o.name) for o in case.obligations if o.kind == "deadline"}
    owed = [o for o in newest.values() if o is not None and o.due_at is not None and o.status != "waived"]
    if any(o.unmet for o in owed):
        return "missing"
    return "late" if case.late else "on_time"


def named(world: World, draft: Draft, report: Mapping[str, list[str]]) -> dict[str, Any]:
    def line(case_id: str) -> dict[str, Any]:
        case = draft.cases[case_id]
        lead = case.roles.get("lead", ())
        return {
            "id": case.id,
            "title": dict(case.title),
            "lead_name": world.names.get(lead[0], lead[0]) if lead else "",
        }

    return {box: [line(case_id) for case_id in ids] for box, ids in report.items()}
