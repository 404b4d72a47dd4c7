"""Whoever changes the record behind the product's back is found out, and what was changed is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.cast import INVESTMENT, LABOUR
from tests.support.world import World, area, build
from workflow.service.auditing import note_restore

CASE = area("lao-dong")


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    world = build(database_url, tmp_path, "2026-11-20 08:00")
    world.act(CASE, "start", LABOUR)
    world.service.checkpoint()
    world.report("lao-dong")
    world.consolidate("lao-dong")
    world.service.checkpoint()
    yield world
    world.close()


def tamper(world: World, *statements: str) -> None:
    """As somebody with the database's password would."""
    with world.database.write() as connection:
        for statement in statements:
            connection.execute(text(statement), {"case": CASE})


def found(world: World) -> set[tuple[str, Any, Any]]:
    told = world.service.verify()
    assert told["ok"] == (not told["faults"])
    return {(fault["code"], fault["case"], fault["seq"]) for fault in told["faults"]}


def test_what_is_sealed_while_the_record_is_being_verified_is_no_fault(world: World) -> None:
    """A daemon seals whenever it likes: the log must not be read as newer than the tables."""
    read = world.database.read
    sealing: list[bool] = []

    @contextmanager
    def sealed_meanwhile() -> Iterator[Any]:
        with read() as connection:
            connection.execute(text("SELECT count(*) FROM event"))  # the picture is taken
            if not sealing:
                sealing.append(True)
                world.act(area("dau-tu"), "start", INVESTMENT)
                assert world.service.checkpoint() is not None
            yield connection

    world.database.read = sealed_meanwhile  # type: ignore[method-assign]
    assert world.service.verify()["faults"] == []
    assert sealing


def test_an_untouched_record_is_whole_and_says_how_long_it_is(world: World) -> None:
    told = world.service.verify()
    assert told["faults"] == []
    assert told["ok"]
    assert told["events"] == len(world.events())
    assert told["head"].startswith("2:")


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE event SET trigger = 'report' WHERE case_id = :case AND seq = 2", ("event-altered", 2)),
        ("UPDATE event SET recorded_at = effective_at, to_state = 'closed' WHERE case_id = :case AND seq = 3", None),
        ("UPDATE event SET hash = prev WHERE case_id = :case AND seq = 2", ("event-altered", 2)),
        ("DELETE FROM event WHERE case_id = :case AND seq = 2", ("event-missing", 2)),
        ("DELETE FROM event WHERE case_id = :case AND seq = 4", ("event-missing", 4)),
        ("DELETE FROM event WHERE case_id = :case", ("chain-missing", 4)),
        ("UPDATE free_text SET text = 'khác' WHERE case_id = :case", ("text-altered", 3)),
        ("DELETE FROM free_text WHERE case_id = :case", ("text-missing", 3)),
        ("UPDATE \"case\" SET state = 'closed' WHERE id = :case", ("case-altered", 4)),
        (
            "UPDATE obligation SET met_by = NULL WHERE case_id = :case AND name = 'report_due'",
            ("obligation-altered", 4),
        ),
        ("DELETE FROM obligation WHERE case_id = :case AND kind = 'reminder'", ("obligation-altered", 4)),
    ],
)
def test_what_was_altered_or_removed_is_named(world: World, statement: str, fault: tuple[str, int] | None) -> None:
    tamper(world, statement)
    code, seq = fault or ("event-altered", 3)
    assert (code, CASE, seq) in found(world)


def test_two_events_that_changed_places_are_named(world: World) -> None:
    tamper(
        world,
        "UPDATE event SET seq = -1 WHERE case_id = :case AND seq = 2",
        "UPDATE event SET seq = 2 WHERE case_id = :case AND seq = 3",
        "UPDATE event SET seq = 3 WHERE case_id = :case AND seq = -1",
    )
    assert ("event-out-of-order", CASE, 2) in found(world)


def test_the_last_events_are_missed_even_where_the_case_was_set_back_with_them(world: World) -> None:
    """Chain and row agree then; the seal does not."""
    tamper(
        world,
        "DELETE FROM event WHERE case_id = :case AND seq = 4",
        "UPDATE \"case\" SET seq = 3, state = 'reported', "
        "head = (SELECT hash FROM event WHERE case_id = :case AND seq = 3) WHERE id = :case",
    )
    assert ("sealed-head-differs", CASE, 4) in found(world)


def test_an_event_added_by_hand_is_named(world: World) -> None:
    columns = "effective_at, recorded_at, actor, trigger, from_state, to_state, data, effects, text_hashes, prev, hash"
    tamper(
        world,
        f"INSERT INTO event (case_id, seq, {columns}) SELECT case_id, 5, {columns} FROM event "
        "WHERE case_id = :case AND seq = 4",
    )
    assert ("event-out-of-order", CASE, 5) in found(world)
    assert ("event-inserted", CASE, 5) in found(world)


def test_a_case_that_vanished_with_its_chain_is_missed_by_its_seal(world: World) -> None:
    tamper(
        world,
        *(f"DELETE FROM {table} WHERE case_id = :case" for table in ("free_text", "obligation", "event")),
        'DELETE FROM "case" WHERE id = :case',
    )
    assert {(code, case) for code, case, _ in found(world)} == {("sealed-head-differs", CASE)}


def test_seals_rewritten_inside_the_database_differ_from_the_log_outside(world: World) -> None:
    tamper(world, "DELETE FROM checkpoint_head WHERE checkpoint = 2", "DELETE FROM checkpoint WHERE seq = 2")
    assert found(world) == {("log-differs", None, 2)}
    tamper(world, "UPDATE checkpoint SET hash = 'x' WHERE seq = 1")
    assert {("checkpoint-altered", None, 1), ("log-differs", None, 1)} <= found(world)


def test_an_erased_text_leaves_the_chain_whole(world: World) -> None:
    """Personal-data law may require it (Law 91/2025/QH15); the history then shows that something stood there."""
    tamper(world, "UPDATE free_text SET text = NULL WHERE case_id = :case")
    assert found(world) == set()
    told = next(event for event in world.service.show(CASE)["events"] if event["trigger"] == "report")
    assert told["data"]["text"] is None


def test_a_seal_whose_line_was_lost_in_a_crash_is_written_with_the_next(world: World, tmp_path: Path) -> None:
    log = tmp_path / "checkpoints.log"
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text(lines[0] + "\n" + lines[1][:20], encoding="utf-8")
    world.act(area("dau-tu"), "start", INVESTMENT)
    world.service.checkpoint()
    first, torn, *rest = log.read_text(encoding="utf-8").splitlines()
    assert (first, torn, rest[0]) == (lines[0], lines[1][:20], lines[1])
    assert json.loads(rest[1])["seq"] == 3
    assert found(world) == set()


def test_a_restore_that_a_person_took_up_sets_the_lost_seals_aside_and_keeps_them_in_the_log(
    world: World, tmp_path: Path
) -> None:
    tamper(world, "DELETE FROM checkpoint_head WHERE checkpoint = 2", "DELETE FROM checkpoint WHERE seq = 2")
    assert found(world) == {("log-differs", None, 2)}
    note_restore(world.service.site, "quan-tri")
    assert found(world) == set()
    world.act(area("dau-tu"), "start", INVESTMENT)
    world.service.checkpoint()
    assert found(world) == set()
    logged = [json.loads(line) for line in (tmp_path / "checkpoints.log").read_text(encoding="utf-8").splitlines()]
    assert [entry["seq"] for entry in logged] == [1, 2, 1, 2]
    assert (logged[2]["restored"], logged[2]["by"]) == (True, "quan-tri")
    assert logged[1]["hash"] != logged[3]["hash"]
