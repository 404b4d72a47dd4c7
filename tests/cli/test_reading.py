"""What people type behind options."""

import os
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli import options
from cli.errors import WrongValue
from cli.moments import parse_day, parse_instant, parse_moment


def wrong(read: Callable[[str], Any], text: str) -> str:
    with pytest.raises(WrongValue) as caught:
        read(text)
    return caught.value.code


@pytest.mark.parametrize("text", ["2026-12-14", "14/12/2026", " 14/12/2026 "])
def test_a_day_may_be_written_in_both_ways(text: str) -> None:
    assert parse_day(text) == date(2026, 12, 14)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-12-14T16:30", "2026-12-14T16:30:00+07:00"),
        ("14/12/2026 16:30:05", "2026-12-14T16:30:05+07:00"),
        ("2026-12-14T16:30Z", "2026-12-14T16:30:00+00:00"),
        ("2026-12-14T16:30-0330", "2026-12-14T16:30:00-03:30"),
        ("2026-12-14T16:30:00.25+07:00", "2026-12-14T16:30:00.250000+07:00"),
    ],
)
def test_an_instant_is_local_unless_it_says_otherwise(text: str, iso: str) -> None:
    assert parse_moment(text).isoformat() == iso


def test_a_day_where_an_instant_is_meant_is_its_first_moment() -> None:
    assert parse_instant("15/12/2026").isoformat() == "2026-12-15T00:00:00+07:00"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/2026", "day-none"),
        ("2026-13-01", "day-none"),
        ("0001-01-01", "day-none"),
        ("2026-12-14T24:00", "time-none"),
        ("2026-12-14T10:00+25:00", "time-none"),
        ("2026-W50-1", "value-moment-form"),
        ("20261214", "value-moment-form"),
        ("tomorrow", "value-moment-form"),
        ("٢٠٢٦-12-14", "value-moment-form"),
    ],
)
def test_what_is_no_moment_is_said_in_words(text: str, code: str) -> None:
    assert wrong(parse_moment, text) == code


def test_texts_are_composed_and_trimmed() -> None:
    decomposed = unicodedata.normalize("NFD", "  Đã gửi\r\nbáo cáo ")
    assert options.read_text(decomposed) == "Đã gửi\nbáo cáo"


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (options.read_text, " \n ", "empty"),
        (options.read_text, "a\x1b[31m", "control-character"),
        (options.read_text, "a\u202eb", "control-character"),
        (options.read_text, "a\udcff", "not-utf8-text"),
        (options.read_text, "x" * 100_001, "text-too-long"),
        (options.read_number, "x" * 101, "text-too-long"),
        (options.read_line, "a\nb", "text-line-break"),
        (options.read_line, "a\u200bb", "control-character"),
        (options.read_actor, "so-tnmt:", "empty"),
    ],
)
def test_a_text_that_cannot_be_is_refused(read: Callable[[str], Any], text: str, code: str) -> None:
    assert wrong(read, text) == code


def test_an_actor_is_an_agency_and_perhaps_a_person() -> None:
    assert options.read_actor("so-tnmt") == ("so-tnmt", None)
    assert options.read_actor("so-tnmt: Lê An: TP") == ("so-tnmt", "Lê An: TP")


def test_an_attachment_is_a_regular_file_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = tmp_path / "báo cáo.pdf"
    good.write_bytes(b"%PDF")
    assert options.read_attachment(str(good)) == ("báo cáo.pdf", b"%PDF")
    os.mkfifo(tmp_path / "pipe")
    assert wrong(options.read_attachment, str(tmp_path / "pipe")) == "file-kind"
    assert wrong(options.read_attachment, str(tmp_path)) == "file-kind"
    assert wrong(options.read_attachment, str(tmp_path / "none")) == "file-none"
    assert wrong(options.read_attachment, "a\0b") == "control-character"
    monkeypatch.setattr(options, "LARGEST_FILE", 3)
    assert wrong(options.read_attachment, str(good)) == "file-large"
