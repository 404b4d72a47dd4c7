"""A person's command: settle what is due, decide, record. One transaction."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePath

from workflow.definition.change import ChangeText
from workflow.engine.acting import act as decide
from workflow.engine.draft import Draft
from workflow.engine.firing import settle
from workflow.engine.notices import notices
from workflow.engine.world import World
from workflow.model import Actor, Attachment, Case, Command, Refusal
from workflow.record import actor_json
from workflow.service.auditing import seal_heads
from workflow.service.explaining import explained
from workflow.service.groups import load_group
from workflow.service.in_place import told_in_place
from workflow.service.library import Library
from workflow.service.publishing import FaultsFound
from workflow.service.site import Site, attended_since, business_now
from workflow.service.writing import not_before, persist, trusted
from workflow.store import checkpoints, incidents, installation, queries
from workflow.store.database import Connection
from workflow.store.store import keep_file
from workflow.words.near import nearest


def act(
    site: Site,
    library: Library,
    case_ids: Sequence[str],
    command: Command,
    files: Sequence[tuple[str, bytes]] = (),
    change: ChangeText | None = None,
) -> list[Case]:
    """Carry out one command on one or several cases, all or none, and return them as they then stand.

    Raises Refusal (counted) when one of them may not, SystemFault when the system is at fault, FaultsFound (counted)
    for what is wrong in a `change` file.
    """
    attachments = tuple(_attachment(name, content) for name, content in files)
    command = replace(command, facts=replace(command.facts, files=attachments))

    def work(connection: Connection) -> list[Case]:
        row = installation.needed(connection)
        trusted(connection)
        group = load_group(connection, library, case_ids, business_now(row, site.wall()))
        # Read again now that the cases are locked: waiting for them takes time.
        now = not_before(business_now(row, site.wall()), queries.last_recorded(connection))
        world = library.world(connection, group, rehearsal=row["rehearsal"])
        known_agencies(world, command.actor)
        due = Draft(group, now)
        settle(world, due, now, attended_since(row, now, site.wall()))
        cases = {case.id: case for case in group}
        if due.moved:
            settled = site.recorder.record(connection, due.decision(notices(world, due)), now)
            cases |= {case.id: case for case in settled}
        draft = Draft(cases.values(), now)
        # Requests forwarded together are one submission: one letter, not one for each.
        draft.digest = sum(cases[case_id].kind == "request" for case_id in case_ids) > 1
        if any(cases[case_id].kind == "round" for case_id in case_ids):
            # The report that goes to the authority bears a seal over all that it rests on.
            seal_heads(site, connection)
        seal = checkpoints.newest_seal(connection)
        for case_id in case_ids:
            try:
                decide(world, draft, case_id, command, now, seal=seal)
            except Refusal as refusal:
                case = draft.cases[case_id]
                if change is not None and "part" in refusal.params:
                    raise told_in_place(refusal, change, world, Draft(cases.values(), now), case.plan) from None
                raise explained(refusal, world, case) from None
        for attachment, (_, content) in zip(attachments, files, strict=True):
            keep_file(connection, attachment.sha256, content)
        recorded = site.recorder.record(connection, draft.decision(notices(world, draft)), now)
        site.probe("act.before_commit")
        cases |= {case.id: case for case in recorded}
        return [cases[case_id] for case_id in case_ids]

    try:
        done = persist(site, work)
    except Refusal as refusal:
        count(site, case_ids, command.trigger, command.actor, refusal)
        raise
    except FaultsFound as found:
        count(site, case_ids, command.trigger, command.actor, Refusal(found.faults[0].code))
        raise
    site.probe("act.after_commit")
    return done


def known_agencies(world: World, actor: Actor) -> None:
    """Raise Refusal `no-agency` for a name that the directory does not hold."""
    for agency in (actor.agency, actor.on_behalf_of):
        if agency is not None and agency not in world.directory.agencies:
            raise Refusal("no-agency", agency=agency, near=nearest(agency, world.directory.agencies))


def count(site: Site, subjects: Sequence[str], trigger: str, actor: Actor, refusal: Refusal) -> None:
    """Every refusal is counted: who asked what of which case or plan, and why not."""

    def note(connection: Connection) -> None:
        at = site.now(connection)
        for subject in subjects:
            incidents.count_refusal(connection, at, subject, trigger, actor_json(actor), refusal.code)

    persist(site, note)


def _attachment(name: str, content: bytes) -> Attachment:
    # Only the last part of a path, so that a name cannot lead out of whatever folder it is once saved to.
    plain = PurePath(name.replace("\\", "/")).name or "tep"
    media_type = mimetypes.guess_type(plain)[0] or "application/octet-stream"
    return Attachment(plain, sha256(content).hexdigest(), len(content), media_type)
