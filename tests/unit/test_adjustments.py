"""Adjustment requests: what an approved change does to open cases, their deadlines and reminders, and who hears of it.

How the plan's own text is edited: test_editing; what a request is weighed by: test_impact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.cast import (
    CONSOLIDATOR,
    COORDINATOR,
    INVESTMENT,
    LABOUR,
    LAND,
    OFFICE,
    POLICE,
    PPC,
    STRANGER,
    registering,
)
from tests.support.definitions import shipped_bytes
from tests.support.world import AREAS, PLAN, ROUND, World, area, day, refused, report_facts
from workflow.model import Actor, Facts, Refusal
from workflow.record import rebuild
from workflow.service import Asking
from workflow.words import explain

Begin = Callable[..., World]
Patch = Mapping[str, Any]
CASE = area("lao-dong")
PLAN_TEXT = shipped_bytes()["plans/bauxite-alumina.yaml"].decode()
REQUEST_TEXT = shipped_bytes()["workflows/adjustment-request.yaml"].decode()
DECISION = "15/QĐ-UBND"
URGING = "report_due +3wd"


def move(of: str, to: Any, name: str = "report_due", **more: Any) -> Patch:
    return {"move_deadline": name, "of": of, "to": to, **more}


def asked(world: World, *change: Patch, by: Actor = LABOUR, submit: bool = True, **facts: Any) -> str:
    plan = facts.pop("plan", PLAN)
    return str(world.service.request(Asking(plan, by, Facts(change=change, **facts), submit=submit))["id"])


def forwarded(world: World, *change: Patch, by: Actor = LABOUR, **facts: Any) -> str:
    request = asked(world, *change, by=by, **facts)
    world.act(request, "take_up", CONSOLIDATOR)
    world.act(request, "forward", CONSOLIDATOR, opinion="Thống nhất.")
    return request


def approve(world: World, request: str, **facts: Any) -> None:
    world.act(request, "approve", PPC, **({"decision": DECISION} | facts))


def adjust(world: World, *change: Patch, by: Actor = LABOUR, **facts: Any) -> str:
    """Asked, forwarded and approved, all at this instant."""
    request = forwarded(world, *change, by=by)
    approve(world, request, **facts)
    return request


def owed(world: World, case: str, name: str = "report_due") -> list[tuple[str, str | None]]:
    """(status, due instant to the minute) of every occurrence."""
    return [(o["status"], o["due_at"] and o["due_at"][:16]) for o in world.rows(case, name)]


def text_of(world: World, name: str = PLAN) -> str:
    return str(world.service.export(f"plan/{name}")["text"])


def test_a_title_may_hold_what_yaml_reads_as_its_own_signs(begin: Begin) -> None:
    world = begin()
    adjust(world, {"change_title": "dat-dai", "to": {"vi": "Đất đai, {khoáng} sản: [mới]", "en": "Land, minerals"}})
    assert world.case(area("dat-dai")).title["vi"] == "Đất đai, {khoáng} sản: [mới]"
    assert world.service.check([]) == []
    sound(world)


def test_lead_and_coordinator_may_swap_in_one_request(begin: Begin) -> None:
    world = begin()
    adjust(
        world,
        {"change_lead": "lao-dong", "to": "so-ngoai-vu"},
        {"change_coordinators": "lao-dong", "to": ["so-ldtbxh"]},
    )
    roles = world.case(CASE).roles
    assert (roles["lead"], roles["coordinator"]) == (("so-ngoai-vu",), ("so-ldtbxh",))
    sound(world)


def sound(world: World) -> None:
    """Every row is what its chain says, and the whole record verifies."""
    for case in world.cases():
        told = rebuild(world.events(case.id))
        assert {o.key: o for o in told.obligations} == {o.key: o for o in case.obligations}, case.id
        for field in ("state", "title", "roles", "data", "plan_version"):
            assert getattr(told, field) == getattr(case, field), (case.id, field)
    assert world.service.verify()["ok"]


# One deadline of one case


def test_a_moved_deadline_is_a_new_occurrence_beside_the_superseded_one(begin: Begin) -> None:
    world = begin()
    adjust(world, move(CASE, "2026-12-19"))
    assert owed(world, CASE) == [("superseded", "2026-12-15T00:00"), ("open", "2026-12-20T00:00")]
    newest = world.newest(CASE, "report_due")
    # Saturday: the day that the decision gives is not rolled, and the target is the last working day inside it.
    assert (newest["last_day"], newest["target"], newest["raw"]) == ("2026-12-19", "2026-12-18", None)
    assert {name for name in AREAS if len(world.rows(area(name), "report_due")) > 1} == {"lao-dong"}
    sound(world)


def test_no_reminder_is_left_on_the_old_term_none_is_doubled_and_none_is_sent_for_the_past(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-08 09:00")
    adjust(world, move(CASE, "2026-12-18"))
    open_rows = [o for o in world.case(CASE).obligations if o.kind == "reminder" and o.status == "open"]
    assert {o.base for o in open_rows} == {"report_due#2"}
    before = len(world.sent(CASE, "reminder"))
    world.live("2026-12-18 23:59")
    sent = [at for at, agency in world.sent(CASE, "reminder")[before:] if agency == "so-ldtbxh"]
    assert sent == ["2026-12-11 07:30", "2026-12-17 07:30"]
    world.live("2026-12-30 08:00")
    assert [at for at, agency in world.sent(CASE, "urging") if agency == "so-ldtbxh"] == [
        "2026-12-23 07:30",
        "2026-12-28 07:30",
    ]


def test_the_case_is_escalated_at_the_new_instant_and_not_at_the_old_one(begin: Begin) -> None:
    world = begin()
    adjust(world, move(CASE, "2026-12-17"))
    world.live("2026-12-17 23:59:59")
    assert (world.state("lao-dong"), world.state("dat-dai")) == ("assigned", "escalated")
    world.live("2026-12-18 00:00")
    assert world.state("lao-dong") == "escalated"


def test_a_move_to_the_very_day_on_which_it_falls_already_is_refused(begin: Begin) -> None:
    world = begin()
    assert refused(lambda: asked(world, move(CASE, "2026-12-14"))) == "change-same"


def test_a_new_term_in_the_past_is_refused_and_the_day_is_said_in_words(begin: Begin) -> None:
    world = begin()
    with pytest.raises(Refusal) as caught:
        asked(world, move(CASE, "2026-10-25"))
    assert explain(caught.value) == "Hạn mới Chủ nhật 25/10/2026 đã qua; hạn không thể đặt vào quá khứ."
    assert refused(lambda: asked(world, move(CASE, "2026-11-01"))) is None  # today still lies ahead until midnight


def test_a_deadline_that_has_been_met_or_whose_case_is_closed_cannot_be_moved(begin: Begin) -> None:
    world = begin()
    world.report("dat-dai")
    assert refused(lambda: asked(world, move(area("dat-dai"), "2026-12-17"))) == "change-met"
    world.live("2026-12-16 09:00")
    world.act(CASE, "close", PPC, reason="Không còn nhiệm vụ.")
    assert refused(lambda: asked(world, move(CASE, "2026-12-25"))) == "change-ended"


# One that has fired


def test_one_that_has_fired_stays_fired_and_its_state_stays(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 09:00")
    adjust(world, move(CASE, "2026-12-18"))
    assert owed(world, CASE) == [("fired", "2026-12-15T00:00"), ("open", "2026-12-19T00:00")]
    assert world.state("lao-dong") == "escalated"
    assert world.case(CASE).late
    world.live("2026-12-17 09:00")
    world.report("lao-dong")
    first, second = world.rows(CASE, "report_due")
    assert (first["status"], first["late_by_s"]) == ("fired", (2 * 24 + 9) * 3600)
    assert (second["status"], second["late_by_s"]) == ("met", 0)
    assert world.service.show(CASE)["standing"] == "late"
    sound(world)


def test_a_decision_that_waives_takes_the_lateness_away_and_is_named_as_the_cause(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 09:00")
    adjust(world, move(CASE, "2026-12-18"), waive=True)
    first, second = world.rows(CASE, "report_due")
    assert (first["status"], first["cause"], second["status"]) == ("waived", DECISION, "open")
    world.live("2026-12-17 09:00")
    world.report("lao-dong")
    first, second = world.rows(CASE, "report_due")
    assert (first["status"], first["met_by"], second["status"]) == ("waived", None, "met")
    assert world.service.show(CASE)["standing"] == "on_time"
    sound(world)


def test_urging_stops_for_the_old_term_and_begins_anew_after_the_new_one(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-18 09:00")
    adjust(world, move(CASE, "2026-12-25"))
    before = len(world.sent(CASE, "urging"))
    world.live("2026-12-26 00:00")
    assert len(world.sent(CASE, "urging")) == before
    assert world.triggers(CASE).count("passed") == 1  # it is with the PPC already: no second escalation
    assert world.triggers(CASE).count("miss_report") == 1
    world.live("2027-01-01 00:00")
    (urged,) = [m for m in world.messages() if m["template"] == "urging" and m["agency"] == "so-ldtbxh"][-1:]
    assert urged["facts"]["items"][0]["count"] == 1


# A round


def test_all_cases_of_a_round_move_but_those_that_have_reported(begin: Begin) -> None:
    world = begin()
    world.report("dat-dai")
    request = forwarded(world, move(ROUND, "2026-12-17"))
    words = [found["words"]["vi"] for found in world.service.impact(request)["fresh"]["warnings"]]
    assert any("quản lý đất đai" in text and "đã hoàn thành" in text for text in words), words
    approve(world, request)
    assert {name for name in AREAS if world.newest(area(name), "report_due")["last_day"] == "2026-12-17"} == {
        *AREAS
    } - {"dat-dai"}
    sound(world)


def test_one_that_stands_on_the_new_day_already_is_not_said_to_have_a_term_of_its_own(begin: Begin) -> None:
    world = begin()
    adjust(world, move(CASE, "2026-12-17"))
    request = forwarded(world, move(ROUND, "2026-12-17"))
    words = [found["words"]["vi"] for found in world.service.impact(request)["fresh"]["warnings"]]
    assert not any("có hạn riêng" in text for text in words), words


def test_when_the_consolidation_moves_the_cases_are_escalated_with_it_and_not_before(begin: Begin) -> None:
    world = begin()
    world.report("dat-dai")
    adjust(world, move(ROUND, "2026-12-23", "consolidation_due"), by=CONSOLIDATOR)
    world.live("2026-12-23 23:59:59")
    assert world.state("dat-dai") == "reported"
    world.live("2026-12-24 00:00")
    assert world.state("dat-dai") == "escalated"
    assert [e.effective_at.isoformat()[:16] for e in world.events(area("dat-dai")) if e.trigger == "miss_consolidation"]
    assert owed(world, ROUND, "consolidation_due") == [
        ("superseded", "2026-12-20T00:00"),
        ("fired", "2026-12-24T00:00"),
    ]
    sound(world)


def test_the_order_of_deadlines_is_a_warning_for_a_round_and_a_refusal_for_the_plan(begin: Begin) -> None:
    world = begin()
    request = asked(world, move(CASE, "2026-12-25"))
    codes = {found["code"] for found in world.service.impact(request)["fresh"]["warnings"]}
    assert "warn-after-round" in codes
    assert refused(lambda: asked(world, move(PLAN, "12-25"))) == "change-refused"


def test_an_ad_hoc_round_follows_its_own_terms_and_not_the_plans(begin: Begin) -> None:
    world = begin()
    adhoc = world.adhoc(CONSOLIDATOR, text="Báo cáo gấp.")["id"]
    adjust(world, move(PLAN, "12-16"))
    assert world.newest(f"{adhoc}/lao-dong", "report_due")["last_day"] == "2026-11-06"
    adjust(world, move(adhoc, "2026-11-10"))
    assert world.newest(f"{adhoc}/lao-dong", "report_due")["last_day"] == "2026-11-10"
    assert world.newest(CASE, "report_due")["last_day"] == "2026-12-16"
    sound(world)


# The plan from now on


def test_the_plans_new_day_holds_for_the_open_round_and_for_those_to_come(begin: Begin) -> None:
    world = begin()
    adjust(world, move(PLAN, {"before": "12-17", "raw": "trước ngày 17 tháng 12 hằng năm"}))
    newest = world.newest(CASE, "report_due")
    assert (newest["last_day"], newest["raw"]) == ("2026-12-16", "trước ngày 17 tháng 12 hằng năm")
    world.live("2026-12-15 00:00")
    assert world.newest(area("lao-dong", "2027"), "report_due")["last_day"] == "2027-12-16"
    text = text_of(world)
    assert "before: 12-17" in text
    assert "# đến hết 14/12; ngày nghỉ thì chuyển" in text  # the comments stand where they stood
    assert f"decision: {DECISION}" in text


def test_a_day_of_the_plan_is_said_to_hold_for_every_year(begin: Begin) -> None:
    world = begin()
    title = world.service.show(asked(world, move(PLAN, "2026-12-17")))["title"]
    assert "17/12 hằng năm" in title
    assert "thứ Năm" not in title


def test_a_term_of_the_plan_that_runs_from_the_opening_is_said_in_words(begin: Begin) -> None:
    title = (world := begin()).service.show(asked(world, move(PLAN, {"after": "opening", "in": "5wd"})))["title"]
    assert "5wd" not in title
    assert "opening" not in title


def test_what_has_passed_is_not_called_ended_when_the_plan_moves_on(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 09:00")
    request = asked(world, move(PLAN, "12-15"))
    words = [found["words"]["vi"] for found in world.service.impact(request)["fresh"]["warnings"]]
    assert not any(CASE in text or ("lao động" in text and "đã kết thúc" in text) for text in words), words


def test_a_plan_without_words_of_its_own_gives_them_to_its_own_terms_only(begin: Begin) -> None:
    world = begin(edits={PLAN: [("    raw: trước ngày 15 tháng 12 hàng năm\n", "")]})
    adhoc = world.adhoc(CONSOLIDATOR, text="Báo cáo gấp.")["id"]
    world.report("dat-dai")
    world.act(area("dat-dai"), "return", CONSOLIDATOR, reason="Thiếu số liệu.")
    adjust(world, {"change_raw": "report_due", "to": "trước ngày 15 tháng 12"})
    assert world.newest(CASE, "report_due")["raw"] == "trước ngày 15 tháng 12"
    assert world.newest(f"{adhoc}/lao-dong", "report_due")["raw"] is None


def test_words_that_change_nothing_are_refused_for_one_case_too(begin: Begin) -> None:
    world = begin()
    same = {"change_raw": "report_due", "of": CASE, "to": "trước ngày 15 tháng 12 hàng năm"}
    assert refused(lambda: asked(world, same)) == "change-same"
    world.report("lao-dong")
    assert refused(lambda: asked(world, {**same, "to": "trước ngày 18 tháng 12"})) is not None


def test_a_monthly_plan_is_moved_by_the_day_of_each_month(begin: Begin) -> None:
    world = begin()
    monthly = PLAN_TEXT
    for old, new in (
        ("plan: bauxite-alumina", "plan: hang-thang"),
        ("every: year", "every: month"),
        ("ends: 12-14 ", "ends: 14 "),
        ("before: 12-15", "before: 20"),
        ("before: 12-20", "before: 28"),
    ):
        assert monthly.count(old) == 1
        monthly = monthly.replace(old, new)
    world.publish({"monthly.yaml": monthly})
    world.drain()
    assert refused(lambda: asked(world, move("hang-thang", "2026-11-21"), plan="hang-thang")) == "change-needs-moment"
    adjust_plan = asked(world, move("hang-thang", {"by": 20}), plan="hang-thang")
    world.act(adjust_plan, "take_up", CONSOLIDATOR)
    world.act(adjust_plan, "forward", CONSOLIDATOR, opinion="Thống nhất.")
    approve(world, adjust_plan)
    assert world.newest("hang-thang/2026-11/lao-dong", "report_due")["last_day"] == "2026-11-20"
    world.live("2026-11-15 00:00")
    assert world.newest("hang-thang/2026-12/lao-dong", "report_due")["last_day"] == "2026-12-20"


# Leads and coordinators


def test_a_new_lead_owes_the_same_term_and_gets_the_reminders(begin: Begin) -> None:
    world = begin()
    adjust(world, {"change_lead": "lao-dong", "to": "so-khdt"})
    first, second = world.rows(CASE, "report_due")
    assert (first["status"], first["owner"]["agency"]) == ("superseded", "so-ldtbxh")
    assert (second["status"], second["owner"]["agency"]) == ("open", "so-khdt")
    assert first["due_at"] == second["due_at"]
    assert second["raw"] == first["raw"]
    assert refused(lambda: world.report("lao-dong")) == "wrong-agency"
    world.live("2026-12-01 00:00")
    assert world.sent(CASE, "reminder") == [
        ("2026-11-30 07:30", agency) for agency in ("so-khdt", "so-ngoai-vu", "cong-an-tinh")
    ]
    world.report("lao-dong", actor=INVESTMENT)
    assert world.newest(CASE, "report_due")["status"] == "met"
    world.live("2026-12-15 00:00")
    assert world.case(area("lao-dong", "2027")).roles["lead"] == ("so-khdt",)
    sound(world)


def test_the_old_and_the_new_lead_each_hear_of_it_once(begin: Begin) -> None:
    world = begin()
    before = len(world.messages())
    request = adjust(world, {"change_lead": "lao-dong", "to": "so-khdt", "of": ROUND})
    letters = [m for m in world.messages()[before:] if (request, 5) in [tuple(c) for c in m["covers"]]]
    told = [m["agency"] for m in letters]
    assert sorted(told) == sorted({"so-ldtbxh", "so-khdt", "so-ngoai-vu", "cong-an-tinh", "so-cong-thuong"})
    assert [agency for _, agency in world.told(CASE, "amended")].count("so-ldtbxh") == 1
    assert (text_of(world).count("lead: so-ldtbxh"), text_of(world).count("lead: so-khdt")) == (1, 1)


def test_what_the_old_lead_let_pass_stays_its_own_and_the_new_one_is_urged(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 09:00")
    adjust(world, {"change_lead": "lao-dong", "to": "so-khdt", "of": ROUND})
    assert world.newest(CASE, "report_due")["owner"]["agency"] == "so-ldtbxh"
    world.live("2026-12-18 00:00")
    assert world.sent(CASE, "urging") == [("2026-12-17 07:30", "so-khdt"), ("2026-12-17 07:30", "so-cong-thuong")]
    sound(world)


def test_the_same_change_cannot_be_asked_for_twice_under_two_names(begin: Begin) -> None:
    world = begin()
    for one, other in ((None, PLAN), (ROUND, CASE)):
        first: dict[str, Any] = {"change_lead": "lao-dong", "to": "so-khdt"}
        second: dict[str, Any] = {"change_lead": "lao-dong", "to": "so-tttt", "of": other}
        if one is not None:
            first["of"] = one
        assert refused(lambda a=first, b=second: asked(world, a, b)) == "change-twice"  # type: ignore[misc]


# Areas and units that come and go


def test_an_added_area_joins_the_open_round_and_is_consolidated_with_it(begin: Begin) -> None:
    world = begin()
    new = {"add_area": "an-toan", "title": "An toàn lao động", "lead": "so-ldtbxh", "with": "so-khdt"}
    adjust(world, new, by=CONSOLIDATOR)
    case = area("an-toan")
    assert owed(world, case) == [("open", "2026-12-15T00:00")]
    assert world.told(case, "opened") == [("opened", "so-ldtbxh"), ("opened", "so-khdt")]
    world.report("an-toan", actor=LABOUR)
    world.submit()
    assert case in world.events(ROUND)[-1].data["round"]["on_time"]
    world.acknowledge()
    assert world.state("an-toan") == "closed"
    sound(world)


def test_an_area_added_to_one_round_alone_is_not_in_the_next(begin: Begin) -> None:
    world = begin()
    new = {"add_area": "an-toan", "title": "An toàn", "lead": "so-ldtbxh", "of": ROUND, "due": "2026-12-17"}
    adjust(world, new, by=CONSOLIDATOR)
    assert owed(world, area("an-toan")) == [("open", "2026-12-18T00:00")]
    world.live("2026-12-15 00:00")
    assert [c.area for c in world.cases() if c.round_id == f"{PLAN}/2027"] == list(AREAS)


def test_an_added_confidential_area_takes_no_text(begin: Begin) -> None:
    world = begin()
    adjust(world, {"add_area": "mat", "title": "Mật", "lead": "cong-an-tinh", "confidential": True}, by=POLICE)
    assert refused(lambda: world.act(area("mat"), "report", POLICE, **report_facts("lao-dong", world.now))) is not None
    assert refused(lambda: world.act(area("mat"), "report", POLICE, **report_facts("an-ninh", world.now))) is None


def test_a_term_of_its_own_that_has_passed_is_called_past(begin: Begin) -> None:
    world = begin()
    new = {"add_unit": "so-ngoai-vu", "of": ROUND, "due": "2026-10-01"}
    assert refused(lambda: asked(world, new)) == "change-past"


def test_an_ended_area_owes_nothing_and_nothing_can_be_done_on_it(begin: Begin) -> None:
    world = begin()
    adjust(world, {"end_area": "lao-dong"}, by=CONSOLIDATOR)
    assert owed(world, CASE) == [("waived", "2026-12-15T00:00")]
    assert {o.status for o in world.case(CASE).obligations} == {"waived", "cancelled"}
    assert refused(lambda: world.report("lao-dong")) == "case-ended"
    assert world.service.show(CASE)["allowed"] == []
    for name in AREAS:
        if name != "lao-dong":
            world.report(name)
    world.submit()
    report = world.events(ROUND)[-1].data["round"]
    assert CASE not in [case for box in report.values() for case in box]
    world.acknowledge()
    world.live("2026-12-22 00:00")
    assert world.triggers(CASE) == ["opened", "amended"]
    assert not [c for c in world.cases() if c.round_id == f"{PLAN}/2027" and c.area == "lao-dong"]
    sound(world)


def test_an_ended_case_stays_ended_when_its_rounds_consolidation_moves(begin: Begin) -> None:
    world = begin()
    adjust(world, {"end_area": "lao-dong", "of": ROUND})
    adjust(world, move(ROUND, "2026-12-23", "consolidation_due"), by=CONSOLIDATOR)
    world.live("2026-12-26 08:00")
    assert world.state("lao-dong") == "assigned"
    assert world.told(CASE, "miss_consolidation") == []
    assert "open" not in {o.status for o in world.case(CASE).obligations}


def test_what_an_ended_case_had_let_pass_is_no_longer_owed_and_waived_if_the_decision_says_so(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 09:00")
    adjust(world, {"end_area": "lao-dong", "of": ROUND}, waive=True)
    shown = world.service.show(CASE)
    assert shown["owed"] == {}
    assert not shown["late"]
    assert world.newest(CASE, "report_due")["status"] == "waived"


def test_ending_an_area_does_not_take_a_filed_report_out_of_the_consolidation(begin: Begin) -> None:
    world = begin()
    world.report("lao-dong")
    adjust(world, {"end_area": "lao-dong"})
    for name in AREAS:
        if name != "lao-dong":
            world.report(name)
    world.submit()
    assert CASE in world.events(ROUND)[-1].data["round"]["on_time"]


def test_ending_an_area_leaves_the_late_report_of_a_round_that_is_over_owed(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 09:00")
    world.submit()
    world.acknowledge()
    adjust(world, {"end_area": "lao-dong"})
    assert world.case(area("lao-dong", "2027")).ended
    assert refused(lambda: world.report("lao-dong")) is None


def test_an_area_that_comes_back_is_reported_on_again_or_the_report_says_why_not(begin: Begin) -> None:
    world = begin()
    adjust(world, {"end_area": "lao-dong"})
    back = {"add_area": "lao-dong", "title": "Lao động", "lead": "so-khdt"}
    report = world.service.impact(asked(world, back, by=CONSOLIDATOR))["fresh"]
    assert report["cases"] or [w for w in report["warnings"] if w["code"] == "warn-left-out"]


def test_units_of_the_roster_come_and_go(begin: Begin) -> None:
    world = begin(edits={PLAN: [("roster: []", "roster: [so-ngoai-vu]")]})
    unit = f"{ROUND}/so-ngoai-vu"
    request = asked(world, move(unit, "2026-12-17"), by=COORDINATOR)
    assert "Sở Ngoại vụ" in world.service.show(request)["title"]
    adjust(world, {"end_unit": "so-ngoai-vu"}, {"add_unit": "bch-quan-su-tinh"}, by=CONSOLIDATOR)
    assert world.case(unit).ended
    assert owed(world, f"{ROUND}/bch-quan-su-tinh") == [("open", "2026-12-15T00:00")]
    assert "roster: [bch-quan-su-tinh]" in text_of(world)
    world.live("2026-12-15 00:00")
    assert [c.unit for c in world.cases() if c.kind == "unit" and c.cycle == "2027"] == ["bch-quan-su-tinh"]
    sound(world)


def test_a_case_that_is_there_but_not_meant_is_not_offered_as_what_was_meant(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-16 09:00")
    world.act(CASE, "close", PPC, reason="x")
    with pytest.raises(Refusal) as caught:
        asked(world, {"change_lead": "lao-dong", "to": "so-khdt", "of": ROUND})
    assert "Có phải “lao-dong”" not in explain(caught.value)


# The way of a request


def test_everybody_on_the_way_is_told_once(begin: Begin) -> None:
    world = begin()
    request = asked(world, move(CASE, "2026-12-17"))
    assert world.told(request, "submit") == [("submit", "so-ldtbxh"), ("submit", "so-cong-thuong")]
    world.act(request, "take_up", CONSOLIDATOR)
    world.act(request, "forward", CONSOLIDATOR, opinion="Thống nhất.")
    assert world.told(request, "forward") == [("forward", "vp-ubnd-tinh"), ("forward", "so-ldtbxh")]
    approve(world, request)
    told = [agency for _, agency in world.told(request, "approve")]
    assert sorted(told) == ["cong-an-tinh", "so-cong-thuong", "so-ldtbxh", "so-ngoai-vu"]
    assert sorted(agency for _, agency in world.told(CASE, "amended")) == ["cong-an-tinh", "so-ldtbxh", "so-ngoai-vu"]


def test_a_request_sent_back_is_reviewed_anew_and_its_old_reasons_go_with_its_old_change(begin: Begin) -> None:
    world = begin()
    request = asked(world, move(CASE, "2026-12-17"), change_reasons=("Mưa lũ kéo dài.",))
    world.act(request, "send_back", CONSOLIDATOR, reason="Chưa rõ.")
    assert owed(world, request, "review_due") == [("met", "2026-11-07T00:00")]
    world.act(request, "submit", LABOUR, at="2026-11-03 09:00", change=({"change_lead": "dat-dai", "to": "so-khdt"},))
    assert owed(world, request, "review_due")[-1] == ("open", "2026-11-11T00:00")
    (part,) = world.service.impact(request)["fresh"]["parts"]
    assert part["reason"] is None
    assert "chủ trì" in part["words"]["vi"]
    sound(world)


def test_a_silent_review_goes_on_by_the_clock_and_says_so(begin: Begin) -> None:
    world = begin()
    request = asked(world, move(CASE, "2026-12-17"))
    world.live("2026-11-07 00:00")
    shown = world.service.show(request)
    assert shown["state"] == "forwarded"
    assert shown["events"][-1]["data"]["opinion"] == "không có ý kiến trong thời hạn"
    assert owed(world, request, "review_due") == [("fired", "2026-11-07T00:00")]
    assert sorted(world.told(request, "review_late")) == [
        ("review_late", agency) for agency in ("so-cong-thuong", "so-ldtbxh", "vp-ubnd-tinh")
    ]
    approve(world, request)
    assert owed(world, CASE)[-1] == ("open", "2026-12-18T00:00")
    sound(world)


def test_a_request_that_came_to_nothing_meanwhile_still_reaches_the_ppc_which_can_only_reject_it(begin: Begin) -> None:
    world = begin()
    request = asked(world, move(CASE, "2026-12-17"))
    world.report("lao-dong")
    world.act(request, "take_up", CONSOLIDATOR)
    assert refused(lambda: world.act(request, "forward", CONSOLIDATOR, opinion="x")) == "no-impact"
    world.live("2026-11-07 00:00")
    assert world.case(request).state == "forwarded"
    assert world.service.impact(request)["attached"]["void"]["code"] == "change-met"
    assert refused(lambda: approve(world, request)) == "no-impact"
    world.act(request, "reject", PPC, decision="16/UBND", reason="Đã báo cáo.")
    assert owed(world, request, "decision_due")[0][0] == "met"
    sound(world)


def test_asking_again_gives_three_days_more_and_a_new_decision_term_after_the_next_forwarding(begin: Begin) -> None:
    world = begin()
    request = forwarded(world, move(CASE, "2026-12-17"))
    world.live("2026-11-10 09:00")
    world.act(request, "ask_again", PPC, reason="Chưa rõ lý do.")
    assert owed(world, request, "decision_due") == [("met", "2026-11-14T00:00")]
    assert owed(world, request, "review_due")[-1] == ("open", "2026-11-14T00:00")
    world.act(request, "forward", CONSOLIDATOR, opinion="Đã làm rõ.", at="2026-11-12 09:00")
    assert owed(world, request, "decision_due")[-1] == ("open", "2026-11-27T00:00")
    before = len(world.sent(request, "reminder"))
    world.live("2026-11-27 00:00")
    assert [at for at, _ in world.sent(request, "reminder")[before:]] == ["2026-11-23 07:30", "2026-11-25 07:30"]


def test_a_withdrawn_or_rejected_request_leaves_nothing_behind(begin: Begin) -> None:
    world = begin()
    gone, turned_down = asked(world, move(CASE, "2026-12-17")), forwarded(world, move(CASE, "2026-12-18"))
    world.act(gone, "withdraw", LABOUR)
    world.act(turned_down, "reject", PPC, decision="16/UBND", reason="Không phù hợp.")
    for request in (gone, turned_down):
        assert "open" not in {o.status for o in world.case(request).obligations}
    assert owed(world, CASE) == [("open", "2026-12-15T00:00")]
    assert world.service.export(f"plan/{PLAN}")["version"] == 1
    world.live("2026-12-01 00:00")
    assert not [m for m in world.messages() if m["case_id"] in (gone, turned_down) and m["template"] == "reminder"]


def test_only_those_with_a_part_in_the_plan_may_ask(begin: Begin) -> None:
    world = begin()
    assert refused(lambda: asked(world, move(CASE, "2026-12-17"), by=STRANGER)) == "may-not-request"
    for actor in (CONSOLIDATOR, COORDINATOR, OFFICE, PPC, LAND):
        assert refused(lambda a=actor: asked(world, move(CASE, "2026-12-17"), by=a)) is None  # type: ignore[misc]


def test_nobody_drafts_a_request_in_anothers_name(begin: Begin) -> None:
    world = begin()
    ppc_by_labour = registering(LABOUR, "ubnd-tinh")
    assert refused(lambda: asked(world, move(CASE, "2026-12-17"), by=ppc_by_labour, submit=False)) is not None


def test_a_plan_that_names_no_workflow_for_it_takes_no_request(begin: Begin) -> None:
    world = begin(edits={PLAN: [("adjustments: adjustment-request\n", "")]})
    assert refused(lambda: asked(world, move(CASE, "2026-12-17"))) == "no-adjustments"


def test_requests_under_an_older_workflow_do_not_stand_in_the_way_of_new_ones(begin: Begin) -> None:
    world = begin()
    asked(world, move(CASE, "2026-12-17"))
    world.publish({"request.yaml": REQUEST_TEXT.replace("Dự thảo", "Bản thảo")})
    assert world.service.show(asked(world, move(CASE, "2026-12-18")))["version"] == 2


def test_a_plan_that_was_given_another_calendar_by_hand_can_still_be_adjusted(begin: Begin) -> None:
    world = begin()
    request = asked(world, move(PLAN, "12-16"))
    other = shipped_bytes()["calendars/vietnam.yaml"].decode().replace("calendar: vietnam", "calendar: tinh", 1)
    world.publish({"tinh.yaml": other, "plan.yaml": PLAN_TEXT.replace("calendar: vietnam", "calendar: tinh")})
    world.act(request, "take_up", CONSOLIDATOR)
    world.act(request, "forward", CONSOLIDATOR, opinion="Thống nhất.")
    approve(world, request)
    assert world.newest(CASE, "report_due")["last_day"] == "2026-12-16"


def test_whatever_an_approval_writes_into_the_plan_was_tried_when_it_was_asked_for(begin: Begin) -> None:
    world = begin(edits={PLAN: [("  know:    [vp-ubnd-tinh] ", "  know:    [vp-ubnd-tinh]\n... #")]})
    request = None
    try:
        request = forwarded(world, move(CASE, "2026-12-17"))
    except Refusal as refusal:
        assert refusal.code == "text-not-editable"  # noqa: PT017 - said at once is as good as done
    if request is not None:
        approve(world, request)


def test_the_date_of_the_decision_is_the_one_that_was_given(begin: Begin) -> None:
    world = begin()
    adjust(world, move(CASE, "2026-12-17"), dated=day("2026-10-30"))
    assert "dated: '2026-10-30'" in text_of(world)
    adjust(world, move(CASE, "2026-12-18"))
    assert "2026-11-01" not in text_of(world)  # nobody said that the decision bears today's date


def test_a_plan_whose_cycle_was_changed_by_hand_can_be_adjusted_while_an_older_round_is_open(begin: Begin) -> None:
    world = begin()
    monthly = PLAN_TEXT
    for old, new in (
        ("every: year", "every: month"),
        ("ends: 12-14 ", "ends: 14 "),
        ("before: 12-15", "before: 20"),
        ("before: 12-20", "before: 28"),
    ):
        monthly = monthly.replace(old, new)
    world.publish({"monthly.yaml": monthly})
    assert refused(lambda: asked(world, {"add_unit": "so-ngoai-vu"}, by=CONSOLIDATOR)) is None
