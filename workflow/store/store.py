"""Loading cases to decide about, and recording what was decided. Statements are built once, at import.

The case rows are always updated first, then the rest: the other order deadlocked PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from workflow.model import Case, Change, Conflict, Decision, NewVersion, Notice, Obligation
from workflow.record import event_hash, text_hash
from workflow.store import published
from workflow.store.codec import case_from, case_values, event_values, obligation_from, obligation_values
from workflow.store.tables import METADATA

T = METADATA.tables
CASE, EVENT, OBLIGATION, TEXT = T["case"], T["event"], T["obligation"], T["free_text"]
MESSAGE, MESSAGE_EVENT, FILE = T["message"], T["message_event"], T["file"]

_MOVING = (
    "plan_version",
    "workflow_version",
    "title",
    "roles",
    "state",
    "state_since",
    "reached",
    "data",
    "seq",
    "head",
)
_ROW = (
    "due_at",
    "last_day",
    "target",
    "raw",
    "status",
    "owner_role",
    "owner_agency",
    "count",
    "fired_at",
    "met_by",
    "met_at",
    "late_by_s",
    "cause",
)

_CASES = select(CASE).where(CASE.c.id.in_(bindparam("ids", expanding=True))).order_by(CASE.c.id)
_CASES_LOCKED = _CASES.with_for_update()
_OBLIGATIONS = (
    select(OBLIGATION)
    .where(OBLIGATION.c.case_id.in_(bindparam("ids", expanding=True)))
    .order_by(OBLIGATION.c.case_id, OBLIGATION.c.name, OBLIGATION.c.occurrence)
)
_MOVE_CASE = (
    update(CASE)
    .where(CASE.c.id == bindparam("b_id"), CASE.c.revision == bindparam("b_revision"))
    .values(revision=CASE.c.revision + 1, **{name: bindparam(f"b_{name}") for name in _MOVING})
)
_MOVE_ROW = (
    update(OBLIGATION)
    .where(
        OBLIGATION.c.case_id == bindparam("b_case_id"),
        OBLIGATION.c.name == bindparam("b_name"),
        OBLIGATION.c.occurrence == bindparam("b_occurrence"),
    )
    .values({name: bindparam(f"b_{name}") for name in _ROW})
)
_NEW_MESSAGE = insert(MESSAGE).returning(MESSAGE.c.id)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes decisions. `salt` is the chance it needs, injected."""

    salt: Callable[[], str]

    def record(self, connection: Connection, decision: Decision, now: datetime) -> tuple[Case, ...]:
        """Write a decision and return the cases as they now stand.

        Raises Conflict when a case has moved since it was loaded: nothing of the decision may then be committed.
        """
        hashed = [self._chain(change) for change in decision.changes]
        cases = tuple(after for after, _, _ in hashed)
        for change, after in zip(decision.changes, cases, strict=True):
            _write_case(connection, change, after)
        events = [row for _, rows, _ in hashed for row in rows]
        if events:
            connection.execute(insert(EVENT), events)
        texts = [row for _, _, rows in hashed for row in rows]
        if texts:
            connection.execute(insert(TEXT), texts)
        _write_obligations(connection, decision.changes)
        for version in decision.published:
            published.add(connection, _version_values(version, now))
        for notice in decision.notices:
            _write_notice(connection, notice, now)
        return cases

    def _chain(self, change: Change) -> tuple[Case, list[dict[str, Any]], list[dict[str, Any]]]:
        prev = change.before.head if change.before is not None else ""
        rows: list[dict[str, Any]] = []
        texts: list[dict[str, Any]] = []
        for event in change.events:
            hashes: dict[str, str] = {}
            for field, text in event.texts.items():
                salt = self.salt()
                hashes[field] = text_hash(salt, text)
                texts.append({"case_id": event.case_id, "seq": event.seq, "field": field, "salt": salt, "text": text})
            digest = event_hash(event, hashes, prev)
            rows.append(event_values(event, hashes, prev, digest))
            prev = digest
        revision = (change.before.revision if change.before is not None else 0) + 1
        return replace(change.after, head=prev, revision=revision), rows, texts


def load_cases(connection: Connection, ids: Sequence[str], *, lock: bool = False) -> list[Case]:
    """The cases with all their obligations, in order of id; those that do not exist are left out.

    `lock` makes other writers of these cases wait on PostgreSQL; on SQLite the writing transaction already does.
    """
    statement = _CASES_LOCKED if lock and connection.dialect.name == "postgresql" else _CASES
    rows = connection.execute(statement, {"ids": list(ids)}).mappings().all()
    obligations: dict[str, list[Obligation]] = {row["id"]: [] for row in rows}
    if rows:
        for row in connection.execute(_OBLIGATIONS, {"ids": list(obligations)}).mappings():
            obligations[row["case_id"]].append(obligation_from(row))
    return [case_from(row, obligations[row["id"]]) for row in rows]


def _write_case(connection: Connection, change: Change, after: Case) -> None:
    values = case_values(after)
    if change.before is None:
        connection.execute(insert(CASE), values)
        return
    parameters = {f"b_{name}": values[name] for name in _MOVING}
    result = connection.execute(_MOVE_CASE, {**parameters, "b_id": after.id, "b_revision": change.before.revision})
    if result.rowcount != 1:
        raise Conflict("conflict", error=f"{after.id} moved past revision {change.before.revision}")


def _write_obligations(connection: Connection, changes: Iterable[Change]) -> None:
    fresh: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for change in changes:
        known = {o.key for o in change.before.obligations} if change.before is not None else set()
        for o in change.obligations:
            values = obligation_values(o)
            if o.key in known:
                moved.append({f"b_{name}": values[name] for name in (*_ROW, "case_id", "name", "occurrence")})
            else:
                fresh.append(values)
    # Moved rows first: a new occurrence may only stand beside one that has ended.
    if moved:
        connection.execute(_MOVE_ROW, moved)
    if fresh:
        connection.execute(insert(OBLIGATION), fresh)


def _version_values(version: NewVersion, now: datetime) -> dict[str, Any]:
    return {**asdict(version), "made_from": version.version - 1 or None, "published_at": now}


def _write_notice(connection: Connection, notice: Notice, now: datetime) -> None:
    message_id = connection.execute(
        _NEW_MESSAGE,
        {
            "agency": notice.agency,
            "template": notice.template,
            "case_id": notice.case_id,
            "facts": dict(notice.facts),
            "created_at": now,
            "status": "queued",
            "attempts": 0,
        },
    ).scalar_one()
    connection.execute(
        insert(MESSAGE_EVENT),
        [
            {"case_id": case_id, "seq": seq, "agency": notice.agency, "message_id": message_id}
            for case_id, seq in notice.covers
        ],
    )


def keep_file(connection: Connection, sha256: str, content: bytes) -> None:
    """Keep the bytes of an attachment, once for each content."""
    known = connection.execute(select(FILE.c.sha256).where(FILE.c.sha256 == sha256)).first()
    if known is None:
        connection.execute(insert(FILE), {"sha256": sha256, "size": len(content), "content": content})
