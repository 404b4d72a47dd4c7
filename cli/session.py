"""One call of the command line: its language, its way of printing, and the product behind it when it is asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from cli.speech import Voice
from cli.tables import table

if TYPE_CHECKING:
    from cli.compose import App
    from cli.settings import Settings
    from workflow.service import Service

Probe = Callable[[str], None]


class Session:
    """What every command works with; `click.pass_obj` hands it over."""

    def __init__(self, environ: Mapping[str, str], argv: Sequence[str], probe: Probe | None = None) -> None:
        self._environ = environ
        self._probe = probe
        self._told = False
        # A command that cannot be parsed has set neither, but is to be answered in the same way.
        self.json = "--json" in argv
        self.lang = _asked_language(argv)
        self.creates = False
        """Only `init` makes a database where there is none."""

    @cached_property
    def settings(self) -> Settings:
        """Raises SettingsWrong."""
        from cli.settings import load_settings

        return load_settings(self._environ)

    @cached_property
    def app(self) -> App:
        """The product on its data, not yet asked whether it is set up; it creates nothing."""
        from cli.compose import compose

        return compose(self.settings, probe=self._probe, create=self.creates, lang=self.voice.lang)

    @cached_property
    def service(self) -> Service:
        """The use cases, ready for work. Raises SystemFault when `init` is still to be run."""
        self.app.ready()
        return self.app.service

    @property
    def voice(self) -> Voice:
        return Voice(self.lang or self._language_of_settings())

    def close(self) -> None:
        if "app" in self.__dict__:
            self.app.close()

    def emit(self, document: Any) -> None:
        """The one JSON document of a `--json` call; a second one is a defect and is not printed."""
        assert not self._told, "a second JSON document"
        self._told = True
        click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))

    def out(self, text: str) -> None:
        """A line of the answer, for a person."""
        click.echo(text)

    def note(self, text: str) -> None:
        """A line beside the answer: on stderr."""
        click.echo(text, err=True)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        self.out(table([self.voice.say(head) for head in heads], [list(row) for row in rows], sys.stdout))

    def fail(self, shape: str, code: str, message: str, **more: Any) -> None:
        """Say why nothing was done: on stderr, and with `--json` as the one document `{shape: {"code","message"}}`."""
        if self.json and not self._told:
            self.emit({shape: {"code": code, "message": message, **more}})
        self.note(message)

    def scrub(self, text: str) -> str:
        """`text` without the passwords of the settings."""
        from cli.settings import PREFIX
        from cli.urls import secrets_of

        secrets = {s for name, value in self._environ.items() if name.startswith(PREFIX) for s in secrets_of(value)}
        secrets |= self.__dict__["settings"].secrets() if "settings" in self.__dict__ else set()
        for secret in sorted(secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def _language_of_settings(self) -> str:
        from cli.errors import SettingsWrong

        try:
            return self.settings.lang
        except SettingsWrong:
            return self._environ.get("DONDOC_LANG", "").strip().lower()


def _asked_language(argv: Sequence[str]) -> str | None:
    for position, word in enumerate(argv):
        if word == "--lang" and position + 1 < len(argv):
            return argv[position + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return None


def system_user() -> str:
    """Who is at the keyboard, for the record: the process's user and, where the kernel knows another login, that too.

    Not $USER, which anybody may set.
    """
    import pwd

    def name(uid: int) -> str:
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)

    acting = name(os.getuid())
    try:
        with open("/proc/self/loginuid", encoding="ascii") as file:  # noqa: PTH123 -- not a file of ours
            login = int(file.read())
    except (OSError, ValueError):
        return acting
    nobody = 2**32 - 1
    return acting if login in {nobody, os.getuid()} else f"{name(login)} ({acting})"
