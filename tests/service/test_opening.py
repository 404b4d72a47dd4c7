"""A round opens once, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.world import World, build
from workflow.service import rounds
from workflow.service.writing import persist
from workflow.store import due


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    world = build(database_url, tmp_path, "2026-12-14 12:00")
    yield world
    world.close()


def test_an_opening_that_another_process_was_quicker_with_is_left_alone(world: World) -> None:
    with world.database.read() as connection:
        looked_up = due.next_opening(connection)
    assert looked_up is not None
    world.live("2026-12-15 00:00")
    before = world.dump()
    service = world.service
    again = persist(
        service.site,
        lambda connection: rounds.open_due(service.site, service.library, connection, looked_up, world.now),
    )
    assert again is None
    assert world.dump() == before
    assert [r["id"] for r in service.cases(kinds=["round"])] == ["bauxite-alumina/2026", "bauxite-alumina/2027"]
