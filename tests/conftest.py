"""Fixtures that every test may use: a database of each kind, a mail server, and Hypothesis' profiles."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.postgres import PostgresServer
from tests.support.smtp import SmtpServer

_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines differ
settings.register_profile("ci", _UNHURRIED, derandomize=True, print_blob=True)  # the same examples every time
settings.register_profile("explore", _UNHURRIED, max_examples=1000)  # new examples every time
settings.register_profile("soak", _UNHURRIED, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One real PostgreSQL for each pytest process, started when first asked for."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'dondoc.sqlite3'}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a fresh empty PostgreSQL database, dropped after the test."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh empty database; the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])
    return url


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A plain SMTP server on the loopback interface; make an `SmtpServer(tls=…, user=…)` for others."""
    with SmtpServer() as server:
        yield server
