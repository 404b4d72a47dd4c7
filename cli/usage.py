"""What click finds wrong with a command line, in the language of the person."""

from __future__ import annotations

from difflib import get_close_matches

import click

from cli.options import option_name
from cli.speech import Voice


def usage_words(error: click.ClickException, voice: Voice) -> str:
    """What is wrong, a suggestion where one is near, and where to read on."""
    words = _words(error, voice)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "dondoc"
    return f"{words} {voice.say('cli-see-help', command=path)}"


def _words(error: click.ClickException, voice: Voice) -> str:
    match error:
        case click.NoSuchOption():
            near = [name for name in error.possibilities or [] if name.startswith("--")]
            return _meant(voice, voice.say("cli-no-option", option=error.option_name), near[:1])
        case click.MissingParameter():
            return voice.say("cli-missing", option=option_name(error.param) if error.param else error.param_hint)
        case click.BadOptionUsage():
            return voice.say("cli-needs-value", option=error.option_name)
        case click.UsageError() if (asked := _unknown_command(error)) is not None:
            known = error.ctx.command.list_commands(error.ctx) if error.ctx else []  # type: ignore[attr-defined]
            return _meant(voice, voice.say("cli-no-command", name=asked), get_close_matches(asked, known, n=1))
    return voice.say("cli-usage", error=error.format_message())


def _unknown_command(error: click.UsageError) -> str | None:
    """The name typed, when it is no command of the group: click before 8.4 has no error of its own for that."""
    context = error.ctx
    if context is None or not isinstance(context.command, click.Group) or "command" not in error.message.lower():
        return None
    named = getattr(error, "command_name", None)
    if named is None and "'" in error.message:
        named = error.message.split("'")[1]
    return None if named is None else str(named)


def _meant(voice: Voice, words: str, near: list[str]) -> str:
    return f"{words} {voice.say('cli-meant', name=near[0])}" if near else words
