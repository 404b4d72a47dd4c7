"""Words for dates, instants and delays, in Vietnamese (the default of every page and mail) and English.

Vietnamese dates are dd/mm/yyyy with the weekday before them, and thousands are set apart by dots.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, Literal

from workflow.calendar import TZ, day_start, local_day

Lang = Literal["vi", "en"]

_WEEKDAYS: Final[dict[Lang, tuple[str, ...]]] = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# Not strftime: month names must not follow the server's locale.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNITS: Final = ((86400, "ngày", "day"), (3600, "giờ", "hour"), (60, "phút", "minute"))
"""(seconds, Vietnamese, English singular), the largest first."""


def number_words(number: int, lang: Lang) -> str:
    """`1.234` in Vietnamese, `1,234` in English."""
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if lang == "vi" else grouped


def weekday(day: date, lang: Lang) -> str:
    """`thứ Hai` to `Chủ nhật`, `Monday` to `Sunday`."""
    return _WEEKDAYS[lang][day.weekday()]


def date_words(day: date, lang: Lang, *, year: bool = True) -> str:
    """The date without its weekday: `18/12/2026`, `18/12`; `18 December 2026`, `18 December`."""
    if lang == "vi":
        return f"{day.day:02d}/{day.month:02d}" + (f"/{day.year:04d}" if year else "")
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year:04d}" if year else "")


def day_words(day: date, lang: Lang, year: bool = True) -> str:  # noqa: FBT001, FBT002
    """`thứ Sáu 18/12/2026`, without the year `thứ Sáu 18/12`; `Friday 18 December 2026`."""
    return f"{weekday(day, lang)} {date_words(day, lang, year=year)}"


def instant_words(instant: datetime, lang: Lang, *, year: bool = True) -> str:
    """Local hour and day: `07:30 thứ Năm 19/11/2026`; ValueError for a naive instant."""
    day = local_day(instant)
    return f"{instant.astimezone(TZ):%H:%M} {day_words(day, lang, year)}"


def last_moment_words(due_at: datetime, lang: Lang, *, year: bool = True) -> str:
    """The last acceptable moment before an exclusive due instant.

    Due at local midnight it is the day before: `trước khi hết thứ Hai 14/12/2026`; else `trước 17:00 thứ Hai …`.
    """
    day = local_day(due_at)
    if due_at == day_start(day):
        words = day_words(day - timedelta(days=1), lang, year)
        return f"trước khi hết {words}" if lang == "vi" else f"by the end of {words}"
    words = instant_words(due_at, lang, year=year)
    return f"trước {words}" if lang == "vi" else f"before {words}"


def overdue_words(due_at: datetime, lang: Lang, *, year: bool = True) -> str:
    """`Quá hạn từ 00:00 thứ Ba 15/12/2026`, for an exclusive due instant."""
    words = instant_words(due_at, lang, year=year)
    return f"Quá hạn từ {words}" if lang == "vi" else f"Overdue from {words}"


def late_words(seconds: int, lang: Lang) -> str:
    """A delay in its two largest units, rounded down: `2 ngày 3 giờ`, `41 phút`; below a minute `dưới 1 phút`.

    ValueError for a negative delay: what is early is not late.
    """
    if seconds < 0:
        raise ValueError(f"a delay of {seconds} seconds is none")
    for position, (size, *names) in enumerate(_UNITS):
        if seconds < size:
            continue
        words = [_counted(seconds // size, names, lang)]
        for smaller, *smaller_names in _UNITS[position + 1 : position + 2]:
            if rest := seconds % size // smaller:
                words.append(_counted(rest, smaller_names, lang))
        return " ".join(words)
    return "dưới 1 phút" if lang == "vi" else "under 1 minute"


def _counted(number: int, names: list[str], lang: Lang) -> str:
    vietnamese, english = names
    if lang == "vi":
        return f"{number_words(number, lang)} {vietnamese}"
    return f"{number_words(number, lang)} {english}" + ("" if number == 1 else "s")
