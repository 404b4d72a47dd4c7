"""The language is documented whole: every key has its row, and every example checks."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import BaseModel

from tests.support.definitions import ROOT, shipped, shipped_bytes
from workflow.checks import Catalogue, check
from workflow.definition import calendar_text, directory, plan, texts
from workflow.definition import workflow as workflow_schema
from workflow.definition.loading import load
from workflow.definition.reading import read_yaml
from workflow.definition.schema_faults import keys_of

DOCS = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
TABLES = {
    name: re.findall(r"^\| `(\w+)`( \*)? \|", body, re.MULTILINE)
    for name, body in re.findall(r"<!-- keys of: (\w+) -->\n((?:\|.*\n)+)", DOCS)
}
EXAMPLES = re.findall(r"^```yaml(?: into (\S+))?\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


def _schemas() -> dict[str, type[BaseModel]]:
    return {
        name: thing
        for module in (texts, workflow_schema, plan, directory, calendar_text)
        for name, thing in vars(module).items()
        if isinstance(thing, type) and issubclass(thing, texts.Schema) and thing is not texts.Schema
    }


@pytest.mark.parametrize("name", _schemas())
def test_every_key_is_documented_and_no_other(name: str) -> None:
    schema = _schemas()[name]
    assert [key for key, _ in TABLES[name]] == keys_of(schema)
    required = [field.alias or key for key, field in schema.model_fields.items() if field.is_required()]
    assert [key for key, star in TABLES[name] if star] == required


@pytest.mark.parametrize(("into", "text"), EXAMPLES)
def test_every_example_checks(into: str, text: str) -> None:
    if into:
        whole = read_yaml(shipped_bytes()[into], into).data
        raw = json.dumps(_laid_over(whole, read_yaml(text.encode(), into).data), ensure_ascii=False).encode()
    else:
        raw = text.encode()
    loaded = load(raw, into or "example.yaml")
    assert [str(f) for f in check(Catalogue.of([loaded], shipped=shipped()))] == []
    assert loaded.model is not None


def test_the_examples_were_found() -> None:
    assert len(EXAMPLES) == DOCS.count("```yaml") >= 9


def test_the_fault_that_is_shown_is_the_one_that_is_made() -> None:
    (shown,) = re.findall(r"```text\n(.*)\n```", DOCS)
    file, line, column = shown.split(": ")[0].split(":")
    raw = shipped_bytes()[file].replace(b"lead: so-tttt", b"lead: so-ttt")
    (fault,) = check(Catalogue.of([load(raw, file)], shipped=shipped()))
    assert (str(fault), fault.line, fault.column) == (shown, int(line), int(column))


def _laid_over(whole: Any, part: Any) -> Any:
    """Mappings are merged key by key; anything else is replaced."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return {**whole, **{key: _laid_over(whole.get(key), value) for key, value in part.items()}}
    return part
