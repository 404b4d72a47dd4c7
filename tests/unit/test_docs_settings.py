"""Operators read about every setting and every command, and about no other."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from cli.envfile import read_env_file
from cli.main import dondoc
from cli.settings import FILE, KNOWN, Settings, load_settings
from tests.support.definitions import ROOT

OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "huong-dan" / "quan-tri.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "deploy" / "dondoc.env.example").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy" / "dondoc.service").read_text(encoding="utf-8")
SHARED = {"--json", "--lang", "--help", "-h"}
SECTIONS = dict(re.findall(r"^## `(dondoc [^`]+)`\n(.*?)(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL))


def _commands(group: click.Group = dondoc, path: str = "dondoc") -> Iterator[tuple[str, click.Command]]:
    """Each command that does something by itself, under its full name."""
    for name, command in group.commands.items():
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")


COMMAND_LIST = list(_commands())


def _heading(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    arguments = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
    return " ".join([path, *arguments])


def test_every_setting_has_its_row_and_no_other() -> None:
    rows = re.findall(r"^\| `(DONDOC_\w+)` \|", OPERATING, re.MULTILINE)
    assert rows == [FILE, *KNOWN]


def test_no_text_names_a_setting_that_does_not_exist() -> None:
    for text in (OPERATING, COMMANDS, GUIDE, EXAMPLE, UNIT):
        assert set(re.findall(r"DONDOC_[A-Z_]+", text)) <= {FILE, *KNOWN}


def test_the_defaults_are_the_documented_ones() -> None:
    rows = dict(re.findall(r"^\| `(DONDOC_\w+)` \| `([^`]+)` \|", OPERATING, re.MULTILINE))
    fresh = Settings()
    assert rows == {
        "DONDOC_DATA_DIR": str(fresh.data_dir),
        "DONDOC_MAIL_FROM": fresh.mail_from,
        "DONDOC_LANG": fresh.lang,
        "DONDOC_REHEARSAL_MAIL": str(int(fresh.rehearsal_mail)),
        "DONDOC_CATCHUP_LIMIT": str(fresh.catchup_limit),
        "DONDOC_HOST": fresh.host,
        "DONDOC_PORT": str(fresh.port),
        "DONDOC_LOG_LEVEL": fresh.log_level,
        "DONDOC_CHECKPOINT_EVERY": str(fresh.checkpoint_every),
    }


@pytest.mark.parametrize("whole", [False, True], ids=["as it stands", "with what is commented out"])
def test_the_example_of_settings_is_taken(whole: bool) -> None:
    text = re.sub(r"^#(?=DONDOC_)", "", EXAMPLE, flags=re.MULTILINE) if whole else EXAMPLE
    found = read_env_file(text)
    settings = load_settings(found)  # refuses an unknown name and a value that cannot be
    assert str(settings.data_dir) == "/var/lib/dondoc"
    if whole:
        assert set(found) == set(KNOWN)
    else:
        assert not {"DONDOC_CLOCK", "DONDOC_CLOCK_SPEED", "DONDOC_REHEARSAL_MAIL"} & set(found)


def test_every_command_has_its_section_and_no_other() -> None:
    assert list(SECTIONS) == [_heading(path, command) for path, command in COMMAND_LIST]


@pytest.mark.parametrize(("path", "command"), COMMAND_LIST, ids=[path for path, _ in COMMAND_LIST])
def test_a_section_has_every_option_its_json_its_exit_codes_and_an_example(path: str, command: click.Command) -> None:
    body = SECTIONS[_heading(path, command)]
    documented = re.findall(r"^\| `(--[a-z-]+)", body, re.MULTILINE)
    options = [name for p in command.params if isinstance(p, click.Option) for name in p.opts if name not in SHARED]
    assert documented == options
    assert "JSON" in body
    assert "xit codes" in body
    assert f"$ {path}" in body.replace("$ dondoc --json", "$ dondoc")
