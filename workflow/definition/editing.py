"""Changing a published YAML text at single places: its comments, its order and its layout stay as they are.

The places come from ruamel's parser. A round trip through its dumper would keep comments too, but gives them to the
entry before them: an entry removed takes the next one's comment with it, one added lands below the next one's.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from workflow.definition.reading import read_yaml
from workflow.model import Refusal

Keys = tuple[str, ...]
INDENT: Final = 2


class Editor:
    """One text while it is being edited. Raises Refusal `text-not-editable` when an edit would not say what it should.

    The data is edited beside the text; `finish` makes sure that the text reads as the data.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.data: dict[str, Any] = self._read()

    def put(self, path: Keys, value: Any) -> None:
        """Set the value at `path`; a key that is not there is added at the end of its mapping."""
        above = _at(self.data, path[:-1])
        if path[-1] in above and above[path[-1]] == value:
            return
        if isinstance(value, dict) and value and isinstance(above.get(path[-1]), dict):
            # Entry by entry, so that the comments beside those that stay are kept.
            for key, part in value.items():
                self.put((*path, key), part)
            for key in set(above[path[-1]]) - set(value):
                self.drop((*path, key))
            return
        node = self._node(path[:-1])
        if path[-1] not in above:
            self._add(node, path, value, above)
        elif not self._item_by_item(path, value, above[path[-1]]):
            found = _entry(node, path[-1])[1]
            self._splice(found.start_mark.index, self._end(found), _written(found, value))
        above[path[-1]] = value

    def _item_by_item(self, path: Keys, value: Any, old: Any) -> bool:
        """Change a list that stands one item to a line by its lines, so that their comments stay; False when it can't.

        Only items that leave, and others that come behind the last.
        """
        if not isinstance(value, list) or not isinstance(old, list) or not value:
            return False
        kept = [item for item in old if item in value]
        node = _entry(self._node(path[:-1]), path[-1])[1]
        if not kept or value[: len(kept)] != kept or not isinstance(node, SequenceNode) or node.flow_style:
            return False
        indent = " " * node.start_mark.column
        added = "".join(f"{indent}- {_inline(item)}\n" for item in value[len(kept) :])
        if added:
            self._insert_line(self._line_end(self._end(node)), added)
        for item, gone in reversed(list(zip(node.value, old, strict=True))):
            if gone not in value:
                start = self._line_start(item.start_mark.index)
                self._splice(start, self._line_end(self._end(item)), "")
        return True

    def drop(self, path: Keys) -> None:
        """Remove the entry at `path`, with a comment that stands on its own lines' ends."""
        above = _at(self.data, path[:-1])
        if path[-1] not in above:
            return
        node = self._node(path[:-1])
        del above[path[-1]]
        if node.flow_style or not above:
            self._splice(node.start_mark.index, self._end(node), _inline(above))
        else:
            key, value = _entry(node, path[-1])
            self._splice(self._line_start(key.start_mark.index), self._line_end(self._end(value)), "")

    def append(self, path: Keys, value: Any) -> None:
        """Add an item to the list at `path`, which need not be there yet."""
        found = _at(self.data, path[:-1]).get(path[-1])
        if found is None:
            self._begin(path, value)
        else:
            self.put(path, [*(found if isinstance(found, list) else [found]), value])

    def _begin(self, path: Keys, value: Any) -> None:
        """A new list at the end of the text, one item to a line."""
        text = self.text.rstrip("\n").removesuffix("\n...").rstrip("\n")
        self.text = text + f"\n\n{path[-1]}:\n  - {_inline(value)}\n"
        self.data[path[-1]] = [value]

    def _add(self, node: MappingNode, path: Keys, value: Any, above: Mapping[str, Any]) -> None:
        if node.flow_style or not node.value:
            self._splice(node.start_mark.index, self._end(node), _inline({**above, path[-1]: value}))
            return
        key, last = node.value[-1]
        indent = " " * key.start_mark.column
        if isinstance(value, dict) and isinstance(last, MappingNode) and not last.flow_style:
            inner = " " * (last.start_mark.column if last.value else len(indent) + INDENT)
            lines = "".join(f"{inner}{name}: {_inline(part)}\n" for name, part in value.items())
            added = f"{indent}{path[-1]}:\n{lines}"
        else:
            added = f"{indent}{path[-1]}: {_inline(value)}\n"
        self._insert_line(self._line_end(self._end(last)), added)

    def _splice(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]

    def _insert_line(self, at: int, line: str) -> None:
        head = self.text[:at]
        self.text = (head if head.endswith("\n") else head + "\n") + line + self.text[at:]

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        """Behind the line feed of the line on which `index` stands."""
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1

    def _node(self, path: Keys) -> MappingNode:
        try:
            node: Node = YAML(typ="rt", pure=True).compose(self.text)
        except YAMLError:
            raise Refusal("text-not-editable", place=".".join(path) or "-") from None
        for key in path:
            node = _entry(node, key)[1]
        if not isinstance(node, MappingNode):
            raise Refusal("text-not-editable", place=".".join(path))
        return node

    def _read(self) -> dict[str, Any]:
        data = read_yaml(self.text.encode(), "").data
        if data is None:
            raise Refusal("text-not-editable", place="-")
        return data

    def finish(self) -> str:
        """The text after all edits."""
        reading = read_yaml(self.text.encode(), "")
        if reading.data != self.data:
            found = reading.data or {}
            wrong = [key for key in {**self.data, **found} if self.data.get(key) != found.get(key)]
            raise Refusal("text-not-editable", place=", ".join(map(str, wrong)) or "-")
        return self.text

    def _end(self, node: Node) -> int:
        """Where the node's own characters end.

        The mark of a block collection stands behind the comments that follow it, that of a block text on a later line.
        """
        if isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return self._end_of_block(node.start_mark.index)
        index: int = node.end_mark.index
        return index

    def _end_of_block(self, start: int) -> int:
        """Behind the last line of a text in block style, without the empty lines after it."""
        end = head = self._line_end(start)
        indent: int | None = None
        while head < len(self.text):
            line = self.text[head : self._line_end(head)]
            if line.strip():
                width = len(line) - len(line.lstrip(" "))
                indent = width if indent is None else indent
                if width < indent:
                    break
                end = head + len(line.rstrip("\n"))
            head = self._line_end(head)
        return end if indent is not None else start + 1


def _at(data: Any, path: Keys) -> dict[str, Any]:
    for key in path:
        data = data[key]
    if not isinstance(data, dict):
        raise Refusal("text-not-editable", place=".".join(path))
    return data


def _entry(node: Node, key: str) -> tuple[Node, Node]:
    for found, value in node.value:
        if found.value == key:
            return found, value
    raise Refusal("text-not-editable", place=key)


def _written(node: Node, value: Any) -> str:
    """As it was written where that is plain to see: a quoted text stays quoted."""
    if isinstance(node, ScalarNode) and isinstance(value, str) and node.style in ("'", '"') and value.isprintable():
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _inline(value)


def _inline(value: Any) -> str:
    """The value on one line, in flow style; it may stand inside another flow collection."""
    stream = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.allow_unicode, writer.width = True, True, 1_000_000
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    # As an entry of a mapping: by itself a scalar would be written without the quotes that it needs inside another.
    writer.dump({"k": value}, stream)
    return stream.getvalue().strip().removeprefix("{k: ").removesuffix("}")
