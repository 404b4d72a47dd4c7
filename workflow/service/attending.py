"""The daemon's signs of life, and what makes it hold: downtime with a backlog, a clock gone wrong, an old database.

Held, it stays up and shows what it would do, until a person lets it go on (`resume`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workflow.service.firing import next_work
from workflow.service.site import ALIVE_S, Site, business_now
from workflow.service.writing import CLOCK_SLACK_S, persist
from workflow.store import checkpoints, due, incidents, installation, queries
from workflow.store.database import Connection

STEP_S = 30.0
"""A wall clock that moves by so much more than time passed has been stepped."""
OVERDUE = timedelta(hours=24)
DOWNTIME = timedelta(minutes=15)
"""A shorter gap of this clock between two daemons is a restart: a reminder that fell into it still goes out."""
BEAT_S = 10.0
"""Between two signs of life in the database."""
SEEN_S = 10.0
"""Between two notes, outside the database, of how far it had come."""
SEEN = "last-seen.json"


@dataclass
class Attendance:
    """One daemon's watch over the clock."""

    site: Site
    _wall: datetime | None = None
    _steady: float = 0.0
    _beat: float = 0.0
    _seen: float = 0.0

    def attend(self) -> None:
        """Call at start and at every sweep. Raises incidents; writes a sign of life every few seconds."""
        wall, steady = self.site.wall(), self.site.steady()
        if self._wall is None:
            persist(self.site, lambda connection: self._start(connection, wall))
        else:
            passed = steady - self._steady
            stepped = (wall - self._wall).total_seconds() - passed
            gap = passed > ALIVE_S
            if abs(stepped) > STEP_S or gap or steady - self._beat >= BEAT_S:
                persist(self.site, lambda connection: self._go_on(connection, wall, stepped, gap=gap))
                self._beat = steady
        if self._wall is None or steady - self._seen >= SEEN_S:
            self.note_seen()
            self._seen = steady
        self._wall, self._steady = wall, steady

    def leave(self) -> None:
        """An orderly stop: the last sign of life."""
        if self._wall is not None:
            wall = self.site.wall()
            persist(self.site, lambda connection: self._last_beat(connection, wall))
            self.note_seen()

    def _last_beat(self, connection: Connection, wall: datetime) -> None:
        if not _distrusted(connection):
            self._beat_now(connection, wall, None)
        # From here on nobody watches; a command that settles what is due must know.
        installation.change(connection, attended_real=None)

    def _start(self, connection: Connection, wall: datetime) -> None:
        row = installation.needed(connection)
        now = business_now(row, wall)
        last = max((t for t in (queries.last_recorded(connection), row["attended_to"]) if t is not None), default=None)
        if not row["rehearsal"] and last is not None and (last - now).total_seconds() > CLOCK_SLACK_S:
            incidents.raise_one(
                connection, "clock", "behind", now, {"now": now.isoformat(), "last": last.isoformat()}, holds=True
            )
        self._check_age(connection, now)
        until = row["attended_to"]
        if row["attended_from"] is not None and until is not None and now - until <= DOWNTIME:
            self._beat_now(connection, wall, None)
        else:
            self._beat_now(connection, wall, now)
            self._brake(connection, now)

    def _go_on(self, connection: Connection, wall: datetime, stepped: float, *, gap: bool) -> None:
        row = installation.needed(connection)
        now = business_now(row, wall)
        if not row["rehearsal"]:
            if stepped > STEP_S:
                incidents.raise_one(connection, "clock", "forward", now, {"seconds": round(stepped)}, holds=True)
                gap = True
            last = queries.last_recorded(connection)
            if last is not None and (last - now).total_seconds() > CLOCK_SLACK_S:
                incidents.raise_one(
                    connection, "clock", "behind", now, {"now": now.isoformat(), "last": last.isoformat()}, holds=True
                )
        if _distrusted(connection):
            return
        self._beat_now(connection, wall, now if gap else None)
        if gap:
            self._brake(connection, now)

    def _beat_now(self, connection: Connection, wall: datetime, since: datetime | None) -> None:
        row = installation.needed(connection)
        now = business_now(row, wall)
        values: dict[str, Any] = {"attended_to": now, "attended_real": wall, "next_wake": next_work(connection)}
        if since is not None:
            values["attended_from"] = since
        installation.change(connection, **values)

    def _brake(self, connection: Connection, now: datetime) -> None:
        """No storm of mails from a long outage or a restored backup without a person's word."""
        late = due.overdue(connection, now - OVERDUE)
        if late > self.site.catchup_limit:
            incidents.raise_one(
                connection, "brake", "catchup", now, {"overdue": late, "limit": self.site.catchup_limit}, holds=True
            )

    def _check_age(self, connection: Connection, now: datetime) -> None:
        """A database without the newest event that the daemon saw is an older copy."""
        seen = read_seen(self.site)
        row = installation.needed(connection)
        newest = seen.get("newest")
        if seen.get("uid") == row["uid"] and newest and not queries.has_event(connection, *newest):
            events = queries.total_events(connection)
            detail = {"events": events, "seen": seen.get("events"), "at": seen.get("at")}
            incidents.raise_one(connection, "database", "older", now, detail, holds=True)

    def note_seen(self) -> None:
        """Note outside the database how far it has come."""
        with self.site.database.read() as connection:
            row = installation.needed(connection)
            if any(i["kind"] == "database" for i in incidents.open_ones(connection, holding=True)):
                return
            seen = {
                "uid": row["uid"],
                "events": queries.total_events(connection),
                "newest": queries.newest_event(connection),
                "checkpoint": checkpoints.newest_seal(connection),
                "at": business_now(row, self.site.wall()).isoformat(),
            }
        path = self.site.data_dir / SEEN
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(seen), encoding="utf-8")
        fresh.replace(path)


def read_seen(site: Site) -> dict[str, Any]:
    """What was last noted outside the database: `uid`, `events`, `newest` (case, seq, hash), `checkpoint`, `at`."""
    try:
        found = json.loads((site.data_dir / SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _distrusted(connection: Connection) -> bool:
    """A clock that is not trusted leaves no trace in the record of what was watched."""
    return any(incident["kind"] == "clock" for incident in incidents.open_ones(connection, holding=True))
