"""The worker of the outbox: claim, render, send, settle.

Each letter is noted as `sending` in a commit of its own before the server hears of it, and its result in the next one.
That commit also notes the beginning of the letter after it: one commit for each letter, not two.
"""

from __future__ import annotations

import random as _random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from notifications.mailbox import mail_name
from notifications.message import Address, build, message_id, parse_address, thread_id
from notifications.render import Rendered, render
from notifications.retry import line_pause, next_attempt
from notifications.templates import TemplateFailure, TemplateSet
from notifications.transport import Outgoing, Result, Transport
from notifications.view import case_ids
from workflow.record import canonical, utc
from workflow.store import outbox
from workflow.store.outbox import Claimed, Connection, Recovered
from workflow.words.mail import MAIL

BATCH: Final = 100
LEASE: Final = timedelta(minutes=15)
"""Longer than one letter takes with a server that lets each of its answers wait."""


class Transactions(Protocol):
    """What is needed of `workflow.store.database.Database`."""

    def write(self) -> AbstractContextManager[Connection]: ...

    def read(self) -> AbstractContextManager[Connection]: ...


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`mail_from` as in DONDOC_MAIL_FROM, `installation` the uid that makes Message-IDs this installation's own."""

    mail_from: str
    installation: str
    public_url: str | None = None
    list_domain: str | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    claimed: Claimed
    rendered: Rendered | None
    """None when it was rendered before."""
    mail: Outgoing
    message_id: str


@dataclass(frozen=True, slots=True)
class _Parked:
    id: int
    words: str


def render_row(row: Mapping[str, Any], templates: TemplateSet, *, public_url: str | None = None) -> Rendered:
    """The letter of a message's row (`template`, `facts`) as it would be sent now. Raises TemplateFailure."""
    return render(templates, row["facts"], row["template"], public_url=public_url)


class Deliverer:
    """Sends what is due. Not for several threads at once; several processes may, each under its own `worker` name.

    `templates` and `mailboxes` are asked anew for each batch, so both are the newest at sending. `probe` is called at
    the commit points mail.claimed, mail.sending, mail.accepted, mail.noted; `stopping` between two letters.
    """

    def __init__(
        self,
        database: Transactions,
        transport: Transport,
        *,
        now: Callable[[], datetime],
        templates: Callable[[], TemplateSet],
        mailboxes: Callable[[str], Sequence[str]],
        settings: MailSettings,
        worker: str = "daemon",
        probe: Callable[[str], None] = lambda _: None,
        stopping: Callable[[], bool] = lambda: False,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._database, self._transport, self._now = database, transport, now
        self._templates, self._mailboxes, self._settings = templates, mailboxes, settings
        self._worker, self._probe, self._stopping, self._random = worker, probe, stopping, random
        self._from: Address = parse_address(settings.mail_from)
        self._line_failures = 0
        self._rest_until: datetime | None = None
        self._result: tuple[_Ready, Result] | None = None
        """What became of the last letter, until a commit has noted it: a database away for a moment loses nothing."""
        self._interrupted = False

    def recover(self, *, starting: bool = True) -> Recovered:
        """At the daemon's start (all that bears this worker's name), and later for leases that have ended."""
        with self._database.write() as connection:
            return outbox.recover(connection, now=self._now(), worker=self._worker if starting else None)

    def next_due(self) -> datetime | None:
        """When `deliver_due` is next worth calling, by the machine's clock; None when nothing waits."""
        with self._database.read() as connection:
            due = outbox.next_due(connection)
        return max(due, self._rest_until) if due is not None and self._rest_until is not None else due

    def deliver_due(self) -> int:
        """Send one batch. The number of letters settled one way or another: call again until it is 0.

        While the server cannot be reached at all it is 0 until a short rest is over. An error of the database comes
        through; the next call first notes what is known and gives back what was claimed.
        """
        if self._interrupted:
            self._clear_up()
        self._interrupted = True
        settled = self._deliver_batch()
        self._interrupted = False
        return settled

    def close(self) -> None:
        self._transport.close()

    def _clear_up(self) -> None:
        with self._database.write() as connection:
            if self._result is not None:
                self._note(connection, *self._result)
            outbox.recover(connection, now=self._now(), worker=self._worker)
        self._result = None

    def _deliver_batch(self) -> int:
        now = self._now()
        if self._rest_until is not None and now < self._rest_until:
            return 0
        with self._database.write() as connection:
            claimed = outbox.claim(connection, worker=self._worker, now=now, lease=LEASE, limit=BATCH)
        if not claimed:
            return 0
        self._probe("mail.claimed")
        ready, parked = self._prepare(claimed)
        return len(parked) + self._send_all(ready, parked)

    def _prepare(self, claimed: Sequence[Claimed]) -> tuple[list[_Ready], list[_Parked]]:
        ready: list[_Ready] = []
        parked: list[_Parked] = []
        try:
            templates: TemplateSet | TemplateFailure = self._templates()
        except TemplateFailure as error:
            templates = error
        for letter in claimed:
            try:
                mailboxes = tuple(self._mailboxes(letter.agency))
                if not mailboxes:
                    parked.append(_Parked(letter.id, MAIL["mail-no-mailbox"][0].format(agency=letter.agency)))
                    continue
                ready.append(self._make(letter, mailboxes, templates))
            except TemplateFailure as error:
                parked.append(_Parked(letter.id, MAIL[error.code][0].format(**error.params)))
            except Exception as error:  # noqa: BLE001 - one letter that cannot be made must not hold up the others
                parked.append(_Parked(letter.id, f"{type(error).__name__}: {error}"[:500]))
        return ready, parked

    def _make(self, letter: Claimed, mailboxes: tuple[str, ...], templates: TemplateSet | TemplateFailure) -> _Ready:
        rendered = None
        if letter.subject is None or letter.body_text is None or letter.body_html is None:
            if isinstance(templates, TemplateFailure):
                raise templates
            rendered = render(templates, letter.facts, letter.template, public_url=self._settings.public_url)
            words = (rendered.subject, rendered.text, rendered.html)
        else:
            words = (letter.subject, letter.body_text, letter.body_html)
        installation, domain = self._settings.installation, self._from.domain
        content = canonical([utc(letter.created_at), letter.agency, letter.facts])
        id_ = letter.message_id or message_id(letter.id, content, installation, domain)
        cases = dict.fromkeys([letter.case_id, *case_ids(letter.facts)])
        data = build(
            sender=self._from,
            to=mailboxes,
            subject=words[0],
            text=words[1],
            html=words[2],
            date=letter.created_at,
            id_=id_,
            threads=[thread_id(case, installation, domain) for case in cases],
            list_domain=self._settings.list_domain or domain,
        )
        at = datetime.fromisoformat(str(letter.facts["at"]))
        mail = Outgoing(self._from.mailbox, mailboxes, data, mail_name(at, letter.id, letter.agency))
        return _Ready(letter, rendered, mail, id_)

    def _send_all(self, ready: Sequence[_Ready], parked: Sequence[_Parked]) -> int:
        self._keep(ready, parked)
        settled = 0
        waiting = list(ready)
        while waiting and not self._stopping():
            letter = waiting.pop(0)
            if not self._note_and_begin(letter):
                continue
            self._probe("mail.sending")
            result = self._hand_over(letter)
            self._result = (letter, result)
            if result.outcome == "accepted":
                self._probe("mail.accepted")
            settled += 1
            if self._rests(result):
                break
        self._note_and_release([letter.claimed.id for letter in waiting])
        return settled

    def _keep(self, ready: Sequence[_Ready], parked: Sequence[_Parked]) -> None:
        words = [
            {
                "id": letter.claimed.id,
                "subject": letter.rendered.subject,
                "text": letter.rendered.text,
                "html": letter.rendered.html,
                "version": letter.rendered.version,
                "message_id": letter.message_id,
            }
            for letter in ready
            if letter.rendered is not None
        ]
        if words or parked:
            with self._database.write() as connection:
                outbox.note_rendered(connection, self._worker, words)
                for found in parked:
                    outbox.fail(connection, found.id, worker=self._worker, now=self._now(), error=found.words)

    def _note_and_begin(self, letter: _Ready) -> bool:
        with self._database.write() as connection:
            if self._result is not None:
                self._note(connection, *self._result)
            begun = outbox.start_sending(
                connection,
                letter.claimed.id,
                worker=self._worker,
                now=self._now(),
                lease=LEASE,
                recipients=letter.mail.recipients,
            )
        self._noted()
        return begun

    def _note_and_release(self, untried: Sequence[int]) -> None:
        with self._database.write() as connection:
            if self._result is not None:
                self._note(connection, *self._result)
            outbox.release(connection, untried, worker=self._worker)
        self._noted()

    def _noted(self) -> None:
        if self._result is not None:
            self._result = None
            self._probe("mail.noted")

    def _hand_over(self, letter: _Ready) -> Result:
        try:
            return self._transport.send(letter.mail)
        except Exception as error:  # noqa: BLE001 - a transport's defect: nobody knows how far it had come
            return Result("ambiguous", f"{type(error).__name__}: {error}"[:500])

    def _note(self, connection: Connection, letter: _Ready, result: Result) -> None:
        id_, now, words = letter.claimed.id, self._now(), result.words or result.outcome
        match result.outcome:
            case "accepted":
                outbox.note_sent(connection, id_, worker=self._worker, now=now, error=result.words)
            case "permanent":
                outbox.fail(connection, id_, worker=self._worker, now=now, error=words)
            case "ambiguous":
                outbox.note_unknown(connection, id_, worker=self._worker, error=words)
            case "temporary":
                attempts = letter.claimed.attempts + 1
                at = next_attempt(attempts, now, self._random())
                if at is None:
                    gave_up = MAIL["mail-gave-up"][0].format(attempts=attempts, words=words)
                    outbox.fail(connection, id_, worker=self._worker, now=now, error=gave_up)
                else:
                    outbox.try_later(connection, id_, worker=self._worker, at=at.astimezone(UTC), error=words)

    def _rests(self, result: Result) -> bool:
        """True when the line is down: the rest of the batch goes back untried, and a pause begins."""
        if not result.line_down:
            self._line_failures, self._rest_until = 0, None
            return False
        self._line_failures += 1
        self._rest_until = self._now() + line_pause(self._line_failures)
        return True
