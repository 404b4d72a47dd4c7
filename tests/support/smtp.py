"""A real SMTP server on the loopback interface, that keeps what it accepts and fails as it is told.

with SmtpServer() as smtp:
    smtp.fail("RCPT", "450 4.2.1 mailbox busy", recipient="lan@example.vn", times=2)
    ...                                  # send to smtp.host, smtp.port
    [mail] = smtp.wait_for(1)
    assert mail.message["Subject"] == "Nhắc nộp báo cáo"
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Literal, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Stage = Literal["MAIL", "RCPT", "DATA"]
Tls = Literal["none", "starttls", "implicit"]
_MAX_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class ReceivedMail:
    """A message that the server holds: the envelope it came in, and the letter itself."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes
    user: str | None  # who logged in
    encrypted: bool


@dataclass
class _Fault:
    stage: Stage
    action: Literal["reply", "drop", "accept-and-drop", "delay"]
    reply: str = ""
    seconds: float = 0.0
    recipient: str | None = None
    left: int | None = 1  # None: for ever

    def meets(self, stage: Stage, recipients: list[str]) -> bool:
        if self.stage != stage or self.left == 0:
            return False
        return self.recipient is None or self.recipient.casefold() in (address.casefold() for address in recipients)


class SmtpServer:
    """Serve from `start` (or `with`) to `stop`, in a thread of its own; started again, it takes the same port."""

    def __init__(self, *, tls: Tls = "none", user: str | None = None, password: str | None = None) -> None:
        """With `user` and `password`, mail is refused until the client logs in (AUTH LOGIN or PLAIN)."""
        self.host = "127.0.0.1"
        self.port = 0
        self.connections = 0  # how many were opened so far
        self._tls = tls
        self._account = None if user is None else (user.encode(), (password or "").encode())
        self._authority = None if tls == "none" else trustme.CA()
        self._received: list[ReceivedMail] = []
        self._faults: list[_Fault] = []
        self._news = threading.Condition()
        self._open: set[asyncio.Transport] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Server | None = None
        self._thread: threading.Thread | None = None

    # What came in

    @property
    def received(self) -> list[ReceivedMail]:
        """Everything accepted so far, oldest first."""
        with self._news:
            return list(self._received)

    @property
    def messages(self) -> list[EmailMessage]:
        """The letters without their envelopes."""
        return [mail.message for mail in self.received]

    def wait_for(self, count: int, *, timeout: float = 10.0) -> list[ReceivedMail]:
        """Wait until `count` messages are here and return all; AssertionError when `timeout` seconds pass before."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._received) >= count, timeout):
                raise AssertionError(f"{len(self._received)} of {count} messages came within {timeout} s")
            return list(self._received)

    def clear(self) -> None:
        """Forget all mail and all faults."""
        with self._news:
            self._received.clear()
            self._faults.clear()

    # What goes wrong. `times=None` is for ever; `recipient=None` meets everyone. MAIL knows no recipient yet.

    def fail(self, stage: Stage, reply: str, *, recipient: str | None = None, times: int | None = 1) -> None:
        """Answer `stage` with `reply`, such as "451 4.3.0 try again" or "550 5.1.1 no such user"."""
        if stage == "MAIL" and recipient is not None:
            raise ValueError("at MAIL no recipient is known yet")
        self._plan(_Fault(stage, "reply", reply=reply, recipient=recipient, left=times))

    def drop(
        self,
        when: Literal["before", "after"],
        *,
        stage: Stage = "DATA",
        recipient: str | None = None,
        times: int | None = 1,
    ) -> None:
        """Cut the connection without a reply: before the message is taken, or after (only at DATA): it is then kept."""
        if when == "after" and stage != "DATA":
            raise ValueError("only at DATA a message is taken")
        action: Literal["drop", "accept-and-drop"] = "drop" if when == "before" else "accept-and-drop"
        self._plan(_Fault(stage, action, recipient=recipient, left=times))

    def delay(
        self, seconds: float, *, stage: Stage = "DATA", recipient: str | None = None, times: int | None = 1
    ) -> None:
        """Wait before the answer; other connections are served meanwhile."""
        self._plan(_Fault(stage, "delay", seconds=seconds, recipient=recipient, left=times))

    def _plan(self, fault: _Fault) -> None:
        with self._news:
            self._faults.append(fault)

    # Trust

    def client_context(self) -> ssl.SSLContext:
        """A client context that trusts this server's certificate."""
        context = ssl.create_default_context()
        if self._authority is not None:
            self._authority.configure_trust(context)
        return context

    def ca_pem(self) -> bytes:
        """The authority that signed this server's certificate, for a setting that asks for a CA file."""
        if self._authority is None:
            raise ValueError("this server has no TLS")
        return self._authority.cert_pem.bytes()

    # Life

    def start(self) -> Self:
        started: threading.Event = threading.Event()
        errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._serve, args=(started, errors), name="smtp", daemon=True)
        self._thread.start()
        started.wait()
        if errors:
            self._thread.join()
            raise errors[0]
        return self

    def stop(self) -> None:
        """Close the port and cut every open connection: to clients the server is gone. Mail and faults stay."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self, started: threading.Event, errors: list[BaseException]) -> None:
        loop = self._loop = asyncio.new_event_loop()
        try:
            try:
                make = self._protocol_factory(loop)
                implicit = self._server_context() if self._tls == "implicit" else None
                self._listener = loop.run_until_complete(
                    loop.create_server(make, self.host, self.port, ssl=implicit, reuse_address=True)
                )
                self.port = self._listener.sockets[0].getsockname()[1]
            except BaseException as error:  # noqa: BLE001 - handed to the caller of start()
                errors.append(error)
                return
            finally:
                started.set()
            loop.run_forever()
            loop.run_until_complete(self._shut())
        finally:
            loop.close()

    async def _shut(self) -> None:
        assert self._listener is not None
        self._listener.close()
        for transport in list(self._open):
            if not transport.is_closing():  # asyncio's TLS transport can't be aborted while it closes
                transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(200):  # at most 2 s for the sockets to close
            if not self._open:
                break
            await asyncio.sleep(0.01)

    def _protocol_factory(self, loop: asyncio.AbstractEventLoop) -> Callable[[], SMTP]:
        options: dict[str, Any] = {
            "hostname": "localhost",
            "data_size_limit": _MAX_BYTES,
            "enable_SMTPUTF8": True,
            "loop": loop,
        }
        if self._tls == "starttls":
            options |= {"tls_context": self._server_context(), "require_starttls": True}
        if self._account is not None:
            # aiosmtpd sees no TLS but STARTTLS, and warns when a login may go without: handle_MAIL demands the login.
            options |= {"authenticator": self._authenticate, "auth_require_tls": False}
        return lambda: _Connection(self, options)

    def _server_context(self) -> ssl.SSLContext:
        assert self._authority is not None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        return context

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object
    ) -> AuthResult:
        good = isinstance(login, LoginPassword) and (login.login, login.password) == self._account
        name = login.login.decode() if isinstance(login, LoginPassword) else None
        return AuthResult(success=good, handled=False, auth_data=name)

    def opened(self, transport: asyncio.Transport) -> None:
        self.connections += 1
        self._open.add(transport)

    def closed(self, transport: asyncio.Transport) -> None:
        self._open.discard(transport)

    # The hooks that aiosmtpd calls, one at each stage

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._account is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if refusal := await self._meet("MAIL", [], server, None):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := await self._meet("RCPT", [address], server, None):
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        raw = envelope.original_content or b""
        mail = ReceivedMail(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            message=message_from_bytes(raw, policy=policy.default),
            raw=raw,
            user=session.auth_data if session.authenticated else None,
            encrypted=session.ssl is not None or self._tls == "implicit",
        )
        if refusal := await self._meet("DATA", envelope.rcpt_tos, server, mail):
            return refusal
        self._keep(mail)
        return f"250 2.0.0 OK {len(self._received)}"

    def _keep(self, mail: ReceivedMail) -> None:
        with self._news:
            self._received.append(mail)
            self._news.notify_all()

    async def _meet(self, stage: Stage, recipients: list[str], server: SMTP, mail: ReceivedMail | None) -> str | None:
        """Carry out the planned faults that are due here; a text is the refusal to reply with."""
        for fault in self._take_faults(stage, recipients):
            if fault.action == "delay":
                await asyncio.sleep(fault.seconds)
            elif fault.action == "reply":
                return fault.reply
            else:
                if fault.action == "accept-and-drop" and mail is not None:
                    self._keep(mail)
                assert isinstance(server.transport, asyncio.WriteTransport)
                server.transport.abort()
                await asyncio.Event().wait()  # the lost connection cancels this task
        return None

    def _take_faults(self, stage: Stage, recipients: list[str]) -> list[_Fault]:
        """All delays that are due, up to the first fault that ends the stage; each taken once."""
        taken = []
        with self._news:
            for fault in self._faults:
                if fault.meets(stage, recipients):
                    taken.append(fault)
                    if fault.left is not None:
                        fault.left -= 1
                    if fault.action != "delay":
                        break
        return taken


class _Connection(SMTP):
    """One client's connection, known to its server so that `stop` can cut it."""

    def __init__(self, owner: SmtpServer, options: dict[str, Any]) -> None:
        super().__init__(owner, **options)
        self._owner = owner
        self._known: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._known is None:
            assert isinstance(transport, asyncio.Transport)
            self._known = transport
            self._owner.opened(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._known is not None:
            self._owner.closed(self._known)
        super().connection_lost(error)
