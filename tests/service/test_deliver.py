"""Letters from the outbox to a real server, through failures and crashes."""

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

from notifications.deliver import Deliverer, MailSettings, render_row
from notifications.mailbox import Mailbox
from notifications.sample_set import samples
from notifications.templates import TemplateFailure, TemplateSet
from notifications.transport import Memory, Outgoing, Result, Smtp, Transport
from tests.support.smtp import SmtpServer
from workflow.model import SystemFault
from workflow.store import outbox
from workflow.store.database import Database

SHIPPED = {p.name.removesuffix(".j2"): (1, p.read_text("utf-8")) for p in Path("definitions/mail").glob("*.j2")}
TEMPLATES = TemplateSet(SHIPPED)
MESSAGE = SQLModel.metadata.tables["message"]
START = datetime(2026, 12, 15, 1, 0, tzinfo=UTC)


class Crash(BaseException):
    """The process ends here."""


class Office:
    """A deliverer with its clock, its directory and its database at hand."""

    def __init__(self, database: Database, transport: Transport) -> None:
        self.database, self.transport = database, transport
        self.at = START
        self.mailboxes = {
            "so-ldtbxh": ["vanthu@sldtbxh.example", "lanhdao@sldtbxh.example"],
            "so-cong-thuong": ["vanthu@sct.example"],
        }
        self.templates = TEMPLATES
        self.points: list[str] = []
        self.crash_at: str | None = None
        self.worker = self.start()

    def start(self, transport: Transport | None = None, name: str = "daemon") -> Deliverer:
        self.worker = Deliverer(
            self.database,
            transport or self.transport,
            now=lambda: self.at,
            templates=lambda: self.templates,
            mailboxes=lambda agency: self.mailboxes.get(agency, ()),
            settings=MailSettings("Đôn đốc <dondoc@ubnd.example>", "u1", "https://dondoc.example"),
            worker=name,
            probe=self.probe,
            random=lambda: 0.0,
        )
        return self.worker

    def probe(self, point: str) -> None:
        self.points.append(point)
        if point == self.crash_at:
            self.crash_at = None
            raise Crash

    def put(self, name: str = "missed report lead", **over: Any) -> int:
        sample = next(s for s in samples() if s.name == name)
        row = {
            "agency": sample.facts["recipient"]["agency"],
            "template": sample.template,
            "facts": dict(sample.facts),
            "case_id": sample.facts["items"][0]["case"]["id"],
            "created_at": START,
            "status": "queued",
            "attempts": 0,
        } | over
        with self.database.write() as connection:
            return int(connection.execute(insert(MESSAGE).values(**row)).inserted_primary_key[0])  # type: ignore[index]

    def row(self, id_: int) -> Mapping[str, Any]:
        with self.database.read() as connection:
            found = outbox.load(connection, id_)
        assert found is not None
        return found

    def status(self, *ids: int) -> list[str]:
        return [self.row(id_)["status"] for id_ in ids]

    def drain(self) -> int:
        return sum(iter(self.worker.deliver_due, 0))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.open(database_url)
    SQLModel.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def office(database: Database, smtp: SmtpServer) -> Iterator[Office]:
    office = Office(database, Smtp.from_url(f"smtp://{smtp.host}:{smtp.port}?timeout=5"))
    yield office
    office.transport.close()


def test_what_is_queued_arrives_once_at_all_mailboxes_and_is_noted(office: Office, smtp: SmtpServer) -> None:
    id_ = office.put()
    assert office.drain() == 1
    [mail] = smtp.received
    assert mail.recipients == ("vanthu@sldtbxh.example", "lanhdao@sldtbxh.example")
    assert re.fullmatch(rf"<{id_}\.[0-9a-f]{{10}}\.u1@ubnd\.example>", mail.message["Message-ID"])
    assert mail.message["Subject"].startswith("[Quá hạn] Sở Lao động - Thương binh và Xã hội: chưa báo cáo năm 2026")
    plain, rich = mail.message.iter_parts()
    assert "Kính gửi: Sở Lao động - Thương binh và Xã hội," in plain.get_content()
    assert "<b>vẫn được nhận</b>" in rich.get_content()
    found = office.row(id_)
    assert (found["status"], found["attempts"], found["message_id"]) == ("sent", 1, mail.message["Message-ID"])
    assert found["recipients"] == ["vanthu@sldtbxh.example", "lanhdao@sldtbxh.example"]
    assert found["subject"] == mail.message["Subject"]
    assert (found["template_version"], found["settled_at"]) == (1, START)
    assert office.points == ["mail.claimed", "mail.sending", "mail.accepted", "mail.noted"]
    assert office.drain() == 0


def test_a_hundred_letters_go_over_one_connection(office: Office, smtp: SmtpServer) -> None:
    ids = [office.put() for _ in range(101)]
    assert office.drain() == 101
    assert len(smtp.received) == 101
    assert smtp.connections == 1
    assert set(office.status(*ids)) == {"sent"}


def test_letters_about_one_case_are_one_thread_and_a_digest_joins_those_of_all_its_cases(
    office: Office, smtp: SmtpServer
) -> None:
    for name in ("missed report lead", "urging lead", "opened digest"):
        office.put(name)
    office.drain()
    first, second, digest = smtp.messages
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["References"] in digest["References"].split()
    assert len(digest["References"].split()) == 2
    assert len({mail["Message-ID"] for mail in smtp.messages}) == 3


def test_a_4xx_is_tried_again_after_a_pause_and_arrives_once_in_the_same_words(
    office: Office, smtp: SmtpServer
) -> None:
    smtp.fail("DATA", "451 4.3.0 try again", times=2)
    id_ = office.put()
    assert office.drain() == 1
    found = office.row(id_)
    assert (found["status"], found["attempts"], found["error"]) == ("queued", 1, "451 4.3.0 try again")
    assert found["next_attempt"] == START + timedelta(minutes=1) == office.worker.next_due()
    assert office.drain() == 0
    office.templates = TemplateSet(SHIPPED | {"entered.escalated": (2, "{% block subject %}Khác{% endblock %}")})
    office.at += timedelta(minutes=1)
    assert office.drain() == 1
    assert office.row(id_)["next_attempt"] == office.at + timedelta(minutes=2)
    office.at += timedelta(minutes=2)
    office.drain()
    [mail] = smtp.received
    assert mail.message["Subject"].startswith("[Quá hạn]")
    assert office.status(id_) == ["sent"]


def test_a_letter_that_never_gets_through_is_given_up_after_days_with_the_last_words(
    office: Office, smtp: SmtpServer
) -> None:
    smtp.fail("RCPT", "450 4.2.1 mailbox busy", times=None)
    id_ = office.put(attempts=29)
    office.drain()
    assert office.status(id_) == ["dead"]
    assert office.row(id_)["error"].startswith("đã thử 30 lần; lần cuối: ")
    assert "mailbox busy" in office.row(id_)["error"]


def test_a_5xx_is_dead_with_the_servers_words_and_a_person_may_send_it_again(office: Office, smtp: SmtpServer) -> None:
    smtp.fail("DATA", "554 5.7.1 rejected: policy")
    bad, good = office.put(), office.put()
    assert office.drain() == 2
    assert office.status(bad, good) == ["dead", "sent"]
    assert office.row(bad)["error"] == "554 5.7.1 rejected: policy"
    with office.database.write() as connection:
        outbox.retry(connection, bad)
    office.drain()
    assert office.status(bad) == ["sent"]
    assert len(smtp.received) == 2


def test_a_line_broken_before_the_letter_is_handed_over_costs_nothing_but_time(
    office: Office, smtp: SmtpServer
) -> None:
    smtp.drop("before", stage="RCPT")
    id_ = office.put()
    office.drain()
    assert office.status(id_) == ["queued"]
    office.at += timedelta(minutes=1)
    office.drain()
    assert office.status(id_) == ["sent"]
    assert len(smtp.received) == 1


def test_a_line_broken_after_acceptance_is_unknown_and_never_sent_again_by_itself(
    office: Office, smtp: SmtpServer
) -> None:
    smtp.drop("after")
    id_, other = office.put(), office.put()
    office.drain()
    assert office.status(id_, other) == ["unknown", "sent"]
    assert "trước khi máy chủ trả lời" in office.row(id_)["error"]
    office.at += timedelta(days=9)
    office.start().recover()
    assert office.drain() == 0
    assert len(smtp.received) == 2


def test_a_refused_mailbox_is_named_while_the_others_have_the_letter(office: Office, smtp: SmtpServer) -> None:
    smtp.fail("RCPT", "550 5.1.1 gone", recipient="lanhdao@sldtbxh.example")
    id_ = office.put()
    office.drain()
    assert office.status(id_) == ["sent"]
    assert office.row(id_)["error"] == "lanhdao@sldtbxh.example: 550 5.1.1 gone"


def test_with_the_server_away_one_letter_is_tried_and_the_rest_wait_untouched(office: Office, smtp: SmtpServer) -> None:
    ids = [office.put() for _ in range(5)]
    smtp.stop()
    assert office.drain() == 1
    assert office.status(*ids) == ["queued"] * 5
    assert [office.row(id_)["attempts"] for id_ in ids] == [1, 0, 0, 0, 0]
    assert office.worker.next_due() == START + timedelta(seconds=5)
    smtp.start()
    assert office.drain() == 0  # it rests
    office.at += timedelta(minutes=1)
    assert office.drain() == 5
    assert len(smtp.received) == 5


@pytest.mark.parametrize(
    ("point", "after", "received"),
    [
        ("mail.claimed", ["queued", "queued"], 0),
        ("mail.sending", ["unknown", "queued"], 0),
        ("mail.accepted", ["unknown", "queued"], 1),
        ("mail.noted", ["sent", "unknown"], 1),
    ],
)
def test_after_a_crash_at_any_point_nothing_is_lost_and_nothing_goes_twice(
    office: Office, smtp: SmtpServer, point: str, after: list[str], received: int
) -> None:
    ids = [office.put(), office.put()]
    office.crash_at = point
    with pytest.raises(Crash):
        office.drain()
    assert len(smtp.received) == received
    office.start().recover()
    assert office.status(*ids) == after
    office.drain()
    assert all(status in ("sent", "unknown") for status in office.status(*ids))
    seen = [mail.message["Message-ID"] for mail in smtp.received]
    assert len(seen) == len(set(seen))
    for id_, status in zip(ids, office.status(*ids), strict=True):
        assert status == "unknown" or any(found.startswith(f"<{id_}.") for found in seen)


def test_another_worker_waits_for_the_lease_before_it_calls_a_letter_unknown(office: Office, smtp: SmtpServer) -> None:
    id_ = office.put()
    office.crash_at = "mail.accepted"
    with pytest.raises(Crash):
        office.drain()
    other = office.start(name="second")
    other.recover()
    assert office.status(id_) == ["sending"]
    office.at += timedelta(minutes=15)
    other.recover(starting=False)
    assert office.status(id_) == ["unknown"]
    assert len(smtp.received) == 1


def test_what_cannot_be_made_is_parked_with_words_and_holds_up_nothing(office: Office, smtp: SmtpServer) -> None:
    office.templates = TemplateSet(SHIPPED | {"reminder": (2, "{% block body %}\n{{ nothing }}{% endblock %}")})
    broken = office.put("reminder lead")
    homeless = office.put("opened coordinator")
    shapeless = office.put(facts={"at": "x"})
    good = office.put()
    assert office.drain() == 4
    assert office.status(broken, homeless, shapeless, good) == ["dead", "dead", "dead", "sent"]
    assert office.row(broken)["error"] == "mẫu thư reminder, dòng 2: 'nothing' is undefined"
    assert office.row(homeless)["error"] == "cơ quan so-ngoai-vu chưa có hộp thư trong danh bạ"
    assert office.row(shapeless)["error"]


def test_a_set_of_templates_that_does_not_load_parks_what_is_new_and_sends_what_was_rendered(
    office: Office, smtp: SmtpServer
) -> None:
    def broken() -> TemplateSet:
        raise TemplateFailure("_words", 3, "hỏng")

    smtp.fail("DATA", "451 later")
    old = office.put()
    office.drain()
    new = office.put()
    office.at += timedelta(minutes=1)
    office.worker._templates = broken
    office.drain()
    assert office.status(old, new) == ["sent", "dead"]
    assert "_words" in office.row(new)["error"]


def test_the_newest_mailbox_is_asked_for_at_each_attempt(office: Office, smtp: SmtpServer) -> None:
    smtp.fail("RCPT", "550 5.1.1 moved", times=2)
    id_ = office.put()
    office.drain()
    office.mailboxes["so-ldtbxh"] = ["moi@sldtbxh.example"]
    with office.database.write() as connection:
        outbox.retry(connection, id_)
    office.drain()
    assert smtp.received[0].recipients == ("moi@sldtbxh.example",)
    assert office.row(id_)["recipients"] == ["moi@sldtbxh.example"]


def test_a_stop_between_two_letters_gives_the_others_back(office: Office, smtp: SmtpServer) -> None:
    ids = [office.put() for _ in range(3)]
    answers = itertools.chain([False], itertools.repeat(True))
    office.worker._stopping = lambda: next(answers)
    assert office.worker.deliver_due() == 1
    assert office.status(*ids) == ["sent", "queued", "queued"]


def test_a_transport_that_raises_leaves_its_letter_unknown(database: Database) -> None:
    class Broken(Memory):
        def send(self, mail: Outgoing) -> Result:
            raise RuntimeError("defect")

    office = Office(database, Broken())
    id_ = office.put()
    assert office.drain() == 1
    assert office.status(id_) == ["unknown"]
    assert "defect" in office.row(id_)["error"]


def test_without_a_server_letters_lie_in_a_folder_under_names_a_person_reads(
    database: Database, tmp_path: Path
) -> None:
    office = Office(database, Mailbox(tmp_path / "mail"))
    id_ = office.put()
    office.drain()
    [file] = (tmp_path / "mail").iterdir()
    assert file.name == f"20261215T000000-{id_:05d}-so-ldtbxh.eml"
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert letter["To"] == "vanthu@sldtbxh.example, lanhdao@sldtbxh.example"
    assert letter["Date"] == "Tue, 15 Dec 2026 08:00:00 +0700"


def test_a_row_can_be_read_before_it_is_sent(office: Office, smtp: SmtpServer) -> None:
    id_ = office.put("reminder lead")
    letter = render_row(office.row(id_), TEMPLATES)
    assert letter.subject.startswith("[Nhắc việc]")
    assert office.status(id_) == ["queued"]
    assert smtp.received == []


def test_a_database_that_was_away_after_acceptance_still_learns_of_it(office: Office, smtp: SmtpServer) -> None:
    ids = [office.put(), office.put()]
    plain = office.database.write
    left = iter([True, True, True, False])  # claim, words, sending; then the note of the first letter

    def flaky() -> AbstractContextManager[Connection]:
        if not next(left, True):
            raise SystemFault("database", error="away")
        return plain()

    office.database.write = flaky  # type: ignore[method-assign,assignment]
    with pytest.raises(SystemFault):
        office.worker.deliver_due()
    assert office.status(*ids) == ["sending", "claimed"]
    office.drain()
    assert office.status(*ids) == ["sent", "sent"]
    assert len(smtp.received) == 2
