"""`incidents`, `resume`, `audit verify`, `clock`, `doctor`: looking after an installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from cli.base import Command, Group
from cli.moments import parse_instant
from cli.options import Parsed
from cli.session import Session, system_user

FAULTS_FOUND = 1


@click.command(cls=Command)
@click.pass_obj
def incidents(session: Session) -> None:
    """List what the daemon could not do, and what it holds for."""
    found = session.service.incidents()
    if session.json:
        session.emit(found)
        return
    voice = session.voice
    if not found:
        session.note(voice.say("incidents-none"))
        return
    session.table(
        ("head-id", "head-raised", "head-kind", "head-what", "head-holds"),
        (
            (
                str(one["id"]),
                voice.instant(one["raised_at"]),
                voice.known("incident-", one["kind"]),
                _about(one),
                voice.say("holds" if one["holds"] else "holds-not"),
            )
            for one in found
        ),
    )


@click.command(cls=Command)
@click.pass_obj
def resume(session: Session) -> None:
    """Let the daemon go on with what it holds."""
    done = session.service.resume(by=system_user())
    if session.json:
        session.emit(done)
        return
    session.out(session.voice.say("resumed", count=len(done)) if done else session.voice.say("resumed-nothing"))


@click.group(cls=Group)
def audit() -> None:
    """Look after the record."""


@audit.command(cls=Command)
@click.pass_obj
def verify(session: Session) -> int:
    """Compare chains, rows and checkpoints.

    Finds what was altered, removed, inserted or reordered, and names it.
    """
    found = session.service.verify()
    if session.json:
        session.emit(found)
    elif found["ok"]:
        session.out(session.voice.say("audit-ok", events=found["events"], head=found["head"] or "-"))
    else:
        for fault in found["faults"]:
            session.out(_audit_fault(session, fault))
        session.note(session.voice.say("audit-faults", count=len(found["faults"])))
    return 0 if found["ok"] else FAULTS_FOUND


@click.command(cls=Command)
@click.option("--to", type=Parsed("instant", parse_instant), metavar="INSTANT", help="Go there; in a rehearsal only.")
@click.pass_obj
def clock(session: Session, to: datetime | None) -> None:
    """Show the clock; step a rehearsal's.

    With --to it goes from due instant to due instant and returns when all that is due is settled.
    """
    found = session.service.clock() if to is None else session.service.step_clock(to)
    if session.json:
        session.emit(found)
        return
    voice = session.voice
    session.out(voice.instant(found["now"]))
    session.out(voice.say(f"clock-now-{found['mode']}", speed=f"{found['speed']:g}"))


def _about(incident: dict[str, Any]) -> str:
    details = incident.get("detail") or {}
    words = (
        ", ".join(f"{name}={value}" for name, value in details.items()) if isinstance(details, dict) else str(details)
    )
    return " ".join(part for part in (incident.get("case") or incident.get("subject"), words) if part)


def _audit_fault(session: Session, fault: Any) -> str:
    if not isinstance(fault, dict):
        return str(fault)
    voice = session.voice
    if fault.get("message"):
        return voice.pick(fault["message"])
    code = fault.get("code") or fault.get("kind") or "-"
    rest = ", ".join(f"{name}={value}" for name, value in fault.items() if name not in {"code", "kind"})
    return f"{voice.known('audit-', str(code))}: {rest}"


COMMANDS = (incidents, resume, audit, clock)
