"""Bytes become plain data with places, or faults in words; nothing makes the reader raise or work without bound."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.definitions import marked
from workflow.definition.reading import (
    content_hash,
    made_from,
    normalise,
    read_yaml,
    with_marker,
)
from workflow.words.faults import FAULTS


def test_every_key_and_value_has_its_line_and_column() -> None:
    reading = read_yaml(b"a: 1\nb:\n  - x: yes\n    y: [on, 12-15]\n", "f.yaml")
    assert reading.faults == ()
    assert reading.data == {"a": 1, "b": [{"x": "yes", "y": ["on", "12-15"]}]}
    assert reading.place(("b", 0, "y", 1)) == (4, 13)
    assert reading.place(("b", 0, "x"), key=True) == (3, 5)
    assert reading.place(("b", 0, "missing")) == (3, 5), "what is not there stands where its mapping stands"


def test_dates_stay_text_and_only_core_scalars_are_more() -> None:
    reading = read_yaml(b"{a: 2026-12-31, b: no, c: true, d: 1.5, e: ~, f: 0x10, g: '7', h: 1_0}", "f")
    assert reading.data == {
        "a": "2026-12-31", "b": "no", "c": True, "d": 1.5, "e": None, "f": "0x10", "g": "7", "h": "1_0",
    }  # fmt: skip


def test_keys_and_values_are_composed_letters_however_they_were_typed() -> None:
    typed = unicodedata.normalize("NFD", "khóa: Sở Tài nguyên và Môi trường\nx: ")
    reading = read_yaml((typed + '"e\\u0301"').encode(), "f")
    assert reading.data == {"khóa": "Sở Tài nguyên và Môi trường", "x": "é"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\n«a: 2\n", "duplicate-key"),
        ("a: {b: 1, «b: 2}\n", "duplicate-key"),
        ("a: «&x 1\n", "anchor"),
        ("a: «*x\n", "alias"),
        ("a: «!!python/object:os.system 1\n", "tag"),
        ("a: «!x {b: 1}\n", "tag"),
        ("a: 1\n«---\nb: 2\n", "second-document"),
        ("«- a\n- b\n", "top-not-mapping"),
        ("«just words\n", "top-not-mapping"),
        ("«%YAML 1.1\n---\na: 1\n", "directive"),
        ("«[a]: 1\n", "key-not-text"),
        ("a: x«\u200by\n", "unseen-character"),
        ("a: x«\u202ey\n", "unseen-character"),
        ("a: b\nc: «\x07\n", "unseen-character"),
        ('a: «"\\x00"\n', "unseen-character"),
        ("a:\n«\tb: 1\n", "tab-indent"),
        ("a: b«: c\n", "stray-colon"),
        ('a: 1\nb: «"never closed\nc: 2\n', "open-quote"),
        ('a: "x\\«q"\n', "bad-escape"),
        ("a: «{b: 1\n", "open-bracket"),
        ("a: «[b, c\nd: 1\n", "open-bracket"),
        ("a: 1\n«b\nc: 2\n", "missing-colon"),
        ("a: «@x\n", "reserved-character"),
        ("  a: 1\n«b: 2\n", "bad-indent"),
        ("«", "empty-file"),
        ("«# only a remark\n", "empty-file"),
    ],
)
def test_a_broken_text_is_refused_at_its_place(text: str, code: str) -> None:
    raw, line, column = marked(text)
    reading = read_yaml(raw, "f.yaml")
    assert [(f.code, f.line, f.column) for f in reading.faults][:1] == [(code, line, column)]


def test_each_repeated_key_is_named_with_the_line_of_the_first() -> None:
    reading = read_yaml(b"a: 1\nb: 2\na: 3\nb: 4\n", "f.yaml")
    assert [(f.line, f.column, f.params["line"]) for f in reading.faults] == [(3, 1, 1), (4, 1, 2)]
    assert reading.data == {"a": 1, "b": 2}


def test_a_wrong_encoding_is_told_with_its_line_and_byte() -> None:
    reading = read_yaml("a: 1\nb: Sở".encode("utf-16-le"), "f.yaml")
    assert reading.faults[0].code in {"not-utf8", "unseen-character"}
    (fault,) = read_yaml(b"a: 1\nb: caf" + b"\xe9\n", "f.yaml").faults
    assert (fault.line, fault.column) == (2, 7)
    assert fault.text("en") == "f.yaml:2:7: line 2 holds the byte 0xE9, which is not UTF-8 (save the file as UTF-8)"


def test_an_oversized_file_is_refused_unread() -> None:
    started = time.perf_counter()
    (fault,) = read_yaml(b"[" * 5_000_000, "big.yaml").faults
    assert fault.code == "too-large"
    assert time.perf_counter() - started < 0.1


def test_a_billion_laughs_are_refused_in_milliseconds() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    started = time.perf_counter()
    reading = read_yaml("\n".join(lines).encode(), "bomb.yaml")
    assert time.perf_counter() - started < 0.5
    assert reading.data is None
    assert {f.code for f in reading.faults} == {"anchor", "alias"}


@pytest.mark.parametrize("text", ["[" * 200_000, "- " * 100_000, "{a: " * 60_000, "? " * 100_000])
def test_deep_nesting_is_refused_before_it_is_followed(text: str) -> None:
    started = time.perf_counter()
    reading = read_yaml(text.encode(), "deep.yaml")
    assert time.perf_counter() - started < 2
    assert reading.faults[-1].code == "too-deep"


@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_raise(raw: bytes) -> None:
    reading = read_yaml(raw, "f.yaml")
    assert (reading.data is None) <= bool(reading.faults)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?, \n\t", max_size=60))
def test_no_yaml_like_text_makes_the_reader_raise(text: str) -> None:
    reading = read_yaml(text.encode(), "f.yaml")
    assert (reading.data is None) <= bool(reading.faults)
    for fault in reading.faults:
        assert fault.message("vi")
        assert fault.message("en")


def test_the_same_text_has_one_identity_whatever_its_line_ends_and_letters() -> None:
    text = "# ghi chú\na: Sở Công Thương\n"
    for other in (text.replace("\n", "\r\n"), unicodedata.normalize("NFD", text), "\ufeff" + text, text + "\n\n"):
        assert content_hash(other) == content_hash(text)
    assert content_hash(text) != content_hash(text + "b: 1\n")


@pytest.mark.parametrize("kind", ["plan", "mail"])
def test_the_marker_names_its_version_and_is_no_part_of_the_text(kind: str) -> None:
    text = "x: 1\n"
    marked_text = with_marker(text, kind, "bauxite-alumina", 7)
    assert made_from(marked_text) == 7
    assert normalise(marked_text) == text
    assert content_hash(marked_text) == content_hash(text)
    assert made_from(text) is None


def test_the_marker_is_a_remark_in_the_files_own_language() -> None:
    assert with_marker("x: 1\n", "plan", "p", 2).startswith("# dondoc: from plan/p version 2\n")
    assert with_marker("Kính gửi", "mail", "reported", 2).startswith("{# dondoc: from mail/reported version 2 #}\n")


def test_every_fault_has_words_in_both_languages() -> None:
    for code, texts in FAULTS.items():
        assert len(texts) == 2, code
        assert all(texts), code
