"""The catalogue of texts holds whatever the product can say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workflow.words import CATALOGUE, LANGUAGES, say

ROOT = Path(__file__).parents[2]
RAISED = re.compile(
    r'(?:Refusal|SystemFault|Conflict|_unreadable|Fault)\((?:\s*\w+(?:\.\w+)?,)*\s*"([a-z]+(?:-[a-z]+)+)"'
)
CODES = sorted(
    {
        code
        for folder in ("workflow", "notifications", "scheduler", "web", "cli")
        for file in (ROOT / folder).rglob("*.py")
        for code in RAISED.findall(file.read_text(encoding="utf-8"))
    }
)


def test_the_search_for_codes_finds_them() -> None:
    assert {"no-case", "not-initialised", "no-file", "wrong-state"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_error_that_is_raised_has_words(code: str) -> None:
    assert code in CATALOGUE


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_both_languages_say_the_same_facts(code: str) -> None:
    """A fact that only one language fills in would leave the other with a hole or an error."""
    vi, en = (set(re.findall(r"{(\w+)", text)) for text in CATALOGUE[code])
    filled = dict.fromkeys(vi | en, "x")
    assert all(say(code, lang, **filled) for lang in LANGUAGES)
