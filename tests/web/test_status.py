"""The status page and the health document: over the real service on both databases, and over hand-made pictures."""

import re
import secrets
import string
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from web.app import create_app
from web.status import health_of, page
from web.words import WORDS, word
from workflow.model import Actor, Command, Facts
from workflow.service import Asking, RehearsalClock, Service, Site
from workflow.store import incidents
from workflow.store.database import Database

START = "2026-12-07T09:00:00+07:00"
ROUND = "bauxite-alumina/2026"
SEND = "Gửi trước khi hết thứ Hai 21/12/2026. Nên xong trước khi hết thứ Sáu 18/12/2026."
SHIPPED = Path(__file__).parents[2] / "definitions"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database.open(database_url)
    yield found
    found.close()


@pytest.fixture
def service(database: Database, tmp_path: Path) -> Service:
    """The real plan on a rehearsal clock, a week before its reports are due; a daemon has given a sign of life."""
    site = Site(
        database=database,
        wall=lambda: datetime.now(UTC),
        steady=time.monotonic,
        token=lambda: secrets.token_hex(16),
        shipped=SHIPPED,
        data_dir=tmp_path / "data",
        template_faults=lambda *_: [],
        rehearsal=RehearsalClock(datetime.fromisoformat(START)),
    )
    made = Service(site)
    made.init()
    made.attend()
    return made


@pytest.fixture
def client(service: Service) -> TestClient:
    return TestClient(create_app(service))


def report(service: Service, area: str, agency: str, **facts: Any) -> None:
    given = Facts(number="152/BC-X", dated=date(2026, 12, 7), signer="Nguyễn Văn An", **facts)
    service.act([f"{ROUND}/{area}"], Command("report", Actor(agency), given))


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_first_sentence_is_the_answer_and_each_area_has_its_state_agency_and_term(
    service: Service, client: TestClient
) -> None:
    report(service, "tuyen-truyen", "so-tttt", text="Nội dung báo cáo nội bộ")
    answer = client.get("/")
    assert answer.status_code == 200
    said = text_of(answer.text)
    assert "6 lĩnh vực: 1 đã báo cáo, 5 còn trong hạn. Hạn gần nhất: trước khi hết thứ Hai 14/12/2026." in said
    assert "Đồng hồ diễn tập: 07/12/2026 09:0" in said
    assert "Thư không gửi tới địa chỉ thật." in said
    assert "1. Công tác quán triệt, tuyên truyền Sở Thông tin và Truyền thông Đã báo cáo Xong đúng hạn." in said
    assert "Gửi trước khi hết thứ Hai 14/12/2026." in said
    assert "Trình trước khi hết thứ Bảy 19/12/2026. Nên xong trước khi hết thứ Sáu 18/12/2026." in said
    assert "Mở kỳ báo cáo 2027" in said
    assert "Đang chờ gửi" in said


def test_no_mailbox_no_text_of_a_report_and_no_person_is_shown(service: Service, client: TestClient) -> None:
    report(service, "tuyen-truyen", "so-tttt", text="Nội dung báo cáo nội bộ")
    for address in ("/", "/?lang=en", "/healthz"):
        shown = client.get(address).text
        assert "@" not in shown
        assert ".example" not in shown
        assert "Nội dung báo cáo nội bộ" not in shown
        assert "Nguyễn Văn An" not in shown


def test_a_passed_term_is_said_in_words_and_a_late_report_is_told_from_one_in_time(
    service: Service, client: TestClient
) -> None:
    service.step_clock(datetime.fromisoformat("2026-12-16T08:00:00+07:00"))
    report(service, "lao-dong", "so-ldtbxh", nil="Không có lao động mới")
    said = text_of(client.get("/").text)
    assert "12 hồ sơ trong 2 kỳ báo cáo: 1 đã báo cáo quá hạn, 5 quá hạn chưa báo cáo, 6 còn trong hạn." in said
    assert "UBND tỉnh xem xét, quá hạn Quá hạn từ 00:00 thứ Ba 15/12/2026. Báo cáo vẫn được nhận" in said
    assert "Đã báo cáo: không phát sinh (quá hạn) Xong quá hạn." in said
    assert said.index("Kỳ báo cáo năm 2026") < said.index("Kỳ báo cáo năm 2027"), "what presses most comes first"


def test_the_page_speaks_english_when_asked_and_vietnamese_to_whatever_else(
    service: Service, client: TestClient
) -> None:
    english = client.get("/?lang=en").text
    assert '<html lang="en">' in english
    assert "6 areas: 6 still in time." in text_of(english)
    assert "Foreign workers" in english
    assert '<html lang="vi">' in client.get("/?lang=fr").text
    assert '<html lang="vi">' in client.get("/").text
    assert '<html lang="en">' in TestClient(create_app(service, lang="en")).get("/").text


def test_what_it_serves_is_safe_for_a_browser(client: TestClient) -> None:
    for address in ("/", "/healthz", "/not/here", "/static/0000000000000000/dondoc.css"):
        headers = client.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    html = client.get("/").text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", html), "the policy would refuse it"


def test_the_style_sheet_has_its_content_in_its_address(client: TestClient) -> None:
    html = client.get("/").text
    (address,) = re.findall(r'rel="stylesheet" href="([^"]+)"', html)
    style = client.get(address)
    assert style.status_code == 200
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert client.get("/").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", ["/not/here", "/docs", "/redoc", "/openapi.json", "/static/../app.py"])
def test_an_unknown_address_is_told_in_vietnamese_with_a_way_on(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Không thấy trang này" in answer.text
    assert '<a href="/">Về trang tình hình thực hiện</a>' in answer.text


def test_nothing_can_be_written_here(client: TestClient) -> None:
    answer = client.post("/")
    assert answer.status_code == 405
    assert "Trang này chỉ để xem" in answer.text
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("address", ["/", "/healthz", "/not/here"])
def test_head_answers_as_get_without_a_body(client: TestClient, address: str) -> None:
    asked, got = client.head(address), client.get(address)
    assert asked.status_code == got.status_code
    assert asked.headers["content-type"] == got.headers["content-type"]


def test_tables_keep_their_roles_where_the_phone_takes_them_apart(client: TestClient) -> None:
    html = client.get("/").text
    for tag, role in (("table", "table"), ("tr", "row"), ("td", "cell"), ("thead", "rowgroup"), ("tbody", "rowgroup")):
        assert html.count(f"<{tag} ") + html.count(f"<{tag}>") == len(
            re.findall(rf'<{tag} [^>]*role="{role}"', html)
        ), tag
    assert html.count("<td ") == html.count("data-label=")


def test_health_says_ok_held_and_stale(service: Service, client: TestClient) -> None:
    answer = client.get("/healthz")
    found = answer.json()
    assert (answer.status_code, found["status"], found["rehearsal"], found["database"]) == (200, "ok", True, "ok")
    assert found["daemon"]["attended_to"].endswith("+07:00")
    assert found["daemon"]["next_wake"] == "2026-12-11T07:30:00+07:00"
    assert (found["incidents"], found["overdue"]) == (0, 0)
    assert set(found["mail"]) == {"queued"}
    with service.site.database.write() as connection:
        detail = {"overdue": 60, "limit": 50}
        incidents.raise_one(connection, "brake", "catchup", service.now(), detail, holds=True)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"], answer.json()["incidents"]) == (200, "held", 1)
    said = text_of(client.get("/").text)
    assert "Hệ thống đang dừng, chờ một người quyết định." in said
    assert "Phanh an toàn: 60 việc đã quá hạn hơn 24 giờ, quá mức 50." in said
    assert said.index("Phanh an toàn") < said.index("Kế hoạch hành động"), "what needs a person stands on top"


def test_a_silent_daemon_is_seen_by_a_monitor_that_only_reads_the_code(service: Service) -> None:
    found = service.health()
    assert health_of(found) == "ok"
    assert health_of({**found, "daemon": {**found["daemon"], "silent_s": 61}}) == "stale"
    assert health_of({**found, "daemon": {**found["daemon"], "silent_s": None}}) == "stale"


def test_a_database_that_is_not_there_is_down_in_words(tmp_path: Path, service: Service) -> None:
    site = service.site
    empty = Service(
        Site(
            database=Database.open(f"sqlite:///{tmp_path / 'other.db'}"),
            wall=site.wall,
            steady=site.steady,
            token=site.token,
            shipped=site.shipped,
            data_dir=site.data_dir,
            template_faults=site.template_faults,
        )
    )
    client = TestClient(create_app(empty))
    health = client.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (503, "down")
    answer = client.get("/")
    assert answer.status_code == 503
    assert "Hệ thống chưa đọc được dữ liệu" in answer.text


def test_a_defect_of_the_page_is_told_without_its_details(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.app.page", lambda *_: 1 / 0)
    answer = TestClient(create_app(service), raise_server_exceptions=False).get("/")
    assert answer.status_code == 500
    assert "Trang này gặp lỗi" in answer.text
    assert "ZeroDivision" not in answer.text


def test_every_request_to_adjust_has_its_line_where_letters_lead_and_says_who_must_act_by_when(
    service: Service, client: TestClient
) -> None:
    change = {"move_deadline": "report_due", "of": f"{ROUND}/lao-dong", "to": "2026-12-25"}
    asking = Asking("bauxite-alumina", Actor("so-ldtbxh"), Facts(change=(change,)), submit=True)
    first, second = service.request(asking)["id"], service.request(asking)["id"]
    service.act([second], Command("withdraw", Actor("so-ldtbxh")))
    led_to = client.get(f"/ho-so/{first}", follow_redirects=False).headers["location"]
    assert led_to == f"/#{first}"
    html = client.get("/").text
    assert f'id="{first}"' in html
    assert f'id="{second}"' in html
    said = text_of(html)
    assert "hạn gửi báo cáo chuyển đến hết thứ Sáu 25/12/2026" in said
    assert "Sở Lao động - Thương binh và Xã hội Đã gửi Xử lý trước khi hết thứ Hai 14/12/2026." in said
    assert "1 đề nghị đã kết thúc" in said
    assert "Đã rút đề nghị" in said
    service.step_clock(datetime.fromisoformat("2026-12-15T08:00:00+07:00"))
    assert "Đã trình UBND tỉnh Xử lý trước khi hết thứ Ba 29/12/2026." in text_of(client.get("/").text)


def picture(**more: Any) -> dict[str, Any]:
    """What `service.status()` says of an installation in which nothing has happened."""
    nothing = {
        "now": "2026-11-23T08:20:00+07:00",
        "rehearsal": False,
        "plans": [],
        "requests": [],
        "mail": [],
        "incidents": [],
        "agencies": {},
        "overdue": 0,
        "daemon": {"attended_to": None, "silent_s": None, "next_wake": None},
    }
    return nothing | more


def case(**more: Any) -> dict[str, Any]:
    made = {
        "id": "p/2026/a",
        "kind": "area",
        "title": "Đất đai",
        "state": "in_progress",
        "state_title": "Đang thực hiện",
        "lead": "so-a",
        "lead_name": "Sở A",
        "due": {"report_due": "2026-12-22T00:00:00+07:00", "round.x": "2026-12-23T00:00:00+07:00"},
        "target": "2026-12-18",
        "standing": "missing",
        "confidential": False,
        "adhoc": False,
        "cycle": "2026",
    }
    return made | more


def shown_case(now: str, **more: Any) -> dict[str, Any]:
    round_ = case(id="p/2026", kind="round", title="Kỳ 2026", state="collecting", due={}, cases=[case(**more)])
    plans = [{"id": "p", "title": "Kế hoạch", "rounds": [round_]}]
    found: dict[str, Any] = page(picture(now=now, plans=plans), [], "vi")["plans"][0]["open"][0]["cases"][0]
    return found


@pytest.mark.parametrize(
    ("now", "more", "tone", "state", "deadline"),
    [
        (
            "2026-12-01T08:00:00+07:00",
            {"working_days_left": 13},
            "open",
            "Đang thực hiện",
            f"{SEND} Còn 13 ngày làm việc.",
        ),
        (
            "2026-12-18T23:59:59+07:00",
            {"working_days_left": 0},
            "open",
            "Đang thực hiện",
            f"{SEND} Hôm nay là ngày làm việc cuối.",
        ),
        (
            "2026-12-19T00:00:00+07:00",
            {},
            "soon",
            "Đang thực hiện, đến hạn",
            "Đến hạn. Quá hạn từ 00:00 thứ Ba 22/12/2026.",
        ),
        (
            "2026-12-22T00:00:00+07:00",
            {},
            "late",
            "Đang thực hiện, quá hạn",
            "Quá hạn từ 00:00 thứ Ba 22/12/2026. Báo cáo vẫn được nhận và ghi là quá hạn.",
        ),
        ("2026-12-23T00:00:00+07:00", {"standing": "late"}, "slow", "Đang thực hiện (quá hạn)", "Xong quá hạn."),
        ("2026-12-23T00:00:00+07:00", {"standing": "on_time"}, "done", "Đang thực hiện", "Xong đúng hạn."),
        ("2026-12-23T00:00:00+07:00", {"due": {}}, "open", "Đang thực hiện", "Không định thời hạn"),
    ],
)
def test_between_target_and_overdue_people_see_due_and_not_overdue(
    now: str, more: dict[str, Any], tone: str, state: str, deadline: str
) -> None:
    shown = shown_case(now, **more | ({"target": None} if more.get("due") == {} else {}))
    assert (shown["tone"], shown["state"], shown["deadline"]) == (tone, state, deadline)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_an_empty_installation_says_what_comes_next(lang: Any, service: Service) -> None:
    shown = page(picture(), [], lang)
    assert shown["answers"] == [word("never_answer", lang), word("answer_none", lang)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.app.Looking.status", lambda _: picture())
        patch.setattr("web.app.Looking.due", lambda _: [])
        html = unescape(TestClient(create_app(service, lang=lang)).get("/").text)
    for code in ("no_plan", "no_next", "no_mail"):
        assert word(code, lang) in html


def test_what_a_plan_or_a_mail_says_is_text_and_never_markup(service: Service) -> None:
    bad = "<script>alert(1)</script>"
    letter = {"agency": "x", "subject": bad, "status": "dead", "case": bad, "created_at": START}
    with pytest.MonkeyPatch.context() as patch:
        plans = [{"id": "p", "title": bad, "rounds": []}]
        patch.setattr("web.app.Looking.status", lambda _: picture(plans=plans, mail=[letter]))
        patch.setattr("web.app.Looking.due", lambda _: [])
        html = TestClient(create_app(service)).get("/").text
    assert "<script" not in html
    assert "Thư chết" in html


@pytest.mark.parametrize(
    ("kind", "subject", "detail", "words"),
    [
        ("clock", "forward", {"seconds": 3600}, "Đồng hồ máy chủ nhảy tới 3600 giây."),
        ("clock", "behind", {"now": "a", "last": "b"}, "Đồng hồ máy chủ chậm hơn lần ghi cuối cùng."),
        ("database", "older", {"events": 1, "seen": 2}, "Cơ sở dữ liệu cũ hơn lần cuối hệ thống nhìn thấy"),
        ("obligation", "p/2026/a", {"error": {"code": "x", "params": {"t": "bí mật"}}}, "hạn của hồ sơ p/2026/a."),
        ("brake", "catchup", {}, "Sự cố “brake”: catchup."),
        ("flood", "cellar", None, "Sự cố “flood”: cellar."),
    ],
)
def test_every_incident_is_told_in_words_even_an_unknown_one(kind: str, subject: str, detail: Any, words: str) -> None:
    raised = {"kind": kind, "subject": subject, "detail": detail, "holds": True, "raised_at": START}
    shown = page(picture(incidents=[raised]), [], "vi")
    assert words in shown["incidents"][0]["words"]
    assert "bí mật" not in str(shown)
    assert shown["answers"][0].startswith("Hệ thống đang dừng")


def test_what_falls_on_many_cases_at_once_is_one_line_with_its_agencies() -> None:
    def owed(agency: str, name: str, kind: str, case_id: str) -> dict[str, Any]:
        due_at = "2026-12-15T00:00:00+07:00"
        return {"case": case_id, "name": name, "kind": kind, "owner": {"agency": agency}, "due_at": due_at}

    due = [
        owed("so-a", "report_due", "deadline", "p/2026/a"),
        owed("so-b", "report_due", "deadline", "p/2026/b"),
        owed("so-b", "report_due", "deadline", "p/2026/c"),
        owed("so-a", "round.x", "clock", "p/2026/a"),
        owed("so-a", "report_due +3wd", "reminder", "p/2026/a"),
        owed("so-c", "given_by_custom", "deadline", "p/2026/a"),
    ]
    shown = page(picture(agencies={"so-a": "Sở A", "so-b": "Sở B"}), due, "vi")["due"]
    assert [(one["what"], one["case"], one["who"]) for one in shown] == [
        ("given_by_custom", "p/2026/a", "so-c"),
        ("Hạn gửi báo cáo", "3 hồ sơ", "Sở A, Sở B"),
        ("Đôn đốc: Hạn gửi báo cáo", "p/2026/a", "Sở A"),
    ]
    assert shown[1]["when"] == "Trước khi hết thứ Hai 14/12/2026"
    assert shown[2]["when"] == "00:00 thứ Ba 15/12/2026"


def test_both_languages_of_every_word_name_the_same_things() -> None:
    for code, texts in WORDS.items():
        named = [{field for _, field, _, _ in string.Formatter().parse(text) if field} for text in texts]
        assert named[0] == named[1], code


def test_every_word_that_a_template_asks_for_is_there() -> None:
    for template in (Path(__file__).parents[2] / "web" / "templates").glob("*.html"):
        for code in re.findall(r'w\("(\w+)"', template.read_text(encoding="utf-8")):
            assert code in WORDS, f"{template.name}: {code}"
