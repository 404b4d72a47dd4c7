"""Two commands on one case at once, from two processes: exactly one wins where only one can, the other is told why."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import JANUARY, HouseAt, Originals
from tests.support.daemon import AREAS, PLAN, ended
from tests.support.racers import Act, Ask, Clock, FireUntil, Racers, Task, service_on
from tests.support.record import told_once
from workflow.model import Actor, Command, Facts
from workflow.service import Asking, Service, Wish
from workflow.store.database import Database
from workflow.store.store import load_cases

START = datetime.fromisoformat(JANUARY)
CONSOLIDATOR = Actor("so-cong-thuong", "le-thi-c")
PAIRS = [pytest.param(20, id="20"), pytest.param(200, id="200", marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
AREA, LEAD = "dau-tu", "so-khdt"


@dataclass
class Field:
    """A database on a clock that the test puts forward, and processes that race on it."""

    url: str
    folder: Path
    clock: Clock = field(default_factory=lambda: Clock(START))

    def __post_init__(self) -> None:
        self.service: Service = service_on(self.url, self.folder, self.clock)

    def rounds(self, count: int, *, due: date = date(2026, 11, 2), area: str = AREA) -> list[str]:
        """Ad-hoc rounds of one area each; the ids of their cases."""
        wish = Wish(PLAN, CONSOLIDATOR, adhoc=True, areas=(area,), due=due, consolidate_by=date(2029, 12, 28))
        return [f"{self.service.open_round(wish)['id']}/{area}" for _ in range(count)]

    def reported(self, cases: Sequence[str]) -> None:
        for case in cases:
            self.service.act([case], report(1))


@pytest.fixture
def ground(kind: str, originals: Originals, tmp_path: Path) -> Iterator[Field]:
    found = Field(originals.copy(kind, "january"), tmp_path / "var")
    yield found
    found.service.site.database.close()


def report(number: int) -> Command:
    day = START.date()
    return Command("report", Actor(LEAD), Facts(number=f"{number}/BC", dated=day, text=f"Báo cáo {number}."))


def command(trigger: str, **facts: str) -> Command:
    return Command(trigger, CONSOLIDATOR, Facts(**facts))  # type: ignore[arg-type]


def submit(number: int) -> Command:
    facts = Facts(number=f"{number}/BC-SCT", dated=START.date(), signer="Giám đốc", text="Tổng hợp.")
    return Command("submit", CONSOLIDATOR, facts)


def race(
    ground: Field, cases: Sequence[str], first: Callable[[int], Command], second: Callable[[int], Command]
) -> None:
    """Race two commands on each case: one wins, the other is refused with a reason and leaves no trace."""
    before = {case: len(ground.service.show(case)["events"]) for case in cases}
    chance = random.Random(len(cases))
    winners = set()
    with Racers(ground.url, ground.folder) as racers:
        for number, case in enumerate(cases):
            tasks = [Act((case,), first(number)), Act((case,), second(number))]
            delays = [chance.uniform(0, 0.004), chance.uniform(0, 0.004)]
            outcomes = racers.race(tasks, at=ground.clock(), delays=delays)
            assert sorted(outcome.how for outcome in outcomes) == ["refused", "won"], (case, outcomes)
            won = next(index for index, outcome in enumerate(outcomes) if outcome.how == "won")
            winners.add(won)
            assert outcomes[1 - won].code == "wrong-state", outcomes
            shown = ground.service.show(case)
            assert len(shown["events"]) == before[case] + 1
            assert shown["events"][-1]["trigger"] == tasks[won].command.trigger
            whole(ground.service, case)
    if len(cases) >= 20:
        assert winners == {0, 1}, "one side always won: they did not meet"


def whole(service: Service, case: str) -> None:
    """Nothing is half done: the chain has no gap, and each obligation that is met names an event that is there."""
    shown = service.show(case)
    assert [event["seq"] for event in shown["events"]] == list(range(1, len(shown["events"]) + 1))
    assert shown["state"] == shown["events"][-1]["to"]
    for o in shown["obligations"]:
        assert o["met_by"] is None or o["met_by"] <= len(shown["events"])
        assert (o["status"] == "fired") == (o["fired_at"] is not None)


def at_peace(ground: Field) -> None:
    assert ground.service.verify()["faults"] == []
    assert ground.service.incidents() == []
    told_once(ground.service)


@pytest.mark.parametrize("pairs", PAIRS)
def test_of_two_reports_at_once_one_is_taken_and_the_other_told_that_there_is_one(ground: Field, pairs: int) -> None:
    race(ground, ground.rounds(pairs), report, lambda number: report(1000 + number))
    at_peace(ground)


@pytest.mark.parametrize("pairs", PAIRS)
def test_a_report_is_either_returned_or_consolidated_never_both(ground: Field, pairs: int) -> None:
    cases = ground.rounds(pairs)
    ground.reported(cases)
    race(
        ground,
        cases,
        lambda _: command("return", reason="Thiếu số liệu."),
        lambda _: command("consolidate"),
    )
    at_peace(ground)


@pytest.mark.parametrize("pairs", PAIRS)
def test_a_round_is_submitted_once_with_all_its_cases(ground: Field, pairs: int) -> None:
    cases = ground.rounds(pairs)
    ground.reported(cases)
    rounds = [case.rpartition("/")[0] for case in cases]
    race(ground, rounds, submit, lambda number: submit(1000 + number))
    for case in cases:
        shown = ground.service.show(case)
        assert (shown["state"], [e["trigger"] for e in shown["events"]]) == (
            "escalated",
            ["opened", "report", "escalate"],
        )
    at_peace(ground)


@pytest.mark.parametrize("pairs", PAIRS)
def test_a_report_at_the_very_instant_is_in_time_or_late_but_not_both(ground: Field, pairs: int) -> None:
    first = date(2026, 2, 2)
    cases = [ground.rounds(1, due=first + timedelta(days=number))[0] for number in range(pairs)]
    chance = random.Random(pairs)
    in_time = late = 0
    with Racers(ground.url, ground.folder) as racers:
        for number, case in enumerate(cases):
            due = datetime.fromisoformat(ground.service.show(case)["due"]["report_due"])
            ground.clock.set(due - timedelta(minutes=1))
            while ground.service.fire_due():  # reminders of the day before
                pass
            begin = due - timedelta(milliseconds=30)
            tasks: list[Act | FireUntil] = [Act((case,), report(number)), FireUntil(due + timedelta(milliseconds=20))]
            outcomes = racers.race(tasks, at=begin, delays=[chance.uniform(0, 0.06), 0.0])
            assert [outcome.how for outcome in outcomes] == ["won", "won"], (case, outcomes)
            ground.clock.set(due + timedelta(seconds=5))
            shown = ground.service.show(case)
            whole(ground.service, case)
            assert shown["state"] == "reported"
            [owed] = [o for o in shown["obligations"] if o["name"] == "report_due"]
            triggers = [e["trigger"] for e in shown["events"] if e["trigger"] not in ("reminded", "settled")]
            escalations = [m for m in shown["messages"] if m["template"] == "entered.escalated"]
            filed = next(e for e in shown["events"] if e["trigger"] == "report")
            if owed["status"] == "met":
                in_time += 1
                assert triggers == ["opened", "report"]
                assert datetime.fromisoformat(filed["effective_at"]) < due
                assert (owed["late_by_s"], escalations, shown["late"]) == (0, [], False)
            else:
                late += 1
                assert triggers == ["opened", "miss_report", "report"]
                assert (owed["status"], owed["fired_at"]) == ("fired", shown["due"]["report_due"])
                assert owed["met_by"] == filed["seq"]
                assert datetime.fromisoformat(filed["effective_at"]) >= due
                assert len(escalations) == 3
    assert in_time
    assert late
    at_peace(ground)


FEW = [pytest.param(5, id="5"), pytest.param(40, id="40", marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
"""Each of these publishes the plan anew."""
PPC = "ubnd-tinh"


def asking(*patches: dict[str, Any], agency: str = LEAD) -> Asking:
    return Asking(PLAN, Actor(agency), Facts(change=patches, text="Vướng mắc."), submit=True)


def moving(case: str, day: str) -> dict[str, Any]:
    return {"move_deadline": "report_due", "of": case, "to": day}


def forwarded(ground: Field, *wanted: dict[str, Any]) -> list[str]:
    """A request for each patch, all before the PPC."""
    requests: list[str] = [ground.service.request(asking(patch))["id"] for patch in wanted]
    ground.service.act(requests, command("take_up"))
    ground.service.act(requests, command("forward", opinion="Đề nghị chấp thuận."))
    return requests


def approve(clerk: str, decision: str) -> Command:
    return Command("approve", Actor(PPC, clerk), Facts(decision=decision))


def amendments(ground: Field) -> tuple[int, int]:
    """The plan's version, and how many decisions it names."""
    plan = ground.service.export(PLAN)
    return plan["version"], plan["text"].count("{decision: ")


@pytest.mark.parametrize("pairs", FEW)
def test_of_two_clerks_who_approve_a_request_at_once_one_does_and_the_other_is_told_that_it_is_done(
    ground: Field, pairs: int
) -> None:
    cases = ground.rounds(pairs)
    requests = forwarded(ground, *(moving(case, "2026-11-20") for case in cases))
    race(ground, requests, lambda n: approve("an", f"{n}/QĐ"), lambda n: approve("binh", f"{n}/QĐ-UBND"))
    for case in cases:
        owed = [o for o in ground.service.show(case)["obligations"] if o["name"] == "report_due"]
        assert [(o["status"], o["last_day"]) for o in owed] == [("superseded", "2026-11-02"), ("open", "2026-11-20")]
    assert amendments(ground) == (1 + pairs, pairs)
    at_peace(ground)


@pytest.mark.parametrize("pairs", FEW)
def test_of_two_requests_about_one_deadline_approved_at_once_one_is_and_the_other_needs_a_fresh_look(
    ground: Field, pairs: int
) -> None:
    days = ("2026-11-20", "2026-11-25")
    chance = random.Random(pairs)
    with Racers(ground.url, ground.folder) as racers:
        for number, case in enumerate(ground.rounds(pairs)):
            requests = forwarded(ground, *(moving(case, day) for day in days))
            tasks: list[Task] = [Act((request,), approve("an", f"{number}/QĐ")) for request in requests]
            outcomes = racers.race(tasks, at=ground.clock(), delays=[chance.uniform(0, 0.01), chance.uniform(0, 0.01)])
            assert sorted(outcome.how for outcome in outcomes) == ["refused", "won"], outcomes
            won = next(index for index, outcome in enumerate(outcomes) if outcome.how == "won")
            assert outcomes[1 - won].code == "impact-moved", outcomes
            shown = ground.service.show(case)
            assert shown["due"]["report_due"][:10] == days[won][:8] + str(int(days[won][8:]) + 1)
            assert [e["trigger"] for e in shown["events"]] == ["opened", "amended"]
            assert ground.service.show(requests[1 - won])["state"] == "forwarded"
            whole(ground.service, case)
    assert amendments(ground) == (1 + pairs, pairs)
    at_peace(ground)


@pytest.mark.parametrize("pairs", FEW)
def test_a_report_filed_while_its_deadline_is_being_moved_is_not_lost_nor_is_the_decision(
    ground: Field, pairs: int
) -> None:
    chance = random.Random(pairs)
    with Racers(ground.url, ground.folder) as racers:
        for number, case in enumerate(ground.rounds(pairs)):
            [request] = forwarded(ground, moving(case, "2026-11-20"))
            tasks: list[Task] = [Act((case,), report(number)), Act((request,), approve("an", f"{number}/QĐ"))]
            # Approving takes longer before it comes to the case: the report is held back a little.
            filed, approved = racers.race(tasks, at=ground.clock(), delays=[chance.uniform(0, 0.08), 0.0])
            assert filed.how == "won", filed
            shown = ground.service.show(case)
            owed = [o for o in shown["obligations"] if o["name"] == "report_due"]
            if approved.how == "won":
                # What was decided stood before the report came: it meets the new term.
                assert [e["trigger"] for e in shown["events"]] == ["opened", "amended", "report"]
                assert [(o["status"], o["met_by"]) for o in owed] == [("superseded", None), ("met", 3)]
            else:
                assert (approved.how, approved.code) == ("refused", "impact-moved"), approved
                assert [e["trigger"] for e in shown["events"]] == ["opened", "report"]
                assert [(o["status"], o["met_by"]) for o in owed] == [("met", 2)]
            assert shown["state"] == "reported"
            assert not [o for o in shown["obligations"] if o["kind"] == "deadline" and o["status"] == "open"]
            whole(ground.service, case)
    at_peace(ground)


@pytest.mark.parametrize("pairs", FEW)
def test_requests_filed_at_once_get_numbers_of_their_own(ground: Field, pairs: int) -> None:
    cases = ground.rounds(2)
    with Racers(ground.url, ground.folder) as racers:
        for _ in range(pairs):
            tasks: list[Task] = [Ask(asking(moving(case, "2026-11-20"))) for case in cases]
            outcomes = racers.race(tasks, at=ground.clock())
            assert [outcome.how for outcome in outcomes] == ["won", "won"], outcomes
    filed = ground.service.cases(kinds=["request"])
    assert sorted(found["position"] for found in filed) == list(range(1, 2 * pairs + 1))
    assert {found["id"] for found in filed} == {f"{PLAN}/adj/{number}" for number in range(1, 2 * pairs + 1)}
    assert {found["state"] for found in filed} == {"submitted"}
    at_peace(ground)


def test_a_round_opened_while_an_approval_changes_the_plan_is_opened_as_changed(ground: Field) -> None:
    """The approval is held just before its commit; the opening must wait for it, or be seen by it."""
    area, old, new = "dat-dai", "so-tnmt", "so-khdt"
    [request] = forwarded(ground, {"change_lead": area, "to": new})
    held, on = threading.Event(), threading.Event()

    def hold(point: str) -> None:
        if point == "act.before_commit":
            held.set()
            assert on.wait(60)

    clerk = service_on(ground.url, ground.folder, ground.clock)
    clerk.site = replace(clerk.site, probe=hold)
    wish = Wish(PLAN, CONSOLIDATOR, adhoc=True, areas=(area,), due=date(2026, 11, 2), consolidate_by=date(2029, 12, 28))
    with ThreadPoolExecutor(max_workers=2) as people:
        approving = people.submit(clerk.act, [request], approve("an", "1/QĐ"))
        assert held.wait(60)
        opening = people.submit(ground.service.open_round, wish)
        wait([opening], timeout=1)
        on.set()
        assert approving.result(60)[0]["state"] == "approved"
        opened = opening.result(60)["id"]
    clerk.site.database.close()
    for case in (f"{PLAN}/2026/{area}", f"{opened}/{area}"):
        shown = ground.service.show(case)
        assert shown["roles"]["lead"] == [new], f"{case} is still led by {old}"
        assert shown["plan_version"] == 2
    at_peace(ground)


def test_two_real_commands_at_once_end_with_one_done_and_one_refused_in_words(house_at: HouseAt) -> None:
    house = house_at("november")
    for area in ("dau-tu", "dat-dai"):
        case = f"{PLAN}/2026/{area}"
        words = (case, "report", "--as", AREAS[area], "--dated", "2026-11-27", "--text", "Đã thực hiện.", "--json")
        begun = [house.start("act", *words, "--number", f"{number}/BC") for number in (1, 2)]
        done = [ended(process, expect=None) for process in begun]
        assert sorted(one.code for one in done) == [0, 1], [one.err for one in done]
        refused = next(one for one in done if one.code == 1)
        assert "Đã báo cáo" in refused.err
        assert refused.document["refused"]["code"]
        assert len(house.service.show(case)["events"]) == 2
    assert house.service.verify()["ok"]


@pytest.mark.parametrize("kind", ["postgresql"])
def test_people_on_different_cases_of_one_round_do_not_wait_for_each_other(ground: Field) -> None:
    """On PostgreSQL; SQLite has one writer at a time, for milliseconds."""
    round_id = f"{PLAN}/2026"
    done: list[float] = []

    def file() -> None:
        begun = time.monotonic()
        ground.service.act([f"{round_id}/{AREA}"], report(1))
        done.append(time.monotonic() - begun)

    held = Database.open(ground.url)
    with held.write() as connection:
        load_cases(connection, [f"{round_id}/{area}" for area in AREAS if area != AREA], lock=True)
        thread = threading.Thread(target=file)
        thread.start()
        thread.join(timeout=5)
        assert done, "a report waits for somebody else's case"
    held.close()


def test_many_processes_on_one_round_all_get_through_without_a_deadlock(ground: Field) -> None:
    """Three agencies on cases of one round, and beside them one that takes the whole round or fires what is due."""
    round_id, leads = f"{PLAN}/2026", list(AREAS.items())
    with Racers(ground.url, ground.folder, count=4) as racers:
        for turn in range(12):
            last = turn == 11
            tasks: list[Act | FireUntil] = []
            for place in range(3):
                area, lead = leads[(turn + place) % len(leads)]
                case = f"{round_id}/{area}"
                content = {"route": "Hỏa tốc"} if area == "an-ninh" else {"text": "Đủ."}
                trigger = "report" if ground.service.show(case)["state"] == "assigned" else "correct"
                facts = Facts(number=f"{turn}/BC", dated=START.date(), **content)  # type: ignore[arg-type]
                tasks.append(Act((case,), Command(trigger, Actor(lead), facts)))
            tasks.append(Act((round_id,), submit(turn)) if last else FireUntil(ground.clock()))
            outcomes = racers.race(tasks, at=ground.clock())
            # Whoever comes after the round was submitted is refused; nobody fails.
            assert {outcome.how for outcome in outcomes} <= ({"won", "refused"} if last else {"won"}), outcomes
            assert max(outcome.seconds for outcome in outcomes) < 8
    assert ground.service.show(round_id)["state"] == "submitted"
    at_peace(ground)
