"""How Alembic finds the tables and the connection; one history serves both databases."""

from __future__ import annotations

from alembic import context

from workflow.store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
