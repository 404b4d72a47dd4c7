"""The filters that templates have: dates in words, emphasis, quotation, lists of names.

Dates come as the ISO texts of the facts. Private-use characters mark what the layout makes of a passage afterwards;
facts cannot bring any in, since `view` takes them out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from markupsafe import Markup, escape

from workflow.calendar import local_day
from workflow.dates_vi import (
    Lang,
    date_words,
    day_words,
    instant_words,
    last_moment_words,
    late_words,
    number_words,
    overdue_words,
)

ROW, CELL, BREAK = "\ue000", "\ue001", "\ue002"
"""Begin a row of facts; part its label from its value; a line break that survives the filling of paragraphs."""
_EMPTY_LINE: Final = re.compile(r"\n[ \t]*\n")


def _day(value: str | date) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return local_day(value) if isinstance(value, datetime) else value


def _instant(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _day_filter(value: str | date, *, lang: Lang) -> str:
    """`thứ Hai 14/12/2026`"""
    return day_words(_day(value), lang)


def _date_filter(value: str | date, *, lang: Lang) -> str:
    """`14/12/2026`"""
    return date_words(_day(value), lang)


def _moment_filter(value: str | date, *, lang: Lang) -> str:
    """`07:30 thứ Năm 19/11/2026`; a date without an hour as `thứ Năm 19/11/2026`."""
    if isinstance(value, str) and "T" not in value:
        return _day_filter(value, lang=lang)
    return instant_words(_instant(value), lang)  # type: ignore[arg-type]  # a text with its hour, or an instant


def _before_filter(value: str | datetime, *, lang: Lang) -> str:
    """`trước khi hết thứ Hai 14/12/2026`, of an exclusive instant"""
    return last_moment_words(_instant(value), lang)


def _by_day_filter(value: str | date, *, lang: Lang) -> str:
    """`trước khi hết thứ Hai 14/12/2026`, of a day that is itself included"""
    words = day_words(_day(value), lang)
    return f"trước khi hết {words}" if lang == "vi" else f"by the end of {words}"


def _until_filter(value: str | datetime, *, lang: Lang) -> str:
    """`hết thứ Hai 14/12/2026`, of an exclusive instant: what has run out"""
    return last_moment_words(_instant(value), lang).removeprefix("trước khi ").removeprefix("trước ")


def _overdue_filter(value: str | datetime, *, lang: Lang) -> str:
    """`Quá hạn từ 00:00 thứ Ba 15/12/2026`"""
    return overdue_words(_instant(value), lang)


def _names_filter(values: Iterable[Any], key: str = "name") -> str:
    """`A, B và C`; of records by their `name`, or another key."""
    words = [str(found[key]) if isinstance(found, dict) else str(found) for found in values]
    return " và ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _lower_first(value: str) -> str:
    """For a title within a sentence; names keep their capital: `công tác …`, `Sở Công Thương`."""
    words = value.split()
    named = len(words) < 2 or not words[1][0].islower() or not words[0][1:].islower()
    return value if named else value[0].lower() + value[1:]


def _upper_first(value: str) -> str:
    if isinstance(value, Markup):
        # An entity or a tag at the start has no capital; a letter has.
        return Markup(value[:1].upper()) + Markup(value[1:])  # noqa: S704 - already escaped, only one letter's case moves
    return value[:1].upper() + value[1:]


def _strong_text(value: Any) -> str:
    return str(value)


def _strong_html(value: Any) -> Markup:
    return Markup(f"<b>{escape(value)}</b>")  # noqa: S704 - escaped


def _quote(value: Any, *, html: bool) -> str:
    """The words of a person or a document, in quotation marks and with their own lines."""
    lines = BREAK.join(line.strip() for line in str(value).strip().splitlines() if line.strip())
    return Markup(f"“{escape(lines)}”") if html else f"“{lines}”"  # noqa: S704 - escaped


def _listed(values: Iterable[Any], *, html: bool, numbered: bool = False) -> str:
    """`A.` for one sentence; more of them each on a line of its own, `- A;` or `1. A;`, the last with a full stop."""
    words = [str(value).strip().rstrip(".;") for value in values]
    if len(words) > 1:
        ends = [";"] * (len(words) - 1) + ["."]
        marks = [f"{number}." if numbered else "-" for number in range(1, len(words) + 1)]
        lines = "".join(f"{BREAK}{mark} {line}{end}" for mark, line, end in zip(marks, words, ends, strict=True))
    else:
        lines = "".join(f"{line}." for line in words)
    return Markup(escape(lines)) if html else lines  # noqa: S704 - escaped


def _excerpt(value: str, length: int = 3000) -> str:
    """The beginning of a long text, cut at a word."""
    return value if len(value) <= length else value[:length].rsplit(None, 1)[0] + " …"


def _row(label: str, value: Any, *, html: bool) -> str:
    """One row of the facts; none at all where there is no value."""
    if value is None or value == "":
        return ""
    if html:
        return Markup(f"{ROW}{escape(label)}{CELL}{escape(value)}")  # noqa: S704 - escaped
    return f"{ROW}{label}{CELL}{value}"


def filters(lang: Lang, *, html: bool) -> dict[str, Callable[..., Any]]:
    return {
        "day": partial(_day_filter, lang=lang),
        "date": partial(_date_filter, lang=lang),
        "moment": partial(_moment_filter, lang=lang),
        "before": partial(_before_filter, lang=lang),
        "by_day": partial(_by_day_filter, lang=lang),
        "until": partial(_until_filter, lang=lang),
        "overdue": partial(_overdue_filter, lang=lang),
        "late": partial(late_words, lang=lang),
        "grouped": partial(number_words, lang=lang),
        "names": _names_filter,
        "lower_first": _lower_first,
        "upper_first": _upper_first,
        "excerpt": _excerpt,
        "strong": _strong_html if html else _strong_text,
        "quote": partial(_quote, html=html),
        "listed": partial(_listed, html=html),
    }


def functions(*, html: bool) -> dict[str, Callable[..., Any]]:
    return {"row": partial(_row, html=html)}


def paragraphs(text: str) -> list[str]:
    """A block's text as paragraphs: an empty line parts them, other line ends are only the template's own."""
    parts = (" ".join(part.split()) for part in _EMPTY_LINE.split(text))
    return [part for part in parts if part]


def rows(text: str) -> list[tuple[str, str]]:
    """The rows that a block's `row(…)` calls left; what stands between them is layout."""
    pairs = (chunk.partition(CELL) for chunk in text.split(ROW)[1:])
    return [(" ".join(label.split()), " ".join(value.split())) for label, _, value in pairs]
