"""`cases`, `show`, `due`: what there is, where it stands, and what is to come."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from cli.base import Command
from cli.errors import WrongUsage
from cli.moments import parse_day
from cli.options import Parsed, read_line
from cli.session import Session
from cli.showing import case_lines, deadline_words, marked_state, owner_words

NAME = Parsed("name", read_line)


@click.command(cls=Command)
@click.option("--plan", type=NAME, metavar="PLAN", help="Of this plan only.")
@click.option("--cycle", type=NAME, metavar="CYCLE", help="Of this cycle only: 2026, 2026-q3, …")
@click.option("--state", type=NAME, metavar="STATE", help="In this state only: escalated, …")
@click.option("--rounds", is_flag=True, help="The rounds, not the cases in them.")
@click.option("--requests", is_flag=True, help="The adjustment requests.")
@click.pass_obj
def cases(
    session: Session,
    plan: str | None,
    cycle: str | None,
    state: str | None,
    rounds: bool,  # noqa: FBT001
    requests: bool,  # noqa: FBT001
) -> None:
    """List the area and roster cases, or the rounds, or the adjustment requests."""
    if rounds and requests:
        raise WrongUsage("rounds-or-requests", option="--requests")
    kinds = ("round",) if rounds else ("request",) if requests else ("area", "unit")
    found = session.service.cases(plan=plan, cycle=cycle, state=state, kinds=kinds)
    if session.json:
        session.emit(found)
        return
    voice = session.voice
    if not found:
        session.note(voice.say("cases-none"))
        return
    session.table(
        ("head-case", "head-title", "head-state", "head-lead", "head-due"),
        (
            (c["id"], voice.pick(c["title"]), marked_state(voice, c), c["lead"] or "-", _nearest(session, c))
            for c in found
        ),
    )


@click.command(cls=Command)
@click.argument("case", type=NAME)
@click.pass_obj
def show(session: Session, case: str) -> None:
    """Show one case and what who may do now.

    Its deadlines, reminders to come, history and mail.
    """
    found = session.service.show(case)
    if session.json:
        session.emit(found)
        return

    for line in case_lines(session.voice, found):
        session.out(line)


@click.command(cls=Command)
@click.option("--until", type=Parsed("day", parse_day), metavar="DATE", help="The last day to look at, included.")
@click.pass_obj
def due(session: Session, until: date | None) -> None:
    """List the obligations to come, in order."""
    found = session.service.due(until)
    if session.json:
        session.emit(found)
        return
    voice = session.voice
    if not found:
        session.note(voice.say("due-none"))
        return
    session.table(
        ("head-case", "head-due", "head-what", "head-owner"),
        ((_case(o), deadline_words(voice, o), _what(session, o), owner_words(o)) for o in found),
    )


def _nearest(session: Session, case: dict[str, Any]) -> str:
    asked = case["kind"] == "request"
    if not asked and case.get("standing") in {"on_time", "late", "ended"}:
        return session.voice.say(f"standing-{case['standing']}")
    moments = list((case["owed"] if asked else case["due"]).values())
    return session.voice.last_moment(min(moments)) if moments else "-"


def _what(session: Session, obligation: dict[str, Any]) -> str:
    voice = session.voice
    title = voice.pick(obligation.get("title")) or obligation["name"]
    return title if obligation["kind"] == "deadline" else f"{voice.known('kind-', obligation['kind'])}: {title}"


def _case(obligation: dict[str, Any]) -> str:
    return str(obligation.get("case") or obligation.get("case_id") or "-")


COMMANDS = (cases, show, due)
