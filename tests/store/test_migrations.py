"""The schema's history leads to the tables that the code knows, and back."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from workflow.store import migrate
from workflow.store.database import Database
from workflow.store.tables import METADATA


def test_the_history_ends_at_the_tables_of_the_code(database_url: str) -> None:
    database = Database.open(database_url)
    with database.write() as connection:
        migrate.upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": METADATA})
        assert compare_metadata(context, METADATA) == []
        assert migrate.current(connection) == migrate.newest()
    database.close()


def test_every_step_can_be_taken_back(database_url: str) -> None:
    database = Database.open(database_url)
    with database.write() as connection:
        migrate.upgrade(connection)
        migrate.downgrade(connection, "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        migrate.upgrade(connection)
        assert migrate.current(connection) == migrate.newest()
    database.close()


def upgrade_and_fail(database: Database) -> None:
    with database.write() as connection:
        migrate.upgrade(connection)
        raise RuntimeError


def test_an_upgrade_that_fails_leaves_the_schema_as_it_was(database_url: str) -> None:
    database = Database.open(database_url)
    with pytest.raises(RuntimeError):
        upgrade_and_fail(database)
    with database.read() as connection:
        assert migrate.current(connection) is None
        assert inspect(connection).get_table_names() == []
    database.close()
