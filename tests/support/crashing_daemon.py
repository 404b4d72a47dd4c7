"""`dondoc` as it is, but for what a test asks of this one process: to kill itself at a commit point.

`CRASH_AT=mail.sending:3` kills it with SIGKILL at the third passing of that point. `SEAL_AFTER=1` makes the daemon's
first checkpoint come after so many seconds instead of ten. The product itself knows neither: its entry takes a `probe`.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any


def killer(wish: str) -> Callable[[str], None]:
    """A probe that ends this process at `POINT:N`, the n-th passing of a point (the first without a number)."""
    point, _, nth = wish.partition(":")
    passed: Counter[str] = Counter()
    turn = threading.Lock()

    def probe(name: str) -> None:
        with turn:
            passed[name] += 1
            if name == point and passed[name] == int(nth or 1):
                os.kill(os.getpid(), signal.SIGKILL)

    return probe


def seal_after(seconds: float) -> None:
    from apscheduler.schedulers.background import BackgroundScheduler

    add = BackgroundScheduler.add_job

    def add_job(self: Any, *args: Any, **options: Any) -> Any:
        if options.get("id") == "checkpoint":
            options["next_run_time"] = datetime.now(UTC) + timedelta(seconds=seconds)
        return add(self, *args, **options)

    BackgroundScheduler.add_job = add_job


if __name__ == "__main__":
    from cli.main import main

    if "SEAL_AFTER" in os.environ:
        seal_after(float(os.environ["SEAL_AFTER"]))
    main(probe=killer(os.environ["CRASH_AT"]) if "CRASH_AT" in os.environ else None)
