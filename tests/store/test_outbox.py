"""The outbox on both databases: who has a letter, and who may change what has become of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import SQLModel

from workflow.model import Refusal
from workflow.store import outbox
from workflow.store.database import Database

NOW = datetime(2026, 12, 15, 1, 0, tzinfo=UTC)
LEASE = timedelta(minutes=15)
MESSAGE = SQLModel.metadata.tables["message"]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.open(database_url)
    SQLModel.metadata.create_all(database.engine)
    yield database
    database.close()


def put(database: Database, count: int = 1, **over: Any) -> list[int]:
    row = {"agency": "so-x", "template": "reminder", "case_id": "p/2026/a", "facts": {"at": "x"}, "created_at": NOW}
    row |= {"status": "queued", "attempts": 0} | over
    with database.write() as connection:
        return [
            connection.execute(insert(MESSAGE).values(**row)).inserted_primary_key[0]  # type: ignore[index]
            for _ in range(count)
        ]


def claim(database: Database, worker: str = "w", limit: int = 10, now: datetime = NOW) -> list[int]:
    with database.write() as connection:
        return [c.id for c in outbox.claim(connection, worker=worker, now=now, lease=LEASE, limit=limit)]


def begin(database: Database, id_: int, worker: str = "w", now: datetime = NOW) -> bool:
    with database.write() as connection:
        return outbox.start_sending(connection, id_, worker=worker, now=now, lease=LEASE, recipients=["a@x.example"])


def row(database: Database, id_: int) -> Mapping[str, Any]:
    with database.read() as connection:
        found = outbox.load(connection, id_)
    assert found is not None
    return found


def test_a_claimed_letter_is_claimed_once_and_the_oldest_go_first(database: Database) -> None:
    ids = put(database, 3)
    assert claim(database, limit=2) == ids[:2]
    assert claim(database, "other") == ids[2:]
    assert claim(database) == []
    assert (row(database, ids[0])["status"], row(database, ids[0])["worker"]) == ("claimed", "w")
    assert row(database, ids[0])["lease_until"] == NOW + LEASE


def test_a_letter_waits_for_its_next_attempt_and_then_goes_before_new_ones(database: Database) -> None:
    [later] = put(database, next_attempt=NOW + timedelta(minutes=5))
    [new] = put(database)
    assert claim(database) == [new]
    assert claim(database) == []
    [newer] = put(database)
    assert claim(database, now=NOW + timedelta(minutes=5)) == [later, newer]


def test_the_next_due_instant_is_the_earliest_that_waits(database: Database) -> None:
    with database.read() as connection:
        assert outbox.next_due(connection) is None
    put(database, next_attempt=NOW + timedelta(minutes=9))
    put(database, next_attempt=NOW + timedelta(minutes=5))
    with database.read() as connection:
        assert outbox.next_due(connection) == NOW + timedelta(minutes=5)
    put(database)
    with database.read() as connection:
        assert outbox.next_due(connection) == datetime.min.replace(tzinfo=UTC)


def test_two_workers_at_once_never_claim_the_same_letter(database: Database) -> None:
    ids = put(database, 10)
    if database.dialect == "sqlite":  # one writer at a time: the lock is the database's
        assert sorted(claim(database, "a", 5) + claim(database, "b", 9)) == ids
        return
    with database.write() as one, database.write() as two:
        first = [c.id for c in outbox.claim(one, worker="a", now=NOW, lease=LEASE, limit=5)]
        second = [c.id for c in outbox.claim(two, worker="b", now=NOW, lease=LEASE, limit=9)]
    assert (first, second) == (ids[:5], ids[5:])


def test_sending_begins_only_for_who_still_holds_the_claim(database: Database) -> None:
    [id_] = put(database)
    assert not begin(database, id_)
    claim(database)
    assert not begin(database, id_, "other")
    assert begin(database, id_)
    assert not begin(database, id_)
    found = row(database, id_)
    assert (found["status"], found["attempts"], found["recipients"]) == ("sending", 1, ["a@x.example"])


def test_the_rendered_words_are_kept_and_come_back_with_the_next_claim(database: Database) -> None:
    [id_] = put(database)
    claim(database)
    letter = {"id": id_, "subject": "S", "text": "T", "html": "H", "version": 3, "message_id": "<1.u@x>"}
    with database.write() as connection:
        outbox.note_rendered(connection, "other", [letter | {"subject": "not mine"}])
        outbox.note_rendered(connection, "w", [letter])
        outbox.release(connection, [id_], worker="w")
    with database.write() as connection:
        [again] = outbox.claim(connection, worker="v", now=NOW, lease=LEASE, limit=5)
    assert (again.subject, again.body_text, again.body_html, again.template_version) == ("S", "T", "H", 3)
    assert (again.message_id, again.facts, again.created_at) == ("<1.u@x>", {"at": "x"}, NOW)


@pytest.mark.parametrize("outcome", ["sent", "queued", "dead", "unknown"])
def test_each_outcome_is_noted_by_who_sent_and_by_nobody_else(database: Database, outcome: str) -> None:
    [id_] = put(database)
    claim(database)
    begin(database, id_)

    def note(worker: str) -> bool:
        with database.write() as connection:
            if outcome == "sent":
                return outbox.note_sent(connection, id_, worker=worker, now=NOW, error="b@x: 550")
            if outcome == "queued":
                return outbox.try_later(connection, id_, worker=worker, at=NOW + LEASE, error="451")
            if outcome == "dead":
                return outbox.fail(connection, id_, worker=worker, now=NOW, error="550")
            return outbox.note_unknown(connection, id_, worker=worker, error="line broke")

    assert not note("other")
    assert note("w")
    found = row(database, id_)
    assert found["status"] == outcome
    assert found["error"]
    assert found["lease_until"] is None
    assert (found["settled_at"] is not None) == (outcome in ("sent", "dead"))
    assert (found["next_attempt"] is not None) == (outcome == "queued")


def test_a_dead_workers_letters_become_unknown_or_are_queued_again(database: Database) -> None:
    sending, claimed, other = put(database, 3)
    claim(database, limit=2)
    begin(database, sending)
    claim(database, "other")
    with database.write() as connection:
        assert outbox.recover(connection, now=NOW, worker=None) == outbox.Recovered(0, 0)
        assert outbox.recover(connection, now=NOW, worker="w") == outbox.Recovered(1, 1)
    assert [row(database, id_)["status"] for id_ in (sending, claimed, other)] == ["unknown", "queued", "claimed"]
    assert "không rõ" in row(database, sending)["error"]
    with database.write() as connection:
        assert outbox.recover(connection, now=NOW + LEASE, worker=None) == outbox.Recovered(0, 1)
    assert row(database, other)["status"] == "queued"


def test_a_slow_worker_whose_lease_ended_may_still_say_what_became_of_its_letter(database: Database) -> None:
    [id_] = put(database)
    claim(database)
    begin(database, id_)
    with database.write() as connection:
        outbox.recover(connection, now=NOW + LEASE)
        assert outbox.note_sent(connection, id_, worker="w", now=NOW)
    assert row(database, id_)["status"] == "sent"


def test_a_person_decides_on_dead_and_unknown_letters_only(database: Database) -> None:
    for status in ("queued", "claimed", "sending", "sent"):
        [id_] = put(database, status=status)
        for act in (outbox.retry, partial(outbox.settle, by="an", now=NOW)):
            with pytest.raises(Refusal) as caught, database.write() as connection:
                act(connection, id_)
            assert caught.value.params == {"id": id_, "status": status}
    with pytest.raises(Refusal, match="mail-unknown-id"), database.write() as connection:
        outbox.retry(connection, 999)


@pytest.mark.parametrize("status", ["dead", "unknown"])
def test_a_letter_sent_again_by_a_person_starts_afresh_in_the_same_words(database: Database, status: str) -> None:
    [id_] = put(database, status=status, attempts=30, subject="S", error="550", worker="w", settled_at=NOW)
    with database.write() as connection:
        outbox.retry(connection, id_)
        assert not outbox.note_sent(connection, id_, worker="w", now=NOW)
    found = row(database, id_)
    assert (found["status"], found["attempts"], found["subject"], found["error"]) == ("queued", 0, "S", None)
    assert claim(database) == [id_]


@pytest.mark.parametrize("status", ["dead", "unknown"])
def test_a_letter_settled_by_a_person_counts_as_sent_and_names_the_person(database: Database, status: str) -> None:
    [id_] = put(database, status=status)
    with database.write() as connection:
        outbox.settle(connection, id_, by="an", now=NOW)
    found = row(database, id_)
    assert (found["status"], found["settled_by"], found["settled_at"]) == ("sent", "an", NOW)
    with pytest.raises(Refusal), database.write() as connection:
        outbox.settle(connection, id_, by="binh", now=NOW)


def test_claiming_reads_the_index_of_what_waits_and_not_the_whole_table(database: Database) -> None:
    put(database, 3)
    explain = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
    for statement in (outbox._WAITING_FIRST, outbox._WAITING_AGAIN):
        words = str(statement.compile(database.engine, compile_kwargs={"literal_binds": False}))
        assert "status = 'queued'" in words
        if database.dialect == "sqlite":
            with database.read() as connection:
                values = {"now": "2026-12-15", "most": 5}
                text = statement.compile(database.engine)
                given = tuple({**text.params, **values}[name] for name in text.positiontup or ())
                plan = str(list(connection.exec_driver_sql(explain + words, given)))
            assert "ix_message_waiting" in plan
