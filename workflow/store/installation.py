"""The one row of this installation: its clock, and the daemon's signs of life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, inspect, select, update

from workflow.model import SystemFault
from workflow.store.tables import METADATA

INSTALLATION = METADATA.tables["installation"]
_GET = select(INSTALLATION).where(INSTALLATION.c.id == 1)


def get(connection: Connection) -> Mapping[str, Any] | None:
    row = connection.execute(_GET).mappings().first()
    return dict(row) if row is not None else None


def needed(connection: Connection) -> Mapping[str, Any]:
    """The row. Raises SystemFault `not-initialised`."""
    row = get(connection)
    if row is None:
        raise SystemFault("not-initialised")
    return row


def exists(connection: Connection) -> bool:
    """True when the tables are there at all."""
    return inspect(connection).has_table("installation")


def create(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(insert(INSTALLATION), {"id": 1, **values})


def change(connection: Connection, **values: Any) -> None:
    connection.execute(update(INSTALLATION).where(INSTALLATION.c.id == 1).values(**values))
