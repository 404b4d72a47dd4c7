"""The watch over the clock: what makes the daemon hold, and that it holds everything until a person says go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.cast import LABOUR
from tests.support.world import World, area, build, reopen
from workflow.model import SystemFault
from workflow.store.database import Database


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    world = build(database_url, tmp_path, "2026-12-10 08:00")
    yield world
    world.close()


def kinds(world: World) -> list[tuple[str, str]]:
    return [(incident["kind"], incident["subject"]) for incident in world.service.held()]


def test_a_clock_set_forward_fires_nothing_until_a_person_has_looked(world: World) -> None:
    world.clock.step(timedelta(days=30))
    world.attend()
    assert kinds(world) == [("clock", "forward")]
    assert world.drain() == 0
    assert {c.state for c in world.cases()} == {"assigned", "collecting"}
    with pytest.raises(SystemFault, match="held"):
        world.act(area("lao-dong"), "start", LABOUR)
    world.clock.step(timedelta(days=-30))
    assert [one["kind"] for one in world.service.resume(by="test")] == ["clock"]
    world.live("2026-12-15 00:00")
    assert world.state("lao-dong") == "escalated"


def test_a_clock_behind_the_last_record_is_noticed_at_start_and_by_a_command(world: World) -> None:
    world.act(area("lao-dong"), "start", LABOUR)
    world.clock.step(timedelta(hours=-3))
    with pytest.raises(SystemFault, match="clock-behind"):
        world.act(area("lao-dong"), "report", LABOUR, nil="không phát sinh")
    again = reopen(world.database, world.clock, world.folder)
    again.attend()
    assert kinds(again) == [("clock", "behind")]


def test_a_suspended_machine_is_downtime_and_no_clock_gone_wrong(world: World) -> None:
    """The steady clock counts the sleep, so both clocks agree."""
    world.sleep("2026-12-15 09:00")
    world.attend()
    assert world.service.held() == []
    world.drain()
    assert world.newest(area("lao-dong"), "report_due")["cause"] == "downtime"


def test_a_burst_at_its_own_instant_is_no_reason_to_brake(database_url: str, tmp_path: Path) -> None:
    world = build(database_url, tmp_path, "2026-12-14 12:00", catchup_limit=0)
    world.live("2026-12-15 00:00")
    assert world.service.held() == []
    assert world.state("lao-dong") == "escalated"
    world.close()


def test_a_long_outage_with_a_backlog_waits_for_a_person(database_url: str, tmp_path: Path) -> None:
    world = build(database_url, tmp_path, "2026-12-10 12:00", catchup_limit=5)
    world.service.leave()
    world.sleep("2026-12-17 12:00")
    again = reopen(world.database, world.clock, world.folder, catchup_limit=5)
    letters = len(again.messages())
    assert again.wake() == 0
    assert kinds(again) == [("brake", "catchup")]
    assert len(again.messages()) == letters
    again.service.resume(by="test")
    assert again.drain() > 0
    assert again.state("lao-dong") == "escalated"
    assert again.service.verify()["ok"]
    world.close()


def test_a_lost_database_is_not_replaced_by_a_new_one_in_silence(world: World, tmp_path: Path) -> None:
    world.service.leave()
    empty = reopen(Database.open(f"sqlite:///{tmp_path / 'other.db'}"), world.clock, world.folder)
    with pytest.raises(SystemFault, match="other-installation"):
        empty.service.init("test")
    with pytest.raises(SystemFault, match="not-initialised"):
        empty.service.ready()
    empty.close()
