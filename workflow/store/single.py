"""One holder per database on PostgreSQL: a session's advisory lock, kept on a connection of its own."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from workflow.model import SystemFault
from workflow.store.database import Database

_KEY = {"space": 0x646F6E64, "what": 1}  # "dond"; advisory locks are counted for each database by itself
_TAKE = text("SELECT pg_try_advisory_lock(:space, :what)")
# Asked by the lock table and not by SELECT 1: behind a pooler that shares sessions, a living connection proves nothing.
_MINE = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
    " AND classid::bigint = :space AND objid::bigint = :what"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
# The server must notice within half a minute that the holder's machine died, or nobody could take its place.
_WATCHFUL = (
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = 25000",
    # A limit set for the role or database would silently end a session that only holds a lock.
    "SET idle_session_timeout = 0",
)


class AdvisoryLock:
    """A context manager that does not wait: entering it raises SystemFault `daemon-running` when another holds it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._turn = threading.Lock()  # the daemon's threads all ask, and a connection serves one at a time

    def __enter__(self) -> Self:
        """Raises SystemFault `daemon-running`, or `database` when the server cannot be reached."""
        try:
            taken = self._take()
        except SQLAlchemyError as error:
            raise SystemFault("database", error=type(error).__name__) from error
        if not taken:
            raise SystemFault("daemon-running", place=self._database.place)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._turn:
            self._let_go()

    def kept(self) -> bool:
        """True while this process holds it. A lock lost with its connection is taken again where nobody else has it.

        Never raises: a server that is away answers False, and the next call tries once more.
        """
        with self._turn:
            try:
                if self._connection is not None and self._connection.execute(_MINE, _KEY).scalar_one() == 1:
                    return True
                self._let_go()
                return self._take()
            except SQLAlchemyError:
                self._let_go()
                return False

    def _take(self) -> bool:
        connection = self._database.engine.connect()
        try:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # not the pool's: nothing else may run on it, and closing it must end the session
            for setting in _WATCHFUL:
                connection.exec_driver_sql(setting)
            if connection.execute(_TAKE, _KEY).scalar_one():
                self._connection = connection
                return True
        except SQLAlchemyError:
            connection.close()
            raise
        connection.close()
        return False

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except SQLAlchemyError:
            connection.invalidate()
