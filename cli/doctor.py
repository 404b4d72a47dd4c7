"""`doctor`: what this installation was told, what it found, and what is not well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from cli.base import Command
from cli.errors import SettingsWrong
from cli.letters import transport_of, way_of
from cli.session import Session
from workflow.model import DondocError

PROBLEMS_FOUND = 1


@click.command(cls=Command)
@click.pass_obj
def doctor(session: Session) -> int:
    """Show effective settings and how the installation is.

    Database, clock, mail, next wake-up; exit 1 where something is not well.
    """
    problems: list[DondocError] = []
    found: dict[str, Any] = {"settings": session.settings.shown()}
    try:
        found |= session.service.doctor()
        rehearsal = session.service.clock()["mode"] == "rehearsal"
    except DondocError as error:
        problems.append(error)
        rehearsal = session.settings.clock is not None
    try:
        way = way_of(session.settings, rehearsal=rehearsal)
        transport_of(way, session.settings).close()
        found["mail_way"] = {"kind": way.kind, "place": way.place}
        words = session.voice.say(way.code, place=way.place)
    except SettingsWrong as error:
        problems.append(error)
        words = ""
    problems += _unwell(session, found) if "daemon" in found else []
    if "daemon" in found and _silent(found["daemon"]):
        session.note(session.voice.say("doctor-silent"))
    told = [{"code": e.code, "message": session.scrub(session.voice.explain(e))} for e in problems]
    if session.json:
        session.emit({**found, "problems": told})
    else:
        _print(session, found, words)
        for problem in told:
            session.out(problem["message"])
        session.out("" if told else session.voice.say("doctor-well"))
    return PROBLEMS_FOUND if told else 0


def _silent(daemon: Mapping[str, Any]) -> bool:
    """Said, but no problem: the commands work without a daemon, and `/healthz` is there to watch over it."""
    from workflow.service.site import ALIVE_S

    silent = daemon["silent_s"]
    return silent is None or silent > ALIVE_S


def _unwell(session: Session, found: Mapping[str, Any]) -> list[DondocError]:
    """What a person should look at, though the installation itself is sound."""
    problems = []
    incidents = session.service.incidents()
    holding = sorted({one["kind"] for one in incidents if one["holds"]})
    if holding:
        problems.append(DondocError("doctor-held", kinds=holding))
    elif incidents:
        problems.append(DondocError("doctor-incidents", count=len(incidents)))
    dead, unknown = (found["mail"].get(status, 0) for status in ("dead", "unknown"))
    if dead or unknown:
        problems.append(DondocError("doctor-mail", dead=dead, unknown=unknown))
    return problems


def _print(session: Session, found: Mapping[str, Any], mail: str) -> None:
    voice = session.voice
    session.out(voice.say("doctor-settings"))
    for name, setting in found["settings"].items():
        value = "-" if setting["value"] is None else setting["value"]
        session.out(f"  {name}={value}  ({voice.say('source-' + setting['source'])})")
    if mail:
        session.out(mail)
    for name, value in found.items():
        if name not in {"settings", "mail_way"}:
            session.out(f"{name}: {_flat(value)}")


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_flat(one)}" for name, one in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(_flat(one) for one in value) or "-"
    return "-" if value is None else str(value)


COMMANDS = (doctor,)
