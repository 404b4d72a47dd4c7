"""Creating or upgrading an installation, and refusing to run on one that is not ready. Safe to repeat."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from workflow.model import SystemFault
from workflow.service import publishing
from workflow.service.attending import read_seen
from workflow.service.library import Library
from workflow.service.site import Site
from workflow.service.writing import persist
from workflow.store import installation, migrate
from workflow.store.database import Connection

HELD_STILL = timedelta(hours=1)
"""Longer than any set-up takes."""


def init(site: Site, library: Library, by: str) -> dict[str, Any]:
    """Create or upgrade the database, and publish what ships under names without a version; all in one transaction.

    Returns `{"created", "revision", "clock", "published": [...], "opened": [round ids]}`. Raises SystemFault
    `clock-is-real`, `schema-newer`, or `other-installation` when the data folder remembers a database that is not
    there; FaultsFound when a shipped text was edited and has faults.
    """

    def work(connection: Connection) -> dict[str, Any]:
        migrate.upgrade(connection)
        row = installation.get(connection)
        created = row is None
        if created:
            _not_another(site)
            _create(site, connection, site.wall() + HELD_STILL)
        else:
            check_clock(site, connection)
        done = publishing.publish_shipped(site, library, connection, by)
        if created and site.rehearsal is not None:
            installation.change(connection, clock_real_start=site.wall())
        site.probe("init.before_commit")
        return {
            "created": created,
            "revision": migrate.newest(),
            "clock": "rehearsal" if installation.needed(connection)["rehearsal"] else "real",
            "published": done,
            "opened": [round_id for entry in done for round_id in entry.get("opened", ())],
        }

    site.data_dir.mkdir(parents=True, exist_ok=True)
    publishing.check_shipped(site)
    return persist(site, work)


def _not_another(site: Site) -> None:
    """A database that was lost must not be replaced by a new one in silence."""
    seen = read_seen(site)
    if seen.get("uid"):
        raise SystemFault("other-installation", folder=site.data_dir, at=seen.get("at"), events=seen.get("events"))


def _create(site: Site, connection: Connection, until: datetime) -> None:
    """A rehearsal clock begins to run when all is set up; until then it reads its start."""
    asked = site.rehearsal
    installation.create(
        connection,
        {
            "uid": site.token()[:12],
            "created_at": site.wall(),
            "rehearsal": asked is not None,
            "clock_start": asked.start if asked else None,
            "clock_real_start": until if asked else None,
            "clock_speed": asked.speed if asked else 1.0,
        },
    )


def check_clock(site: Site, connection: Connection) -> None:
    """An installation on the real clock can never be switched to a rehearsal one, nor the other way round."""
    row = installation.needed(connection)
    if site.rehearsal is not None and not row["rehearsal"]:
        raise SystemFault("clock-is-real")


def ready(site: Site) -> None:
    """Raises SystemFault `not-initialised`, `schema-old`, `schema-newer` or `clock-is-real`."""
    file = site.database.file
    if file is not None and not file.exists():
        raise SystemFault("not-initialised")
    with site.database.read() as connection:
        at = migrate.current(connection)
        if at is None:
            raise SystemFault("not-initialised")
        if at < migrate.newest():
            raise SystemFault("schema-old", at=at, newest=migrate.newest())
        if at > migrate.newest():
            raise SystemFault("schema-newer", at=at, newest=migrate.newest())
        check_clock(site, connection)
