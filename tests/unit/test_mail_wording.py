"""What the letters say: state, date, name, and the tone that rank asks for."""

import re
from datetime import date
from pathlib import Path

import pytest

from notifications.render import Rendered, render
from notifications.sample_set import samples
from notifications.samples import Sample, area, deadline, item, message
from notifications.templates import TemplateSet
from notifications.tone import tone_between
from notifications.view import cycle_words

SHIPPED = {p.name.removesuffix(".j2"): (1, p.read_text("utf-8")) for p in Path("definitions/mail").glob("*.j2")}
TEMPLATES = TemplateSet(SHIPPED)
LEAD = "Sở Lao động - Thương binh và Xã hội"


def letter(name: str) -> Rendered:
    sample = next(s for s in samples() if s.name == name)
    return render(TEMPLATES, sample.facts, sample.template, public_url="https://dondoc.example")


def headline(name: str) -> str:
    return letter(name).text.partition("\n")[0]


@pytest.mark.parametrize(
    ("name", "line", "subject", "sentence"),
    [
        (
            "opened lead",
            "Đã giao: gửi trước khi hết thứ Hai 14/12/2026",
            "V/v báo cáo kết quả",
            "về công tác quản lý lao động người nước ngoài (lĩnh vực 5), do Quý cơ quan chủ trì, trước khi hết",
        ),
        ("opened coordinator", "Đã giao: gửi", "V/v phối hợp báo cáo", f"phối hợp với cơ quan chủ trì, {LEAD},"),
        (
            "opened ad hoc",
            "Đã giao",
            "V/v báo cáo đột xuất đợt 1 năm 2026",
            "Ủy ban nhân dân tỉnh yêu cầu Quý cơ quan gửi báo cáo đột xuất đợt 1 năm 2026",
        ),
        (
            "start consolidator",
            "Đang thực hiện",
            "Đang thực hiện báo cáo năm 2026",
            f"{LEAD} thông báo đã bắt đầu thực hiện",
        ),
        (
            "return lead",
            "Báo cáo được trả lại: gửi trước",
            "Đề nghị bổ sung, chỉnh sửa báo cáo năm 2026",
            "“Số liệu mới đến 31/10.”",
        ),
        (
            "direct lead",
            "UBND tỉnh đã chỉ đạo: gửi trước",
            "Ý kiến chỉ đạo về báo cáo",
            "Ủy ban nhân dân tỉnh yêu cầu Quý cơ quan thực hiện ý kiến chỉ đạo",
        ),
        (
            "report consolidator",
            "Đã báo cáo, đúng hạn",
            "Đã nhận báo cáo số 152/BC-SLĐTBXH ngày 11/12/2026",
            f"{LEAD} gửi Quý cơ quan báo cáo năm 2026",
        ),
        ("report late consolidator", "Đã báo cáo, quá hạn 2 ngày 2 giờ", "Đã nhận báo cáo", "quá hạn 2 ngày 2 giờ."),
        (
            "report nil consolidator",
            "Đã báo cáo, đúng hạn: không phát sinh",
            "Đã nhận báo cáo không phát sinh",
            "Lý do không phát sinh: “Chưa có dự án trên địa bàn.”",
        ),
        ("correct consolidator", "Đã báo cáo", "Đã nhận bản chỉnh sửa", "bản chỉnh sửa của báo cáo"),
        ("report on behalf lead", "Đã báo cáo", "Đã nhận báo cáo", "Sở Công Thương đã vào sổ thay Quý cơ quan"),
        ("reopen lead", "Đã báo cáo: đưa ra khỏi bản tổng hợp", "Đưa ra khỏi bản tổng hợp", "“Thiếu phụ lục.”"),
        (
            "consolidate lead",
            "Đã tổng hợp",
            "Đã tiếp nhận báo cáo năm 2026",
            "đưa vào báo cáo tổng hợp trình UBND tỉnh.",
        ),
        (
            "missed report lead",
            "Quá hạn từ 00:00 thứ Ba 15/12/2026; đã báo cáo UBND tỉnh",
            f"[Quá hạn] {LEAD}: chưa báo cáo năm 2026",
            "Đến hết thứ Hai 14/12/2026, hệ thống chưa nhận được",
        ),
        (
            "missed report office",
            "Đã báo cáo UBND tỉnh, do quá hạn gửi báo cáo",
            f"[Báo cáo lãnh đạo] {LEAD}: chưa báo cáo",
            f"Sở Công Thương trân trọng báo cáo: đến hết thứ Hai 14/12/2026, {LEAD} chưa gửi",
        ),
        (
            "missed consolidation lead",
            "Đã báo cáo UBND tỉnh, do quá hạn tổng hợp",
            "[Quá hạn] Chưa có báo cáo tổng hợp",
            "không phải là nhận xét về báo cáo của Quý cơ quan",
        ),
        (
            "missed consolidation office",
            "Đã báo cáo UBND tỉnh, do quá hạn tổng hợp",
            "[Báo cáo lãnh đạo] Chưa có báo cáo tổng hợp",
            "Hệ thống trân trọng báo cáo: đến hết thứ Bảy 19/12/2026",
        ),
        (
            "escalate lead",
            "Đã trình UBND tỉnh, cùng báo cáo tổng hợp",
            "Đã trình UBND tỉnh",
            "đã trình UBND tỉnh báo cáo năm 2026",
        ),
        ("finish lead", "Hoàn thành kỳ báo cáo", "Hoàn thành kỳ báo cáo", "không phải làm gì thêm"),
        ("close lead", "Hoàn thành kỳ báo cáo, theo ý kiến của UBND tỉnh", "Hoàn thành kỳ báo cáo", "“Đã rõ.”"),
        (
            "reminder lead",
            "Còn 10 ngày làm việc: gửi trước khi hết thứ Hai 14/12/2026",
            "[Nhắc việc] Báo cáo năm 2026, lĩnh vực 5 - hạn hết thứ Hai 14/12/2026",
            "Trường hợp không phát sinh nội dung",
        ),
        ("reminder today", "Đến hạn hôm nay: trước khi hết thứ Hai 14/12/2026", "[Nhắc việc]", "chế độ bảo mật"),
        (
            "reminder coordinator",
            "Còn 10 ngày làm việc",
            "[Nhắc việc] Phối hợp báo cáo",
            "phối hợp với cơ quan chủ trì",
        ),
        (
            "reminder waiting",
            "Đã báo cáo: chờ tiếp nhận",
            "[Nhắc việc] Báo cáo chờ tiếp nhận",
            "tiếp nhận, tổng hợp, hoặc trả lại",
        ),
        (
            "round reminder",
            "Còn 2 ngày làm việc: trình trước khi hết thứ Sáu 18/12/2026",
            "[Nhắc việc] Trình báo cáo tổng hợp năm 2026",
            "tổng hợp, trình UBND tỉnh báo cáo tổng hợp năm 2026",
        ),
        (
            "urging lead",
            "Quá hạn từ 00:00 thứ Ba 15/12/2026; đôn đốc lần 2",
            "V/v đôn đốc báo cáo năm 2026, lĩnh vực 5 (lần 2)",
            "khẩn trương",
        ),
        (
            "urging consolidator",
            "Quá hạn",
            f"V/v đôn đốc báo cáo năm 2026, lĩnh vực 5 (lần 2): {LEAD}",
            "đã đôn đốc lần 2",
        ),
        (
            "urging consolidation office",
            "Quá hạn từ 00:00 Chủ nhật 20/12/2026; báo cáo lần 1",
            "[Báo cáo lãnh đạo] Sở Công Thương: chưa trình báo cáo tổng hợp",
            "Hệ thống trân trọng báo cáo",
        ),
        (
            "urging opinion office",
            "Quá hạn",
            "[Báo cáo lãnh đạo] Việc chờ UBND tỉnh",
            "tham mưu, trình UBND tỉnh xem xét",
        ),
        (
            "passed consolidation consolidator",
            "Quá hạn từ 00:00 Chủ nhật 20/12/2026",
            "[Quá hạn] Sở Công Thương: chưa trình",
            "Đến hết thứ Bảy 19/12/2026, hệ thống chưa ghi nhận việc tổng hợp, trình",
        ),
        (
            "round opened",
            "Kỳ báo cáo năm 2026 đã mở: trình trước khi hết thứ Bảy 19/12/2026",
            "V/v tổng hợp báo cáo năm 2026",
            "theo dõi, đôn đốc các cơ quan",
        ),
        (
            "submit authority",
            "Đã trình UBND tỉnh: báo cáo tổng hợp năm 2026",
            "Báo cáo tổng hợp năm 2026 số 88/BC-SCT",
            "Sở Công Thương kính trình Ủy ban nhân dân tỉnh",
        ),
        (
            "supplement authority",
            "Đã trình UBND tỉnh: báo cáo tổng hợp bổ sung",
            "Báo cáo tổng hợp bổ sung năm 2026",
            "báo cáo tổng hợp bổ sung",
        ),
        ("acknowledge", "UBND tỉnh đã cho ý kiến", "UBND tỉnh đã cho ý kiến", "“Đồng ý.”"),
        (
            "submit copy report",
            "Báo cáo tổng hợp năm 2026 số 88/BC-SCT",
            "Báo cáo tổng hợp năm 2026",
            "Sở Công Thương trân trọng báo cáo: đã trình UBND tỉnh",
        ),
        ("submit consolidator", "Đã trình UBND tỉnh", "Báo cáo tổng hợp", "Hệ thống ghi nhận Quý cơ quan đã trình"),
        (
            "request submit consolidator",
            "Đề nghị điều chỉnh số 1: đã gửi; thẩm tra trước khi hết thứ Tư 08/07/2026",
            "V/v thẩm tra đề nghị điều chỉnh số 1: Công tác quản lý lao động người nước ngoài",
            f"{LEAD} gửi Quý cơ quan đề nghị điều chỉnh số 1. Đề nghị Quý cơ quan thẩm tra, trình UBND tỉnh",
        ),
        (
            "request send_back requester",
            "Đề nghị điều chỉnh số 1: được trả lại để bổ sung",
            "V/v đề nghị điều chỉnh số 1 (được trả lại để bổ sung)",
            "đã trả lại đề nghị điều chỉnh số 1 của Quý cơ quan để bổ sung:",
        ),
        (
            "approve moved term",
            "Chấp thuận một phần đề nghị điều chỉnh số 1",
            "Chấp thuận một phần đề nghị điều chỉnh số 1: Công tác quản lý lao động người nước ngoài",
            "UBND tỉnh đã chấp thuận một phần đề nghị điều chỉnh số 1 của Quý cơ quan, theo văn bản số 15/QĐ-UBND ngày",
        ),
        (
            "approve new lead",
            "Chấp thuận đề nghị điều chỉnh số 1",
            "Chấp thuận đề nghị điều chỉnh số 1",
            "từ nay Quý cơ quan chủ trì, gửi báo cáo trước khi hết Chủ nhật 27/12/2026 (nên gửi trước khi hết thứ Sáu",
        ),
        (
            "approve former lead",
            "Chấp thuận đề nghị điều chỉnh số 1",
            "Chấp thuận đề nghị điều chỉnh số 1",
            "(Sở Kế hoạch và Đầu tư chủ trì): Quý cơ quan thôi chủ trì; quá trình trước đó vẫn được lưu trong hồ sơ",
        ),
        (
            "approve added lead",
            "Chấp thuận đề nghị điều chỉnh số 1",
            "Chấp thuận đề nghị điều chỉnh số 1",
            "Lĩnh vực 7 theo chế độ bảo mật",
        ),
        (
            "request reject requester",
            "Không chấp thuận đề nghị điều chỉnh số 1",
            "Không chấp thuận đề nghị điều chỉnh số 1: ",
            "UBND tỉnh không chấp thuận đề nghị điều chỉnh số 1 của Quý cơ quan, theo Công văn số 6/UBND:",
        ),
        (
            "request withdraw consolidator",
            "Đề nghị điều chỉnh số 1: đã rút",
            "V/v đề nghị điều chỉnh số 1 (đã rút)",
            f"{LEAD} đã rút đề nghị điều chỉnh số 1; không phải xem xét tiếp.",
        ),
        (
            "request review_late office",
            "Đề nghị điều chỉnh số 1: đã trình UBND tỉnh, do hết hạn thẩm tra; quyết định trước khi hết",
            "V/v xem xét, quyết định đề nghị điều chỉnh số 1: ",
            "Hệ thống trân trọng báo cáo: đề nghị điều chỉnh số 1 được chuyển trình UBND tỉnh khi hết hạn thẩm tra",
        ),
        (
            "request review_late void office",
            "Đề nghị điều chỉnh số 1: đã trình UBND tỉnh, do hết hạn thẩm tra",
            "V/v xem xét, quyết định đề nghị điều chỉnh số 1: ",
            "cho thấy đề nghị không còn áp dụng được: Kỳ báo cáo năm 2026 đã được trình, không thêm được.",
        ),
        (
            "urging decision_due",
            "Quá hạn từ 00:00 thứ Năm 23/07/2026; báo cáo lần 1",
            "[Báo cáo lãnh đạo] Việc chờ UBND tỉnh: quyết định đề nghị điều chỉnh số 1 (lần 1)",
            "việc xem xét, quyết định đề nghị điều chỉnh số 1 đã qua thời hạn.",
        ),
        (
            "amended lead",
            "Đã điều chỉnh: gửi trước khi hết Chủ nhật 27/12/2026",
            "V/v điều chỉnh việc báo cáo năm 2026, lĩnh vực 5 (trước khi hết Chủ nhật 27/12/2026)",
            "được điều chỉnh theo văn bản số 15/QĐ-UBND ngày 20/07/2026.",
        ),
        (
            "amended former",
            "Đã điều chỉnh: Quý cơ quan thôi chủ trì",
            "V/v điều chỉnh việc báo cáo năm 2026, lĩnh vực 5 - ",
            "Sau điều chỉnh: Quý cơ quan thôi chủ trì; quá trình trước đó vẫn được lưu trong hồ sơ.",
        ),
        (
            "amended overdue",
            "Đã điều chỉnh",
            "V/v điều chỉnh việc báo cáo năm 2026, lĩnh vực 5 - ",
            "Quý cơ quan chủ trì; báo cáo chưa gửi, quá hạn từ 00:00 thứ Ba 15/12/2026.",
        ),
        (
            "amended ended",
            "Đã kết thúc",
            "V/v điều chỉnh việc báo cáo năm 2026, lĩnh vực 5 - ",
            "Sau điều chỉnh: đã kết thúc; Quý cơ quan không còn phải gửi báo cáo.",
        ),
        (
            "amended round",
            "Đã điều chỉnh: trình trước khi hết thứ Bảy 19/12/2026",
            "V/v điều chỉnh kỳ báo cáo năm 2026",
            "Sau điều chỉnh: Quý cơ quan trình UBND tỉnh báo cáo tổng hợp trước khi hết thứ Bảy 19/12/2026",
        ),
    ],
)
def test_each_change_of_state_says_what_is_so_and_what_is_asked(
    name: str, line: str, subject: str, sentence: str
) -> None:
    found = letter(name)
    assert headline(name).startswith(line)
    assert found.subject.startswith(subject)
    assert sentence in found.text.replace("\n", " ")
    assert sentence in re.sub(r"</?b>", "", found.html)


@pytest.mark.parametrize(
    ("sender", "recipient", "ask", "closing"),
    [
        ("ppc", "department", "yêu cầu", "Trân trọng./."),
        ("ppc", "ppc_office", "yêu cầu", "Trân trọng./."),
        ("ppc", "superior", "kính đề nghị", "Trân trọng báo cáo./."),
        ("department", "department", "đề nghị", "Trân trọng./."),
        ("department", "vertical", "đề nghị", "Trân trọng./."),
        ("department", "unit", "đề nghị", "Trân trọng./."),
        ("ppc_office", "department", "đề nghị", "Trân trọng./."),
        ("department", "ppc_office", "kính đề nghị", "Trân trọng báo cáo./."),
        ("department", "ppc", "kính đề nghị", "Trân trọng báo cáo./."),
        ("ppc_office", "ppc", "kính đề nghị", "Trân trọng báo cáo./."),
        ("department", "superior", "kính đề nghị", "Trân trọng báo cáo./."),
    ],
)
def test_the_tone_follows_the_ranks_of_sender_and_recipient(
    sender: str, recipient: str, ask: str, closing: str
) -> None:
    tone = tone_between({"rank": sender}, {"rank": recipient, "name": "X"})
    assert (tone["ask"], tone["closing"]) == (ask, closing)


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s.name)
def test_only_the_committee_requires_and_nobody_is_criticised(sample: Sample) -> None:
    found = render(TEMPLATES, sample.facts, sample.template)
    assert "phê bình" not in found.text.lower()
    if sample.facts["sender"]["rank"] != "ppc":
        assert "yêu cầu" not in found.text.split("----------")[0]
    if sample.facts["recipient"]["rank"] in ("ppc", "superior") and sample.facts["sender"]["rank"] != "ppc":
        assert "Trân trọng báo cáo./." in found.text
        assert "khẩn trương" not in found.text


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s.name)
def test_no_english_leaks_and_every_letter_says_what_it_is(sample: Sample) -> None:
    found = render(TEMPLATES, sample.facts, sample.template)
    words = set(re.findall(r"[A-Za-z]{3,}", found.subject + found.text.split("Hồ sơ:")[0]))
    assert not words & {"the", "due", "report", "area", "round", "late", "opened", "lead", "Foreign", "None", "submit"}
    end = found.text.split("----------\n")[1]
    assert end.startswith("Thư này được gửi tự động từ hệ thống đôn đốc; không thay thế văn bản hành chính. ")
    assert "nhận thư vì là " in end


def test_parts_stand_in_the_order_of_the_pages() -> None:
    text = letter("reminder lead").text
    places = [
        text.index(words)
        for words in (
            *(
                "Còn 10 ngày",
                "Kính gửi:",
                "đề nghị Quý cơ quan gửi",
                "Mở hồ sơ để báo cáo:",
                "Kế hoạch: ",
                "Kế hoạch ghi: ",
            ),
            *(
                "Kỳ báo cáo: ",
                "Tình trạng: ",
                "Hạn gửi báo cáo: ",
                "Trân trọng./.\nSở Công Thương",
                "Thư này được gửi tự động",
            ),
        )
    ]
    assert places == sorted(places)
    assert "Kế hoạch ghi: “trước ngày 15 tháng 12 hàng năm”" in text
    assert "Kỳ báo cáo: 15/12/2025 đến 14/12/2026" in text


def test_a_rehearsal_says_so_in_subject_and_letter() -> None:
    found = letter("opened digest")
    assert found.subject.startswith("[Diễn tập] V/v")
    assert found.text.startswith("THƯ DIỄN TẬP: ngày giờ theo đồng hồ diễn tập")
    assert "THƯ DIỄN TẬP" in found.html
    assert "diễn tập" not in letter("opened lead").text.lower()


def test_a_digest_names_everything_it_is_about() -> None:
    found = letter("opened digest")
    assert "và 1 việc khác" in found.subject
    assert "Thư này còn về:\n- Lĩnh vực 4, công tác quản lý lao động người nước ngoài" in found.text
    assert "<li>Lĩnh vực 4" in found.html


def test_the_consolidated_report_names_who_was_on_time_late_and_missing() -> None:
    for name in ("submit authority", "submit copy report"):
        text = letter(name).text
        assert "Báo cáo đúng hạn: 1: Sở Thông tin và Truyền thông" in text
        assert f"Báo cáo quá hạn: 1: {LEAD}" in text
        assert "Chưa báo cáo: 1: Công an tỉnh" in text


def test_a_target_before_the_last_day_is_shown_beside_it() -> None:
    found = letter("round reminder").text
    assert "Hạn tổng hợp: Trước khi hết thứ Bảy 19/12/2026" in found
    assert "Nên gửi: Trước khi hết thứ Sáu 18/12/2026" in found


def test_an_agency_that_leads_one_area_and_coordinates_another_reads_each_in_its_role() -> None:
    own = item(area(), "assigned", "opened", deadlines=(deadline("report_due", "so-ldtbxh"),))
    other = item(
        area(
            id="p/2026/x",
            number=2,
            lead={"agency": "cong-an-tinh", "name": "Công an tỉnh"},
            coordinators=[{"agency": "so-ldtbxh", "name": LEAD}],
        ),
        "assigned",
        "opened",
    )
    text = render(TEMPLATES, message("so-ldtbxh", "lead+coordinator", "so-cong-thuong", own, other), "opened").text
    assert "do Quý cơ quan chủ trì" in text
    assert "(Công an tỉnh): Quý cơ quan phối hợp" in text


@pytest.mark.parametrize(
    ("cycle", "adhoc", "words"),
    [
        ("2026", False, "năm 2026"),
        ("2026-07", False, "tháng 7 năm 2026"),
        ("2026-Q3", False, "quý 3 năm 2026"),
        ("2026-H1", False, "6 tháng đầu năm 2026"),
        ("2026-H2", False, "6 tháng cuối năm 2026"),
        ("2026-a1", True, "đột xuất đợt 1 năm 2026"),
        ("2026-Q2-a2", True, "đột xuất đợt 2 quý 2 năm 2026"),
        ("2026", True, "đột xuất năm 2026"),
    ],
)
def test_a_cycle_is_named_in_words(cycle: str, adhoc: bool, words: str) -> None:
    assert cycle_words(cycle, adhoc=adhoc) == words


def test_the_samples_carry_dates_that_exist() -> None:
    for sample in samples():
        for found in sample.facts["items"]:
            for known in found["deadlines"]:
                date.fromisoformat(known["last_day"])
