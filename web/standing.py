"""Where a case stands, in a token and in words: from its summary and the instant alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from web.words import word
from workflow.calendar import local_day
from workflow.dates_vi import Lang, day_words, instant_words, last_moment_words, overdue_words

Tone = Literal["idle", "open", "soon", "late", "slow", "done", "sent"]

BOXES: tuple[Tone, ...] = ("done", "slow", "late", "soon", "open")
_WAITING = frozenset({"assigned"})
_WITH_AUTHORITY = frozenset({"escalated", "submitted"})
"""States of the shipped workflows that have a colour of their own; any other takes that of its term."""


def box(case: Mapping[str, Any], now: datetime) -> Tone:
    """How the administration counts it: done, slow (done late), late, soon (between target and overdue), open.

    One that a decision ended (`idle`) is not counted.
    """
    standing = case.get("standing")
    if standing == "ended":
        return "idle"
    if standing in {"on_time", "late"}:
        return "slow" if standing == "late" else "done"
    due = due_at(case)
    if due is not None and due <= now:
        return "late"
    target = _target(case)
    return "soon" if target is not None and local_day(now) > target else "open"


def tone(case: Mapping[str, Any], now: datetime) -> Tone:
    counted = box(case, now)
    if counted == "done" and case["state"] in _WITH_AUTHORITY:
        return "sent"
    if counted == "open" and case["state"] in _WAITING:
        return "idle"
    # A round that has no term yet has nothing to be on time with.
    if counted == "done" and not case.get("due"):
        return "open"
    return counted


def state_words(case: Mapping[str, Any], now: datetime, lang: Lang) -> str:
    """The state's own title, and what its term says where that is bad news: `Đã báo cáo, xong quá hạn`."""
    title = in_language(case["state_title"], lang)
    last = case.get("last") or {}
    if last.get("nil"):
        title = word("nothing_to_report", lang, state=title)
    elif last.get("with") and case["state"] in _WITH_AUTHORITY:
        title = word("by_submission", lang, state=title)
    if case.get("standing") == "ended":
        return word("ended", lang, state=title)
    counted = box(case, now)
    return word(f"tag_{counted}", lang, state=title) if counted in {"late", "soon", "slow"} else title


def deadline_words(case: Mapping[str, Any], now: datetime, lang: Lang) -> str:
    """The deadline line: what to do until when while it is owed, else how it ended."""
    if case.get("standing") == "ended":
        return word("ended_deadline", lang)
    counted = box(case, now)
    due = due_at(case)
    if due is None:
        return word("no_deadline", lang)
    if counted in {"done", "slow"}:
        return word("done_on_time" if counted == "done" else "done_late", lang)
    if counted == "late":
        return f"{_sentence(overdue_words(due, lang))} {word('still_taken', lang)}"
    if counted == "soon":
        return f"{word('due_now', lang)} {_sentence(overdue_words(due, lang))}"
    asked = "submit_by" if case.get("kind") == "round" else "send_by"
    sentences = [word(asked, lang, moment=last_moment_words(due, lang))]
    target = _target(case)
    if target is not None and target != local_day(due - timedelta(microseconds=1)):
        sentences.append(word("better_by", lang, day=day_words(target, lang)))
    sentences += days_left(case, now, lang)
    return " ".join(sentences)


def days_left(case: Mapping[str, Any], now: datetime, lang: Lang) -> list[str]:
    """`Còn 15 ngày làm việc.`, counted from tomorrow to the target; nothing where the service does not count."""
    left = case.get("working_days_left")
    if not isinstance(left, int):
        return []
    if left == 0:
        return [word("last_day", lang)] if local_day(now) == _target(case) else []
    return [word("day_left" if left == 1 else "days_left", lang, n=left)]


def counted(cases: Iterable[Mapping[str, Any]], now: datetime, lang: Lang) -> str:
    """`2 đã báo cáo, 1 quá hạn chưa báo cáo, 3 còn trong hạn`; boxes with nothing in them are left out."""
    boxes = [box(case, now) for case in cases]
    return ", ".join(word(f"part_{name}", lang, n=boxes.count(name)) for name in BOXES if name in boxes)


def nearest(cases: Iterable[Mapping[str, Any]], now: datetime) -> datetime | None:
    """The earliest due instant still to come of those that have not done their part."""
    owed = [due for case in cases if box(case, now) in {"open", "soon"} and (due := due_at(case)) is not None]
    return min(owed, default=None)


def due_at(case: Mapping[str, Any]) -> datetime | None:
    """The first deadline that the case itself owes; those that it only follows are named `round.x`."""
    own = [instant for name, instant in (case.get("due") or {}).items() if not name.startswith("round.")]
    return instant_of(own[0]) if own else None


def instant_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def when_words(text: str | None, lang: Lang) -> str | None:
    instant = instant_of(text)
    return instant_words(instant, lang) if instant is not None else None


def in_language(text: Any, lang: Lang) -> str:
    """A title that comes as one text or by language."""
    return str(text.get(lang) or text["vi"]) if isinstance(text, Mapping) else str(text)


def _target(case: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(case["target"]) if case.get("target") else None


def _sentence(words: str) -> str:
    return words + "."
