"""The README's year is the year that is tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
YEAR = (ROOT / "docs" / "year.sh").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (dondoc .+)$", README, re.MULTILINE)


def test_the_readme_shows_a_year() -> None:
    assert len(COMMANDS) >= 12


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_transcript_is_run_by_the_test_of_the_year(command: str) -> None:
    plain = command.removesuffix(" &")
    assert any(line.startswith(plain) for line in YEAR.splitlines())


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_each_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.parametrize("target", ["run", "test", "setup", "floors"])
def test_each_make_target_it_names_exists(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
