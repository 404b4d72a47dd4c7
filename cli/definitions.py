"""`init`, `check`, `publish`, `export`: what an admin does with definitions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cli.base import Command
from cli.options import Parsed, read_line, read_text
from cli.session import Session, system_user
from cli.setting_values import read_whole

PATHS = click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
VERSION = Parsed("number", read_whole(1, 999_999_999))
FAULTS_FOUND = 1


@click.command(cls=Command)
@click.pass_obj
def init(session: Session) -> None:
    """Create or upgrade the database; publish what has no version.

    Safe to repeat: a name that has a version is left alone.
    """
    session.creates = True
    done = session.app.init(system_user())
    if session.json:
        session.emit(done)
        return
    voice, app = session.voice, session.app
    session.out(voice.say("init-created" if done["created"] else "init-there", place=app.database.place))
    for line in _published(session, [one for one in done["published"] if one["changed"]]):
        session.out(line)
    for case in done["opened"]:
        session.out(voice.say("init-opened", case=case))
    if done["clock"] == "rehearsal":
        session.note(voice.say("clock-rehearsal-is", now=voice.instant(app.service.clock()["now"])))


@click.command(cls=Command)
@PATHS
@click.pass_obj
def check(session: Session, paths: tuple[Path, ...]) -> int:
    """Say what is wrong with definitions; writes nothing."""
    service = session.app.service
    faults = service.check(paths)
    tell_faults(session, faults, service.warnings(paths))
    return FAULTS_FOUND if faults else 0


@click.command(cls=Command)
@PATHS
@click.option("--reason", type=Parsed("text", read_text), metavar="TEXT", help="Why, for the record.")
@click.pass_obj
def publish(session: Session, paths: tuple[Path, ...], reason: str | None) -> None:
    """Publish definitions as new, immutable versions.

    The same text again does nothing; a text made from an older version than the newest is refused.
    """
    published = session.service.publish(paths, by=system_user(), reason=reason)
    for warning in session.service.warnings(paths):
        session.note(session.voice.say("check-warning", words=warning.text(session.voice.lang)))
    if session.json:
        session.emit({"published": published})
        return
    for line in _published(session, published):
        session.out(line)


@click.command(cls=Command)
@click.argument("name", type=Parsed("name", read_line))
@click.option("--version", type=VERSION, metavar="N", help="Not the newest but this one.")
@click.pass_obj
def export(session: Session, name: str, version: int | None) -> None:
    """Print the newest version of a definition, to be edited.

    NAME, or KIND/NAME where two kinds share a name.
    """
    found = session.service.export(name, version)
    if session.json:
        session.emit(found)
    else:
        click.echo(found["text"], nl=not found["text"].endswith("\n"))


def tell_faults(session: Session, faults: Sequence[Any], warnings: Sequence[Any] = ()) -> None:
    """The faults on stdout, by file, line and column; how many there are, and what to be warned of, beside it."""
    voice = session.voice
    for warning in warnings:
        session.note(voice.say("check-warning", words=warning.text(voice.lang)))
    faults = sorted(faults, key=lambda fault: (fault.file, fault.line, fault.column))
    if session.json:
        told = {"faults": [fault.as_json(voice.lang) for fault in faults]}
        session.emit(told | ({"warnings": [one.as_json(voice.lang) for one in warnings]} if warnings else {}))
        return
    for fault in faults:
        session.out(fault.text(voice.lang))
    session.note(voice.say("check-faults", count=len(faults)) if faults else voice.say("check-none"))


def _published(session: Session, published: Sequence[dict[str, Any]]) -> list[str]:
    return [
        session.voice.say(
            "published" if one["changed"] else "published-same",
            name=f"{one['kind']}/{one['name']}",
            version=one["version"],
            hash=one["sha256"][:12],
        )
        for one in published
    ]


COMMANDS = (init, check, publish, export)
