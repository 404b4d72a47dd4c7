"""What a definition must satisfy beyond its form. Pure: texts in, faults out; no clock, nothing is written."""

from __future__ import annotations

from itertools import islice

from workflow.checks.catalogue import Catalogue, Sheet
from workflow.checks.dates import MOST_CYCLES, check_dates, cycle_rule, since
from workflow.checks.graph import check_graph
from workflow.checks.lists import check_calendar, check_directory
from workflow.checks.plans import check_plan
from workflow.checks.workflows import check_workflow
from workflow.definition.calendar_text import CalendarText
from workflow.definition.directory import Directory
from workflow.definition.faults import Fault, in_order
from workflow.definition.loading import Loaded
from workflow.definition.plan import Plan
from workflow.definition.workflow import Workflow

__all__ = ["Catalogue", "check", "warnings"]


def check(catalogue: Catalogue) -> list[Fault]:
    """All faults of what is checked, in order of file, line and column; empty means that it may be published."""
    faults = _named_twice(catalogue)
    for loaded in catalogue.checked():
        sheet = Sheet(loaded)
        match loaded.draft:
            case Workflow() as workflow:
                check_workflow(catalogue, sheet, workflow)
                check_graph(sheet, workflow)
            case Plan() as plan:
                check_plan(catalogue, sheet, plan)
                check_dates(catalogue, sheet, plan)
            case CalendarText() as calendar:
                check_calendar(sheet, calendar)
            case Directory() as directory:
                check_directory(sheet, directory)
        faults += [*loaded.faults, *sheet.faults]
    return in_order(faults)


def warnings(catalogue: Catalogue) -> list[Fault]:
    """What a given plan may well be published with, but somebody should know: years without an official calendar."""
    found = []
    for loaded in catalogue.given:
        plan = loaded.model
        said = catalogue.calendar(plan.calendar) if isinstance(plan, Plan) else None
        if not isinstance(plan, Plan) or said is None or (rule := cycle_rule(plan)) is None:
            continue
        cycles = list(islice(rule.cycles(since(catalogue, plan)), MOST_CYCLES))
        years = said.work_calendar().unofficial_years(cycles[0].first_day, cycles[-1].last_day)
        if years:
            sheet = Sheet(loaded)
            sheet.fault("years-not-official", "calendar", calendar=plan.calendar, years=list(years))
            found += sheet.faults
    return in_order(found)


def _named_twice(catalogue: Catalogue) -> list[Fault]:
    first: dict[tuple[str | None, str], Loaded] = {}
    faults = []
    for loaded in catalogue.given:
        if loaded.name is None:
            continue
        other = first.setdefault((loaded.kind, loaded.name), loaded)
        if other is not loaded and other.file != loaded.file:
            sheet = Sheet(loaded)
            sheet.fault("defined-twice", loaded.kind, name=loaded.name, other=other.file)
            faults += sheet.faults
    return faults
