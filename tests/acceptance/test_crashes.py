"""kill -9 at every named commit point: after the next start nothing is lost, nothing is doubled, the record verifies.

Each test lives through the night of 14 December on a copy of one installation: a daemon that dies at the point, another
one that goes on. What they leave is compared with what a daemon leaves that nothing happened to.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import HouseAt, Originals
from tests.support.daemon import PLAN, ROOT, Daemon, Installation, set_clock, wait_for
from tests.support.record import differences, record_of, sent_once, sound, told_once
from tests.support.smtp import SmtpServer
from workflow.model import Actor, Command, Facts
from workflow.service import Asking

DAEMON_POINTS = (
    *("fire.before_commit:1", "fire.after_commit:1", "open.before_commit:1", "open.after_commit:1"),
    *("checkpoint.before_commit:1", "checkpoint.after_commit:1"),
    *("mail.claimed:1", "mail.sending:1", "mail.sending:5", "mail.accepted:4", "mail.noted:3"),
)
"""`POINT:N`: the n-th passing kills."""
COMMAND_POINTS = (
    *("act.before_commit", "act.after_commit", "open.before_commit", "init.before_commit", "publish.before_commit"),
    "request.before_commit",
)
"""Those that a command passes, not the daemon (`open` is passed by both)."""
NO_LETTER_ON_THE_LINE = ("fire.", "open.", "mail.claimed")
"""Points at which none can be left unknown; at the others one may just be on its way."""
LAST_SECOND = "2026-12-14T23:59:59.500+07:00"
MIDNIGHT = datetime.fromisoformat("2026-12-15T00:00:00+07:00")
MORNING = "2026-12-21T08:00:00+07:00"

Undisturbed = Callable[[str, str], dict[str, Any]]


@pytest.fixture(scope="session")
def undisturbed(originals: Originals, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """What is left when nothing happens: by a daemon over midnight (`night`), or by stepping the clock (`stepped`)."""
    found: dict[tuple[str, str], dict[str, Any]] = {}

    def live(kind: str, way: str) -> dict[str, Any]:
        if (kind, way) not in found:
            with SmtpServer() as smtp:
                house = Installation(tmp_path_factory.mktemp("undisturbed"), originals.copy(kind, "eve"), smtp)
                if way == "night":
                    with house.serve(SEAL_AFTER="1") as daemon:
                        pass_midnight(house)
                        settled(house, daemon)
                    sent_once(house.service, smtp)
                else:
                    house.run("clock", "--to", MORNING)
                found[kind, way] = record_of(house.service)
                house.close()
        return found[kind, way]

    return live


def pass_midnight(house: Installation) -> None:
    set_clock(house, LAST_SECOND)


def settled(house: Installation, daemon: Daemon) -> None:
    """Wait until midnight has been dealt with, all mail has left, and a checkpoint seals it."""

    def done() -> bool:
        return house.now >= MIDNIGHT and house.at_rest() and house.service.doctor()["checkpoint"] is not None

    wait_for(done, "midnight was not dealt with", alive=daemon)


def test_every_named_commit_point_is_crashed_at() -> None:
    named = set()
    for folder in ("workflow", "notifications", "scheduler", "web", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            named |= set(re.findall(r"""probe\(\s*f?["']([^"']+)["']""", path.read_text(encoding="utf-8")))
    assert named == {point.partition(":")[0] for point in DAEMON_POINTS} | set(COMMAND_POINTS)


EACH = [
    pytest.param(kind, point, id=f"{kind}-{point}", marks=[pytest.mark.slow] if kind == "postgresql" else [])
    for kind in ("sqlite", "postgresql")
    for point in DAEMON_POINTS
]
"""On PostgreSQL one test goes through all of them in a row; there each by itself is left to `make soak`."""


@pytest.mark.parametrize(("kind", "point"), EACH)
def test_a_daemon_killed_at_a_commit_point_loses_and_doubles_nothing(
    point: str, kind: str, house_at: HouseAt, smtp: SmtpServer, undisturbed: Undisturbed
) -> None:
    house = house_at("eve")
    crash(house, point)
    with house.serve(SEAL_AFTER="1") as daemon:
        pass_midnight(house)
        settled(house, daemon)
    unknown = 0 if point.startswith(NO_LETTER_ON_THE_LINE) else 1
    nothing_lost_or_doubled(house, smtp, undisturbed(kind, "night"), unknown=unknown)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_daemons_killed_one_after_the_other_at_every_point_lose_and_double_nothing(
    kind: str, house_at: HouseAt, smtp: SmtpServer, undisturbed: Undisturbed
) -> None:
    house = house_at("eve")
    points = [*dict.fromkeys(point.partition(":")[0] for point in DAEMON_POINTS)]
    # Checkpoints last: a daemon that lives until then has sent all mail.
    points.sort(key=lambda point: point.startswith("checkpoint."))
    for point in points:
        crash(house, point)
    with house.serve(SEAL_AFTER="1") as daemon:
        settled(house, daemon)
    # Each may also have caught the other thread with a letter on the line.
    nothing_lost_or_doubled(house, smtp, undisturbed(kind, "night"), unknown=len(points))


def nothing_lost_or_doubled(
    house: Installation, smtp: SmtpServer, undisturbed: dict[str, Any], *, unknown: int
) -> None:
    assert differences(record_of(house.service), undisturbed) == []
    sent_once(house.service, smtp, unknown=unknown)
    told_once(house.service)
    sound(house.service)


def crash(house: Installation, point: str) -> None:
    """Let a daemon live until it kills itself at `point`; of mail and of what to seal there is some at once."""
    with house.serve(crash_at=point, status=None, SEAL_AFTER="1") as dying:
        if point.startswith(("fire.", "open.")):
            wait_for(lambda: dying.process.poll() is not None or house.at_rest(), "it hangs")
            pass_midnight(house)
        dying.wait_killed()


def test_a_letter_left_unknown_waits_for_a_person_who_sends_it_or_settles_it(
    house_at: HouseAt, smtp: SmtpServer
) -> None:
    house = house_at("eve")
    with house.serve(crash_at="mail.sending:2", status=None) as dying:
        dying.wait_killed()
    before = len(smtp.received)
    with house.serve(crash_at="mail.accepted:2", status=None) as dying:
        dying.wait_killed()
    with house.serve() as daemon:
        first, second = house.json("mail", "--status", "unknown")
        assert first["error"]
        assert house.json("mail", "retry", str(first["id"]))["status"] == "queued"
        assert house.json("mail", "settle", str(second["id"]))["status"] == "sent"
        wait_for(house.at_rest, "the letter was not sent", alive=daemon)
    came = [str(mail.message["Message-ID"]) for mail in smtp.received]
    assert len(came) > before
    assert came.count(first["message_id"]) == came.count(second["message_id"]) == 1
    sent_once(house.service, smtp)


def test_a_daemon_killed_at_any_moment_is_taken_up_by_the_next(
    kind: str, house_at: HouseAt, smtp: SmtpServer, undisturbed: Undisturbed
) -> None:
    house = house_at("eve")
    with house.serve() as first:
        pass_midnight(house)
        smtp.wait_for(3)
        first.kill()
    with house.serve(status=None) as second:
        time.sleep(0.7)
        second.kill()
    with house.serve(SEAL_AFTER="1") as third:
        settled(house, third)
    assert differences(record_of(house.service), undisturbed(kind, "night")) == []
    sent_once(house.service, smtp, unknown=2)
    sound(house.service)


@pytest.mark.parametrize(
    "point", ["fire.before_commit:3", "fire.after_commit:2", "open.before_commit", "open.after_commit"]
)
def test_stepping_the_clock_killed_in_the_middle_is_finished_by_stepping_again(
    point: str, kind: str, house_at: HouseAt, undisturbed: Undisturbed
) -> None:
    house = house_at("eve")
    house.run("clock", "--to", MORNING, crash_at=point, expect=-signal.SIGKILL)
    stopped = house.now
    assert house.run("clock", "--to", MORNING).code == 0
    assert stopped < house.now
    assert differences(record_of(house.service), undisturbed(kind, "stepped")) == []
    told_once(house.service)
    sound(house.service)


REPORT = ("--as", "so-tttt", "--number", "9/BC-STTTT", "--dated", "2026-12-14", "--text", "Đã thực hiện.")


def test_a_report_killed_before_its_commit_has_not_been_filed_and_can_be(house_at: HouseAt, tmp_path: Path) -> None:
    house, case = house_at("eve"), f"{PLAN}/2026/tuyen-truyen"
    attached = tmp_path / "bao-cao.txt"
    attached.write_text("Đính kèm", encoding="utf-8")
    words = ("act", case, "report", *REPORT, "--attach", str(attached))
    house.run(*words, crash_at="act.before_commit", expect=-signal.SIGKILL)
    left = house.service.show(case)
    assert (left["state"], [e["trigger"] for e in left["events"]]) == ("assigned", ["opened"])
    assert {m["template"] for m in left["messages"]} == {"opened"}
    assert house.json(*words)["state"] == "reported"
    told_once(house.service)
    sound(house.service)


def test_a_report_killed_after_its_commit_has_been_filed_and_is_not_filed_twice(house_at: HouseAt) -> None:
    house, case = house_at("eve"), f"{PLAN}/2026/tuyen-truyen"
    house.run("act", case, "report", *REPORT, crash_at="act.after_commit", expect=-signal.SIGKILL)
    assert [e["trigger"] for e in house.service.show(case)["events"]] == ["opened", "report"]
    again = house.run("act", case, "report", *REPORT, expect=1)
    assert "Đã báo cáo" in again.err
    told_once(house.service)
    sound(house.service)


def test_an_ad_hoc_round_killed_before_its_commit_has_not_been_opened(house_at: HouseAt) -> None:
    house = house_at("eve")
    words = ("open", PLAN, "--adhoc", "--as", "vp-ubnd-tinh", "--area", "dat-dai", "--number", "77/VP")
    house.run(*words, crash_at="open.before_commit", expect=-signal.SIGKILL)
    assert [r["id"] for r in house.service.cases(kinds=["round"])] == [f"{PLAN}/2026"]
    assert house.json(*words)["id"] == f"{PLAN}/2026-a1"
    assert [c["id"] for c in house.service.cases(cycle="2026-a1")] == [f"{PLAN}/2026-a1/dat-dai"]
    told_once(house.service)
    sound(house.service)


DAT_DAI, DAU_TU = f"{PLAN}/2026/dat-dai", f"{PLAN}/2026/dau-tu"
CHANGE: tuple[dict[str, Any], ...] = (
    {"change_lead": "dat-dai", "to": "so-khdt"},
    {"move_deadline": "report_due", "of": DAU_TU, "to": "2026-12-17"},
)
"""Of the plan from now on, and of one open case."""


def ask(house: Installation, *, forward: bool) -> str:
    """Somebody has asked for it, and the department has passed it on; the request's id."""
    asking = Asking(PLAN, Actor("so-tnmt", "van-thu"), Facts(change=CHANGE, text="Vướng mắc."), submit=True)
    request: str = house.service.request(asking)["id"]
    if forward:
        department = Actor("so-cong-thuong", "le-thi-c")
        house.service.act([request], Command("take_up", department))
        house.service.act([request], Command("forward", department, Facts(opinion="Đề nghị chấp thuận.")))
    return request


def of_plan(house: Installation) -> tuple[int, str]:
    found = house.service.export(PLAN)
    return found["version"], found["text"].split("\n", 1)[1]  # the first line names the version


def applied(house: Installation, request: str) -> None:
    """The approval is whole: the plan, the cases, the request, and each letter once."""
    version, text = of_plan(house)
    assert version == 2
    assert text.count(f"request: {request}") == 1
    moved = house.service.show(DAT_DAI)
    assert (moved["roles"]["lead"], moved["plan_version"]) == (["so-khdt"], 2)
    assert [o["owner"]["agency"] for o in moved["obligations"] if o["name"] == "report_due"] == ["so-tnmt", "so-khdt"]
    assert house.service.show(DAU_TU)["due"]["report_due"] == "2026-12-18T00:00:00+07:00"
    shown = house.service.show(request)
    assert (shown["state"], shown["data"]["applied"]["version"]) == ("approved", 2)
    told = [
        message["agency"]
        for message in house.service.mail()
        if {"case": request, "seq": shown["events"][-1]["seq"]} in message["events"]
    ]
    assert sorted(told) == ["so-cong-thuong", "so-khdt", "so-tnmt"]
    told_once(house.service)
    sound(house.service)


APPROVE = ("approve", "--as", "ubnd-tinh:ct", "--decision", "2160/QĐ-UBND")


def test_an_approval_killed_before_its_commit_has_moved_neither_plan_nor_cases_and_can_be_repeated(
    house_at: HouseAt,
) -> None:
    house = house_at("eve")
    request = ask(house, forward=True)
    before = (record_of(house.service), of_plan(house), len(house.service.mail()))
    house.run("act", request, *APPROVE, crash_at="act.before_commit", expect=-signal.SIGKILL)
    assert (record_of(house.service), of_plan(house), len(house.service.mail())) == before
    assert house.json("act", request, *APPROVE)["state"] == "approved"
    applied(house, request)


def test_an_approval_killed_after_its_commit_has_moved_all_of_it_and_is_not_carried_out_twice(
    house_at: HouseAt,
) -> None:
    house = house_at("eve")
    request = ask(house, forward=True)
    house.run("act", request, *APPROVE, crash_at="act.after_commit", expect=-signal.SIGKILL)
    applied(house, request)
    again = house.run("act", request, *APPROVE, expect=1)
    assert "Chấp thuận" in again.err
    applied(house, request)


def test_a_request_killed_before_its_commit_has_not_been_filed_and_can_be(house_at: HouseAt) -> None:
    house = house_at("eve")
    before = len(house.service.mail())
    words = ("request", PLAN, "--as", "so-tnmt:van-thu", "--change-lead", "dat-dai=so-khdt", "--submit")
    house.run(*words, crash_at="request.before_commit", expect=-signal.SIGKILL)
    assert house.service.cases(kinds=["request"]) == []
    assert len(house.service.mail()) == before
    filed = house.json(*words)
    assert (filed["id"], filed["state"]) == (f"{PLAN}/adj/1", "submitted")
    assert [message["agency"] for message in house.service.mail()[before:]] == ["so-tnmt", "so-cong-thuong"]
    told_once(house.service)
    sound(house.service)


SILENT_REVIEW = [
    pytest.param(kind, point, id=f"{kind}-{point}", marks=[pytest.mark.slow] if kind == "postgresql" else [])
    for kind in ("sqlite", "postgresql")
    for point in ("fire.before_commit", "fire.after_commit")
]


@pytest.mark.parametrize(("kind", "point"), SILENT_REVIEW)
def test_a_daemon_killed_while_a_request_goes_to_the_ppc_by_itself_sends_it_there_once(
    point: str, kind: str, house_at: HouseAt, smtp: SmtpServer
) -> None:
    house = house_at("november")
    request = ask(house, forward=False)
    house.service.step_clock(datetime.fromisoformat("2026-12-04T23:59:59+07:00"))
    with house.serve(crash_at=point, status=None) as dying:
        dying.wait_killed()
    assert house.service.show(request)["state"] == ("submitted" if point == "fire.before_commit" else "forwarded")
    with house.serve() as daemon:
        wait_for(
            lambda: house.service.show(request)["state"] == "forwarded" and house.at_rest(), "left lying", alive=daemon
        )
    shown = house.service.show(request)
    assert [e["trigger"] for e in shown["events"]] == ["opened", "submit", "reminded", "review_late"]
    assert shown["events"][-1]["effective_at"] == "2026-12-05T00:00:00+07:00"
    letters = [message["agency"] for message in shown["messages"] if message["template"] == "entered.forwarded"]
    assert sorted(letters) == ["so-cong-thuong", "so-tnmt", "vp-ubnd-tinh"]
    sent_once(house.service, smtp, unknown=1)
    told_once(house.service)
    sound(house.service)


def test_a_second_daemon_on_one_database_is_refused_and_a_killed_one_leaves_its_place_at_once(
    house_at: HouseAt,
) -> None:
    house = house_at("eve")
    with house.serve() as first:
        second = house.run("serve", "--port", "0", expect=3)
        assert second.err
        assert first.health()["status"] == "ok"
        first.kill()
    with house.serve() as third:
        assert third.health()["status"] == "ok"


def test_a_publication_killed_before_its_commit_leaves_the_version_before_and_is_repeated(
    house_at: HouseAt, tmp_path: Path
) -> None:
    house, edited = house_at("eve"), [tmp_path / "plan.yaml", tmp_path / "agencies.yaml"]
    for path, name in zip(edited, (PLAN, "agencies"), strict=True):
        path.write_text(house.json("export", name)["text"] + "# sửa\n", encoding="utf-8")
    house.run("publish", *map(str, edited), crash_at="publish.before_commit", expect=-signal.SIGKILL)
    assert [house.json("export", name)["version"] for name in (PLAN, "agencies")] == [1, 1]
    done = house.json("publish", *map(str, edited))["published"]
    assert {(one["name"], one["version"], one["changed"]) for one in done} == {(PLAN, 2, True), ("agencies", 2, True)}
    told_once(house.service)
    sound(house.service)


def test_setting_up_killed_before_its_commit_leaves_nothing_and_is_repeated(house_at: HouseAt) -> None:
    house = house_at(None, DONDOC_CLOCK="2026-12-14T12:00:00+07:00")
    house.run("init", crash_at="init.before_commit", expect=-signal.SIGKILL)
    refused = house.run("cases", expect=3)
    assert "dondoc init" in refused.err
    done = house.json("init")
    assert done["created"]
    assert done["opened"] == [f"{PLAN}/2026"]
    assert len(house.service.cases()) == 6
    told_once(house.service)
    sound(house.service)
