"""Published definitions: immutable versions, numbered by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from workflow.store.tables import METADATA

DEFINITION = METADATA.tables["definition"]
_NEWEST = select(DEFINITION.c.kind, DEFINITION.c.name, func.max(DEFINITION.c.version).label("version")).group_by(
    DEFINITION.c.kind, DEFINITION.c.name
)
_HEADS = _NEWEST.subquery()
_HEAD_ROWS = select(DEFINITION).join(
    _HEADS,
    and_(
        DEFINITION.c.kind == _HEADS.c.kind,
        DEFINITION.c.name == _HEADS.c.name,
        DEFINITION.c.version == _HEADS.c.version,
    ),
)

Key = tuple[str, str]
"""(kind, name)."""


def newest_versions(connection: Connection) -> dict[Key, int]:
    return {(row.kind, row.name): row.version for row in connection.execute(_NEWEST)}


def newest(connection: Connection) -> list[Mapping[str, Any]]:
    """The newest version of each name, with its text."""
    return [dict(row) for row in connection.execute(_HEAD_ROWS).mappings()]


def get(connection: Connection, kind: str, name: str, version: int) -> Mapping[str, Any] | None:
    row = connection.execute(
        select(DEFINITION).where(DEFINITION.c.kind == kind, DEFINITION.c.name == name, DEFINITION.c.version == version)
    ).mappings()
    found = row.first()
    return dict(found) if found is not None else None


def hold(connection: Connection, plan: str) -> None:
    """Let nobody else change this plan, or open a round of it, before this transaction ends.

    On PostgreSQL; on SQLite the writing transaction does so already. Whoever waited must read the newest version after.
    """
    first = select(DEFINITION.c.version).where(
        DEFINITION.c.kind == "plan", DEFINITION.c.name == plan, DEFINITION.c.version == 1
    )
    connection.execute(first.with_for_update())


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(insert(DEFINITION), dict(values))
