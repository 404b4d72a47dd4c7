"""One daemon per database: a lock file beside a SQLite database, an advisory lock on PostgreSQL.

Two daemons would do no harm to the record (each write is guarded by its row), but would mark each other's letters as
`unknown` and make the sign of life worthless.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from workflow.model import SystemFault
from workflow.store.database import Database
from workflow.store.single import AdvisoryLock


class Single(Protocol):
    def kept(self) -> bool:
        """True while this process is the one daemon of its database; asked before each batch. Never raises."""


class Alone:
    """For a database that no other process can reach (in memory)."""

    def kept(self) -> bool:
        return True


@contextmanager
def single_daemon(database: Database) -> Iterator[Single]:
    """Hold the right to be the database's daemon for the length of the block.

    Raises SystemFault `daemon-running` (place) when another process has it, `database` when it cannot be asked.
    """
    if database.dialect == "postgresql":
        with AdvisoryLock(database) as advisory:
            yield advisory
    elif database.file is None or str(database.file) == ":memory:":
        yield Alone()
    else:
        with FileLock(lock_file(database.file), place=database.place) as lock:
            yield lock


def lock_file(database: Path) -> Path:
    """The lock's path: of the file itself, so that a symbolic link to it is no second database."""
    resolved = database.resolve()
    return resolved.with_name(resolved.name + ".daemon-lock")


class FileLock:
    """`flock` on a file of its own: the system lets go of it when the process ends, however it ends.

    Not on the database itself: SQLite locks that, and closing a second descriptor would drop SQLite's locks. The file
    stays behind; removing it would let two processes lock two files of one name.
    """

    def __init__(self, path: Path, *, place: str) -> None:
        self._path = path
        self._place = place
        self._descriptor: int | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        try:
            taken = self._take()
        except OSError as error:
            raise SystemFault("database-folder", url=str(self._path), error=error.strerror) from error
        if not taken:
            raise SystemFault("daemon-running", place=self._place)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._turn:
            self._let_go()

    def kept(self) -> bool:
        """False when the file was removed or replaced and another process locked the new one."""
        with self._turn:
            with suppress(OSError):
                if self._descriptor is not None and os.path.samestat(os.fstat(self._descriptor), self._path.stat()):
                    return True
            self._let_go()
            with suppress(OSError):
                return self._take()
            return False

    def _take(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def _let_go(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
