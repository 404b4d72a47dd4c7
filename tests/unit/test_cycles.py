"""Promises of reporting cycles and of the month-days in them."""

from calendar import isleap
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.cycles import PER_YEAR, Cycle, CycleRule, MonthDay, MonthDayMoment

YEAR = CycleRule("year", (12, 14), first="2023", last="2030")
DECREE = {  # Decree 09/2019, art. 12
    "month": CycleRule("month", (None, 14)),
    "quarter": CycleRule("quarter", (None, 14)),
    "half-year": CycleRule("half-year", (None, 14)),
    "year": CycleRule("year", (12, 14)),
}

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
shorter = st.builds(
    CycleRule,
    st.sampled_from(["month", "quarter", "half-year"]),
    st.none() | st.tuples(st.none(), st.integers(1, 31)),
)
yearly = st.builds(CycleRule, st.just("year"), st.none() | st.tuples(st.integers(1, 12), st.integers(1, 29)))
rules = shorter | yearly


@pytest.mark.parametrize(
    ("every", "name", "first_day", "last_day"),
    [
        ("year", "2026", date(2025, 12, 15), date(2026, 12, 14)),
        ("half-year", "2026-H1", date(2025, 12, 15), date(2026, 6, 14)),
        ("half-year", "2026-H2", date(2026, 6, 15), date(2026, 12, 14)),
        ("quarter", "2026-Q1", date(2025, 12, 15), date(2026, 3, 14)),
        ("quarter", "2026-Q3", date(2026, 6, 15), date(2026, 9, 14)),
        ("month", "2026-01", date(2025, 12, 15), date(2026, 1, 14)),
        ("month", "2026-07", date(2026, 6, 15), date(2026, 7, 14)),
    ],
)
def test_cycles_run_as_the_decree_says(every: str, name: str, first_day: date, last_day: date) -> None:
    cycle = DECREE[every].parse(name)
    assert (cycle.name, cycle.first_day, cycle.last_day, cycle.every) == (name, first_day, last_day, every)
    assert DECREE[every].cycle_at(first_day) == DECREE[every].cycle_at(last_day) == cycle
    assert cycle.year == 2026


@pytest.mark.parametrize(
    ("rule", "name", "first_day", "last_day"),
    [
        (CycleRule("year"), "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (CycleRule("quarter"), "2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        (CycleRule("month"), "2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        (CycleRule("month", (None, 30)), "2026-02", date(2026, 1, 31), date(2026, 2, 28)),
        (CycleRule("month", (None, 30)), "2026-03", date(2026, 3, 1), date(2026, 3, 30)),
        (CycleRule("year", (2, 29)), "2025", date(2024, 3, 1), date(2025, 2, 28)),
        (CycleRule("year", (6, 14)), "2026", date(2025, 6, 15), date(2026, 6, 14)),
        (CycleRule("year", (None, 14)), "2026", date(2025, 12, 15), date(2026, 12, 14)),
    ],
)
def test_without_an_end_the_calendar_rules_and_a_missing_day_is_the_months_last(
    rule: CycleRule, name: str, first_day: date, last_day: date
) -> None:
    cycle = rule.parse(name)
    assert (cycle.first_day, cycle.last_day) == (first_day, last_day)


@given(rules, days)
def test_every_day_lies_in_exactly_one_cycle(rule: CycleRule, day: date) -> None:
    cycle = rule.cycle_at(day)
    assert cycle.first_day <= day <= cycle.last_day
    following, preceding = rule.next(cycle), rule.previous(cycle)
    assert following.first_day == cycle.last_day + timedelta(days=1)
    assert cycle.first_day == preceding.last_day + timedelta(days=1)
    assert rule.previous(following) == cycle == rule.next(preceding)


@given(rules, days)
def test_a_name_gives_its_cycle_back(rule: CycleRule, day: date) -> None:
    cycle = rule.cycle_at(day)
    assert rule.parse(cycle.name) == cycle
    assert cycle.every == rule.every
    assert 0 <= cycle.index < rule.per_year == PER_YEAR[rule.every]


@given(rules, days)
def test_a_year_has_as_many_cycles_as_its_kind_says(rule: CycleRule, day: date) -> None:
    cycle = rule.cycle_at(day)
    ahead = cycle
    for _ in range(rule.per_year):
        ahead = rule.next(ahead)
    assert (ahead.year, ahead.index) == (cycle.year + 1, cycle.index)


@pytest.mark.parametrize(
    ("every", "name"),
    [
        ("year", "2026-H1"),
        ("year", "26"),
        ("year", "2026 "),
        ("half-year", "2026-H3"),
        ("half-year", "2026"),
        ("quarter", "2026-Q5"),
        ("quarter", "2026-q1"),
        ("month", "2026-13"),
        ("month", "2026-7"),
        ("month", "2026-Q1"),
        ("year", "٢٠٢٦"),
    ],
)
def test_a_name_of_another_kind_is_refused_with_an_example(every: str, name: str) -> None:
    with pytest.raises(ValueError, match=f"names no {every} cycle: one is written 2026"):
        DECREE[every].parse(name)


def test_the_first_and_last_years_of_reckoning_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        CycleRule("year").parse("0001")
    with pytest.raises(ValueError, match="years 1 to 9999"):
        CycleRule("year").next(CycleRule("year").parse("9999"))


# --- bounds


def test_bounds_include_both_ends() -> None:
    assert [cycle.name for cycle in YEAR.cycles()] == [str(year) for year in range(2023, 2031)]
    assert YEAR.within_bounds(YEAR.parse("2023"))
    assert YEAR.within_bounds(YEAR.parse("2030"))
    assert not YEAR.within_bounds(YEAR.parse("2022"))
    assert not YEAR.within_bounds(YEAR.parse("2031"))


def test_a_bare_year_bounds_shorter_cycles_by_its_first_and_its_last() -> None:
    rule = CycleRule("quarter", first="2025", last="2026")
    names = [cycle.name for cycle in rule.cycles()]
    assert (names[0], names[-1], len(names)) == ("2025-Q1", "2026-Q4", 8)
    rule = CycleRule("month", first="2025-11", last="2026-02")
    assert [cycle.name for cycle in rule.cycles()] == ["2025-11", "2025-12", "2026-01", "2026-02"]


def test_without_a_last_cycle_ten_years_are_looked_at() -> None:
    names = [cycle.name for cycle in CycleRule("half-year", first="2026-H2").cycles()]
    assert (names[0], names[-1]) == ("2026-H2", "2036-H2")


def test_without_a_first_cycle_the_caller_or_the_last_one_gives_the_beginning() -> None:
    assert [cycle.name for cycle in CycleRule("year", last="2028").cycles(2026)] == ["2026", "2027", "2028"]
    assert next(iter(CycleRule("year", last="2028").cycles())).name == "2018"
    assert len(list(CycleRule("year").cycles(2026))) == 11
    with pytest.raises(ValueError, match="name the first one"):
        CycleRule("year").cycles()


@pytest.mark.parametrize(
    ("every", "ends", "first", "last", "words"),
    [
        ("month", (12, 14), None, None, "give the day alone"),
        ("month", (None, 32), None, None, "no day 32"),
        ("year", (2, 30), None, None, "no day 30 in month 02"),
        ("year", (13, 1), None, None, "no month 13"),
        ("year", None, "2030", "2023", "comes after the last"),
        ("quarter", None, "2026-07", None, "names no quarter cycle"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words(
    every: str, ends: MonthDay | None, first: str | None, last: str | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        CycleRule(every, ends, first, last)  # type: ignore[arg-type]


def test_a_cycle_of_another_kind_is_not_counted_with() -> None:
    with pytest.raises(ValueError, match="2026-Q1 is a quarter cycle"):
        YEAR.next(DECREE["quarter"].parse("2026-Q1"))


# --- month-days


def cycle(name: str) -> Cycle:
    kinds = {"": "year", "H": "half-year", "Q": "quarter"}
    return DECREE[kinds.get(name[5:6], "month")].parse(name)


@pytest.mark.parametrize(
    ("moment", "name", "last_day"),
    [
        (MonthDayMoment("before", ((12, 15),)), "2026", date(2026, 12, 14)),
        (MonthDayMoment("by", ((12, 15),)), "2026", date(2026, 12, 15)),
        (MonthDayMoment("before", ((12, 20),)), "2026", date(2026, 12, 19)),
        (MonthDayMoment("by", ((1, 15),), following=True), "2026", date(2027, 1, 15)),
        (MonthDayMoment("before", ((1, 1),)), "2026", date(2025, 12, 31)),
        (MonthDayMoment("before", (20,)), "2026-07", date(2026, 7, 19)),
        (MonthDayMoment("before", ((None, 20),)), "2026-07", date(2026, 7, 19)),
        (MonthDayMoment("by", (31,)), "2026-02", date(2026, 2, 28)),
        (MonthDayMoment("before", (31,)), "2026-04", date(2026, 4, 29)),
        (MonthDayMoment("by", (5,), following=True), "2026-12", date(2027, 1, 5)),
        (MonthDayMoment("by", (31,), following=True), "2026-01", date(2026, 2, 28)),
        (MonthDayMoment("by", ((6, 5), (12, 5))), "2026-H1", date(2026, 6, 5)),
        (MonthDayMoment("by", ((6, 5), (12, 5))), "2026-H2", date(2026, 12, 5)),
        (MonthDayMoment("by", ((3, 18), (6, 18), (9, 18), (12, 18))), "2026-Q3", date(2026, 9, 18)),
        # the first 5/4 after Q1, the first 5/1 after Q4
        (MonthDayMoment("by", ((4, 5), (7, 5), (10, 5), (1, 5)), following=True), "2026-Q1", date(2026, 4, 5)),
        (MonthDayMoment("by", ((4, 5), (7, 5), (10, 5), (1, 5)), following=True), "2026-Q4", date(2027, 1, 5)),
        (MonthDayMoment("by", tuple((month, 20) for month in range(1, 13))), "2026-02", date(2026, 2, 20)),
    ],
)
def test_a_month_day_belongs_to_the_year_in_the_cycles_name(moment: MonthDayMoment, name: str, last_day: date) -> None:
    assert moment.last_day(cycle(name)) == last_day


@pytest.mark.parametrize("pair", [(2, 30), (4, 31), (0, 1), (13, 1), (12, 0), (None, 32), (None, 0)])
def test_a_date_that_no_year_has_is_refused(pair: MonthDay) -> None:
    with pytest.raises(ValueError, match="there is no"):
        MonthDayMoment("by", (pair,))


@given(st.integers(2000, 2090))
def test_the_29th_of_february_exists_in_leap_years_alone(year: int) -> None:
    moment = MonthDayMoment("by", ((2, 29),))
    if isleap(year):
        assert moment.last_day(cycle(str(year))) == date(year, 2, 29)
    else:
        with pytest.raises(ValueError, match=f"there is no 02-29 in {year}"):
            moment.last_day(cycle(str(year)))


@pytest.mark.parametrize(
    ("moment", "name", "words"),
    [
        (MonthDayMoment("by", (20,)), "2026", "one month-day"),
        (MonthDayMoment("by", ((6, 5), (12, 5))), "2026", "one month-day"),
        (MonthDayMoment("by", (20,)), "2026-Q1", "four month-days"),
        (MonthDayMoment("by", ((6, 5),)), "2026-H1", "two month-days"),
        (MonthDayMoment("by", ((6, 5),)), "2026-06", "one day of the month"),
        (MonthDayMoment("by", ()), "2026-06", "one day of the month"),
    ],
)
def test_days_that_do_not_fit_the_kind_of_cycle_are_refused_with_what_fits(
    moment: MonthDayMoment, name: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        moment.last_day(cycle(name))


@given(days, st.integers(1, 31), st.booleans())
def test_before_ends_one_day_earlier_than_by(day: date, of_month: int, following: bool) -> None:
    month = DECREE["month"].cycle_at(day)
    by = MonthDayMoment("by", (of_month,), following).last_day(month)
    assert MonthDayMoment("before", (of_month,), following).last_day(month) == by - timedelta(days=1)
