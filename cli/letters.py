"""Which way mail leaves this installation: a server, or a folder that a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from cli.errors import SettingFault, SettingsWrong
from cli.settings import Settings
from cli.urls import is_loopback, shown_url

if TYPE_CHECKING:
    from notifications.transport import Transport

SMTP_URL = "DONDOC_SMTP_URL"


@dataclass(frozen=True)
class Way:
    """How mail leaves; `code` is its text in the catalogue, filled in by `place`."""

    kind: Literal["smtp", "mailbox"]
    place: str
    code: str


def way_of(settings: Settings, *, rehearsal: bool) -> Way:
    """A rehearsal writes to real people under no setting at all: a folder, or a server on this very machine.

    Raises SettingsWrong when DONDOC_REHEARSAL_MAIL asks for any other server.
    """
    if settings.smtp_url is None:
        return Way("mailbox", str(settings.mailbox), "mail-no-smtp")
    if rehearsal and not settings.rehearsal_mail:
        return Way("mailbox", str(settings.mailbox), "mail-rehearsal")
    if rehearsal and not is_loopback(urlsplit(settings.smtp_url).hostname or ""):
        host = urlsplit(settings.smtp_url).hostname
        raise SettingsWrong([SettingFault("DONDOC_REHEARSAL_MAIL", "rehearsal-mail-abroad", {"host": host})])
    return Way("smtp", shown_url(settings.smtp_url), "mail-smtp-rehearsal" if rehearsal else "mail-smtp")


def transport_of(way: Way, settings: Settings) -> Transport:
    """Raises SettingsWrong for an SMTP address that the transport cannot make sense of, or a `cafile` not there."""
    if way.kind == "smtp" and settings.smtp_url is not None:
        from notifications.transport import Smtp

        try:
            return Smtp.from_url(settings.smtp_url)
        except ValueError as error:
            raise SettingsWrong([SettingFault(SMTP_URL, "smtp-url", {"error": error})]) from None
    from notifications.mailbox import Mailbox

    return Mailbox(Path(way.place))
