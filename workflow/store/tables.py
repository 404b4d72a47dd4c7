"""The tables. Rows are facts; what may be changed in place says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy import Text as LongText
from sqlmodel import Field, SQLModel

from workflow.store.types import Instant, Json, RowId

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA = SQLModel.metadata
METADATA.naming_convention = NAMING


class Installation(SQLModel, table=True):
    """One row: this installation, its clock, and where its daemon has been."""

    __tablename__: ClassVar[str] = "installation"
    id: int = Field(primary_key=True)
    uid: str
    """Random; part of every Message-ID."""
    created_at: datetime = Field(sa_type=Instant)
    rehearsal: bool
    clock_start: datetime | None = Field(default=None, sa_type=Instant)
    clock_real_start: datetime | None = Field(default=None, sa_type=Instant)
    clock_speed: float = 1.0
    attended_from: datetime | None = Field(default=None, sa_type=Instant)
    attended_to: datetime | None = Field(default=None, sa_type=Instant)
    """The stretch of this clock that the daemon has watched without a gap, until its last sign of life."""
    attended_real: datetime | None = Field(default=None, sa_type=Instant)
    """The same sign of life by the machine's own clock."""
    next_wake: datetime | None = Field(default=None, sa_type=Instant)


class DefinitionVersion(SQLModel, table=True):
    """A published text. Never changed."""

    __tablename__: ClassVar[str] = "definition"
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text: str = Field(sa_type=LongText)
    sha256: str
    made_from: int | None = None
    published_at: datetime = Field(sa_type=Instant)
    published_by: str
    reason: str | None = None


class CaseRow(SQLModel, table=True):
    """One state machine at work. Changed only together with its revision."""

    __tablename__: ClassVar[str] = "case"
    id: str = Field(primary_key=True)
    kind: str
    plan: str
    plan_version: int
    workflow: str
    workflow_version: int
    cycle: str
    round_id: str | None = Field(default=None, index=True)
    area: str | None = None
    unit: str | None = None
    adhoc: bool = False
    position: int = 0
    title: dict[str, str] = Field(sa_type=Json)
    roles: dict[str, list[str]] = Field(sa_type=Json)
    period_first: date | None = None
    period_last: date | None = None
    confidential: bool = False
    state: str
    state_since: datetime = Field(sa_type=Instant)
    reached: list[str] = Field(sa_type=Json)
    data: dict[str, Any] = Field(sa_type=Json)
    opened_at: datetime = Field(sa_type=Instant)
    revision: int
    seq: int
    head: str
    __table_args__ = (Index("ix_case_plan_cycle", "plan", "cycle"),)


class EventRow(SQLModel, table=True):
    """One link of a case's chain. Never changed, never removed."""

    __tablename__: ClassVar[str] = "event"
    case_id: str = Field(primary_key=True, foreign_key="case.id")
    seq: int = Field(primary_key=True)
    effective_at: datetime = Field(sa_type=Instant)
    recorded_at: datetime = Field(sa_type=Instant)
    actor: dict[str, Any] = Field(sa_type=Json)
    trigger: str
    from_state: str | None = None
    to_state: str
    data: dict[str, Any] = Field(sa_type=Json)
    effects: list[dict[str, Any]] = Field(sa_type=Json)
    text_hashes: dict[str, str] = Field(sa_type=Json)
    prev: str
    hash: str
    __table_args__ = (Index("ix_event_recorded_at", "recorded_at"),)


class FreeText(SQLModel, table=True):
    """Prose of an event, chained by its salted hash; the row can be emptied where the law requires it."""

    __tablename__: ClassVar[str] = "free_text"
    case_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    field: str = Field(primary_key=True)
    salt: str
    text: str | None = Field(default=None, sa_type=LongText)


class ObligationRow(SQLModel, table=True):
    """Who owes what by when."""

    __tablename__: ClassVar[str] = "obligation"
    case_id: str = Field(primary_key=True, foreign_key="case.id")
    name: str = Field(primary_key=True)
    occurrence: int = Field(primary_key=True)
    kind: str
    owner_role: str
    owner_agency: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    last_day: date | None = None
    target: date | None = None
    raw: str | None = None
    status: str
    rule: int | None = None
    base: str | None = None
    count: int = 0
    fired_at: datetime | None = Field(default=None, sa_type=Instant)
    met_by: int | None = None
    met_at: datetime | None = Field(default=None, sa_type=Instant)
    late_by_s: int | None = None
    cause: str | None = None
    __table_args__ = (
        Index(
            "ix_obligation_open_due",
            "due_at",
            sqlite_where=text("status = 'open' AND due_at IS NOT NULL"),
            postgresql_where=text("status = 'open' AND due_at IS NOT NULL"),
        ),
    )


class Opening(SQLModel, table=True):
    """A round that its plan's calendar will open, or has opened. The key lets none open twice."""

    __tablename__: ClassVar[str] = "opening"
    plan: str = Field(primary_key=True)
    cycle: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Instant, index=True)
    status: str
    """`open` (still to come) or `done`."""
    opened_at: datetime | None = Field(default=None, sa_type=Instant)


class MessageRow(SQLModel, table=True):
    """One e-mail to one agency. Its facts are frozen; its delivery state moves."""

    __tablename__: ClassVar[str] = "message"
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    agency: str
    template: str
    case_id: str = Field(index=True)
    """The case whose thread it belongs to."""
    facts: dict[str, Any] = Field(sa_type=Json)
    created_at: datetime = Field(sa_type=Instant)
    status: str
    """queued, claimed, sending, sent, dead, unknown."""
    attempts: int = 0
    next_attempt: datetime | None = Field(default=None, sa_type=Instant)
    """By the machine's own clock, as all of delivery is."""
    worker: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    recipients: list[str] | None = Field(default=None, sa_type=Json)
    subject: str | None = None
    body_text: str | None = Field(default=None, sa_type=LongText)
    body_html: str | None = Field(default=None, sa_type=LongText)
    template_version: int | None = None
    message_id: str | None = Field(default=None, index=True)
    error: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by: str | None = None
    __table_args__ = (
        Index(
            "ix_message_waiting",
            "next_attempt",
            "id",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
    )


class MessageEvent(SQLModel, table=True):
    """Which message tells which agency of which event: the key lets nobody be told twice."""

    __tablename__: ClassVar[str] = "message_event"
    case_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    agency: str = Field(primary_key=True)
    message_id: int = Field(sa_type=RowId, foreign_key="message.id", index=True)


class FileRow(SQLModel, table=True):
    """The bytes of an attachment, once for each content."""

    __tablename__: ClassVar[str] = "file"
    sha256: str = Field(primary_key=True)
    size: int
    content: bytes = Field(sa_type=LargeBinary)


class Incident(SQLModel, table=True):
    """What the daemon could not do by itself, until a person settles it."""

    __tablename__: ClassVar[str] = "incident"
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    kind: str
    """brake, clock, database, obligation, opening."""
    case_id: str | None = None
    subject: str
    """What it is about; one open incident for each (kind, subject)."""
    holds: bool = False
    """While open, nothing fires and no mail leaves."""
    raised_at: datetime = Field(sa_type=Instant)
    detail: dict[str, Any] = Field(sa_type=Json)
    status: str
    """open or resolved."""
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    resolved_by: str | None = None
    __table_args__ = (
        Index(
            "uq_incident_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )


class RefusalRow(SQLModel, table=True):
    """A command that was refused: who asked what, and why not."""

    __tablename__: ClassVar[str] = "refusal"
    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    at: datetime = Field(sa_type=Instant)
    case_id: str | None = Field(default=None, index=True)
    trigger: str
    actor: dict[str, Any] = Field(sa_type=Json)
    code: str


class Checkpoint(SQLModel, table=True):
    """Seals the heads of all chains; chained itself."""

    __tablename__: ClassVar[str] = "checkpoint"
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    events: int
    """How many events all chains hold together."""
    prev: str
    hash: str


class CheckpointHead(SQLModel, table=True):
    """The head of a chain that had moved since the checkpoint before."""

    __tablename__: ClassVar[str] = "checkpoint_head"
    checkpoint: int = Field(primary_key=True, foreign_key="checkpoint.seq")
    case_id: str = Field(primary_key=True)
    length: int
    head: str
