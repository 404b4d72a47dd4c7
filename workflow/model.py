"""The frozen values that every floor above speaks in. No I/O, no clock.

Instants are aware datetimes. A `due_at` is exclusive: an act at that very instant is late
(Civil Code 2015, art. 148.6: a term ends at 24:00 of its last day).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Text = Mapping[str, str]
"""A text for people by language; `vi` is always there."""

CaseKind = Literal["area", "unit", "round", "request"]
ObligationKind = Literal["deadline", "reminder", "clock"]
"""`clock`: the case follows a deadline of its round; nobody owes it, but the case must wake up for it."""
ObligationStatus = Literal["open", "met", "fired", "waived", "superseded", "cancelled"]
Via = Literal["cli", "page", "api", "daemon"]

OPENED, REMINDED, PASSED, SETTLED, AMENDED = "opened", "reminded", "passed", "settled", "amended"
"""Triggers of the engine's own events; a workflow may not name a transition so."""
ENGINE_TRIGGERS = frozenset({OPENED, REMINDED, PASSED, SETTLED, AMENDED})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gave a command, for whom, and by which way it came."""

    agency: str
    person: str | None = None
    on_behalf_of: str | None = None
    via: Via = "cli"
    login: str | None = None
    """The operating system's user for `cli`, the account for pages."""


CLOCK = Actor(agency="", via="daemon")
"""The engine itself, when a deadline passes or a round opens by its calendar."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by its content; the bytes stand in the store under `sha256`."""

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a command brings with it. Absent is None; an empty text never gets this far."""

    number: str | None = None
    dated: date | datetime | None = None
    signer: str | None = None
    text: str | None = None
    route: str | None = None
    nil: str | None = None
    reason: str | None = None
    instruction: str | None = None
    opinion: str | None = None
    decision: str | None = None
    due: date | None = None
    files: tuple[Attachment, ...] = ()
    change: tuple[Mapping[str, Any], ...] | None = None
    """Patches of the change language as they were written, without their reasons."""
    change_reasons: tuple[str | None, ...] = ()
    """One for each patch."""
    parts: tuple[int, ...] = ()
    """Of a request, the patches that are approved, from 1; empty means all."""
    impact: str | None = None
    """The hash of the impact report that is approved; None means the one attached at forwarding."""
    waive: bool = False
    """The decision waives the lateness of the deadlines that it moves."""


FREE_TEXTS = ("text", "nil", "reason", "instruction", "opinion")
"""Facts that are prose: chained by their hash, so that personal-data law can have one erased (Law 91/2025)."""


@dataclass(frozen=True, slots=True)
class Command:
    trigger: str
    actor: Actor
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True)
class Obligation:
    """Who owes what by when: one row per (case, name, occurrence). It ends in one of five ways, never in nothing."""

    case_id: str
    name: str
    kind: ObligationKind
    occurrence: int
    owner_role: str
    owner_agency: str | None
    due_at: datetime | None
    last_day: date | None = None
    """The last day of the printed term, before any roll."""
    target: date | None = None
    """The last working day inside the printed term; reminders and mails speak of it."""
    raw: str | None = None
    status: ObligationStatus = "open"
    rule: int | None = None
    """For a reminder: which rule of the workflow made it."""
    base: str | None = None
    """For a reminder: `NAME#OCCURRENCE` of its deadline or `entered:STATE`."""
    count: int = 0
    """For a reminder of a series: which urging this is (lần 1, lần 2, ...)."""
    fired_at: datetime | None = None
    met_by: int | None = None
    """Sequence number of the event that met it."""
    met_at: datetime | None = None
    late_by_s: int | None = None
    cause: str | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        return (self.case_id, self.name, self.occurrence)

    @property
    def unmet(self) -> bool:
        return self.met_by is None


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a case's chain. `texts` is chained by hash only; `data` is chained whole."""

    case_id: str
    seq: int
    effective_at: datetime
    recorded_at: datetime
    actor: Actor
    trigger: str
    from_state: str | None
    to_state: str
    data: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    effects: tuple[Obligation, ...] = ()
    """Every obligation row that this event made or changed, as it stands after it: the chain alone gives the rows."""


@dataclass(frozen=True, slots=True)
class Case:
    """One state machine at work, as the store loaded it or as a decision leaves it."""

    id: str
    kind: CaseKind
    plan: str
    plan_version: int
    workflow: str
    workflow_version: int
    cycle: str
    title: Text
    roles: Mapping[str, tuple[str, ...]]
    state: str
    state_since: datetime
    opened_at: datetime
    area: str | None = None
    unit: str | None = None
    round_id: str | None = None
    adhoc: bool = False
    position: int = 0
    """Place in the plan's order."""
    period: tuple[date, date] | None = None
    confidential: bool = False
    reached: frozenset[str] = frozenset()
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the opening says of it: for an ad-hoc round the `number` of the request and who asked."""
    revision: int = 0
    """Conflict guard; 0 before the first write."""
    seq: int = 0
    """Length of the chain."""
    head: str = ""
    """Hash of the chain's last event; empty before the first."""
    obligations: tuple[Obligation, ...] = ()

    def newest(self, name: str) -> Obligation | None:
        """The newest occurrence of a deadline, whatever its status."""
        found = None
        for o in self.obligations:
            if o.name == name and (found is None or o.occurrence > found.occurrence):
                found = o
        return found

    def is_met(self, name: str) -> bool:
        """True when the newest occurrence has been met, on time or late."""
        newest = self.newest(name)
        return newest is not None and newest.met_by is not None

    @property
    def ended(self) -> bool:
        """A decision ended it: nothing more is asked, and nothing can be done on it."""
        return "ended" in self.data

    @property
    def late(self) -> bool:
        """A deadline passed unmet, or was met after its instant; a waiver takes it back."""
        return any(
            (o.status == "fired" and o.unmet) or (o.status in ("fired", "met") and (o.late_by_s or 0) > 0)
            for o in self.obligations
            if o.kind == "deadline"
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """A message decided: one recipient, the events it covers, and the facts it will be rendered from."""

    agency: str
    template: str
    """`STATE` entered, `reminder`, `urging`, `passed`, `opened`, ... ; see `workflow.engine.notices`."""
    case_id: str
    """The case whose thread it belongs to."""
    covers: tuple[tuple[str, int], ...]
    """(case, event seq) pairs."""
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision does to one case: from `before` to `after`, with the events and the rows touched."""

    before: Case | None
    after: Case
    events: tuple[Event, ...]
    obligations: tuple[Obligation, ...]
    """New and changed rows, as they should be afterwards."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a definition that a decision publishes."""

    kind: str
    name: str
    version: int
    text: str
    sha256: str
    published_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    changes: tuple[Change, ...]
    notices: tuple[Notice, ...] = ()
    published: tuple[NewVersion, ...] = ()


class DondocError(Exception):
    """An error with words for people: a code of the catalogue (`workflow.words`) and what fills it in."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class Refusal(DondocError):
    """The command is not allowed now; nothing has changed. Told to the person, and counted."""


class Conflict(DondocError):
    """The case moved while the command was decided; load and decide again."""


class SystemFault(DondocError):
    """The system, not the person, is at fault: database, clock, settings."""
