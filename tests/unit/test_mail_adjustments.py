"""The letters around an adjustment request, from the events that the engine really makes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from notifications.render import MAX_SUBJECT, Rendered, render
from notifications.sample_set import samples
from notifications.samples import agency, area, deadline, item, message
from notifications.templates import TemplateSet
from notifications.view import view
from tests.support.cast import COMMUNICATION, CONSOLIDATOR, LABOUR, LAND, PPC
from tests.support.definitions import ROOT
from tests.support.world import World, build, copied, edited
from workflow.model import Actor, Facts
from workflow.service.requests import Asking

PLAN = "bauxite-alumina"
ROUND = f"{PLAN}/2026"
MAILS = {p.name.removesuffix(".j2"): (1, p.read_text("utf-8")) for p in (ROOT / "definitions/mail").glob("*.j2")}
TEMPLATES = TemplateSet(MAILS)
LATER = {"move_deadline": "report_due", "of": f"{ROUND}/lao-dong", "to": "2026-12-25"}
"""After the round's consolidation: the impact report warns of it."""
SOON = {"move_deadline": "report_due", "of": f"{ROUND}/lao-dong", "to": "2026-12-17"}
GIVEN = {"change_lead": "lao-dong", "of": ROUND, "to": "so-khdt"}
LEAD = "Sở Lao động - Thương binh và Xã hội"
AREA = "Lĩnh vực 5, công tác quản lý lao động người nước ngoài"
BY = r"( của (Sở|Công an) [^.:]+)?"
"""Of whom a request is, where the letter says it."""
DECISION = "theo văn bản số 15/QĐ-UBND ngày 01/11/2026"


@dataclass
class Post:
    """The letters of a world, agency by agency, as far as nobody has read them yet."""

    world: World
    read: int = 0

    def ask(self, actor: Actor, *change: dict[str, Any], submit: bool = True, **facts: Any) -> str:
        asking = Asking(PLAN, actor, Facts(change=change, **facts), submit=submit)
        return str(self.world.service.request(asking)["id"])

    def forward(self, *requests: str) -> None:
        for request in requests:
            self.world.act(request, "take_up", CONSOLIDATOR)
        self.letters()
        self.world.act(list(requests), "forward", CONSOLIDATOR, opinion="Nhất trí trình.")

    def approve(self, *requests: str, **facts: Any) -> dict[str, Rendered]:
        """Asked, forwarded and approved; the letters of the approval."""
        self.forward(*requests)
        self.letters()
        self.world.act(
            list(requests), "approve", PPC, **{"decision": "15/QĐ-UBND", "dated": self.world.now.date(), **facts}
        )
        return self.letters()

    def letters(self) -> dict[str, Rendered]:
        """The newest unread letter to each agency; all of them are looked through."""
        found: dict[str, Rendered] = {}
        messages = self.world.messages()
        for row in messages[self.read :]:
            letter = render(TEMPLATES, row["facts"], row["template"], public_url="https://dondoc.example")
            _clean(letter, row["facts"]["sender"]["rank"])
            found[row["agency"]] = letter
        self.read = len(messages)
        return found

    def asked(self, request: str, part: int = 1) -> str:
        return str(self.world.case(request).data["words"][part - 1]["vi"])

    def impact(self, request: str) -> dict[str, Any]:
        return dict(self.world.case(request).data["impact"])


def _clean(letter: Rendered, rank: str) -> None:
    own = letter.text.split(": https://")[0].rpartition("\n")[0]
    assert len(letter.subject) <= MAX_SUBJECT
    for part in (letter.subject, letter.text):
        assert not re.search(r"None|Undefined|  | [,.;:]|\.\.|[;:]\.|\.;|::|,,|\(\)|“”", part), part
        assert not re.search(r"\b(\w+|\w+ \w+) \1\b", part, re.IGNORECASE), part
    assert f"{PLAN}/" not in own, own
    if rank != "ppc":
        assert "yêu cầu" not in own.lower()
    plain = re.sub(r"<br>", "\n", letter.html)
    plain = re.sub(r"<[^>]+>", "", plain)
    for line in own.splitlines():
        assert line.removeprefix("- ") in plain, line


@pytest.fixture
def post(tmp_path: Path) -> Post:
    world = copied("2026-11-01 08:00", tmp_path)
    return Post(world, len(world.messages()))


def test_a_draft_is_confirmed_and_says_that_nobody_looks_at_it_yet(post: Post) -> None:
    request = post.ask(LABOUR, LATER, submit=False, text="Số liệu có muộn.")
    letter = post.letters()["so-ldtbxh"]
    assert letter.text.startswith("Đề nghị điều chỉnh số 1: dự thảo\n")
    assert "Bản dự thảo chỉ được xem xét sau khi Quý cơ quan gửi." in letter.text
    assert f"Nội dung đề nghị: {post.asked(request)}." in letter.text
    assert "Lý do đề nghị: “Số liệu có muộn.”" in letter.text


def test_a_request_is_confirmed_to_its_agency_and_laid_before_the_consolidator(post: Post) -> None:
    request = post.ask(LABOUR, LATER, GIVEN)
    letters = post.letters()
    assert set(letters) == {"so-ldtbxh", "so-cong-thuong"}
    mine, desk = letters["so-ldtbxh"], letters["so-cong-thuong"]
    assert "Hệ thống đã nhận đề nghị điều chỉnh số 1 của Quý cơ quan." in mine.text
    assert "Cơ quan đầu mối tổng hợp, Sở Công Thương, thẩm tra, trình UBND tỉnh trước khi hết thứ Sáu" in mine.text
    assert "Thư này còn về" not in mine.text
    assert desk.subject.startswith("V/v thẩm tra đề nghị điều chỉnh số 1: Công tác quản lý lao động người nước ngoài")
    assert f"{LEAD} gửi Quý cơ quan đề nghị điều chỉnh số 1. Đề nghị Quý cơ quan thẩm tra, trình UBND" in desk.text
    for letter in (mine, desk):
        listed = f"Nội dung đề nghị:\n1. {post.asked(request)};\n2. {post.asked(request, 2)}.\n"
        assert listed in letter.text
        assert letter.html.count("<br>") == 2


def test_the_consolidators_own_request_does_not_come_from_somebody_else(post: Post) -> None:
    post.ask(CONSOLIDATOR, LATER)
    letter = post.letters()["so-cong-thuong"]
    assert "Hệ thống đã nhận đề nghị điều chỉnh số 1 của Quý cơ quan. Là cơ quan đầu mối tổng hợp" in letter.text


def test_a_request_sent_back_and_one_withdrawn(post: Post) -> None:
    request = post.ask(LABOUR, LATER)
    post.letters()
    post.world.act(request, "send_back", CONSOLIDATOR, reason="Thiếu căn cứ.")
    back = post.letters()["so-ldtbxh"]
    assert back.text.startswith("Đề nghị điều chỉnh số 1: được trả lại để bổ sung\n")
    assert "Sở Công Thương đã trả lại đề nghị điều chỉnh số 1 của Quý cơ quan để bổ sung:\n\n“Thiếu căn" in back.text
    assert "đề nghị Quý cơ quan gửi lại" in back.text
    post.world.act(request, "submit", LABOUR, change=(SOON,), text="Đã bổ sung.")
    again = post.letters()["so-cong-thuong"]
    assert f"Nội dung đề nghị: {post.asked(request)}." in again.text
    assert "Lý do đề nghị: “Đã bổ sung.”" in again.text
    post.world.act(request, "withdraw", LABOUR)
    gone = post.letters()["so-cong-thuong"]
    assert gone.subject.startswith("V/v đề nghị điều chỉnh số 1 (đã rút): ")
    assert f"{LEAD} đã rút đề nghị điều chỉnh số 1; không phải xem xét tiếp." in gone.text


def test_at_forwarding_the_office_reads_opinion_warnings_and_the_hash_of_the_report(post: Post) -> None:
    request = post.ask(LABOUR, LATER)
    post.forward(request)
    letters = post.letters()
    letter, report = letters["vp-ubnd-tinh"], post.impact(request)
    assert letter.subject.startswith("V/v xem xét, quyết định đề nghị điều chỉnh số 1: ")
    assert letter.text.startswith("Đề nghị điều chỉnh số 1: đã trình UBND tỉnh; quyết định trước khi hết thứ Sáu 13/11")
    assert "Kính đề nghị Văn phòng Ủy ban nhân dân tỉnh tham mưu, trình UBND tỉnh xem xét, quyết định" in letter.text
    assert f"Nội dung đề nghị: {post.asked(request)}." in letter.text
    assert "Ý kiến thẩm tra của Sở Công Thương: “Nhất trí trình.”" in letter.text
    warning = report["warnings"][0]["words"]["vi"]
    advice = f"(mã {report['hash'][:12]}) có lưu ý, kính đề nghị cân nhắc trước khi quyết định: {warning}."
    assert f"Báo cáo tác động {advice}" in letter.text
    assert "Hạn quyết định: Trước khi hết thứ Sáu 13/11/2026" in letter.text
    assert "Đề nghị điều chỉnh số 1 của Quý cơ quan đã được trình UBND tỉnh" in letters["so-ldtbxh"].text
    assert "cân nhắc" not in letters["so-ldtbxh"].text


def test_a_report_without_warnings_says_so(post: Post) -> None:
    request = post.ask(LABOUR, SOON)
    post.forward(request)
    assert f"(mã {post.impact(request)['hash'][:12]}) không có lưu ý nào." in post.letters()["vp-ubnd-tinh"].text


def test_without_an_opinion_it_is_said_once_to_each(post: Post) -> None:
    request = post.ask(LABOUR, LATER)
    post.letters()
    post.world.live("2026-11-04 08:00")
    reminder = post.letters()["so-cong-thuong"]
    assert reminder.subject.startswith("[Nhắc việc] Thẩm tra đề nghị điều chỉnh số 1 - hạn hết thứ Sáu 06/11/2026 - ")
    assert reminder.text.startswith("Còn 2 ngày làm việc: trình trước khi hết thứ Sáu 06/11/2026\n")
    assert "đề nghị Quý cơ quan thẩm tra, trình UBND tỉnh đề nghị điều chỉnh số 1" in reminder.text
    assert f"Nội dung đề nghị: {post.asked(request)}." in reminder.text
    post.world.live("2026-11-07 08:00")
    letters = post.letters()
    assert set(letters) == {"vp-ubnd-tinh", "so-ldtbxh", "so-cong-thuong"}
    for letter in letters.values():
        assert letter.text.count("không có ý kiến trong thời hạn") == 1
        assert "Ý kiến thẩm tra của" not in letter.text
        assert "Hạn quyết định: Trước khi hết thứ Sáu 20/11/2026" in letter.text
    office, desk = letters["vp-ubnd-tinh"], letters["so-cong-thuong"]
    assert "Hệ thống trân trọng báo cáo: đề nghị điều chỉnh số 1" in office.text
    assert "được chuyển trình UBND tỉnh khi hết hạn thẩm tra (hết thứ Sáu 06/11/2026); cơ quan đầu" in office.text
    assert f"(mã {post.impact(request)['hash'][:12]}) có lưu ý, kính đề nghị cân nhắc" in office.text
    assert desk.subject.startswith("[Quá hạn] Chưa thẩm tra đề nghị điều chỉnh số 1: ")
    assert "Đến hết thứ Sáu 06/11/2026, hệ thống chưa ghi nhận ý kiến thẩm tra của Quý cơ quan." in desk.text


def test_of_a_report_that_time_alone_sent_on_no_letter_says_that_all_is_well(post: Post) -> None:
    post.ask(LABOUR, SOON)
    post.world.report("lao-dong")
    post.world.live("2026-11-07 08:00")
    letter = post.letters()["vp-ubnd-tinh"]
    assert letter.subject.startswith("V/v xem xét, quyết định đề nghị điều chỉnh số 1: ")
    assert "Báo cáo tác động (mã " in letter.text
    assert "không có lưu ý" not in letter.text


def test_the_office_is_reminded_of_a_decision_and_hears_when_it_is_late(post: Post) -> None:
    request = post.ask(LABOUR, LATER)
    post.forward(request)
    post.letters()
    post.world.live("2026-11-12 08:00")
    soon = post.letters()["vp-ubnd-tinh"]
    assert soon.subject.startswith("[Nhắc việc] Quyết định đề nghị điều chỉnh số 1 - hạn hết thứ Sáu 13/11/2026 - ")
    assert re.search(f"để Ủy ban nhân dân tỉnh xem xét, quyết định đề nghị điều chỉnh số 1{BY} đúng hạn.", soon.text)
    post.world.live("2026-11-14 08:00")
    passed = post.letters()
    assert set(passed) == {"ubnd-tinh", "vp-ubnd-tinh"}
    post.world.live("2026-11-17 08:00")
    urging = post.letters()["vp-ubnd-tinh"]
    for letter in (passed["vp-ubnd-tinh"], urging):
        assert letter.subject.startswith("[Báo cáo lãnh đạo] Việc chờ UBND tỉnh: quyết định đề nghị điều chỉnh số 1")
        assert re.search(f"việc xem xét, quyết định đề nghị điều chỉnh số 1{BY} đã qua thời hạn", letter.text)
        assert f"Nội dung đề nghị: {post.asked(request)}." in letter.text


def test_three_requests_in_one_submission_are_one_letter(post: Post) -> None:
    asked = ((LABOUR, "lao-dong", 25), (COMMUNICATION, "tuyen-truyen", 17), (LAND, "dat-dai", 26))
    requests = [
        post.ask(who, {"move_deadline": "report_due", "of": f"{ROUND}/{name}", "to": f"2026-12-{day}"})
        for who, name, day in asked
    ]
    post.forward(*requests)
    letters = post.letters()
    office = letters["vp-ubnd-tinh"]
    assert office.subject.startswith("V/v xem xét, quyết định đề nghị điều chỉnh số 1 và 2 đề nghị khác: ")
    sent = "Sở Công Thương kính trình Văn phòng Ủy ban nhân dân tỉnh đề nghị điều chỉnh số 1"
    assert re.search(f"{sent}{BY} và 2 đề nghị khác nêu dưới đây. Kính đề nghị", office.text)
    assert f"Nội dung đề nghị số 1: {post.asked(requests[0])}." in office.text
    plain, warned = (post.impact(request) for request in requests[1:])
    first, second = office.text.split("Thư này còn về:\n")[1].splitlines()[:2]
    assert re.match(f"- Đề nghị điều chỉnh số 2{BY}: ", first)
    assert first.endswith(f": {post.asked(requests[1])}. Báo cáo tác động: mã {plain['hash'][:12]}")
    assert re.match(f"- Đề nghị điều chỉnh số 3{BY}: ", second)
    warning = warned["warnings"][0]["words"]["vi"]
    assert second.endswith(f": {post.asked(requests[2])}. Lưu ý: {warning}. Báo cáo tác động: mã {warned['hash'][:12]}")
    assert "và 2 đề nghị khác" not in letters["so-ldtbxh"].text
    post.world.act(requests, "approve", PPC, decision="Quyết định số 15/QĐ-UBND", dated=post.world.now.date())
    decided = post.letters()
    desk, land = decided["so-cong-thuong"], decided["so-tnmt"]
    assert desk.subject.startswith("Chấp thuận đề nghị điều chỉnh số 1 và 2 đề nghị khác: ")
    assert f" (chấp thuận): {post.asked(requests[2])}\n" in desk.text
    assert "nêu dưới đây, theo Quyết định số 15/QĐ-UBND ngày 01/11/2026." in desk.text
    assert "Lĩnh vực 4, công tác quản lý đất đai, môi trường: Quý cơ quan chủ trì, gửi báo cáo trước" in land.text


def test_a_moved_term_is_told_to_each_in_its_role(post: Post) -> None:
    request = post.ask(LABOUR, LATER)
    letters = post.approve(request)
    assert set(letters) == {"so-ldtbxh", "so-ngoai-vu", "cong-an-tinh", "so-cong-thuong"}
    for letter in letters.values():
        assert letter.subject.startswith("Chấp thuận đề nghị điều chỉnh số 1: Công tác quản lý lao động")
        assert f"{DECISION}." in letter.text
        assert f"Nội dung được chấp thuận: {post.asked(request)}." in letter.text
        assert "Căn cứ: Văn bản số 15/QĐ-UBND ngày 01/11/2026" in letter.text
        assert "lưu ý" not in letter.text
    lead, coordinator, desk = (letters[name] for name in ("so-ldtbxh", "so-ngoai-vu", "so-cong-thuong"))
    assert f"UBND tỉnh đã chấp thuận đề nghị điều chỉnh số 1 của Quý cơ quan, {DECISION}." in lead.text
    assert (
        f"Cụ thể đối với Quý cơ quan:\n- {AREA}: Quý cơ quan chủ trì, gửi báo cáo trước khi hết thứ Sáu 25/12/2026\n"
        in lead.text
    )
    assert (
        f"- {AREA} ({LEAD} chủ trì): Quý cơ quan phối hợp; cơ quan chủ trì gửi báo cáo trước khi hết thứ Sáu 25/12/2026"
        in coordinator.text
    )
    assert "Yêu cầu Quý cơ quan thực hiện theo nội dung đã điều chỉnh." in lead.text
    assert "Yêu cầu Quý cơ quan theo dõi, đôn đốc theo nội dung đã điều chỉnh." in desk.text
    assert "Cụ thể đối với" not in desk.text


def test_an_approval_in_part_names_the_parts_and_says_that_the_rest_is_refused(post: Post) -> None:
    request = post.ask(LABOUR, LATER, GIVEN)
    letter = post.approve(request, parts=(1,))["so-ldtbxh"]
    assert letter.subject.startswith("Chấp thuận một phần đề nghị điều chỉnh số 1: ")
    assert "UBND tỉnh đã chấp thuận một phần đề nghị điều chỉnh số 1 của Quý cơ quan" in letter.text
    assert f"Nội dung được chấp thuận: {post.asked(request)}." in letter.text
    assert "Các nội dung khác của đề nghị không được chấp thuận." in letter.text
    assert post.asked(request, 2) not in letter.text


def test_a_new_lead_learns_what_it_owes_and_the_former_one_that_it_is_free(post: Post) -> None:
    letters = post.approve(post.ask(LABOUR, GIVEN))
    new, former, coordinator = letters["so-khdt"].text, letters["so-ldtbxh"].text, letters["so-ngoai-vu"].text
    assert "Quý cơ quan chủ trì, gửi báo cáo trước khi hết thứ Hai 14/12/2026\n" in new
    assert "Yêu cầu Quý cơ quan thực hiện" in new
    assert f"- {AREA} (Sở Kế hoạch và Đầu tư chủ trì): Quý cơ quan " in former
    assert "quá trình trước đó vẫn được lưu trong hồ sơ\n" in former
    assert "gửi báo cáo trước" not in former
    assert "Yêu cầu" not in former
    assert f"- {AREA} (Sở Kế hoạch và Đầu tư chủ trì): Quý cơ quan phối hợp; cơ quan chủ trì gửi" in coordinator


def test_a_coordinator_that_takes_the_lead_and_a_lead_that_coordinates(post: Post) -> None:
    swap = ({**GIVEN, "to": "so-ngoai-vu"}, {"change_coordinators": "lao-dong", "of": ROUND, "to": ["so-ldtbxh"]})
    letters = post.approve(post.ask(LABOUR, *swap))
    assert f"- {AREA}: từ nay Quý cơ quan chủ trì, gửi báo cáo trước khi" in letters["so-ngoai-vu"].text
    assert "(Sở Ngoại vụ chủ trì): Quý cơ quan thôi chủ trì, từ nay phối hợp; cơ quan" in letters["so-ldtbxh"].text
    assert re.search("Quý cơ quan (không còn chủ trì hoặc|thôi) phối hợp; quá trình", letters["cong-an-tinh"].text)


def test_an_added_area_and_one_that_is_ended(post: Post) -> None:
    added = {
        "add_area": "vat-lieu",
        "of": ROUND,
        "title": {"vi": "Công tác vật liệu xây dựng", "en": "Building materials"},
        "lead": "so-khdt",
        "with": ["so-tnmt"],
        "confidential": True,
    }
    letters = post.approve(post.ask(CONSOLIDATOR, added, {"end_area": "lao-dong", "of": ROUND}))
    lead, coordinator = letters["so-khdt"].text, letters["so-tnmt"].text
    assert "Quý cơ quan chủ trì, gửi trước khi hết thứ Hai 14/12/2026" in lead
    assert "Lĩnh vực 7 theo chế độ bảo mật: trên hệ thống chỉ ghi số, ngày" in lead
    assert "Quý cơ quan phối hợp; cơ quan chủ trì gửi trước khi hết thứ Hai 14/12/2026" in coordinator
    assert "bảo mật" not in coordinator
    over = letters["so-ldtbxh"].text
    assert f"- {AREA}: đã kết thúc; Quý cơ quan không còn phải gửi báo cáo\n" in over
    assert "Yêu cầu" not in over
    assert "Quý cơ quan không còn phải phối hợp" in letters["so-ngoai-vu"].text
    desk = letters["so-cong-thuong"].text
    assert "đề nghị điều chỉnh số 1 của Quý cơ quan" in desk
    assert "Yêu cầu Quý cơ quan theo dõi, đôn đốc" in desk


def test_a_round_that_ends_on_a_sunday_is_told_with_the_working_day_before(post: Post) -> None:
    later = {"move_deadline": "consolidation_due", "of": ROUND, "to": "2026-12-27"}
    letters = post.approve(post.ask(LABOUR, later))
    assert (
        "- Kỳ báo cáo năm 2026: Quý cơ quan trình UBND tỉnh báo cáo tổng hợp trước khi hết Chủ nhật 27/12/2026 "
        "(nên trình trước khi hết thứ Sáu 25/12/2026)" in letters["so-cong-thuong"].text
    )
    assert "- Kỳ báo cáo năm 2026: cơ quan đầu mối trình UBND tỉnh báo cáo" in letters["vp-ubnd-tinh"].text


def test_a_new_unit_of_the_roster_is_asked_for_its_report(post: Post) -> None:
    letter = post.approve(post.ask(CONSOLIDATOR, {"add_unit": "so-khdt"}))["so-khdt"]
    assert (
        "- Báo cáo năm 2026 về kết quả thực hiện kế hoạch: Quý cơ quan gửi báo cáo trước khi hết thứ Hai 14/12/2026"
        in letter.text
    )


def test_a_term_that_has_passed_is_not_said_to_be_kept(post: Post) -> None:
    post.world.live("2026-12-15 08:00")
    post.letters()
    given = post.approve(post.ask(LABOUR, GIVEN))
    assert "Quý cơ quan chủ trì; báo cáo chưa gửi, quá hạn từ 00:00 thứ Ba 15/12/2026\n" in given["so-khdt"].text
    request = post.ask(LABOUR, {**SOON, "to": "2026-12-25"})
    post.world.act(request, "take_up", CONSOLIDATOR)
    post.world.act(request, "forward", CONSOLIDATOR, opinion="Nhất trí.")
    post.read = len(post.world.messages())
    post.world.act(request, "approve", PPC, decision="16/QĐ-UBND")
    letter = post.letters()["so-khdt"].text
    assert "Quý cơ quan chủ trì, gửi báo cáo trước khi hết thứ Sáu 25/12/2026\n" in letter
    assert not re.search("đúng hạn|xoá|xóa|bỏ việc chậm", letter)


def test_a_refusal_gives_the_reason_and_leaves_everything_as_it_is(post: Post) -> None:
    request = post.ask(LABOUR, LATER)
    post.forward(request)
    post.letters()
    post.world.act(request, "reject", PPC, decision="Công văn số 6/UBND", reason="Chưa cần thiết.")
    letter = post.letters()["so-ldtbxh"]
    assert letter.subject.startswith("Không chấp thuận đề nghị điều chỉnh số 1: ")
    assert (
        "UBND tỉnh không chấp thuận đề nghị điều chỉnh số 1 của Quý cơ quan, theo Công văn số 6/UBND:\n\n“Chưa cần"
        in letter.text
    )
    assert "Kế hoạch và các hồ sơ giữ nguyên." in letter.text


def test_the_committee_asks_again(post: Post) -> None:
    request = post.ask(LABOUR, LATER)
    post.forward(request)
    post.letters()
    post.world.act(request, "ask_again", PPC, reason="Nêu rõ tác động.")
    letter = post.letters()["so-ldtbxh"]
    assert letter.text.startswith("Đề nghị điều chỉnh số 1: thẩm tra lại\n")
    assert "Ủy ban nhân dân tỉnh yêu cầu thẩm tra lại đề nghị điều chỉnh số 1 của Quý cơ quan, trước" in letter.text


def test_an_amended_case_is_told_by_itself_where_the_workflow_tells_nobody_of_the_approval(tmp_path: Path) -> None:
    told = "approved:  [requester, consolidator, affected]"
    shipped = edited(tmp_path / "definitions", {"adjustment-request": [(told, "approved:  [requester, consolidator]")]})
    world = build(f"sqlite:///{tmp_path / 'world.sqlite3'}", tmp_path / "data", shipped=shipped)
    post = Post(world, len(world.messages()))
    request = post.ask(
        LABOUR, LATER, GIVEN, {"change_raw": "report_due", "of": f"{ROUND}/an-ninh", "to": "theo kế hoạch"}
    )
    letters = post.approve(request)
    lead, police = letters["so-khdt"], letters["cong-an-tinh"]
    assert lead.template == "amended"
    assert lead.subject.startswith(
        "V/v điều chỉnh việc báo cáo năm 2026, lĩnh vực 5 (trước khi hết thứ Sáu 25/12/2026) - "
    )
    assert lead.text.startswith("Đã điều chỉnh: gửi trước khi hết thứ Sáu 25/12/2026\n")
    sentence = "Ủy ban nhân dân tỉnh thông báo: lĩnh vực 5, công tác quản lý lao động người nước ngoài được điều chỉnh"
    assert f"{sentence} {DECISION}." in lead.text
    assert f"Nội dung điều chỉnh:\n- {post.asked(request)};\n- {post.asked(request, 2)}.\n" in lead.text
    assert "Quý cơ quan chủ trì, gửi báo cáo trước khi hết thứ Sáu 25/12/2026.\n" in lead.text
    assert "Quý cơ quan nhận thư vì là cơ quan chủ trì lĩnh vực 5." in lead.text
    assert "Nội dung điều chỉnh: " + post.asked(request, 3) in police.text
    assert f"Thư này còn về:\n- {AREA} (Sở Kế hoạch và Đầu tư chủ trì): Quý cơ quan phối hợp" in police.text
    assert letters["so-ldtbxh"].template == "adjustment-request.entered"


def test_those_who_weigh_a_request_read_why_it_is_asked_for(post: Post) -> None:
    facts = Facts(change=(LATER,), change_reasons=("Chờ số liệu quý IV.",), text="Kính đề nghị xem xét.")
    request = post.world.service.request(Asking("bauxite-alumina", LABOUR, facts, submit=True))["id"]
    said = "Lý do đề nghị: “Kính đề nghị xem xét.”; “Chờ số liệu quý IV.”"
    assert said in post.letters()["so-cong-thuong"].text
    post.world.act(request, "take_up", CONSOLIDATOR)
    post.letters()
    post.world.act(request, "forward", CONSOLIDATOR, opinion="Đồng ý.")
    assert said in post.letters()["vp-ubnd-tinh"].text


# What the letters are made from


def told(**amended: Any) -> Callable[[str, str], dict[str, Any]]:
    """The view of an amended case: `told(former=…)(recipient, as)`."""
    case = area(lead=agency("so-khdt"), coordinators=[agency("so-ngoai-vu")])
    found = item(case, "assigned", "amended", kind="amended", by="ubnd-tinh", **amended)
    return lambda who, role: view(message(who, role, "ubnd-tinh", found))["item"]


def test_what_the_recipient_was_follows_from_who_left_or_is_said() -> None:
    none_left, left = told(), told(former=[agency("so-ldtbxh"), agency("so-khdt")])
    assert none_left("so-khdt", "lead")["was"] == "lead"
    assert left("so-khdt", "lead+former")["was"] == "coordinator"
    assert left("so-ldtbxh", "former")["role"] == "former"
    assert left("so-ldtbxh", "former")["was"] is None
    assert told(former=[agency("so-ldtbxh")])("so-khdt", "lead")["was"] is None
    said = told(former=[agency("so-ldtbxh")], before={"lead": [agency("so-ldtbxh")], "coordinator": []})
    assert said("so-ldtbxh", "former")["was"] == "lead"
    assert said("so-khdt", "lead")["was"] == "none"


def test_an_item_always_has_what_an_adjustment_brings() -> None:
    for sample in samples():
        for found in view(sample.facts)["items"]:
            assert all(isinstance(words, str) for words in [*found["changes"], *found["warnings"]])
            assert isinstance(found["partly"], bool)
            assert isinstance(found["former"], list)
            assert found["impact"] is None or len(found["impact"]) == 64
    plain = view(message("so-ldtbxh", "lead", "ubnd-tinh", item(area(), "assigned", "opened")))["item"]
    assert (plain["changes"], plain["warnings"], plain["former"], plain["impact"], plain["void"], plain["was"]) == (
        *([], [], [], None, None, None),
    )


def test_a_case_that_a_decision_ended_is_told_from_its_waived_term() -> None:
    ended = told(deadlines=(deadline("report_due", "so-khdt", status="waived"),))
    assert ended("so-khdt", "lead")["case"]["ended"] is True
    assert told(deadlines=(deadline("report_due", "so-khdt"),))("so-khdt", "lead")["case"]["ended"] is False


def test_the_documents_list_what_an_item_has() -> None:
    text = (ROOT / "docs" / "definitions.md").read_text("utf-8")
    table = text.split("| Of an `item` | |")[1].split("\n\n")[0]
    listed = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert listed == set(view(samples()[0].facts)["item"])
