"""Days and instants as people type them. Without an offset an instant is local, Asia/Ho_Chi_Minh."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from cli.errors import WrongValue
from workflow.calendar import TZ

_ISO_DAY = r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
_LOCAL_DAY = r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"
_TIME = r"(?P<h>\d{2}):(?P<min>\d{2})(:(?P<s>\d{2})(\.(?P<f>\d{1,6}))?)?"
_OFFSET = r"(?P<offset>Z|[+-]\d{2}:?\d{2})?"
_DAYS = tuple(re.compile(day, re.ASCII) for day in (_ISO_DAY, _LOCAL_DAY))
_INSTANTS = tuple(re.compile(rf"{day}[T ]{_TIME}{_OFFSET}", re.ASCII) for day in (_ISO_DAY, _LOCAL_DAY))
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
"""Beyond it, arithmetic with days and offsets would leave what a date can hold."""


def parse_day(text: str) -> date:
    """`2026-12-14` or `14/12/2026`. Raises WrongValue `day-form` or `day-none` (31/02 does not exist)."""
    for form in _DAYS:
        if found := form.fullmatch(text.strip()):
            return _day(found)
    raise WrongValue("day-form", value=text)


def parse_instant(text: str) -> datetime:
    """`2026-12-14T16:30`, with seconds or an offset if need be; a day alone is its first moment."""
    moment = parse_moment(text)
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), TZ)


def parse_moment(text: str) -> date | datetime:
    """A day or an aware instant, as it was written. Raises WrongValue `moment-form`, `day-none` or `time-none`."""
    plain = text.strip()
    for form in _INSTANTS:
        if found := form.fullmatch(plain):
            return _instant(found)
    try:
        return parse_day(plain)
    except WrongValue as wrong:
        raise WrongValue("value-moment-form" if wrong.code == "day-form" else wrong.code, **wrong.params) from None


def _day(found: re.Match[str]) -> date:
    year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
    try:
        if _FIRST_YEAR <= year <= _LAST_YEAR:
            return date(year, month, day)
    except ValueError:
        pass
    raise WrongValue("day-none", value=f"{day:02d}/{month:02d}/{year:04d}")


def _instant(found: re.Match[str]) -> datetime:
    day = _day(found)
    try:
        fraction = int((found["f"] or "0").ljust(6, "0"))
        hour = time(int(found["h"]), int(found["min"]), int(found["s"] or 0), fraction)
        return datetime.combine(day, hour, _offset(found["offset"]))
    except ValueError:
        raise WrongValue("time-none", value=found.string) from None


def _offset(text: str | None) -> tzinfo:
    if text is None:
        return TZ
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
