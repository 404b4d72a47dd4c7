"""What is wrong with a mail template, before anybody publishes it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import TemplateError, UndefinedError, meta, nodes

from notifications.render import render
from notifications.sample_set import samples
from notifications.samples import Sample
from notifications.templates import (
    BLOCKS,
    HTML_LAYOUT,
    SUPPORT,
    TEXT_LAYOUT,
    TemplateFailure,
    TemplateSet,
    environment,
    lookup,
    place,
)

Fault = tuple[int, str, dict[str, Any]]
"""(line, code, params): codes of `workflow.words.mail`."""

KNOWN_NAMES: Final = frozenset(
    {"rehearsal", "at", "plan", "recipient", "sender", "tone", "items", "item", "others", "link", "row", "w"}
)
_TAG: Final = re.compile(r"<[A-Za-z/!]")
_JINJA: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def check_template(name: str, text: str, all_texts: Mapping[str, str]) -> list[Fault]:
    """All faults of template `name`, by line; empty when it may be published.

    `all_texts` are the templates that it will stand among, itself or not. Syntax and names are read from the text;
    what only shows when a letter is made (a misspelt fact, a block without words) from rendering every sample that this
    name would serve.
    """
    texts = {**all_texts, name: text}
    faults = [*_syntax(name, text)]
    if not faults:
        faults = [*_names(name, text), *_blocks(name, text), *_html(name, text)]
    if not faults:
        faults = [*_samples(name, texts)]
    return sorted(faults, key=lambda fault: (fault[0], fault[1], str(fault[2])))


def _syntax(name: str, text: str) -> Iterable[Fault]:
    try:
        environment({}, "vi", html=False).compile(text, name)
    except TemplateError as error:
        yield (_line(error), "mail-syntax", {"name": name, "words": error.message or str(error), "hint": None})
    except (SyntaxError, RecursionError, ValueError) as error:
        yield (1, "mail-syntax", {"name": name, "words": str(error), "hint": None})


def _names(name: str, text: str) -> Iterable[Fault]:
    """Names that no letter has, also in a branch that no sample takes."""
    env = environment({}, "vi", html=False)
    tree = env.parse(text, name)
    unknown = meta.find_undeclared_variables(tree) - KNOWN_NAMES
    if name in (TEXT_LAYOUT, HTML_LAYOUT):
        unknown -= {"letter"}
    seen: set[tuple[str, int]] = set()
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and node.ctx == "load" and (node.name, node.lineno) not in seen:
            seen.add((node.name, node.lineno))
            yield (
                node.lineno,
                "mail-undefined",
                {"name": name, "words": node.name, "hint": _near(node.name, KNOWN_NAMES)},
            )


def _blocks(name: str, text: str) -> Iterable[Fault]:
    if name in SUPPORT:
        return
    for node in environment({}, "vi", html=False).parse(text, name).find_all(nodes.Block):
        if node.name not in BLOCKS:
            params = {"name": node.name, "known": list(BLOCKS), "hint": _near(node.name, BLOCKS)}
            yield (node.lineno, "mail-block", params)


def _html(name: str, text: str) -> Iterable[Fault]:
    if name == HTML_LAYOUT:
        return
    # Same length and lines, so that what is found has its line.
    plain = _JINJA.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    for number, line in enumerate(plain.split("\n"), 1):
        if _TAG.search(line):
            yield (number, "mail-html", {"name": name, "hint": None})


def _samples(name: str, texts: Mapping[str, str]) -> Iterable[Fault]:
    missing = [found for found in SUPPORT if found not in texts]
    if missing:
        yield from ((1, "mail-supporting", {"name": found, "hint": None}) for found in missing)
        return
    try:
        templates = _compiled(tuple(sorted(texts.items())))
    except TemplateFailure as error:
        if error.name == name:
            yield (error.line or 1, "mail-failed", {"sample": "-", "words": error.words, "hint": None})
        return
    seen: set[tuple[int, str]] = set()
    for sample in _served(name, texts):
        try:
            render(templates, sample.facts, sample.template, public_url="https://dondoc.example")
        except TemplateFailure as error:
            fault = _failed(name, sample, error)
            if fault is not None and (fault[0], fault[2]["words"]) not in seen:
                seen.add((fault[0], fault[2]["words"]))
                yield fault


@lru_cache(maxsize=2)
def _compiled(texts: tuple[tuple[str, str], ...]) -> TemplateSet:
    """A folder's templates are checked one after another, each among all: compiled once for all of them."""
    return TemplateSet({name: (1, text) for name, text in texts})


def _served(name: str, texts: Mapping[str, str]) -> list[Sample]:
    """The samples that `name` renders: all for what every letter uses; those nearest for a workflow not known here."""
    if name in SUPPORT:
        return list(samples())
    served = [s for s in samples() if next((n for n in lookup(s.template, s.workflow) if n in texts), None) == name]
    if served:
        return served
    last = name.rpartition(".")[2]
    tail = last if last in ("opened", "reminder", "urging", "passed", "amended", "report-copy") else "entered"
    return [_as(name, s, tail) for s in samples() if s.template.split(".")[0] == tail and s.workflow == "task-area"]


def _as(name: str, sample: Sample, tail: str) -> Sample:
    """The sample as a case of the workflow and state that `name` speaks of."""
    workflow, _, rest = name.partition(".")
    template = rest or name
    if tail == "entered" and not template.startswith("entered"):
        template, workflow = name, "task-area"
    items = [{**found, "case": {**found["case"], "workflow": workflow}} for found in sample.facts["items"]]
    return Sample(sample.name, template, {**sample.facts, "items": items})


def _failed(name: str, sample: Sample, error: TemplateFailure) -> Fault | None:
    cause = error.__cause__
    line = place(cause, name)[1] if cause is not None else error.line
    undefined = isinstance(cause, UndefinedError)
    if cause is not None and name not in (error.name, place(cause, name)[0]):
        return None  # another template's fault, told where that one is checked
    params = {"name": name, "sample": sample.name, "words": error.words, "hint": None}
    return (line or 1, "mail-undefined" if undefined else "mail-failed", params)


def _near(word: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word, list(known), 1)), None)


def _line(error: TemplateError) -> int:
    return int(getattr(error, "lineno", None) or 1)
