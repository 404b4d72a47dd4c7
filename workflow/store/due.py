"""What is due and what is to come: the rows that wake the daemon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, insert, not_, select, update

from workflow.model import Obligation
from workflow.store.codec import obligation_from
from workflow.store.tables import METADATA

OBLIGATION, OPENING, INCIDENT = (METADATA.tables[name] for name in ("obligation", "opening", "incident"))

_OPEN = and_(OBLIGATION.c.status == "open", OBLIGATION.c.due_at.is_not(None))
_PARKED = exists().where(
    INCIDENT.c.kind == "obligation", INCIDENT.c.status == "open", INCIDENT.c.subject == OBLIGATION.c.case_id
)
_OPENING_PARKED = exists().where(
    INCIDENT.c.kind == "opening",
    INCIDENT.c.status == "open",
    INCIDENT.c.subject == OPENING.c.plan + "/" + OPENING.c.cycle,
)
_DUE = (
    select(OBLIGATION.c.case_id, OBLIGATION.c.due_at)
    .where(_OPEN, OBLIGATION.c.due_at <= bindparam("until"), not_(_PARKED))
    .order_by(OBLIGATION.c.due_at, OBLIGATION.c.case_id)
    .limit(bindparam("most"))
)
_NEXT = select(func.min(OBLIGATION.c.due_at)).where(_OPEN, not_(_PARKED))
_NEXT_OPENING = (
    select(OPENING)
    .where(OPENING.c.status == "open", not_(_OPENING_PARKED))
    .order_by(OPENING.c.due_at, OPENING.c.plan, OPENING.c.cycle)
    .limit(1)
)


def due_cases(connection: Connection, until: datetime, most: int) -> list[tuple[str, datetime]]:
    """(case, due instant) of the rows due by `until`, earliest first; cases parked as incidents are passed over."""
    rows = connection.execute(_DUE, {"until": until, "most": most})
    return [(row.case_id, row.due_at) for row in rows]


def next_due(connection: Connection) -> datetime | None:
    found = connection.execute(_NEXT).scalar()
    return found if found is None or isinstance(found, datetime) else None


def any_due(connection: Connection, case_ids: Sequence[str], until: datetime) -> bool:
    statement = select(OBLIGATION.c.case_id).where(
        _OPEN, OBLIGATION.c.case_id.in_(list(case_ids)), OBLIGATION.c.due_at <= until
    )
    return connection.execute(statement.limit(1)).first() is not None


def overdue(connection: Connection, before: datetime) -> int:
    """How many actions were due before an instant and have not been settled."""
    rows = connection.execute(select(func.count()).where(_OPEN, OBLIGATION.c.due_at < before)).scalar_one()
    openings = connection.execute(
        select(func.count()).where(OPENING.c.status == "open", OPENING.c.due_at < before)
    ).scalar_one()
    return int(rows) + int(openings)


def coming(connection: Connection, until: datetime | None, most: int = 1000) -> list[Obligation]:
    """Open rows that have an instant, in order."""
    statement = select(OBLIGATION).where(_OPEN).order_by(OBLIGATION.c.due_at, OBLIGATION.c.case_id, OBLIGATION.c.name)
    if until is not None:
        statement = statement.where(OBLIGATION.c.due_at < until)
    return [obligation_from(row) for row in connection.execute(statement.limit(most)).mappings()]


def next_opening(connection: Connection) -> dict[str, Any] | None:
    row = connection.execute(_NEXT_OPENING).mappings().first()
    return dict(row) if row is not None else None


def openings(connection: Connection, plan: str | None = None) -> list[dict[str, Any]]:
    statement = select(OPENING).order_by(OPENING.c.due_at)
    if plan is not None:
        statement = statement.where(OPENING.c.plan == plan)
    return [dict(row) for row in connection.execute(statement).mappings()]


def plan_opening(connection: Connection, plan: str, cycle: str, due_at: datetime) -> None:
    """Note that a cycle's round is to be opened; a cycle already noted stays as it is."""
    known = connection.execute(select(OPENING.c.status).where(OPENING.c.plan == plan, OPENING.c.cycle == cycle))
    if known.first() is None:
        connection.execute(insert(OPENING), {"plan": plan, "cycle": cycle, "due_at": due_at, "status": "open"})


def is_to_open(connection: Connection, plan: str, cycle: str) -> bool:
    statement = select(OPENING.c.status).where(OPENING.c.plan == plan, OPENING.c.cycle == cycle)
    # Locked on PostgreSQL: whoever comes second waits, and then reads that it has been done.
    return connection.execute(statement.with_for_update()).scalar() == "open"


def opened(connection: Connection, plan: str, cycle: str, due_at: datetime, at: datetime) -> bool:
    """Note that a cycle's round stands open. True when it was the one to come, so that the next must be noted."""
    done = {"status": "done", "opened_at": at}
    which = (OPENING.c.plan == plan, OPENING.c.cycle == cycle)
    if connection.execute(update(OPENING).where(*which, OPENING.c.status == "open").values(**done)).rowcount:
        return True
    connection.execute(insert(OPENING), {"plan": plan, "cycle": cycle, "due_at": due_at, **done})
    return False


def withdraw_openings(connection: Connection, plan: str) -> None:
    """Forget what was still to be opened: the plan's new version says anew which cycle comes next."""
    connection.execute(OPENING.delete().where(OPENING.c.plan == plan, OPENING.c.status == "open"))
