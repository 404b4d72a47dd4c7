"""The schema of a calendar: which weekdays are off, and what was decided for each year."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from workflow.calendar import WorkCalendar, YearDays
from workflow.definition.language import OneOrMore
from workflow.definition.texts import Day, Label, Line, Schema, Slug

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Year = Annotated[int, Field(ge=2000, le=2099)]
"""The span in which the computed lunar New Year was compared with an independent reckoning."""


class DayOff(Schema):
    day: Day
    name: Line


class WorkedDay(Schema):
    """A day of the weekend that is worked in exchange (hoán đổi ngày làm việc)."""

    day: Day
    instead_of: Day | None = None


class YearText(Schema):
    official: bool
    source: Line
    """The decision that says so; for an unofficial list, where it comes from."""
    off: Annotated[tuple[DayOff, ...], Field(strict=False)] = ()
    working: Annotated[tuple[WorkedDay, ...], Field(strict=False)] = ()


class CalendarText(Schema):
    calendar: Slug
    title: Label
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166 code: whose holidays are proposed for a year that is not listed."""
    weekend: Annotated[tuple[Weekday, ...], OneOrMore, Field(strict=False)]
    years: dict[Year, YearText]

    @property
    def weekend_days(self) -> frozenset[int]:
        """Monday is 0, as in `date.weekday`."""
        return frozenset(WEEKDAYS.index(day) for day in self.weekend)

    def work_calendar(self) -> WorkCalendar:
        """The arithmetic over these days. Make one and keep it: it remembers the years it has worked out."""
        years = {
            year: YearDays(year, _days(said.off), _days(said.working), said.official, said.source)
            for year, said in self.years.items()
        }
        return WorkCalendar(self.calendar, self.weekend_days, years, self.country)


def _days(listed: tuple[DayOff, ...] | tuple[WorkedDay, ...]) -> frozenset[date]:
    return frozenset(entry.day for entry in listed)
