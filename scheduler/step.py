"""One thing that the daemon does again and again, whatever goes wrong in it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb

from structlog.typing import FilteringBoundLogger

from workflow.model import DondocError


class Step:
    """Calls `work`; an error is logged and makes the next calls do nothing for a pause that doubles up to `longest`.

    Two threads never run it together: the second waits for the first.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], None],
        *,
        steady: Callable[[], float],
        log: FilteringBoundLogger,
        longest: float = 10.0,
    ) -> None:
        self.name = name
        self._work = work
        self._steady = steady
        self._log = log
        self._longest = longest
        self._turn = threading.Lock()
        self._failures = 0
        self._not_before = 0.0

    def __call__(self) -> bool:
        """True when it ran without an error; False when it failed or is pausing after a failure. Never raises."""
        with self._turn:
            if self._failures and self._steady() < self._not_before:
                return False
            try:
                self._work()
            except Exception as error:  # noqa: BLE001  the daemon outlives every defect of a step
                self._failed(error)
                return False
            if self._failures:
                self._log.info("step-recovered", step=self.name, failures=self._failures)
                self._failures = 0
            return True

    def idle(self, timeout: float) -> bool:
        """True once no call is under way, waiting at most `timeout` seconds for that."""
        if not self._turn.acquire(timeout=max(0.0, timeout)):
            return False
        self._turn.release()
        return True

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        pause = float(min(self._longest, 2.0 ** min(self._failures - 1, 16)))
        self._not_before = self._steady() + pause
        self._log.error("step-failed", step=self.name, failures=self._failures, pause_s=pause, **described(error))


def described(error: BaseException) -> dict[str, str]:
    """An error for the log: its kind, its code and where it arose.

    Never its own words: a driver's or a mail server's may hold addresses, texts of reports or a password.
    """
    words = {"error": type(error).__name__}
    if isinstance(error, DondocError):
        words["code"] = error.code
    if error.__cause__ is not None:
        words["because"] = type(error.__cause__).__name__
    if frames := extract_tb(error.__traceback__):
        words["where"] = " < ".join(
            f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames[-4:])
        )
    return words
