"""The command classes: every command takes `--json` and `--lang`, before its name or after it."""

from __future__ import annotations

from typing import Any

import click

from cli.options import Parsed
from cli.session import Session
from cli.setting_values import READERS

LANGUAGE = Parsed("vi|en", READERS["lang"])


def _set_json(context: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if value and isinstance(context.obj, Session):
        context.obj.json = True


def _set_lang(context: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value and isinstance(context.obj, Session):
        context.obj.lang = value


def _shared() -> list[click.Parameter]:
    # Eager, so that whatever else is wrong is already said in the language asked for.
    return [
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_set_json,
            help="Print one JSON document on stdout.",
        ),
        click.Option(
            ["--lang"],
            type=LANGUAGE,
            metavar="vi|en",
            expose_value=False,
            is_eager=True,
            callback=_set_lang,
            help="Language of messages (default: DONDOC_LANG, else vi).",
        ),
    ]


class Command(click.Command):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_shared())


class Group(click.Group):
    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_shared())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of their writing, which follows the work, not the alphabet."""
        return list(self.commands)
