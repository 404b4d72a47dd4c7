"""A plan's text is changed at single places: comments, order and layout of all the rest stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from difflib import ndiff

import pytest

from tests.support.definitions import shipped_bytes
from workflow.definition.editing import Editor
from workflow.definition.reading import read_yaml

PLAN = shipped_bytes()["plans/bauxite-alumina.yaml"].decode()
BLOCKS = """\
plan: x
areas:
  # lĩnh vực một
  a:
    title: A
    others: >-
      các cơ quan
      liên quan
  # lĩnh vực hai
  b:
    title: "B"   # ghi chú của b
roster:
  - u1   # đơn vị một
  - u2   # đơn vị hai
  # nhóm hai
  - u3   # đơn vị ba
# hết
"""


def edit(text: str, do: Callable[[Editor], object]) -> tuple[list[str], list[str]]:
    """(lines gone, lines come); the text must read as the data that was edited beside it."""
    editor = Editor(text)
    do(editor)
    assert read_yaml(editor.text.encode(), "").data == editor.data
    lines = list(ndiff(text.splitlines(), editor.text.splitlines()))
    return [line[2:] for line in lines if line.startswith("- ")], [line[2:] for line in lines if line.startswith("+ ")]


def test_a_value_is_replaced_in_its_place() -> None:
    assert edit(PLAN, lambda e: e.put(("areas", "lao-dong", "lead"), "so-noi-vu")) == (
        ["    lead: so-ldtbxh"],
        ["    lead: so-noi-vu"],
    )


def test_a_deadline_keeps_the_comment_beside_it() -> None:
    gone, come = edit(PLAN, lambda e: e.put(("deadlines", "report_due"), {"by": "12-25", "roll": "next"}))
    assert gone == ["    before: 12-15", "    raw: trước ngày 15 tháng 12 hàng năm"]
    assert come == ["    by: 12-25"]


def test_an_area_is_added_behind_the_last_one_in_the_same_layout() -> None:
    area = {"title": "Mới: một, hai", "lead": "so-noi-vu", "with": ["so-khdt"]}
    gone, come = edit(PLAN, lambda e: e.put(("areas", "moi"), area))
    assert gone == []
    assert come == ["  moi:", "    title: 'Mới: một, hai'", "    lead: so-noi-vu", "    with: [so-khdt]"]


def test_an_area_goes_with_its_lines_and_nothing_else() -> None:
    gone, come = edit(PLAN, lambda e: e.drop(("areas", "dat-dai")))
    assert come == []
    assert len(gone) == 4
    assert gone[0] == "  dat-dai:"


def test_an_area_that_ends_in_a_folded_text_does_not_take_the_next_ones_comment_with_it() -> None:
    gone, _ = edit(BLOCKS, lambda e: e.drop(("areas", "a")))
    assert "  # lĩnh vực hai" not in gone


def test_a_folded_text_is_replaced_without_moving_the_comment_below_it() -> None:
    _, come = edit(BLOCKS, lambda e: e.put(("areas", "a", "others"), "mới"))
    assert come == ["    others: mới"]


@pytest.mark.parametrize("style", [">-", "|", ">", "|-"])
def test_an_area_is_added_behind_one_that_ends_in_a_text_of_several_lines(style: str) -> None:
    text = f"plan: x\nareas:\n  a:\n    title: A\n    others: {style}\n      một\n      hai\nroster: []\n"
    gone, come = edit(text, lambda e: e.put(("areas", "b"), {"title": "B"}))
    assert (gone, come) == ([], ["  b:", "    title: B"])


def test_a_unit_leaves_the_list_and_the_other_lines_keep_their_comments() -> None:
    gone, come = edit(BLOCKS, lambda e: e.put(("roster",), ["u1", "u3"]))
    assert (gone, come) == (["  - u2   # đơn vị hai"], [])


def test_a_unit_joins_the_list_as_the_others_stand() -> None:
    assert edit(BLOCKS, lambda e: e.append(("roster",), "u4")) == ([], ["  - u4"])
    assert edit(PLAN, lambda e: e.append(("roster",), "so-y-te"))[1][0].startswith("roster: [so-y-te]    ")


def test_decisions_gather_in_a_list_at_the_end_one_to_a_line() -> None:
    def twice(editor: Editor) -> None:
        editor.append(("amendments",), {"decision": "15: # một", "dated": "2026-11-01"})
        editor.append(("amendments",), {"decision": "16/QĐ", "dated": "2026-11-02"})

    gone, come = edit(PLAN, twice)
    assert gone == []
    assert [line for line in come if line] == [
        "amendments:",
        "  - {decision: '15: # một', dated: '2026-11-01'}",
        "  - {decision: 16/QĐ, dated: '2026-11-02'}",
    ]


@pytest.mark.parametrize("text", ["plan: x\nroster: []\n...\n", "plan: x\nroster: []\n# hết", "---\nplan: x\n"])
def test_decisions_can_be_noted_in_any_text_that_may_be_published(text: str) -> None:
    assert edit(text, lambda e: e.append(("amendments",), {"decision": "15"}))[1][-1].endswith("- {decision: '15'}")


def test_a_quoted_text_stays_quoted_whatever_it_says() -> None:
    assert edit(BLOCKS, lambda e: e.put(("areas", "b", "title"), 'C "x": #')) == (
        ['    title: "B"   # ghi chú của b'],
        ['    title: "C \\"x\\": #"   # ghi chú của b'],
    )
