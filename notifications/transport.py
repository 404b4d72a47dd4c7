"""Handing ready bytes to a server. What became of them is a value, never an exception."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

Outcome = Literal["accepted", "temporary", "permanent", "ambiguous"]
"""`temporary`: certainly not taken, try again. `permanent`: refused for good. `ambiguous`: perhaps taken."""

_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_OK, _GO_AHEAD, _CLOSING = 250, 354, 421
_LOGGED_IN: Final = (235, 503)
_NOT_LOGGED_IN: Final = (530, 534, 535, 538)
"""Of these the settings are at fault, not the letter (RFC 4954, section 6)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One letter ready to leave. `name` is what a folder calls it."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    words: str | None = None
    """The server's own words, or ours about the line. With `accepted`: which recipients were refused."""
    line_down: bool = False
    """The server could not be reached or spoken to at all: other letters would fare no better now."""


class Transport(Protocol):
    def send(self, mail: Outgoing) -> Result: ...

    def close(self) -> None: ...


@dataclass
class Memory:
    """A transport that keeps what it is given, for tests; `answers` are given first, one for each letter."""

    answers: list[Result] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)

    def send(self, mail: Outgoing) -> Result:
        result = self.answers.pop(0) if self.answers else Result("accepted")
        if result.outcome in ("accepted", "ambiguous"):
            self.sent.append(mail)
        return result

    def close(self) -> None:
        pass


class _Refused(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


class Smtp:
    """A server, over one connection that is kept from letter to letter and opened again when it breaks.

    Not for several threads at once.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Literal["none", "starttls", "tls"] = "none",
        user: str | None = None,
        password: str | None = None,
        context: ssl.SSLContext | None = None,
        timeout: float = 30.0,
    ) -> None:
        self.host, self.port, self.security, self.user = host, port, security, user
        self._password, self._timeout = password, timeout
        self._context = context or (ssl.create_default_context() if security != "none" else None)
        self._line: smtplib.SMTP | None = None

    @classmethod
    def from_url(cls, url: str, *, timeout: float = 30.0) -> Self:
        """`smtp://host`, `smtp+starttls://user:pass@host:587`, `smtps://…?cafile=/path`, `…?timeout=60`.

        ValueError in words for anything else; the words never hold the password.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError(
                "an SMTP address is written smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]"
            )
        options = parse_qs(parts.query, keep_blank_values=True)
        if unknown := sorted(options.keys() - {"cafile", "timeout"}):
            raise ValueError(f"an SMTP address knows ?cafile= and ?timeout=, not {', '.join(unknown)}")
        try:
            port = parts.port or _PORTS[parts.scheme]
            seconds = float(options["timeout"][-1]) if "timeout" in options else timeout
        except ValueError:
            raise ValueError(
                "the port of an SMTP address is a number below 65536, its timeout a number of seconds"
            ) from None
        if not 0 < seconds <= 600:
            raise ValueError("an SMTP timeout lies between 0 and 600 seconds")
        context = None
        if parts.scheme != "smtp":
            try:
                context = ssl.create_default_context(cafile=options["cafile"][-1] if "cafile" in options else None)
            except OSError as error:
                raise ValueError(f"the cafile of the SMTP address cannot be read: {error}") from None
        security: dict[str, Literal["none", "starttls", "tls"]] = {"smtp+starttls": "starttls", "smtps": "tls"}
        return cls(
            parts.hostname,
            port,
            security=security.get(parts.scheme, "none"),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            context=context,
            timeout=seconds,
        )

    def __repr__(self) -> str:
        return f"Smtp({self.host}:{self.port}, {self.security}{', login' if self.user else ''})"

    def send(self, mail: Outgoing) -> Result:
        """Offer one letter. A kept line that turns out to be dead before anything was said is replaced once."""
        kept = self._line is not None
        result = self._offer(mail)
        if kept and result is None:
            result = self._offer(mail)
        return result or Result("temporary", "máy chủ thư đóng đường truyền", line_down=True)

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()
            line.close()

    def _offer(self, mail: Outgoing) -> Result | None:
        """None: the line broke, or the server took leave, before it had answered to MAIL."""
        try:
            line = self._line or self._connect()
        except _Refused as refused:
            self._drop()
            return Result("temporary", refused.words, line_down=True)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Result("temporary", _said(error, "không kết nối được máy chủ thư"), line_down=True)
        try:
            answer = line.mail(mail.sender)
        except (OSError, smtplib.SMTPException):
            self._drop()
            return None
        if answer[0] == _CLOSING:
            self._drop()
            return None
        return self._hand_over(line, mail, answer)

    def _hand_over(self, line: smtplib.SMTP, mail: Outgoing, answer: tuple[int, bytes]) -> Result:
        """From the answer to MAIL on. Up to the last line of the letter a broken line means: not taken."""
        try:
            _expect(answer, _OK)
            refused = _name_recipients(line, mail.recipients)
            line.putcmd("data")
            _expect(line.getreply(), _GO_AHEAD)
            # One write: when it fails, the final dot has not left (sendall raises before its last byte is taken).
            line.send(_stuffed(mail.data))
        except _Refused as found:
            self._reset()
            if found.code in _NOT_LOGGED_IN:
                return Result("temporary", found.words, line_down=True)
            return Result("permanent" if found.code >= 500 else "temporary", found.words)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Result("temporary", _said(error, "đường truyền đứt trước khi gửi xong"))
        return self._verdict(line, refused)

    def _verdict(self, line: smtplib.SMTP, refused: Sequence[str]) -> Result:
        try:
            code, raw = line.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Result("ambiguous", _said(error, "đường truyền đứt sau khi gửi, trước khi máy chủ trả lời"))
        words = _decoded(code, raw)
        if code == _CLOSING:
            self._drop()
        if 200 <= code < 300:
            return Result("accepted", "; ".join(refused) or None)
        if 400 <= code < 500:
            return Result("temporary", words)
        if 500 <= code < 600:
            return Result("permanent", words)
        self._drop()
        return Result("ambiguous", words)

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            line: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self._timeout, context=self._context)
        else:
            line = smtplib.SMTP(self.host, self.port, timeout=self._timeout)
        self._line = line
        if self.security == "starttls":
            line.starttls(context=self._context)
        line.ehlo_or_helo_if_needed()
        if self.user is not None:
            _login(line, self.user, self._password or "")
        if isinstance(line.sock, socket.socket):
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def _reset(self) -> None:
        """Only after a refusal: a letter that was taken leaves nothing to reset, and a round trip is dear."""
        try:
            if self._line is None or self._line.rset()[0] != _OK:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _login(line: smtplib.SMTP, user: str, password: str) -> None:
    """Smtplib's own way, but for names and passwords that are not ASCII: those it cannot say (RFC 4616 can)."""
    if (user + password).isascii():
        line.login(user, password)
        return
    token = b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, raw = line.docmd("AUTH", f"PLAIN {token}")
    if code not in _LOGGED_IN:
        raise smtplib.SMTPAuthenticationError(code, raw)


def _name_recipients(line: smtplib.SMTP, recipients: Sequence[str]) -> list[str]:
    """The words about those refused, if at least one was accepted; else _Refused, with a passing refusal first."""
    refused: list[tuple[int, str]] = []
    for recipient in recipients:
        code, raw = line.rcpt(recipient)
        if code == _CLOSING:
            raise smtplib.SMTPServerDisconnected(_decoded(code, raw))
        if not 200 <= code < 300:
            refused.append((code, f"{recipient}: {_decoded(code, raw)}"))
    if len(refused) == len(recipients):
        passing = [found for found in refused if found[0] < 500]
        raise _Refused((passing or refused or [(554, "")])[0][0], "; ".join(words for _, words in refused))
    return [words for _, words in refused]


def _expect(answer: tuple[int, bytes], code: int) -> None:
    if answer[0] != code:
        raise _Refused(answer[0], _decoded(*answer))


def _stuffed(data: bytes) -> bytes:
    """The letter as it goes over the line: dots doubled, ended by a lone one (RFC 5321, section 4.5.2)."""
    if data.startswith(b"."):
        data = b"." + data
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n..")
    return data + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")


def _decoded(code: int, raw: bytes) -> str:
    return f"{code} {_CONTROL.sub(' ', raw.decode('utf-8', 'replace'))}"[:500].strip()


def _said(error: Exception, about: str) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        raw = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return f"{about}: {_decoded(error.smtp_code, raw)}"
    return f"{about}: {_CONTROL.sub(' ', str(error) or type(error).__name__)}"[:500]
