"""Cases that must be decided together: a case and its round, a round and its cases, a request and what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from workflow.model import Case, Refusal
from workflow.service.library import Library
from workflow.store import due, published, queries
from workflow.store.database import Connection
from workflow.store.queries import kin, known_ids, members
from workflow.store.store import load_cases
from workflow.words.near import nearest


def load_group(connection: Connection, library: Library, case_ids: Sequence[str], now: datetime) -> list[Case]:
    """The cases, locked, with all that their decision reads: a round's cases, and the round where it has fallen due.

    A case's own command leaves its round alone otherwise, so that cases of one round don't wait for each other.
    Raises Refusal `no-case`.
    """
    found = kin(connection, case_ids)
    for case_id in case_ids:
        if case_id not in found:
            raise Refusal("no-case", case=case_id, near=nearest(case_id, known_ids(connection)))
    rounds = {case_id for case_id, (kind, _) in found.items() if kind == "round"}
    parents = {round_id for _, round_id in found.values() if round_id is not None} - rounds
    if parents and due.any_due(connection, sorted(parents), now):
        rounds |= {round_id for round_id in parents if due.any_due(connection, [round_id], now)}
    asked = concerned(connection, library, [case_id for case_id, (kind, _) in found.items() if kind == "request"])
    ids = set(case_ids) | rounds | set(members(connection, sorted(rounds))) | asked
    return load_cases(connection, sorted(ids), lock=True)


def concerned(connection: Connection, library: Library, requests: Sequence[str], *, hold: bool = True) -> set[str]:
    """The cases that requests may be about: those of their plans still at work, and whatever else they name.

    The plans are held, so that no round opens, and no other request is approved, past this decision.
    """
    if not requests:
        return set()
    asking = queries.cases(connection, ids=list(requests))
    if hold:
        for plan in sorted({case.plan for case in asking}):
            published.hold(connection, plan)
    named = {patch["of"] for case in asking for patch in case.data.get("change", ()) if "of" in patch}
    ids: set[str] = set()
    for plan in {case.plan for case in asking}:
        ids |= at_work(connection, library, plan, named)
    return ids


def at_work(connection: Connection, library: Library, plan: str, named: Iterable[str] = ()) -> set[str]:
    """The plan's rounds and cases that are in no final state, each with its round; and those that are `named`."""
    rows = list(queries.standing(connection, plan))
    names = set(named)
    wanted = {
        row["id"]
        for row in rows
        if row["id"] in names
        or row["round_id"] in names
        or not library.machine(connection, row["workflow"], row["workflow_version"])
        .definition.states[row["state"]]
        .final
    }
    rounds = {row["round_id"] for row in rows if row["id"] in wanted and row["round_id"] is not None}
    # A round is never decided without all its cases.
    return wanted | rounds | {row["id"] for row in rows if row["round_id"] in rounds | wanted}
