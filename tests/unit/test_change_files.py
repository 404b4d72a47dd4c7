"""What is wrong in a change file is told at its line, all of it in one run, and nothing that is right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.cast import CONSOLIDATOR, LABOUR
from tests.support.world import World
from workflow.definition.change import ChangeText, load_change
from workflow.model import Command, Facts
from workflow.service import Asking, FaultsFound

Begin = Callable[..., World]
TWO_WRONG = """changes:
  - {move_deadline: report_due, of: bauxite-alumina, to: 12-25}
  - {move_deadline: round.consolidation_due, of: bauxite-alumina, to: {before: 12-31}}
  - {end_unit: so-tnmt}
  - {change_lead: lao-don, to: so-ngoai-vu}
"""


def facts(change: ChangeText) -> Facts:
    return Facts(change=tuple(dict(patch) for patch in change.plain))


def test_patches_that_are_right_together_are_not_told_as_wrong(begin: Begin) -> None:
    change = load_change(TWO_WRONG.encode(), "c.yaml")
    with pytest.raises(FaultsFound) as raised:
        begin().service.request(Asking("bauxite-alumina", LABOUR, facts(change), change))
    assert [(f.line, f.code) for f in raised.value.faults] == [(4, "change-no-unit"), (5, "no-area")]


def test_a_change_that_replaces_another_is_told_at_its_lines_too(begin: Begin) -> None:
    world = begin()
    first = {"move_deadline": "report_due", "of": "bauxite-alumina/2026/lao-dong", "to": "2026-12-17"}
    request = world.service.request(Asking("bauxite-alumina", LABOUR, Facts(change=(first,)), submit=True))["id"]
    world.act(request, "send_back", CONSOLIDATOR, reason="Nêu rõ hơn.")
    change = load_change(TWO_WRONG.encode(), "c.yaml")
    counted = len(world.dump()["refusal"])
    with pytest.raises(FaultsFound) as raised:
        world.service.act([request], Command("submit", LABOUR, facts(change)), change=change)
    assert [f.line for f in raised.value.faults] == [4, 5]
    assert len(world.dump()["refusal"]) == counted + 1
    assert world.case(request).state == "draft"
