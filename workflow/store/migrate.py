"""The schema's history: which revision a database stands at, and bringing it to the newest."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from workflow.model import SystemFault

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).with_name("migrations")


def current(connection: Connection) -> str | None:
    """The revision that the database stands at; None when it has never been set up."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@cache
def newest() -> str:
    """The revision that this version of the product needs: the last of the files in `versions/`."""
    return max(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to `revision` inside the caller's transaction.

    Raises SystemFault `schema-newer` when the database was set up by a later version of the product.
    """
    from alembic import command

    at = current(connection)
    if at is not None and at > newest():
        raise SystemFault("schema-newer", at=at, newest=newest())
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    from alembic import command

    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
