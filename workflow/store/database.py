"""Opening a database, and every difference between the two that are supported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError

from workflow.model import Conflict, SystemFault

__all__ = ["Connection", "Database", "RowMapping"]

BUSY_MS = 15_000
"""How long a writer waits for another one on SQLite."""
DEADLOCK, SERIALIZATION = "40P01", "40001"


class Database:
    """One database, SQLite or PostgreSQL. Writing transactions are serializable per case by its revision."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str) -> Database:
        """Open `sqlite:///PATH` or `postgresql://…`. Raises SystemFault `database-url`, `database-folder`."""
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise SystemFault("database-url", url=url) from None
        match parsed.get_backend_name():
            case "sqlite":
                if parsed.database and parsed.database != ":memory:":
                    try:
                        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
                    except OSError as error:
                        raise SystemFault("database-folder", url=parsed.database, error=error.strerror) from error
                return cls(_sqlite(parsed))
            case "postgresql":
                return cls(create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True))
        raise SystemFault("database-url", url=parsed.render_as_string())

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def place(self) -> str:
        """Where it is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(self.engine.url.database) if self.dialect == "sqlite" and self.engine.url.database else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One writing transaction: committed at the end of the block, rolled back on any error.

        On SQLite it takes the write lock at once, so that what was read stays true until the commit. Raises Conflict
        when another writer won (a deadlock broken, a key taken), SystemFault `database` when the database is not there.
        """
        with _told(), self.engine.connect() as plain:
            connection = plain.execution_options(dondoc_write=True)
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One reading transaction with one consistent picture."""
        snapshot = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with _told(), self.engine.connect() as plain:
            connection = plain.execution_options(**snapshot)
            with connection.begin():
                yield connection

    def close(self) -> None:
        self.engine.dispose()


def _sqlite(url: Any) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN would take no lock until the first write: a read before it would not be protected.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("dondoc_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def _told() -> Iterator[None]:
    """The driver's errors as the two kinds that callers tell apart."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict("conflict", error=str(error.orig)) from error
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in (DEADLOCK, SERIALIZATION) or "locked" in str(error.orig):
            raise Conflict("conflict", error=str(error.orig)) from error
        raise SystemFault("database", error=_first_line(error)) from error
    except DBAPIError as error:
        raise SystemFault("database", error=_first_line(error)) from error


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
