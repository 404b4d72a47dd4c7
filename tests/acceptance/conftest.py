"""Installations at chosen moments, made once for each kind of database and then copied: setting up takes seconds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from cli.compose import wall
from tests.support.daemon import PLAN, Installation
from tests.support.postgres import PostgresServer
from tests.support.racers import Clock, service_on
from tests.support.smtp import SmtpServer
from workflow.model import Actor, Command, Facts
from workflow.service import RehearsalClock, Service

JANUARY = "2026-01-05T08:00:00+07:00"
"""Where an installation on the real clock begins, for tests that bring a machine's clock of their own."""
MOMENTS = {
    "november": ("2026-11-27T10:00:00+07:00", 1.0),  # a Friday: nothing of the year's end has begun
    "december": ("2026-12-10T10:00:00+07:00", 10.0),  # and a clock ten times as fast
    "eve": ("2026-12-14T12:00:00+07:00", 1.0),  # the last day for reports, and one area has reported
}
"""Where a rehearsal begins, and how fast its clock goes."""


class Originals:
    """One installation for each kind of database and moment, made when first asked for; copies are cheap."""

    def __init__(self, folder: Path, server: Callable[[], PostgresServer]) -> None:
        self._folder = folder
        self._server = server
        self._made: dict[tuple[str, str], str] = {}
        self._count = 0

    def copy(self, kind: str, moment: str) -> str:
        """The URL of a fresh copy of the installation at `moment`; its rehearsal clock has gone on since."""
        if (kind, moment) not in self._made:
            self._made[kind, moment] = self._make(kind, moment)
        return self.duplicate(self._made[kind, moment])

    def duplicate(self, url: str) -> str:
        """The URL of a copy of a database that nobody is connected to."""
        self._count += 1
        if url.startswith("sqlite"):
            copied = self._folder / f"copy-{self._count}.db"
            shutil.copyfile(url.removeprefix("sqlite:///"), copied)
            return f"sqlite:///{copied}"
        return self._server().create_database(template=url.partition("?")[0].rpartition("/")[2])

    def fresh(self, kind: str) -> str:
        """The URL of an empty database."""
        self._count += 1
        if kind == "sqlite":
            return f"sqlite:///{self._folder / f'fresh-{self._count}.db'}"
        return self._server().create_database()

    def _make(self, kind: str, moment: str) -> str:
        url = self.fresh(kind)
        folder = self._folder / f"{kind}-{moment}"
        if moment == "january":
            service = service_on(url, folder, Clock(datetime.fromisoformat(JANUARY)))
        else:
            start, speed = MOMENTS[moment]
            service = service_on(url, folder, wall, RehearsalClock(datetime.fromisoformat(start), speed))
        try:
            service.init()
            if moment == "eve":
                _report(service, "lao-dong", "so-ldtbxh")
        finally:
            service.site.database.close()
        return url


def _report(service: Service, area: str, lead: str) -> None:
    facts = Facts(number="152/BC-SLĐTBXH", dated=date(2026, 12, 14), text="Đã thực hiện.")
    service.act([f"{PLAN}/2026/{area}"], Command("report", Actor(lead, "nguyen-van-a"), facts))


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Originals:
    def server() -> PostgresServer:
        found: PostgresServer = request.getfixturevalue("postgres")
        return found

    return Originals(tmp_path_factory.mktemp("originals"), server)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each test runs once on SQLite and once on PostgreSQL."""
    found: str = request.param
    return found


HouseAt = Callable[..., Installation]


@pytest.fixture
def house_at(kind: str, originals: Originals, tmp_path: Path, smtp: SmtpServer) -> Iterator[HouseAt]:
    """`house_at("eve")`: a copy of the installation at that moment; `house_at(None)`: nothing but an empty database."""
    made: list[Installation] = []

    def make(moment: str | None, **settings: str) -> Installation:
        url = originals.fresh(kind) if moment is None else originals.copy(kind, moment)
        house = Installation(tmp_path / f"house-{len(made)}", url, smtp, settings)
        made.append(house)
        return house

    yield make
    for house in made:
        house.close()
