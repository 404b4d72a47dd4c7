"""The schema of a workflow: one state machine that many cases share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from workflow.definition.language import Base, Condition, GivenOrSpan, OneOrMore, Reference, SpanText, Start
from workflow.definition.texts import Label, Schema, Slug, Word, Words

Need = Literal["report", "consolidated_report", "reason", "instruction", "opinion", "decision", "change"]
Roll = Literal["next", "keep", "previous"]


class Role(Words):
    many: bool = False
    """Several agencies may play it in one case."""
    optional: bool = False
    """A plan may leave it unplayed."""


class State(Words):
    final: bool = False
    effect: Literal["apply_change"] | None = None


class Transition(Schema):
    """One change of state: by a person (`by`), by time (`at`), or together with the round (`with`)."""

    from_: Annotated[tuple[Word, ...], OneOrMore, Field(alias="from", strict=False, min_length=1)]
    to: Word
    title: Label | None = None
    by: Word | None = None
    at: Reference | None = None
    with_: Annotated[Reference | None, Field(alias="with")] = None
    on_behalf: Word | None = None
    needs: Annotated[tuple[Need, ...], OneOrMore, Field(strict=False)] = ()
    meets: Annotated[tuple[Word, ...], OneOrMore, Field(strict=False)] = ()
    rearm: dict[Word, GivenOrSpan] = {}
    if_: Annotated[tuple[Condition, ...], OneOrMore, Field(alias="if", strict=False)] = ()
    as_: Annotated[Word | None, Field(alias="as")] = None
    """Counts as this other transition for `with:` and `after:`."""


class Deadline(Schema):
    owner: Word
    after: Start | None = None
    in_: Annotated[SpanText | None, Field(alias="in")] = None
    roll: Roll = "next"
    title: Label | None = None


class Reminder(Schema):
    base: Base
    offset: Annotated[tuple[SpanText, ...], OneOrMore, Field(strict=False, min_length=1)]
    every: SpanText | None = None
    most: Annotated[int, Field(ge=1, le=1000)] | None = None
    to: Annotated[tuple[Word, ...], OneOrMore, Field(strict=False, min_length=1)]
    copy_: Annotated[tuple[Word, ...], OneOrMore, Field(alias="copy", strict=False)] = ()
    until: Condition | None = None
    while_: Annotated[tuple[Word, ...], OneOrMore, Field(alias="while", strict=False)] = ()


class Always(Schema):
    """What must hold whatever people do or leave undone."""

    by: Reference
    reached: Annotated[tuple[Word, ...], OneOrMore, Field(strict=False)] = ()
    in_: Annotated[tuple[Word, ...], OneOrMore, Field(alias="in", strict=False)] = ()
    because: Label


class Workflow(Schema):
    workflow: Slug
    title: Label
    part_of: Slug | None = None
    roles: dict[Word, Role]
    states: dict[Word, State]
    initial: Word
    transitions: dict[Word, Transition]
    deadlines: dict[Word, Deadline] = {}
    reminders: Annotated[tuple[Reminder, ...], Field(strict=False)] = ()
    notify: dict[Word, Annotated[tuple[Word, ...], OneOrMore, Field(strict=False)]] = {}
    always: Annotated[tuple[Always, ...], Field(strict=False)] = ()
