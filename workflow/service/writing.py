"""Writing transactions: retried while others win, never before the record's own time, never while it is in doubt."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from workflow.model import Conflict, SystemFault
from workflow.service.site import PATIENCE_S, Site
from workflow.store import incidents
from workflow.store.database import Connection

T = TypeVar("T")

CLOCK_SLACK_S = 2.0
"""Two machines' clocks, or two reads of one, may differ by so much without anything being wrong."""
DOUBTFUL = frozenset({"clock", "database"})
"""Incidents in which nothing may be recorded; a brake only keeps the engine itself from acting."""


def persist(site: Site, work: Callable[[Connection], T]) -> T:
    """Run `work` in a writing transaction, again and again while others win, for a few seconds.

    Raises SystemFault `busy` when it never gets through.
    """
    give_up = site.steady() + PATIENCE_S
    pause = 0.005
    while True:
        try:
            with site.database.write() as connection:
                return work(connection)
        except Conflict:
            if site.steady() > give_up:
                raise SystemFault("busy") from None
            # Spread apart those that met, so that they do not meet again; nothing depends on this chance.
            time.sleep(pause * (0.5 + random.random()))  # noqa: S311
            pause = min(pause * 2, 0.25)


def trusted(connection: Connection) -> None:
    """Raise SystemFault `held` while the clock or the database is in doubt: what is recorded then cannot be undone."""
    doubtful = [row["kind"] for row in incidents.open_ones(connection, holding=True) if row["kind"] in DOUBTFUL]
    if doubtful:
        raise SystemFault("held", kinds=doubtful)


def not_before(now: datetime, last: datetime | None) -> datetime:
    """An instant that the record can take: never before the newest one in it."""
    if last is None or now >= last:
        return now
    if (last - now).total_seconds() > CLOCK_SLACK_S:
        raise SystemFault("clock-behind", now=now.isoformat(), last=last.isoformat())
    return last
