"""`request` and `impact`: asking to adjust a plan, and what it would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from cli.acting import ACTOR, actor_of, tell_case
from cli.base import Command
from cli.errors import WrongUsage
from cli.options import Parsed, read_line, read_text
from cli.patches import from_file, from_options, patch_options, taken
from cli.session import Session
from cli.speech import Voice

LINE, TEXT = Parsed("text", read_line), Parsed("text", read_text)
SCOPED = ("change_lead", "change_coordinators", "end_area", "add_unit", "end_unit", "change_title")


@click.command(cls=Command)
@click.argument("plan", type=LINE)
@ACTOR
@click.option("--change", "file", type=click.STRING, metavar="FILE", help="The change as YAML: docs/adjustments.md.")
@patch_options
@click.option("--scope", type=click.Choice(["round", "plan"]), help="This round only, or the plan from now on.")
@click.option("--round", "round_id", type=LINE, metavar="ROUND", help="Which round, where several are open.")
@click.option("--text", type=TEXT, metavar="TEXT", help="The text of the request.")
@click.option("--reason", type=TEXT, metavar="TEXT", help="Why, for each change typed here.")
@click.option("--submit", is_flag=True, help="File it at once; else it stays a draft.")
@click.pass_obj
def request(
    session: Session,
    /,
    plan: str,
    acting: tuple[str, str | None],
    file: str | None,
    scope: str | None,
    round_id: str | None,
    text: str | None,
    reason: str | None,
    submit: bool,  # noqa: FBT001
    **typed: Any,
) -> None:
    """Ask to adjust a plan.

    With --json: the request as `show` gives it, and its impact report.
    """
    from workflow.model import Facts
    from workflow.service import Asking, FaultsFound

    found = taken(typed)
    if (file is None) == (not found):
        raise WrongUsage("patches-one-way", option="--change")
    change, reasons = None, (reason,) * len(found)
    if file is None:
        _scoped(session, plan, [patch for _, patch in found], scope, round_id)
        plain = from_options(found)
    elif scope or round_id or reason:
        raise WrongUsage("patches-in-file", option="--change")
    else:
        change = from_file(file)
        if change.faults:
            raise FaultsFound(list(change.faults))
        plain, reasons = change.plain, tuple(patch.reason for patch in change.patches)
    facts = Facts(text=text, change=plain, change_reasons=reasons)
    done = session.service.request(Asking(plan, actor_of(acting), facts, change, submit))
    if session.json:
        session.emit(done)
        return
    tell_case(session, done)
    for line in report_lines(session.voice, done["impact"]):
        session.out(f"  {line}")


def _scoped(
    session: Session, plan: str, patches: list[dict[str, Any]], scope: str | None, round_id: str | None
) -> None:
    """Say of which round the patches are that hold for the plan unless they say otherwise."""
    if scope == "plan" and round_id is not None:
        raise WrongUsage("scope-or-round", option="--round")
    if scope == "round" or round_id is not None:
        of = round_id or _open_round(session, plan)
        for patch in patches:
            if not patch.keys().isdisjoint(SCOPED):
                patch["of"] = of


def _open_round(session: Session, plan: str) -> str:
    rounds = [r for r in session.service.cases(plan=plan, kinds=["round"]) if not r["final"] and not r["adhoc"]]
    if len(rounds) != 1:
        raise WrongUsage("which-round", option="--round", known=[r["id"] for r in rounds])
    return str(rounds[0]["id"])


@click.command(cls=Command)
@click.argument("request", type=LINE)
@click.option(
    "--part", "parts", type=click.IntRange(min=1), metavar="N", multiple=True, help="Only this part; repeatable."
)
@click.pass_obj
def impact(session: Session, request: str, parts: tuple[int, ...]) -> None:
    """Show what approving a request would do.

    With --json: `attached`, the report that was made at forwarding, and `fresh`, the one of now.
    """
    found = session.service.impact(request, parts)
    if session.json:
        session.emit(found)
        return
    voice = session.voice
    session.out(f"{found['request']}: {voice.pick(found['title'])}")
    if found["attached"] is None and found["fresh"] is None:
        session.out(voice.say("impact-none"))
    for head in ("attached", "fresh"):
        report = found[head]
        if report is not None:
            session.out("")
            session.out(voice.say(f"impact-{head}", at=voice.instant(report["at"]), hash=report["hash"]))
            for line in report_lines(voice, report):
                session.out(f"  {line}")


def report_lines(voice: Voice, report: Mapping[str, Any]) -> Iterator[str]:
    """An impact report for a person, without its head."""
    for part in report["parts"]:
        reason = f" ({part['reason']})" if part.get("reason") else ""
        yield f"{part['part']}. {voice.pick(part['words'])}{reason}"
    if "void" in report:
        yield voice.say("impact-void", why=report["void"]["why"])
        return
    for case in report["cases"]:
        yield from _case_lines(voice, case)
    for change in report["plan_changes"]:
        yield voice.say("impact-plan", path=change["path"], before=change["before"], after=change["after"])
    for warning in report["warnings"]:
        yield voice.say("impact-warning", words=warning["words"])
    for rival in report["rivals"]:
        yield voice.say("impact-rival", other=rival)
    mails = report["mails"]
    yield voice.say("impact-mails", now=mails["now"] or ["-"])
    for kind in ("cancelled", "planned"):
        for mail in mails[kind]:
            yield voice.say(
                f"impact-mail-{kind}", at=voice.instant(mail["at"]), to=mail["to"] or ["-"], case=mail["case"]
            )


def _case_lines(voice: Voice, case: Mapping[str, Any]) -> Iterator[str]:
    yield f"{case['case']}: {voice.pick(case['title'])}"
    for key in ("opened", "ended"):
        if case.get(key):
            yield f"  {voice.say(f'impact-{key}')}"
    for deadline in case["deadlines"]:
        before, after = deadline["before"] or {}, deadline["after"] or {}
        if before.get("due_at") == after.get("due_at") and before.get("owner") != after.get("owner"):
            owners = {"before": before.get("owner") or "-", "after": after.get("owner") or "-"}
            yield "  " + voice.say("impact-owner", title=deadline["title"], due=_end(voice, after), **owners)
            continue
        yield "  " + voice.say(
            "impact-deadline",
            title=deadline["title"],
            before=_end(voice, deadline["before"]),
            after=_end(voice, deadline["after"]),
        )
    for agencies in case["roles"].values():
        if not case.get("opened"):
            before, after = agencies["before"] or ["-"], agencies["after"] or ["-"]
            yield "  " + voice.say("impact-role", role=agencies["title"], before=before, after=after)
    if "retitled" in case:
        yield "  " + voice.say("impact-title", **case["retitled"])


def _end(voice: Voice, owed: Mapping[str, Any] | None) -> str:
    if owed is None:
        return "-"
    words = voice.last_moment(owed["due_at"])
    if owed["status"] == "open":
        return words
    status = (
        voice.say("fired-met-in-time")
        if owed["met"] and owed["status"] == "fired"
        else voice.known("obligation-", owed["status"])
    )
    return f"{words} ({status})"


COMMANDS = (request, impact)
