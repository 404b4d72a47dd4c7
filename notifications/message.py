"""The bytes of a letter (RFC 5322, MIME), built by hand: the library's EmailMessage costs more than sending them.

Nothing reaches a header that was not made here or checked here.
"""

from __future__ import annotations

import re
from base64 import b64encode, encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Final

from workflow.calendar import TZ

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_PLAIN: Final = re.compile(r"[ -~]*")
_WORD_BYTES: Final = 42
"""Of UTF-8 in one encoded word: 56 characters of base64, 68 with its frame, below the 75 of RFC 2047, section 2."""


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    mailbox: str

    @property
    def domain(self) -> str:
        return self.mailbox.rpartition("@")[2]


def parse_address(text: str) -> Address:
    """`Đôn đốc <dondoc@ubnd.example>` or a bare mailbox. ValueError in words for anything else."""
    name, mailbox = parseaddr(_CONTROL.sub(" ", text))
    return Address(name.strip(), check_mailbox(mailbox or text))


def check_mailbox(mailbox: str) -> str:
    """The mailbox itself, or ValueError: nothing but letters, digits and the signs of RFC 5322's dot-atom."""
    if _ADDRESS.fullmatch(mailbox) is None or len(mailbox) > 254:
        raise ValueError(f"{mailbox!r} không phải là một hộp thư")
    return mailbox


def message_id(row: int, content: bytes, installation: str, domain: str) -> str:
    """Stable: the same row has the same id however often it is sent.

    `content` tells apart two letters that bear the same row number, one of them lost with a restored older database:
    a mailbox that drops what it has seen before would lose the other.
    """
    return f"<{row}.{sha256(content).hexdigest()[:10]}.{_token(installation)}@{domain}>"


def thread_id(case_id: str, installation: str, domain: str) -> str:
    """The root that all letters about a case refer to. No letter bears it, so none is the first by chance."""
    return f"<case.{sha256(case_id.encode()).hexdigest()[:24]}.{_token(installation)}@{domain}>"


def build(
    *,
    sender: Address,
    to: Sequence[str],
    subject: str,
    text: str,
    html: str,
    date: datetime,
    id_: str,
    threads: Sequence[str],
    list_domain: str,
) -> bytes:
    """The whole letter, lines ended by CR LF, all of it ASCII and no line over 998 octets.

    `id_` and `threads` come from `message_id` and `thread_id`. ValueError for a mailbox that is none, or no mailbox.
    """
    if not to:
        raise ValueError("thư không có hộp thư nhận")
    boundary = f"=_{sha256(id_.encode()).hexdigest()[:32]}"
    name = f"{_words(sender.name)} <{sender.mailbox}>" if sender.name else sender.mailbox
    headers = [
        f"From: {name}",
        "To: " + ",\r\n ".join(check_mailbox(mailbox) for mailbox in to),
        f"Subject: {_words(subject)}",
        f"Date: {format_datetime(date.astimezone(TZ))}",
        f"Message-ID: {_safe(id_)}",
    ]
    if threads:
        headers += [
            f"In-Reply-To: {_safe(threads[0])}",
            "References: " + "\r\n ".join(_safe(found) for found in threads),
        ]
    headers += [
        f"List-Id: <dondoc.{_safe(list_domain)}>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    part = f"--{boundary}\r\nContent-Type: text/{{}}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return b"".join(
        (
            ("\r\n".join(headers) + "\r\n\r\n").encode("ascii"),
            part.format("plain").encode("ascii"),
            _body(text),
            part.format("html").encode("ascii"),
            _body(html),
            f"--{boundary}--\r\n".encode("ascii"),
        )
    )


def _body(text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return encodebytes(lines.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


def _words(text: str) -> str:
    """A header's text: as it is when plain and short, else encoded words of whole characters (RFC 2047)."""
    clean = _CONTROL.sub(" ", text).strip()
    plain = _PLAIN.fullmatch(clean) is not None and "=?" not in clean
    if plain and len(clean) <= 60 and not re.search(r'[()<>@,;:\\"\[\]]', clean):
        return clean
    words: list[bytes] = []
    word = b""
    for character in clean:
        octets = character.encode("utf-8", "replace")
        if len(word) + len(octets) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += octets
    words.append(word)
    return "\r\n ".join(f"=?utf-8?B?{b64encode(found).decode('ascii')}?=" for found in words)


def _safe(value: str) -> str:
    """A token of ours in a header; ValueError if anything in it could end the line or is not ASCII."""
    if _PLAIN.fullmatch(value) is None:
        raise ValueError(f"{value!r} không dùng được trong đầu thư")
    return value


def _token(value: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "", value) or "0"
