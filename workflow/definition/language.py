"""The small phrases inside a definition: `report_due unmet`, `entered reported`, `round.submit`, ...

Each parses from one string and prints back the same, so that a message can quote it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, GetCoreSchemaHandler, PlainValidator
from pydantic_core import PydanticCustomError, core_schema

from workflow.calendar import Span, parse_span


class _Phrase(ABC):
    """A frozen value that pydantic reads by the class's own `parse`."""

    @classmethod
    @abstractmethod
    def parse(cls, text: str) -> Any:
        """The value that `text` writes. Raises PydanticCustomError."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(cls._validate)

    @classmethod
    def _validate(cls, value: Any) -> Any:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "a phrase is expected")
        return cls.parse(" ".join(value.split()))


@dataclass(frozen=True, slots=True)
class Condition(_Phrase):
    """`DEADLINE met|unmet`, or `STATE reached|not reached`."""

    subject: str
    predicate: Literal["met", "unmet", "reached", "not reached"]

    @classmethod
    def parse(cls, text: str) -> Condition:
        subject, _, rest = text.partition(" ")
        if rest in ("met", "unmet", "reached", "not reached"):
            return cls(subject, rest)  # type: ignore[arg-type]
        raise PydanticCustomError("bad-condition", "{text}", {"text": text})

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate}"


@dataclass(frozen=True, slots=True)
class Base(_Phrase):
    """What a reminder counts from: `DEADLINE`, `DEADLINE target` or `entered STATE`."""

    subject: str
    point: Literal["due", "target", "entered"]

    @classmethod
    def parse(cls, text: str) -> Base:
        match text.split():
            case ["entered", state]:
                return cls(state, "entered")
            case [deadline, "target"]:
                return cls(deadline, "target")
            case [deadline]:
                return cls(deadline, "due")
        raise PydanticCustomError("bad-base", "{text}", {"text": text})

    def __str__(self) -> str:
        return {"entered": f"entered {self.subject}", "target": f"{self.subject} target"}.get(self.point, self.subject)


@dataclass(frozen=True, slots=True)
class Start(_Phrase):
    """What a term runs from: `opening`, `entered STATE`, or the name of a transition or of a deadline."""

    subject: str
    entered: bool = False

    @classmethod
    def parse(cls, text: str) -> Start:
        match text.split():
            case ["entered", state]:
                return cls(state, entered=True)
            case [name]:
                return cls(name)
        raise PydanticCustomError("bad-start", "{text}", {"text": text})

    def __str__(self) -> str:
        return f"entered {self.subject}" if self.entered else self.subject


@dataclass(frozen=True, slots=True)
class Reference(_Phrase):
    """A name of this workflow (`report_due`) or of the round it is part of (`round.submit`)."""

    name: str
    of_round: bool = False

    @classmethod
    def parse(cls, text: str) -> Reference:
        head, dot, tail = text.partition(".")
        if not dot and head:
            return cls(head)
        if head == "round" and tail and "." not in tail:
            return cls(tail, of_round=True)
        raise PydanticCustomError("bad-reference", "{text}", {"text": text})

    def __str__(self) -> str:
        return f"round.{self.name}" if self.of_round else self.name


def _span(value: Any) -> Span:
    if isinstance(value, Span):
        return value
    try:
        return parse_span(str(value))
    except ValueError:
        raise PydanticCustomError("bad-span", "{text}", {"text": str(value)}) from None


def _given_or_span(value: Any) -> Any:
    return value if value == "given" else _span(value)


def _one_or_more(value: Any) -> Any:
    """A list may be written as its only item."""
    if value is None or isinstance(value, (list, tuple)):
        return value
    return [value]


GivenOrSpan = Annotated[Literal["given"] | Span, PlainValidator(_given_or_span)]
"""A term, or `given`: the person who acts names the day."""
SpanText = Annotated[Span, BeforeValidator(_span)]
OneOrMore = BeforeValidator(_one_or_more)
