"""Where the links of letters lead, and what the health document says before any daemon has run."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.support.world import Clock, area, moment, reopen
from web.app import create_app
from workflow.store.database import Database


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> TestClient:
    """The pages of an installation that no daemon has served yet."""
    world = reopen(Database.open(database_url), Clock(moment("2026-11-20 08:00")), tmp_path)
    world.service.init("test")
    return TestClient(create_app(world.service), follow_redirects=False)


def test_a_letters_link_leads_to_the_line_of_its_case_and_changes_nothing(client: TestClient) -> None:
    answer = client.get(f"/ho-so/{area('lao-dong')}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/#{area('lao-dong')}")
    assert f'id="{area("lao-dong")}"' in client.get("/").text


def test_a_link_to_a_case_that_is_not_there_says_so(client: TestClient) -> None:
    answer = client.get("/ho-so/bauxite-alumina/2026/khong-co")
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_before_any_daemon_has_run_the_health_is_idle_and_no_alarm(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "idle")
