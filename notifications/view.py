"""What a template sees: the frozen facts of a message, cleaned, completed and in one language.

Every value that facts may leave out is there as None, so that `{% if %}` works under StrictUndefined and a misspelt
name does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from notifications.tone import tone_between
from workflow.dates_vi import Lang
from workflow.model import FREE_TEXTS

CASE_PATH: Final = "/ho-so/"
"""Where the pages show a case, below the public address."""

_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufeff]")
"""All that moves a cursor or turns the writing direction, and private use, which marks layout; not the line feed."""

_EVENT_FACTS: Final = (
    *("number", "dated", "signer", "route", "nil", "reason", "instruction", "opinion", "decision", "due", "text"),
)
_DEADLINE: Final = ("name", "title", "due_at", "target", "last_day", "raw", "status", "owner", "late_by_s")
_AT_ONCE: Final = ("lead", "coordinator")
_OF_REQUEST: Final = ("requester", "affected", "former")


def view(facts: Mapping[str, Any], *, public_url: str | None = None, lang: Lang = "vi") -> dict[str, Any]:
    """The names a template may use; `docs/definitions.md` lists them.

    Raises KeyError, TypeError or ValueError for facts that are not of the frozen shape: a defect, not a template's
    fault.
    """
    told: dict[str, Any] = _clean(facts)
    recipient = {"short": told["recipient"]["name"], **told["recipient"]}
    sender = {"agency": "", "rank": "unit", **told["sender"]}
    tone = tone_between(sender, recipient)
    items = [_item(raw, recipient, public_url, lang) for raw in told["items"]]
    for item in items:
        actor = item["event"]["actor"]
        own = actor["agency"] == recipient["agency"]
        item["voice"] = "Hệ thống" if sender["agency"] in _in_default(item, told["plan"]) else sender["name"]
        item["doer"] = "Quý cơ quan" if own else actor["name"] or sender["name"]
    return {
        "rehearsal": bool(told["rehearsal"]),
        "at": told["at"],
        "plan": _plan(told["plan"], lang),
        "recipient": recipient,
        "sender": sender,
        "tone": tone,
        "items": items,
        "item": items[0],
        "others": items[1:],
        "link": items[0]["link"],
    }


def case_ids(facts: Mapping[str, Any]) -> list[str]:
    """The cases that a message speaks of, the main one first, each once."""
    return list(dict.fromkeys(str(item["case"]["id"]) for item in facts["items"]))


def _plan(raw: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    title, number = _in(raw["title"], lang), raw.get("number")
    return {
        "id": raw["id"],
        "title": title,
        "number": number,
        "name": f"Kế hoạch số {number}" if number else title,
        "consolidator": raw.get("consolidator"),
    }


def _item(raw: Mapping[str, Any], recipient: Mapping[str, Any], public_url: str | None, lang: Lang) -> dict[str, Any]:
    deadlines = [_deadline(found, lang) for found in raw.get("deadlines") or ()]
    case = _case(raw["case"], deadlines, lang)
    waiting = sorted((d for d in deadlines if d["status"] == "open" and d["due_at"]), key=lambda d: str(d["due_at"]))
    due = next((d for d in deadlines if d["name"] == raw.get("deadline")), None)
    former = [{"agency": found["agency"], "name": found["name"]} for found in raw.get("former") or ()]
    role = _role(raw["kind"], case, former, recipient)
    return {
        "kind": raw["kind"],
        "case": case,
        "state": {"name": raw["state"]["name"], "title": _in(raw["state"]["title"], lang)},
        "event": _event(raw["event"], lang, confidential=case["confidential"]),
        **_adjustment(raw, lang),
        "former": former,
        "deadlines": deadlines,
        "deadline": raw.get("deadline"),
        "due": due,
        "next": waiting[0] if waiting else None,
        "days_left": raw.get("working_days_left"),
        "count": raw.get("count") or 0,
        "role": role,
        "was": _was(raw, role, former, recipient["agency"]),
        "link": public_url.rstrip("/") + CASE_PATH + quote(case["id"]) if public_url else None,
    }


def _case(raw: Mapping[str, Any], deadlines: Sequence[Mapping[str, Any]], lang: Lang) -> dict[str, Any]:
    period = raw.get("period")
    return {
        **raw,
        "title": _in(raw["title"], lang),
        "number": raw.get("number"),
        "period": {"first": period[0], "last": period[1]} if period else None,
        "confidential": bool(raw.get("confidential")),
        "adhoc": bool(raw.get("adhoc")),
        # What a decision ended is waived; of a term that it only moved, a new occurrence is the newest.
        "ended": bool(raw.get("ended")) or any(known["status"] == "waived" for known in deadlines),
        "lead": raw.get("lead"),
        "requester": raw.get("requester"),
        "coordinators": raw.get("coordinators") or [],
        "cycle_words": cycle_words(str(raw["cycle"]), adhoc=bool(raw.get("adhoc"))),
    }


def _event(raw: Mapping[str, Any], lang: Lang, *, confidential: bool) -> dict[str, Any]:
    given = raw.get("facts") or {}
    facts = {name: given.get(name) for name in _EVENT_FACTS}
    facts["files"] = _file_names(given.get("files") or ())
    if confidential:
        # Mission 4: of a confidential area only number, date and route may leave the house, whatever a template asks.
        facts |= dict.fromkeys(FREE_TEXTS)
        facts["files"] = []
        # That there was nothing to report may be said; why not, may not.
        facts["nil"] = None
    actor = raw.get("actor") or {}
    gathered = raw.get("round")
    return {
        **raw,
        "title": _in(raw["title"], lang) if raw.get("title") else None,
        "from": raw.get("from"),
        "by_time": bool(raw.get("by_time")),
        "actor": {name: actor.get(name) for name in ("agency", "name", "person", "on_behalf_of")},
        "facts": facts,
        "is_nil": bool(given.get("nil")),
        "seal": raw.get("seal"),
        "round": {name: gathered.get(name) or [] for name in ("on_time", "late", "missing")} if gathered else None,
    }


def _in_default(item: Mapping[str, Any], plan: Mapping[str, Any]) -> set[str]:
    """Whose deadline it is about: an agency does not report itself, the system does."""
    about = item["deadline"] or ""
    found = [item["due"] and item["due"]["owner"]]
    found.append(plan.get("consolidator") if "consolidation" in about else item["case"]["lead"])
    return {agency["agency"] for agency in found if agency}


def _file_names(files: Sequence[Any]) -> list[str]:
    return [str(found["name"]) if isinstance(found, Mapping) else str(found) for found in files]


def _deadline(raw: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    known = {name: raw.get(name) for name in _DEADLINE}
    known["title"] = _in(raw["title"], lang) if raw.get("title") else None
    late = raw.get("late_by_s")
    known["late_by_s"] = int(late) if late is not None else None
    return known


def _adjustment(raw: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """What a request asks for and comes to, or how a case was amended."""
    return {
        "changes": [_in(words, lang) for words in raw.get("changes") or ()],
        "partly": bool(raw.get("partly")),
        "warnings": [_in(words, lang) for words in raw.get("warnings") or ()],
        "impact": raw.get("impact") or None,
        "void": _in(raw["void"], lang) if raw.get("void") else None,
        "why": list(dict.fromkeys(words for words in (raw.get("text"), *(raw.get("reasons") or ())) if words)),
    }


def _role(kind: str, case: Mapping[str, Any], former: Sequence[Mapping[str, Any]], recipient: Mapping[str, Any]) -> str:
    """As what the recipient is concerned by this case; in a digest it may lead one area and coordinate another."""
    agency, told_as = recipient["agency"], list(recipient.get("as") or ())
    if case["lead"] and case["lead"]["agency"] == agency:
        return "lead"
    if any(found["agency"] == agency for found in case["coordinators"]) and "coordinator" in told_as:
        return "coordinator"
    if any(found["agency"] == agency for found in former):
        return "former"
    others = [role for role in told_as if role not in _AT_ONCE]
    if kind == "amended":
        # In the letter on a request it is told as the requester, say; its part in the amended round is another.
        others.sort(key=lambda role: role in _OF_REQUEST)
    return str((others or told_as or ["know"])[0])


def _was(raw: Mapping[str, Any], role: str, former: Sequence[Mapping[str, Any]], agency: str) -> str | None:
    """What the recipient was in the case until the amendment: `lead`, `coordinator`, `none`; None where unsaid.

    Said by `before` (agencies by role); else it follows from who left, as far as it does: whoever leaves one of the two
    roles and plays now had the other, and nobody takes the lead without somebody's leaving.
    """
    if raw["kind"] != "amended":
        return None
    before = raw.get("before")
    if before is not None:
        held = (name for name in _AT_ONCE if any(found["agency"] == agency for found in before.get(name) or ()))
        return next(held, "none")
    left = any(found["agency"] == agency for found in former)
    if role == "lead":
        return "coordinator" if left else None if former else "lead"
    return "lead" if role == "coordinator" and left else None


def cycle_words(cycle: str, *, adhoc: bool) -> str:
    """`năm 2026`, `tháng 7 năm 2026`, `quý 3 năm 2026`, `6 tháng đầu năm 2026`; `đột xuất đợt 1 năm 2026`."""
    base, _, ordinal = cycle.partition("-a")
    year, _, part = base.partition("-")
    words = f"năm {year}"
    if part.startswith("Q"):
        words = f"quý {part[1:]} {words}"
    elif part in ("H1", "H2"):
        words = f"6 tháng {'đầu' if part == 'H1' else 'cuối'} {words}"
    elif part.isdigit():
        words = f"tháng {int(part)} {words}"
    if not adhoc:
        return words
    return f"đột xuất đợt {ordinal} {words}" if ordinal else f"đột xuất {words}"


def _in(text: Any, lang: Lang) -> str:
    if isinstance(text, Mapping):
        return str(text.get(lang) or text["vi"])
    return str(text)


def _clean(value: Any) -> Any:
    """NFC, without control characters: what a person typed must not steer a terminal, a header or a layout."""
    if isinstance(value, str):
        return _CONTROL.sub(" ", unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")))
    if isinstance(value, Mapping):
        return {str(key): _clean(found) for key, found in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(found) for found in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
