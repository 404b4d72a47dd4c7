"""Rows to frozen values and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping

from workflow.model import Actor, Case, Event, Obligation
from workflow.record import actor_json, obligation_from_json, obligation_json

Row = Mapping[str, Any] | RowMapping
_OBLIGATION = tuple(f.name for f in fields(Obligation))


def case_values(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": case.kind,
        "plan": case.plan,
        "plan_version": case.plan_version,
        "workflow": case.workflow,
        "workflow_version": case.workflow_version,
        "cycle": case.cycle,
        "round_id": case.round_id,
        "area": case.area,
        "unit": case.unit,
        "adhoc": case.adhoc,
        "position": case.position,
        "title": dict(case.title),
        "roles": {role: list(agencies) for role, agencies in case.roles.items()},
        "period_first": case.period[0] if case.period else None,
        "period_last": case.period[1] if case.period else None,
        "confidential": case.confidential,
        "state": case.state,
        "state_since": case.state_since,
        "reached": sorted(case.reached),
        "data": dict(case.data),
        "opened_at": case.opened_at,
        "revision": case.revision,
        "seq": case.seq,
        "head": case.head,
    }


def case_from(row: Row, obligations: Iterable[Obligation]) -> Case:
    first, last = row["period_first"], row["period_last"]
    return Case(
        id=row["id"],
        kind=row["kind"],
        plan=row["plan"],
        plan_version=row["plan_version"],
        workflow=row["workflow"],
        workflow_version=row["workflow_version"],
        cycle=row["cycle"],
        title=row["title"],
        roles={role: tuple(agencies) for role, agencies in row["roles"].items()},
        state=row["state"],
        state_since=row["state_since"],
        opened_at=row["opened_at"],
        area=row["area"],
        unit=row["unit"],
        round_id=row["round_id"],
        adhoc=row["adhoc"],
        position=row["position"],
        period=(first, last) if first is not None and last is not None else None,
        confidential=row["confidential"],
        reached=frozenset(row["reached"]),
        data=row["data"],
        revision=row["revision"],
        seq=row["seq"],
        head=row["head"],
        obligations=tuple(obligations),
    )


def obligation_values(o: Obligation) -> dict[str, Any]:
    return {name: getattr(o, name) for name in _OBLIGATION}


def obligation_from(row: Row) -> Obligation:
    return Obligation(**{name: row[name] for name in _OBLIGATION})


def event_values(event: Event, text_hashes: Mapping[str, str], prev: str, digest: str) -> dict[str, Any]:
    return {
        "case_id": event.case_id,
        "seq": event.seq,
        "effective_at": event.effective_at,
        "recorded_at": event.recorded_at,
        "actor": actor_json(event.actor),
        "trigger": event.trigger,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "data": dict(event.data),
        "effects": [obligation_json(o) for o in event.effects],
        "text_hashes": dict(text_hashes),
        "prev": prev,
        "hash": digest,
    }


def event_from(row: Row, texts: Mapping[str, str] | None = None) -> Event:
    return Event(
        case_id=row["case_id"],
        seq=row["seq"],
        effective_at=row["effective_at"],
        recorded_at=row["recorded_at"],
        actor=Actor(**row["actor"]),
        trigger=row["trigger"],
        from_state=row["from_state"],
        to_state=row["to_state"],
        data=row["data"],
        texts=texts or {},
        effects=tuple(obligation_from_json(row["case_id"], o) for o in row["effects"]),
    )
