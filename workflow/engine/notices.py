"""Who is told of an event, in whose name, and the facts they will read, frozen when the event is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from workflow.calendar import TZ, local_day
from workflow.engine.draft import Draft, Telling
from workflow.engine.world import World
from workflow.model import AMENDED, Actor, Case, Event, Notice, Obligation

PLAYING = ("lead", "coordinator")
WHY_COPIED = ("report", "perform", "know")
"""As what a recipient of the plan (nơi nhận) gets the consolidated report: b/c, t/h, đ/b (Decree 30/2020)."""


def tell(
    world: World,
    draft: Draft,
    event: Event,
    template: str,
    roles: Iterable[str],
    *,
    kind: str = "entered",
    deadline: Obligation | None = None,
    reminder: Obligation | None = None,
    round_report: Mapping[str, Any] | None = None,
    copies: Mapping[str, Iterable[str]] | None = None,
    also: Mapping[str, list[str]] | None = None,
) -> None:
    """Note that the agencies of `roles` (and of `copies`, by why they get it) must hear of `event`, each once.

    `also`: further agencies, each with what it is told as.
    """
    case = draft.cases[event.case_id]
    agencies: dict[str, list[str]] = {}
    for role in roles:
        for agency in case.roles.get(role, ()):
            agencies.setdefault(agency, []).append(role)
    for why, copied in (copies or {}).items():
        for agency in copied:
            agencies.setdefault(agency, []).append(why)
    for agency, told_as in (also or {}).items():
        agencies.setdefault(agency, []).extend(told_as)
    item = _item(world, case, event, kind, deadline, reminder) | _amendment(world, draft, case, event)
    if also:
        item["former"] = [agency_facts(world, agency) for agency in also]
    if event.trigger == AMENDED:
        before = draft.before(case.id) or case
        item["before"] = {
            role: [agency_facts(world, agency) for agency in before.roles.get(role, ())] for role in PLAYING
        }
    if round_report is not None:
        item["event"]["round"] = dict(round_report)
    sender = event.actor.agency or _voice(case)
    draft.tellings.append(Telling((case.id, event.seq), template, agencies, item, sender))


def notices(world: World, draft: Draft) -> tuple[Notice, ...]:
    """One message for each (event, agency); in a digest, one for each agency over all events of the act."""
    if not draft.digest:
        return tuple(
            _notice(world, draft, agency, [telling]) for telling in draft.tellings for agency in telling.agencies
        )
    by_agency: dict[str, list[Telling]] = {}
    for telling in draft.tellings:
        for agency in telling.agencies:
            by_agency.setdefault(agency, []).append(telling)
    return tuple(
        _notice(world, draft, agency, sorted(tellings, key=lambda telling: _weight(draft, agency, telling)))
        for agency, tellings in by_agency.items()
    )


def _weight(draft: Draft, agency: str, telling: Telling) -> tuple[int, bool, int]:
    """What a digest speaks of first: a request (the agency's own, its newest event), the round, what it leads."""
    case_id, seq = telling.event
    kind = draft.cases[case_id].kind
    first = {"request": 0, "round": 1}.get(kind, 2)
    own = {"lead", "requester"}.isdisjoint(telling.agencies[agency])
    return (first, own, -seq if kind == "request" else 0)


def _notice(world: World, draft: Draft, agency: str, tellings: list[Telling]) -> Notice:
    main = tellings[0]
    case = draft.cases[main.event[0]]
    plan = world.plan(case)
    consolidator = case.roles.get("consolidator", ())
    roles = main.agencies[agency]
    told_as = list(dict.fromkeys(role for telling in tellings for role in telling.agencies[agency]))
    # Who only gets a copy is written to as such; who plays a role is written to in that role.
    template = main.template
    if all(role in WHY_COPIED for role in roles) and template.startswith("entered."):
        template = "report-copy"
    return Notice(
        agency=agency,
        template=template,
        case_id=case.id,
        covers=tuple(telling.event for telling in tellings),
        facts={
            "rehearsal": world.rehearsal,
            "at": main.item["event"]["effective_at"],
            "plan": {
                "id": case.plan,
                "title": plan.title.as_dict(),
                "number": plan.number,
                "consolidator": agency_facts(world, consolidator[0]) if consolidator else None,
            },
            "recipient": _ranked(world, agency) | {"as": told_as},
            "sender": _ranked(world, _sender(case, main.sender, agency)),
            "items": [telling.item for telling in tellings],
        },
    )


def _voice(case: Case) -> str:
    """In whose name the engine itself writes: the consolidator follows up and urges (the plan, III.2a)."""
    for role in ("consolidator", "office", "authority"):
        if case.roles.get(role):
            return case.roles[role][0]
    return ""


def _sender(case: Case, sender: str, recipient: str) -> str:
    """Nobody writes to itself: the consolidator is urged by the PPC office."""
    if sender != recipient:
        return sender
    for role in ("office", "consolidator", "authority"):
        for agency in case.roles.get(role, ()):
            if agency != recipient:
                return agency
    return sender


def agency_facts(world: World, agency: str) -> dict[str, str]:
    return {"agency": agency, "name": world.names.get(agency, agency)}


def _ranked(world: World, agency: str) -> dict[str, Any]:
    found = world.agency(agency)
    return {
        "agency": agency,
        "name": found.name if found else agency,
        "short": (found.short if found else None) or (found.name if found else agency),
        "rank": found.rank if found else "unit",
    }


def _item(
    world: World, case: Case, event: Event, kind: str, deadline: Obligation | None, reminder: Obligation | None
) -> dict[str, Any]:
    workflow = world.workflow(case)
    transition = workflow.transitions.get(event.trigger)
    lead = case.roles.get("lead", ())
    facts = {
        key: value
        for key, value in {**event.data.get("facts", {}), **event.texts}.items()
        # The text of a report stays in the record; only the consolidated report is quoted to its recipients.
        if not (key == "text" and case.kind not in ("round", "request"))
    }
    working_days = None
    if reminder is not None and deadline is not None and deadline.target is not None and kind == "reminder":
        working_days = world.calendar(case).working_days_between(local_day(event.effective_at), deadline.target)
    return {
        "kind": kind,
        "case": {
            "id": case.id,
            "kind": case.kind,
            "title": dict(case.title),
            "number": case.position or None,
            "cycle": case.cycle,
            "adhoc": case.adhoc,
            "period": [day.isoformat() for day in case.period] if case.period else None,
            "confidential": case.confidential,
            "workflow": case.workflow,
            "lead": agency_facts(world, lead[0]) if lead else None,
            "coordinators": [agency_facts(world, agency) for agency in case.roles.get("coordinator", ())],
            "ended": case.ended,
            "requester": agency_facts(world, asking[0]) if (asking := case.roles.get("requester")) else None,
        },
        "state": {"name": event.to_state, "title": workflow.states[event.to_state].as_dict()},
        "event": {
            "seq": event.seq,
            "trigger": event.trigger,
            "title": transition.title.as_dict() if transition is not None and transition.title else None,
            "from": event.from_state,
            "to": event.to_state,
            "effective_at": stamp(event.effective_at),
            "recorded_at": stamp(event.recorded_at),
            "by_time": event.actor.agency == "",
            "actor": _actor(world, event.actor),
            "facts": facts,
            "seal": event.data.get("checkpoint"),
        },
        "deadlines": [
            _deadline(world, case, name, o) for name in workflow.deadlines if (o := case.newest(name)) is not None
        ],
        "deadline": deadline.name if deadline is not None else None,
        "working_days_left": working_days,
        "count": reminder.count if reminder is not None else 0,
    }


def _amendment(world: World, draft: Draft, case: Case, event: Event) -> dict[str, Any]:
    """What a request asks for and comes to, or how a case was amended: the sentences that a letter repeats."""
    if case.kind != "request":
        return {"changes": list(event.data["changes"])} if "changes" in event.data else {}
    words = case.data.get("words", [])
    parts = event.data.get("parts") or range(1, len(words) + 1)
    report = event.data.get("impact") or {}
    prose = draft.texts(case.id)
    # Said anew in this very act, or else with the change as it stands in the record.
    if not any(field.startswith("reason.") or field == "text" for field in prose) and world.shelf is not None:
        prose = dict(world.shelf.prose.get(case.id, {}))
    return {
        "changes": [words[number - 1] for number in parts],
        "partly": len(parts) < len(words),
        "warnings": [warning["words"] for warning in report.get("warnings", ())],
        "impact": report.get("hash"),
        "void": report.get("void", {}).get("why"),
        "text": prose.get("text"),
        "reasons": [prose.get(f"reason.{number}") for number in parts],
    }


def _actor(world: World, actor: Actor) -> dict[str, Any]:
    return {
        "agency": actor.agency,
        "name": world.names.get(actor.agency, actor.agency),
        "person": actor.person,
        "on_behalf_of": agency_facts(world, actor.on_behalf_of) if actor.on_behalf_of else None,
    }


def _deadline(world: World, case: Case, name: str, o: Obligation) -> dict[str, Any]:
    title = world.workflow(case).deadlines[name].title
    return {
        "name": name,
        "title": title.as_dict() if title else None,
        "due_at": stamp(o.due_at) if o.due_at else None,
        "target": _iso(o.target),
        "last_day": _iso(o.last_day),
        "raw": o.raw,
        "status": o.status,
        "owner": agency_facts(world, o.owner_agency) if o.owner_agency else None,
        "late_by_s": o.late_by_s,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def stamp(instant: datetime) -> str:
    """An instant for people and for JSON: ISO 8601 with the province's offset (+07:00)."""
    return instant.astimezone(TZ).isoformat()
