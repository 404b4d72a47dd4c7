"""Letters' bytes, and the transports, the server being a real one."""

import re
import smtplib
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Literal

import pytest

from notifications.mailbox import Mailbox, mail_name
from notifications.message import build, message_id, parse_address, thread_id
from notifications.retry import MAX_ATTEMPTS, line_pause, next_attempt
from notifications.transport import Memory, Outgoing, Result, Smtp
from tests.support.smtp import SmtpServer, Tls

NOW = datetime(2026, 12, 14, 17, 0, tzinfo=UTC)
SUBJECT = (
    "[Quá hạn] Sở Lao động - Thương binh và Xã hội: chưa báo cáo năm 2026, lĩnh vực 5 - Kế hoạch hành động về bô-xít"
)


def data(**over: Any) -> bytes:
    given: dict[str, Any] = {
        "sender": parse_address("Đôn đốc <dondoc@ubnd.example>"),
        "to": ["vanthu@sldtbxh.example", "lanhdao@sldtbxh.example"],
        "subject": SUBJECT,
        "text": "Kính gửi: Sở,\n.\n..\nTrân trọng./.\n",
        "html": "<p>Kính gửi</p>\n",
        "date": NOW,
        "id_": message_id(42, b"words", "u1", "ubnd.example"),
        "threads": [thread_id("p/2026/a", "u1", "ubnd.example"), thread_id("p/2026/b", "u1", "ubnd.example")],
        "list_domain": "ubnd.example",
    }
    return build(**(given | over))


def mail(*recipients: str, body: bytes | None = None) -> Outgoing:
    to = recipients or ("vanthu@sldtbxh.example",)
    return Outgoing("dondoc@ubnd.example", to, body or data(to=to), "20261215T000000-00042-so-ldtbxh")


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every line that a test opens is closed after it."""
    made: list[Smtp] = []
    plain = Smtp.__init__

    def remember(self: Smtp, *given: Any, **options: Any) -> None:
        plain(self, *given, **options)
        made.append(self)

    monkeypatch.setattr(Smtp, "__init__", remember)
    yield
    for line in made:
        line.close()


def to(server: SmtpServer, *, scheme: str = "smtp") -> Smtp:
    return Smtp.from_url(f"{scheme}://{server.host}:{server.port}", timeout=5)


class TestBytes:
    def test_headers_are_complete_and_read_back_as_they_were_meant(self) -> None:
        raw = data()
        found = message_from_bytes(raw, policy=policy.default)
        assert found["Subject"] == SUBJECT
        assert found["From"] == "Đôn đốc <dondoc@ubnd.example>"
        assert found["To"] == "vanthu@sldtbxh.example, lanhdao@sldtbxh.example"
        assert found["Date"] == "Tue, 15 Dec 2026 00:00:00 +0700"
        assert found["Message-ID"] == message_id(42, b"words", "u1", "ubnd.example")
        assert found["Message-ID"].startswith("<42.")
        assert found["Message-ID"] != message_id(42, b"other words", "u1", "ubnd.example")
        assert found["In-Reply-To"] == thread_id("p/2026/a", "u1", "ubnd.example")
        assert found["References"].split() == [thread_id(f"p/2026/{x}", "u1", "ubnd.example") for x in "ab"]
        assert found["List-Id"] == "<dondoc.ubnd.example>"
        assert found["Auto-Submitted"] == "auto-generated"
        assert found["X-Auto-Response-Suppress"] == "All"
        plain, rich = found.iter_parts()
        assert plain.get_content().replace("\r\n", "\n") == "Kính gửi: Sở,\n.\n..\nTrân trọng./.\n"
        assert rich.get_content_type() == "text/html"
        assert "Kính gửi" in rich.get_content()
        assert not found.defects
        assert not [defect for part in found.walk() for defect in part.defects]

    def test_it_is_plain_ascii_in_short_lines_ended_by_cr_lf(self) -> None:
        raw = data(text="ữ" * 50_000)
        raw.decode("ascii")
        assert raw.count(b"\n") == raw.count(b"\r\n")
        assert max(map(len, raw.split(b"\r\n"))) <= 100

    def test_the_same_letter_is_the_same_bytes(self) -> None:
        assert data() == data()

    @pytest.mark.parametrize(
        "evil",
        ["x\r\nBcc: a@b.example", "x\nBcc: a@b.example", "x\u2028Bcc: a", "x\r\n\r\nbody", "=?utf-8?q?x=0D=0ABcc:a?="],
    )
    def test_no_field_can_bring_in_a_header(self, evil: str) -> None:
        raw = data(
            subject=evil,
            sender=parse_address(f'"{evil}" <dondoc@ubnd.example>') if "=?" in evil else parse_address("a@b.example"),
        )
        head = raw.partition(b"\r\n\r\n")[0].decode()
        assert not re.search(r"^bcc", head, re.IGNORECASE | re.MULTILINE)
        assert "Bcc" not in message_from_bytes(raw, policy=policy.default)
        for field in ("to", "id_", "threads", "list_domain"):
            with pytest.raises(ValueError, match="không"):
                data(**{field: [evil + "\r\n@b.example"] if field in ("to", "threads") else evil + "\r\n"})

    @pytest.mark.parametrize(
        "bad",
        [
            "",
            "a",
            "a@",
            "@b",
            "a b@c.example",
            "a@b.example, c@d.example",
            "a@b.example>",
            "ữ@b.example",
            "a@b..example",
        ],
    )
    def test_what_is_no_mailbox_is_refused(self, bad: str) -> None:
        with pytest.raises(ValueError, match="hộp thư"):
            data(to=[bad])

    def test_an_emoji_is_never_cut_in_two_by_a_folded_subject(self) -> None:
        subject = "Kế hoạch 🏛️ " * 14
        assert message_from_bytes(data(subject=subject), policy=policy.default)["Subject"] == subject.strip()


class TestSmtp:
    def test_one_connection_carries_many_letters(self, smtp: SmtpServer) -> None:
        line = to(smtp)
        assert [line.send(mail()).outcome for _ in range(5)] == ["accepted"] * 5
        assert len(smtp.wait_for(5)) == 5
        assert smtp.connections == 1
        line.close()

    def test_what_arrives_is_what_was_sent_to_all_mailboxes_at_once(self, smtp: SmtpServer) -> None:
        body = b"Subject: x\r\n\r\n.\r\n..two\r\nend"
        to(smtp).send(mail("a@x.example", "b@x.example", body=body))
        [found] = smtp.wait_for(1)
        assert found.recipients == ("a@x.example", "b@x.example")
        assert found.raw.rstrip(b"\r\n") == body

    @pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
    def test_a_4xx_is_temporary_and_the_line_goes_on(
        self, smtp: SmtpServer, stage: Literal["MAIL", "RCPT", "DATA"]
    ) -> None:
        smtp.fail(stage, "451 4.3.0 try again")
        line = to(smtp)
        assert line.send(mail()) == Result("temporary", line_words("451 4.3.0 try again", stage))
        assert line.send(mail()).outcome == "accepted"
        assert smtp.connections == 1

    @pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
    def test_a_5xx_is_permanent_with_the_servers_words(
        self, smtp: SmtpServer, stage: Literal["MAIL", "RCPT", "DATA"]
    ) -> None:
        smtp.fail(stage, "550 5.1.1 no such user here")
        line = to(smtp)
        assert line.send(mail()) == Result("permanent", line_words("550 5.1.1 no such user here", stage))
        assert line.send(mail()).outcome == "accepted"

    def test_with_one_recipient_refused_the_others_have_it_and_the_refused_is_named(self, smtp: SmtpServer) -> None:
        smtp.fail("RCPT", "550 5.1.1 gone", recipient="b@x.example")
        result = to(smtp).send(mail("a@x.example", "b@x.example"))
        assert result == Result("accepted", "b@x.example: 550 5.1.1 gone")
        assert smtp.wait_for(1)[0].recipients == ("a@x.example",)

    def test_with_all_refused_a_passing_refusal_keeps_it_alive(self, smtp: SmtpServer) -> None:
        smtp.fail("RCPT", "550 5.1.1 gone", recipient="a@x.example")
        smtp.fail("RCPT", "450 4.2.1 full", recipient="b@x.example")
        assert to(smtp).send(mail("a@x.example", "b@x.example")).outcome == "temporary"

    @pytest.mark.parametrize("stage", ["RCPT"])
    def test_a_line_broken_before_the_letter_was_sent_is_temporary(
        self, smtp: SmtpServer, stage: Literal["MAIL", "RCPT", "DATA"]
    ) -> None:
        smtp.drop("before", stage=stage)
        line = to(smtp)
        assert line.send(mail()).outcome == "temporary"
        assert smtp.received == []
        assert line.send(mail()).outcome == "accepted"

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_a_line_broken_after_the_letter_was_sent_is_ambiguous_whether_or_not_it_was_taken(
        self, smtp: SmtpServer, when: Literal["before", "after"]
    ) -> None:
        smtp.drop(when)
        line = to(smtp)
        assert line.send(mail()).outcome == "ambiguous"
        assert len(smtp.received) == (1 if when == "after" else 0)
        assert line.send(mail()).outcome == "accepted"

    def test_an_answer_that_does_not_come_in_time_is_ambiguous(self, smtp: SmtpServer) -> None:
        smtp.delay(3)
        line = Smtp.from_url(f"smtp://{smtp.host}:{smtp.port}?timeout=0.3")
        started = time.monotonic()
        assert line.send(mail()).outcome == "ambiguous"
        assert time.monotonic() - started < 2

    def test_a_kept_line_that_died_meanwhile_is_replaced_without_a_word(self, smtp: SmtpServer) -> None:
        line = to(smtp)
        line.send(mail())
        smtp.stop()
        smtp.start()
        assert line.send(mail()).outcome == "accepted"
        assert len(smtp.wait_for(2)) == 2

    def test_a_server_that_is_not_there_is_a_line_that_is_down(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        result = Smtp.from_url(f"smtp://127.0.0.1:{port}").send(mail())
        assert (result.outcome, result.line_down) == ("temporary", True)

    @pytest.mark.parametrize(
        ("tls", "scheme"), [("none", "smtp"), ("starttls", "smtp+starttls"), ("implicit", "smtps")]
    )
    def test_it_logs_in_and_verifies_the_server(self, tls: Tls, scheme: str, tmp_path: Path) -> None:
        with SmtpServer(tls=tls, user="văn thư", password="p@ss:w/ord") as server:
            url = f"{scheme}://v%C4%83n%20th%C6%B0:p%40ss%3Aw%2Ford@{server.host}:{server.port}"
            if tls != "none":
                (tmp_path / "ca.pem").write_bytes(server.ca_pem())
                url += f"?cafile={tmp_path / 'ca.pem'}"
            line = Smtp.from_url(url)
            result = line.send(mail())
            line.close()
            assert result == Result("accepted")
            [found] = server.received
            assert (found.user, found.encrypted) == ("văn thư", tls != "none")

    @pytest.mark.parametrize(("tls", "scheme"), [("starttls", "smtp+starttls"), ("implicit", "smtps")])
    def test_a_certificate_that_nobody_vouches_for_gets_no_letter(self, tls: Tls, scheme: str) -> None:
        with SmtpServer(tls=tls) as server:
            result = to(server, scheme=scheme).send(mail())
            assert (result.outcome, result.line_down, server.received) == ("temporary", True, [])

    def test_a_server_without_starttls_gets_no_letter_when_it_was_asked_for(self, smtp: SmtpServer) -> None:
        assert to(smtp, scheme="smtp+starttls").send(mail()).line_down
        assert smtp.received == []

    def test_a_wrong_password_holds_the_line_and_kills_no_letter(self) -> None:
        with SmtpServer(user="a", password="b") as server:
            result = Smtp.from_url(f"smtp://a:wrong@{server.host}:{server.port}").send(mail())
            assert (result.outcome, result.line_down) == ("temporary", True)
            assert "535" in (result.words or "")
            missing = to(server).send(mail())
            assert (missing.outcome, missing.line_down) == ("temporary", True)

    @pytest.mark.parametrize(
        "url",
        [
            "http://x",
            "smtp://",
            "smtp://h:99999",
            "smtp://h?tls=1",
            "smtp://h/path",
            "smtps://h?cafile=/nowhere",
            "smtp://h?timeout=no",
            "smtp://h?timeout=0",
            "h:25",
        ],
    )
    def test_a_wrong_address_is_refused_without_its_password(self, url: str) -> None:
        with pytest.raises(ValueError) as caught:
            Smtp.from_url(url.replace("h", "u:secret@h", 1) if url.startswith("smtp://h") else url)
        assert "secret" not in str(caught.value)

    def test_its_name_shows_no_password(self) -> None:
        assert repr(Smtp.from_url("smtps://u:secret@mail.example")) == "Smtp(mail.example:465, tls, login)"


def line_words(reply: str, stage: str) -> str:
    return f"vanthu@sldtbxh.example: {reply}" if stage == "RCPT" else reply


class TestMailbox:
    def test_a_letter_is_one_file_that_a_mail_program_reads(self, tmp_path: Path) -> None:
        box = Mailbox(tmp_path / "mail")
        assert box.send(mail()) == Result("accepted")
        assert box.send(mail()) == Result("accepted")
        [file] = list((tmp_path / "mail").iterdir())
        assert file.name == "20261215T000000-00042-so-ldtbxh.eml"
        assert message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] == SUBJECT

    def test_a_folder_that_cannot_be_written_is_a_line_that_is_down(self, tmp_path: Path) -> None:
        (tmp_path / "mail").write_text("a file")
        result = Mailbox(tmp_path / "mail").send(mail())
        assert (result.outcome, result.line_down) == ("temporary", True)

    def test_a_name_never_leaves_the_folder(self) -> None:
        assert mail_name(NOW, 7, "../../etc/passwd") == "20261215T000000-00007--etc-passwd"


class TestRetry:
    def test_pauses_grow_and_end_after_about_four_days(self) -> None:
        waits = [(next_attempt(n, NOW, 0.0) or NOW) - NOW for n in range(1, MAX_ATTEMPTS)]
        assert [wait.seconds // 60 for wait in waits[:9]] == [1, 2, 5, 15, 30, 60, 120, 240, 240]
        assert 3.5 < sum(wait.total_seconds() for wait in waits) / 86400 < 4.5
        assert next_attempt(MAX_ATTEMPTS, NOW, 0.0) is None

    def test_a_little_chance_parts_those_that_failed_together(self) -> None:
        assert next_attempt(6, NOW, 0.0) != next_attempt(6, NOW, 0.9)
        assert [line_pause(n).seconds for n in (1, 2, 3, 4, 9)] == [5, 15, 30, 60, 60]


def test_the_memory_transport_answers_as_told_and_keeps_what_was_taken() -> None:
    line = Memory(answers=[Result("permanent", "550 no"), Result("ambiguous")])
    assert [line.send(mail()).outcome for _ in range(3)] == ["permanent", "ambiguous", "accepted"]
    assert len(line.sent) == 2


def test_the_library_is_what_the_code_leans_on() -> None:
    # Smtp speaks MAIL, RCPT and DATA itself, to know on which side of the final dot a line broke.
    assert {"mail", "rcpt", "putcmd", "getreply", "send", "rset"} <= set(dir(smtplib.SMTP))
