"""What a person should know, though nothing is refused: doctor's judgement and check's warnings."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from tests.cli.conftest import Dondoc
from workflow.store.database import Database

PLAN = str(Path(__file__).parents[2] / "definitions" / "plans" / "bauxite-alumina.yaml")


def test_a_year_without_an_official_calendar_is_warned_of_and_is_no_fault(ready: Dondoc) -> None:
    told = ready("check", PLAN)
    assert told.code == 0
    assert "2027" in told.err
    found = ready("check", PLAN, "--json").json
    assert found["faults"] == []
    assert [one["code"] for one in found["warnings"]] == ["years-not-official"]


def test_doctor_says_that_no_daemon_runs_and_finds_no_fault_in_it(ready: Dondoc) -> None:
    told = ready("doctor", "--json")
    assert (told.code, told.json["problems"]) == (0, [])
    assert "dondoc serve" in told.err


def test_doctor_finds_dead_letters(ready: Dondoc, environ: dict[str, str]) -> None:
    database = Database.open(f"sqlite:///{environ['DONDOC_DATA_DIR']}/dondoc.db")
    with database.write() as connection:
        connection.execute(text("UPDATE message SET status = 'dead' WHERE id = 1"))
    database.close()
    told = ready("doctor", "--json")
    assert (told.code, [one["code"] for one in told.json["problems"]]) == (1, ["doctor-mail"])
