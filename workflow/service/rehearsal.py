"""Stepping the rehearsal clock: from due instant to due instant, until all that is due is settled."""

from __future__ import annotations

from datetime import datetime

from workflow.model import Refusal
from workflow.service.firing import fire_due, next_work
from workflow.service.library import Library
from workflow.service.site import Site, business_now
from workflow.service.writing import persist
from workflow.store import installation
from workflow.store.database import Connection

BATCH = 500


def step_clock(site: Site, library: Library, to: datetime) -> datetime:
    """Bring the clock to `to` and settle everything due on the way; returns what the clock then reads.

    An instant already past only settles. A daemon may be running beside. Raises Refusal `clock-real`.
    """
    with site.database.read() as connection:
        if not installation.needed(connection)["rehearsal"]:
            raise Refusal("clock-real")
    while True:
        while fire_due(site, library, BATCH, stepping=True):
            pass
        with site.database.read() as connection:
            coming = next_work(connection)
            now = site.now(connection)
        if coming is not None and coming <= now:
            continue
        if coming is None or coming > to:
            break
        _set(site, coming)
    _set(site, to)
    while fire_due(site, library, BATCH, stepping=True):
        pass
    with site.database.read() as connection:
        return site.now(connection)


def _set(site: Site, instant: datetime) -> None:
    """Make the clock read `instant` now, unless it already reads later."""

    def work(connection: Connection) -> None:
        row = installation.needed(connection)
        wall = site.wall()
        if business_now(row, wall) < instant:
            installation.change(connection, clock_start=instant, clock_real_start=wall)
            if row["attended_to"] is not None:
                # What is stepped over is settled here: a daemon that starts later finds no downtime in it.
                installation.change(connection, attended_to=max(row["attended_to"], instant))

    persist(site, work)
