"""What the daemon could not do by itself, and commands that were refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from workflow.store.tables import METADATA

INCIDENT, REFUSAL = METADATA.tables["incident"], METADATA.tables["refusal"]
_OPEN = select(INCIDENT).where(INCIDENT.c.status == "open").order_by(INCIDENT.c.id)


def open_ones(connection: Connection, *, holding: bool = False) -> list[dict[str, Any]]:
    statement = _OPEN.where(INCIDENT.c.holds.is_(True)) if holding else _OPEN
    return [dict(row) for row in connection.execute(statement).mappings()]


def raise_one(
    connection: Connection,
    kind: str,
    subject: str,
    at: datetime,
    detail: Mapping[str, Any],
    *,
    holds: bool = False,
    case_id: str | None = None,
) -> bool:
    """Raise an incident unless the same one is open already; True when it is new."""
    known = connection.execute(
        select(INCIDENT.c.id).where(INCIDENT.c.kind == kind, INCIDENT.c.subject == subject, INCIDENT.c.status == "open")
    ).first()
    if known is not None:
        return False
    connection.execute(
        insert(INCIDENT),
        {
            "kind": kind,
            "subject": subject,
            "case_id": case_id,
            "holds": holds,
            "raised_at": at,
            "detail": dict(detail),
            "status": "open",
        },
    )
    return True


def resolve_all(connection: Connection, at: datetime, by: str) -> list[dict[str, Any]]:
    """Resolve every open incident and return them."""
    found = open_ones(connection)
    connection.execute(
        update(INCIDENT).where(INCIDENT.c.status == "open").values(status="resolved", resolved_at=at, resolved_by=by)
    )
    return found


def count_refusal(
    connection: Connection, at: datetime, case_id: str | None, trigger: str, actor: Mapping[str, Any], code: str
) -> None:
    connection.execute(
        insert(REFUSAL),
        {"at": at, "case_id": case_id, "trigger": trigger, "actor": dict(actor), "code": code},
    )
