"""The use cases: load, decide, record; one transaction each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from workflow.definition.change import ChangeText
from workflow.definition.faults import Fault
from workflow.model import Case, Command, Refusal
from workflow.service import acting, auditing, firing, publishing, rehearsal, requests, rounds, setup, views
from workflow.service.attending import Attendance
from workflow.service.library import Library
from workflow.service.looking import Looking
from workflow.service.publishing import FaultsFound
from workflow.service.requests import Asking
from workflow.service.rounds import Wish
from workflow.service.site import RehearsalClock, Site, real_of
from workflow.service.writing import persist, trusted
from workflow.store import incidents, installation, outbox
from workflow.store.database import Connection

__all__ = ["Asking", "FaultsFound", "RehearsalClock", "Service", "Site", "Wish"]


class Service(Looking):
    """Every use case of the product. What people and programs do goes through here.

    Raises Refusal when it is not allowed (nothing has changed), SystemFault when the system is at fault.
    """

    def __init__(self, site: Site, lang: str = "vi") -> None:
        super().__init__(site, Library(), lang)
        self._attendance = Attendance(site)

    def init(self, by: str = "dondoc") -> dict[str, Any]:
        return setup.init(self.site, self.library, by)

    def ready(self) -> None:
        setup.ready(self.site)

    def check(self, paths: Sequence[Path]) -> list[Fault]:
        return publishing.check_files(self.site, paths)

    def warnings(self, paths: Sequence[Path]) -> list[Fault]:
        """What may be published but somebody should know: years of a plan without an official calendar."""
        return publishing.warn_of_files(self.site, paths)

    def publish(self, paths: Sequence[Path], *, by: str, reason: str | None = None) -> list[dict[str, Any]]:
        return publishing.publish(self.site, self.library, paths, by=by, reason=reason)

    def export(self, name: str, version: int | None = None) -> dict[str, Any]:
        return publishing.export(self.site, name, version)

    def act(
        self,
        case_ids: Sequence[str],
        command: Command,
        files: Sequence[tuple[str, bytes]] = (),
        *,
        change: ChangeText | None = None,
    ) -> list[dict[str, Any]]:
        """Carry out one command on all of the cases or on none. `change`: the file that its patches were read from."""
        done = acting.act(self.site, self.library, case_ids, command, files, change)
        with self.site.database.read() as connection:
            return self.summaries(done, connection)

    def open_round(self, wish: Wish) -> dict[str, Any]:
        """Open what is asked for and return the round."""

        def work(connection: Connection) -> Case:
            trusted(connection)
            return rounds.open_by_hand(self.site, self.library, connection, wish)

        try:
            opened = persist(self.site, work)
        except Refusal as refusal:
            acting.count(self.site, [wish.plan], "open", wish.actor, refusal)
            raise
        with self.site.database.read() as connection:
            return self.summaries([opened], connection)[0]

    def request(self, asking: Asking) -> dict[str, Any]:
        """Draft an adjustment request, and submit it if asked; returns it as `show`, with `impact`."""
        case_id = requests.open_one(self.site, self.library, asking)
        return self.show(case_id) | {"impact": self.impact(case_id)["fresh"]}

    def mail_retry(self, message_id: int) -> dict[str, Any]:
        """Put a dead or unknown letter back into the queue."""
        persist(self.site, lambda connection: outbox.retry(connection, message_id))
        return self.message(message_id)

    def mail_settle(self, message_id: int, *, by: str) -> dict[str, Any]:
        """Take a dead or unknown letter for delivered: a person knows that it was."""
        persist(self.site, lambda connection: outbox.settle(connection, message_id, by=by, now=self.site.wall()))
        return self.message(message_id)

    def now(self) -> datetime:
        with self.site.database.read() as connection:
            return self.site.now(connection)

    def fire_due(self, limit: int = 200) -> int:
        return firing.fire_due(self.site, self.library, limit)

    def next_due(self) -> datetime | None:
        """The earliest instant of the installation's clock at which `fire_due` has work."""
        with self.site.database.read() as connection:
            return firing.next_work(connection)

    def real_of(self, instant: datetime) -> datetime:
        """When the machine's clock reads what the installation's clock calls `instant`."""
        with self.site.database.read() as connection:
            return real_of(installation.needed(connection), instant)

    def attend(self) -> None:
        self._attendance.attend()

    def leave(self) -> None:
        self._attendance.leave()

    def held(self) -> list[dict[str, Any]]:
        """The open incidents for which nothing fires and no mail leaves."""
        return self.incidents(holding=True)

    def resume(self, *, by: str) -> list[dict[str, Any]]:
        """Let the daemon go on: resolve every open incident and return them; what failed is tried again."""

        def work(connection: Connection) -> list[dict[str, Any]]:
            now = self.site.now(connection)
            resolved = incidents.resolve_all(connection, now, by)
            if any(row["holds"] for row in resolved):
                # What fell due while it was held was missed as in a downtime.
                installation.change(connection, attended_from=now, attended_to=now)
            return resolved

        resolved = persist(self.site, work)
        if any(row["kind"] == "database" for row in resolved):
            auditing.note_restore(self.site, by)
            self._attendance.note_seen()
        return [views.incident(row) | {"status": "resolved"} for row in resolved]

    def step_clock(self, to: datetime) -> dict[str, Any]:
        rehearsal.step_clock(self.site, self.library, to)
        return self.clock()

    def checkpoint(self) -> dict[str, Any] | None:
        return auditing.seal(self.site)

    def verify(self) -> dict[str, Any]:
        return auditing.verify(self.site)
