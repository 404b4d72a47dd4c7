"""The schema of a plan: its areas, roster, roles, cycle, deadlines and recipients."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from workflow.cycles import CycleRule, MonthDay, MonthDayMoment
from workflow.definition.language import OneOrMore, SpanText, Start
from workflow.definition.texts import Day, Label, Line, Schema, Slug, Word
from workflow.definition.workflow import Roll


def _month_days(value: Any) -> Any:
    """`12-15`, `20`, or a list with one for each cycle of the year."""
    items = value if isinstance(value, list) else [value]
    return tuple(_month_day(item) for item in items)


def _month_day(value: Any) -> MonthDay:
    if isinstance(value, int) and not isinstance(value, bool):
        if 1 <= value <= 31:
            return (None, value)
    elif isinstance(value, str) and (found := re.fullmatch(r"(\d{1,2})-(\d{1,2})", value.strip())):
        month, day = int(found[1]), int(found[2])
        if 1 <= month <= 12 and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]:
            return (month, day)
    raise PydanticCustomError("no-such-date", "{text}", {"text": str(value)})


MonthDays = Annotated[tuple[MonthDay, ...], BeforeValidator(_month_days), Field(min_length=1)]


class Moment(Schema):
    """When a deadline falls: a date in each cycle, a term after something, or undated."""

    before: MonthDays | None = None
    """The day is not included (`trước ngày X`)."""
    by: MonthDays | None = None
    """The day is included (`chậm nhất ngày X`, `đến hết ngày X`)."""
    following: bool = False
    """The date lies in the year (or month) after the cycle's own."""
    after: Start | None = None
    in_: Annotated[SpanText | None, Field(alias="in")] = None
    undated: bool = False
    roll: Roll = "next"
    raw: Line | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Moment:
        forms = [self.before is not None, self.by is not None, self.after is not None, self.undated]
        if sum(forms) != 1 or (self.after is None) != (self.in_ is None):
            raise PydanticCustomError("moment-form", "one form")
        return self

    @property
    def month_day(self) -> MonthDayMoment | None:
        if self.before is not None:
            return MonthDayMoment("before", self.before, self.following)
        if self.by is not None:
            return MonthDayMoment("by", self.by, self.following)
        return None


class CycleText(Schema):
    every: Literal["month", "quarter", "half-year", "year"]
    ends: Annotated[MonthDay | None, BeforeValidator(lambda v: None if v is None else _month_day(v))] = None
    """End of the reporting period, a month-day for a year, else a day of the last month (Decree 09/2019, art. 12)."""
    first: Annotated[str | None, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v)] = None
    last: Annotated[str | None, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v)] = None

    @property
    def rule(self) -> CycleRule:
        return CycleRule(self.every, self.ends, self.first, self.last)


class Area(Schema):
    title: Label
    lead: Slug
    with_: Annotated[tuple[Slug, ...], OneOrMore, Field(alias="with", strict=False)] = ()
    others: Line | None = None
    """Open-ended words of the plan: shown, never turned into agencies."""
    confidential: bool = False


class Recipients(Schema):
    """Nơi nhận: who gets the consolidated report, and why (Decree 30/2020)."""

    report: Annotated[tuple[Slug, ...], OneOrMore, Field(strict=False)] = ()
    perform: Annotated[tuple[Slug, ...], OneOrMore, Field(strict=False)] = ()
    know: Annotated[tuple[Slug, ...], OneOrMore, Field(strict=False)] = ()


class Amendment(Schema):
    """A decision that changed the plan or a term in it, as its approval wrote it down."""

    decision: Line
    dated: Day | None = None
    request: Line
    changes: Annotated[tuple[Line, ...], OneOrMore, Field(strict=False)]


class Plan(Schema):
    plan: Slug
    title: Label
    number: Line | None = None
    dated: Day | None = None
    basis: Annotated[tuple[Line, ...], OneOrMore, Field(strict=False)] = ()
    workflow: Slug
    calendar: Slug
    roles: dict[Word, Slug]
    cycle: CycleText
    deadlines: dict[str, Moment] = {}
    ad_hoc: dict[str, Moment] = {}
    adjustments: Slug | None = None
    areas: dict[Slug, Area]
    roster: Annotated[tuple[Slug, ...], Field(strict=False)] = ()
    recipients: Recipients = Recipients()
    amendments: Annotated[tuple[Amendment, ...], Field(strict=False)] = ()
