"""`act` and `open`: what people do."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from cli.base import Command
from cli.errors import WrongUsage
from cli.moments import parse_day, parse_moment
from cli.options import Parsed, read_actor, read_attachment, read_line, read_number, read_text
from cli.patches import from_file
from cli.session import Session, system_user
from cli.showing import deadline_lines, marked_state

LINE, TEXT, NUMBER = Parsed("text", read_line), Parsed("text", read_text), Parsed("number", read_number)
DAY, MOMENT = Parsed("date", parse_day), Parsed("date", parse_moment)
ACTOR = click.option(
    "--as", "acting", type=Parsed("agency", read_actor), metavar="AGENCY[:PERSON]", required=True, help="Who acts."
)
MOST_FILES = 50


@click.command(cls=Command)
@click.argument("words", metavar="CASE... TRIGGER", nargs=-1, required=True, type=LINE)
@ACTOR
@click.option("--on-behalf-of", type=LINE, metavar="AGENCY", help="Whose report is registered.")
@click.option("--text", type=TEXT, metavar="TEXT", help="The text of the document.")
@click.option("--number", type=NUMBER, metavar="N", help="Number and symbol: 123/BC-SCT.")
@click.option("--dated", type=MOMENT, metavar="DATE", help="Of dispatch: a day, or an instant (local time).")
@click.option("--signer", type=LINE, metavar="NAME", help="Who signed it.")
@click.option("--route", type=LINE, metavar="TEXT", help="How a confidential document travels.")
@click.option("--nil", type=TEXT, metavar="REASON", help="Nothing to report, and why.")
@click.option("--reason", type=TEXT, metavar="TEXT", help="Why.")
@click.option("--instruction", type=TEXT, metavar="TEXT", help="What is to be done.")
@click.option("--opinion", type=TEXT, metavar="TEXT", help="The opinion that goes with it.")
@click.option("--decision", type=NUMBER, metavar="N", help="Number of the decision it rests on.")
@click.option("--due", type=DAY, metavar="DATE", help="The last day of the new term, included.")
@click.option("--change", "change_file", type=click.STRING, metavar="FILE", help="Of a request: another change (YAML).")
@click.option(
    "--part", "parts", type=click.IntRange(min=1), metavar="N", multiple=True, help="Approve this part; repeatable."
)
@click.option("--impact", type=LINE, metavar="HASH", help="The fresh impact report that is approved.")
@click.option("--waive", is_flag=True, help="The decision waives the lateness of what it moves.")
@click.option("--attach", type=click.STRING, metavar="FILE", multiple=True, help="A file, 20 MiB at most; repeatable.")
@click.pass_obj
def act(
    session: Session,
    /,
    words: tuple[str, ...],
    acting: tuple[str, str | None],
    on_behalf_of: str | None,
    attach: tuple[str, ...],
    change_file: str | None,
    **facts: Any,
) -> None:
    """Do TRIGGER on one or several cases, all or none.

    TRIGGER is a transition's name: report, return, submit, …

    With --json: the case's summary; for several cases an array of them.
    """
    from workflow.model import Command as Asked
    from workflow.model import Facts

    case_ids, trigger = _targets(words)
    files = _files(attach)
    change = _change(change_file) if change_file is not None else None
    if change is not None:
        facts |= {"change": tuple(dict(patch) for patch in change.plain)}
        facts |= {"change_reasons": tuple(patch.reason for patch in change.patches)}
    asked = Asked(trigger, actor_of(acting, on_behalf_of), Facts(**facts))
    done = session.service.act(case_ids, asked, files, change=change)
    if session.json:
        session.emit(done[0] if len(done) == 1 else done)
        return
    for case in done:
        tell_case(session, case)


@click.command("open", cls=Command)
@click.argument("plan", type=LINE)
@ACTOR
@click.option("--cycle", type=LINE, metavar="CYCLE", help="A cycle of the plan's own: 2026, 2026-q3, …")
@click.option("--adhoc", is_flag=True, help="On a request (đột xuất).")
@click.option("--area", "areas", type=LINE, metavar="AREA", multiple=True, help="Only this area; repeatable.")
@click.option("--number", type=NUMBER, metavar="N", help="Number of the request.")
@click.option("--text", type=TEXT, metavar="TEXT", help="What is asked for.")
@click.option("--due", type=DAY, metavar="DATE", help="Last day for the reports, included.")
@click.option("--consolidate-by", type=DAY, metavar="DATE", help="Last day for the consolidation, included.")
@click.pass_obj
def open_round(
    session: Session,
    plan: str,
    acting: tuple[str, str | None],
    cycle: str | None,
    adhoc: bool,  # noqa: FBT001
    areas: tuple[str, ...],
    number: str | None,
    text: str | None,
    due: date | None,
    consolidate_by: date | None,
) -> None:
    """Open a round, of a cycle or ad hoc.

    Without --cycle and --adhoc it is the current cycle's.
    """
    if adhoc and cycle is not None:
        raise WrongUsage("either-cycle-or-adhoc", option="--adhoc")
    from workflow.service import Wish

    opened = session.service.open_round(
        Wish(
            plan,
            actor_of(acting),
            cycle=cycle,
            adhoc=adhoc,
            areas=tuple(dict.fromkeys(areas)),
            number=number,
            text=text,
            due=due,
            consolidate_by=consolidate_by,
        )
    )
    if session.json:
        session.emit(opened)
        return
    session.out(session.voice.say("opened", case=opened["id"]))
    tell_case(session, opened)


def _targets(words: tuple[str, ...]) -> tuple[list[str], str]:
    *case_ids, trigger = words
    if not case_ids:
        raise WrongUsage("act-two-words", option="CASE... TRIGGER")
    if "/" in trigger:  # a case's id where the trigger should stand
        raise WrongUsage("act-trigger-last", option="TRIGGER", word=trigger)
    for case_id in case_ids:
        if case_ids.count(case_id) > 1:
            raise WrongUsage("act-twice", option="CASE", case=case_id)
    return case_ids, trigger


def _change(path: str) -> Any:
    """A change file, read. Raises FaultsFound."""
    from workflow.service import FaultsFound

    change = from_file(path)
    if change.faults:
        raise FaultsFound(list(change.faults))
    return change


def actor_of(acting: tuple[str, str | None], on_behalf_of: str | None = None) -> Any:
    from workflow.model import Actor

    agency, person = acting
    return Actor(agency=agency, person=person, on_behalf_of=on_behalf_of, via="cli", login=system_user())


def _files(paths: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Read last, when the rest of the command line makes sense: files may be large."""
    if len(paths) > MOST_FILES:
        raise WrongUsage("files-many", option="--attach", most=MOST_FILES)
    attachment = Parsed("file", read_attachment)
    option = click.Option(["--attach"])
    return [attachment.convert(path, option, None) for path in paths]


def tell_case(session: Session, case: dict[str, Any]) -> None:
    voice = session.voice
    session.out(f"{case['id']}: {marked_state(voice, case)}")
    for line in deadline_lines(voice, case):
        session.out(f"  {line}")


COMMANDS = (act, open_round)
