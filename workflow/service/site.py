"""What the composition root gives the use cases: a database, clocks, chance, and folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from workflow.calendar import TZ
from workflow.model import SystemFault
from workflow.store import installation
from workflow.store.database import Connection, Database
from workflow.store.store import Recorder

TemplateFaults = Callable[[str, str, Mapping[str, str]], list[tuple[int, str, dict[str, Any]]]]
"""(name, text, all texts) -> (line, code, params) for each fault of a mail template."""

Letter = tuple[str | None, str | None, str | None]
Letters = Callable[[Mapping[str, tuple[int, str]]], Callable[[Mapping[str, Any]], Letter]]
"""The newest templates (name -> version, text) to a message's row to its subject, text and HTML."""

PATIENCE_S = 8.0
"""How long a command is decided again when the case keeps moving."""
ALIVE_S = 60.0
"""A daemon that has given no sign of life for longer is taken for gone."""


@dataclass(frozen=True, slots=True)
class RehearsalClock:
    """The clock of its own that a new installation is asked to get."""

    start: datetime
    speed: float = 1.0


@dataclass(frozen=True)
class Site:
    database: Database
    wall: Callable[[], datetime]
    """The machine's clock, aware."""
    steady: Callable[[], float]
    """Seconds that no clock step moves and that count a suspended machine's sleep."""
    token: Callable[[], str]
    shipped: Path
    data_dir: Path
    template_faults: TemplateFaults
    probe: Callable[[str], None] = lambda _point: None
    """Called at each named commit point: a test kills the process there."""
    letters: Letters | None = None
    """How a letter that has not been sent yet would read today; None: it is shown without a text."""
    catchup_limit: int = 50
    rehearsal: RehearsalClock | None = None
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "recorder", Recorder(self.token))

    def now(self, connection: Connection) -> datetime:
        """The instant of the installation's clock, to the microsecond. Raises SystemFault `not-initialised`."""
        return business_now(installation.get(connection), self.wall())


def business_now(row: Mapping[str, Any] | None, wall: datetime) -> datetime:
    """What the installation's clock reads when the machine's reads `wall`."""
    if row is None:
        raise SystemFault("not-initialised")
    if not row["rehearsal"]:
        return wall.astimezone(TZ)
    started: datetime = row["clock_start"]
    real_start: datetime = row["clock_real_start"]
    speed: float = row["clock_speed"]
    return (started + max(timedelta(0), wall - real_start) * speed).astimezone(TZ)


def real_of(row: Mapping[str, Any], instant: datetime) -> datetime:
    """When the machine's clock will read, at the earliest, for the installation's clock to read `instant`."""
    if not row["rehearsal"]:
        return instant
    real_start: datetime = row["clock_real_start"]
    start: datetime = row["clock_start"]
    speed: float = row["clock_speed"]
    return real_start + (instant - start) / speed


def attended_since(row: Mapping[str, Any], now: datetime, wall: datetime) -> datetime:
    """Since when somebody has watched this clock without a gap; `now` when nobody does."""
    alive = row["attended_real"]
    if alive is None or abs((wall - alive).total_seconds()) > ALIVE_S or row["attended_from"] is None:
        return now
    since: datetime = row["attended_from"]
    return since
