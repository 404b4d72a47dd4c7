"""From what a plan or a workflow says of a deadline to its term in days and its due instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.calendar import Term, WorkCalendar, local_day, term_after, term_ending
from workflow.cycles import Cycle
from workflow.definition.plan import Moment
from workflow.model import Obligation, Refusal


@dataclass(frozen=True, slots=True)
class Dated:
    """A deadline's moment: its term (None while undated) and the plan's own words."""

    term: Term | None
    raw: str | None = None


def in_cycle(calendar: WorkCalendar, moment: Moment, cycle: Cycle) -> Dated | None:
    """The term that a month-day gives in `cycle`; None when the moment hangs on something else."""
    if moment.undated:
        return Dated(None, moment.raw)
    month_day = moment.month_day
    if month_day is None:
        return None
    return Dated(term_ending(calendar, month_day.last_day(cycle), moment.roll), moment.raw)


def resolve(
    calendar: WorkCalendar, moments: Mapping[str, Moment], given: Mapping[str, date], cycle: Cycle, opening: date
) -> dict[str, Dated]:
    """The terms of all deadlines that an opening sets, keyed as in the plan (`report_due`, `round.consolidation_due`).

    `given` are last days, included, that whoever opens the round has set; such a day is not rolled. A term may run
    from `opening` or from another deadline (after its last day, rolled). Raises Refusal `moment-unknown` when a chain
    of `after` never reaches a date: the checker refuses such a plan, an ad-hoc opening may still lack one.
    """
    found = {name: Dated(term_ending(calendar, day, "keep")) for name, day in given.items()}
    waiting = {name: moment for name, moment in moments.items() if name not in found}
    while waiting:
        progress = False
        for name, moment in list(waiting.items()):
            dated = in_cycle(calendar, moment, cycle)
            if dated is None and moment.after is not None and moment.in_ is not None:
                base = opening if moment.after.subject == "opening" else _end_of(found, moment.after.subject)
                if base is not None:
                    dated = Dated(term_after(calendar, base, moment.in_, moment.roll), moment.raw)
            if dated is not None:
                found[name] = dated
                del waiting[name]
                progress = True
        if not progress:
            raise Refusal("moment-unknown", deadline=sorted(waiting))
    return found


def _end_of(found: Mapping[str, Dated], name: str) -> date | None:
    dated = found.get(name)
    return dated.term.rolled_day if dated is not None and dated.term is not None else None


def term_of(obligation: Obligation) -> date | None:
    """The day on which the term of an obligation ends, after any roll: reminders after it count from there."""
    if obligation.due_at is None:
        return None
    return local_day(obligation.due_at - timedelta(microseconds=1))
