"""Facts and a template to the two parts of a letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Template
from jinja2.runtime import Context
from markupsafe import Markup

from notifications.filters import BREAK, paragraphs, rows
from notifications.templates import BLOCKS, MAX_OUTPUT, MOODS, TemplateFailure, TemplateSet, failure
from notifications.view import view

MAX_SUBJECT: Final = 200
REHEARSAL: Final = "[Diễn tập] "


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words. The same facts and template versions give the same letter."""

    subject: str
    text: str
    html: str
    template: str
    """The name that was found, such as `task-area.entered.reported`, and its version."""
    version: int


def render(
    templates: TemplateSet, facts: Mapping[str, Any], template: str, *, public_url: str | None = None
) -> Rendered:
    """Render the message that `template` (as on its row) names. Raises TemplateFailure, with the line where known."""
    name = template
    try:
        values = view(facts, public_url=public_url, lang=templates.lang)
        name = templates.find(template, values["item"]["case"]["workflow"])
        text_template, text_blocks = templates.text.blocks(name)
        html_template, html_blocks = templates.html.blocks(name)
        plain = _parts(text_template, text_blocks, values)
        rich = _parts(html_template, html_blocks, values, skip=("subject", "mood"))
        subject = _subject(plain["subject"], rehearsal=values["rehearsal"])
        shared = {"subject": subject, "mood": _mood(plain["mood"])}
        text = _frame(templates.text.layout, values, plain | shared, html=False)
        html = _frame(templates.html.layout, values, rich | shared, html=True)
    except TemplateFailure:
        raise
    except Exception as error:  # whatever a template does wrong is its own fault, not the queue's
        raise failure(name, error) from error
    return Rendered(subject, _tidy(text), html, name, templates.versions[name])


def _parts(
    template: Template,
    blocks: Mapping[str, Callable[[Context], Iterator[str]]],
    values: dict[str, Any],
    *,
    skip: tuple[str, ...] = (),
) -> dict[str, str]:
    context = template.new_context(values)
    return {name: _run(blocks[name], context, template.name or "") for name in BLOCKS if name not in skip}


def _run(block: Callable[[Context], Iterator[str]], context: Context, name: str) -> str:
    pieces: list[str] = []
    length = 0
    for piece in block(context):
        length += len(piece)
        if length > MAX_OUTPUT:
            raise TemplateFailure(name, None, f"dài quá {MAX_OUTPUT} ký tự")
        pieces.append(piece)
    return "".join(pieces)


def _frame(layout: Template, values: dict[str, Any], parts: Mapping[str, str], *, html: bool) -> str:
    def whole(name: str) -> str:
        return _marked(" ".join(parts[name].split()), html=html)

    inner = {
        "subject": parts["subject"],
        "mood": parts["mood"],
        "headline": whole("headline"),
        "paragraphs": [_marked(found, html=html) for found in paragraphs(parts["body"])],
        "list": [_marked(value, html=html) for _, value in rows(parts["list"])],
        "rows": [
            {"label": _marked(label, html=html), "value": _marked(value, html=html)}
            for label, value in rows(parts["facts"])
        ],
        "action": whole("action"),
        "closing": whole("closing"),
        "why": whole("why"),
    }
    return layout.render({**values, "letter": inner})


def _marked(text: str, *, html: bool) -> str:
    # Every value in it was escaped when the block was rendered, and what the admin wrote there is the admin's own.
    return Markup(text.replace(BREAK, "<br>")) if html else text.replace(BREAK, "\n")  # noqa: S704


def _subject(text: str, *, rehearsal: bool) -> str:
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if not words:
        raise ValueError("tiêu đề trống")
    words = REHEARSAL + words if rehearsal else words
    if len(words) <= MAX_SUBJECT:
        return words
    return words[: MAX_SUBJECT - 1].rsplit(" ", 1)[0] + "…"


def _mood(text: str) -> str:
    mood = text.strip()
    if mood not in MOODS:
        raise ValueError(f"'{mood}' không phải là một trong {', '.join(MOODS)}")
    return mood


def _tidy(text: str) -> str:
    """Never more than one empty line, none at either end, one line end at the last line."""
    lines: list[str] = []
    for line in (found.rstrip() for found in text.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"
