"""What the engine's tests begin from: an installation on each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.world import World, beginnings


@pytest.fixture(params=["sqlite", "postgresql"])
def begin(request: pytest.FixtureRequest) -> Iterator[Callable[..., World]]:
    """`begin(start, **more)` makes an installation; each test runs on SQLite and on PostgreSQL."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    with beginnings(server) as begin:
        yield begin
