"""What is wrong with a definition, where, and what would put it right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from workflow.words import say

MOST_FAULTS = 100
"""Reported per file; a file with more is beyond reading fault by fault."""
MOST_COMPARED = 300
"""Names that a suggestion is looked for among; comparing is the one costly step of a check."""
SHOWN = 80
"""Characters of a wrong text that a message repeats."""


@dataclass(frozen=True)
class Phrase:
    """Words by their code; a parameter may be a phrase itself, so that it follows the language of the sentence."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        return say(self.code, lang, **{name: _param(value, lang) for name, value in self.params.items()})


@dataclass(frozen=True)
class Fault:
    """One fault at its place: line and column count from 1, columns in characters of the NFC text."""

    file: str
    line: int
    column: int
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    hint: Phrase | None = None

    def message(self, lang: str = "vi") -> str:
        return Phrase(self.code, self.params).text(lang)

    def hint_text(self, lang: str = "vi") -> str | None:
        return self.hint.text(lang) if self.hint else None

    def text(self, lang: str = "vi") -> str:
        """`FILE:LINE:COL: message (hint)`, the form that editors and terminals can follow."""
        hint = self.hint_text(lang)
        return f"{self.file}:{self.line}:{self.column}: {self.message(lang)}" + (f" ({hint})" if hint else "")

    def as_json(self, lang: str = "vi") -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.message(lang),
            "hint": self.hint_text(lang),
        }

    def __str__(self) -> str:
        return self.text()


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """By file, line and column; what would read the same twice stands once."""
    once = {(f.file, f.line, f.column, f.code, f.message("en")): f for f in faults}
    return [once[key] for key in sorted(once)]


def suggest(word: str, known: Iterable[str]) -> Phrase | None:
    """Did you mean …, else what there is to choose from; None where there is nothing."""
    names = list(known)[:MOST_COMPARED]
    if close := get_close_matches(word[:SHOWN], names, n=1):
        return Phrase("did-you-mean", {"name": close[0]})
    if not names:
        return None
    shown = 12
    return Phrase("known-names", {"names": names[:shown] + (["…"] if len(names) > shown else [])})


def short(value: Any) -> str:
    """A wrong value as a message may repeat it: one line, not long."""
    text = " ".join((str(value).lower() if isinstance(value, bool) else str(value)).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _param(value: Any, lang: str) -> Any:
    return value.text(lang) if isinstance(value, Phrase) else value
