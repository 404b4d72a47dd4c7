"""The change language: every patch reads, and every fault is told at its line and column, all in one run."""

from __future__ import annotations

import pytest

from workflow.definition.change import MOST_PATCHES, PATCHES, ChangeText, MoveDeadline, load_change, patch_of
from workflow.definition.plan import Moment


def read(text: str) -> ChangeText:
    return load_change(text.encode(), "change.yaml")


def faults(text: str) -> list[tuple[int, int, str]]:
    return [(fault.line, fault.column, fault.code) for fault in read(text).faults]


ALL = """\
# Đề nghị của Sở
changes:
  - move_deadline: report_due
    of: ke-hoach/2026/lao-dong
    to: 2026-12-25
    reason: |
      Mưa lũ kéo dài.
      Chưa có số liệu.
  - move_deadline: report_due
    of: ke-hoach
    to: 12-25
  - move_deadline: report_due
    of: ke-hoach
    to: {before: 12-26, roll: keep, raw: trước ngày 26 tháng 12}
  - change_lead: lao-dong
    to: so-noi-vu
  - change_coordinators: lao-dong
    of: ke-hoach/2026
    to: [so-ngoai-vu, cong-an-tinh]
  - change_coordinators: dat-dai
    to: []
  - add_area: moi
    title: {vi: Lĩnh vực mới, en: A new area}
    lead: so-noi-vu
    with: so-ngoai-vu
    others: các cơ quan liên quan
    confidential: true
    of: ke-hoach/2026
    due: 2026-12-28
  - end_area: dau-tu
  - add_unit: so-y-te
  - end_unit: so-y-te
  - change_title: lao-dong
    to: Tên mới
  - change_raw: report_due
    to: trước ngày 15 tháng 12
"""


def test_every_kind_of_patch_reads() -> None:
    text = read(ALL)
    assert text.faults == ()
    assert {patch.KIND for patch in text.patches} == set(PATCHES)
    assert text.patches[0].reason == "Mưa lũ kéo dài.\nChưa có số liệu."


def test_what_is_kept_of_a_patch_reads_back_as_the_same_patch_without_its_reason() -> None:
    text = read(ALL)
    assert all("reason" not in plain for plain in text.plain)
    for patch, plain in zip(text.patches, text.plain, strict=True):
        assert patch_of(plain) == patch.model_copy(update={"reason": None})


@pytest.mark.parametrize("written", ["12-25", "{by: 12-25}", "[12-25]"])
def test_a_month_day_is_short_for_by(written: str) -> None:
    (patch,) = read(f"changes:\n  - move_deadline: report_due\n    of: x\n    to: {written}\n").patches
    assert isinstance(patch, MoveDeadline)
    assert patch.to == Moment.model_validate({"by": "12-25"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, 1, "empty-file")]),
        ("- end_area: a\n", [(1, 1, "top-not-mapping")]),
        ("changes: []\n", [(1, 10, "change-list")]),
        ("changes: end_area\n", [(1, 10, "change-list")]),
        ("of: x\nchanges:\n  - end_area: a\n", [(1, 1, "unknown-key")]),
        ("changes:\n  - end_aera: a\n", [(2, 5, "change-kind")]),
        ("changes:\n  - end_area: a\n    add_unit: b\n", [(2, 5, "change-kind")]),
        ("changes:\n  - end_area\n", [(2, 5, "change-kind")]),
        ("changes:\n  - end_area: Lao Dong\n", [(2, 15, "bad-slug")]),
        ("changes:\n  - move_deadline: d\n    to: 2026-12-25\n", [(2, 5, "missing-key")]),
        ("changes:\n  - move_deadline: d\n    of: x\n    to: 2026-02-30\n", [(4, 9, "bad-date")]),
        ("changes:\n  - move_deadline: d\n    of: x\n    to: 25/12/2026\n", [(4, 9, "bad-date")]),
        ("changes:\n  - move_deadline: d\n    of: x\n    to: 13-45\n", [(4, 9, "no-such-date")]),
        ("changes:\n  - move_deadline: d\n    of: x\n    to: {befor: 12-25}\n", [(4, 10, "unknown-key")]),
        ("changes:\n  - move_deadline: d\n    of: x\n    to: {by: 12-25, undated: true}\n", [(4, 9, "moment-form")]),
        ("changes:\n  - move_deadline: d\n    of: x\n    to:\n", [(4, 5, "not-date")]),
        ("changes:\n  - change_lead: a\n    to: b\n    to: c\n", [(4, 5, "duplicate-key")]),
        ("changes:\n  - change_title: a\n    to: {en: x}\n", [(3, 9, "missing-key")]),
        ("changes:\n  - end_area: a\n    reason: ''\n", [(3, 13, "empty-text")]),
        ("changes:\n  - end_area: a\n    of: ''\n", [(3, 9, "empty-text")]),
        (
            "changes:\n  - add_area: a\n    titel: x\n    lead: l\n    confidential: yes\n    due: 12-25\n",
            [(2, 5, "missing-key"), (3, 5, "unknown-key"), (5, 19, "not-boolean"), (6, 10, "bad-date")],
        ),
        (
            "changes:\n  - end_area: A\n  - end_unit: b\n  - add_unit: C\n",
            [(2, 15, "bad-slug"), (4, 15, "bad-slug")],
        ),
    ],
)
def test_each_fault_is_told_at_its_place(text: str, found: list[tuple[int, int, str]]) -> None:
    assert sorted(faults(text)) == found
    assert read(text).patches == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("changes:\n  - end_aera: a\n", "end_area"),
        ("changes:\n  - end_area: a\n    raeson: x\n", "reason"),
        ("changes:\n  - move_deadline: d\n    of: x\n    to: {befor: 12-25}\n", "before"),
    ],
)
def test_a_misspelt_key_is_answered_with_what_was_meant(text: str, meant: str) -> None:
    (fault,) = read(text).faults
    assert fault.hint is not None
    assert meant in str(dict(fault.hint.params))


def test_more_patches_than_anyone_can_weigh_are_refused() -> None:
    assert faults("changes:\n" + "  - end_area: a\n" * (MOST_PATCHES + 1)) == [(2, 3, "change-many")]
