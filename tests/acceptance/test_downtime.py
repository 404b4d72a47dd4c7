"""The daemon is away while things fall due, or comes back to what it must not send: what its next start does."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.acceptance.conftest import HouseAt, Originals
from tests.support.daemon import AREAS, PLAN, Installation, set_clock, wait_for
from tests.support.record import sent_once, sound, told_once
from tests.support.smtp import SmtpServer

MIDNIGHT = "2026-12-15T00:00:00+07:00"
RETURN = datetime.fromisoformat("2026-12-16T10:00:00+07:00")
"""A Wednesday: reports were due on Monday, the consolidation is due by Saturday."""


def away_until(house: Installation, instant: datetime) -> None:
    """As if the machine had been off until the installation's clock reads `instant`."""
    speed = house.service.clock()["speed"]
    house.pass_time((instant - house.now) / speed)


def events_of(house: Installation) -> list[dict[str, Any]]:
    """All events with their case, in the order in which they were recorded."""
    cases = [*house.service.cases(), *house.service.cases(kinds=["round"])]
    found = [event | {"case": case["id"]} for case in cases for event in house.service.show(case["id"])["events"]]
    return sorted(found, key=lambda event: (event["recorded_at"], event["effective_at"]))


def obligations_of(house: Installation, name: str) -> list[dict[str, Any]]:
    cases = house.service.cases(cycle="2026") + house.service.cases(kinds=["round"], cycle="2026")
    return [o for case in cases for o in house.service.show(case["id"])["obligations"] if o["name"] == name]


def test_what_fell_due_while_the_daemon_was_away_fires_once_in_due_order_and_says_why_late(
    house_at: HouseAt, smtp: SmtpServer
) -> None:
    house = house_at("december", DONDOC_CLOCK_SPEED="10")
    with house.serve():
        house.wait_until_sent()
    before = len(smtp.received)
    away_until(house, RETURN)
    with house.serve():
        house.wait_until_sent()
    since = [event for event in events_of(house) if datetime.fromisoformat(event["recorded_at"]) >= RETURN]
    for area in AREAS:
        [missed] = [e for e in since if e["case"] == f"{PLAN}/2026/{area}" and e["to"] == "escalated"]
        assert (missed["effective_at"], missed["data"]["cause"]) == (MIDNIGHT, "downtime")
    assert {(o["status"], o["cause"]) for o in obligations_of(house, "report_due")} == {("fired", "downtime")}
    # The annual round opened too, as of its day, and after the cases that fell due at the same instant.
    opened = house.service.show(f"{PLAN}/2027")["events"][0]
    assert opened["effective_at"] == MIDNIGHT
    passed = [event for event in since if event["trigger"] in ("miss_report", "opened", "passed")]
    assert all(one["effective_at"] <= other["effective_at"] for one, other in pairwise(passed))
    # Reminders that came too late are not sent; the next one for the consolidation is still to come, once.
    for name in ("report_due target -1wd", "consolidation_due target -2wd"):
        assert {(o["status"], o["cause"]) for o in obligations_of(house, name)} == {("superseded", "downtime")}
    [coming] = obligations_of(house, "consolidation_due target -1wd")
    assert (coming["status"], coming["due_at"]) == ("open", "2026-12-17T07:30:00+07:00")
    assert len(smtp.received) > before
    told_once(house.service)
    sent_once(house.service, smtp)
    sound(house.service)


def test_a_short_restart_over_a_due_instant_is_no_downtime(house_at: HouseAt) -> None:
    house = house_at("eve")
    with house.serve():
        set_clock(house, "2026-12-14T23:59:59.5+07:00")
    time.sleep(0.5)
    with house.serve():
        house.wait_until_sent()
    assert {o["cause"] for o in obligations_of(house, "report_due")} == {None}


def test_a_long_absence_with_much_overdue_holds_all_mail_until_a_person_lets_it_go(
    house_at: HouseAt, smtp: SmtpServer
) -> None:
    house = house_at("november", DONDOC_CATCHUP_LIMIT="10")
    with house.serve():
        house.wait_until_sent()
    smtp.clear()
    events = len(events_of(house))
    away_until(house, RETURN)
    with house.serve(status="held") as daemon:
        assert daemon.health()["overdue"] > 10
        [incident] = house.json("incidents")
        assert (incident["kind"], incident["holds"], incident["detail"]["limit"]) == ("brake", True, 10)
        time.sleep(2.5)
        assert smtp.received == []
        assert len(events_of(house)) == events
        # It shows what it would do, and people can go on reading.
        assert any(row["name"] == "report_due" for row in house.json("due", "--until", "2026-12-16"))
        assert [one["status"] for one in house.json("resume")] == ["resolved"]
        wait_for(lambda: daemon.health()["status"] == "ok" and daemon.health()["overdue"] == 0, "it does not go on")
        house.wait_until_sent()
    assert {o["status"] for o in obligations_of(house, "report_due")} == {"fired"}
    assert len(smtp.received) > 0
    told_once(house.service)
    sound(house.service)


def test_a_long_absence_with_little_overdue_holds_nothing(house_at: HouseAt, smtp: SmtpServer) -> None:
    house = house_at("november")
    with house.serve():
        house.wait_until_sent()
    away_until(house, RETURN)
    with house.serve():
        house.wait_until_sent()
    assert {o["status"] for o in obligations_of(house, "report_due")} == {"fired"}
    sent_once(house.service, smtp)
    sound(house.service)


def test_a_database_restored_from_an_older_copy_holds_and_sends_nothing_again(
    kind: str, house_at: HouseAt, originals: Originals, smtp: SmtpServer
) -> None:
    house = house_at("eve")
    with house.serve():
        house.wait_until_sent()
    house.close()
    backup = originals.duplicate(house.database_url)
    with house.serve():
        set_clock(house, MIDNIGHT)
        wait_for(lambda: house.service.health()["overdue"] == 0, "midnight was not dealt with")
        house.wait_until_sent()
    house.close()
    smtp.clear()
    house.database_url = backup
    set_clock(house, MIDNIGHT)
    with house.serve(status="held") as daemon:
        [incident] = house.json("incidents")
        assert (incident["kind"], incident["holds"]) == ("database", True)
        assert incident["detail"]["seen"] > incident["detail"]["events"]
        time.sleep(2.5)
        assert smtp.received == []
        assert house.service.show(f"{PLAN}/2026/dau-tu")["state"] == "assigned"
        house.run("resume")
        wait_for(lambda: daemon.health()["status"] == "ok" and daemon.health()["overdue"] == 0, "it does not go on")
    assert house.service.show(f"{PLAN}/2026/dau-tu")["state"] == "escalated"
    # A person has taken the copy for good: the next start is no news any more.
    with house.serve() as daemon:
        assert daemon.health()["status"] == "ok"


def test_mail_waits_while_the_server_is_down_and_goes_out_once_when_it_is_back(
    house_at: HouseAt, smtp: SmtpServer
) -> None:
    house = house_at("eve")
    with house.serve():
        house.wait_until_sent()
    smtp.clear()
    smtp.stop()
    with house.serve() as daemon:
        set_clock(house, "2026-12-14T23:59:59.8+07:00")
        wait_for(
            lambda: any(m["error"] for m in house.service.mail(status="queued")), "nothing was tried", alive=daemon
        )
        # Deadlines do not wait for the mail server.
        wait_for(lambda: house.service.show(f"{PLAN}/2026/dau-tu")["state"] == "escalated", "midnight passed by")
        tried = [m for m in house.service.mail(status="queued") if m["attempts"]]
        assert len(tried) == 1, "one letter is enough to find out that nobody answers"
        smtp.start()
        house.pass_time(timedelta(minutes=2))
        house.wait_until_sent()
    assert len(smtp.received) == len([m for m in house.service.mail() if m["created_at"] >= MIDNIGHT])
    came = [mail.message["Message-ID"] for mail in smtp.received]
    assert len(came) == len(set(came))
    assert {m["status"] for m in house.service.mail()} == {"sent"}
    sound(house.service)


@pytest.mark.parametrize("times", [3])
def test_what_a_command_commits_is_on_its_way_within_two_seconds(
    house_at: HouseAt, smtp: SmtpServer, times: int
) -> None:
    house = house_at("november")
    with house.serve():
        house.wait_until_sent()
        for area, lead in list(AREAS.items())[:times]:
            smtp.clear()
            house.json("act", f"{PLAN}/2026/{area}", "start", "--as", lead)
            begun = time.monotonic()
            smtp.wait_for(1)
            assert time.monotonic() - begun < 2
            house.wait_until_sent()
