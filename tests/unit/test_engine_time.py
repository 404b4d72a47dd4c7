"""What the plan's deadlines do at their edge, to the microsecond, when people are silent and when they act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.cast import CONSOLIDATOR, LABOUR, LAND, LEADS, OFFICE, PPC, registering
from tests.support.world import AREAS, ROUND, World, area, build, moment, report_facts
from workflow.calendar import TZ
from workflow.model import Refusal

Begin = Callable[..., World]
CASE = area("lao-dong")
EDGE = "2026-12-15 00:00"


def test_a_report_in_the_last_microsecond_of_its_term_is_on_time(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-14 23:59:59.999999")
    world.report("lao-dong")
    world.live(EDGE)
    owed = world.newest(CASE, "report_due")
    assert (owed["status"], owed["late_by_s"], world.state("lao-dong")) == ("met", 0, "reported")
    assert (world.case(CASE).late, world.service.show(CASE)["standing"]) == (False, "on_time")


def test_a_report_at_midnight_itself_is_late_though_no_whole_second_has_passed(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-14 23:59:59")
    world.clock.go(moment(EDGE))  # no daemon in between: the command itself settles what is due
    world.report("lao-dong")
    assert world.triggers(CASE)[-2:] == ["miss_report", "report"]
    owed = world.newest(CASE, "report_due")
    assert (owed["status"], owed["late_by_s"]) == ("fired", 1)
    assert (world.case(CASE).late, world.service.show(CASE)["standing"]) == (True, "late")


def test_a_late_report_leaves_the_obligation_fired_and_says_by_which_event_and_how_late(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 09:00")
    world.report("lao-dong")
    owed = world.newest(CASE, "report_due")
    assert owed["status"] == "fired"
    assert owed["fired_at"] == "2026-12-15T00:00:00+07:00"
    assert owed["met_at"] == "2026-12-16T09:00:00+07:00"
    assert owed["late_by_s"] == 33 * 3600
    assert world.events(CASE)[owed["met_by"] - 1].trigger == "report"


def test_six_silent_areas_and_a_silent_consolidator_are_seven_failures_each_told_to_the_right_role_once(
    database_url: str, tmp_path: Path
) -> None:
    world = build(database_url, tmp_path)
    world.live("2026-12-20 00:00")
    fired = [o for case in world.cases() for o in case.obligations if o.kind == "deadline" and o.status == "fired"]
    assert sorted(o.case_id for o in fired) == sorted([ROUND, *map(area, AREAS)])
    for name in AREAS:
        told = world.told(area(name), "miss_report")
        # the PPC office, the consolidator and the lead, who in area 2 is the consolidator itself
        assert sorted(told) == sorted(
            {("miss_report", agency) for agency in ("vp-ubnd-tinh", "so-cong-thuong", LEADS[name].agency)}
        )
        (event,) = [e for e in world.events(area(name)) if e.trigger == "miss_report"]
        assert event.effective_at == moment(EDGE)
    # the consolidator's failure is told to the PPC office (and to itself)
    assert sorted(world.told(ROUND, "passed")) == [("passed", "so-cong-thuong"), ("passed", "vp-ubnd-tinh")]
    assert world.case(ROUND).state == "collecting"
    assert world.drain() == 0
    assert world.service.verify()["ok"]
    world.close()


def test_nobody_is_escalated_a_microsecond_before_the_term_ends(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-14 23:59:59.999999")
    assert {world.state(name) for name in AREAS} == {"assigned"}
    world.live(EDGE)
    assert {world.state(name) for name in AREAS} == {"escalated"}


@pytest.mark.parametrize("dispatch", [date(2026, 12, 14), moment("2026-12-14 23:59:59.999999")])
def test_a_paper_report_dispatched_in_time_but_registered_later_counts_as_on_time(begin: Begin, dispatch: date) -> None:
    world = begin()
    world.live("2026-12-16 10:00")
    assert world.state("lao-dong") == "escalated"
    world.report("lao-dong", actor=registering(CONSOLIDATOR, "so-ldtbxh"), dated=dispatch)
    owed = world.newest(CASE, "report_due")
    assert (owed["status"], owed["late_by_s"]) == ("fired", 0)
    assert (world.case(CASE).late, world.service.show(CASE)["standing"]) == (False, "on_time")
    event = world.events(CASE)[-1]
    assert (event.actor.agency, event.actor.on_behalf_of) == ("so-cong-thuong", "so-ldtbxh")
    assert event.effective_at == moment("2026-12-16 10:00")


def test_the_documents_own_date_does_not_make_the_leads_own_filing_earlier(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 10:00")
    world.report("lao-dong", dated=date(2026, 12, 10))
    assert world.newest(CASE, "report_due")["late_by_s"] == 34 * 3600
    assert world.events(CASE)[-1].data["facts"]["dated"] == "2026-12-10"


def test_a_dispatch_after_the_term_is_late_by_what_the_entry_says(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-18 10:00")
    dispatch = datetime(2026, 12, 15, 0, 30, tzinfo=TZ)
    world.report("lao-dong", actor=registering(CONSOLIDATOR, "so-ldtbxh"), dated=dispatch)
    assert world.newest(CASE, "report_due")["late_by_s"] == 1800


def test_a_document_of_tomorrow_is_refused(begin: Begin) -> None:
    world = begin()
    with pytest.raises(Refusal, match="dated-future"):
        world.report("lao-dong", dated=date(2026, 11, 2))


def test_an_early_submission_leaves_nobody_forgotten(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-10 08:00")
    world.report("lao-dong")
    world.act(CASE, "return", CONSOLIDATOR, reason="Thiếu số liệu.")
    world.report("dat-dai")
    world.submit()
    assert world.state("dat-dai") == "escalated"
    assert world.newest(ROUND, "consolidation_due")["status"] == "met"
    world.live("2026-12-15 00:00")
    assert world.state("lao-dong") == "escalated"  # its own renewed term ended first


def test_what_came_back_before_an_early_submission_goes_to_the_ppc_when_the_consolidation_falls_due(
    begin: Begin,
) -> None:
    world = begin()
    world.live("2026-12-18 09:00")
    world.report("lao-dong", actor=registering(CONSOLIDATOR, "so-ldtbxh"), dated=date(2026, 12, 11))
    world.submit()
    # escalated before: only one that never was may be moved by the consolidation's term
    world.act(CASE, "direct", PPC, instruction="Bổ sung.", due=date(2026, 12, 31))
    world.live("2026-12-20 00:00")
    assert world.state("lao-dong") == "in_progress"
    assert world.newest(CASE, "round.consolidation_due")["cause"] == "nothing-to-do"
    world.live("2027-01-01 00:00")
    assert world.state("lao-dong") == "escalated"


def test_an_area_returned_after_an_early_submission_still_reaches_the_ppc_with_the_consolidations_term(
    begin: Begin,
) -> None:
    world = begin()
    world.live("2026-12-14 09:00")
    world.submit()
    world.report("lao-dong")
    world.live("2026-12-18 09:00")
    world.act(CASE, "return", CONSOLIDATOR, reason="Thiếu số liệu.")
    world.live("2026-12-19 23:59:59.999999")
    assert world.state("lao-dong") == "in_progress"
    assert world.newest(ROUND, "consolidation_due")["status"] == "met"
    world.live("2026-12-20 00:00")
    assert world.state("lao-dong") == "escalated"
    assert world.events(CASE)[-1].trigger == "miss_consolidation"


def test_a_report_in_hand_when_nobody_consolidates_is_before_the_ppc_by_the_consolidations_term(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-10 08:00")
    world.report("lao-dong")
    world.report("dat-dai")
    world.consolidate("dat-dai")
    world.live("2026-12-20 00:00")
    for name in ("lao-dong", "dat-dai"):
        (event,) = [e for e in world.events(area(name)) if e.to_state == "escalated"]
        assert (event.trigger, event.effective_at) == ("miss_consolidation", moment("2026-12-20 00:00"))
        assert world.newest(area(name), "report_due")["status"] == "met"


def test_a_return_renews_the_term_but_never_to_before_its_old_end(begin: Begin) -> None:
    world = begin()
    world.live("2026-11-10 08:00")
    world.report("lao-dong")
    world.act(CASE, "return", CONSOLIDATOR, reason="Thiếu số liệu.")
    first, second = world.rows(CASE, "report_due")
    assert (first["status"], second["status"], second["occurrence"]) == ("met", "open", 2)
    assert second["due_at"] == first["due_at"]
    assert not world.case(CASE).is_met("report_due")


def test_a_return_near_or_after_the_term_gives_two_more_working_days(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-14 15:00")
    world.report("lao-dong")
    world.live("2026-12-17 16:00")
    world.act(CASE, "return", CONSOLIDATOR, reason="Thiếu số liệu.")
    owed = world.newest(CASE, "report_due")
    assert (owed["last_day"], owed["due_at"]) == ("2026-12-21", "2026-12-22T00:00:00+07:00")
    assert world.service.show(CASE)["standing"] == "missing"


def test_the_ppc_directs_with_a_day_of_its_own_which_is_included(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 08:00")
    world.act(CASE, "direct", PPC, instruction="Báo cáo ngay.", due=date(2026, 12, 23))
    first, second = world.rows(CASE, "report_due")
    assert (first["status"], second["status"]) == ("fired", "open")
    assert (second["last_day"], second["due_at"]) == ("2026-12-23", "2026-12-24T00:00:00+07:00")
    world.live("2026-12-24 00:00")
    assert world.state("lao-dong") == "escalated"
    assert [o["status"] for o in world.rows(CASE, "report_due")] == ["fired", "fired"]


def test_a_day_that_the_ppc_gives_may_not_be_over(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 08:00")
    with pytest.raises(Refusal, match="due-past"):
        world.act(CASE, "direct", PPC, instruction="x", due=date(2026, 12, 15))
    world.act(CASE, "direct", PPC, instruction="x", due=date(2026, 12, 16))
    assert world.newest(CASE, "report_due")["due_at"] == "2026-12-17T00:00:00+07:00"


def test_one_report_answers_every_term_that_passed_unanswered(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 08:00")
    world.act(CASE, "direct", PPC, instruction="Báo cáo ngay.", due=date(2026, 12, 18))
    world.live("2026-12-17 08:00")
    world.report("lao-dong")
    first, second = world.rows(CASE, "report_due")
    assert (first["status"], first["late_by_s"]) == ("fired", 56 * 3600)
    assert (second["status"], second["late_by_s"]) == ("met", 0)
    assert first["met_by"] == second["met_by"]
    assert world.case(CASE).late, "the day given later does not undo the first lateness"


def test_entering_a_state_later_does_not_fire_a_deadline_again(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 08:00")
    world.report("lao-dong")
    world.act(CASE, "return", CONSOLIDATOR, reason="Thiếu.")
    before = len([t for t in world.triggers(CASE) if t == "miss_report"])
    world.live("2026-12-18 23:00")
    assert world.state("lao-dong") == "in_progress"
    assert len([t for t in world.triggers(CASE) if t == "miss_report"]) == before == 1
    world.live("2026-12-19 00:00")  # the renewed term's own end
    assert [t for t in world.triggers(CASE) if t == "miss_report"] == ["miss_report"] * 2


def test_a_deadline_whose_state_has_no_way_for_it_still_goes_on_record_and_is_told(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-10 09:00")
    world.report("lao-dong")
    world.live("2026-12-18 09:00")
    world.act(CASE, "return", CONSOLIDATOR, reason="Thiếu.")
    world.live("2026-12-22 23:59:59.999999")
    assert "miss_consolidation" in world.triggers(CASE)
    world.live("2026-12-23 00:00")
    event = world.events(CASE)[-1]
    assert (event.trigger, event.from_state, event.to_state) == ("passed", "escalated", "escalated")
    assert world.newest(CASE, "report_due")["status"] == "fired"
    assert sorted(world.told(CASE, "passed")) == [("passed", "so-ldtbxh"), ("passed", "vp-ubnd-tinh")]


def test_a_final_state_cancels_what_is_open_and_a_late_report_out_of_it_still_answers_the_newest_term(
    begin: Begin,
) -> None:
    world = begin()
    world.live("2026-12-10 09:00")
    world.report("lao-dong")
    world.live("2026-12-18 09:00")
    world.act(CASE, "return", CONSOLIDATOR, reason="Thiếu.")
    world.live("2026-12-20 00:00")
    world.act(CASE, "close", PPC, reason="Đã rõ.")
    assert {o.status for o in world.case(CASE).obligations} & {"open"} == set()
    assert world.newest(CASE, "report_due")["status"] == "cancelled"
    assert world.service.show(CASE)["standing"] == "missing"
    world.live("2026-12-21 09:00")
    world.report("lao-dong")
    owed = world.newest(CASE, "report_due")
    assert (owed["status"], owed["late_by_s"]) == ("cancelled", 0)
    assert world.case(CASE).is_met("report_due")
    with pytest.raises(Refusal, match="wrong-state"):
        world.report("lao-dong")


def test_an_acknowledged_round_finishes_the_areas_that_reported_and_leaves_the_others_open(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 08:00")
    world.report("lao-dong")
    world.submit()
    world.acknowledge()
    assert (world.state("lao-dong"), world.state("dat-dai")) == ("closed", "escalated")
    assert world.newest(ROUND, "opinion_due")["status"] == "met"
    world.act(area("dat-dai"), "close", PPC, reason="Không yêu cầu nữa.")
    assert world.service.show(area("dat-dai"))["standing"] == "missing"


def test_a_supplement_takes_the_late_ones_along_and_asks_for_an_opinion_again(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 08:00")
    world.submit()
    world.acknowledge()
    world.live("2026-12-28 08:00")
    world.report("lao-dong")
    world.submit(trigger="supplement")
    assert (world.case(ROUND).state, world.state("lao-dong")) == ("submitted", "escalated")
    assert [o["status"] for o in world.rows(ROUND, "opinion_due")] == ["met", "open"]
    assert world.events(CASE)[-1].data["with"] == f"{ROUND}:submit"
    world.acknowledge()
    assert world.state("lao-dong") == "closed"


def test_a_consolidated_report_can_be_taken_out_again(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-10 09:00")
    world.report("lao-dong")
    world.consolidate("lao-dong")
    world.act(CASE, "reopen", CONSOLIDATOR, reason="Thiếu phụ lục.")
    assert world.state("lao-dong") == "reported"
    assert world.case(CASE).is_met("report_due")


def test_the_consolidated_report_names_who_was_on_time_late_and_missing(begin: Begin) -> None:
    world = begin()
    world.report("dau-tu")
    world.live("2026-12-14 10:00")
    world.report("dat-dai")
    world.act(area("dat-dai"), "return", CONSOLIDATOR, reason="Thiếu.")
    world.live("2026-12-16 10:00")
    world.report("lao-dong")
    world.live("2026-12-17 10:00")
    world.submit()
    found = world.events(ROUND)[-1].data["round"]
    assert found["on_time"] == [area("dau-tu")]
    assert found["late"] == [area("lao-dong")]
    assert area("dat-dai") in found["missing"], "a returned report counts as not reported"
    assert len(found["missing"]) == 4
    assert world.newest(ROUND, "consolidation_due")["status"] == "met"


def test_the_submission_is_one_letter_to_each_and_the_plans_recipients_get_theirs(begin: Begin) -> None:
    world = begin()
    for name in AREAS:
        world.report(name)
    before = len(world.messages())
    world.submit()
    letters = world.messages()[before:]
    assert len({letter["agency"] for letter in letters}) == len(letters)
    copies = {letter["agency"] for letter in letters if letter["template"] == "report-copy"}
    assert {"van-phong-chinh-phu", "bo-cong-thuong", "lanh-dao-ubnd-tinh"} <= copies
    covered = [pair for letter in letters if letter["agency"] == "vp-ubnd-tinh" for pair in letter["covers"]]
    assert len(covered) == 7


def test_a_late_consolidation_is_met_late(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-20 01:00")
    world.submit()
    owed = world.newest(ROUND, "consolidation_due")
    assert (owed["status"], owed["late_by_s"]) == ("fired", 3600)


def test_the_moments_of_2026_are_those_of_the_plan(begin: Begin) -> None:
    world = begin()
    report, consolidation = world.newest(CASE, "report_due"), world.newest(ROUND, "consolidation_due")
    assert (report["last_day"], report["target"], report["due_at"]) == (
        "2026-12-14", "2026-12-14", "2026-12-15T00:00:00+07:00",
    )  # fmt: skip
    assert (consolidation["last_day"], consolidation["target"], consolidation["due_at"]) == (
        "2026-12-19", "2026-12-18", "2026-12-20T00:00:00+07:00",
    )  # fmt: skip
    assert report["raw"] == "trước ngày 15 tháng 12 hàng năm"


def test_an_undated_deadline_stands_open_without_firing_and_the_record_still_verifies(begin: Begin) -> None:
    edit = ("    before: 12-20\n    raw: trước ngày 20 tháng 12 hàng năm\n    roll: keep\n",
            "    undated: true\n    raw: khi tổng kết\n")  # fmt: skip
    world = begin(edits={"bauxite-alumina": [edit]})
    world.live("2027-06-01 00:00")
    owed = world.newest(ROUND, "consolidation_due")
    assert (owed["status"], owed["due_at"], owed["raw"]) == ("open", None, "khi tổng kết")
    assert world.service.verify()["ok"]
    world.submit()
    assert world.newest(ROUND, "consolidation_due")["status"] == "met"
    assert world.service.verify()["ok"]


def test_after_an_outage_everything_due_fires_in_order_once_and_is_recorded_as_late_with_its_cause(
    begin: Begin,
) -> None:
    world = begin()
    world.sleep("2026-12-20 10:00")
    world.wake()
    events = [e for e in world.events(CASE) if e.trigger in {"miss_report", "settled"}]
    missed = next(e for e in events if e.trigger == "miss_report")
    assert (missed.effective_at, missed.recorded_at) == (moment(EDGE), moment("2026-12-20 10:00"))
    assert missed.data["cause"] == "downtime"
    assert world.newest(CASE, "report_due")["cause"] == "downtime"
    assert world.newest(ROUND, "consolidation_due")["status"] == "fired"
    assert sorted(world.told(CASE, "miss_report")) == sorted(
        ("miss_report", agency) for agency in ("vp-ubnd-tinh", "so-cong-thuong", "so-ldtbxh")
    )
    assert world.drain() == 0
    assert world.service.verify()["ok"]


def test_an_overdue_transition_takes_effect_at_the_entry_when_that_came_later(begin: Begin) -> None:
    """First published on 16 December: the round of 2026 opens after its reports were due."""
    world = begin("2026-12-16 08:00")
    event = next(e for e in world.events(CASE) if e.trigger == "miss_report")
    assert event.effective_at == moment("2026-12-16 08:00")
    assert world.newest(CASE, "report_due")["fired_at"] == "2026-12-16T08:00:00+07:00"


def test_a_command_first_settles_what_is_due_on_its_case_its_round_and_the_rounds_cases(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-14 12:00")
    world.clock.go(moment("2026-12-20 00:00:01"))
    world.act(CASE, "direct", PPC, instruction="x", due=date(2026, 12, 31))
    assert world.triggers(CASE)[-1] == "direct"
    assert world.newest(ROUND, "consolidation_due")["status"] == "fired"
    assert {world.state(name) for name in AREAS} == {"escalated", "in_progress"}


def test_a_cases_command_leaves_a_round_alone_that_owes_nothing_now(begin: Begin) -> None:
    world = begin()
    before = world.case(ROUND).revision
    world.act(CASE, "start", LABOUR)
    assert world.case(ROUND).revision == before


def test_one_command_on_several_cases_is_all_or_nothing(begin: Begin) -> None:
    world = begin()
    world.report("lao-dong")
    before = world.dump(but=["refusal"])
    with pytest.raises(Refusal, match="wrong-state"):
        world.act([CASE, area("dat-dai")], "consolidate", CONSOLIDATOR)
    assert world.dump(but=["refusal"]) == before
    world.report("dat-dai", actor=LAND)
    world.act([CASE, area("dat-dai")], "consolidate", CONSOLIDATOR)
    assert {world.state("lao-dong"), world.state("dat-dai")} == {"consolidated"}


def test_the_office_may_register_the_ppcs_opinion_and_the_record_names_both(begin: Begin) -> None:
    world = begin()
    world.report("lao-dong")
    world.submit()
    with pytest.raises(Refusal, match="say-behalf"):
        world.act(ROUND, "acknowledge", OFFICE)
    world.act(ROUND, "acknowledge", registering(OFFICE, "ubnd-tinh"))
    actor = world.events(ROUND)[-1].actor
    assert (actor.agency, actor.on_behalf_of) == ("vp-ubnd-tinh", "ubnd-tinh")


def test_a_term_that_rolls_shows_its_printed_day_its_target_and_the_last_acceptable_moment(begin: Begin) -> None:
    """14 December 2025 is a Sunday."""
    world = begin("2025-11-03 08:00")
    owed = world.newest(area("lao-dong", "2025"), "report_due")
    assert (owed["last_day"], owed["target"], owed["due_at"]) == (
        "2025-12-14", "2025-12-12", "2025-12-16T00:00:00+07:00",
    )  # fmt: skip
    world.live("2025-12-15 23:59:59.999999")
    assert world.state("lao-dong", "2025") == "assigned"
    world.live("2025-12-16 00:00")
    assert world.state("lao-dong", "2025") == "escalated"


def test_what_is_reported_needs_a_document(begin: Begin) -> None:
    world = begin()
    for missing in ("number", "dated", "text"):
        facts = report_facts("lao-dong", world.now) | {missing: None}
        with pytest.raises(Refusal, match="needs"):
            world.act(CASE, "report", LABOUR, **facts)
    world.act(CASE, "report", LABOUR, nil="Không có lao động nước ngoài trong kỳ.")
    assert world.state("lao-dong") == "reported"
    assert world.newest(CASE, "report_due")["status"] == "met"


def test_time_between_two_sweeps_of_a_living_daemon_is_no_downtime(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-07 07:29:50")
    world.clock.go(world.now + timedelta(seconds=20))
    world.attend()
    world.drain()
    assert world.sent(CASE, "reminder")[-1][0] == "2026-12-07 07:30"
