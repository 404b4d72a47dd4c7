"""The calendar and the directory: lists whose entries must agree with each other."""

from __future__ import annotations

from datetime import date

from workflow.checks.catalogue import Sheet
from workflow.definition.calendar_text import WEEKDAYS, CalendarText, WorkedDay
from workflow.definition.directory import Directory


def check_calendar(sheet: Sheet, calendar: CalendarText) -> None:
    off = {entry.day for said in calendar.years.values() for entry in said.off}
    seen_off: set[date] = set()
    seen_worked: set[date] = set()
    if len(calendar.weekend_days) == len(WEEKDAYS):
        sheet.fault("no-working-day", "weekend")
    sheet.repeats(("weekend",), calendar.weekend)
    for year, said in calendar.years.items():
        here = ("years", year)
        if said.official and not said.off:
            sheet.fault("official-but-empty", *here, "official", year=year)
        for index, entry in enumerate(said.off):
            if entry.day.year != year:
                sheet.fault("day-of-another-year", *here, "off", index, "day", day=entry.day, year=year)
            if entry.day in seen_off:
                sheet.fault("day-twice", *here, "off", index, "day", day=entry.day)
            seen_off.add(entry.day)
        for index, worked in enumerate(said.working):
            path = (*here, "working", index)
            if worked.day in seen_worked:
                sheet.fault("day-twice", *path, "day", day=worked.day)
            seen_worked.add(worked.day)
            _check_worked(sheet, calendar, path, worked, year, off)


def _check_worked(
    sheet: Sheet, calendar: CalendarText, path: tuple[object, ...], worked: WorkedDay, year: int, off: set[date]
) -> None:
    """A make-up day is a day of the weekend, is not off itself, and stands for a day that is."""
    if worked.day in off:
        sheet.fault("worked-and-off", *path, "day", day=worked.day)
    elif worked.day.weekday() not in calendar.weekend_days:
        sheet.fault("worked-anyway", *path, "day", day=worked.day)
    if worked.instead_of is not None and worked.instead_of not in off:
        sheet.fault("instead-of-not-off", *path, "instead_of", day=worked.instead_of)
    # A Saturday of December may be worked for a Friday of January: one of the two days is enough.
    if year not in {worked.day.year, (worked.instead_of or worked.day).year}:
        sheet.fault("day-of-another-year", *path, "day", day=worked.day, year=year)


def check_directory(sheet: Sheet, directory: Directory) -> None:
    """Names are told apart by people: no two agencies share one. Mailboxes may be shared (one registry for two)."""
    seen: dict[str, str] = {}
    for agency, entry in directory.agencies.items():
        folded = " ".join(entry.name.split()).casefold()
        if folded in seen:
            sheet.fault("agency-name-twice", "agencies", agency, "name", name=entry.name, other=seen[folded])
        else:
            seen[folded] = agency
        sheet.repeats(("agencies", agency, "mail"), entry.mail)
