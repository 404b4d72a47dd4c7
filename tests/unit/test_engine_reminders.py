"""Reminders go out at 07:30 of their working days, end with their reason, and make no storm after an outage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tests.support.cast import CONSOLIDATOR, LABOUR, PPC
from tests.support.world import ROUND, World, area, moment

Begin = Callable[..., World]
CASE = area("lao-dong")


def when(world: World, case: str, template: str, agency: str) -> list[str]:
    return [at for at, to in world.sent(case, template) if to == agency]


def test_the_lead_and_its_coordinators_are_reminded_ten_five_and_one_working_days_before_the_target(
    begin: Begin,
) -> None:
    world = begin()
    world.live("2026-12-14 23:00")
    days = ["2026-11-30 07:30", "2026-12-07 07:30", "2026-12-11 07:30"]
    for agency in ("so-ldtbxh", "so-ngoai-vu", "cong-an-tinh"):
        assert when(world, CASE, "reminder", agency) == days
    assert when(world, CASE, "reminder", "so-cong-thuong") == []


def test_nothing_is_sent_a_microsecond_before_half_past_seven(begin: Begin) -> None:
    world = begin()
    world.live("2026-11-30 07:29:59.999999")
    assert world.sent(CASE, "reminder") == []
    world.live("2026-11-30 07:30")
    assert len(world.sent(CASE, "reminder")) == 3


def test_the_consolidator_is_reminded_before_its_own_target_and_urged_after_with_the_office_looking_on(
    begin: Begin,
) -> None:
    world = begin()
    world.live("2027-02-01 00:00")
    # target Friday 18/12; the term ended with Saturday 19/12
    assert when(world, ROUND, "reminder", "so-cong-thuong") == ["2026-12-16 07:30", "2026-12-17 07:30"]
    urged = ["2026-12-21 07:30", "2026-12-23 07:30", "2026-12-25 07:30", "2026-12-29 07:30", "2026-12-31 07:30"]
    assert when(world, ROUND, "urging", "so-cong-thuong") == urged
    assert when(world, ROUND, "urging", "vp-ubnd-tinh") == urged


def test_urging_counts_and_ends_after_as_many_as_the_workflow_says(begin: Begin) -> None:
    world = begin()
    world.live("2027-03-01 00:00")
    rows = world.rows(CASE, "report_due +3wd")
    assert [row["count"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["due_at"][:10] for row in rows[:4]] == ["2026-12-17", "2026-12-22", "2026-12-25", "2026-12-30"]
    assert {row["status"] for row in rows} == {"fired"}
    letters = [m for m in world.messages() if m["case_id"] == CASE and m["template"] == "urging"]
    assert [m["facts"]["items"][0]["count"] for m in letters if m["agency"] == "so-ldtbxh"] == [1, 2, 3, 4, 5]


def test_the_consolidator_that_is_late_with_its_own_area_is_urged_by_the_ppc_office(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-17 07:30")
    letters = [m for m in world.messages() if m["case_id"] == area("quy-hoach") and m["template"] == "urging"]
    assert [(m["agency"], m["facts"]["sender"]["agency"]) for m in letters] == [("so-cong-thuong", "vp-ubnd-tinh")]


def test_a_report_ends_its_reminders(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-01 09:00")
    world.report("lao-dong")
    rows = [o for o in world.case(CASE).obligations if o.kind == "reminder" and (o.base or "").startswith("report_due")]
    assert sorted(o.status for o in rows) == ["fired", "met", "met", "met"]
    world.live("2026-12-20 00:00")
    assert when(world, CASE, "reminder", "so-ldtbxh") == ["2026-11-30 07:30"]
    assert when(world, CASE, "urging", "so-ldtbxh") == []


def test_a_late_report_ends_the_urging(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-18 09:00")
    world.report("lao-dong")
    world.live("2027-02-01 00:00")
    assert when(world, CASE, "urging", "so-ldtbxh") == ["2026-12-17 07:30"]


def test_a_report_that_nobody_takes_up_is_brought_up_every_three_working_days(begin: Begin) -> None:
    world = begin()
    world.live("2026-11-10 09:00")  # a Tuesday
    world.report("lao-dong")
    world.live("2026-11-19 08:00")
    assert when(world, CASE, "reminder", "so-cong-thuong") == ["2026-11-13 07:30", "2026-11-18 07:30"]
    world.consolidate("lao-dong")
    world.live("2026-11-24 08:00")
    assert when(world, CASE, "reminder", "so-cong-thuong")[2:] == ["2026-11-23 07:30"]
    world.submit()
    world.live("2026-12-31 00:00")
    assert when(world, CASE, "reminder", "so-cong-thuong")[3:] == []
    assert world.newest(CASE, "entered reported +3wd")["status"] == "cancelled"


def test_taking_a_report_out_again_counts_from_the_new_entry(begin: Begin) -> None:
    world = begin()
    world.live("2026-11-10 09:00")
    world.report("lao-dong")
    world.consolidate("lao-dong")
    world.live("2026-11-12 09:00")
    world.act(CASE, "reopen", CONSOLIDATOR, reason="Thiếu.")
    first, second = world.rows(CASE, "entered reported +3wd")
    assert (first["status"], second["due_at"]) == ("superseded", "2026-11-17T07:30:00+07:00")


def test_a_new_term_ends_the_urging_for_the_old_one_and_brings_reminders_of_its_own(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 08:00")
    world.act(CASE, "direct", PPC, instruction="Báo cáo.", due=date(2026, 12, 30))
    assert world.rows(CASE, "report_due +3wd")[0]["status"] == "superseded"
    world.live("2026-12-31 00:00")
    assert when(world, CASE, "urging", "so-ldtbxh") == []
    assert when(world, CASE, "reminder", "so-ldtbxh")[3:] == ["2026-12-23 07:30", "2026-12-29 07:30"]
    world.live("2027-01-06 00:00")
    assert when(world, CASE, "urging", "so-ldtbxh") == ["2027-01-05 07:30"], "the first of January is off"
    assert world.newest(CASE, "report_due +3wd")["count"] == 2


def test_a_round_that_opens_late_in_its_term_sends_no_reminder_that_is_past(begin: Begin) -> None:
    world = begin("2026-12-08 09:00")
    rows = {name: world.newest(CASE, f"report_due target {name}") for name in ("-10wd", "-5wd", "-1wd")}
    assert [(rows[n]["status"], rows[n]["cause"]) for n in rows] == [
        ("superseded", "past-at-opening"), ("superseded", "past-at-opening"), ("open", None),
    ]  # fmt: skip
    world.live("2026-12-14 00:00")
    assert when(world, CASE, "reminder", "so-ldtbxh") == ["2026-12-11 07:30"]


def test_after_an_outage_only_the_newest_reminder_goes_at_the_next_half_past_seven(begin: Begin) -> None:
    world = begin()
    world.sleep("2026-12-08 15:00")
    world.wake()
    assert world.sent(CASE, "reminder") == [], "a reminder is no reason to write in the afternoon"
    older, newer = world.newest(CASE, "report_due target -10wd"), world.newest(CASE, "report_due target -5wd")
    assert (older["status"], older["cause"]) == ("superseded", "downtime")
    assert (newer["status"], newer["due_at"]) == ("open", "2026-12-09T07:30:00+07:00")
    world.live("2026-12-14 00:00")
    assert when(world, CASE, "reminder", "so-ldtbxh") == ["2026-12-09 07:30", "2026-12-11 07:30"]


def test_after_an_outage_nobody_is_reminded_twice_in_one_minute(begin: Begin) -> None:
    """Back at 06:00 of the very day on which the last reminder is due anyway."""
    world = begin()
    world.sleep("2026-12-11 06:00")
    world.wake()
    world.live("2026-12-14 00:00")
    assert when(world, CASE, "reminder", "so-ldtbxh") == ["2026-12-11 07:30"]
    assert world.newest(CASE, "report_due target -5wd")["status"] == "superseded"


def test_after_an_outage_past_the_base_no_reminder_of_it_goes(begin: Begin) -> None:
    world = begin()
    world.sleep("2026-12-14 08:00")  # the last day: the next 07:30 comes after the target
    world.wake()
    world.live("2026-12-16 00:00")
    assert world.sent(CASE, "reminder") == []
    statuses = {o["status"] for o in world.service.show(CASE)["obligations"] if " target " in o["name"]}
    assert statuses == {"superseded"}
    assert world.state("lao-dong") == "escalated", "the deadline itself waits for nothing"


def test_after_an_outage_the_urging_goes_once_and_the_series_goes_on(begin: Begin) -> None:
    world = begin()
    world.sleep("2026-12-24 09:00")
    world.wake()
    world.live("2026-12-31 00:00")
    assert when(world, CASE, "urging", "so-ldtbxh") == ["2026-12-25 07:30", "2026-12-30 07:30"]
    assert [row["count"] for row in world.rows(CASE, "report_due +3wd")] == [1, 2, 3]


def test_an_outage_ends_no_series_when_two_of_them_count_from_one_term(begin: Begin) -> None:
    line = "  - {base: report_due, offset: +3wd, every: 3wd, most: 5,"
    more = "  - {base: report_due, offset: +2wd, every: 2wd, to: office, until: report_due met}\n"
    world = begin(edits={"task-area": [(line, more + line)]})
    world.sleep("2026-12-18 09:00")
    world.wake()
    world.live("2026-12-31 00:00")
    office = [row for row in world.rows(CASE, "report_due +2wd") if row["status"] == "fired"]
    assert [row["count"] for row in office][:2] == [1, 2], "the office is still told of every second working day"
    assert when(world, CASE, "urging", "so-ldtbxh")


def test_a_command_given_in_an_outage_does_not_lose_the_reminders_of_its_case(begin: Begin) -> None:
    world = begin()
    world.sleep("2026-12-08 15:00")
    world.act(CASE, "start", LABOUR)
    newer = world.newest(CASE, "report_due target -5wd")
    assert (newer["status"], newer["due_at"]) == ("open", "2026-12-09T07:30:00+07:00")


def test_reminders_end_with_the_case(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 08:00")
    world.act(CASE, "close", PPC, reason="Không yêu cầu nữa.")
    assert all(o.status != "open" for o in world.case(CASE).obligations)
    world.live("2027-02-01 00:00")
    assert when(world, CASE, "urging", "so-ldtbxh") == []


def test_an_opinion_that_is_not_given_is_brought_up_with_the_office(begin: Begin) -> None:
    world = begin()
    world.live("2026-11-10 09:00")
    world.submit()
    owed = world.newest(ROUND, "opinion_due")
    assert owed["due_at"] == "2026-12-09T00:00:00+07:00", "twenty working days after Tuesday 10 November"
    world.live("2027-02-01 00:00")
    assert sorted(world.told(ROUND, "passed")) == [("passed", "ubnd-tinh"), ("passed", "vp-ubnd-tinh")]
    assert when(world, ROUND, "urging", "vp-ubnd-tinh")[:2] == ["2026-12-09 07:30", "2026-12-16 07:30"]
    assert len(when(world, ROUND, "urging", "vp-ubnd-tinh")) == 4


def test_the_day_after_a_long_holiday_is_the_next_working_day(begin: Begin) -> None:
    """Reported on Wednesday 11/2/2026; Tết is from 14 to 22 February."""
    world = begin("2026-02-02 08:00")
    world.live("2026-02-11 09:00")
    world.report("lao-dong")
    row = world.newest(CASE, "entered reported +3wd")
    assert row["due_at"] == "2026-02-23T07:30:00+07:00"
    assert moment("2026-02-23 07:30") - world.now > timedelta(days=11)
