"""Cases that must be decided together: a case and its round, a round and its cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.model import Case, Refusal
from workflow.store import due
from workflow.store.database import Connection
from workflow.store.queries import kin, known_ids, members
from workflow.store.store import load_cases
from workflow.words.near import nearest


def load_group(connection: Connection, case_ids: Sequence[str], now: datetime) -> list[Case]:
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
    ids = set(case_ids) | rounds | set(members(connection, sorted(rounds)))
    return load_cases(connection, sorted(ids), lock=True)
