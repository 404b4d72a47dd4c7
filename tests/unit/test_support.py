"""The test servers keep their own promises."""

import os
import signal
import smtplib
import ssl
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.support.postgres import PostgresServer
from tests.support.smtp import SmtpServer, Tls

LAN = "lan@example.vn"
HUNG = "hung@example.vn"


def letter(*recipients: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "dondoc@example.vn"
    message["To"] = ", ".join(recipients)
    message["Subject"] = "Nhắc nộp báo cáo tháng"
    message.set_content("Kính gửi Sở Tài chính,\n")
    return message


def send(server: SmtpServer, *recipients: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP(server.host, server.port, timeout=5) as client:
        return client.send_message(letter(*recipients))


def test_an_empty_database_of_each_kind_answers(database_url: str) -> None:
    url = make_url(database_url)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1 + 1")).scalar_one() == 2
    engine.dispose()


def test_a_postgresql_database_can_be_copied_and_dropped(postgres: PostgresServer) -> None:
    original = postgres.create_database()
    with psycopg.connect(original, autocommit=True) as connection:
        connection.execute("CREATE TABLE seen (word text)")
        connection.execute("INSERT INTO seen VALUES ('đôn đốc')")
        row = connection.execute("SELECT upper(word) FROM seen").fetchone()
        name = connection.info.dbname
    assert row == ("ĐÔN ĐỐC",)
    copy = postgres.create_database(template=name)
    connection = psycopg.connect(copy)
    assert connection.execute("SELECT word FROM seen").fetchall() == [("đôn đốc",)]
    postgres.drop_database(copy)  # though somebody is still connected
    connection.close()
    postgres.drop_database(original)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(original)


@pytest.mark.parametrize("binaries", ["where they are", "copied"])
def test_postgresql_ends_when_its_process_is_killed(binaries: str) -> None:
    program = (
        "import sys, tests.support.postgres as p\n"
        f"p._reachable_by_others = {'lambda path: False' if binaries == 'copied' else 'p._reachable_by_others'}\n"
        "server = p.PostgresServer().start()\n"
        "print(server.create_database(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    tree = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        psycopg.connect(url).close()
        os.kill(child.pid, signal.SIGKILL)
    folder = Path(url.partition("host=")[2])
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()


def test_accepted_mail_is_kept_with_its_envelope(smtp: SmtpServer) -> None:
    assert send(smtp, LAN, HUNG) == {}
    [mail] = smtp.wait_for(1)
    assert (mail.sender, mail.recipients) == ("dondoc@example.vn", (LAN, HUNG))
    assert mail.message["Subject"] == "Nhắc nộp báo cáo tháng"
    assert "Sở Tài chính" in mail.message.get_content()
    smtp.clear()
    assert smtp.messages == []


def test_one_recipient_is_refused_as_often_as_told(smtp: SmtpServer) -> None:
    smtp.fail("RCPT", "550 5.1.1 no such user", recipient=LAN, times=2)
    assert send(smtp, LAN, HUNG) == {LAN: (550, b"5.1.1 no such user")}
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(smtp, LAN)
    assert send(smtp, LAN) == {}
    assert [mail.recipients for mail in smtp.received] == [(HUNG,), (LAN,)]


def test_the_sender_and_the_message_can_be_refused(smtp: SmtpServer) -> None:
    smtp.fail("MAIL", "451 4.3.0 try again")
    smtp.fail("DATA", "554 5.6.0 refused", recipient=LAN, times=None)
    with pytest.raises(smtplib.SMTPSenderRefused):
        send(smtp, LAN)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError, match=r"5\.6\.0"):
            send(smtp, LAN)
    assert send(smtp, HUNG) == {}


def test_a_connection_is_cut_before_or_after_acceptance(smtp: SmtpServer) -> None:
    smtp.drop("before")
    smtp.drop("after")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp, LAN)
    assert smtp.received == []
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp, LAN)
    assert len(smtp.wait_for(1)) == 1
    assert send(smtp, LAN) == {}
    assert smtp.connections == 3


def test_an_answer_can_be_late(smtp: SmtpServer) -> None:
    smtp.delay(0.3, times=None)
    begin = time.monotonic()
    send(smtp, LAN)
    assert time.monotonic() - begin >= 0.3


def test_a_stopped_server_cuts_its_clients_and_comes_back_on_the_same_port(smtp: SmtpServer) -> None:
    port = smtp.port
    with smtplib.SMTP(smtp.host, port, timeout=5) as client:
        client.noop()
        smtp.stop()
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            client.send_message(letter(LAN))
    with pytest.raises(ConnectionRefusedError):
        send(smtp, LAN)
    smtp.start()
    assert smtp.port == port
    assert send(smtp, LAN) == {}


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN"])
def test_mail_needs_the_right_login_and_where_told_tls(tls: Tls, mechanism: str) -> None:
    with SmtpServer(tls=tls, user="dondoc", password="dung-roi") as server, connect(server, tls) as client:
        if tls == "starttls":
            assert client.mail(LAN)[0] == 530
            client.starttls(context=server.client_context())
        client.ehlo()
        assert client.mail(LAN)[0] == 530
        login = client.auth_login if mechanism == "LOGIN" else client.auth_plain
        client.user, client.password = "dondoc", "sai"
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.auth(mechanism, login)
        client.password = "dung-roi"
        client.auth(mechanism, login)
        client.send_message(letter(LAN))
        [mail] = server.wait_for(1)
    assert (mail.user, mail.encrypted) == ("dondoc", tls != "none")


def test_a_client_that_does_not_trust_the_certificate_sends_nothing() -> None:
    with SmtpServer(tls="implicit") as server, pytest.raises(ssl.SSLCertVerificationError):
        smtplib.SMTP_SSL("localhost", server.port, timeout=5, context=ssl.create_default_context())


def connect(server: SmtpServer, tls: Tls) -> smtplib.SMTP:
    if tls == "implicit":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=5, context=server.client_context())
    return smtplib.SMTP(server.host, server.port, timeout=5)
