"""What people and programs are shown: plain dicts, instants as ISO 8601 with the province's offset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workflow.calendar import local_day
from workflow.engine.guards import behalf_of
from workflow.engine.notices import agency_facts, stamp
from workflow.engine.standing import standing
from workflow.engine.world import World
from workflow.machine import conditions_of
from workflow.model import Case, Obligation
from workflow.store.codec import event_from
from workflow.store.database import RowMapping

OWED = frozenset({"open", "fired"})


def _is_owed(case: Case, o: Obligation) -> bool:
    return o.unmet and o.status in OWED and not case.ended


def summary(world: World, case: Case, lang: str = "vi", now: datetime | None = None) -> dict[str, Any]:
    """A case at a glance. `due` holds the newest occurrence of each deadline, `owed` those of the case's own that
    nobody has met; `target` is that of the case's own.

    `working_days_left` counts from the day after `now` to the target; None without either, or once it has been met.
    """
    workflow = world.workflow(case)
    lead = case.roles.get("lead", ())
    own = [o for name in workflow.deadlines if (o := case.newest(name)) is not None and o.kind == "deadline"]
    clocks = {o.name: o for o in case.obligations if o.kind == "clock"}
    due = [o for o in (*own, *clocks.values()) if o.due_at is not None]
    owed = next((o.target for o in own if o.target is not None and o.unmet and o.status == "open"), None)
    target = owed or next((o.target for o in own if o.target is not None), None)
    left = world.calendar(case).working_days_between(local_day(now), owed) if now is not None and owed else None
    return {
        "id": case.id,
        "kind": case.kind,
        "plan": case.plan,
        "cycle": case.cycle,
        "area": case.area,
        "unit": case.unit,
        "position": case.position,
        "title": case.title.get(lang, case.title["vi"]),
        "workflow": case.workflow,
        "version": case.workflow_version,
        "plan_version": case.plan_version,
        "state": case.state,
        "state_title": workflow.states[case.state].in_(lang),
        "state_since": stamp(case.state_since),
        "final": workflow.states[case.state].final,
        "lead": lead[0] if lead else None,
        "lead_name": world.names.get(lead[0], lead[0]) if lead else None,
        "roles": {role: list(agencies) for role, agencies in case.roles.items()},
        "due": {o.name: stamp(o.due_at) for o in due if o.due_at is not None},
        "due_titles": {o.name: title_of(world, case, o, lang) for o in due},
        "owed": {o.name: stamp(o.due_at) for o in own if o.due_at is not None and _is_owed(case, o)},
        "target": target.isoformat() if target else None,
        "working_days_left": left,
        "late": case.late,
        "standing": standing(case),
        "adhoc": case.adhoc,
        "confidential": case.confidential,
        "round": case.round_id,
    }


def event(
    world: World, case: Case, row: RowMapping, texts: Mapping[str, tuple[str, str | None]], lang: str = "vi"
) -> dict[str, Any]:
    """One entry of the history. An erased text shows as None."""
    told = {field: text for field, (_, text) in texts.items()}
    entry = event_from(row)
    workflow = world.workflow(case)
    transition = workflow.transitions.get(entry.trigger)
    about = case.newest(entry.data.get("deadline", ""))
    states = {name: state.in_(lang) for name, state in workflow.states.items()}
    return {
        "seq": entry.seq,
        "effective_at": stamp(entry.effective_at),
        "recorded_at": stamp(entry.recorded_at),
        "actor": {**row["actor"], "name": world.names.get(entry.actor.agency, entry.actor.agency)}
        | ({"behalf_name": world.names.get(behalf, behalf)} if (behalf := entry.actor.on_behalf_of) else {}),
        "trigger": entry.trigger,
        "title": transition.title.in_(lang) if transition is not None and transition.title else None,
        "from": entry.from_state,
        "from_title": states.get(entry.from_state or ""),
        "to": entry.to_state,
        "to_title": states.get(entry.to_state),
        "deadline_title": title_of(world, case, about, lang) if about is not None else None,
        "data": {
            **{key: value for key, value in entry.data.items() if key != "facts"},
            **entry.data.get("facts", {}),
            **told,
        },
        "hash": row["hash"],
    }


def title_of(world: World, case: Case, o: Obligation, lang: str = "vi") -> str | None:
    """A deadline's title; a reminder's is that of what it counts from, a followed deadline's that of the round."""
    workflow = world.workflow(case)
    subject = o.name
    if o.kind == "clock":
        rounds = [m.definition for (name, _), m in world.machines.items() if name == workflow.part_of]
        workflow = rounds[0] if rounds else workflow
        subject = o.name.removeprefix("round.")
    elif o.rule is not None:
        base = workflow.reminders[o.rule].base
        if base.point == "entered":
            return workflow.states[base.subject].in_(lang)
        subject = base.subject
    deadline = workflow.deadlines.get(subject)
    return deadline.title.in_(lang) if deadline is not None and deadline.title else None


def obligation(world: World, case: Case, o: Obligation, lang: str = "vi") -> dict[str, Any]:
    return {
        "case": o.case_id,
        "name": o.name,
        "title": title_of(world, case, o, lang),
        "kind": o.kind,
        "occurrence": o.occurrence,
        "owner": {"role": o.owner_role, "agency": o.owner_agency},
        "due_at": _stamp(o.due_at),
        "last_day": _day(o.last_day),
        "target": _day(o.target),
        "raw": o.raw,
        "status": o.status,
        "fired_at": _stamp(o.fired_at),
        "met_by": o.met_by,
        "met_at": _stamp(o.met_at),
        "late_by_s": o.late_by_s,
        "count": o.count,
        "cause": o.cause,
    }


def last_event(row: RowMapping) -> dict[str, Any]:
    """What brought a case to where it stands: which act, the clock or not, and if it said "không phát sinh"."""
    return {
        "trigger": row["trigger"],
        "effective_at": stamp(row["effective_at"]),
        "by_time": row["actor"]["agency"] == "",
        "nil": "nil" in row["text_hashes"],
        "with": row["data"].get("with"),
    }


def message(row: Mapping[str, Any], addresses: list[str], *, whole: bool = False) -> dict[str, Any]:
    """A mail and how far it has come. `whole` adds the text and HTML parts as they were, or will be, sent."""
    shown = {
        "id": row["id"],
        "to": ", ".join(row["recipients"] or addresses),
        "agency": row["agency"],
        "case": row["case_id"],
        "template": row["template"],
        "subject": row["subject"],
        "status": row["status"],
        "attempts": row["attempts"],
        "message_id": row["message_id"],
        "events": [{"case": case_id, "seq": seq} for case_id, seq in row["covers"]],
        "error": row["error"],
        "created_at": _stamp(row["created_at"]),
        "settled_at": _stamp(row["settled_at"]),
        "settled_by": row["settled_by"],
    }
    return shown | ({"text": row["body_text"], "html": row["body_html"], "facts": row["facts"]} if whole else {})


def allowed(world: World, case: Case, lang: str = "vi") -> list[dict[str, Any]]:
    """What may be done now, by whom, and what it needs."""
    if case.ended:
        return []
    machine = world.machine(case)
    shown = []
    for name in machine.open_to(case.state, conditions_of(case)):
        transition = machine.definition.transitions[name]
        assert transition.by is not None
        shown.append(
            {
                "trigger": name,
                "title": transition.title.in_(lang) if transition.title else name,
                "to": transition.to,
                "by": [agency_facts(world, agency) for agency in case.roles.get(transition.by, ())],
                "on_behalf": [agency_facts(world, agency) for agency in behalf_of(case, transition)],
                "needs": list(transition.needs) + (["due"] if "given" in transition.rearm.values() else []),
            }
        )
    return shown


def incident(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "case": row["case_id"],
        "subject": row["subject"],
        "holds": bool(row["holds"]),
        "raised_at": _stamp(row["raised_at"]),
        "detail": row["detail"],
        "status": row["status"],
    }


def _stamp(instant: datetime | None) -> str | None:
    return stamp(instant) if instant is not None else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
