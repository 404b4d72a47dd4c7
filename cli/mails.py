"""`mail`: the letters, how far each has come, and what a person decides about one."""

from __future__ import annotations

from typing import Any

import click

from cli.base import Command, Group
from cli.options import Parsed, read_line
from cli.session import Session, system_user
from cli.setting_values import read_choice, read_whole

ID = click.argument("message", metavar="ID", type=Parsed("number", read_whole(1, 999_999_999)))
STATUSES = ("queued", "claimed", "sending", "sent", "dead", "unknown")


@click.group(cls=Group, invoke_without_command=True)
@click.option("--status", type=Parsed("status", read_choice(*STATUSES)), metavar="S", help=", ".join(STATUSES))
@click.option("--case", type=Parsed("name", read_line), metavar="CASE", help="Of this case only.")
@click.pass_context
def mail(context: click.Context, status: str | None, case: str | None) -> None:
    """List mail, or look after one message."""
    if context.invoked_subcommand is not None:
        if status or case:
            raise click.UsageError("--status and --case belong to the list: dondoc mail --status S", context)
        return
    session: Session = context.obj
    found = session.service.mail(status=status, case=case)
    if session.json:
        session.emit(found)
        return
    voice = session.voice
    if not found:
        session.note(voice.say("mails-none"))
        return
    session.table(
        ("head-id", "head-created", "head-to", "head-status", "head-subject"),
        (
            (
                str(one["id"]),
                voice.instant(one.get("created_at")),
                ", ".join(one["to"]) if isinstance(one["to"], list) else one["to"] or one.get("agency") or "-",
                voice.known("mail-status-", one["status"]),
                one.get("subject") or voice.say("mail-unwritten"),
            )
            for one in found
        ),
    )


@mail.command("show", cls=Command)
@ID
@click.pass_obj
def show_mail(session: Session, message: int) -> None:
    """Show one message: its way so far, and its text."""
    found = session.service.message(message)
    if session.json:
        session.emit(found)
        return
    _tell(session, found)
    session.out("")
    session.out(found.get("text") or session.voice.say("mail-unwritten"))


@mail.command(cls=Command)
@ID
@click.pass_obj
def retry(session: Session, message: int) -> None:
    """Queue a message again that is dead or unknown."""
    _settled(session, session.service.mail_retry(message))


@mail.command(cls=Command)
@ID
@click.pass_obj
def settle(session: Session, message: int) -> None:
    """Take a message that is dead or unknown as settled: it is not sent again."""
    _settled(session, session.service.mail_settle(message, by=system_user()))


def _settled(session: Session, message: dict[str, Any]) -> None:
    if session.json:
        session.emit(message)
    else:
        _tell(session, message)


def _tell(session: Session, message: dict[str, Any]) -> None:
    voice = session.voice
    to = message["to"] or message.get("agency") or "-"
    session.out(voice.say("mail-head", id=message["id"], status=voice.known("mail-status-", message["status"])))
    session.out(voice.say("mail-to", to=to))
    session.out(voice.say("mail-subject", subject=message.get("subject") or voice.say("mail-unwritten")))
    session.out(voice.say("mail-attempts", count=message["attempts"]))
    if message.get("error"):
        session.out(voice.say("mail-error", error=message["error"]))


COMMANDS = (mail,)
