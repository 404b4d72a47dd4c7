"""Working days, terms and reminder instants of one body.

All arithmetic is on local dates of Asia/Ho_Chi_Minh; what leaves this module as an instant is aware. Nothing here
reads a clock. The rules of terms are those of the Civil Code 2015, art. 147 (the day of the event does not count) and
art. 148 (a term ends at 24:00 of its last day; a last day that is off moves on to the next working day).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

TZ: Final = ZoneInfo("Asia/Ho_Chi_Minh")
REMINDER_TIME: Final = time(7, 30)
"""Reminders go out at this local time of a working day."""

Roll = Literal["next", "keep", "previous"]
"""What becomes of a last day that is off: the next working day (art. 148.5), the day itself, the working day before."""

_SPAN = re.compile(r"([+-]?)([0-9]{1,5})(wd|d)")


@dataclass(frozen=True)
class Span:
    """A number of days (`d`) or working days (`wd`), negative for "before"."""

    amount: int
    unit: Literal["d", "wd"]
    plus: bool = field(default=False, compare=False)
    """It was written with a plus sign, as reminders' offsets are; only `str` minds."""

    def __str__(self) -> str:
        return format(self, "+" if self.plus else "")

    def __format__(self, spec: str) -> str:
        """`format(span, "+")` always shows the sign: `+3wd`."""
        return f"{self.amount:{spec}d}{self.unit}"


def parse_span(text: str) -> Span:
    """`5wd`, `-10wd`, `+3wd`, `7d`; ValueError in words for anything else. `str` gives the text back, sign included."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is no span of days: write 5wd for five working days, 7d for seven days")
    sign, digits, unit = found.groups()
    return Span(int(sign + digits), "wd" if unit == "wd" else "d", plus=sign == "+")


@dataclass(frozen=True)
class YearDays:
    """What one year's list says: days off (on any weekday) and make-up Saturdays or Sundays that are worked.

    A day may lie in a neighbouring year (a Saturday of December worked for a Friday of January). `official` is False
    for a list that nobody has confirmed yet; `source` names the decision.
    """

    year: int
    off: frozenset[date]
    working: frozenset[date]
    official: bool
    source: str


class _Days(NamedTuple):
    """One year's working days as ordinals."""

    ordered: tuple[int, ...]
    members: frozenset[int]


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. `weekend` holds weekdays, Monday 0 to Sunday 6; `years` the lists that an admin keeps.

    A year without a list takes the days that the `holidays` library proposes for `country`, and counts as unofficial:
    the caller warns. Where nothing proposes either (no country, or a year the library does not know) every question
    about that year raises ValueError in words, since plain Monday to Friday would be a silent guess.
    """

    name: str
    weekend: frozenset[int]
    years: Mapping[int, YearDays]
    country: str | None
    _known: dict[int, _Days] = field(default_factory=dict, init=False, repr=False, compare=False)

    def is_working(self, day: date) -> bool:
        return day.toordinal() in self._days(day.year).members

    def next_working(self, day: date) -> date:
        """The day itself if it is worked, else the first working day after it."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def previous_working(self, day: date) -> date:
        """The day itself if it is worked, else the last working day before it."""
        return day if self.is_working(day) else self.add_working_days(day, -1)

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day`, or before it for a negative n; `day` itself for 0, worked or not."""
        if n == 0:
            return day
        year, days = day.year, self._days(day.year).ordered
        if n > 0:
            position = bisect_right(days, day.toordinal()) + n - 1
            while position >= len(days):
                position -= len(days)
                year += 1
                days = self._days(year).ordered
        else:
            position = bisect_left(days, day.toordinal()) + n
            while position < 0:
                year -= 1
                days = self._days(year).ordered
                position += len(days)
        return date.fromordinal(days[position])

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days d there are with a < d <= b; 0 when b is not after a."""
        if b <= a:
            return 0
        first, last = a.toordinal(), b.toordinal()
        spans = (self._days(year).ordered for year in range(a.year, b.year + 1))
        return sum(bisect_right(days, last) - bisect_right(days, first) for days in spans)

    def is_official(self, year: int) -> bool:
        listed = self.years.get(year)
        return listed is not None and listed.official

    def unofficial_years(self, first_day: date, last_day: date) -> tuple[int, ...]:
        """The years from `first_day` to `last_day` whose days off nobody has confirmed: the caller warns of each."""
        return tuple(year for year in range(first_day.year, last_day.year + 1) if not self.is_official(year))

    def _days(self, year: int) -> _Days:
        if year not in self._known:
            self._known[year] = self._make(year)
        return self._known[year]

    def _make(self, year: int) -> _Days:
        if not MINYEAR <= year <= MAXYEAR:
            raise ValueError(f"calendar {self.name}: the date asked for lies outside the years {MINYEAR} to {MAXYEAR}")
        off = {day for listed in self.years.values() for day in listed.off}
        working = {day for listed in self.years.values() for day in listed.working}
        if year not in self.years:
            if self.country is None:
                raise ValueError(f"calendar {self.name} has no days off for {year}: add that year's list to it")
            proposed_off, proposed_working = _proposal(self.country, year)
            # A listed day comes from a decision (the year before or after may swap a day of this one), so it wins.
            off |= proposed_off - working
            working |= proposed_working - off
        start, end = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        worked = {n for n in range(start, end + 1) if (n + 6) % 7 not in self.weekend}
        worked -= {day.toordinal() for day in off}
        worked |= {day.toordinal() for day in working if day.year == year}
        return _Days(tuple(sorted(worked)), frozenset(worked))


@cache
def _proposal(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, make-up days) that the library expects; ValueError where it knows nothing of the country or year."""
    import holidays  # its tables take longer to load than a short command needs

    try:
        proposed = holidays.country_holidays(country, years=year, expand=False)
    except NotImplementedError:
        raise ValueError(f"no days off are known for the country {country}: give a list for {year}") from None
    if not proposed:
        raise ValueError(f"no days off are known for {country} in {year}: add that year's list to the calendar")
    return frozenset(proposed), frozenset(day for day in proposed.weekend_workdays if day.year == year)


@dataclass(frozen=True)
class Term:
    """When something must be done by."""

    last_day: date
    """The printed last day, included."""
    rolled_day: date
    """The last day after the roll."""
    target: date
    """The last working day inside the printed term: what reminders name."""
    due_at: datetime
    """00:00 +07:00 of the day after `rolled_day`; exclusive, aware, in `TZ` (art. 148.6: a term ends at 24:00)."""


def term_ending(calendar: WorkCalendar, last_day: date, roll: Roll) -> Term:
    """The term whose printed last day is `last_day` (Civil Code 2015, art. 148.5 and 148.6)."""
    return _term(calendar, last_day, roll, None)


def term_after(calendar: WorkCalendar, base_day: date, amount: Span, roll: Roll) -> Term:
    """The term of `amount` after an event on `base_day`, whose own day does not count (Civil Code 2015, art. 147).

    A term without a working day in it (one day after a Friday) takes its end for its target, and `previous` does not
    pull that end before its beginning. ValueError for a negative amount.
    """
    if amount.amount < 0:
        raise ValueError(f"a term of {amount} would end before it begins")
    last_day = _moved(calendar, base_day, amount)
    return _term(calendar, last_day, roll, base_day + timedelta(days=1) if amount.amount else base_day)


def _term(calendar: WorkCalendar, last_day: date, roll: Roll, start: date | None) -> Term:
    target = calendar.previous_working(last_day)
    rolled = last_day if roll == "keep" else target if roll == "previous" else calendar.next_working(last_day)
    if start is not None and target < start:
        target = rolled = max(rolled, last_day)
    return Term(last_day, rolled, target, day_start(_plus(rolled, 1)))


def reminder_instant(calendar: WorkCalendar, base_day: date, offset: Span) -> datetime:
    """07:30 of the working day that lies `offset` from `base_day`; the base's own day does not count.

    Calendar days that land on a day off move on, away from the base: to the working day before when negative, to the
    next one when positive. An offset of zero on a day off is the working day before.
    """
    day = _moved(calendar, base_day, offset)
    day = calendar.next_working(day) if offset.amount > 0 else calendar.previous_working(day)
    return datetime.combine(day, REMINDER_TIME, TZ)


def next_reminder_slot(calendar: WorkCalendar, after: datetime) -> datetime:
    """The first 07:30 of a working day strictly after the instant."""
    day = local_day(after)
    if after >= datetime.combine(day, REMINDER_TIME, TZ):
        day = _plus(day, 1)
    return datetime.combine(calendar.next_working(day), REMINDER_TIME, TZ)


def local_day(instant: datetime) -> date:
    """The date in Vietnam at that instant; ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(TZ).date()


def day_start(day: date) -> datetime:
    """00:00 +07:00 of that day."""
    return datetime.combine(day, time(), TZ)


def _moved(calendar: WorkCalendar, day: date, span: Span) -> date:
    return calendar.add_working_days(day, span.amount) if span.unit == "wd" else _plus(day, span.amount)


def _plus(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise ValueError(f"{days} days from {day} lie outside the years {MINYEAR} to {MAXYEAR}") from None
