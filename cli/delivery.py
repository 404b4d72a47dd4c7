"""The outbox's worker with all that it asks for: the newest templates and mailboxes, the way out, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cli.compose import App
from cli.letters import Way, transport_of
from notifications.deliver import Deliverer, MailSettings
from notifications.templates import cached_templates
from workflow.store import published


def deliverer_of(app: App, way: Way, *, stopping: Callable[[], bool]) -> Deliverer:
    """Ready to send. Raises SettingsWrong when the way out makes no sense."""
    settings, site, library = app.settings, app.service.site, app.service.library

    def texts() -> Mapping[str, tuple[int, str]]:
        with app.database.read() as connection:
            rows = published.newest(connection)
        return {row["name"]: (row["version"], row["text"]) for row in rows if row["kind"] == "mail"}

    def mailboxes(agency: str) -> tuple[str, ...]:
        with app.database.read() as connection:
            directory = library.directory(connection, published.newest_versions(connection))
        found = directory.agencies.get(agency)
        return tuple(found.mail) if found is not None else ()

    return Deliverer(
        app.database,
        transport_of(way, settings),
        now=site.wall,
        templates=cached_templates(texts),
        mailboxes=mailboxes,
        settings=MailSettings(settings.mail_from, app.service.doctor()["installation"], settings.public_url),
        probe=site.probe,
        stopping=stopping,
    )
