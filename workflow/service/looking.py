"""Reading use cases: cases, obligations to come, mail, and the state of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from workflow.calendar import day_start
from workflow.engine.notices import stamp
from workflow.engine.world import World
from workflow.model import Case, Obligation, Refusal
from workflow.service import requests, views
from workflow.service.firing import next_work
from workflow.service.library import Library
from workflow.service.site import Site, business_now, real_of
from workflow.store import checkpoints, due, incidents, installation, migrate, published, queries
from workflow.store.database import Connection
from workflow.words.near import nearest

RECENT = 20
ROUNDS_SHOWN = 6
TASKS = ("area", "unit")


class Looking:
    """What the pages and the command line read. Each call is one consistent picture."""

    def __init__(self, site: Site, library: Library, lang: str = "vi") -> None:
        self.site = site
        self.library = library
        self.lang = lang

    def summaries(self, cases: Iterable[Case], connection: Connection) -> list[dict[str, Any]]:
        cases = list(cases)
        world = self._world(connection, cases)
        now = self.site.now(connection)
        return [views.summary(world, case, self.lang, now) for case in cases]

    def cases(
        self,
        *,
        plan: str | None = None,
        cycle: str | None = None,
        state: str | None = None,
        kinds: Iterable[str] = TASKS,
    ) -> list[dict[str, Any]]:
        """The cases of areas and roster units; with `kinds` the rounds, or the adjustment requests."""
        with self.site.database.read() as connection:
            installation.needed(connection)
            found = queries.cases(connection, plan=plan, cycle=cycle, state=state, kinds=kinds)
            return self.summaries(found, connection)

    def show(self, case_id: str) -> dict[str, Any]:
        """A case's summary with `events`, `obligations`, `messages`, `allowed`; of a round also `cases`."""
        with self.site.database.read() as connection:
            installation.needed(connection)
            found = queries.cases(connection, ids=[case_id])
            if not found:
                raise Refusal("no-case", case=case_id, near=nearest(case_id, queries.known_ids(connection)))
            case = found[0]
            world = self._world(connection, found)
            texts = queries.texts(connection, case_id)
            members = queries.cases(connection, ids=queries.members(connection, [case_id]))
            shown = self.summaries(found, connection)[0] | {
                "period": [day.isoformat() for day in case.period] if case.period else None,
                "data": dict(case.data),
                "events": [
                    views.event(world, case, row, texts.get((case_id, row["seq"]), {}), self.lang)
                    for row in queries.events(connection, case_id)
                ],
                "obligations": self._obligations(connection, case.obligations),
                "messages": self._messages(connection, case_id=case_id),
                "allowed": views.allowed(world, case, self.lang),
            }
            return shown | ({"cases": self.summaries(members, connection)} if case.kind == "round" else {})

    def impact(self, request_id: str, parts: Iterable[int] = ()) -> dict[str, Any]:
        """What approving a request would do now (`fresh`), and the report that was attached to it, if any."""
        with self.site.database.read() as connection:
            installation.needed(connection)
            return requests.look(self.site, self.library, connection, request_id, parts)

    def due(self, until: date | None = None) -> list[dict[str, Any]]:
        """Obligations and openings to come, in order; `until` is the last day, included."""
        limit = day_start(until + timedelta(days=1)) if until is not None else None
        with self.site.database.read() as connection:
            installation.needed(connection)
            rows = self._obligations(connection, due.coming(connection, limit))
            openings = [
                _opening(row)
                for row in due.openings(connection)
                if row["status"] == "open" and (limit is None or row["due_at"] < limit)
            ]
            return sorted([*rows, *openings], key=lambda row: (datetime.fromisoformat(row["due_at"]), row["case"]))

    def mail(self, *, status: str | None = None, case: str | None = None) -> list[dict[str, Any]]:
        with self.site.database.read() as connection:
            installation.needed(connection)
            return self._messages(connection, status=status, case_id=case)

    def message(self, message_id: int) -> dict[str, Any]:
        with self.site.database.read() as connection:
            found = self._messages(connection, message_id=message_id, whole=True)
        if not found:
            raise Refusal("no-message", id=message_id)
        return found[0]

    def incidents(self, *, holding: bool = False) -> list[dict[str, Any]]:
        with self.site.database.read() as connection:
            installation.needed(connection)
            return [views.incident(row) for row in incidents.open_ones(connection, holding=holding)]

    def status(self) -> dict[str, Any]:
        """The whole at a glance, for the status page and the health check."""
        with self.site.database.read() as connection:
            row = installation.needed(connection)
            now = business_now(row, self.site.wall())
            rounds = _current(queries.cases(connection, kinds=["round"]))
            cases = [*rounds, *queries.cases(connection, ids=queries.members(connection, [r.id for r in rounds]))]
            asked = queries.cases(connection, kinds=["request"])
            world = self._world(connection, [*cases, *asked])
            last = {
                row["case_id"]: views.last_event(row) for row in queries.last_events(connection, [c.id for c in cases])
            }
            shown = [views.summary(world, case, self.lang, now) | {"last": last.get(case.id)} for case in cases]
            plans = [
                {
                    "id": name,
                    "title": world.plans[name, version].title.in_(self.lang),
                    "rounds": [
                        r | {"cases": [c for c in shown if c["round"] == r["id"]]}
                        for r in shown
                        if r["plan"] == name and r["kind"] == "round"
                    ],
                }
                for name, version in _newest(cases).items()
            ]
            return {
                "now": stamp(now),
                "rehearsal": bool(row["rehearsal"]),
                "plans": plans,
                "requests": [views.summary(world, case, self.lang, now) for case in asked],
                "due": self._obligations(connection, due.coming(connection, None, RECENT)),
                "openings": [_opening(r) for r in due.openings(connection) if r["status"] == "open"],
                "mail": self._messages(connection, most=RECENT),
                "mail_counts": queries.count_by_status(connection),
                "incidents": [views.incident(r) for r in incidents.open_ones(connection)],
                "agencies": dict(world.names),
                "overdue": due.overdue(connection, now),
                "daemon": _daemon(row, self.site.wall()),
            }

    def health(self) -> dict[str, Any]:
        """As `status`, without the cases: cheap enough to be asked every second."""
        with self.site.database.read() as connection:
            row = installation.needed(connection)
            wall = self.site.wall()
            now = business_now(row, wall)
            open_ones = incidents.open_ones(connection)
            return {
                "now": stamp(now),
                "rehearsal": bool(row["rehearsal"]),
                "incidents": len(open_ones),
                "held": any(r["holds"] for r in open_ones),
                "overdue": due.overdue(connection, now),
                "mail": queries.count_by_status(connection),
                "daemon": _daemon(row, wall),
            }

    def doctor(self) -> dict[str, Any]:
        with self.site.database.read() as connection:
            row = installation.needed(connection)
            now = business_now(row, self.site.wall())
            work = next_work(connection)
            return {
                "database": self.site.database.place,
                "revision": migrate.current(connection),
                "data_dir": str(self.site.data_dir),
                "installation": row["uid"],
                "clock": clock(row, now),
                "cases": len(queries.cases(connection)),
                "events": queries.total_events(connection),
                "checkpoint": checkpoints.newest_seal(connection),
                "mail": queries.count_by_status(connection),
                "incidents": len(incidents.open_ones(connection)),
                "next_work": stamp(work) if work else None,
                "next_wake": stamp(real_of(row, work)) if work else None,
                "daemon": _daemon(row, self.site.wall()),
            }

    def clock(self) -> dict[str, Any]:
        with self.site.database.read() as connection:
            row = installation.needed(connection)
            return clock(row, business_now(row, self.site.wall()))

    def _world(self, connection: Connection, cases: Iterable[Case]) -> World:
        return self.library.world(connection, cases, rehearsal=bool(installation.needed(connection)["rehearsal"]))

    def _obligations(self, connection: Connection, rows: Iterable[Obligation]) -> list[dict[str, Any]]:
        rows = list(rows)
        cases = {case.id: case for case in queries.cases(connection, ids=sorted({o.case_id for o in rows}))}
        world = self._world(connection, cases.values())
        return [views.obligation(world, cases[o.case_id], o, self.lang) for o in rows]

    def _messages(self, connection: Connection, *, whole: bool = False, **which: Any) -> list[dict[str, Any]]:
        agencies = self._world(connection, ()).directory.agencies
        rows = self._written(connection, queries.messages(connection, **which))
        return [
            views.message(row, list(agencies[row["agency"]].mail) if row["agency"] in agencies else [], whole=whole)
            for row in rows
        ]

    def _written(self, connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows with the words that those still unsent would go out with today."""
        if self.site.letters is None or all(row["subject"] is not None for row in rows):
            return rows
        newest = published.newest(connection)
        write = self.site.letters({r["name"]: (r["version"], r["text"]) for r in newest if r["kind"] == "mail"})
        parts = ("subject", "body_text", "body_html")
        return [row if row["subject"] else row | dict(zip(parts, write(row), strict=True)) for row in rows]


def _current(rounds: list[Case]) -> list[Case]:
    """The rounds that still matter at a glance: of each plan the newest few."""
    by_plan: dict[str, list[Case]] = {}
    for case in rounds:
        by_plan.setdefault(case.plan, []).append(case)
    return [case for found in by_plan.values() for case in found[-ROUNDS_SHOWN:]]


def clock(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "now": stamp(now),
        "mode": "rehearsal" if row["rehearsal"] else "real",
        "speed": row["clock_speed"],
        "start": stamp(row["clock_start"]) if row["clock_start"] else None,
        "real_start": stamp(row["clock_real_start"]) if row["clock_real_start"] else None,
    }


def _daemon(row: Mapping[str, Any], wall: datetime) -> dict[str, Any]:
    alive = row["attended_real"]
    return {
        "attended_from": stamp(row["attended_from"]) if row["attended_from"] else None,
        "attended_to": stamp(row["attended_to"]) if row["attended_to"] else None,
        "silent_s": round((wall - alive).total_seconds()) if alive else None,
        "next_wake": stamp(row["next_wake"]) if row["next_wake"] else None,
    }


def _opening(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case": f"{row['plan']}/{row['cycle']}",
        "name": "opening",
        "title": row["cycle"],
        "kind": "opening",
        "occurrence": 1,
        "owner": {"role": "clock", "agency": None},
        "due_at": stamp(row["due_at"]),
        "status": row["status"],
    }


def _newest(cases: Iterable[Case]) -> dict[str, int]:
    found: dict[str, int] = {}
    for case in cases:
        found[case.plan] = max(found.get(case.plan, 0), case.plan_version)
    return found
