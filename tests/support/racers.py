"""Processes that each hold a Service on one database and start at the same moment, as often as asked."""

from __future__ import annotations

import multiprocessing
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cli.compose import SHIPPED
from workflow.model import Command, DondocError, Refusal
from workflow.service import Asking, RehearsalClock, Service, Site
from workflow.store.database import Database

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])  # imported once, not by each racer


@dataclass(frozen=True)
class Act:
    cases: tuple[str, ...]
    command: Command


@dataclass(frozen=True)
class FireUntil:
    """Settle what is due, again and again, until the clock reads `until`."""

    until: datetime


@dataclass(frozen=True)
class Ask:
    """File an adjustment request."""

    asking: Asking


Task = Act | Ask | FireUntil


@dataclass(frozen=True)
class Outcome:
    """`won`, `refused` with the code why, or `failed` with what went wrong."""

    how: str
    code: str | None = None
    seconds: float = 0.0


class Clock:
    """A wall clock that a test puts forward."""

    def __init__(self, start: datetime) -> None:
        self.set(start)

    def set(self, instant: datetime) -> None:
        self._base, self._from = instant, time.monotonic()

    def __call__(self) -> datetime:
        return self._base + timedelta(seconds=time.monotonic() - self._from)


def service_on(
    url: str, folder: Path, wall: Callable[[], datetime], rehearsal: RehearsalClock | None = None
) -> Service:
    """A service where the machine's clock reads `wall`. It does not check mail templates: that takes seconds."""
    return Service(
        Site(
            database=Database.open(url),
            wall=wall,
            steady=time.monotonic,
            token=lambda: secrets.token_hex(16),
            shipped=SHIPPED,
            data_dir=folder,
            template_faults=lambda *_: [],
            rehearsal=rehearsal,
        )
    )


class Racers:
    """`count` processes; `race` gives each its task and lets all go at one moment."""

    def __init__(self, url: str, folder: Path, count: int = 2) -> None:
        self._barrier = _FORKS.Barrier(count)
        self._lines: list[Connection] = []
        self._processes = []
        for _ in range(count):
            here, there = _FORKS.Pipe()
            process = _FORKS.Process(target=_run, args=(url, folder, there, self._barrier), daemon=True)
            process.start()
            self._lines.append(here)
            self._processes.append(process)

    def race(self, tasks: Sequence[Task], *, at: datetime, delays: Sequence[float] = ()) -> list[Outcome]:
        """`at` is what the clock reads when they start; each first waits its delay (seconds)."""
        for index, (line, task) in enumerate(zip(self._lines, tasks, strict=True)):
            line.send((task, at, delays[index] if delays else 0.0))
        found = []
        for line in self._lines:
            assert line.poll(60), "a racer does not answer"
            found.append(line.recv())
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.send(None)
        for process in self._processes:
            process.join(timeout=10)
            if process.is_alive():
                process.kill()


def _run(url: str, folder: Path, line: Connection, barrier: Any) -> None:
    clock = Clock(datetime.fromisoformat("2026-01-01T00:00:00+07:00"))
    service = service_on(url, folder, clock)
    while (asked := line.recv()) is not None:
        task, at, delay = asked
        barrier.wait(60)
        clock.set(at)
        time.sleep(delay)
        begun = time.monotonic()
        try:
            _carry_out(service, task, clock)
            outcome = Outcome("won")
        except Refusal as refusal:
            outcome = Outcome("refused", refusal.code)
        except DondocError as error:
            outcome = Outcome("failed", error.code)
        except Exception as error:  # noqa: BLE001 - told to the test
            outcome = Outcome("failed", f"{type(error).__name__}: {error}")
        line.send(Outcome(outcome.how, outcome.code, time.monotonic() - begun))


def _carry_out(service: Service, task: Task, clock: Clock) -> None:
    match task:
        case Act(cases, command):
            service.act(cases, command)
        case Ask(asking):
            service.request(asking)
        case FireUntil(until):
            while True:
                # The clock is read first: what falls due by then is still settled.
                done = clock() >= until
                while service.fire_due():
                    pass
                if done:
                    return
