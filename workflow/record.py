"""The record: events chained by hash, one chain for each case, and the case rebuilt from its chain.

The hash covers everything of an event but its prose, of which it covers the salted hash: personal-data law may
require a text to be erased, and the chain must still hold (Law 91/2025/QH15).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from workflow.model import Actor, Case, Event, Obligation

GENESIS = ""
BECOMES = "becomes"
"""Where an event's data says what of the case changed with it besides its state and its obligations."""
_INSTANTS = ("due_at", "fired_at", "met_at")
_DAYS = ("last_day", "target")
_DEFAULTS = {f.name: f.default for f in fields(Obligation)}


def canonical(value: Any) -> bytes:
    """The one way a value is written for hashing: JSON, keys sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def event_hash(event: Event, text_hashes: Mapping[str, str], prev: str) -> str:
    """SHA-256, hex, of one link; `prev` is the hash of the link before, empty for the first."""
    body = {
        "case": event.case_id,
        "seq": event.seq,
        "effective_at": utc(event.effective_at),
        "recorded_at": utc(event.recorded_at),
        "actor": actor_json(event.actor),
        "trigger": event.trigger,
        "from": event.from_state,
        "to": event.to_state,
        "data": event.data,
        "effects": [obligation_json(o) for o in event.effects],
        "texts": dict(text_hashes),
        "prev": prev,
    }
    return sha256(canonical(body)).hexdigest()


def text_hash(salt: str, text: str) -> str:
    return sha256(f"{salt}\n{text}".encode()).hexdigest()


def checkpoint_hash(prev: str, seq: int, at: datetime, heads: Iterable[tuple[str, int, str]]) -> str:
    """SHA-256 of a checkpoint over the heads (case, length, hash) that had moved since the one before."""
    return sha256(canonical([prev, seq, utc(at), sorted(list(head) for head in heads)])).hexdigest()


def actor_json(actor: Actor) -> dict[str, Any]:
    return {key: value for key, value in asdict(actor).items() if value is not None}


def obligation_json(o: Obligation) -> dict[str, Any]:
    """A row without what is at its default, and without its case."""
    out: dict[str, Any] = {}
    for name, default in _DEFAULTS.items():
        value = getattr(o, name)
        if name == "case_id" or value == default:
            continue
        if isinstance(value, datetime):
            value = utc(value)
        elif isinstance(value, date):
            value = value.isoformat()
        out[name] = value
    return out


def obligation_from_json(case_id: str, data: Mapping[str, Any]) -> Obligation:
    values = dict(data)
    for name in _INSTANTS:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    for name in _DAYS:
        if values.get(name) is not None:
            values[name] = date.fromisoformat(values[name])
    return Obligation(
        case_id=case_id, due_at=values.pop("due_at", None), owner_agency=values.pop("owner_agency", None), **values
    )


def opening_json(case: Case) -> dict[str, Any]:
    """What the first event must say so that the case can be rebuilt from its chain alone."""
    return {
        "kind": case.kind,
        "plan": case.plan,
        "plan_version": case.plan_version,
        "workflow": case.workflow,
        "workflow_version": case.workflow_version,
        "cycle": case.cycle,
        "title": dict(case.title),
        "roles": {role: list(agencies) for role, agencies in case.roles.items()},
        "area": case.area,
        "unit": case.unit,
        "round_id": case.round_id,
        "adhoc": case.adhoc,
        "position": case.position,
        "period": [day.isoformat() for day in case.period] if case.period else None,
        "confidential": case.confidential,
        "data": dict(case.data),
    }


def becoming_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The changed fields of a case (`plan_version`, `roles`, `title`, `data`) as an event's data holds them."""
    return {
        name: {role: list(agencies) for role, agencies in value.items()} if name == "roles" else _plain(value)
        for name, value in fields.items()
    }


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _became(becomes: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(becomes)
    if "roles" in fields:
        fields["roles"] = {role: tuple(agencies) for role, agencies in fields["roles"].items()}
    return fields


def rebuild(events: Iterable[Event]) -> Case:
    """The case as its chain tells it (revision and head aside). Raises ValueError for an empty chain."""
    case: dict[str, Any] = {}
    rows: dict[tuple[str, str, int], Obligation] = {}
    reached: set[str] = set()
    for event in events:
        if event.seq == 1:
            opening = dict(event.data["case"])
            period = opening.pop("period")
            case = {
                **opening,
                "id": event.case_id,
                "roles": {role: tuple(agencies) for role, agencies in opening["roles"].items()},
                "period": (date.fromisoformat(period[0]), date.fromisoformat(period[1])) if period else None,
                "opened_at": event.effective_at,
            }
        case |= _became(event.data.get(BECOMES, {}))
        if event.to_state != case.get("state"):
            case["state_since"] = event.effective_at
        case["state"] = event.to_state
        case["seq"] = event.seq
        reached.add(event.to_state)
        for o in event.effects:
            rows[o.key] = o
    if not case:
        raise ValueError("a chain without events")
    return Case(**case, reached=frozenset(reached), obligations=tuple(rows.values()))
