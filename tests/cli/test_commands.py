"""The commands: what each takes, how each call ends, and what stands on stdout."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from cli import speech
from cli.main import dondoc as program
from workflow.words import CATALOGUE
from workflow.words.cli import CLI

Dondoc = Callable[..., Any]
LEAD = ("--as", "so-ldtbxh:Lê An")
CASE = "bauxite-alumina/2026/lao-dong"
REPORT = ("--number", "12/BC-SLĐTBXH", "--dated", "01/12/2026", "--text", "Kết quả năm 2026")
GOOD = {
    "init": (),
    "check": ("definitions",),
    "publish": ("definitions",),
    "export": ("task-area",),
    "cases": (),
    "show": (CASE,),
    "due": (),
    "act": (CASE, "report", *LEAD, *REPORT),
    "open": ("bauxite-alumina", "--adhoc", "--as", "ubnd-tinh", "--number", "5/UBND", "--text", "Báo cáo"),
    "mail": (),
    "mail show": ("1",),
    "incidents": (),
    "resume": (),
    "audit verify": (),
    "clock": (),
    "doctor": (),
}


def commands(group: click.Group = program, path: str = "") -> dict[str, click.Command]:
    found = {}
    for name, command in group.commands.items():
        found[f"{path}{name}"] = command
        if isinstance(command, click.Group):
            found |= commands(command, f"{path}{name} ")
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help_and_takes_json_and_lang(dondoc: Dondoc, name: str) -> None:
    told = dondoc(*name.split(), "--help")
    assert told.code == 0
    assert "--json" in told.out
    assert "--lang" in told.out


@pytest.mark.parametrize("name", GOOD)
def test_json_prints_one_document_and_nothing_else(ready: Dondoc, name: str) -> None:
    told = ready(*name.split(), *GOOD[name], "--json", "--lang", "en")
    assert told.code == 0, told.err
    assert isinstance(told.json, (list, dict))
    shape = list if name in {"cases", "due", "mail", "incidents", "resume"} else dict
    assert isinstance(told.json, shape)


@pytest.mark.parametrize("name", GOOD)
def test_for_people_every_command_speaks(ready: Dondoc, name: str) -> None:
    told = ready(*name.split(), *GOOD[name])
    assert told.code == 0, told.err
    assert told.out or told.err
    assert not re.search(r"\{\w*\}", told.err)


def test_json_and_lang_may_stand_before_the_command(ready: Dondoc) -> None:
    told = ready("--json", "--lang=en", "cases")
    assert told.json[0]["state_title"] == "Assigned"


def test_act_on_several_cases_answers_with_an_array(ready: Dondoc) -> None:
    one = ready("act", CASE, "start", *LEAD, "--json")
    assert (one.json["id"], one.json["state"]) == (CASE, "in_progress")
    ready("act", CASE, "report", *LEAD, *REPORT)
    dat_dai = CASE.replace("lao-dong", "dat-dai")
    ready("act", dat_dai, "report", "--as", "so-tnmt", *REPORT)
    several = ready("act", CASE, dat_dai, "consolidate", "--as", "so-cong-thuong", "--json")
    assert [case["state"] for case in several.json] == ["consolidated", "consolidated"]


@pytest.mark.parametrize(
    "argv",
    [
        ("cases", "--nonsense"),
        ("case",),
        ("show",),
        ("act", CASE, "report"),
        ("act", "report", *LEAD),
        ("act", "report", CASE, *LEAD),
        ("act", CASE, CASE, "report", *LEAD),
        ("act", CASE, "report", *LEAD, "--dated", "31/02/2026"),
        ("act", CASE, "report", *LEAD, "--text", "  "),
        ("act", CASE, "report", *LEAD, "--attach", "/nowhere/x.pdf"),
        ("open", "bauxite-alumina", "--adhoc", "--cycle", "2026", *LEAD),
        ("mail", "--status", "lost"),
        ("mail", "show", "one"),
        ("mail", "--status", "sent", "show", "1"),
        ("serve", "--only", "nothing"),
        ("serve", "--port", "99999"),
        ("clock", "--to", "soon"),
        ("cases", "--lang", "fr"),
        ("cases", "surplus"),
    ],
)
def test_wrong_usage_is_told_in_words_with_exit_code_2(dondoc: Dondoc, argv: tuple[str, ...]) -> None:
    told = dondoc(*argv)
    assert (told.code, told.out) == (2, "")
    assert told.err.strip()
    assert "Traceback" not in told.err
    in_json = dondoc(*argv, "--json")
    assert in_json.code == 2
    assert in_json.json["wrong"]["message"]


def test_a_refusal_is_exit_code_1_and_one_document(ready: Dondoc) -> None:
    told = ready("show", "bauxite-alumina/2026/lao-don", "--json")
    assert told.code == 1
    assert told.json["refused"]["code"] == "no-case"


def test_before_init_every_command_asks_for_it_and_creates_nothing(dondoc: Dondoc, tmp_path: Path) -> None:
    told = dondoc("cases", "--json")
    assert (told.code, told.json["failed"]["code"]) == (3, "not-initialised")
    assert list(tmp_path.iterdir()) == []


def test_faults_of_a_file_are_printed_line_by_line(ready: Dondoc, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("workflow: x\nstates: [\n")
    told = ready("check", str(bad))
    assert told.code == 1
    assert all(re.match(rf"{re.escape(str(bad))}:\d+:\d+: ", line) for line in told.out.splitlines())
    assert ready("check", str(bad), "--json").json["faults"][0]["file"] == str(bad)
    published = ready("publish", str(bad), "--json")
    assert (published.code, list(published.json)) == (1, ["faults"])


def test_an_unknown_setting_stops_the_start(dondoc: Dondoc, environ: dict[str, str]) -> None:
    environ["DONDOC_SMPT_URL"] = "smtp://u:geheim@h"
    told = dondoc("cases", "--json")
    assert told.code == 2
    assert told.json["wrong"]["settings"] == ["DONDOC_SMPT_URL"]
    assert "DONDOC_SMTP_URL" in told.err
    assert "geheim" not in told.err + told.out


def test_a_speed_without_a_start_makes_no_rehearsal(dondoc: Dondoc, environ: dict[str, str]) -> None:
    del environ["DONDOC_CLOCK"]
    environ["DONDOC_CLOCK_SPEED"] = "60"
    told = dondoc("init", "--json")
    assert (told.code, told.json["wrong"]["settings"]) == (2, ["DONDOC_CLOCK_SPEED"])


def test_the_clock_of_a_rehearsal_steps_and_fires(ready: Dondoc) -> None:
    told = ready("clock", "--to", "2026-12-15", "--json")
    assert told.json["now"].startswith("2026-12-15T00:00:0")
    shown = ready("cases", "--state", "escalated", "--cycle", "2026", "--json")
    assert len(shown.json) == 6
    told = ready("show", CASE)
    assert "Quá hạn gửi báo cáo" in told.out
    assert "quá hạn" in told.out


def test_an_unexpected_failure_is_one_line_without_a_traceback(ready: Dondoc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.service.Service.cases", lambda *_, **__: 1 / 0)
    told = ready("cases")
    assert told.code == 3
    assert len(told.err.splitlines()) == 1
    assert "ZeroDivisionError" in told.err


def test_no_other_sheet_has_a_code_of_this_one() -> None:
    assert {code: texts for code, texts in CATALOGUE.items() if code in CLI} == CLI


def test_every_text_has_both_languages_and_the_same_gaps() -> None:
    for code, (vietnamese, english) in CLI.items():
        gaps = [set(re.findall(r"\{(\w+)\}", text)) for text in (vietnamese, english)]
        assert gaps[0] == gaps[1], code


def test_every_code_that_the_command_line_speaks_has_words() -> None:
    spoken = set()
    for file in Path(speech.__file__).parent.glob("*.py"):
        spoken |= set(re.findall(r'(?:say|WrongValue|WrongUsage)\(\s*"([a-z0-9-]+)"', file.read_text()))
        spoken |= set(re.findall(r'SettingFault\([^,()]+, "([a-z0-9-]+)"', file.read_text()))
    assert spoken
    assert spoken <= CLI.keys()
