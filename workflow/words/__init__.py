"""The one catalogue of texts: a code and what fills it in, to words in Vietnamese or English.

Each sheet maps a code to its two texts, written for `str.format`.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from workflow.model import DondocError
from workflow.words.changes import CHANGES
from workflow.words.cli import CLI
from workflow.words.faults import FAULTS
from workflow.words.mail import MAIL
from workflow.words.refusals import FIELDS, REFUSALS

Sheet = dict[str, tuple[str, str]]

CATALOGUE: Sheet = FAULTS | REFUSALS | CHANGES | MAIL | CLI
LANGUAGES = ("vi", "en")


def say(code: str, lang: str = "vi", **params: Any) -> str:
    """The text of `code` in `lang`. A list fills in as `a, b, c`, a text by language in `lang`, None as `-`.

    Raises KeyError for a code that the catalogue does not hold: a defect, found by the tests.
    """
    text = CATALOGUE[code][LANGUAGES.index(lang)]
    wanted = {name for _, name, _, _ in Formatter().parse(text) if name}
    return text.format(**{name: _filled(value, lang) for name, value in params.items() if name in wanted})


def explain(error: DondocError, lang: str = "vi") -> str:
    """An error in words for a person, with what was probably meant where something is `near`."""
    params = dict(error.params)
    fields = params.get("field")
    if fields is not None:
        names = [fields] if isinstance(fields, str) else fields
        params["fields"] = [FIELDS[name][LANGUAGES.index(lang)] for name in names]
    near = params.get("near")
    hint = " " + say("did-you-mean-this", lang, near=near) if near else ""
    return say(error.code, lang, **params) + hint


def _filled(value: Any, lang: str) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return str(value.get(lang) or value["vi"])
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(_filled(v, lang) for v in value)
    return str(value)
