"""KEY=VALUE lines as systemd reads them from an EnvironmentFile, so that one file serves the unit and a shell.

Not a dotenv file: nothing is expanded (a `$` in a password stays), and there is no `export`.
"""

from __future__ import annotations

import re

from cli.errors import WrongValue

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_UNESCAPED_IN_QUOTES = '"\\`$'


def read_env_file(text: str) -> dict[str, str]:
    """The names and values of `text`; a later line wins. Raises WrongValue `env-line` with the line's number."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        end = _line_end(text, position)
        stripped = text[position:end].lstrip()
        if not stripped or stripped[0] in "#;":
            position = end + 1
            continue
        line = text.count("\n", 0, position) + 1
        name, equals, _ = stripped.partition("=")
        if not equals or not _NAME.fullmatch(name.rstrip()):
            raise WrongValue("env-line", line=line)
        value, position = _value(text, text.index("=", position) + 1, line)
        found[name.rstrip()] = value
    return found


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _value(text: str, position: int, line: int) -> tuple[str, int]:
    """The value that begins at `position`, and where the next line begins."""
    out: list[str] = []
    kept = 0  # white space inside quotes or after a backslash is the value's own
    while position < len(text) and text[position] != "\n":
        char = text[position]
        if char in "\"'":
            inside, position = _quoted(text, position, line)
            out += inside
            kept = len(out)
        elif char == "\\":
            out += [] if text[position + 1 : position + 2] == "\n" else text[position + 1 : position + 2]
            kept = len(out)
            position += 2
        else:
            if out or not char.isspace():
                out.append(char)
            position += 1
    while len(out) > kept and out[-1].isspace():
        out.pop()
    return "".join(out), position + 1


def _quoted(text: str, position: int, line: int) -> tuple[list[str], int]:
    quote = text[position]
    out: list[str] = []
    position += 1
    while position < len(text):
        char = text[position]
        if char == quote:
            return out, position + 1
        if char == "\\" and quote == '"' and position + 1 < len(text):
            after = text[position + 1]
            if after != "\n":
                out += [after] if after in _UNESCAPED_IN_QUOTES else [char, after]
            position += 2
            continue
        out.append(char)
        position += 1
    raise WrongValue("env-quote", line=line)
