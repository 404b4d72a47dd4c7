"""A plan's cycle and deadlines: every moment exists in every cycle, and the deadlines come in their order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Final

from workflow.calendar import Term, WorkCalendar, term_after, term_ending
from workflow.checks.catalogue import Catalogue, Sheet
from workflow.checks.workflows import LONGEST_TERM, OPENING
from workflow.cycles import PER_YEAR, Cycle, CycleRule
from workflow.definition.faults import Phrase
from workflow.definition.loading import Loaded
from workflow.definition.plan import Moment, Plan
from workflow.definition.workflow import Need, Workflow

MOST_CYCLES: Final = 100
YEARS: Final = (2000, 2099)
SAMPLE_YEAR: Final = 2026
"""Where neither plan nor calendar names a year to try dates in."""
SAMPLE_YEARS: Final = 3
"""Of the calendar, the latest: an ad-hoc round is tried for an opening on each of their days."""

_CYCLE_NAMES: Final = {
    "year": (r"", "2026"),
    "half-year": (r"-H[12]", "2026-H1"),
    "quarter": (r"-Q[1-4]", "2026-Q3"),
    "month": (r"-(0[1-9]|1[0-2])", "2026-07"),
}


def check_dates(catalogue: Catalogue, sheet: Sheet, plan: Plan) -> None:
    dates = _Dates(catalogue, sheet, plan)
    dates.moments("deadlines", plan.deadlines)
    dates.moments("ad_hoc", plan.ad_hoc)
    if sheet.whole("cycle") and (rule := cycle_rule(plan, sheet)):
        dates.in_cycles(rule, list(islice(rule.cycles(since(catalogue, plan)), MOST_CYCLES)))
    dates.ad_hoc_order()


def cycle_rule(plan: Plan, sheet: Sheet | None = None) -> CycleRule | None:
    """The plan's rule; None, with the faults noted on `sheet`, when its parts do not fit each other."""
    sheet, text, sound = sheet or Sheet(_NOWHERE), plan.cycle, True
    if text.ends is not None and text.ends[0] is not None and text.every != "year":
        sheet.fault("ends-with-month", "cycle", "ends", every=Phrase(f"every-{text.every}"), day=text.ends[1])
        sound = False
    suffix, example = _CYCLE_NAMES[text.every]
    for key, name in (("first", text.first), ("last", text.last)):
        if name is None:
            continue
        if not re.fullmatch(rf"\d{{4}}({suffix})?", name, re.ASCII):
            sheet.fault("bad-cycle-name", "cycle", key, text=name, example=example)
            sound = False
        elif not YEARS[0] <= int(name[:4]) <= YEARS[1]:
            sheet.fault("cycle-year", "cycle", key, text=name, low=YEARS[0], high=YEARS[1])
            sound = False
    if not sound:
        return None
    try:
        return text.rule
    except ValueError:
        sheet.fault("cycles-reversed", "cycle", "last", first=text.first, last=text.last)
        return None


def since(catalogue: Catalogue, plan: Plan) -> int:
    """The year to start from where the plan names no first cycle."""
    calendar = catalogue.calendar(plan.calendar)
    return min(calendar.years, default=SAMPLE_YEAR) if calendar else SAMPLE_YEAR


_NOWHERE: Final = Loaded("", None, None, None, "", "", None)


class _Dates:
    def __init__(self, catalogue: Catalogue, sheet: Sheet, plan: Plan) -> None:
        self.sheet, self.plan = sheet, plan
        self.area = catalogue.get("workflow", plan.workflow)
        area = catalogue.workflow(plan.workflow)
        self.round = catalogue.get("workflow", area.part_of if area else None)
        said = catalogue.calendar(plan.calendar)
        self.calendar = said.work_calendar() if said else None
        self.years = sorted(said.years)[-SAMPLE_YEARS:] if said else []
        self.known = [
            prefix + name for loaded, prefix in self._workflows() for name in Sheet(loaded).names("deadlines")
        ]
        self.reports = self._met_by("report", self.area, "")
        self.consolidations = self._met_by("consolidated_report", self.round, "round.")

    def _workflows(self) -> list[tuple[Loaded, str]]:
        pairs = ((self.area, ""), (self.round, "round."))
        return [(loaded, prefix) for loaded, prefix in pairs if loaded is not None]

    @staticmethod
    def _met_by(need: Need, loaded: Loaded | None, prefix: str) -> list[str]:
        """The deadlines that an act with this document meets."""
        if loaded is None or not isinstance(loaded.draft, Workflow):
            return []
        acts = [t for t in loaded.draft.transitions.values() if need in t.needs]
        return list(dict.fromkeys(prefix + name for t in acts for name in t.meets))

    def moments(self, section: str, moments: Mapping[str, Moment]) -> None:
        if self.area is None or not isinstance(self.area.draft, Workflow):
            return
        for name in self.sheet.names(section):
            if name not in self.known and (self.round is not None or not name.startswith("round.")):
                self.sheet.unknown("unknown-deadline", (section, name), name, self.known, key=True)
        for name, moment in moments.items():
            self._moment(section, name, moment)
        if section == "deadlines" or self.sheet.names(section):
            self._none_missing(section)

    def _none_missing(self, section: str) -> None:
        given = self.sheet.names(section)
        for loaded, prefix in self._workflows():
            if isinstance(loaded.draft, Workflow) and self.sheet.whole(section):
                for name, deadline in loaded.draft.deadlines.items():
                    if deadline.after is None and prefix + name not in given:
                        self.sheet.fault("deadline-without-moment", section, key=True, name=prefix + name)

    def _moment(self, section: str, name: str, moment: Moment) -> None:
        here = (section, name)
        dated = moment.month_day is not None
        if moment.following and not dated:
            self.sheet.fault("following-without-date", *here, "following", key=True)
        if section == "ad_hoc" and dated:
            self.sheet.fault("ad-hoc-date", *here, "before" if moment.before else "by", key=True)
        if moment.in_ is not None and not 1 <= moment.in_.amount <= LONGEST_TERM:
            self.sheet.fault("term-not-positive", *here, "in", span=str(moment.in_), most=LONGEST_TERM)
        if moment.after is not None:
            self._start(section, name, moment)

    def _start(self, section: str, name: str, moment: Moment) -> None:
        """A plan's term runs from the round's opening or from the end of another deadline in the same list."""
        path, start = (section, name, "after"), moment.after
        moments = self.plan.ad_hoc if section == "ad_hoc" else self.plan.deadlines
        if start is None:
            return
        known = [OPENING, *(other for other in self.sheet.names(section) if other != name)]
        if start.entered or (start.subject not in known and start.subject != name):
            self.sheet.unknown("unknown-plan-start", path, str(start), known)
        elif start.subject in moments and moments[start.subject].undated:
            self.sheet.fault("after-undated", *path, name=start.subject)
        elif self._circular(moments, name):
            self.sheet.fault("circular-term", *path, name=name)

    @staticmethod
    def _circular(moments: Mapping[str, Moment], name: str) -> bool:
        seen, step = {name}, name
        while (moment := moments.get(step)) and moment.after and not moment.after.entered:
            step = moment.after.subject
            if step in seen:
                return step == name
            seen.add(step)
        return False

    def in_cycles(self, rule: CycleRule, cycles: list[Cycle]) -> None:
        terms: dict[str, dict[str, Term]] = {}
        for name, moment in self.plan.deadlines.items():
            if moment.month_day is not None and self._fits(rule, name, moment):
                terms[name] = self._terms(name, moment, cycles)
        for report in self.reports:
            for consolidation in self.consolidations:
                self._order(report, consolidation, terms)

    def _fits(self, rule: CycleRule, name: str, moment: Moment) -> bool:
        """One month-day for each cycle of the year; a monthly cycle may have one bare day for all its months."""
        days = moment.before or moment.by or ()
        bare = sum(month is None for month, _ in days)
        if (rule.every == "month" and len(days) == bare == 1) or (len(days) == PER_YEAR[rule.every] and not bare):
            return True
        key = "before" if moment.before else "by"
        hint = Phrase(f"month-days-{rule.every}")
        self.sheet.fault("month-days", "deadlines", name, key, every=Phrase(f"every-{rule.every}"), hint=hint)
        return False

    def _terms(self, name: str, moment: Moment, cycles: list[Cycle]) -> dict[str, Term]:
        """By the cycle's name. A missing date or one before its cycle is told once, for the first such cycle."""
        terms: dict[str, Term] = {}
        days, key = (moment.before, "before") if moment.before else (moment.by or (), "by")
        rule = moment.month_day
        for cycle in cycles if rule else ():
            index = cycle.index if len(days) > 1 else 0
            here = ("deadlines", name, key, index)
            try:
                last_day = rule.last_day(cycle) if rule else cycle.last_day
            except ValueError:
                month, day = days[index]
                self.sheet.fault("not-in-cycle", *here, text=f"{month:02d}-{day:02d}", cycle=cycle.name)
                break
            if last_day < cycle.first_day:
                self.sheet.fault("before-its-cycle", *here, cycle=cycle.name, day=last_day, first=cycle.first_day)
                break
            if term := _ending(self.calendar, last_day, moment):
                terms[cycle.name] = term
        return terms

    def _order(self, report: str, consolidation: str, terms: dict[str, dict[str, Term]]) -> None:
        for cycle, due in terms.get(consolidation, {}).items():
            before = terms.get(report, {}).get(cycle)
            if before is not None and _reversed(before, due):
                moment = self.plan.deadlines[consolidation]
                key = "before" if moment.before else "by"
                self.sheet.fault(
                    "out-of-order",
                    "deadlines",
                    consolidation,
                    key,
                    cycle=cycle,
                    report=report,
                    report_day=before.rolled_day,
                    consolidation=consolidation,
                    consolidation_day=due.rolled_day,
                    hint=Phrase("roll-both") if before.last_day < due.last_day else None,
                )
                return

    def ad_hoc_order(self) -> None:
        """Tried for a round opened on each day of the calendar's latest years: working days and days drift apart."""
        if self.calendar is None or not self.sheet.whole("ad_hoc"):
            return
        for report in self.reports:
            for consolidation in self.consolidations:
                if {report, consolidation} <= self.plan.ad_hoc.keys():
                    self._ad_hoc_pair(report, consolidation)

    def _ad_hoc_pair(self, report: str, consolidation: str) -> None:
        for year in self.years or [SAMPLE_YEAR]:
            for number in range(365):
                opened = date(year, 1, 1) + timedelta(days=number)
                first, then = self._ad_hoc_term(report, opened), self._ad_hoc_term(consolidation, opened)
                if first and then and _reversed(first, then):
                    self.sheet.fault(
                        "ad-hoc-out-of-order",
                        "ad_hoc",
                        consolidation,
                        "in",
                        opened=opened,
                        report=report,
                        report_day=first.rolled_day,
                        consolidation=consolidation,
                        consolidation_day=then.rolled_day,
                    )
                    return

    def _ad_hoc_term(self, name: str, opened: date, steps: int = 5) -> Term | None:
        """None where it hangs on something other than the opening; chains of deadlines are followed a few steps."""
        moment = self.plan.ad_hoc.get(name)
        if moment is None or moment.after is None or moment.in_ is None or moment.after.entered or steps == 0:
            return None
        base: date | None = opened
        if moment.after.subject != OPENING:
            term = self._ad_hoc_term(moment.after.subject, opened, steps - 1)
            base = term.rolled_day if term else None
        if base is None or self.calendar is None or not 1 <= moment.in_.amount <= LONGEST_TERM:
            return None
        try:
            return term_after(self.calendar, base, moment.in_, moment.roll)
        except ValueError:
            return None  # a year that the calendar knows nothing of


def _reversed(report: Term, consolidation: Term) -> bool:
    """The printed days follow each other; a roll (a long Tết) may bring both to one day, but not turn them round."""
    return report.last_day >= consolidation.last_day or report.due_at > consolidation.due_at


def _ending(calendar: WorkCalendar | None, last_day: date, moment: Moment) -> Term | None:
    try:
        return term_ending(calendar, last_day, moment.roll) if calendar else None
    except ValueError:
        return None  # a year that the calendar knows nothing of
