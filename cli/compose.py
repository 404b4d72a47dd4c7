"""The composition root: builds the product from its settings. The only place that reads the machine's clock."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.errors import SettingFault, SettingsWrong
from cli.settings import Settings
from cli.urls import shown_url
from workflow.model import SystemFault
from workflow.service import RehearsalClock, Service, Site
from workflow.store.database import Database

SHIPPED = Path(__file__).resolve().parent.parent / "definitions"


def wall() -> datetime:
    return datetime.now(UTC)


def steady() -> float:
    """Seconds that no step of the clock moves and that count the sleep of a suspended machine, where that is told."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


@dataclass(frozen=True)
class App:
    """The product on one set of data."""

    settings: Settings
    database: Database
    service: Service

    def ready(self) -> None:
        """Raises SystemFault unless `init` has been run for this version, SettingsWrong for a contradicting clock."""
        self.service.ready()
        self._same_speed()

    def init(self, by: str) -> dict[str, Any]:
        """Set up or upgrade, as `Service.init`. A speed without a start can make no clock of its own."""
        if self.settings.clock_speed is not None and self.settings.clock is None:
            try:
                self.service.ready()
            except SystemFault as fault:
                if fault.code == "not-initialised":
                    raise SettingsWrong([SettingFault("DONDOC_CLOCK_SPEED", "speed-without-clock")]) from None
        done = self.service.init(by)
        self._same_speed()
        return done

    def close(self) -> None:
        self.database.close()

    def _same_speed(self) -> None:
        asked = self.settings.clock_speed
        if asked is not None and asked != (stored := self.service.clock()["speed"]):
            fault = SettingFault("DONDOC_CLOCK_SPEED", "speed-contradicts", {"asked": asked, "stored": stored})
            raise SettingsWrong([fault])


def compose(
    settings: Settings, *, probe: Callable[[str], None] | None = None, create: bool = False, lang: str = "vi"
) -> App:
    """The product for these settings. Raises SystemFault when there can be no database.

    Without `create`, a SQLite file that does not exist is not made: in its place stands an empty database in memory,
    which is found not to be set up.
    """
    try:
        database = Database.open(settings.database if create or _there(settings) else "sqlite://")
    except SystemFault as fault:
        raise SystemFault(fault.code, **{**fault.params, "url": shown_url(settings.database)}) from None
    asked = RehearsalClock(settings.clock, settings.clock_speed or 1.0) if settings.clock is not None else None
    site = Site(
        database=database,
        wall=wall,
        steady=steady,
        token=lambda: secrets.token_hex(16),
        shipped=SHIPPED,
        data_dir=settings.data_dir,
        template_faults=_template_faults,
        letters=lambda texts: _letters(texts, settings.public_url),
        probe=probe or _nothing,
        catchup_limit=settings.catchup_limit,
        rehearsal=asked,
    )
    return App(settings, database, Service(site, lang))


def _there(settings: Settings) -> bool:
    file = settings.sqlite_file
    return file is None or file.exists()


def _template_faults(name: str, text: str, texts: Mapping[str, str]) -> list[tuple[int, str, dict[str, Any]]]:
    # Imported when a template is checked: most commands read none, and Jinja takes its time.
    from notifications.check import check_template

    return check_template(name, text, texts)


def _letters(
    texts: Mapping[str, tuple[int, str]], public_url: str | None
) -> Callable[[Mapping[str, Any]], tuple[str | None, str | None, str | None]]:
    from notifications.deliver import render_row
    from notifications.templates import TemplateFailure, TemplateSet

    templates = TemplateSet(texts)

    def write(row: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
        try:
            letter = render_row(row, templates, public_url=public_url)
        except TemplateFailure:
            # The outbox tells the same when it tries to send it, and keeps the words.
            return (None, None, None)
        return (letter.subject, letter.text, letter.html)

    return write


def _nothing(_point: str) -> None:
    """What happens at a commit point outside tests."""
