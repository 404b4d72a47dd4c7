"""Words for the person at the terminal, in the language that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from cli.errors import SettingsWrong
from workflow.dates_vi import Lang, instant_words, last_moment_words
from workflow.model import DondocError
from workflow.words import CATALOGUE, LANGUAGES, explain, say


class Voice:
    """Speaks one language."""

    def __init__(self, lang: str) -> None:
        self.lang: Lang = cast("Lang", lang if lang in LANGUAGES else "vi")

    def say(self, code: str, **params: Any) -> str:
        return say(code, self.lang, **params)

    def explain(self, error: DondocError) -> str:
        """An error in words; one line, but for settings, which have a line for each fault."""
        if isinstance(error, SettingsWrong):
            return "\n".join(self._setting(fault.name, fault.code, fault.params, fault.meant) for fault in error.faults)
        try:
            return explain(error, self.lang)
        except (KeyError, IndexError):
            return str(error)  # an error without words is a defect, but must not hide the error

    def wrong(self, code: str, option: str, params: Mapping[str, Any]) -> str:
        return f"{option}: {self.say(code, **params)}"

    def pick(self, text: Any) -> str:
        """A text of the data in this language: `{"vi": …, "en": …}`, or plain."""
        if isinstance(text, Mapping):
            return str(text.get(self.lang) or text.get("vi") or "")
        return "" if text is None else str(text)

    def instant(self, iso: str | None) -> str:
        return instant_words(datetime.fromisoformat(iso), self.lang) if iso else self.say("cli-undated")

    def last_moment(self, iso: str | None) -> str:
        """`trước khi hết thứ Hai 14/12/2026`."""
        return last_moment_words(datetime.fromisoformat(iso), self.lang) if iso else self.say("cli-undated")

    def known(self, prefix: str, code: str) -> str:
        """The word for a code of the data (a status); the code itself where there is none."""
        return self.say(f"{prefix}{code}") if f"{prefix}{code}" in CATALOGUE else code

    def _setting(self, name: str, code: str, params: Mapping[str, Any], meant: str | None) -> str:
        hint = f" {self.say('cli-meant', name=meant)}" if meant else ""
        return f"{name}: {self.say(code, **params)}{hint}"
