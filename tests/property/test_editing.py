"""A YAML text is edited at single places, in whatever style it was written.

Either the editor refuses, or the text reads as it was meant to and no comment outside the edited entry is gone.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.support.definitions import shipped_bytes
from workflow.definition.editing import Editor
from workflow.definition.reading import read_yaml
from workflow.model import Refusal

Keys = tuple[str, ...]
SHIPPED = shipped_bytes()["plans/bauxite-alumina.yaml"].decode()
KEYS = ["plan", "areas", "lao-dong", "lead", "with", "title", "roster", "raw", "a b", "12-15", "null"]
PLAIN = ["so-tnmt", "12-15", "an toàn", "x: y", "[", "- a", "# không", "null", "true", "~", "1", "-0.5", "1e3", "0x1F"]
ODD = [
    "",
    " ",
    "a # b",
    "it's",
    'nói "thẳng"',
    "a\\b",
    "{x}",
    "*a",
    "&b",
    "!c",
    "%d",
    "@e",
    "`f`",
    "a,b",
    "?",
    "é" * 90,
]
words = st.one_of(
    st.sampled_from([*PLAIN, *ODD]),
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=12),
)
scalars = st.one_of(words, words, st.integers(-9, 99), st.booleans(), st.none())
keys = st.sampled_from(KEYS)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=5,
)


@dataclass
class Sheet:
    """A text as it is being written, each of its comments with the entry that it belongs to."""

    lines: list[str] = field(default_factory=list)
    owners: dict[str, Keys] = field(default_factory=dict)
    flows: set[Keys] = field(default_factory=set)

    def comment(self, owner: Keys) -> str:
        sign = f"#c{len(self.owners)}."
        self.owners[sign] = owner
        return sign


def quoted(text: str, *, double: bool) -> str:
    if double:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "'" + text.replace("'", "''") + "'"


def inline(draw: st.DrawFn, value: Any) -> str:
    """The value in flow style, on one line."""
    match value:
        case None:
            return draw(st.sampled_from(["null", "~"]))
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            plain = re.fullmatch(r"[a-z][a-zà-ỹ]*(-[a-z]+)*", value) and value not in {"null", "true", "false"}
            style = draw(st.integers(0, 2)) if plain else draw(st.integers(1, 2))
            return value if style == 0 else quoted(value, double=style == 1)
        case list():
            return "[" + ", ".join(inline(draw, item) for item in value) + "]"
        case _:
            return "{" + ", ".join(f"{name(draw, key)}: {inline(draw, part)}" for key, part in value.items()) + "}"


def name(draw: st.DrawFn, key: str) -> str:
    if key == "null" or draw(st.integers(0, 5)) == 0:
        return quoted(key, double=draw(st.booleans()))
    return key


def note(draw: st.DrawFn, sheet: Sheet, owner: Keys, *, one_in: int = 3) -> str:
    return f"   {sheet.comment(owner)}" if draw(st.integers(1, one_in)) == 1 else ""


def entries(draw: st.DrawFn, sheet: Sheet, data: dict[str, Any], path: Keys, indent: int) -> None:
    """A block mapping, with comments and empty lines between its entries."""
    for key, value in data.items():
        if draw(st.integers(0, 5)) == 0:
            sheet.lines.append("")
        if draw(st.integers(0, 3)) == 0:
            sheet.lines.append(" " * draw(st.sampled_from([indent, indent, 0])) + sheet.comment(path))
        entry(draw, sheet, f"{' ' * indent}{name(draw, key)}:", value, (*path, key), indent)


def entry(draw: st.DrawFn, sheet: Sheet, head: str, value: Any, path: Keys, indent: int) -> None:
    style = draw(st.integers(0, 3))
    if isinstance(value, dict) and value and style:
        sheet.lines.append(head + note(draw, sheet, path))
        entries(draw, sheet, value, path, indent + draw(st.sampled_from([1, 2, 4])))
    elif isinstance(value, list) and value and style > 1:
        sheet.lines.append(head + note(draw, sheet, path))
        inner = " " * (indent + draw(st.sampled_from([0, 2])))
        for item in value:
            if draw(st.integers(0, 4)) == 0:
                sheet.lines.append(inner + sheet.comment(path))
            sheet.lines.append(f"{inner}- {inline(draw, item)}{note(draw, sheet, path)}")
    elif isinstance(value, (dict, list)) and value and style == 1:
        several_lines(draw, sheet, head, value, path, indent)
    elif isinstance(value, str) and style == 3 and re.fullmatch(r"\S(.*\S)?", value) and "\u00a0" not in value:
        sheet.lines.append(f"{head} {draw(st.sampled_from(['|', '>', '|-', '>-', '|+']))}{note(draw, sheet, path)}")
        sheet.lines.append(f"{' ' * (indent + 2)}{value}")
        if draw(st.booleans()):
            sheet.lines.append(f"{' ' * (indent + 2)}hai")
    elif value is None and style > 1:
        sheet.lines.append(head + note(draw, sheet, path))
    else:
        sheet.lines.append(f"{head} {inline(draw, value)}{note(draw, sheet, path)}")


def several_lines(draw: st.DrawFn, sheet: Sheet, head: str, value: Any, path: Keys, indent: int) -> None:
    """A list or mapping in flow style, an item to a line."""
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        sheet.lines.append(f"{head} {{{note(draw, sheet, path)}")
        for key, part in value.items():
            sheet.lines.append(f"{inner}{name(draw, key)}: {inline(draw, part)},{note(draw, sheet, (*path, key))}")
        sheet.lines.append(f"{inner}}}{note(draw, sheet, path)}")
    else:
        sheet.flows.add(path)
        sheet.lines.append(f"{head} [{note(draw, sheet, path)}")
        sheet.lines += [f"{inner}{inline(draw, item)},{note(draw, sheet, path)}" for item in value]
        sheet.lines.append(f"{inner}]{note(draw, sheet, path)}")


@dataclass(frozen=True)
class Sample:
    text: str
    owners: dict[str, Keys]
    """Each comment's sign, in order, and the entry that it stands in."""
    flows: frozenset[Keys] = frozenset()
    """Lists in flow style: such a list is one entry with its items."""


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    data = draw(st.dictionaries(keys, st.one_of(values, st.dictionaries(keys, values, max_size=4)), min_size=1))
    sheet = Sheet()
    entries(draw, sheet, data, (), 0)
    if draw(st.booleans()):
        sheet.lines.append(sheet.comment(()))
    text = "\n".join(sheet.lines) + draw(st.sampled_from(["\n", "\n", "\n\n", ""]))
    sample = Sample(text, sheet.owners, frozenset(sheet.flows))
    assume(read_yaml(text.encode(), "").data is not None)
    assume(signs(text) == list(sheet.owners))
    return sample


def signs(text: str) -> list[str]:
    return re.findall(r"#c\d+\.", text)


def paths(data: Any, path: Keys = ()) -> list[Keys]:
    """Every entry of every mapping."""
    if not isinstance(data, dict):
        return []
    return [p for key, part in data.items() for p in ((*path, key), *paths(part, (*path, key)))]


def mappings(data: Any, path: Keys = ()) -> list[Keys]:
    if not isinstance(data, dict):
        return []
    return [path, *(p for key, part in data.items() for p in mappings(part, (*path, key)))]


def at(data: Any, path: Sequence[str]) -> Any:
    for key in path:
        data = data[key]
    return data


@st.composite
def edits(draw: st.DrawFn, data: dict[str, Any]) -> tuple[str, Keys, Any]:
    """(what, where, with which value): mostly an entry that is there, or a new one of a mapping that is."""
    where = draw(st.sampled_from(["there", "there", "new"]))
    known = paths(data)
    path = draw(st.sampled_from(known)) if where == "there" and known else None
    if path is None:
        path = (*draw(st.sampled_from(mappings(data))), draw(keys))
    what = draw(st.sampled_from(["put", "put", "drop", "append"]))
    if what == "append":
        lists = [p for p in known if isinstance(at(data, p), list)]
        in_a_list = bool(lists) and draw(st.booleans())
        path = draw(st.sampled_from(lists)) if in_a_list else (draw(keys),)
        return what, path, draw(st.one_of(scalars, st.dictionaries(keys, scalars, max_size=3)))
    return what, path, draw(values) if what == "put" else None


def meant(data: dict[str, Any], what: str, path: Keys, value: Any) -> dict[str, Any]:
    """The data as the edit would have it."""
    after = copy.deepcopy(data)
    above = at(after, path[:-1])
    if what == "drop":
        above.pop(path[-1], None)
    elif what == "put":
        above[path[-1]] = copy.deepcopy(value)
    else:
        found = above.get(path[-1])
        above[path[-1]] = [*([] if found is None else found if isinstance(found, list) else [found]), value]
    return after


def edited(before: Any, after: Any, path: Keys) -> list[Keys]:
    """The entries below `path` that an edit changes: a mapping is changed entry by entry."""
    if isinstance(before, dict) and isinstance(after, dict) and before and after:
        return [
            p for key in {**before, **after} for p in edited(before.get(key, path), after.get(key, path), (*path, key))
        ]
    return [] if before == after and type(before) is type(after) else [path]


def does(editor: Editor, what: str, path: Keys, value: Any) -> None:
    if what == "put":
        editor.put(path, value)
    elif what == "drop":
        editor.drop(path)
    else:
        editor.append(path, value)


def check(sample: Sample, steps: Sequence[tuple[str, Keys, Any]]) -> None:
    data = read_yaml(sample.text.encode(), "").data
    assert data is not None
    editor = Editor(sample.text)
    touched: list[Keys] = []
    try:
        for what, path, value in steps:
            after = meant(data, what, path, value)
            if what == "append":
                in_lines = isinstance(at(data, path[:-1]).get(path[-1]), list) and path not in sample.flows
                touched += [] if in_lines else [path]
            else:
                touched += edited(data, after, ())
            data = after
            does(editor, what, path, value)
        text = editor.finish()
    except Refusal as refusal:
        assert refusal.code == "text-not-editable"  # noqa: PT017 - what it refuses with is half of the promise
        return
    assert read_yaml(text.encode(), "").data == data
    left = signs(text)
    assert left == [sign for sign in sample.owners if sign in left], f"out of order or twice:\n{text}"
    for sign, owner in sample.owners.items():
        gone = any(owner[: len(path)] == path for path in touched)
        assert gone or sign in left, f"{sign} is gone after {steps} of\n{sample.text}\nwhich is\n{text}"


@st.composite
def edited_samples(draw: st.DrawFn, most: int) -> tuple[Sample, list[tuple[str, Keys, Any]]]:
    sample = draw(samples())
    data = read_yaml(sample.text.encode(), "").data
    assert data is not None
    steps: list[tuple[str, Keys, Any]] = []
    for _ in range(draw(st.integers(1, most))):
        steps.append(draw(edits(data)))
        data = meant(data, *steps[-1])
    return sample, steps


QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@settings(max_examples=300, deadline=None, suppress_health_check=QUIET)
@given(edited_samples(1))
def test_an_edit_says_what_was_meant_and_leaves_all_other_comments(
    case: tuple[Sample, list[tuple[str, Keys, Any]]],
) -> None:
    check(*case)


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(edited_samples(4))
def test_so_do_several_one_after_another(case: tuple[Sample, list[tuple[str, Keys, Any]]]) -> None:
    check(*case)


def shipped() -> Sample:
    """The shipped plan with a sign before each of its comments, which stand at the ends of lines or on their own."""
    data = read_yaml(SHIPPED.encode(), "")
    starts = [(place.line, tuple(str(key) for key in path)) for path, place in data.keys.items()]
    owners: dict[str, Keys] = {}
    lines = []
    for number, line in enumerate(SHIPPED.split("\n"), 1):
        found = re.search(r"(^|\s)# ", line)
        if found is None:
            lines.append(line)
            continue
        sign = f"#c{len(owners)}."
        here = [path for start, path in starts if start == number]
        owners[sign] = max(here, key=len) if here else ()
        owners[sign] = owners[sign][:1] if line.startswith(" ") and not here else owners[sign]
        lines.append(f"{line[: found.end() - 2]}{sign} {line[found.end() :]}")
    return Sample("\n".join(lines), owners)


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(st.data())
def test_the_shipped_plan_keeps_its_comments_too(data: st.DataObject) -> None:
    sample = shipped()
    assert signs(sample.text) == list(sample.owners)
    read = read_yaml(sample.text.encode(), "").data
    assert read is not None
    steps = []
    for _ in range(data.draw(st.integers(1, 3))):
        steps.append(data.draw(edits(read)))
        read = meant(read, *steps[-1])
    check(sample, steps)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=20_000, deadline=None, suppress_health_check=QUIET)
@given(edited_samples(3))
def test_for_longer(case: tuple[Sample, list[tuple[str, Keys, Any]]]) -> None:
    check(*case)
