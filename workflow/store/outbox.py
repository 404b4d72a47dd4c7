"""Letters on their way: claimed, tried, settled. All times here are the machine's own.

Every function works inside the caller's transaction (BEGIN IMMEDIATE on SQLite). A state is won by a conditional
UPDATE and its row count; a worker that has lost a letter finds that out before it sends, not after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal_column, null, or_, select, update
from sqlmodel import SQLModel

from workflow.model import Refusal
from workflow.store import tables as _tables  # noqa: F401 - defines the table
from workflow.words.mail import MAIL

__all__ = [
    "Claimed",
    "Connection",
    "Recovered",
    "claim",
    "fail",
    "load",
    "next_due",
    "note_rendered",
    "note_sent",
    "note_unknown",
    "recover",
    "release",
    "retry",
    "settle",
    "start_sending",
    "try_later",
]

_M: Final = SQLModel.metadata.tables["message"]
_INTERRUPTED: Final = MAIL["mail-interrupted"][0]

# The partial index of what waits serves only a status that stands in the statement itself.
_QUEUED: ColumnElement[str] = literal_column("'queued'")
_COLUMNS = (
    *(_M.c.id, _M.c.agency, _M.c.template, _M.c.case_id, _M.c.facts, _M.c.created_at, _M.c.attempts),
    *(_M.c.subject, _M.c.body_text, _M.c.body_html, _M.c.template_version, _M.c.message_id),
)
_WAITING_AGAIN = (
    select(*_COLUMNS)
    .where(_M.c.status == _QUEUED, _M.c.next_attempt <= bindparam("now"))
    .order_by(_M.c.next_attempt, _M.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_WAITING_FIRST = (
    select(*_COLUMNS)
    .where(_M.c.status == _QUEUED, _M.c.next_attempt.is_(None))
    .order_by(_M.c.next_attempt, _M.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_FIRST_ID = select(_M.c.id).where(_M.c.status == _QUEUED, _M.c.next_attempt.is_(None)).limit(1)
_NEXT = select(func.min(_M.c.next_attempt)).where(_M.c.status == _QUEUED, _M.c.next_attempt.is_not(None))
_CLAIM = (
    update(_M)
    .where(_M.c.id == bindparam("b_id"), _M.c.status == "queued")
    .values(status="claimed", worker=bindparam("b_worker"), lease_until=bindparam("b_lease"))
)
_RENDERED = (
    update(_M)
    .where(_M.c.id == bindparam("b_id"), _M.c.status == "claimed", _M.c.worker == bindparam("b_worker"))
    .values(
        subject=bindparam("b_subject"),
        body_text=bindparam("b_text"),
        body_html=bindparam("b_html"),
        template_version=bindparam("b_version"),
        message_id=bindparam("b_message_id"),
    )
)
_SENDING = (
    update(_M)
    .where(_M.c.id == bindparam("b_id"), _M.c.status == "claimed", _M.c.worker == bindparam("b_worker"))
    .values(
        status="sending",
        attempts=_M.c.attempts + 1,
        recipients=bindparam("b_recipients"),
        lease_until=bindparam("b_lease"),
    )
)
# A lease may run out under a slow server: the worker still knows what became of its letter, unless a person decided.
_MINE = and_(
    _M.c.id == bindparam("b_id"),
    _M.c.worker == bindparam("b_worker"),
    _M.c.status.in_(("claimed", "sending", "unknown")),
)
_OUTCOME = (
    update(_M)
    .where(_MINE)
    .values(
        status=bindparam("b_status"),
        error=bindparam("b_error"),
        next_attempt=bindparam("b_next"),
        settled_at=bindparam("b_settled"),
        lease_until=null(),
    )
)
_RELEASE = (
    update(_M)
    .where(_M.c.id == bindparam("b_id"), _M.c.worker == bindparam("b_worker"), _M.c.status == "claimed")
    .values(status="queued", worker=null(), lease_until=null())
)
_ABANDONED = or_(_M.c.lease_until <= bindparam("b_now"), _M.c.worker == bindparam("b_worker"))
_BECAME_UNKNOWN = (
    update(_M)
    .where(_M.c.status == "sending", _ABANDONED)
    .values(status="unknown", error=_INTERRUPTED, lease_until=null())
)
_BACK_IN_QUEUE = (
    update(_M).where(_M.c.status == "claimed", _ABANDONED).values(status="queued", worker=null(), lease_until=null())
)
_OPEN_TO_PERSONS = and_(_M.c.id == bindparam("b_id"), _M.c.status.in_(("dead", "unknown")))
_RETRY = (
    update(_M)
    .where(_OPEN_TO_PERSONS)
    .values(
        status="queued",
        attempts=0,
        next_attempt=null(),
        worker=null(),
        lease_until=null(),
        error=null(),
        settled_at=null(),
    )
)
_SETTLE = (
    update(_M)
    .where(_OPEN_TO_PERSONS)
    .values(
        status="sent", settled_at=bindparam("b_now"), settled_by=bindparam("b_by"), worker=null(), lease_until=null()
    )
)
_LOAD = select(_M).where(_M.c.id == bindparam("b_id"))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter that this worker may send until its lease ends. Rendered before if `subject` is not None."""

    id: int
    agency: str
    template: str
    case_id: str
    facts: Mapping[str, Any]
    created_at: datetime
    attempts: int
    subject: str | None
    body_text: str | None
    body_html: str | None
    template_version: int | None
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Recovered:
    unknown: int
    requeued: int


def claim(connection: Connection, *, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
    """Take up to `limit` letters that are due: first those to be tried again, then new ones, each kind oldest first."""
    rows = list(connection.execute(_WAITING_AGAIN, {"now": now, "most": limit}))
    if len(rows) < limit:
        rows += connection.execute(_WAITING_FIRST, {"most": limit - len(rows)})
    if rows:
        until = now + lease
        connection.execute(_CLAIM, [{"b_id": row.id, "b_worker": worker, "b_lease": until} for row in rows])
    return [Claimed(*row) for row in rows]


def next_due(connection: Connection) -> datetime | None:
    """When the next letter may be tried; the least instant if one is due at once, None when nothing waits."""
    if connection.execute(_FIRST_ID).first() is not None:
        return datetime.min.replace(tzinfo=UTC)
    found: datetime | None = connection.execute(_NEXT).scalar()
    return found


def note_rendered(connection: Connection, worker: str, letters: Iterable[Mapping[str, Any]]) -> None:
    """Keep the words of letters: mappings of id, subject, text, html, version, message_id."""
    rows = [{f"b_{key}": value for key, value in letter.items()} | {"b_worker": worker} for letter in letters]
    if rows:
        connection.execute(_RENDERED, rows)


def start_sending(
    connection: Connection, id_: int, *, worker: str, now: datetime, lease: timedelta, recipients: Iterable[str]
) -> bool:
    """Note that the letter is about to be handed over. False: it is not this worker's any more, do not send."""
    values = {"b_id": id_, "b_worker": worker, "b_lease": now + lease, "b_recipients": list(recipients)}
    return connection.execute(_SENDING, values).rowcount == 1


def note_sent(connection: Connection, id_: int, *, worker: str, now: datetime, error: str | None = None) -> bool:
    """`error` names recipients that were refused while others were accepted."""
    return _outcome(connection, id_, worker, "sent", error=error, settled=now)


def try_later(connection: Connection, id_: int, *, worker: str, at: datetime, error: str) -> bool:
    return _outcome(connection, id_, worker, "queued", error=error, at=at)


def fail(connection: Connection, id_: int, *, worker: str, now: datetime, error: str) -> bool:
    """Dead: refused for good, given up, or not to be rendered. A person decides on."""
    return _outcome(connection, id_, worker, "dead", error=error, settled=now)


def note_unknown(connection: Connection, id_: int, *, worker: str, error: str) -> bool:
    return _outcome(connection, id_, worker, "unknown", error=error)


def release(connection: Connection, ids: Iterable[int], *, worker: str) -> None:
    """Give back claimed letters whose sending has not begun."""
    rows = [{"b_id": id_, "b_worker": worker} for id_ in ids]
    if rows:
        connection.execute(_RELEASE, rows)


def recover(connection: Connection, *, now: datetime, worker: str | None = None) -> Recovered:
    """What a dead worker left: `sending` becomes `unknown`, `claimed` is queued again.

    Touches rows whose lease has ended, and at a daemon's start all of `worker`, whatever their lease.
    """
    values = {"b_now": now, "b_worker": worker}
    return Recovered(
        connection.execute(_BECAME_UNKNOWN, values).rowcount, connection.execute(_BACK_IN_QUEUE, values).rowcount
    )


def retry(connection: Connection, id_: int) -> None:
    """A person sends a dead or unknown letter again, in the same words. Refusal for any other state."""
    if connection.execute(_RETRY, {"b_id": id_}).rowcount != 1:
        raise _refusal(connection, id_, "mail-not-for-retry")


def settle(connection: Connection, id_: int, *, by: str, now: datetime) -> None:
    """A person says that a dead or unknown letter has arrived, by whatever way. Refusal for any other state."""
    if connection.execute(_SETTLE, {"b_id": id_, "b_by": by, "b_now": now}).rowcount != 1:
        raise _refusal(connection, id_, "mail-not-for-settling")


def load(connection: Connection, id_: int) -> Mapping[str, Any] | None:
    """A message's row by its columns' names."""
    row = connection.execute(_LOAD, {"b_id": id_}).mappings().first()
    return dict(row) if row is not None else None


def _outcome(
    connection: Connection,
    id_: int,
    worker: str,
    status: str,
    *,
    error: str | None,
    at: datetime | None = None,
    settled: datetime | None = None,
) -> bool:
    values = {
        "b_id": id_,
        "b_worker": worker,
        "b_status": status,
        "b_error": error,
        "b_next": at,
        "b_settled": settled,
    }
    return connection.execute(_OUTCOME, values).rowcount == 1


def _refusal(connection: Connection, id_: int, code: str) -> Refusal:
    row = load(connection, id_)
    if row is None:
        return Refusal("mail-unknown-id", id=id_)
    return Refusal(code, id=id_, status=row["status"])
