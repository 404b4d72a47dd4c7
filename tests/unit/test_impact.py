"""What a request is weighed by: the report says what an approval then does, and holds until the ground moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.support.cast import CONSOLIDATOR, LABOUR, LAND, POLICE, PPC
from tests.support.definitions import shipped_bytes
from tests.support.world import AREAS, PLAN, ROUND, World, area, refused
from tests.unit.test_adjustments import adjust, approve, asked, forwarded, move
from workflow.calendar import TZ
from workflow.model import Refusal
from workflow.words import explain

Begin = Callable[..., World]
CASE = area("lao-dong")
PLAN_TEXT = shipped_bytes()["plans/bauxite-alumina.yaml"].decode()
LEAD = {"change_lead": "dat-dai", "to": "so-khdt"}


def fresh(world: World, request: str, parts: tuple[int, ...] = ()) -> dict[str, Any]:
    found = world.service.impact(request, parts)["fresh"]
    assert found is not None
    return dict(found)


def deadlines(report: dict[str, Any]) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """(case, deadline) -> last day before and after."""
    return {
        (case["case"], found["name"]): tuple((found[when] or {}).get("last_day") for when in ("before", "after"))  # type: ignore[misc]
        for case in report["cases"]
        for found in case["deadlines"]
    }


# It says what then happens


def test_the_report_names_the_cases_and_their_terms_before_and_after(begin: Begin) -> None:
    world = begin()
    world.report("dat-dai")
    request = forwarded(world, move(ROUND, "2026-12-17"))
    found = deadlines(fresh(world, request))
    assert found == {(area(name), "report_due"): ("2026-12-14", "2026-12-17") for name in AREAS if name != "dat-dai"}
    approve(world, request)
    for (case, name), (_, after) in found.items():
        assert world.newest(case, name)["last_day"] == after


def test_nothing_happens_when_a_report_is_made(begin: Begin) -> None:
    world = begin()
    request = forwarded(world, move(ROUND, "2026-12-17"), LEAD, {"end_area": "an-ninh"}, {"add_unit": "so-ngoai-vu"})
    before = world.dump()
    fresh(world, request)
    fresh(world, request, (2,))
    assert world.dump() == before


def test_the_report_of_the_forwarding_is_kept_in_the_record(begin: Begin) -> None:
    world = begin()
    request = forwarded(world, move(CASE, "2026-12-17"))
    kept = world.events(request)[-1].data["impact"]
    assert kept["hash"] == fresh(world, request)["hash"]
    assert deadlines(kept) == {(CASE, "report_due"): ("2026-12-14", "2026-12-17")}
    approve(world, request)
    found = world.service.impact(request)
    assert (found["fresh"], found["attached"]["hash"]) == (None, kept["hash"])
    assert world.events(request)[-1].data["impact"]["hash"] == kept["hash"]


def test_everybody_who_is_written_to_at_once_was_forecast(begin: Begin) -> None:
    world = begin()
    request = forwarded(world, {"end_area": "an-ninh", "of": ROUND})
    forecast = fresh(world, request)["mails"]["now"]
    before = len(world.messages())
    approve(world, request)
    assert sorted(m["agency"] for m in world.messages()[before:]) == sorted(forecast)


def test_every_reminder_that_comes_or_falls_away_was_forecast_for_each_who_gets_it(begin: Begin) -> None:
    def reminded(world: World) -> set[tuple[str, str]]:
        return {*world.sent(CASE, "reminder"), *world.sent(CASE, "urging")}

    left_alone, moved = begin(), begin()
    request = forwarded(moved, move(CASE, "2026-12-18"))
    mails = fresh(moved, request)["mails"]
    approve(moved, request)
    for world in (left_alone, moved):
        world.live("2026-12-18 00:00")

    def listed(kind: str) -> set[tuple[str, str]]:
        at = {
            (datetime.fromisoformat(m["at"]).astimezone(TZ), to)
            for m in mails[kind]
            if m["case"] == CASE
            for to in m["to"]
        }
        return {(f"{instant:%Y-%m-%d %H:%M}", to) for instant, to in at if f"{instant:%m-%d}" < "12-18"}

    assert reminded(moved) - reminded(left_alone) == listed("planned")
    assert reminded(left_alone) - reminded(moved) == listed("cancelled")


# It holds until the ground moves


def test_time_alone_and_work_begun_do_not_move_the_ground(begin: Begin) -> None:
    world = begin()
    request = forwarded(world, move(CASE, "2026-12-17"), LEAD)
    before = fresh(world, request)["hash"]
    world.live("2026-11-13 17:00")
    world.act(CASE, "start", LABOUR)
    assert fresh(world, request)["hash"] == before
    approve(world, request)


@pytest.mark.parametrize(
    "happens",
    [
        lambda world: world.report("dat-dai"),
        lambda world: world.live("2026-12-15 00:00"),
        lambda world: adjust(world, {"change_lead": "dat-dai", "to": "so-tttt", "of": ROUND}),
        lambda world: adjust(world, {"change_coordinators": "dat-dai", "to": ["so-tttt"], "of": ROUND}),
        lambda world: world.publish({"plan.yaml": PLAN_TEXT.replace("number: ", "number: 12/KH-UBND ")}),
    ],
    ids=["met", "fired", "lead", "coordinators", "published by hand"],
)
def test_the_ground_moves(begin: Begin, happens: Callable[[World], object]) -> None:
    world = begin("2026-12-08 08:00")
    request = forwarded(world, move(ROUND, "2026-12-17"))
    attached = fresh(world, request)["hash"]
    happens(world)
    with pytest.raises(Refusal) as caught:
        approve(world, request)
    assert caught.value.code == "impact-moved"
    now = fresh(world, request)["hash"]
    assert now != attached
    assert now[:12] in explain(caught.value)
    assert world.newest(CASE, "report_due")["last_day"] == "2026-12-14"
    approve(world, request, impact=now)
    assert world.newest(CASE, "report_due")["last_day"] == "2026-12-17"


def test_an_approval_of_something_else_does_not(begin: Begin) -> None:
    world = begin()
    request, other = forwarded(world, move(CASE, "2026-12-17")), forwarded(world, LEAD, by=LAND)
    before = fresh(world, request)["hash"]
    approve(world, other)
    assert fresh(world, request)["hash"] == before
    approve(world, request)
    assert world.service.export(f"plan/{PLAN}")["version"] == 3
    assert world.service.verify()["ok"]


def test_requests_about_the_same_thing_know_of_each_other(begin: Begin) -> None:
    world = begin()
    one, two = asked(world, move(CASE, "2026-12-17")), asked(world, move(ROUND, "2026-12-18"), by=CONSOLIDATOR)
    three = asked(world, LEAD, by=LAND)
    assert [fresh(world, request)["rivals"] for request in (one, two, three)] == [[two], [one], []]
    world.act(one, "withdraw", LABOUR)
    assert fresh(world, two)["rivals"] == []


# In part, and several at once


def test_one_part_is_approved_on_the_report_of_all(begin: Begin) -> None:
    world = begin()
    request = forwarded(world, move(CASE, "2026-12-17"), LEAD, {"add_unit": "so-ngoai-vu"})
    approve(world, request, parts=(1, 3))
    assert world.newest(CASE, "report_due")["last_day"] == "2026-12-17"
    assert world.case(area("dat-dai")).roles["lead"] == ("so-tnmt",)
    assert world.case(f"{ROUND}/so-ngoai-vu").state == "assigned"
    (entry,) = world.service.export(f"plan/{PLAN}")["text"].partition("amendments:\n")[2].splitlines()
    assert "Sở Ngoại vụ" in entry
    assert "chủ trì" not in entry


def test_parts_that_touch_the_same_thing_are_not_approved_together_unseen(begin: Begin) -> None:
    world = begin()
    patches = ({"add_unit": "so-ngoai-vu"}, {"add_unit": "bch-quan-su-tinh"}, LEAD)
    request = forwarded(world, *patches)
    assert refused(lambda: approve(world, request, parts=(1, 2))) == "impact-overlap"
    approve(world, request, parts=(1, 2), impact=fresh(world, request, (1, 2))["hash"])
    assert world.case(f"{ROUND}/bch-quan-su-tinh").state == "assigned"


def test_a_part_that_is_not_there_is_refused(begin: Begin) -> None:
    world = begin()
    request = forwarded(world, move(CASE, "2026-12-17"))
    for parts in ((2,), (0,), (1, 2)):
        assert refused(lambda p=parts: approve(world, request, parts=p)) == "no-part"  # type: ignore[misc]


def test_several_requests_are_one_submission_and_one_approval(begin: Begin) -> None:
    world = begin()
    requests = [
        asked(world, move(CASE, "2026-12-17")),
        asked(world, LEAD, by=LAND),
        asked(world, {"add_unit": "so-ngoai-vu"}, by=POLICE),
    ]
    world.act(requests, "take_up", CONSOLIDATOR)
    before = len(world.messages())
    world.act(requests, "forward", CONSOLIDATOR, opinion="Thống nhất.")
    letters = world.messages()[before:]
    assert sorted(m["agency"] for m in letters) == ["cong-an-tinh", "so-ldtbxh", "so-tnmt", "vp-ubnd-tinh"]
    before = len(world.messages())
    world.act(requests, "approve", PPC, decision="15/QĐ-UBND")
    told = [m["agency"] for m in world.messages()[before:]]
    assert len(told) == len(set(told))
    assert world.service.export(f"plan/{PLAN}")["version"] == 4
    assert world.service.verify()["ok"]


def test_of_two_that_meet_neither_is_approved_in_one_act(begin: Begin) -> None:
    world = begin()
    requests = [forwarded(world, move(CASE, "2026-12-17")), forwarded(world, move(CASE, "2026-12-18"))]
    assert refused(lambda: world.act(requests, "approve", PPC, decision="15/QĐ-UBND")) == "impact-moved"
    assert world.newest(CASE, "report_due")["last_day"] == "2026-12-14"
    assert world.service.export(f"plan/{PLAN}")["version"] == 1


def test_an_approval_that_names_another_report_is_refused(begin: Begin) -> None:
    world = begin()
    request = forwarded(world, move(CASE, "2026-12-17"))
    told = fresh(world, request)["hash"]
    for named, code in (("", "impact-short"), (told[:7], "impact-short"), ("0" * 64, "impact-moved")):
        assert refused(lambda h=named: approve(world, request, impact=h)) == code  # type: ignore[misc]
    approve(world, request, impact=told[:8])


# Its words


def test_warnings_speak_of_titles_and_days_and_not_of_ids_and_switches(begin: Begin) -> None:
    world = begin("2026-12-16 09:00")
    world.live("2026-12-16 10:00")
    request = asked(world, move(ROUND, "2026-12-25"))
    said = [text for found in fresh(world, request)["warnings"] for text in found["words"].values()]
    assert said
    for text in said:
        assert PLAN not in text
        assert "--" not in text


def test_what_changes_in_the_plan_is_told_in_words_and_not_in_the_models_fields(begin: Begin) -> None:
    world = begin()
    report = fresh(world, asked(world, move(PLAN, {"after": "opening", "in": "5wd"})))
    assert not [found["path"] for found in report["plan_changes"] if found["path"].endswith((".plus", ".entered"))]
