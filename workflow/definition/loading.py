"""A file's bytes -> one loaded definition: its kind, name, frozen model, identity and faults. Never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any, Final, Literal

from pydantic import BaseModel, ValidationError

from workflow.definition.calendar_text import CalendarText
from workflow.definition.directory import Directory
from workflow.definition.faults import MOST_FAULTS, Fault, Phrase, in_order, suggest
from workflow.definition.identity import content_hash, marker, normalise
from workflow.definition.plan import Plan
from workflow.definition.reading import MOST_BYTES, Path, Reading, read_text, read_yaml
from workflow.definition.schema_faults import keys_of, schema_faults
from workflow.definition.workflow import Workflow

Kind = Literal["workflow", "plan", "calendar", "agencies", "mail"]
Model = Workflow | Plan | CalendarText | Directory
KINDS: Final[tuple[Kind, ...]] = ("workflow", "plan", "calendar", "agencies", "mail")
SCHEMAS: Final[dict[Kind, type[Model]]] = {
    "plan": Plan,
    "workflow": Workflow,
    "calendar": CalendarText,
    "agencies": Directory,
}
"""By the key that tells the kind; `plan` first, since a plan has the keys `workflow` and `calendar` too."""


@dataclass(frozen=True)
class Loaded:
    """One definition file. `model` is None when it has faults, or is a mail template (a text without a schema)."""

    file: str
    kind: Kind | None
    name: str | None
    """None where the file does not say who it is; then it can be neither referred to nor published."""
    model: Model | None
    text: str
    """Normalised; empty when the bytes are no text."""
    sha256: str
    made_from: int | None
    """The version that its marker line names, if the marker speaks of this kind and name."""
    faults: tuple[Fault, ...] = ()
    reading: Reading = field(default_factory=lambda: Reading("", "", None), repr=False, compare=False)
    draft: Model | None = field(default=None, repr=False, compare=False)
    """The model, or what is left without its `dropped` parts, so that checks can go on and tell all in one run."""
    dropped: frozenset[Path] = field(default=frozenset(), repr=False, compare=False)


def load(raw: bytes, file: str) -> Loaded:
    """Read, validate and identify one definition. `file` tells a mail template (`*.j2`) and is what faults name."""
    if PurePath(file).suffix == ".j2":
        return _mail(raw, file)
    reading = read_yaml(raw, file)
    text = normalise(reading.text)
    base = Loaded(file, None, None, None, text, content_hash(text), None, reading.faults, reading)
    if reading.data is None:
        return base
    kind = _kind(reading.data)
    if kind is None:
        near = [suggest(str(key), SCHEMAS) for key in reading.data if get_close_matches(str(key), SCHEMAS, n=1)]
        hint = near[0] if near else Phrase("known-names", {"names": list(SCHEMAS)})
        place = reading.place((next(iter(reading.data), None),), key=True)
        return replace(base, faults=(*reading.faults, Fault(file, *place, "unknown-kind", hint=hint)))
    name = _name(kind, reading.data)
    said = marker(reading.text)
    made_from = said.version if said and (said.kind, said.name) == (kind, name) else None
    draft, dropped, faults = _validate(reading, kind)
    faults = in_order((*reading.faults, *faults))[:MOST_FAULTS]
    return replace(
        base,
        kind=kind,
        name=name,
        model=None if faults else draft,
        made_from=made_from,
        faults=tuple(faults),
        draft=draft,
        dropped=frozenset(dropped),
    )


def _mail(raw: bytes, file: str) -> Loaded:
    name = PurePath(file).stem
    faults: tuple[Fault, ...] = ()
    text = ""
    if len(raw) > MOST_BYTES:
        faults = (Fault(file, 1, 1, "too-large", {"size": len(raw) // 1024 + 1, "most": MOST_BYTES // 1024}),)
    else:
        text, faults = read_text(raw, file)
    if not faults and not text.strip():
        faults = (Fault(file, 1, 1, "empty-file"),)
    said = marker(text)
    made_from = said.version if said and (said.kind, said.name) == ("mail", name) else None
    text = normalise(text)
    known = name if re.fullmatch(r"_?[a-z0-9]+([._-][a-z0-9]+)*", name) else None
    if known is None:
        faults = (*faults, Fault(file, 1, 1, "bad-template-name", {"text": name}))
    return Loaded(file, "mail", known, None, text, content_hash(text), made_from, faults)


def _kind(data: dict[Any, Any]) -> Kind | None:
    """By its own key; where that is missing or misspelt, by the company it keeps."""
    if "plan" in data:
        return "plan"
    company = {kind: len(data.keys() & set(keys_of(schema))) for kind, schema in SCHEMAS.items()}
    best = max(company, key=lambda kind: (company[kind], kind in data))
    return best if best in data or company[best] >= 3 else None


def _name(kind: Kind, data: dict[Any, Any]) -> str | None:
    if kind == "agencies":
        return "agencies"
    name = data.get(kind)
    return name if isinstance(name, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) else None


def _validate(reading: Reading, kind: Kind) -> tuple[Model | None, set[Path], list[Fault]]:
    """(the model or what can be saved of it, what was left out of it, the faults of the first look)."""
    schema, data = SCHEMAS[kind], reading.data
    faults: list[Fault] = []
    dropped: set[Path] = set()
    rounds = 4  # leaving a part out can bring up a fault around it; by then little is left to say
    for turn in range(rounds):
        try:
            return schema.model_validate(data, by_alias=True, by_name=False), dropped, faults
        except ValidationError as error:
            found, paths = schema_faults(reading, schema, error)
            if turn == 0:
                faults = found
            unknown = [entry["type"] == "extra_forbidden" for entry in error.errors(include_url=False)]
            cuts = {path if extra else _part(schema, path) for path, extra in zip(paths, unknown, strict=True)}
            data = _without(data, cuts, _SKELETONS[kind])
            # An unknown key leaves no hole behind.
            dropped |= cuts - {path for path, extra in zip(paths, unknown, strict=True) if extra}
    return None, dropped, faults


def _part(schema: type[BaseModel], path: Path) -> Path:
    """The whole entry that a fault spoils: one transition, one area, one reminder; else the key at the top."""
    entry = 2
    named = {fld.alias or name: fld.annotation for name, fld in schema.model_fields.items()}
    collects = path and str(named.get(str(path[0]), "")).startswith(("dict", "tuple", "typing.Annotated"))
    return path[:entry] if collects else path[:1]


def _without(data: Any, cuts: set[Path], skeleton: dict[str, Any]) -> Any:
    """The data without what stands at `cuts`; a key that the schema cannot do without gets a stand-in."""
    if () in cuts:
        return dict(skeleton)
    cut_here = {cut[0] for cut in cuts if len(cut) == 1}
    kept = {key: value for key, value in data.items() if key not in cut_here}
    for key in {cut[0] for cut in cuts if len(cut) > 1} & kept.keys():
        kept[key] = _less(kept[key], {cut[1:] for cut in cuts if len(cut) > 1 and cut[0] == key})
    return {**skeleton, **kept}


def _less(value: Any, cuts: set[Path]) -> Any:
    here = {cut[0] for cut in cuts if len(cut) == 1}
    deeper = {cut for cut in cuts if len(cut) > 1}

    def inner(step: Any, part: Any) -> Any:
        below = {cut[1:] for cut in deeper if cut[0] == step}
        return _less(part, below) if below else part

    if isinstance(value, dict):
        return {key: inner(key, part) for key, part in value.items() if key not in here}
    if isinstance(value, list):
        return [inner(index, part) for index, part in enumerate(value) if index not in here]
    return value


_SKELETONS: Final[dict[Kind, dict[str, Any]]] = {
    "workflow": {"workflow": "x", "title": "x", "roles": {}, "states": {}, "initial": "x", "transitions": {}},
    "plan": {
        "plan": "x", "title": "x", "workflow": "x", "calendar": "x",
        "roles": {}, "cycle": {"every": "year"}, "areas": {},
    },
    "calendar": {"calendar": "x", "title": "x", "weekend": ["sat", "sun"], "years": {}},
    "agencies": {"agencies": {}},
}  # fmt: skip
