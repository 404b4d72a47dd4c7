"""The status page and the health document: from what `service.status()` says to what is shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from web.standing import (
    Tone,
    counted,
    deadline_words,
    due_at,
    in_language,
    nearest,
    state_words,
    tone,
    when_words,
)
from web.words import WORDS, word
from workflow.dates_vi import Lang, date_words, instant_words, last_moment_words, number_words, overdue_words
from workflow.service.site import ALIVE_S

Health = Literal["ok", "held", "idle", "stale"]

_MAIL_TONES: dict[str, Tone] = {
    "queued": "idle",
    "claimed": "open",
    "sending": "open",
    "sent": "done",
    "dead": "late",
    "unknown": "soon",
}
_NEXT, _LETTERS = 8, 10
_FINISHED = frozenset({"acknowledged"})
"""The shipped round's last state; a round of another workflow stays shown as open."""


def page(status: Mapping[str, Any], due: Iterable[Mapping[str, Any]], lang: Lang) -> dict[str, Any]:
    """All that the page shows, in words: from `service.status()` and `service.due()`.

    Of a mail it holds nothing but its subject, its agency and how far it has come.
    """
    now = datetime.fromisoformat(status["now"])
    titles = {
        case["id"]: in_language(case["title"], lang)
        for plan in status["plans"]
        for round_ in plan["rounds"]
        for case in (round_, *round_["cases"])
    }
    for plan in status["plans"]:
        titles[plan["id"]] = in_language(plan["title"], lang)
    titles |= {one["id"]: in_language(one["title"], lang) for one in status["requests"]}
    names: Mapping[str, str] = status["agencies"]
    asked = [_request(one, names, now, lang) for one in reversed(status["requests"])]
    several = sum(_is_open(round_) for plan in status["plans"] for round_ in plan["rounds"]) != 1
    return {
        "several": several,
        "now": instant_words(now, lang),
        "rehearsal": rehearsal_words(status, now, lang),
        "answers": _answers(status, now, lang),
        "incidents": [_incident(one, titles, lang) for one in status["incidents"]],
        "plans": [_plan(plan, now, lang) for plan in status["plans"]],
        "requests": [one for one in asked if not one["final"]],
        "requests_past": [one for one in asked if one["final"]],
        "due": _coming(due, titles, names, lang),
        "mail": [_mail(one, titles, names, lang) for one in reversed(status["mail"][-_LETTERS:])],
        "daemon": _daemon(status, lang),
    }


def health_of(found: Mapping[str, Any]) -> Health:
    """Of `service.health()`: `held` while an incident holds, `idle` before any daemon has run, `stale` when the daemon
    gives no sign of life any more, else `ok`.
    """
    if found["held"]:
        return "held"
    if found["daemon"]["attended_to"] is None:
        return "idle"
    silent = found["daemon"]["silent_s"]
    return "ok" if silent is not None and silent <= ALIVE_S else "stale"


def document(found: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of `/healthz` while the database answers; of `service.health()`."""
    return {
        "status": health_of(found),
        "now": found["now"],
        "rehearsal": found["rehearsal"],
        "database": "ok",
        "daemon": {name: found["daemon"][name] for name in ("attended_to", "next_wake", "silent_s")},
        "incidents": found["incidents"],
        "overdue": found["overdue"],
        "mail": found["mail"],
    }


def rehearsal_words(status: Mapping[str, Any], now: datetime, lang: Lang) -> str | None:
    if not status["rehearsal"]:
        return None
    return word("rehearsal", lang, now=f"{date_words(now.date(), lang)} {now:%H:%M}")


def _answers(status: Mapping[str, Any], now: datetime, lang: Lang) -> list[str]:
    """The first sentences: whether the system works, if it does not; then how many have reported."""
    said = []
    health = health_of({**status, "held": any(one["holds"] for one in status["incidents"])})
    if health == "held":
        said.append(word("held_answer", lang))
    elif health in {"idle", "stale"}:
        since = when_words(status["daemon"]["attended_to"], lang)
        said.append(word("stale_answer", lang, since=since) if since else word("never_answer", lang))
    rounds = [round_ for plan in status["plans"] for round_ in plan["rounds"] if _is_open(round_)]
    said.append(_answer(rounds, now, lang))
    return said


def _answer(rounds: Sequence[Mapping[str, Any]], now: datetime, lang: Lang) -> str:
    cases = [case for round_ in rounds for case in round_["cases"]]
    if not cases:
        return word("answer_none", lang)
    if len(rounds) > 1:
        code = "answer_cases"
    else:
        code = "answer_areas" if all(case["kind"] == "area" for case in cases) else "answer_units"
    said = word(code, lang, n=len(cases), rounds=len(rounds), parts=counted(cases, now, lang))
    coming = nearest([*rounds, *cases], now)
    if coming is not None:
        said += " " + word("next_due", lang, moment=last_moment_words(coming, lang))
    return said


def _plan(plan: Mapping[str, Any], now: datetime, lang: Lang) -> dict[str, Any]:
    # First the one that presses most; of what is over, the newest.
    pressing = sorted(filter(_is_open, plan["rounds"]), key=lambda round_: (due_at(round_) or now, round_["id"]))
    past = [round_ for round_ in reversed(plan["rounds"]) if not _is_open(round_)]
    return {
        "title": in_language(plan["title"], lang),
        "open": [_round(round_, now, lang) for round_ in pressing],
        "past": [_round(round_, now, lang) for round_ in past],
    }


def _round(round_: Mapping[str, Any], now: datetime, lang: Lang) -> dict[str, Any]:
    return {
        "id": round_["id"],
        "title": in_language(round_["title"], lang),
        "tone": tone(round_, now),
        "state": state_words(round_, now, lang),
        "deadline": deadline_words(round_, now, lang),
        "answer": _answer([round_], now, lang) if round_["cases"] else "",
        "cases": [
            {
                "id": case["id"],
                "number": case.get("position"),
                "title": in_language(case["title"], lang),
                "lead": case.get("lead_name") or case["lead"] or "",
                "tone": tone(case, now),
                "state": state_words(case, now, lang),
                "deadline": deadline_words(case, now, lang),
                "confidential": case["confidential"],
            }
            for case in round_["cases"]
        ],
    }


def _request(one: Mapping[str, Any], names: Mapping[str, str], now: datetime, lang: Lang) -> dict[str, Any]:
    """An adjustment request: who asked, where it stands, and by when somebody must act on it."""
    owed = [datetime.fromisoformat(moment) for moment in one["owed"].values()]
    # What comes next, if anything does: a review that was missed is over once the request has gone on without it.
    due = min((moment for moment in owed if moment > now), default=max(owed, default=None))
    late = due is not None and due <= now
    shown: Tone = "open"
    if one["final"]:
        shown = "done" if "affected" in one["roles"] else "idle"
    elif late:
        shown = "late"
    title = in_language(one["state_title"], lang)
    words = ""
    if due is not None and not one["final"]:
        words = overdue_words(due, lang) if late else word("request_by", lang, moment=last_moment_words(due, lang))
    return {
        "id": one["id"],
        "title": in_language(one["title"], lang),
        "asked_by": ", ".join(names.get(agency, agency) for agency in one["roles"].get("requester", ())),
        "tone": shown,
        "state": word("tag_late", lang, state=title) if late and not one["final"] else title,
        "deadline": words,
        "final": one["final"],
    }


def _is_open(round_: Mapping[str, Any]) -> bool:
    return round_["state"] not in _FINISHED or any(case.get("standing") == "missing" for case in round_["cases"])


def _incident(one: Mapping[str, Any], titles: Mapping[str, str], lang: Lang) -> dict[str, Any]:
    kind, subject, detail = one["kind"], one["subject"], one["detail"] or {}
    code = f"incident_{kind}_{subject}" if kind == "clock" else f"incident_{kind}"
    try:
        # Only the numbers that the sentence names: the rest of a detail may quote texts of people.
        words = word(code, lang, **{**detail, "kind": kind, "subject": titles.get(subject, subject)})
    except KeyError:
        words = word("incident_other", lang, kind=kind, subject=subject)
    return {
        "tone": "late" if one["holds"] else "soon",
        "words": words,
        "what_now": word("incident_holds" if one["holds"] else "incident_goes_on", lang),
        "since": word("since", lang, when=when_words(one["raised_at"], lang)),
    }


def _coming(
    due: Iterable[Mapping[str, Any]], titles: Mapping[str, str], names: Mapping[str, str], lang: Lang
) -> list[dict[str, Any]]:
    """What comes next, in order: one line for all cases of one instant and name, with the agencies concerned.

    That a case follows its round's term is left out: the round says it.
    """
    owed = [one for one in due if one["kind"] != "clock"]
    groups = groupby(
        sorted(owed, key=lambda one: (datetime.fromisoformat(one["due_at"]), one["kind"], one["name"])),
        key=lambda one: (one["due_at"], one["kind"], one["name"], one["case"] if one["kind"] == "opening" else ""),
    )
    lines = []
    for (moment, kind, *_), found in groups:
        members = list(found)
        instant = datetime.fromisoformat(moment)
        agencies = dict.fromkeys(one["owner"]["agency"] for one in members)
        lines.append(
            {
                "when": _upper(last_moment_words(instant, lang))
                if kind == "deadline"
                else instant_words(instant, lang),
                "what": _what(members[0], lang),
                "case": _about(members, titles, lang),
                "who": ", ".join(names.get(agency, agency) if agency else word("system", lang) for agency in agencies),
            }
        )
        if len(lines) == _NEXT:
            break
    return lines


def _about(members: Sequence[Mapping[str, Any]], titles: Mapping[str, str], lang: Lang) -> str:
    if len(members) > 1:
        return word("cases", lang, n=len(members))
    case: str = members[0]["case"]
    # A round that is still to open has no title yet: its plan has.
    return titles.get(case) or titles.get(case.rpartition("/")[0]) or case


def _what(one: Mapping[str, Any], lang: Lang) -> str:
    """`Hạn gửi báo cáo`, `Nhắc: …`, `Đôn đốc: …`; a reminder's name is its base and its offset."""
    kind, title = one["kind"], one.get("title")
    if kind == "opening":
        return word("what_opening", lang, cycle=one["case"].rpartition("/")[2])
    base, _, rest = one["name"].partition(" ")
    known = f"what_{base}"
    what = in_language(title, lang) if title else word(known, lang) if known in WORDS else base
    if kind != "reminder":
        return what
    return word("kind_urging" if "+" in rest and base != "entered" else "kind_reminder", lang, what=what)


def _mail(one: Mapping[str, Any], titles: Mapping[str, str], names: Mapping[str, str], lang: Lang) -> dict[str, Any]:
    status = one["status"]
    code = f"mail_{status}"
    return {
        "to": names.get(one["agency"], one["agency"]),
        "case": titles.get(one["case"], one["case"]),
        "subject": one["subject"] or word("mail_unwritten", lang),
        "tone": _MAIL_TONES.get(status, "idle"),
        "status": word(code, lang) if code in WORDS else status,
        "when": when_words(one.get("created_at"), lang) or "",
    }


def _daemon(status: Mapping[str, Any], lang: Lang) -> list[tuple[str, str]]:
    daemon, overdue = status["daemon"], status["overdue"]
    return [
        (word("daemon_seen", lang), when_words(daemon["attended_to"], lang) or word("never", lang)),
        (word("daemon_next", lang), when_words(daemon["next_wake"], lang) or word("nothing", lang)),
        (word("daemon_overdue", lang), number_words(overdue, lang) if overdue else word("nothing", lang)),
    ]


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
