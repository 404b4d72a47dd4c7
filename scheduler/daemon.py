"""The daemon. APScheduler says when to look; what is due stands in the database alone, so a kill loses nothing.

Three threads that do not wait for each other: deadlines (and the sign of life), mail, checkpoints. A slow mail server
therefore never holds up a deadline.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from structlog.typing import FilteringBoundLogger

from scheduler.lock import Alone, Single
from scheduler.step import Step

BATCH = 50
"""Items settled between two looks at the stop flag: a stop takes seconds, not a whole catch-up."""
SWEEP_S = 1.0
"""What another process commits is acted on within this time, whether or not anything was aimed at it."""
STOP_S = 20.0
"""How long a stop waits for the letter or item under way."""
RECOVER_S = 60.0
"""Between two looks for letters whose sender died."""
JUST_AFTER = timedelta(milliseconds=1)
"""A rehearsal clock's conversion may round down; waking a microsecond early would find nothing due."""


class Engine(Protocol):
    """What the daemon asks of `workflow.service.Service`."""

    def attend(self) -> None: ...
    def leave(self) -> None: ...
    def held(self) -> list[dict[str, Any]]: ...
    def fire_due(self, limit: int = ...) -> int: ...
    def next_due(self) -> datetime | None: ...
    def real_of(self, instant: datetime) -> datetime: ...
    def checkpoint(self) -> dict[str, Any] | None: ...


class Delivery(Protocol):
    """What the daemon asks of `notifications.deliver.Deliverer`."""

    def recover(self, *, starting: bool = ...) -> Any: ...
    def deliver_due(self) -> int: ...


class Daemon:
    """Fires what is due, sends what is queued, seals the record; from `start` until `stop`.

    `single` says whether this process is still the one daemon of its database (`scheduler.lock`). No method raises for
    what goes wrong in the work: that is logged, and tried again after a growing pause.
    """

    def __init__(
        self,
        service: Engine,
        deliverer: Delivery,
        *,
        wall: Callable[[], datetime],
        checkpoint_minutes: int = 60,
        log: FilteringBoundLogger,
        single: Single | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._deliverer = deliverer
        self._wall = wall
        self._checkpoint_minutes = checkpoint_minutes
        self._log = log
        self._single = single or Alone()
        self._steady = steady
        self._heartbeat = Step("attend", self._attend, steady=steady, log=log, longest=5.0)
        self._firing = Step("deadlines", self._fire, steady=steady, log=log, longest=5.0)
        self._mailing = Step("mail", self._deliver, steady=steady, log=log, longest=30.0)
        self._sealing = Step("checkpoint", self._seal, steady=steady, log=log, longest=600.0)
        self._scheduler: BackgroundScheduler | None = None
        # Plain flags, not events, in what a signal handler touches: it may interrupt a wait that holds an event's lock.
        self._asked = False
        self._stopped = threading.Event()
        self._pulse: threading.Thread | None = None
        self._swept = 0.0
        self._attended = False
        self._recovered: float | None = None
        self._aimed: datetime | None = None
        self._told: frozenset[Any] = frozenset()
        self._alone = True

    @property
    def aimed(self) -> datetime | None:
        """The machine's instant at which the daemon will wake by itself; None when nothing is due ever."""
        return self._aimed

    def start(self) -> None:
        """Give the first sign of life, then work in threads; returns at once. Once only."""
        if self._scheduler is not None:
            raise RuntimeError("a daemon is started once")
        # A sign of life comes before anything fires or leaves: it is what notices a downtime or a wrong clock.
        self._heartbeat()
        self._scheduler = scheduler = _scheduler()
        self._swept = self._steady()
        now = self._wall()
        scheduler.add_job(self._sweep, IntervalTrigger(seconds=SWEEP_S), id="sweep", next_run_time=now)
        scheduler.add_job(
            self._mailing, IntervalTrigger(seconds=SWEEP_S), id="mail", executor="mail", next_run_time=now
        )
        scheduler.add_job(
            self._sealing,
            IntervalTrigger(minutes=self._checkpoint_minutes),
            id="checkpoint",
            executor="record",
            next_run_time=now + timedelta(seconds=10),
        )
        scheduler.start()
        self._pulse = threading.Thread(target=self._watch, name="dondoc-pulse", daemon=True)
        self._pulse.start()
        self._log.info("daemon-started")

    def ask_to_stop(self) -> None:
        """End `wait`. Safe in a signal handler; `stop` still has to be called."""
        self._asked = True

    def wait(self) -> None:
        """Block until `stop` or `ask_to_stop` was called."""
        while not self._asked:
            time.sleep(0.1)

    def stop(self) -> None:
        """Let what is under way end, for some seconds at most, and leave. Calling it again does nothing."""
        self._asked = True
        if self._stopped.is_set():
            return
        self._stopped.set()
        scheduler = self._scheduler
        if scheduler is None:
            return
        scheduler.pause()
        until = self._steady() + STOP_S
        steps = (self._heartbeat, self._firing, self._mailing, self._sealing)
        busy = [step.name for step in steps if not step.idle(until - self._steady())]
        if busy:
            self._log.warning("daemon-stopping-busy", steps=busy)
        scheduler.shutdown(wait=False)
        if self._single.kept():
            Step("leave", self._service.leave, steady=self._steady, log=self._log)()
        self._log.info("daemon-stopped")

    def _sweep(self) -> None:
        """One look: sign of life, what is due, and when to wake next."""
        self._swept = self._steady()
        if self._asked or not self._heartbeat():
            return
        self._firing()

    def _attend(self) -> None:
        if not self._is_single():
            return
        self._service.attend()
        self._attended = True

    def _fire(self) -> None:
        while self._may_work():
            # A long catch-up must go on showing that somebody is there.
            if not self._service.fire_due(BATCH) or not self._heartbeat():
                break
        if not self._asked:
            self._aim()

    def _deliver(self) -> None:
        if self._attended and self._is_single() and not self._asked:
            self._recover()
        while self._may_work():
            if not self._deliverer.deliver_due():
                break

    def _recover(self) -> None:
        """Letters whose sender died: all of this daemon's at its start, then those whose lease has ended."""
        now = self._steady()
        if self._recovered is not None and now - self._recovered < RECOVER_S:
            return
        self._deliverer.recover(starting=self._recovered is None)
        self._recovered = now

    def _seal(self) -> None:
        # What a wrong clock or an old database would seal could never be taken back.
        if self._may_work():
            self._service.checkpoint()

    def _may_work(self) -> bool:
        """Asked before each batch: nothing fires and no mail leaves before a first sign of life, after a stop, beside
        another daemon, or while an incident holds.
        """
        if self._asked or not self._attended or not self._is_single():
            return False
        held = self._service.held()
        holding = frozenset((one.get("kind"), one.get("id")) for one in held)
        if holding != self._told:
            self._told = holding
            if holding:
                self._log.warning("daemon-holds", incidents=[{"id": o.get("id"), "kind": o.get("kind")} for o in held])
            else:
                self._log.info("daemon-goes-on")
        return not held

    def _is_single(self) -> bool:
        alone = self._single.kept()
        if alone != self._alone:
            self._alone = alone
            # Another daemon may have been at work meanwhile: begin as at a start, and look after its letters too.
            self._attended, self._recovered = False, None
            if alone:
                self._log.info("daemon-lock-regained")
            else:
                self._log.error("daemon-lock-lost")
        return alone

    def _aim(self) -> None:
        """Point the wake job at the earliest due instant, if that has changed."""
        due = self._service.next_due()
        instant = self._service.real_of(due) if due is not None else None
        scheduler = self._scheduler
        if instant == self._aimed or scheduler is None:
            return
        # Remembered even after the job has run: an instant that stays due (while held) must not wake in a circle.
        self._aimed = instant
        if instant is not None:
            scheduler.add_job(self._sweep, DateTrigger(instant + JUST_AFTER), id="wake", replace_existing=True)
        elif scheduler.get_job("wake") is not None:
            scheduler.remove_job("wake")

    def _watch(self) -> None:
        """Start the jobs again that a clock set back has put to sleep.

        APScheduler keeps each job's next run as a wall-clock instant: after a step of an hour backwards nothing would
        run for an hour, not even the sign of life that notices the step.
        """
        while not self._stopped.wait(SWEEP_S):
            if self._steady() - self._swept > 3 * SWEEP_S and self._scheduler is not None and self._firing.idle(0):
                now = self._wall()
                for job in self._scheduler.get_jobs():
                    if job.id in {"sweep", "mail"}:
                        job.modify(next_run_time=now)
                self._swept = self._steady()


def _scheduler() -> BackgroundScheduler:
    # It warns each second that a job is still running; that a slow mail server keeps its job busy is no news.
    quiet = logging.getLogger("dondoc.apscheduler")
    quiet.setLevel(logging.ERROR)
    return BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(2), "mail": ThreadPoolExecutor(1), "record": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=UTC,
        logger=quiet,
    )
