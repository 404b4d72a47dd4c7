"""What every definition's schema shares: names, texts for people, the base model."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError


class Schema(BaseModel):
    """Frozen, closed (unknown keys are faults) and strict: `yes` is a text, not a truth."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
"""Names that stand in ids and addresses: `bauxite-alumina`, `so-cong-thuong`."""
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
"""Names inside a workflow: `in_progress`, `report_due`."""
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$"),
]
"""One line of text for people; a line break inside it could forge a mail header."""


def _day(value: Any) -> Any:
    """Only `2026-12-31`: pydantic alone would take `2026` for a moment of 1970."""
    if not isinstance(value, str):
        return value
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("bad-date", "{text}", {"text": value})


Day = Annotated[date, BeforeValidator(_day)]


class Words(Schema):
    """A text for people. A plain text in the file is its Vietnamese."""

    vi: Line
    en: Line | None = None

    def in_(self, lang: str) -> str:
        """The text in `lang`, in Vietnamese where there is no translation."""
        return self.en if lang == "en" and self.en else self.vi

    def as_dict(self) -> dict[str, str]:
        return {"vi": self.vi, "en": self.en or self.vi}


def _plain_is_vietnamese(value: Any) -> Any:
    return {"vi": value} if isinstance(value, str) else value


Label = Annotated[Words, BeforeValidator(_plain_is_vietnamese)]
