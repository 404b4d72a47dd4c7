"""Adjustments: every key is documented, every example is filed and approved, every command shown could be given."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from cli.main import dondoc
from tests.support.cast import CONSOLIDATOR, LABOUR, PPC
from tests.support.definitions import ROOT
from tests.support.world import PLAN, World, copied, edited
from workflow.definition.change import MOST_PATCHES, PATCHES, ChangeText, load_change
from workflow.definition.schema_faults import keys_of
from workflow.engine.impact import SHORTEST_HASH
from workflow.model import Facts
from workflow.service import Asking

FILE = ROOT / "docs" / "adjustments.md"
DOCS = FILE.read_text(encoding="utf-8")
TABLES = {
    name: re.findall(r"^\| `(\w+)`( \*)? \|", body, re.MULTILINE)
    for name, body in re.findall(r"<!-- keys of: (\w+) -->\n((?:\|.*\n)+)", DOCS)
}
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
OTHERS = [FILE.parent / "commands.md", FILE.parent / "huong-dan" / "quan-tri.md"]
ROSTER = [("roster: []", "roster: [so-ngoai-vu]")]
BEGIN = "2026-11-01 08:00"


def _commands(text: str) -> list[str]:
    """The command lines of the code blocks, without a prompt."""
    lines = (line for body in BLOCK.findall(text) for line in body.replace("\\\n", " ").splitlines())
    return [found[1] for line in lines if (found := re.match(r"(?:\$ )?(dondoc .+)", line))]


COMMANDS = _commands(DOCS)
ELSEWHERE = [
    command
    for file in OTHERS
    for command in _commands(file.read_text(encoding="utf-8"))
    if re.search(r"dondoc (request|impact)|--requests|/adj/", command)
]


def _read(text: str) -> ChangeText:
    return load_change(text.encode(), "change.yaml")


@pytest.mark.parametrize("kind", PATCHES)
def test_every_key_is_documented_and_no_other(kind: str) -> None:
    schema = PATCHES[kind]
    table = TABLES[schema.__name__]
    assert sorted(key for key, _ in table) == sorted(keys_of(schema))
    required = {field.alias or key for key, field in schema.model_fields.items() if field.is_required()}
    assert {key for key, star in table if star} == required
    assert table[0][0] == kind  # the key that says what it is stands first


def test_no_table_is_of_something_else() -> None:
    assert set(TABLES) == {schema.__name__ for schema in PATCHES.values()}


def test_the_examples_were_found() -> None:
    assert len(EXAMPLES) == DOCS.count("```yaml") >= len(PATCHES)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_has_no_faults(text: str) -> None:
    change = _read(text)
    assert [str(fault) for fault in change.faults] == []
    assert change.patches


def test_every_kind_of_patch_and_every_scope_has_an_example() -> None:
    patches = [patch for text in EXAMPLES for patch in _read(text).patches]
    assert {patch.KIND for patch in patches} == set(PATCHES)
    scopes = {"plan" if patch.of in (None, PLAN) else ("round", "case")[patch.of.count("/") - 1] for patch in patches}
    assert scopes == {"case", "round", "plan"}


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_can_be_filed_and_approved(text: str, shipped: Path, tmp_path: Path) -> None:
    change = _read(text)
    with _begun(shipped, tmp_path) as world:
        reasons = tuple(patch.reason for patch in change.patches)
        facts = Facts(text="Gặp vướng mắc.", change=change.plain, change_reasons=reasons)
        request = world.service.request(Asking(PLAN, LABOUR, facts, change, submit=True))
        assert "void" not in request["impact"]
        world.act(request["id"], "take_up", CONSOLIDATOR)
        world.act(request["id"], "forward", CONSOLIDATOR, opinion="Nhất trí.")
        done = world.act(request["id"], "approve", PPC, decision="15/QĐ-UBND")
        assert done["state"] == "approved"
        now = world.service.export(PLAN)
        assert (now["version"], now["text"].count(f"request: {request['id']}")) == (2, 1)
        assert world.service.verify()["faults"] == []


def test_commands_were_found() -> None:
    assert len(COMMANDS) == len(re.findall(r"^(?:\$ )?dondoc ", DOCS, re.MULTILINE)) >= 8
    assert len(ELSEWHERE) >= 12


@pytest.mark.parametrize("command", [*COMMANDS, *ELSEWHERE])
def test_every_command_could_be_given(command: str) -> None:
    program, name, *args = shlex.split(command, comments=True)
    assert program == "dondoc"
    found = dondoc.commands[name]
    known = {option for p in found.params if isinstance(p, click.Option) for option in p.opts}
    assert {arg for arg in args if arg.startswith("--")} <= known
    found.make_context(name, args)  # raises for what cannot be read


@pytest.mark.parametrize("option", re.findall(r"`(?:\w+ … )?(--[a-z-]+)", DOCS))
def test_every_option_that_the_text_names_exists(option: str) -> None:
    known = {name for c in dondoc.commands.values() for p in c.params if isinstance(p, click.Option) for name in p.opts}
    assert option in {*known, "--help"}


def test_the_limits_are_the_documented_ones() -> None:
    assert f"a list of patches, at most {MOST_PATCHES}." in DOCS
    assert f"at least the first {SHORTEST_HASH} characters" in DOCS
    assert all(len(found) >= SHORTEST_HASH for found in re.findall(r"--impact (\w+)", "\n".join(COMMANDS)))


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", DOCS))
def test_each_link_leads_somewhere(link: str) -> None:
    path, _, anchor = link.partition("#")
    file = FILE.parent / path if path else FILE
    text = file.read_text(encoding="utf-8")
    assert not anchor or anchor in {_anchor(head) for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ships, with a unit on the plan's roster."""
    return edited(tmp_path_factory.mktemp("shipped") / "definitions", {PLAN: ROSTER})


@contextmanager
def _begun(shipped: Path, folder: Path) -> Iterator[World]:
    world = copied(BEGIN, folder, shipped=shipped)
    try:
        yield world
    finally:
        world.close()
