"""Bytes of a YAML file -> plain data with the place of every key and value, or faults in words. Never raises.

Built from ruamel's event stream rather than its loader: nothing is expanded, no tag is obeyed, nesting is bounded
before it is followed, and so no text that fits the size limit can cost more than reading it.
Only the YAML 1.2 core scalars are known (`null`, `true`, whole and decimal numbers); `on`, `no`, dates are texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workflow.definition.faults import MOST_FAULTS, Fault, Phrase, short
from workflow.definition.identity import content_hash, decode, made_from, normalise, with_marker

__all__ = [
    "Fault",
    "Phrase",
    "Place",
    "Reading",
    "content_hash",
    "made_from",
    "normalise",
    "read_text",
    "read_yaml",
    "with_marker",
]

MOST_BYTES: Final = 256 * 1024
DEEPEST: Final = 20

Path = tuple[Hashable, ...]
"""Keys and list indices from the top of the document."""


class Place(NamedTuple):
    line: int
    column: int


@dataclass(frozen=True)
class Reading:
    """What a file says. `data` is None when no sense could be made of it; then `faults` is not empty."""

    file: str
    text: str
    """NFC, with plain line feeds; empty when the bytes are no text."""
    data: dict[Any, Any] | None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Of the value at `path` (of its key, if asked), else of the nearest thing around it that the file has."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))

    def at(self, path: Path) -> Any:
        """The plain value at `path`; KeyError, IndexError or TypeError where there is none."""
        value: Any = self.data
        for step in path:
            value = value[step]
        return value


def read_yaml(raw: bytes, file: str) -> Reading:
    """Read one document whose top level is a mapping; `file` is only the name that faults carry."""
    if len(raw) > MOST_BYTES:
        fault = Fault(file, 1, 1, "too-large", {"size": len(raw) // 1024 + 1, "most": MOST_BYTES // 1024})
        return Reading(file, "", None, faults=(fault,))
    text, faults = read_text(raw, file)
    if faults:
        return Reading(file, text, None, faults=faults)
    return _Builder(file, text).reading()


def read_text(raw: bytes, file: str) -> tuple[str, tuple[Fault, ...]]:
    """The bytes as NFC text with plain line feeds, or why they are none: not UTF-8, or characters nobody can see."""
    try:
        text = decode(raw)
    except UnicodeDecodeError as error:
        start = raw.rfind(b"\n", 0, error.start) + 1
        line = raw.count(b"\n", 0, error.start) + 1
        column = len(raw[start : error.start].decode("utf-8", "replace")) + 1
        params = {"line": line, "byte": f"0x{raw[error.start]:02X}"}
        return "", (Fault(file, line, column, "not-utf8", params, Phrase("save-as-utf8")),)
    faults = []
    for number, line_text in enumerate(text.split("\n"), 1):
        for column, char in _unseen(line_text):
            faults.append(Fault(file, number, column, "unseen-character", {"char": f"U+{ord(char):04X}"}))
            if len(faults) >= MOST_FAULTS:
                return text, tuple(faults)
    return text, tuple(faults)


_SUSPECT = re.compile(r"[^\t -~\u00A1-\u00AC\u00AE-\u02FF\u0300-\u036F\u1E00-\u1EFF]")


def _unseen(line: str) -> Iterator[tuple[int, str]]:
    """(column, character) of controls, invisible marks (which hide or reorder text) and private characters."""
    for found in _SUSPECT.finditer(line):
        char = found.group()
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} or ord(char) & 0xFFFE == 0xFFFE:
            yield found.start() + 1, char


@dataclass
class _Open:
    """A mapping or list that is being read."""

    path: Path
    value: dict[Any, Any] | list[Any]
    key: Any = None
    """Of a mapping: the key whose value comes next."""
    waits: bool = False
    """A key has been read, its value has not."""
    dropped: bool = False
    """Its value is read but not kept: the key stood there before, or is none."""


class _Builder:
    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.faults: list[Fault] = []
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.stack: list[_Open] = []
        self.root: Any = None
        self.documents = 0
        self.usable = True

    def reading(self) -> Reading:
        try:
            for event in YAML(typ="safe", pure=True).parse(self.text):
                if not self._take(event) or len(self.faults) >= MOST_FAULTS:
                    break
        except MarkedYAMLError as error:
            self._syntax(error)
        except (YAMLError, ValueError, RecursionError, AssertionError, IndexError, AttributeError, TypeError):
            # ruamel fails on some rubbish without a place; the file is refused either way.
            self._fault("syntax", Place(1, 1), fatal=True)
        if self.documents == 0 and not self.faults:
            self._fault("empty-file", Place(1, 1), fatal=True)
        elif self.usable and not isinstance(self.root, dict):
            self._fault("top-not-mapping", self.values.get((), Place(1, 1)), fatal=True)
        data = self.root if self.usable and isinstance(self.root, dict) else None
        return Reading(self.file, self.text, data, self.keys, self.values, tuple(self.faults))

    def _take(self, event: Any) -> bool:
        """One event further; False when nothing after it is worth reading."""
        mark = event.start_mark
        place = Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)
        if isinstance(event, ev.DocumentStartEvent):
            return self._document(event, place)
        if isinstance(event, ev.AliasEvent):
            self._fault("alias", place, {"name": short(event.anchor)}, fatal=True)
            self._add(None, place)
        elif isinstance(event, ev.NodeEvent):
            return self._node(event, place)
        elif isinstance(event, (ev.MappingEndEvent, ev.SequenceEndEvent)):
            self.stack.pop()
        return True

    def _document(self, event: Any, place: Place) -> bool:
        self.documents += 1
        if self.documents > 1:
            self._fault("second-document", place, fatal=True)
            return False
        if event.tags or (event.version and tuple(event.version) != (1, 2)):
            lines = self.text.split("\n")
            at = next((number for number, line in enumerate(lines, 1) if line.startswith("%")), place.line)
            self._fault("directive", Place(at, 1), fatal=True)
        return True

    def _node(self, event: Any, place: Place) -> bool:
        if event.anchor:
            self._fault("anchor", place, {"name": short(event.anchor)}, fatal=True)
        if event.ctag is not None and str(event.ctag) not in {"", "None"}:
            self._fault("tag", place, {"tag": short(event.ctag)}, fatal=True)
        if isinstance(event, ev.ScalarEvent):
            if event.style is None and not event.value and self.stack:  # ruamel puts it at the next word, lines below
                place = self.keys.get((*self.stack[-1].path, self.stack[-1].key), place)
            self._add(self._scalar(event, place), place)
            return True
        if len(self.stack) >= DEEPEST:
            self._fault("too-deep", place, {"most": DEEPEST}, fatal=True)
            return False
        value: dict[Any, Any] | list[Any] = {} if isinstance(event, ev.MappingStartEvent) else []
        path = self._add(value, place)
        self.stack.append(_Open(path, value))
        return True

    def _scalar(self, event: Any, place: Place) -> Any:
        if event.style is None:
            return _plain(event.value)
        value = unicodedata.normalize("NFC", event.value)
        for _, char in _unseen(value.replace("\n", " ")):  # written as an escape: "\x00"
            self._fault("unseen-character", place, {"char": f"U+{ord(char):04X}"}, fatal=True)
        return value

    def _add(self, value: Any, place: Place) -> Path:
        """Put the value where it belongs; its path."""
        if not self.stack:
            self.root, self.values[()] = value, place
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            path: Path = (*top.path, len(top.value))
            top.value.append(value)
        elif not top.waits:
            top.waits = True
            self._key(top, value, place)
            return (*top.path, top.key)
        else:
            top.waits = False
            path = (*top.path, top.key)
            if top.dropped:
                return (*path, object())
            top.value[top.key] = value
        self.values[path] = place
        return path

    def _key(self, top: _Open, key: Any, place: Place) -> None:
        top.dropped = True
        if isinstance(key, (dict, list)):
            self._fault("key-not-text", place)
            top.key = object()
            return
        top.key = key if isinstance(key, (str, int)) and not isinstance(key, bool) else str(key).lower()
        path = (*top.path, top.key)
        if path in self.keys:
            self._fault("duplicate-key", place, {"key": short(top.key), "line": self.keys[path].line})
            return
        self.keys[path] = place
        top.dropped = False

    def _syntax(self, error: MarkedYAMLError) -> None:
        said = f"{error.context or ''} {error.problem or ''}"
        known = ((code, at_context) for words, code, at_context in _SYNTAX if words in said)
        code, at_context = next(known, ("syntax", False))
        mark = error.context_mark if at_context and error.context_mark else error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)
        self._fault(code, place, fatal=True, hint=Phrase(f"{code}-hint") if code != "syntax" else None)

    def _fault(
        self, code: str, place: Place, params: Any = None, *, fatal: bool = False, hint: Phrase | None = None
    ) -> None:
        self.faults.append(Fault(self.file, place.line, place.column, code, params or {}, hint))
        if fatal:
            self.usable = False


_SYNTAX: Final[tuple[tuple[str, str, bool], ...]] = (
    # part of what ruamel says, our code, whether the fault stands where the construct began
    ("character '\\t'", "tab-indent", False),
    ("mapping values are not allowed", "stray-colon", False),
    ("while scanning a quoted scalar", "open-quote", True),
    ("while scanning a double-quoted scalar", "bad-escape", False),
    ("parsing a flow", "open-bracket", True),
    ("could not find expected ':'", "missing-colon", True),
    ("that cannot start any token", "reserved-character", False),
    ("while scanning an alias", "reserved-character", True),
    ("while scanning an anchor", "reserved-character", True),
    ("while parsing a block", "bad-indent", False),
    ("expected '<document start>'", "bad-indent", False),
)


def _plain(text: str) -> Any:
    """An unquoted scalar by the YAML 1.2 core schema; whatever is not plainly something else is a text."""
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE"}:
        return True
    if text in {"false", "False", "FALSE"}:
        return False
    if re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)", text):
        return float(text)
    return text
