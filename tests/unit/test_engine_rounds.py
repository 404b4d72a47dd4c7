"""Rounds open by themselves, late or by hand, and once; of every length; for some areas, or for a roster too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.cast import CONSOLIDATOR, LABOUR, OFFICE, POLICE, PPC, STRANGER
from tests.support.definitions import shipped_bytes
from tests.support.world import AREAS, PLAN, ROUND, World, area, build, moment, report_facts
from workflow.model import Actor, DondocError, Refusal
from workflow.service import Wish

Begin = Callable[..., World]
PLAN_TEXT = shipped_bytes()["plans/bauxite-alumina.yaml"].decode()


def rounds(world: World) -> list[str]:
    return [case.id.removeprefix(f"{PLAN}/") for case in world.cases() if case.kind == "round"]


def test_a_first_publication_opens_the_current_round_with_all_its_cases(begin: Begin) -> None:
    world = begin()
    assert rounds(world) == ["2026"]
    assert [case.id for case in world.cases() if case.round_id == ROUND] == [area(name) for name in AREAS]
    assert {case.opened_at for case in world.cases()} == {moment("2026-11-01 08:00")}


def test_and_the_round_before_while_its_consolidation_is_not_yet_due(begin: Begin) -> None:
    assert rounds(begin("2026-12-19 23:59:59")) == ["2026", "2027"]
    assert rounds(begin("2026-12-20 00:00")) == ["2027"]


def test_the_next_round_opens_on_the_first_day_of_its_cycle_beside_the_last_one(begin: Begin) -> None:
    world = begin()
    world.live("2026-12-14 23:59:59.999999")
    assert rounds(world) == ["2026"]
    world.live("2026-12-15 00:00")
    assert rounds(world) == ["2026", "2027"]
    assert world.case(f"{PLAN}/2027").opened_at == moment("2026-12-15 00:00")
    assert world.case(ROUND).state == "collecting"


def test_after_an_outage_every_round_opens_as_of_its_day(begin: Begin) -> None:
    world = begin()
    world.sleep("2029-03-01 09:00")
    world.attend()
    assert [i["kind"] for i in world.service.held()] == []
    world.drain()
    assert rounds(world) == ["2026", "2027", "2028", "2029"]
    opened = world.events(f"{PLAN}/2028")[0]
    assert (opened.effective_at, opened.recorded_at) == (moment("2027-12-15 00:00"), moment("2029-03-01 09:00"))
    assert world.newest(area("lao-dong", "2028"), "report_due")["status"] == "fired"
    assert world.drain() == 0
    assert world.service.verify()["ok"]


def test_the_last_cycle_of_the_plan_is_followed_by_none(begin: Begin) -> None:
    world = begin("2029-11-01 08:00")
    world.live("2031-06-01 00:00")
    assert rounds(world)[-1] == "2030"


def test_nothing_opens_twice(begin: Begin) -> None:
    world = begin()
    with pytest.raises(Refusal, match="already-open"):
        world.service.open_round(Wish(PLAN, PPC))
    world.service.open_round(Wish(PLAN, PPC, cycle="2027"))
    world.live("2026-12-16 00:00")
    assert rounds(world) == ["2026", "2027"]
    assert len([e for e in world.events(f"{PLAN}/2027") if e.trigger == "opened"]) == 1
    world.live("2027-12-15 00:00")
    assert rounds(world) == ["2026", "2027", "2028"]


def test_the_same_plan_again_and_a_new_version_of_it_open_nothing_anew(begin: Begin) -> None:
    world = begin()
    world.publish({"plan.yaml": PLAN_TEXT})
    (done,) = world.publish({"plan.yaml": PLAN_TEXT.replace("so-ngoai-vu, cong-an-tinh", "cong-an-tinh")})
    assert (done["version"], done["changed"]) == (2, True)
    world.live("2026-12-15 00:00")
    assert rounds(world) == ["2026", "2027"]
    assert world.case(area("lao-dong")).roles["coordinator"] == ("so-ngoai-vu", "cong-an-tinh"), "pinned"
    assert world.case(area("lao-dong", "2027")).roles["coordinator"] == ("cong-an-tinh",)


def test_an_ad_hoc_round_takes_the_plans_terms_and_all_areas_if_nothing_is_said(begin: Begin) -> None:
    world = begin("2026-06-01 08:00")
    world.live("2026-06-10 09:00")  # a Wednesday
    done = world.adhoc(CONSOLIDATOR, number="12/SCT", text="Báo cáo đột xuất.")
    assert done["id"] == f"{PLAN}/2026-a1"
    case = area("lao-dong", "2026-a1")
    assert world.newest(case, "report_due")["due_at"] == "2026-06-18T00:00:00+07:00"
    assert world.newest(done["id"], "consolidation_due")["due_at"] == "2026-06-23T00:00:00+07:00"
    assert world.case(done["id"]).data["number"] == "12/SCT"
    assert len([c for c in world.cases() if c.round_id == done["id"]]) == 6
    assert world.adhoc(OFFICE, ["lao-dong"])["id"] == f"{PLAN}/2026-a2"
    assert [c.id for c in world.cases() if c.round_id == f"{PLAN}/2026-a2"] == [area("lao-dong", "2026-a2")]
    world.live("2026-06-18 00:00")
    assert world.case(case).state == "escalated"
    assert world.state("lao-dong") == "assigned", "the year's own round goes on"


def test_an_ad_hoc_round_may_be_given_moments_of_its_own_which_are_never_rolled(begin: Begin) -> None:
    world = begin("2026-06-01 08:00")
    done = world.adhoc(PPC, ["lao-dong"], due=date(2026, 6, 7), consolidate_by=date(2026, 6, 9))  # a Sunday
    owed = world.newest(area("lao-dong", "2026-a1"), "report_due")
    assert (owed["last_day"], owed["target"], owed["due_at"]) == (
        "2026-06-07", "2026-06-05", "2026-06-08T00:00:00+07:00",
    )  # fmt: skip
    assert world.newest(done["id"], "consolidation_due")["due_at"] == "2026-06-10T00:00:00+07:00"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"due": date(2026, 5, 31)}, "due-past"),
        ({"due": date(2026, 6, 20), "consolidate_by": date(2026, 6, 19)}, "due-order"),
        ({"areas": ["lao-dongg"]}, "no-area"),
    ],
)
def test_an_ad_hoc_round_with_impossible_terms_is_refused_and_nothing_opens(
    begin: Begin, wish: dict, code: str
) -> None:
    world = begin("2026-06-01 08:00")
    before = world.dump()
    with pytest.raises(Refusal, match=code):
        world.adhoc(PPC, **wish)
    assert world.dump(but=["refusal"]) == {name: rows for name, rows in before.items() if name != "refusal"}


@pytest.mark.parametrize("actor", [LABOUR, STRANGER, Actor("so-y-te")])
def test_only_the_authority_its_office_and_the_consolidator_may_ask(begin: Begin, actor: Actor) -> None:
    with pytest.raises(Refusal, match=r"may-not-open|no-agency"):
        begin().adhoc(actor)


def test_units_of_the_roster_report_in_cases_of_their_own(begin: Begin) -> None:
    world = begin(edits={"bauxite-alumina": [("roster: []", "roster: [so-ngoai-vu, bch-quan-su-tinh]")]})
    units = [case for case in world.cases() if case.kind == "unit"]
    assert [(u.id, u.unit, u.area, u.roles["lead"]) for u in units] == [
        (area("so-ngoai-vu"), "so-ngoai-vu", None, ("so-ngoai-vu",)),
        (area("bch-quan-su-tinh"), "bch-quan-su-tinh", None, ("bch-quan-su-tinh",)),
    ]
    world.act(area("so-ngoai-vu"), "report", Actor("so-ngoai-vu"), nil="Không phát sinh trong kỳ.")
    world.live("2026-12-15 00:00")
    assert (world.state("so-ngoai-vu"), world.state("bch-quan-su-tinh")) == ("reported", "escalated")
    world.submit()
    assert area("so-ngoai-vu") in world.events(ROUND)[-1].data["round"]["on_time"]
    world.adhoc(PPC, ["lao-dong"])
    assert not [c for c in world.cases() if c.kind == "unit" and c.adhoc], "asked of some areas only"


def test_a_confidential_area_takes_number_date_and_route_and_no_prose(begin: Begin) -> None:
    world = begin()
    for field in ("text", "nil", "signer", "opinion", "reason", "instruction", "decision"):
        with pytest.raises(Refusal, match="confidential"):
            world.act(area("an-ninh"), "report", POLICE, **(report_facts("an-ninh", world.now) | {field: "Mật"}))
    with pytest.raises(Refusal, match="confidential"):
        world.report("an-ninh", files=[("mat.pdf", b"%PDF")])
    with pytest.raises(Refusal, match="needs"):
        world.report("an-ninh", route=None)
    assert not world.dump()["free_text"]
    assert not world.dump()["file"]
    world.report("an-ninh", actor=POLICE)
    assert world.events(area("an-ninh"))[-1].data["facts"].keys() == {"number", "dated", "route"}
    world.act(area("an-ninh"), "return", CONSOLIDATOR, reason="Thiếu số hiệu.")


CYCLES = [
    ("month", "14", "15", "20", ["2026-02", "2026-03", "2026-04"], "2026-02-01 08:00", "2026-04-10 00:00"),
    (
        "quarter", "14", "[03-15, 06-15, 09-15, 12-15]", "[03-20, 06-20, 09-20, 12-20]",
        ["2026-Q1", "2026-Q2", "2026-Q3"], "2026-02-01 08:00", "2026-08-01 00:00",
    ),
    (
        "half-year", "14", "[06-15, 12-15]", "[06-20, 12-20]",
        ["2026-H1", "2026-H2", "2027-H1"], "2026-02-01 08:00", "2027-02-01 00:00",
    ),
    ("year", "12-14", "12-15", "12-20", ["2026", "2027", "2028"], "2026-02-01 08:00", "2028-01-01 00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("every", "ends", "report", "consolidation", "names", "start", "end"), CYCLES)
def test_plans_by_month_quarter_half_year_and_year_go_on_by_themselves(
    begin: Begin, every: str, ends: str, report: str, consolidation: str, names: list[str], start: str, end: str
) -> None:
    edits = [
        ("every: year\n", f"every: {every}\n"),
        ("ends: 12-14 ", f"ends: {ends} "),
        ("before: 12-15", f"before: {report}"),
        ("before: 12-20", f"before: {consolidation}"),
        ("    roll: keep", "    roll: next"),
    ]
    world = begin(start, edits={"bauxite-alumina": edits})
    world.live(end)
    assert rounds(world) == names
    silent = world.newest(area("lao-dong", names[0]), "report_due")
    assert silent["status"] == "fired"
    assert world.case(area("lao-dong", names[0])).state == "escalated"
    assert world.service.verify()["ok"]


def test_a_round_and_its_cases_open_in_one_transaction(database_url: str, tmp_path: Path) -> None:
    world = build(database_url, tmp_path)

    def fail(point: str) -> None:
        if point == "open.before_commit":
            raise RuntimeError("killed here")

    object.__setattr__(world.service.site, "probe", fail)
    before = world.dump()
    with pytest.raises(RuntimeError):
        world.adhoc(PPC)
    assert world.dump() == before
    object.__setattr__(world.service.site, "probe", lambda _: None)
    assert world.adhoc(PPC)["id"] == f"{PLAN}/2026-a1"
    world.close()


# What is known to be wrong in the service; each turns into a failure as soon as it is put right.


def test_a_new_version_after_a_round_opened_by_hand_still_opens_the_rounds_to_come(begin: Begin) -> None:
    world = begin()
    world.service.open_round(Wish(PLAN, PPC, cycle="2027"))
    world.publish({"plan.yaml": PLAN_TEXT + "\n# v2\n"})
    world.live("2027-12-16 00:00")
    assert rounds(world) == ["2026", "2027", "2028"]


def test_a_past_cycle_opened_by_hand_does_not_bring_the_next_past_one_along(begin: Begin) -> None:
    world = begin()
    world.service.open_round(Wish(PLAN, PPC, cycle="2024"))
    world.live("2026-11-02 00:00")
    assert "2025" not in rounds(world)


def test_the_round_before_opens_also_where_its_consolidation_runs_from_the_reports(begin: Begin) -> None:
    old = "    before: 12-20\n    raw: trước ngày 20 tháng 12 hàng năm\n    roll: keep"
    world = begin("2026-12-16 08:00", edits={"bauxite-alumina": [(old, "    after: report_due\n    in: 3wd")]})
    assert rounds(world) == ["2026", "2027"]


def test_a_refused_opening_is_counted(begin: Begin) -> None:
    world = begin()
    with pytest.raises(Refusal):
        world.adhoc(LABOUR)
    assert len(world.dump()["refusal"]) == 1


def test_a_cycle_cannot_be_opened_with_a_term_that_is_over(begin: Begin) -> None:
    world = begin()
    with pytest.raises(Refusal, match="due-past"):
        world.service.open_round(Wish(PLAN, PPC, cycle="2027", due=date(2020, 1, 1)))


def test_a_term_that_runs_from_another_deadline_is_owed(begin: Begin) -> None:
    old = "  report_due: {owner: lead,"
    new = "  follow_up: {owner: lead, after: report_due, in: 3wd}\n" + old
    world = begin(edits={"task-area": [(old, new)]})
    world.live("2027-02-01 00:00")
    assert world.rows(area("lao-dong"), "follow_up")


def test_a_case_follows_a_deadline_that_its_round_arms_later(begin: Begin) -> None:
    old = "  miss_report:\n"
    new = "  give_up: {from: escalated, to: closed, at: round.opinion_due}\n" + old
    world = begin(edits={"task-area": [(old, new)]})
    for name in AREAS:
        world.report(name)
    world.submit()
    world.live("2027-02-01 00:00")
    assert world.state("lao-dong") == "closed"


def test_while_the_clock_is_distrusted_no_command_fires_anything(begin: Begin) -> None:
    world = begin()
    world.clock.step(timedelta(days=60))
    world.attend()
    assert [i["kind"] for i in world.service.held()] == ["clock"]
    with suppress(DondocError):
        world.report("lao-dong")
    assert "miss_report" not in world.triggers(area("lao-dong"))


def test_after_a_hold_only_the_newest_reminder_goes(begin: Begin) -> None:
    world = begin()
    world.clock.step(timedelta(days=38))  # 9 December
    world.attend()
    world.service.resume(by="test")
    world.clock.go(world.now + timedelta(seconds=15))
    world.attend()
    world.drain()
    assert world.sent(area("lao-dong"), "reminder") == []
