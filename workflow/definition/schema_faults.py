"""What pydantic says about plain data, as faults at the line and column of the very word."""

from __future__ import annotations

import re
import unicodedata
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from workflow.definition.faults import MOST_FAULTS, Fault, Phrase, short, suggest
from workflow.definition.reading import Path, Reading


def schema_faults(
    reading: Reading, model: type[BaseModel], error: ValidationError, at: Path = ()
) -> tuple[list[Fault], list[Path]]:
    """(faults, the paths that they concern). At most `MOST_FAULTS`, the first in pydantic's order.

    `at` is where in the file the data stands that `model` was asked to read.
    """
    faults: list[Fault] = []
    paths: list[Path] = []
    for entry in error.errors(include_url=False):
        path, on_key = _path(reading, (*at, *entry["loc"]))
        if len(faults) < MOST_FAULTS:
            faults.append(_fault(reading, model, entry, path, at, on_key=on_key))
        paths.append(path)
    return faults, paths


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys as they are written in a file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _path(reading: Reading, loc: tuple[Any, ...]) -> tuple[Path, bool]:
    """Where in the data pydantic points to: without marks of its own (`[key]`, the name of a union's branch)."""
    path: Path = ()
    for step in loc:
        if step == "[key]":
            return path, True
        here = (*path, step)
        if here in reading.values or here in reading.keys:
            path = here
    return path, False


def _fault(reading: Reading, model: type[BaseModel], entry: Any, path: Path, at: Path, *, on_key: bool) -> Fault:
    code, hint, params = _words(reading, model, entry, path, at)
    at_key = on_key or entry["type"] == "extra_forbidden"
    place = reading.place(path, key=at_key)
    return Fault(reading.file, place.line, place.column, code, params, hint)


Words = tuple[str, Phrase | None, dict[str, Any]]
"""Code, hint, parameters."""


def _words(  # noqa: PLR0911 - a table
    reading: Reading, model: type[BaseModel], entry: Any, path: Path, at: Path
) -> Words:
    kind, value, ctx = entry["type"], entry["input"], entry.get("ctx", {})
    if kind == "missing":
        return "missing-key", None, {"key": entry["loc"][-1]}
    if kind == "extra_forbidden":
        owner = _model_at(model, path[len(at) : -1])
        known = [key for key in keys_of(owner) if key not in _mapping(reading, path[:-1])] if owner else []
        return "unknown-key", suggest(short(path[-1]), known), {"key": short(path[-1])}
    if kind == "literal_error":
        names = re.findall(r"'([^']*)'", ctx["expected"])
        return "not-one-of", suggest(short(value), names), {"value": short(value)}
    if kind == "string_pattern_mismatch":
        return _pattern(ctx["pattern"], short(value))
    if kind in _OWN:
        return kind, Phrase(f"{kind}-hint"), {"text": short(value)}
    if kind in _KINDS:
        code = _KINDS[kind]
        quote = code == "not-text" and isinstance(value, (int, float)) and not isinstance(value, bool)
        hint = Phrase("quote-it") if quote else Phrase(f"{code}-hint")
        return code, hint, {"got": _got(value)}
    if kind in _LIMITS:
        return _LIMITS[kind], None, {"most": next((v for k, v in ctx.items() if k != "field_type"), "")}
    return "not-understood", None, {"value": short(value)}


_OWN = frozenset({
    "bad-condition", "bad-base", "bad-start", "bad-reference", "bad-span", "bad-date", "no-such-date", "moment-form",
})  # fmt: skip
_KINDS = {
    "string_type": "not-text",
    "bool_type": "not-boolean",
    "bool_parsing": "not-boolean",
    "int_type": "not-number",
    "int_parsing": "not-number",
    "int_from_float": "not-number",
    "dict_type": "not-mapping",
    "model_type": "not-mapping",
    "model_attributes_type": "not-mapping",
    "tuple_type": "not-list",
    "date_type": "not-date",
}
_LIMITS = {
    "string_too_long": "too-long",
    "string_too_short": "empty-text",
    "too_short": "empty-list",
    "greater_than_equal": "number-too-small",
    "less_than_equal": "number-too-large",
}


def _pattern(pattern: str, value: str) -> Words:
    if "@" in pattern:
        return "bad-mailbox", Phrase("bad-mailbox-hint"), {"text": value}
    for joint, code in (("(-", "bad-slug"), ("(_", "bad-word")):
        if joint in pattern:
            plain = _ascii(value, joint[1])
            return code, Phrase("did-you-mean", {"name": plain}) if plain else Phrase(f"{code}-hint"), {"text": value}
    if "[A-Z]" in pattern:
        return "bad-country", Phrase("bad-country-hint"), {"text": value}
    return "line-break", None, {}


def _ascii(text: str, joint: str) -> str:
    """`Sở Công Thương` -> `so-cong-thuong`; empty when no name can be made of it."""
    folded = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", joint, plain).strip(joint).lstrip("0123456789" + joint)


def _got(value: Any) -> Phrase:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "a-truth"), (int, "a-number"), (float, "a-number"),
        (str, "a-text"), (dict, "a-mapping"), (list, "a-list"),
    )  # fmt: skip
    return Phrase(next((code for kind, code in kinds if isinstance(value, kind)), "nothing"))


def _mapping(reading: Reading, path: Path) -> dict[Any, Any]:
    found = reading.at(path)
    return found if isinstance(found, dict) else {}


def _model_at(model: Any, path: Path) -> type[BaseModel] | None:
    """The schema class that governs the mapping at `path`."""
    found: Any = model
    for step in path:
        found = _bare(found)
        if isinstance(found, type) and issubclass(found, BaseModel):
            named = {field.alias or name: field.annotation for name, field in found.model_fields.items()}
            found = named.get(str(step))
        else:  # dict[Word, Transition], tuple[Reminder, ...]
            inner = get_args(found)
            found = (inner[1] if get_origin(found) is dict else inner[0]) if inner else None
    found = _bare(found)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _bare(annotation: Any) -> Any:
    """Without `Annotated` and `| None`."""
    while get_origin(annotation) in {Annotated, Union, UnionType}:
        parts = [part for part in get_args(annotation) if part is not type(None)]
        union = get_origin(annotation) is not Annotated
        # Of a union the branch that has keys: a fault inside it is about one of them.
        models = [part for part in map(_bare, parts) if isinstance(part, type) and issubclass(part, BaseModel)]
        annotation = models[0] if union and models else parts[0]
    return annotation
