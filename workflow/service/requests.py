"""Adjustment requests: drafted by an agency, read with their impact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workflow.definition.change import ChangeText
from workflow.engine.acting import act as decide
from workflow.engine.draft import Draft
from workflow.engine.firing import settle
from workflow.engine.impact import impact
from workflow.engine.notices import notices
from workflow.engine.requests import open_request
from workflow.engine.world import Pin, World
from workflow.model import Actor, Case, Command, Facts, Refusal
from workflow.service.acting import count, known_agencies
from workflow.service.groups import at_work, concerned
from workflow.service.in_place import told_in_place
from workflow.service.library import Library
from workflow.service.publishing import FaultsFound
from workflow.service.site import Site, attended_since, business_now
from workflow.service.writing import not_before, persist, trusted
from workflow.store import installation, published, queries
from workflow.store.database import Connection
from workflow.store.store import load_cases
from workflow.words.near import nearest


@dataclass(frozen=True, slots=True)
class Asking:
    """What an agency asks to change in a plan."""

    plan: str
    actor: Actor
    facts: Facts
    change: ChangeText | None = None
    """Where the patches were read from, so that what is wrong with one is told at its place."""
    submit: bool = False


def open_one(site: Site, library: Library, asking: Asking) -> str:
    """Draft the request, and submit it in the same transaction if asked; returns its id.

    Raises Refusal (counted), or FaultsFound with the places in the change file.
    """
    try:
        return persist(site, lambda connection: _open(site, library, connection, asking))
    except Refusal as refusal:
        count(site, [asking.plan], "request", asking.actor, refusal)
        raise
    except FaultsFound as found:
        count(site, [asking.plan], "request", asking.actor, Refusal(found.faults[0].code))
        raise


def _open(site: Site, library: Library, connection: Connection, asking: Asking) -> str:
    trusted(connection)
    row = installation.needed(connection)
    published.hold(connection, asking.plan)
    plan, version = library.newest_plan(connection, asking.plan)
    if plan.adjustments is None:
        raise Refusal("no-adjustments", name=asking.plan)
    named = {patch["of"] for patch in asking.facts.change or () if "of" in patch}
    ids = at_work(connection, library, asking.plan, named)
    group = load_cases(connection, sorted(ids), lock=True)
    now = not_before(business_now(row, site.wall()), queries.last_recorded(connection))
    newest = published.newest_versions(connection)
    workflow: Pin = (plan.adjustments, newest["workflow", plan.adjustments])
    world = library.world(
        connection,
        group,
        rehearsal=row["rehearsal"],
        plans=[(plan.plan, version)],
        extra=[workflow, (plan.workflow, newest["workflow", plan.workflow])],
        amending=[plan.plan],
    )
    known_agencies(world, asking.actor)
    due = Draft(group, now)
    settle(world, due, now, attended_since(row, now, site.wall()))
    cases = {case.id: case for case in group}
    if due.moved:
        cases |= {case.id: case for case in site.recorder.record(connection, due.decision(notices(world, due)), now)}
    draft = Draft(cases.values(), now)
    number = len(queries.requests(connection, plan.plan)) + 1
    try:
        case_id = open_request(world, draft, plan.plan, number, workflow, asking.facts, asking.actor, now)
    except Refusal as refusal:
        raise told_in_place(refusal, asking.change, world, Draft(cases.values(), now), plan.plan) from None
    if asking.submit:
        draft.digest = True
        decide(world, draft, case_id, Command(_submitting(world, draft.cases[case_id]), asking.actor), now)
    site.recorder.record(connection, draft.decision(notices(world, draft)), now)
    site.probe("request.before_commit")
    return case_id


def _submitting(world: World, request: Case) -> str:
    """The transition that hands the drafted change in."""
    for name, transition in world.workflow(request).transitions.items():
        if "change" in transition.needs and request.state in transition.from_:
            return name
    raise Refusal("wrong-state", trigger="submit", title="submit", state_title=request.state, open=[])


def look(site: Site, library: Library, connection: Connection, request_id: str, parts: Iterable[int]) -> dict[str, Any]:
    """`{"request", "state", "attached", "fresh"}`: the report attached at forwarding, whole, and the one of now."""
    found = queries.cases(connection, ids=[request_id])
    if not found:
        raise Refusal("no-case", case=request_id, near=nearest(request_id, queries.known_ids(connection)))
    request = found[0]
    if request.kind != "request":
        raise Refusal("not-a-request", case=request_id)
    row = installation.needed(connection)
    now = business_now(row, site.wall())
    ids = concerned(connection, library, [request_id], hold=False) | {request_id}
    group = load_cases(connection, sorted(ids))
    newest = published.newest_versions(connection)
    plan, _ = library.newest_plan(connection, request.plan)
    world = library.world(
        connection, group, rehearsal=row["rehearsal"], extra=[(plan.workflow, newest["workflow", plan.workflow])]
    )
    attached = _attached(connection, request)
    reasons = reasons_of(connection, request)
    # A request that has been decided has no report of now: what it did is history.
    fresh = None if world.final(request) else impact(world, Draft(group, now), request, parts, now, apart=False)
    for report in (attached, fresh):
        for part in report["parts"] if report is not None else ():
            part["reason"] = reasons.get(part["part"])
    return {
        "request": request.id,
        "state": request.state,
        "title": dict(request.title),
        "attached": attached,
        "fresh": fresh,
        "hash": (fresh or attached or {}).get("hash"),
        "approved": request.data.get("applied"),
    }


def _attached(connection: Connection, request: Case) -> dict[str, Any] | None:
    """The newest report in the request's record."""
    attached = None
    for row in queries.events(connection, request.id):
        if "impact" in row["data"]:
            attached = dict(row["data"]["impact"])
            attached["parts"] = [dict(part) for part in attached["parts"]]
    return attached


def reasons_of(connection: Connection, request: Case) -> dict[int, str]:
    """By part: why it is asked for, as last said; an erased one is left out."""
    found = queries.asked_with(connection, request.id)
    reasons = {name.removeprefix("reason."): text for name, text in found.items() if name.startswith("reason.")}
    return {int(number): text for number, text in reasons.items()}
