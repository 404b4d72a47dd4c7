"""Promises of the words for dates: what a reader sees on pages and in mail."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.calendar import TZ
from workflow.dates_vi import (
    Lang,
    date_words,
    day_words,
    instant_words,
    last_moment_words,
    late_words,
    number_words,
    overdue_words,
    weekday,
)


def test_the_week_runs_from_thu_hai_to_chu_nhat() -> None:
    week = [date(2026, 12, 14) + timedelta(days=n) for n in range(7)]
    named = ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"]
    assert [weekday(day, "vi") for day in week] == named
    assert weekday(week[0], "en") == "Monday"
    assert weekday(week[6], "en") == "Sunday"


@pytest.mark.parametrize(
    ("lang", "year", "words"),
    [
        ("vi", True, "thứ Sáu 18/12/2026"),
        ("vi", False, "thứ Sáu 18/12"),
        ("en", True, "Friday 18 December 2026"),
        ("en", False, "Friday 18 December"),
    ],
)
def test_a_day_always_has_its_weekday_and_the_year_when_asked(lang: Lang, year: bool, words: str) -> None:
    assert day_words(date(2026, 12, 18), lang, year) == words


def test_vietnamese_dates_keep_two_digits() -> None:
    assert date_words(date(2026, 3, 5), "vi") == "05/03/2026"
    assert date_words(date(2026, 3, 5), "en") == "5 March 2026"


def test_an_instant_is_told_in_local_time() -> None:
    assert instant_words(datetime(2026, 11, 19, 0, 30, tzinfo=UTC), "vi") == "07:30 thứ Năm 19/11/2026"
    assert instant_words(datetime(2026, 11, 19, 0, 30, tzinfo=UTC), "en") == "07:30 Thursday 19 November 2026"
    with pytest.raises(ValueError, match="time zone"):
        instant_words(datetime(2026, 11, 19), "vi")


@pytest.mark.parametrize(
    ("due_at", "lang", "words"),
    [
        (datetime(2026, 12, 15, tzinfo=TZ), "vi", "trước khi hết thứ Hai 14/12/2026"),
        (datetime(2026, 12, 14, 17, tzinfo=UTC), "vi", "trước khi hết thứ Hai 14/12/2026"),
        (datetime(2026, 12, 15, tzinfo=TZ), "en", "by the end of Monday 14 December 2026"),
        (datetime(2026, 12, 14, 17, tzinfo=TZ), "vi", "trước 17:00 thứ Hai 14/12/2026"),
        (datetime(2026, 12, 14, 17, tzinfo=TZ), "en", "before 17:00 Monday 14 December 2026"),
        (datetime(2027, 1, 1, tzinfo=TZ), "vi", "trước khi hết thứ Năm 31/12/2026"),
    ],
)
def test_the_last_moment_is_the_day_that_still_counts(due_at: datetime, lang: Lang, words: str) -> None:
    assert last_moment_words(due_at, lang) == words


def test_overdue_names_the_instant_from_which_it_is() -> None:
    due_at = datetime(2026, 12, 15, tzinfo=TZ)
    assert overdue_words(due_at, "vi") == "Quá hạn từ 00:00 thứ Ba 15/12/2026"
    assert overdue_words(due_at, "vi", year=False) == "Quá hạn từ 00:00 thứ Ba 15/12"
    assert overdue_words(due_at, "en") == "Overdue from 00:00 Tuesday 15 December 2026"
    assert last_moment_words(due_at, "vi", year=False) == "trước khi hết thứ Hai 14/12"


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (0, "dưới 1 phút", "under 1 minute"),
        (59, "dưới 1 phút", "under 1 minute"),
        (60, "1 phút", "1 minute"),
        (41 * 60 + 16, "41 phút", "41 minutes"),
        (3600, "1 giờ", "1 hour"),
        (3 * 3600 + 5 * 60, "3 giờ 5 phút", "3 hours 5 minutes"),
        (2 * 86400 + 3 * 3600, "2 ngày 3 giờ", "2 days 3 hours"),
        (2 * 86400 + 59 * 60, "2 ngày", "2 days"),
        (1234 * 86400, "1.234 ngày", "1,234 days"),
    ],
)
def test_a_delay_is_told_in_its_two_largest_units(seconds: int, vi: str, en: str) -> None:
    assert late_words(seconds, "vi") == vi
    assert late_words(seconds, "en") == en


def test_a_negative_delay_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        late_words(-1, "vi")


def test_thousands_are_set_apart_as_the_language_does() -> None:
    assert number_words(1234567, "vi") == "1.234.567"
    assert number_words(1234567, "en") == "1,234,567"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 30)))
def test_a_vietnamese_date_can_be_read_back(day: date) -> None:
    assert datetime.strptime(date_words(day, "vi"), "%d/%m/%Y").date() == day
