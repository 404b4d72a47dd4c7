"""Promises of the working-day calendar, with the figures of the first plan's year 2026 and the year before."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from workflow.calendar import (
    TZ,
    Span,
    Term,
    WorkCalendar,
    YearDays,
    day_start,
    local_day,
    next_reminder_slot,
    parse_span,
    reminder_instant,
    term_after,
    term_ending,
)

SHIPPED = Path(__file__).parents[2] / "definitions" / "calendars" / "vietnam.yaml"


def shipped() -> WorkCalendar:
    text = YAML(typ="safe").load(SHIPPED.read_text(encoding="utf-8"))
    years = {
        year: YearDays(
            year=year,
            off=frozenset(entry["day"] for entry in listed["off"]),
            working=frozenset(entry["day"] for entry in listed["working"]),
            official=listed["official"],
            source=listed["source"],
        )
        for year, listed in text["years"].items()
    }
    return WorkCalendar(text["calendar"], frozenset({5, 6}), years, text["country"])


VIETNAM = shipped()

days = st.dates(date(2024, 1, 1), date(2031, 12, 31))
amounts = st.integers(-600, 600)
rolls = st.sampled_from(["next", "keep", "previous"])


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TZ)


# --- which days are worked


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 1, 2), False),  # Friday, swapped
        (date(2026, 1, 10), True),  # Saturday, made up
        (date(2026, 1, 17), False),  # an ordinary Saturday
        (date(2026, 2, 13), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 20), False),
        (date(2026, 2, 23), True),
        (date(2026, 4, 26), False),
        (date(2026, 4, 27), False),  # the Monday for the Sunday of Giỗ Tổ
        (date(2026, 8, 22), True),
        (date(2026, 8, 31), False),
        (date(2026, 9, 3), True),
        (date(2025, 4, 26), True),
        (date(2025, 5, 2), False),
        (date(2025, 9, 1), False),
        (date(2026, 12, 14), True),
    ],
)
def test_the_official_list_decides_make_up_saturdays_too(day: date, worked: bool) -> None:
    assert VIETNAM.is_working(day) is worked


def test_the_shipped_list_is_in_order_and_each_swap_names_a_day_that_is_off() -> None:
    for year, listed in YAML(typ="safe").load(SHIPPED.read_text(encoding="utf-8"))["years"].items():
        off = [entry["day"] for entry in listed["off"]]
        assert off == sorted(set(off))
        assert {day.year for day in off} == {year}
        assert all(entry["name"] for entry in listed["off"])
        for swap in listed["working"]:
            assert swap["day"].weekday() >= 5
            assert swap["instead_of"] in off
            assert swap["instead_of"].weekday() < 5


def test_a_year_without_a_list_takes_the_proposal_and_is_named_as_unofficial() -> None:
    assert not VIETNAM.is_working(date(2027, 2, 8))  # Monday after Tết 06/02/2027
    assert not VIETNAM.is_working(date(2027, 9, 2))
    assert not VIETNAM.is_official(2027)
    assert VIETNAM.is_official(2026)
    assert VIETNAM.unofficial_years(date(2026, 12, 1), date(2028, 1, 5)) == (2027, 2028)
    assert VIETNAM.unofficial_years(date(2025, 1, 1), date(2026, 12, 31)) == ()


def test_a_proposed_year_keeps_its_own_published_swap_and_no_other_years() -> None:
    assert not VIETNAM.is_working(date(2024, 4, 29))
    assert VIETNAM.is_working(date(2024, 5, 4))
    assert not VIETNAM.is_working(date(2029, 1, 6))


def test_a_list_that_nobody_confirmed_is_used_and_still_unofficial() -> None:
    draft = YearDays(2027, frozenset({date(2027, 3, 3)}), frozenset(), official=False, source="nháp")
    calendar = replace(VIETNAM, years={**VIETNAM.years, 2027: draft})
    assert not calendar.is_working(date(2027, 3, 3))
    assert not calendar.is_official(2027)


def test_a_swap_may_name_a_saturday_of_the_year_before() -> None:
    listed = YearDays(2028, frozenset({date(2028, 1, 3)}), frozenset({date(2027, 12, 25)}), official=True, source="")
    calendar = replace(VIETNAM, years={**VIETNAM.years, 2028: listed})
    assert calendar.is_working(date(2027, 12, 25))
    assert not calendar.is_working(date(2028, 1, 3))


@pytest.mark.parametrize("country", [None, "nowhere"])
def test_where_nothing_is_known_the_calendar_refuses_rather_than_guess(country: str | None) -> None:
    with pytest.raises(ValueError, match="2027"):
        WorkCalendar("empty", frozenset({5, 6}), {}, country).is_working(date(2027, 3, 3))


def test_a_count_that_leaves_the_known_years_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="2101"):
        VIETNAM.add_working_days(date(2100, 12, 1), 300)
    with pytest.raises(ValueError, match="9999"):
        term_after(VIETNAM, date(9999, 12, 31), parse_span("1d"), "keep")
    full = {year: YearDays(year, frozenset(), frozenset(), official=True, source="") for year in (9998, 9999)}
    with pytest.raises(ValueError, match="9999"):
        WorkCalendar("end", frozenset({5, 6}), full, None).add_working_days(date(9999, 12, 1), 300)


# --- counting


def test_the_consolidation_window_of_2026_has_four_working_days() -> None:
    assert VIETNAM.working_days_between(date(2026, 12, 14), date(2026, 12, 18)) == 4
    assert VIETNAM.working_days_between(date(2026, 12, 18), date(2026, 12, 14)) == 0
    assert VIETNAM.working_days_between(date(2025, 12, 31), date(2026, 1, 10)) == 6


@given(days, amounts)
def test_counting_back_undoes_counting_on(day: date, n: int) -> None:
    start = VIETNAM.next_working(day)
    assert VIETNAM.add_working_days(VIETNAM.add_working_days(start, n), -n) == start


@given(days, days, amounts)
def test_counting_keeps_the_order_of_days(a: date, b: date, n: int) -> None:
    first, last = sorted((VIETNAM.next_working(a), VIETNAM.next_working(b)))
    moved_first, moved_last = VIETNAM.add_working_days(first, n), VIETNAM.add_working_days(last, n)
    assert moved_first <= moved_last
    assert (moved_first == moved_last) is (first == last)


@given(days, st.integers(1, 600))
def test_counting_on_passes_exactly_that_many_working_days(day: date, n: int) -> None:
    reached = VIETNAM.add_working_days(day, n)
    assert VIETNAM.is_working(reached)
    assert VIETNAM.working_days_between(day, reached) == n


@given(days, st.integers(0, 400))
def test_the_number_between_is_what_a_count_day_by_day_gives(day: date, length: int) -> None:
    end = day + timedelta(days=length)
    walked = sum(VIETNAM.is_working(day + timedelta(days=n)) for n in range(1, length + 1))
    assert VIETNAM.working_days_between(day, end) == walked


@given(days)
def test_the_nearest_working_days_enclose_a_day_off(day: date) -> None:
    before, after = VIETNAM.previous_working(day), VIETNAM.next_working(day)
    assert before <= day <= after
    assert (before == day == after) is VIETNAM.is_working(day)
    assert VIETNAM.working_days_between(before, after) == (0 if before == after else 1)


# --- terms


@pytest.mark.parametrize(
    ("last_day", "roll", "term"),
    [
        (date(2026, 12, 14), "next", (date(2026, 12, 14), date(2026, 12, 14), at(2026, 12, 15))),
        (date(2026, 12, 19), "keep", (date(2026, 12, 19), date(2026, 12, 18), at(2026, 12, 20))),
        (date(2026, 12, 19), "next", (date(2026, 12, 21), date(2026, 12, 18), at(2026, 12, 22))),
        (date(2026, 12, 19), "previous", (date(2026, 12, 18), date(2026, 12, 18), at(2026, 12, 19))),
        (date(2025, 12, 14), "next", (date(2025, 12, 15), date(2025, 12, 12), at(2025, 12, 16))),
        (date(2026, 1, 10), "next", (date(2026, 1, 10), date(2026, 1, 10), at(2026, 1, 11))),
        (date(2026, 2, 14), "next", (date(2026, 2, 23), date(2026, 2, 13), at(2026, 2, 24))),
    ],
)
def test_a_term_has_its_printed_day_its_target_and_its_overdue_instant(
    last_day: date, roll: str, term: tuple[date, date, datetime]
) -> None:
    assert term_ending(VIETNAM, last_day, roll) == Term(last_day, *term)  # type: ignore[arg-type]


def test_the_due_instant_is_local_midnight_and_aware() -> None:
    due_at = term_ending(VIETNAM, date(2026, 12, 14), "next").due_at
    assert due_at.isoformat() == "2026-12-15T00:00:00+07:00"
    assert due_at == datetime(2026, 12, 14, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("base", "span", "roll", "last", "rolled", "target"),
    [
        # an ad-hoc request of Monday 09/11/2026 gives until the fifth working day after it
        (date(2026, 11, 9), "5wd", "next", date(2026, 11, 16), date(2026, 11, 16), date(2026, 11, 16)),
        (date(2025, 12, 31), "3wd", "next", date(2026, 1, 7), date(2026, 1, 7), date(2026, 1, 7)),
        (date(2026, 12, 9), "10d", "next", date(2026, 12, 19), date(2026, 12, 21), date(2026, 12, 18)),
        (date(2026, 12, 9), "10d", "keep", date(2026, 12, 19), date(2026, 12, 19), date(2026, 12, 18)),
        # one day after a Friday holds no working day
        (date(2026, 12, 18), "1d", "next", date(2026, 12, 19), date(2026, 12, 21), date(2026, 12, 21)),
        (date(2026, 12, 18), "1d", "keep", date(2026, 12, 19), date(2026, 12, 19), date(2026, 12, 19)),
        (date(2026, 12, 18), "1d", "previous", date(2026, 12, 19), date(2026, 12, 19), date(2026, 12, 19)),
    ],
)
def test_the_day_of_the_event_does_not_count(
    base: date, span: str, roll: str, last: date, rolled: date, target: date
) -> None:
    term = term_after(VIETNAM, base, parse_span(span), roll)  # type: ignore[arg-type]
    assert (term.last_day, term.rolled_day, term.target) == (last, rolled, target)


def test_a_term_that_would_end_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="-5wd"):
        term_after(VIETNAM, date(2026, 12, 9), parse_span("-5wd"), "next")


@given(days, st.integers(1, 60), st.sampled_from(["d", "wd"]), rolls)
def test_a_term_never_ends_before_it_begins_and_its_target_is_never_overdue(
    base: date, amount: int, unit: str, roll: str
) -> None:
    term = term_after(VIETNAM, base, Span(amount, unit), roll)  # type: ignore[arg-type]
    assert base < term.target <= term.rolled_day
    assert day_start(term.target) < term.due_at == day_start(term.rolled_day + timedelta(days=1))


# --- spans


@pytest.mark.parametrize("text", ["5wd", "-10wd", "+3wd", "7d", "-1d", "0d", "+0wd"])
def test_a_span_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_span(text)) == text


def test_the_sign_can_be_asked_for_and_does_not_tell_spans_apart() -> None:
    assert parse_span("+3wd") == parse_span("3wd") == Span(3, "wd")
    assert f"{parse_span('3wd'):+}" == "+3wd"
    assert f"{parse_span('-3wd'):+}" == "-3wd"


@pytest.mark.parametrize("text", ["", "5", "wd", "5 wd", "5w", "1.5d", "--1d", "5wd6d", "٣d", "999999d"])
def test_what_is_no_span_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="no span of days"):
        parse_span(text)


# --- reminders


@pytest.mark.parametrize(
    ("base", "offset", "instant"),
    [
        (date(2026, 12, 14), "-1wd", at(2026, 12, 11, 7, 30)),
        (date(2026, 11, 16), "+3wd", at(2026, 11, 19, 7, 30)),
        (date(2026, 12, 14), "-10wd", at(2026, 11, 30, 7, 30)),
        (date(2026, 12, 18), "+1wd", at(2026, 12, 21, 7, 30)),
        (date(2026, 12, 19), "-1wd", at(2026, 12, 18, 7, 30)),
        (date(2026, 12, 14), "-1d", at(2026, 12, 11, 7, 30)),  # a Sunday: the working day before
        (date(2026, 12, 18), "+1d", at(2026, 12, 21, 7, 30)),  # a Saturday: the working day after
        (date(2026, 12, 19), "0d", at(2026, 12, 18, 7, 30)),
        (date(2026, 12, 19), "0wd", at(2026, 12, 18, 7, 30)),
        (date(2026, 12, 18), "0wd", at(2026, 12, 18, 7, 30)),
    ],
)
def test_a_reminder_goes_out_at_half_past_seven_of_its_working_day(base: date, offset: str, instant: datetime) -> None:
    assert reminder_instant(VIETNAM, base, parse_span(offset)) == instant


@pytest.mark.parametrize(
    ("after", "slot"),
    [
        (at(2026, 12, 14, 7, 29), at(2026, 12, 14, 7, 30)),
        (at(2026, 12, 14, 7, 30), at(2026, 12, 15, 7, 30)),
        (at(2026, 12, 18, 8), at(2026, 12, 21, 7, 30)),
        (at(2026, 1, 9, 8), at(2026, 1, 10, 7, 30)),
        (at(2026, 12, 19, 3), at(2026, 12, 21, 7, 30)),
        (datetime(2026, 12, 14, 0, 29, tzinfo=UTC), at(2026, 12, 14, 7, 30)),
        (datetime(2026, 12, 13, 18, 0, tzinfo=UTC), at(2026, 12, 14, 7, 30)),
    ],
)
def test_the_next_slot_is_the_first_one_strictly_after(after: datetime, slot: datetime) -> None:
    assert next_reminder_slot(VIETNAM, after) == slot


@given(days, st.integers(-60, 60), st.sampled_from(["d", "wd"]))
def test_every_reminder_falls_on_a_working_day_on_its_own_side_of_the_base(base: date, amount: int, unit: str) -> None:
    instant = reminder_instant(VIETNAM, base, Span(amount, unit))  # type: ignore[arg-type]
    day = local_day(instant)
    assert VIETNAM.is_working(day)
    assert (day - base).days * amount >= 0
    assert next_reminder_slot(VIETNAM, instant - timedelta(seconds=1)) == instant


def test_days_are_days_of_vietnam_and_naive_instants_are_refused() -> None:
    assert local_day(datetime(2026, 12, 14, 17, tzinfo=UTC)) == date(2026, 12, 15)
    assert local_day(datetime(2026, 12, 14, 16, 59, tzinfo=UTC)) == date(2026, 12, 14)
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2026, 12, 14))
