"""Checkpoints: seals over the heads of all chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select

from workflow.store.tables import METADATA

CASE, CHECKPOINT, HEAD = (METADATA.tables[name] for name in ("case", "checkpoint", "checkpoint_head"))


def newest(connection: Connection) -> Mapping[str, Any] | None:
    row = connection.execute(select(CHECKPOINT).order_by(CHECKPOINT.c.seq.desc()).limit(1)).mappings().first()
    return dict(row) if row is not None else None


def newest_seal(connection: Connection) -> str | None:
    """`SEQ:HASH` of the newest checkpoint, to be printed."""
    row = newest(connection)
    return f"{row['seq']}:{row['hash']}" if row is not None else None


def every(connection: Connection) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(select(CHECKPOINT).order_by(CHECKPOINT.c.seq)).mappings()]


def heads(connection: Connection) -> dict[int, list[tuple[str, int, str]]]:
    """By checkpoint: (case, length, head) of the chains it sealed anew."""
    found: dict[int, list[tuple[str, int, str]]] = {}
    for row in connection.execute(select(HEAD).order_by(HEAD.c.checkpoint, HEAD.c.case_id)):
        found.setdefault(row.checkpoint, []).append((row.case_id, row.length, row.head))
    return found


def moved_heads(connection: Connection) -> list[tuple[str, int, str]]:
    """(case, length, head) of the chains that have moved since they were last sealed."""
    last = select(HEAD.c.case_id, func.max(HEAD.c.checkpoint).label("checkpoint")).group_by(HEAD.c.case_id).subquery()
    sealed = (
        select(HEAD.c.case_id, HEAD.c.length)
        .join(last, and_(HEAD.c.case_id == last.c.case_id, HEAD.c.checkpoint == last.c.checkpoint))
        .subquery()
    )
    statement = (
        select(CASE.c.id, CASE.c.seq, CASE.c.head)
        .outerjoin(sealed, CASE.c.id == sealed.c.case_id)
        .where(or_(sealed.c.length.is_(None), sealed.c.length != CASE.c.seq))
        .order_by(CASE.c.id)
    )
    return [(row.id, row.seq, row.head) for row in connection.execute(statement)]


def add(
    connection: Connection,
    seq: int,
    at: datetime,
    events: int,
    prev: str,
    digest: str,
    sealed: Iterable[tuple[str, int, str]],
) -> None:
    connection.execute(insert(CHECKPOINT), {"seq": seq, "at": at, "events": events, "prev": prev, "hash": digest})
    rows = [{"checkpoint": seq, "case_id": case, "length": length, "head": head} for case, length, head in sealed]
    if rows:
        connection.execute(insert(HEAD), rows)
