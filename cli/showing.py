"""One case for a person: where it stands, what may be done now and by whom, its deadlines, its history, its mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cli.speech import Voice
from cli.telling import event_sentence
from workflow.dates_vi import day_words, late_words

Shown = Mapping[str, Any]


def case_lines(voice: Voice, case: Shown) -> Iterator[str]:
    """What `show` prints, from `Service.show`."""
    yield f"{case['id']}: {voice.pick(case['title'])}"
    yield voice.say("show-state", state=marked_state(voice, case), since=voice.instant(case["state_since"]))
    if case.get("lead"):
        yield voice.say("show-lead", lead=case.get("lead_name") or case["lead"], id=case["lead"])
    if case.get("confidential"):
        yield voice.say("show-confidential")
    yield voice.say("show-workflow", workflow=case["workflow"], version=case["version"])
    yield from _section(voice, "show-allowed", "show-allowed-none", [_allowed(voice, one) for one in case["allowed"]])
    owed = [o for o in case["obligations"] if o["kind"] == "deadline"]
    yield from _section(voice, "show-deadlines", "show-deadlines-none", [_deadline(voice, o) for o in owed])
    reminders = [o for o in case["obligations"] if o["kind"] == "reminder" and o["status"] == "open"]
    reminders.sort(key=lambda o: o["due_at"] or "")
    if reminders:
        yield from _section(voice, "show-reminders", "", [voice.instant(o["due_at"]) for o in reminders])
    if members := case.get("cases"):
        lines = [f"{one['id']}: {marked_state(voice, one)}" for one in members]
        yield from _section(voice, "show-cases", "", lines)
    yield from _section(voice, "show-events", "", [event_sentence(voice, event) for event in case["events"]])
    mails = [mail_line(voice, message) for message in case["messages"]]
    yield from _section(voice, "show-mails", "show-mails-none", mails)


def marked_state(voice: Voice, case: Shown) -> str:
    """The state's title; a late case bears the word for it, never a colour alone."""
    title = voice.pick(case.get("state_title")) or str(case["state"])
    if case.get("standing") == "ended":
        return f"{title} ({voice.say('standing-ended')})"
    return f"{title} ({voice.say('late')})" if case.get("late") else title


def deadline_lines(voice: Voice, case: Shown) -> list[str]:
    """The deadlines of a summary, one line each."""
    titles = case.get("due_titles") or {}
    return [f"{voice.pick(titles.get(name)) or name}: {voice.last_moment(iso)}" for name, iso in case["due"].items()]


def deadline_words(voice: Voice, obligation: Shown) -> str:
    """When it is due: the last acceptable moment of a deadline, the instant of a reminder."""
    if obligation["kind"] == "deadline":
        return voice.last_moment(obligation["due_at"])
    return voice.instant(obligation["due_at"])


def owner_words(obligation: Shown) -> str:
    """The agency that owes it, else the role."""
    owner = obligation.get("owner")
    if isinstance(owner, Mapping):
        return str(owner.get("name") or owner.get("agency") or owner.get("role") or "-")
    return str(owner or "-")


def mail_line(voice: Voice, message: Shown) -> str:
    return voice.say(
        "show-mail",
        id=message["id"],
        to=message["to"] or message.get("agency") or "-",
        status=voice.known("mail-status-", message["status"]),
        subject=message.get("subject") or voice.say("mail-unwritten"),
    )


def _section(voice: Voice, head: str, none: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield voice.say(head)
    yield from (f"  {line}" for line in lines or ([voice.say(none)] if none else []))


def _allowed(voice: Voice, one: Shown) -> str:
    agencies = [f"{a['name']} ({a['agency']})" if isinstance(a, Mapping) else str(a) for a in one.get("by") or []]
    line = voice.say(
        "show-may",
        trigger=one["trigger"],
        title=voice.pick(one.get("title")) or one["trigger"],
        agencies=agencies or ["-"],
    )
    needs = [voice.known("needs-", need) for need in one.get("needs") or []]
    return f"{line} {voice.say('show-needs', needs=needs)}" if needs else line


def _deadline(voice: Voice, o: Shown) -> str:
    parts = [f"{voice.pick(o.get('title')) or o['name']}: {voice.last_moment(o['due_at'])}"]
    if o["occurrence"] > 1:
        parts[0] = f"{parts[0]} {voice.say('show-occurrence', number=o['occurrence'])}"
    if o.get("target") and o["status"] == "open":
        parts.append(voice.say("show-target", day=day_words(date.fromisoformat(o["target"]), voice.lang)))
    if o.get("raw"):
        parts.append(f"“{o['raw']}”")
    parts.append(_standing(voice, o))
    return "; ".join(parts)


def _standing(voice: Voice, o: Shown) -> str:
    late = o.get("late_by_s") or 0
    if late and o["status"] in {"fired", "met"}:
        return voice.say("fired-met-late", late=late_words(late, voice.lang))
    if o["status"] == "fired" and o.get("met_by") is not None:
        return voice.say("fired-met-in-time")
    return voice.known("obligation-", o["status"])
