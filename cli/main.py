"""The command `dondoc`: what it can do, and how every call of it ends."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import click

from cli import acting, cases, definitions, doctor, mails, operations, requests, serve
from cli.base import Group
from cli.errors import SettingsWrong, WrongUsage
from cli.session import Probe, Session
from cli.usage import usage_words
from workflow.model import DondocError, Refusal

DONE, REFUSED, WRONG, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
SIZE: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(cls=Group, context_settings=SIZE)
@click.version_option(package_name="dondoc")
def dondoc() -> None:
    """Follows reporting duties: asks, reminds, escalates and records.

    Exit codes: 0 done, 1 refused or faults found, 2 wrong usage, 3 the system failed. Settings: DONDOC_* in the
    environment, or in the file that DONDOC_SETTINGS names.
    """


for _module in (definitions, serve, cases, acting, requests, mails, operations, doctor):
    for _command in _module.COMMANDS:
        dondoc.add_command(_command)


def main(argv: Sequence[str] | None = None, *, probe: Probe | None = None) -> None:
    """The console script. `probe` is called at the named commit points, for tests that kill the process there."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            # Vietnamese and JSON are UTF-8 whatever the locale says; a file name may hold what is not.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:] if argv is None else argv, os.environ, probe=probe))


def run(argv: Sequence[str], environ: Mapping[str, str], *, probe: Probe | None = None) -> int:
    """Carry out one call and return its exit code; whatever goes wrong has been said in words by then."""
    session = Session(environ, argv, probe)
    try:
        code = _call(session, list(argv))
        sys.stdout.flush()
    except BrokenPipeError:
        return _unheard()
    except OSError as error:  # the disk behind stdout is full, a terminal has gone
        with suppress(OSError):
            session.note(session.voice.say("cli-output", error=error.strerror or error))
        _unheard()
        return FAILED
    finally:
        with suppress(Exception):
            session.close()
    return code


def _call(session: Session, argv: list[str]) -> int:
    try:
        # Not click's own main: that ends with 1 when the reader of the output has gone.
        with dondoc.make_context("dondoc", argv, obj=session) as context:
            code = dondoc.invoke(context)
    except click.exceptions.Exit as ended:  # --help, --version
        return ended.exit_code
    except BrokenPipeError:
        raise
    except (click.Abort, KeyboardInterrupt):
        session.note("")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- the last stop: a person gets words, never a traceback
        return _ended(session, error)
    return code if isinstance(code, int) else DONE


def _ended(session: Session, error: Exception) -> int:
    """Say in words what went wrong; the exit code that it ends with."""
    voice = session.voice
    code, shape, name, more = WRONG, "wrong", getattr(error, "code", "usage"), {}
    match error:
        case click.exceptions.NoArgsIsHelpError():
            words = error.format_message()
        case click.ClickException():
            words = usage_words(error, voice)
        case SettingsWrong():
            words, more = voice.explain(error), {"settings": [fault.name for fault in error.faults]}
        case WrongUsage():
            params = dict(error.params)
            words = voice.wrong(error.code, params.pop("option"), params)
        case Refusal():
            code, shape, words = REFUSED, "refused", voice.explain(error)
            if "impact" in error.params:
                more = {"impact": error.params["impact"]}
        case _ if (faults := getattr(error, "faults", None)) is not None:  # a publication that the checker refuses
            definitions.tell_faults(session, faults)
            return REFUSED
        case _:
            code, shape = FAILED, "failed"
            name, words = _failed(session, error)
    session.fail(shape, str(name), session.scrub(words), **more)
    return code


def _failed(session: Session, error: Exception) -> tuple[str, str]:
    """Code and words, one line; the traceback goes to stderr where somebody looks for it."""
    voice = session.voice
    with suppress(SettingsWrong):
        if session.settings.log_level == "debug":
            session.note(session.scrub("".join(traceback.format_exception(error))))
    if isinstance(error, DondocError):
        return error.code, voice.explain(error)
    words = voice.say("cli-unexpected", kind=type(error).__name__, error=error)
    return "unexpected", " ".join(words.split())


def _unheard() -> int:
    """Whoever read the output has gone: what was to be done is done, and the rest is not printed anywhere."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return DONE
