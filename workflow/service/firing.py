"""Firing what is due, in due order, exactly once. An item that fails steps aside and never holds up the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from workflow.engine.draft import Draft
from workflow.engine.firing import settle
from workflow.engine.notices import notices
from workflow.model import Conflict, DondocError, SystemFault
from workflow.service import rounds
from workflow.service.groups import concerned
from workflow.service.library import Library
from workflow.service.site import Site, business_now
from workflow.service.site import attended_since as attended
from workflow.service.writing import not_before, persist
from workflow.store import due, incidents, installation, queries
from workflow.store.database import Connection
from workflow.store.store import load_cases

GENERAL = frozenset({"database", "busy", "clock-behind", "not-initialised"})


def fire_due(site: Site, library: Library, limit: int, *, stepping: bool = False) -> int:
    """Settle up to about `limit` due rows, or one opening; returns how many things were settled, 0 when none was due.

    Nothing fires while an incident holds. `stepping`: the rehearsal clock is being stepped, so nothing counts as missed
    and nothing holds.
    """
    planned = persist(site, lambda connection: _plan(site, connection, limit, stepping=stepping))
    if planned is None:
        return 0
    opening, batch, until = planned
    if opening is not None:
        return _open(site, library, opening)
    ids = sorted({case_id for case_id, _ in batch})
    try:
        done = persist(site, lambda connection: _settle(site, library, connection, ids, until, stepping=stepping))
        site.probe("fire.after_commit")
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one case must not stop the others
        _raise_if_general(error)
        return sum(_alone(site, library, case_id, until, error, stepping=stepping) for case_id in ids)
    return max(done, 1)


def _plan(
    site: Site, connection: Connection, limit: int, *, stepping: bool
) -> tuple[dict[str, Any] | None, list[tuple[str, datetime]], datetime] | None:
    """What to do next: an opening when it is the earliest, else a batch of cases and up to which instant."""
    if not stepping and incidents.open_ones(connection, holding=True):
        return None
    now = site.now(connection)
    opening = due.next_opening(connection)
    if opening is not None and opening["due_at"] > now:
        opening = None
    until = now if opening is None else opening["due_at"]
    batch = due.due_cases(connection, until, limit)
    if batch:
        # Of a full batch the rest may begin at this very instant: nothing later may be settled before it.
        return None, batch, until if len(batch) < limit else batch[-1][1]
    return (opening, [], until) if opening is not None else None


def _settle(
    site: Site, library: Library, connection: Connection, ids: Sequence[str], until: datetime, *, stepping: bool
) -> int:
    row = installation.needed(connection)
    found = queries.kin(connection, ids)
    round_ids = sorted(case_id for case_id, (kind, _) in found.items() if kind == "round")
    about = concerned(connection, library, [case_id for case_id, (kind, _) in found.items() if kind == "request"])
    group = load_cases(connection, sorted({*ids, *queries.members(connection, round_ids), *about}), lock=True)
    wall = site.wall()
    now = not_before(business_now(row, wall), queries.last_recorded(connection))
    world = library.world(connection, group, rehearsal=row["rehearsal"])
    draft = Draft(group, now)
    since = None if stepping else attended(row, now, wall)
    done = settle(world, draft, min(until, now), since, only=frozenset(ids))
    if draft.moved:
        site.recorder.record(connection, draft.decision(notices(world, draft)), now)
    site.probe("fire.before_commit")
    return done


def _alone(site: Site, library: Library, case_id: str, until: datetime, first: Exception, *, stepping: bool) -> int:
    """Try one case by itself; if it fails again, park it as an incident for a person."""
    try:
        return persist(site, lambda connection: _settle(site, library, connection, [case_id], until, stepping=stepping))
    except Exception as error:  # noqa: BLE001 - it is written down for a person, in an incident
        _raise_if_general(error)
        detail = {"error": _words(error), "first": _words(first)}
        _park(site, "obligation", case_id, detail, case_id=case_id)
        return 1


def _open(site: Site, library: Library, opening: dict[str, Any]) -> int:
    try:
        persist(site, lambda connection: _open_now(site, library, connection, opening))
        site.probe("open.after_commit")
    except Exception as error:  # noqa: BLE001 - the other plans must open all the same
        _raise_if_general(error)
        _park(site, "opening", f"{opening['plan']}/{opening['cycle']}", {"error": _words(error)}, case_id=None)
    return 1


def _open_now(site: Site, library: Library, connection: Connection, opening: dict[str, Any]) -> str | None:
    now = not_before(site.now(connection), queries.last_recorded(connection))
    return rounds.open_due(site, library, connection, opening, now)


def _park(site: Site, kind: str, subject: str, detail: dict[str, Any], *, case_id: str | None) -> None:
    persist(
        site,
        lambda connection: incidents.raise_one(
            connection, kind, subject, site.now(connection), detail, case_id=case_id
        ),
    )


def _raise_if_general(error: Exception) -> None:
    """A fault of the database or the clock is nobody's own: it is raised, and tried again later."""
    if isinstance(error, SystemFault) and error.code in GENERAL:
        raise error


def _words(error: Exception) -> dict[str, Any]:
    if isinstance(error, DondocError) and not isinstance(error, Conflict):
        return {"code": error.code, "params": {name: str(value) for name, value in error.params.items()}}
    return {"code": "unexpected", "params": {"error": f"{type(error).__name__}: {error}"[:500]}}


def next_work(connection: Connection) -> datetime | None:
    """The earliest instant of the installation's clock at which there is something to fire."""
    opening = due.next_opening(connection)
    instants = [due.next_due(connection), opening["due_at"] if opening is not None else None]
    return min((instant for instant in instants if instant is not None), default=None)
