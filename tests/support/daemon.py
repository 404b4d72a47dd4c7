"""An installation of dondoc as people have one: a data folder, a database, commands and a daemon as real processes.

house = Installation(folder, database_url, smtp=smtp, DONDOC_CLOCK="2026-12-14T12:00:00+07:00")
house.run("init")
with house.serve() as daemon:                # ready when it is here; daemon.kill() is kill -9
    house.json("act", "bauxite-alumina/2026/lao-dong", "start", "--as", "so-ldtbxh")
    house.wait_until_sent()
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from cli.compose import App, compose
from cli.settings import load_settings
from tests.support.smtp import SmtpServer
from workflow.service import Service, rehearsal
from workflow.store import installation
from workflow.store.database import Database
from workflow.store.tables import METADATA

ROOT = Path(__file__).parents[2]
DONDOC = Path(sys.executable).with_name("dondoc")
CRASHING = Path(__file__).with_name("crashing_daemon.py")
PLAN = "bauxite-alumina"
AREAS = {
    "tuyen-truyen": "so-tttt",
    "quy-hoach": "so-cong-thuong",
    "dau-tu": "so-khdt",
    "dat-dai": "so-tnmt",
    "lao-dong": "so-ldtbxh",
    "an-ninh": "cong-an-tinh",
}
"""The shipped plan's areas in order, and who leads each."""
SLOW_S = 60.0
"""How long a test waits for what should take a second or two: machines differ."""
ON_THEIR_WAY = ("queued", "claimed", "sending")


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass
class Installation:
    folder: Path
    database_url: str
    smtp: SmtpServer | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    """More `DONDOC_*`."""

    @property
    def data_dir(self) -> Path:
        return self.folder / "var"

    def environment(self, **more: str) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DONDOC_") and name != "PYTHONDONTWRITEBYTECODE"
        }
        mail = {}
        if self.smtp is not None:
            mail = {"DONDOC_SMTP_URL": f"smtp://127.0.0.1:{self.smtp.port}", "DONDOC_REHEARSAL_MAIL": "1"}
        return {
            **inherited,
            # Without compiled modules each process would spend a second compiling.
            "PYTHONPYCACHEPREFIX": str(Path(sys.prefix) / "pycache"),
            "PATH": f"{DONDOC.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "DONDOC_DATABASE_URL": self.database_url,
            "DONDOC_DATA_DIR": str(self.data_dir),
            **mail,
            **self.settings,
            **more,
        }

    # Commands

    def start(self, *words: str, crash_at: str | None = None, **more: str) -> subprocess.Popen[str]:
        """Begin a command and do not wait for it."""
        launcher = [str(DONDOC)]
        if crash_at is not None:
            launcher = [sys.executable, str(CRASHING)]
            more = {**more, "CRASH_AT": crash_at}
        return subprocess.Popen(
            [*launcher, *words],
            cwd=self._home(),
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *words: str, expect: int | None = 0, crash_at: str | None = None) -> Done:
        """Carry out a command; AssertionError unless it ends with `expect` (None takes any end)."""
        return ended(self.start(*words, crash_at=crash_at), expect=expect)

    def json(self, *words: str, expect: int | None = 0) -> Any:
        return self.run(*words, "--json", expect=expect).document

    # The daemon

    @contextmanager
    def serve(
        self, *words: str, crash_at: str | None = None, status: str | None = "ok", **more: str
    ) -> Iterator[Daemon]:
        """A running daemon, `status` on its /healthz; stopped at the end unless it has died before."""
        daemon = Daemon(self, words, crash_at, more)
        try:
            if status is not None:
                daemon.wait_ready(status)
            yield daemon
        finally:
            daemon.end()

    # Looks from inside this process: much cheaper than a command

    @cached_property
    def app(self) -> App:
        names = ("DONDOC_DATABASE_URL", "DONDOC_DATA_DIR", *self.settings)
        return compose(load_settings({name: self.environment()[name] for name in names}))

    @property
    def service(self) -> Service:
        return self.app.service

    @property
    def now(self) -> datetime:
        return self.service.now()

    def close(self) -> None:
        if "app" in self.__dict__:
            self.app.close()
            del self.__dict__["app"]

    def at_rest(self) -> bool:
        """Nothing is due, and no letter is on its way."""
        health = self.service.health()
        return health["overdue"] == 0 and not any(health["mail"].get(status) for status in ON_THEIR_WAY)

    def wait_until_sent(self, timeout: float = SLOW_S) -> list[dict[str, Any]]:
        """Wait until nothing is due and no letter is on its way, and return all letters."""
        wait_for(self.at_rest, "mail is still on its way", timeout)
        return self.service.mail()

    def pass_time(self, real: timedelta) -> None:
        """As if the machine had been off for so long: what is noted in its own time moves back by that much."""
        shift_real_time(self.app.database, real)

    def _home(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder


class Daemon:
    """A process of `dondoc serve`."""

    def __init__(
        self, house: Installation, words: tuple[str, ...], crash_at: str | None, more: Mapping[str, str]
    ) -> None:
        self.house = house
        self.started = time.monotonic()
        self.ready_after: float | None = None
        """Seconds from the start of the process to a ready /healthz."""
        launcher = [str(DONDOC)]
        extra = dict(more)
        if crash_at is not None or "SEAL_AFTER" in extra:
            launcher = [sys.executable, str(CRASHING)]
            extra |= {} if crash_at is None else {"CRASH_AT": crash_at}
        home = house._home()
        count = len(list(home.glob("serve-*.out")))
        self._out, self._err = home / f"serve-{count}.out", home / f"serve-{count}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [*launcher, "serve", "--port", "0", "--json", *words],
                cwd=home,
                env=house.environment(**extra),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self._address: str | None = None

    @property
    def log(self) -> str:
        return self._err.read_text(encoding="utf-8", errors="replace")

    @property
    def address(self) -> str:
        """Where it answers; waits for it to say so."""
        if self._address is None:
            wait_for(self._said_address, "the daemon said no address", alive=self)
        assert self._address is not None
        return self._address

    def health(self) -> dict[str, Any]:
        """What /healthz says, whatever its status code; `{}` while nobody answers."""
        return dict(json.loads(self.get("healthz") or "{}"))

    def get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return error.read().decode()
        except OSError:
            return ""

    def wait_ready(self, status: str = "ok") -> Self:
        wait_for(lambda: self.health().get("status") == status, f"the daemon never was {status}", alive=self)
        self.ready_after = time.monotonic() - self.started
        return self

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=SLOW_S)

    def kill(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.wait(timeout=SLOW_S)

    def wait_killed(self) -> None:
        """Wait until it has killed itself; AssertionError when it ends otherwise or lives on."""
        try:
            code = self.process.wait(timeout=SLOW_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the daemon never passed the point\n{self.log}") from None
        assert code == -signal.SIGKILL, f"ended with {code}\n{self.log}"

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()

    def _said_address(self) -> bool:
        try:
            self._address = json.loads(self._out.read_text(encoding="utf-8"))["address"]
        except ValueError:
            return False
        return True


def ended(process: subprocess.Popen[str], *, expect: int | None = 0) -> Done:
    """Wait for a command; AssertionError unless it ends with `expect` (None takes any end)."""
    try:
        out, err = process.communicate(timeout=SLOW_S * 2)
    except BaseException:
        process.kill()
        raise
    if expect is not None:
        assert process.returncode == expect, f"{process.args!r} ended with {process.returncode}\n{out}\n{err}"
    return Done(process.returncode, out, err)


def wait_for(
    reached: Callable[[], bool], otherwise: str, timeout: float = SLOW_S, *, alive: Daemon | None = None
) -> None:
    """Ask again and again; AssertionError when it stays False for `timeout` seconds, or when `alive` is not."""
    until = time.monotonic() + timeout
    while not reached():
        if alive is not None and (code := alive.process.poll()) is not None:
            raise AssertionError(f"{otherwise}: it ended with {code}\n{alive.log}")
        if time.monotonic() > until:
            raise AssertionError(f"{otherwise}, after {timeout} s" + (f"\n{alive.log}" if alive else ""))
        time.sleep(0.03)


def shift_real_time(database: Database, back: timedelta) -> None:
    """Move back all that is noted in the machine's own time: the same as if so much of it had passed."""
    message = METADATA.tables["message"]
    with database.write() as connection:
        row = installation.needed(connection)
        names = ("clock_real_start", "attended_real")
        values = {name: row[name] - back for name in names if row[name] is not None}
        if values:
            installation.change(connection, **values)
        for column in (message.c.next_attempt, message.c.lease_until):
            rows = connection.execute(message.select().where(column.is_not(None))).mappings().all()
            for found in rows:
                connection.execute(
                    message.update().where(message.c.id == found["id"]).values({column.name: found[column.name] - back})
                )


def set_clock(house: Installation, instant: str) -> None:
    """Put a rehearsal clock forward and settle nothing: that is left to the daemon, which watched all the while."""
    to = datetime.fromisoformat(instant)
    rehearsal._set(house.service.site, to)
    with house.app.database.write() as connection:
        if installation.needed(connection)["attended_to"] is not None:
            installation.change(connection, attended_to=to)
