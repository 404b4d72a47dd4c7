"""Reporting cycles (month, quarter, half-year, year) and the month-days that deadlines name in them.

A cycle is named after the calendar period it reports on; its reporting period may end earlier, as in Decree 09/2019,
art. 12: the month runs from the 15th of the month before to the 14th, the quarter to the 14th of its last month, the
half-year to 14/6 and 14/12, the year from 15/12 of the year before to 14/12.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Final, Literal

Every = Literal["month", "quarter", "half-year", "year"]

MonthDay = tuple[int | None, int]
"""(month, day); month None for a bare day of the month that the cycle itself gives."""

PER_YEAR: Final[dict[Every, int]] = {"month": 12, "quarter": 4, "half-year": 2, "year": 1}
YEARS_AHEAD: Final = 10
"""How far `CycleRule.cycles` looks when a plan names no last cycle."""

_SUFFIX: Final[dict[Every, tuple[str, str, str]]] = {
    # pattern of the index (from 1), how it is written, example
    "month": (r"-(0[1-9]|1[0-2])", "-{:02d}", "2026-07"),
    "quarter": (r"-Q([1-4])", "-Q{}", "2026-Q3"),
    "half-year": (r"-H([12])", "-H{}", "2026-H1"),
    "year": ("", "", "2026"),
}


@dataclass(frozen=True)
class Cycle:
    """One reporting period, from `first_day` to `last_day`, both included."""

    name: str
    """`2026`, `2026-H1`, `2026-Q3` or `2026-07`."""
    year: int
    """The year in the name; month-days of deadlines belong to it."""
    index: int
    """From 0 within the year."""
    first_day: date
    last_day: date

    @property
    def every(self) -> Every:
        kinds: dict[str, Every] = {"": "year", "H": "half-year", "Q": "quarter"}
        return kinds.get(self.name[5:6], "month")


@dataclass(frozen=True)
class CycleRule:
    """How a plan divides time. ValueError in words for an end or a bound that cannot be.

    `ends` is the reporting period's last day: for a year a (month, day), for shorter cycles (None, day) in the cycle's
    last month; a month that is too short ends it with its own last day (Civil Code 2015, art. 146 and 148). None is
    the calendar's end of the period. `first` and `last` bound the plan, both included: a cycle's name, or a bare year,
    which stands for its first and its last cycle respectively.
    """

    every: Every
    ends: MonthDay | None = None
    first: str | None = None
    last: str | None = None

    def __post_init__(self) -> None:
        month, day = self._end
        if month is not None and self.every != "year":
            raise ValueError(f"a {self.every} cycle ends on a day of its last month: give the day alone, such as {day}")
        _check(month, day)
        low, high = self._bounds()
        if low is not None and high is not None and low > high:
            raise ValueError(f"the first cycle, {self.first}, comes after the last, {self.last}")

    @property
    def per_year(self) -> int:
        return PER_YEAR[self.every]

    def cycle_at(self, day: date) -> Cycle:
        """The cycle that contains the day, whatever the bounds."""
        number = day.year * self.per_year + (day.month - 1) * self.per_year // 12
        while day > self._last_day(number):
            number += 1
        while day <= self._last_day(number - 1):
            number -= 1
        return self._cycle(number)

    def parse(self, name: str) -> Cycle:
        """The cycle of that name, whatever the bounds; ValueError in words for a name that is none of this kind."""
        pattern, _, example = _SUFFIX[self.every]
        found = re.fullmatch(f"([0-9]{{4}}){pattern}", name)
        if found is None:
            raise ValueError(f"'{name}' names no {self.every} cycle: one is written {example}")
        index = int(found[2]) - 1 if found.re.groups > 1 else 0
        return self._cycle(int(found[1]) * self.per_year + index)

    def next(self, cycle: Cycle) -> Cycle:
        return self._cycle(self._number(cycle) + 1)

    def previous(self, cycle: Cycle) -> Cycle:
        return self._cycle(self._number(cycle) - 1)

    def within_bounds(self, cycle: Cycle) -> bool:
        low, high = self._bounds()
        number = self._number(cycle)
        return (low is None or low <= number) and (high is None or number <= high)

    def cycles(self, since: int | None = None) -> Iterator[Cycle]:
        """The plan's cycles in order, `first` to `last`.

        Without a `last` they run to ten years after the first one. Without a `first` they start with the year `since`,
        or, when that is not given either, ten years before the last; ValueError when there is nothing to start from.
        """
        low, high = self._bounds()
        reach = YEARS_AHEAD * self.per_year
        if low is None and since is not None:
            low = since * self.per_year
        if low is None and high is not None:
            low = high - reach
        if low is None:
            raise ValueError("a cycle without first and last has no beginning: name the first one")
        return map(self._cycle, range(low, (low + reach if high is None else high) + 1))

    @property
    def _end(self) -> MonthDay:
        return (None, 31) if self.ends is None else self.ends

    def _bounds(self) -> tuple[int | None, int | None]:
        return self._bound(self.first, 0), self._bound(self.last, self.per_year - 1)

    def _bound(self, text: str | None, index: int) -> int | None:
        if text is None:
            return None
        if re.fullmatch("[0-9]{4}", text):
            return int(text) * self.per_year + index
        return self._number(self.parse(text))

    def _number(self, cycle: Cycle) -> int:
        if cycle.every != self.every:
            raise ValueError(f"{cycle.name} is a {cycle.every} cycle, but this plan reports every {self.every}")
        return cycle.year * self.per_year + cycle.index

    def _cycle(self, number: int) -> Cycle:
        year, index = divmod(number, self.per_year)
        last_day = self._last_day(number)
        first_day = self._last_day(number - 1) + timedelta(days=1)
        return Cycle(f"{year:04d}" + _SUFFIX[self.every][1].format(index + 1), year, index, first_day, last_day)

    def _last_day(self, number: int) -> date:
        year, index = divmod(number, self.per_year)
        month, day = self._end
        return _clipped(year, month or (index + 1) * 12 // self.per_year, day)


@dataclass(frozen=True)
class MonthDayMoment:
    """A deadline's date in every cycle: `before` excludes the day (`trước ngày X`), `by` includes it (`chậm nhất`).

    `days` holds one (month, day) for year cycles; for month cycles one bare day (an int or (None, day)), which a short
    month takes as its last; else one (month, day) for each cycle of the year. `following` takes the first such date
    after the calendar period in the cycle's name: 15/1 of the next year, the 5th of the next month. ValueError in
    words for a date that no year has.
    """

    boundary: Literal["before", "by"]
    days: tuple[int | MonthDay, ...]
    following: bool = False

    def __post_init__(self) -> None:
        for month, day in map(_pair, self.days):
            _check(month, day)

    def last_day(self, cycle: Cycle) -> date:
        """The last day of the term in this cycle, included.

        ValueError in words when the date does not exist there (29/2), or when `days` does not fit the kind of cycle.
        """
        month, day = self._of(cycle)
        if month is None:
            period = cycle.year * 12 + cycle.index + self.following
            named = _clipped(*_year_month(period), day)
        else:
            period_end = cycle.year * 12 + (cycle.index + 1) * 12 // PER_YEAR[cycle.every]
            year = cycle.year
            if self.following and year * 12 + month <= period_end:
                year += 1
            named = _existing(year, month, day, cycle)
        return named - timedelta(days=1) if self.boundary == "before" else named

    def _of(self, cycle: Cycle) -> MonthDay:
        pairs = [_pair(entry) for entry in self.days]
        if cycle.every == "month" and len(pairs) == 1 and pairs[0][0] is None:
            return pairs[0]
        if len(pairs) == PER_YEAR[cycle.every] and all(month is not None for month, _ in pairs):
            return pairs[cycle.index]
        wanted = {
            "month": "one day of the month, such as 20, or twelve month-days",
            "quarter": "four month-days, one for each quarter",
            "half-year": "two month-days, such as 06-05 and 12-05",
            "year": "one month-day, such as 12-15",
        }[cycle.every]
        raise ValueError(f"a {cycle.every} cycle needs {wanted}")


def _pair(entry: int | MonthDay) -> MonthDay:
    return (None, entry) if isinstance(entry, int) else entry


def _check(month: int | None, day: int) -> None:
    """ValueError for a day that no month, or not this month, ever has."""
    if month is not None and not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    leap_year = 2000
    if not 1 <= day <= (31 if month is None else monthrange(leap_year, month)[1]):
        raise ValueError(f"there is no day {day:02d}" + ("" if month is None else f" in month {month:02d}"))


def _year_month(months: int) -> tuple[int, int]:
    year, index = divmod(months, 12)
    return year, index + 1


def _clipped(year: int, month: int, day: int) -> date:
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError(f"cycles are known for the years {MINYEAR} to {MAXYEAR}")
    return date(year, month, min(day, monthrange(year, month)[1]))


def _existing(year: int, month: int, day: int, cycle: Cycle) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"there is no {month:02d}-{day:02d} in {year} (cycle {cycle.name})") from None
