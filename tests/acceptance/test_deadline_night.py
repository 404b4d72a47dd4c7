"""The night of 14 December: what has not been reported passes to the PPC at midnight, and each party is told.

Real processes, a real mail server on the loopback interface, and a rehearsal clock put to ten seconds before.
"""

from __future__ import annotations

import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest

from tests.acceptance.conftest import Originals
from tests.support.daemon import AREAS, PLAN, Installation
from tests.support.record import sent_once, sound, told_once
from tests.support.smtp import SmtpServer

NOON = "2026-12-14T12:00:00+07:00"
START = "2026-12-14T23:59:50+07:00"
MIDNIGHT = "2026-12-15T00:00:00+07:00"
EARLY = "lao-dong"
"""The area that reports before."""
SILENT = [area for area in AREAS if area != EARLY]
OFFICE, CONSOLIDATOR = "vp-ubnd-tinh", "so-cong-thuong"
MAILBOXES = {
    "vp-ubnd-tinh": "vanthu@vpubnd.example",
    "so-cong-thuong": "vanthu@sct.example",
    "so-tttt": "vanthu@stttt.example",
    "so-khdt": "vanthu@skhdt.example",
    "so-tnmt": "vanthu@stnmt.example",
    "cong-an-tinh": "vanthu@cat.example",
}
NAMES = {
    "so-tttt": "Sở Thông tin và Truyền thông",
    "so-cong-thuong": "Sở Công Thương",
    "so-khdt": "Sở Kế hoạch và Đầu tư",
    "so-tnmt": "Sở Tài nguyên và Môi trường",
    "cong-an-tinh": "Công an tỉnh",
    "vp-ubnd-tinh": "Văn phòng Ủy ban nhân dân tỉnh",
}
TITLES = {
    "tuyen-truyen": "công tác quán triệt, tuyên truyền",
    "quy-hoach": "công tác phối hợp với các bộ, ngành Trung ương trong quản lý quy hoạch",
    "dau-tu": "công tác thẩm định, cấp phép đầu tư các dự án",
    "dat-dai": "công tác quản lý đất đai, môi trường",
    "an-ninh": "công tác an ninh, quốc phòng",
}


@dataclass(frozen=True)
class Night:
    """What was seen, and what is left in the morning."""

    house: Installation
    smtp: SmtpServer
    states: list[tuple[datetime, dict[str, str]]]
    """Looks at the year's cases: the clock as it was read just before, and the states."""
    cases: dict[str, dict[str, Any]]

    def escalation(self, area: str) -> dict[str, Any]:
        [event] = [e for e in self.cases[area]["events"] if e["to"] == "escalated" and e["from"] != "escalated"]
        return dict(event)

    def about(self, area: str) -> list[dict[str, Any]]:
        """The messages that tell of the area's escalation."""
        event = {"case": f"{PLAN}/2026/{area}", "seq": self.escalation(area)["seq"]}
        return [message for message in self.cases[area]["messages"] if event in message["events"]]

    def letter(self, message: dict[str, Any]) -> EmailMessage:
        [found] = [m.message for m in self.smtp.received if m.message["Message-ID"] == message["message_id"]]
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def night(
    request: pytest.FixtureRequest, originals: Originals, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Night]:
    """Lived through once for each kind of database."""
    with SmtpServer() as smtp:
        settings = {"DONDOC_CLOCK": NOON}
        house = Installation(tmp_path_factory.mktemp("night"), originals.fresh(request.param), smtp, settings)
        try:
            yield _live(house, smtp)
        finally:
            house.close()


def _live(house: Installation, smtp: SmtpServer) -> Night:
    midnight = datetime.fromisoformat(MIDNIGHT)
    house.run("init")
    with house.serve() as daemon:
        house.run(
            *("act", f"{PLAN}/2026/{EARLY}", "report", "--as", "so-ldtbxh:nguyen-van-a", "--number", "152/BC-SLĐTBXH"),
            *("--dated", "2026-12-14", "--text", "Đã thực hiện đầy đủ."),
        )
        house.run("clock", "--to", START)
        seen = []
        while (now := house.now) < midnight or house.service.next_due() == midnight:
            # The clock is read first: what is then seen may be later, never earlier.
            seen.append((now, {case["area"]: case["state"] for case in house.service.cases(cycle="2026")}))
            assert (now - midnight).total_seconds() < 30, daemon.log
            time.sleep(0.1)
        house.wait_until_sent()
    cases = {area: house.service.show(f"{PLAN}/2026/{area}") for area in AREAS}
    return Night(house, smtp, seen, cases)


def test_whoever_has_not_reported_passes_to_the_ppc_at_midnight_exactly(night: Night) -> None:
    for area in SILENT:
        event = night.escalation(area)
        assert (night.cases[area]["state"], night.cases[area]["state_since"]) == ("escalated", MIDNIGHT)
        assert (event["effective_at"], event["trigger"], event["actor"]["agency"]) == (MIDNIGHT, "miss_report", "")
        [due] = [o for o in night.cases[area]["obligations"] if o["name"] == "report_due"]
        assert (due["status"], due["fired_at"], due["due_at"], due["cause"]) == ("fired", MIDNIGHT, MIDNIGHT, None)
        assert night.cases[area]["late"]


def test_it_is_recorded_within_two_seconds_of_midnight_and_never_before(night: Night) -> None:
    midnight = datetime.fromisoformat(MIDNIGHT)
    for area in SILENT:
        recorded = datetime.fromisoformat(night.escalation(area)["recorded_at"])
        assert 0 <= (recorded - midnight).total_seconds() < 2
    before = [states for now, states in night.states if (midnight - now).total_seconds() > 0.5]
    assert len(before) > 10
    assert all("escalated" not in states.values() for states in before)


def test_whoever_reported_before_stays_reported_and_nobody_is_told_otherwise(night: Night) -> None:
    case = night.cases[EARLY]
    assert (case["state"], case["late"]) == ("reported", False)
    [due] = [o for o in case["obligations"] if o["name"] == "report_due"]
    assert (due["status"], due["late_by_s"]) == ("met", 0)
    assert [event["trigger"] for event in case["events"]] == ["opened", "report"]


def test_office_consolidator_and_lead_receive_exactly_one_message_each(night: Night) -> None:
    for area in SILENT:
        told = Counter(message["agency"] for message in night.about(area))
        # Sở Công Thương leads one area itself and is told of it once.
        assert told == dict.fromkeys({OFFICE, CONSOLIDATOR, AREAS[area]}, 1)
        assert {message["status"] for message in night.about(area)} == {"sent"}
        for message in night.about(area):
            [came] = [m for m in night.smtp.received if m.message["Message-ID"] == message["message_id"]]
            assert list(came.recipients) == [message["to"]] == [MAILBOXES[message["agency"]]]
    told_once(night.house.service)
    sent_once(night.house.service, night.smtp)


def test_subject_and_both_parts_are_correct_vietnamese(night: Night) -> None:
    for area in SILENT:
        lead = NAMES[AREAS[area]]
        number = list(AREAS).index(area) + 1
        for message in night.about(area):
            letter = night.letter(message)
            upwards = message["agency"] == OFFICE
            kind = "Báo cáo lãnh đạo" if upwards else "Quá hạn"
            subject = f"[Diễn tập] [{kind}] {lead}: chưa báo cáo năm 2026, lĩnh vực {number} - Kế hoạch hành động"
            assert str(letter["Subject"]).startswith(subject)
            assert str(letter["Subject"]) == message["subject"]
            text, html = part(letter, "plain"), part(letter, "html")
            for words in (text, html):
                assert f"Kính gửi: {NAMES[message['agency']]}," in words
                assert TITLES[area] in words
                assert "trước ngày 15 tháng 12 hàng năm" in words
                assert "không thay thế văn bản hành chính" in words
                assert "THƯ DIỄN TẬP" in words
                assert unicodedata.is_normalized("NFC", words)
                assert "�" not in words
                assert "{{" not in words
            assert unicodedata.is_normalized("NFC", str(letter["Subject"]))
            if message["agency"] == AREAS[area]:
                assert "khẩn trương gửi báo cáo" in text
                assert "Báo cáo gửi sau hạn vẫn được nhận và ghi rõ là quá hạn" in text
            else:
                assert f"{lead} chưa gửi báo cáo năm 2026" in text


def test_the_letters_of_one_case_are_one_thread_and_say_that_a_machine_wrote_them(night: Night) -> None:
    roots = {}
    for area in SILENT:
        references = {str(night.letter(message)["References"]) for message in night.about(area)}
        [roots[area]] = references
        for message in night.about(area):
            letter = night.letter(message)
            assert letter["In-Reply-To"] == roots[area]
            assert letter["Auto-Submitted"] == "auto-generated"
            assert str(letter["List-Id"]).startswith("<dondoc.")
            assert letter.get_content_type() == "multipart/alternative"
        opened = [m for m in night.cases[area]["messages"] if m["template"] == "opened" and m["agency"] == AREAS[area]]
        assert roots[area] in str(night.letter(opened[0])["References"])
    assert len(set(roots.values())) == len(SILENT)


def test_the_mail_command_names_what_was_sent(night: Night) -> None:
    told = {m["message_id"]: m["subject"] for m in night.house.json("mail", "--status", "sent")}
    came = {str(m.message["Message-ID"]): str(m.message["Subject"]) for m in night.smtp.received}
    assert told == came


def test_the_next_round_opened_in_the_same_minute_and_the_record_verifies(night: Night) -> None:
    opened = night.house.service.show(f"{PLAN}/2027")
    assert opened["events"][0]["effective_at"] == MIDNIGHT
    assert night.house.json("audit", "verify")["ok"]
    sound(night.house.service)


def part(letter: EmailMessage, kind: str) -> str:
    found = letter.get_body((kind,))
    assert found is not None
    assert found.get_content_charset() == "utf-8"
    return str(found.get_content()).replace("<b>", "").replace("</b>", "")
