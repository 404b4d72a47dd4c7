"""Reading for people and for the daemon: cases, events, messages, counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from workflow.model import Case, Obligation
from workflow.store.codec import case_from, obligation_from
from workflow.store.tables import METADATA

T = METADATA.tables
CASE, EVENT, OBLIGATION, TEXT = T["case"], T["event"], T["obligation"], T["free_text"]
MESSAGE, COVERED = T["message"], T["message_event"]


def kin(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """By id: (kind, round id) of those that exist."""
    rows = connection.execute(select(CASE.c.id, CASE.c.kind, CASE.c.round_id).where(CASE.c.id.in_(list(ids))))
    return {row.id: (row.kind, row.round_id) for row in rows}


def members(connection: Connection, rounds: Sequence[str]) -> list[str]:
    if not rounds:
        return []
    return list(connection.execute(select(CASE.c.id).where(CASE.c.round_id.in_(list(rounds)))).scalars())


def requests(connection: Connection, plan: str) -> list[Case]:
    """The adjustment requests of a plan, in the order of their numbers."""
    statement = select(CASE).where(CASE.c.plan == plan, CASE.c.kind == "request").order_by(CASE.c.position)
    rows = connection.execute(statement).mappings().all()
    found = obligations_of(connection, [row["id"] for row in rows])
    return [case_from(row, found.get(row["id"], ())) for row in rows]


def asked_with(connection: Connection, request: str) -> dict[str, str]:
    """The prose that came with the change that a request asks for by now; an erased text is left out."""
    asked = [row["seq"] for row in events(connection, request) if row["seq"] == 1 or row["data"].get("anew")]
    found = texts(connection, request).get((request, asked[-1]), {})
    return {field: text for field, (_, text) in found.items() if text}


def standing(connection: Connection, plan: str) -> Iterator[RowMapping]:
    """Of the plan's rounds and their cases: `id`, `round_id`, `state`, `workflow` and `workflow_version`."""
    statement = select(CASE.c.id, CASE.c.round_id, CASE.c.state, CASE.c.workflow, CASE.c.workflow_version)
    return iter(connection.execute(statement.where(CASE.c.plan == plan, CASE.c.kind != "request")).mappings())


def known_ids(connection: Connection) -> Iterable[str]:
    return connection.execute(select(CASE.c.id).order_by(CASE.c.opened_at.desc()).limit(2000)).scalars()


def cases(
    connection: Connection,
    *,
    plan: str | None = None,
    cycle: str | None = None,
    state: str | None = None,
    kinds: Iterable[str] | None = None,
    ids: Sequence[str] | None = None,
) -> list[Case]:
    """Cases with their obligations, by plan, opening and the plan's order; of all kinds unless told."""
    statement = select(CASE).order_by(CASE.c.plan, CASE.c.opened_at, CASE.c.cycle, CASE.c.position, CASE.c.id)
    for column, value in ((CASE.c.plan, plan), (CASE.c.cycle, cycle), (CASE.c.state, state)):
        if value is not None:
            statement = statement.where(column == value)
    if kinds is not None:
        statement = statement.where(CASE.c.kind.in_(list(kinds)))
    if ids is not None:
        statement = statement.where(CASE.c.id.in_(list(ids)))
    rows = connection.execute(statement).mappings().all()
    found = obligations_of(connection, [row["id"] for row in rows])
    return [case_from(row, found.get(row["id"], ())) for row in rows]


def obligations_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Obligation]]:
    found: dict[str, list[Obligation]] = {}
    step = 500  # both databases bound the number of parameters of one statement
    for start in range(0, len(ids), step):
        statement = (
            select(OBLIGATION)
            .where(OBLIGATION.c.case_id.in_(ids[start : start + step]))
            .order_by(OBLIGATION.c.case_id, OBLIGATION.c.due_at, OBLIGATION.c.name, OBLIGATION.c.occurrence)
        )
        for row in connection.execute(statement).mappings():
            found.setdefault(row["case_id"], []).append(obligation_from(row))
    return found


def events(connection: Connection, case_id: str | None = None) -> Iterator[RowMapping]:
    """Event rows by case and sequence; of one case or of all."""
    statement = select(EVENT).order_by(EVENT.c.case_id, EVENT.c.seq)
    if case_id is not None:
        statement = statement.where(EVENT.c.case_id == case_id)
    # On the statement: as the connection's own option it would hold for every statement after it.
    return iter(connection.execute(statement.execution_options(yield_per=1000)).mappings())


def last_events(connection: Connection, ids: Sequence[str]) -> Iterator[RowMapping]:
    """The event that brought each case to where it stands: its newest change of state, or of its report."""
    moved = (
        select(EVENT.c.case_id, func.max(EVENT.c.seq).label("seq"))
        .where(EVENT.c.case_id.in_(list(ids)), EVENT.c.trigger.not_in(["reminded", "settled", "passed"]))
        .group_by(EVENT.c.case_id)
        .subquery()
    )
    statement = select(EVENT).join(moved, (EVENT.c.case_id == moved.c.case_id) & (EVENT.c.seq == moved.c.seq))
    return iter(connection.execute(statement).mappings())


def texts(
    connection: Connection, case_id: str | None = None
) -> dict[tuple[str, int], dict[str, tuple[str, str | None]]]:
    """By (case, seq): field -> (salt, text); an erased text is None."""
    statement = select(TEXT)
    if case_id is not None:
        statement = statement.where(TEXT.c.case_id == case_id)
    found: dict[tuple[str, int], dict[str, tuple[str, str | None]]] = {}
    for row in connection.execute(statement):
        found.setdefault((row.case_id, row.seq), {})[row.field] = (row.salt, row.text)
    return found


def messages(
    connection: Connection,
    *,
    status: str | None = None,
    case_id: str | None = None,
    message_id: int | None = None,
    most: int | None = None,
) -> list[dict[str, Any]]:
    """Messages, oldest first, each with `covers`: the (case, seq) pairs it tells of. `most` keeps the newest."""
    statement = select(MESSAGE).order_by(MESSAGE.c.id.desc())
    if status is not None:
        statement = statement.where(MESSAGE.c.status == status)
    if message_id is not None:
        statement = statement.where(MESSAGE.c.id == message_id)
    if case_id is not None:
        covering = select(COVERED.c.message_id).where(COVERED.c.case_id == case_id)
        statement = statement.where(MESSAGE.c.id.in_(covering))
    if most is not None:
        statement = statement.limit(most)
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    covers: dict[int, list[tuple[str, int]]] = {row["id"]: [] for row in rows}
    ids = list(covers)
    for start in range(0, len(ids), 500):
        pairs = connection.execute(
            select(COVERED.c.message_id, COVERED.c.case_id, COVERED.c.seq)
            .where(COVERED.c.message_id.in_(ids[start : start + 500]))
            .order_by(COVERED.c.case_id, COVERED.c.seq)
        )
        for pair in pairs:
            covers[pair.message_id].append((pair.case_id, pair.seq))
    return [row | {"covers": covers[row["id"]]} for row in reversed(rows)]


def last_recorded(connection: Connection) -> datetime | None:
    found = connection.execute(select(func.max(EVENT.c.recorded_at))).scalar()
    return found if found is None or isinstance(found, datetime) else None


def newest_event(connection: Connection) -> tuple[str, int, str] | None:
    """(case, seq, hash) of an event recorded last."""
    statement = select(EVENT.c.case_id, EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.recorded_at.desc()).limit(1)
    row = connection.execute(statement).first()
    return (row.case_id, row.seq, row.hash) if row is not None else None


def has_event(connection: Connection, case_id: str, seq: int, digest: str) -> bool:
    statement = select(EVENT.c.hash).where(EVENT.c.case_id == case_id, EVENT.c.seq == seq)
    return connection.execute(statement).scalar() == digest


def total_events(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.sum(CASE.c.seq), 0))).scalar_one())


def count_by_status(connection: Connection) -> dict[str, int]:
    """How many messages stand in each status."""
    rows = connection.execute(select(MESSAGE.c.status, func.count()).group_by(MESSAGE.c.status))
    return {row[0]: row[1] for row in rows}
