"""Adjustment requests: an agency asks, the department reviews, the PPC decides, and the open cases follow.

Real commands beside a daemon, a real mail server, and a rehearsal clock that begins on Friday 27 November.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import HouseAt, Originals
from tests.support.daemon import AREAS, PLAN, ROOT, Daemon, Installation, wait_for
from tests.support.record import sent_once, sound, told_once
from tests.support.smtp import SmtpServer

AREA = "lao-dong"
CASE = f"{PLAN}/2026/{AREA}"
ROUND = f"{PLAN}/2026"
OTHERS = [area for area in AREAS if area != AREA]
LEAD, COORDINATORS = "so-ldtbxh", ("so-ngoai-vu", "cong-an-tinh")
CONSOLIDATOR, OFFICE, PPC = "so-cong-thuong", "vp-ubnd-tinh", "ubnd-tinh"
MAILBOXES = {
    "so-ldtbxh": "vanthu@sldtbxh.example",
    "so-ngoai-vu": "vanthu@sngv.example",
    "cong-an-tinh": "vanthu@cat.example",
    "so-cong-thuong": "vanthu@sct.example",
    "vp-ubnd-tinh": "vanthu@vpubnd.example",
}
MIDNIGHT = "2026-12-15T00:00:00+07:00"
LATER_ON_SQLITE = [pytest.param("sqlite", marks=pytest.mark.slow), "postgresql"]
LATER_ON_POSTGRESQL = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
"""Of long affairs one of the two is left to `make soak`."""
SILENCE = "không có ý kiến trong thời hạn"


@dataclass
class Affair:
    """An installation with its daemon, and what people do in it about requests."""

    house: Installation
    smtp: SmtpServer
    daemon: Daemon

    # People

    def ask(self, agency: str, *patches: str, submit: bool = True) -> dict[str, Any]:
        more = ("--submit",) if submit else ()
        asked = self.house.json("request", PLAN, "--as", f"{agency}:van-thu", *patches, "--text", "Vướng mắc.", *more)
        return dict(asked)

    def act(self, *words: str, by: str, expect: int = 0) -> Any:
        return self.house.json("act", *words, "--as", f"{by}:can-bo", expect=expect)

    def forward(self, *requests: str) -> None:
        """The department takes them up and sends them on, all in one act."""
        self.act(*requests, "take_up", by=CONSOLIDATOR)
        self.act(*requests, "forward", "--opinion", "Đề nghị chấp thuận.", by=CONSOLIDATOR)

    def approve(self, request: str, decision: str, *more: str, expect: int = 0) -> Any:
        return self.act(request, "approve", "--decision", decision, *more, by=PPC, expect=expect)

    def refused(self, request: str, decision: str, *more: str) -> dict[str, Any]:
        """The refusal of an approval."""
        found: dict[str, Any] = self.approve(request, decision, *more, expect=1)["refused"]
        return found

    def clock(self, to: str) -> None:
        self.house.run("clock", "--to", to)
        self.house.wait_until_sent()

    # Looks

    def show(self, case: str) -> dict[str, Any]:
        return self.house.service.show(case)

    def rows(self, name: str, case: str = CASE) -> list[dict[str, Any]]:
        """Every occurrence of a deadline or a reminder."""
        found = [o for o in self.show(case)["obligations"] if o["name"] == name]
        return sorted(found, key=lambda o: int(o["occurrence"]))

    def event(self, case: str, trigger: str) -> dict[str, Any]:
        return dict([event for event in self.show(case)["events"] if event["trigger"] == trigger][-1])

    def export(self) -> dict[str, Any]:
        found: dict[str, Any] = self.house.json("export", PLAN)
        return found

    def came(self) -> Counter[str]:
        """Mailboxes of all letters that came since `smtp` was cleared, once nothing is on its way any more."""
        self.house.wait_until_sent()
        return Counter(recipient for mail in self.smtp.received for recipient in mail.recipients)

    def letter(self, message: dict[str, Any]) -> EmailMessage:
        """The letter as it came, exactly once."""
        [found] = [m.message for m in self.smtp.received if m.message["Message-ID"] == message["message_id"]]
        return found

    def told(self, case: str, template: str) -> list[tuple[str, str]]:
        """(minute, agency) of a case's letters of one template that came."""
        found = [m for m in self.show(case)["messages"] if m["template"] == template and m["case"] == case]
        assert all(self.letter(message) for message in found)
        return sorted((message["created_at"][:16], message["agency"]) for message in found)

    def well(self) -> None:
        """At the end: nobody was told twice, the record verifies."""
        self.house.wait_until_sent()
        told_once(self.house.service)
        sound(self.house.service)


@contextmanager
def affair_in(house: Installation, smtp: SmtpServer) -> Iterator[Affair]:
    with house.serve() as daemon:
        house.wait_until_sent()
        yield Affair(house, smtp, daemon)


@pytest.fixture
def affair(house_at: HouseAt, smtp: SmtpServer) -> Iterator[Affair]:
    with affair_in(house_at("november"), smtp) as found:
        yield found


def move(case: str, name: str, day: str) -> tuple[str, str]:
    return ("--move-deadline", f"{case}:{name}={day}")


def body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def codes(report: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in report["warnings"]]


# A deadline is moved


@dataclass
class Moved(Affair):
    """What was seen while a deadline was moved to 25 December, and what is left on the 29th."""

    first: dict[str, Any] = field(default_factory=dict)
    second: dict[str, Any] = field(default_factory=dict)
    submission: Counter[str] = field(default_factory=Counter)
    """Mailboxes of the letters that went out when both requests were forwarded."""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    approval: Counter[str] = field(default_factory=Counter)
    text: str = ""
    """The plan after the first approval."""
    refusal: dict[str, Any] = field(default_factory=dict)
    still: dict[str, Any] = field(default_factory=dict)
    """After the second request was refused."""
    midnight: dict[str, Any] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)

    def cases(self) -> dict[str, Any]:
        rounds = {found["id"]: found for found in self.house.service.cases(kinds=["round"])}
        requests = {found["id"]: self.show(found["id"]) for found in self.house.service.cases(kinds=["request"])}
        areas = {area: self.show(f"{ROUND}/{area}") for area in AREAS}
        return {**areas, **rounds, **requests, "plan": self.house.service.export(PLAN)["version"]}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def moved(
    request: pytest.FixtureRequest, originals: Originals, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Moved]:
    """Lived through once for each kind of database."""
    with SmtpServer() as smtp:
        house = Installation(tmp_path_factory.mktemp("moved"), originals.copy(request.param, "november"), smtp)
        try:
            with affair_in(house, smtp) as affair:
                story = _move(Moved(house, smtp, affair.daemon))
            yield story
        finally:
            house.close()


def _move(it: Moved) -> Moved:
    it.first = it.ask(LEAD, *move(CASE, "report_due", "2026-12-25"))
    it.second = it.ask("so-ngoai-vu", *move(CASE, "report_due", "2026-12-28"))
    one, other = it.first["id"], it.second["id"]
    it.act(one, other, "take_up", by=CONSOLIDATOR)
    start = it.came()
    it.act(one, other, "forward", "--opinion", "Đề nghị chấp thuận.", by=CONSOLIDATOR)
    it.submission = it.came() - start
    it.clock("2026-12-10T09:00")
    it.before, start = it.cases(), it.came()
    it.approve(one, "2150/QĐ-UBND", "--dated", "2026-12-09")
    it.approval, it.after = it.came() - start, it.cases()
    it.text = it.export()["text"]
    start = it.came()
    it.refusal = it.refused(other, "2151/QĐ-UBND")
    it.still = it.cases()
    assert it.came() == start
    it.act(other, "reject", "--decision", "2151/QĐ-UBND", "--reason", "Đã chuyển đến 25/12.", by=PPC)
    it.clock("2026-12-15T08:00")
    it.midnight = it.cases()
    it.clock("2026-12-29T08:00")
    it.end = it.cases()
    return it


def test_the_impact_report_says_what_would_move_and_warns_that_it_comes_after_the_consolidation(moved: Moved) -> None:
    report = moved.first["impact"]
    assert (moved.first["id"], moved.first["state"]) == (f"{PLAN}/adj/1", "submitted")
    [case] = report["cases"]
    [owed] = case["deadlines"]
    assert (case["case"], owed["name"]) == (CASE, "report_due")
    assert (owed["before"]["last_day"], owed["after"]["last_day"]) == ("2026-12-14", "2026-12-25")
    assert codes(report) == ["warn-after-round"]
    assert "hạn tổng hợp" in report["warnings"][0]["words"]["vi"]
    assert report["plan_changes"] == []


def test_the_impact_report_forecasts_the_mail(moved: Moved) -> None:
    mails = moved.first["impact"]["mails"]
    assert Counter(MAILBOXES[agency] for agency in mails["now"]) == moved.approval
    assert {mail["at"][:10] for mail in mails["planned"]} >= {"2026-12-18", "2026-12-24"}
    assert "2026-12-17" in {mail["at"][:10] for mail in mails["cancelled"]}


def test_a_second_request_about_the_same_deadline_is_told_of_the_first(moved: Moved) -> None:
    assert moved.first["impact"]["rivals"] == []
    assert moved.second["impact"]["rivals"] == [moved.first["id"]]
    attached = moved.before[moved.first["id"]]["events"][-1]
    forwarded = [e for e in moved.before[moved.first["id"]]["events"] if e["trigger"] == "forward"]
    assert attached["seq"] >= forwarded[0]["seq"]
    assert forwarded[0]["data"]["impact"]["rivals"] == [moved.second["id"]]
    assert forwarded[0]["data"]["opinion"] == "Đề nghị chấp thuận."


def test_requests_forwarded_together_are_one_submission_with_one_letter_to_the_office(moved: Moved) -> None:
    assert moved.submission == {MAILBOXES[agency]: 1 for agency in (OFFICE, LEAD, "so-ngoai-vu")}
    [letter] = [
        m for m in moved.before[moved.first["id"]]["messages"]
        if m["template"] == "entered.forwarded" and m["agency"] == OFFICE
    ]  # fmt: skip
    assert {event["case"] for event in letter["events"]} == {moved.first["id"], moved.second["id"]}
    text = body(moved.letter(letter))
    assert "25/12/2026" in text
    assert "28/12/2026" in text


def test_approval_puts_a_new_deadline_in_the_place_of_the_old_one(moved: Moved) -> None:
    assert moved.after[moved.first["id"]]["state"] == "approved"
    old, new = (o for o in moved.after[AREA]["obligations"] if o["name"] == "report_due")
    assert (old["status"], old["due_at"], old["occurrence"]) == ("superseded", MIDNIGHT, 1)
    assert (new["status"], new["due_at"], new["occurrence"]) == ("open", "2026-12-26T00:00:00+07:00", 2)
    assert (new["last_day"], new["target"], new["owner"]["agency"]) == ("2026-12-25", "2026-12-25", LEAD)
    amended = moved.after[AREA]["events"][-1]
    assert (amended["trigger"], amended["actor"]["agency"], amended["to"]) == ("amended", PPC, "assigned")
    assert (amended["data"]["decision"], amended["data"]["dated"]) == ("2150/QĐ-UBND", "2026-12-09")
    assert amended["data"]["with"] == f"{moved.first['id']}:approve"
    assert moved.after[AREA]["due"]["report_due"] == "2026-12-26T00:00:00+07:00"


def test_the_reminders_follow_the_new_term_and_arrive_on_their_days(moved: Moved) -> None:
    of_old = [
        o for o in moved.after[AREA]["obligations"]
        if o["kind"] == "reminder" and o["occurrence"] == 1 and o["status"] == "superseded"
    ]  # fmt: skip
    # The first two were sent before; the last one and the urging would have come on these days.
    assert sorted(o["due_at"][:10] for o in of_old) == ["2026-12-11", "2026-12-17"]
    open_ = [o for o in moved.after[AREA]["obligations"] if o["kind"] == "reminder" and o["status"] == "open"]
    assert sorted(o["due_at"][:16] for o in open_) == [
        "2026-12-11T07:30", "2026-12-18T07:30", "2026-12-24T07:30", "2026-12-30T07:30"
    ]  # fmt: skip
    days = ["2026-11-30", "2026-12-07", "2026-12-11", "2026-12-18", "2026-12-24"]
    expected = sorted((f"{day}T07:30", agency) for day in days for agency in (LEAD, *COORDINATORS))
    assert moved.told(CASE, "reminder") == expected
    assert moved.told(CASE, "urging") == []


def test_whoever_plays_a_part_in_the_case_is_told_once_of_the_approval(moved: Moved) -> None:
    # The requester leads it; the department that passed the request on is told too.
    assert moved.approval == {MAILBOXES[agency]: 1 for agency in (LEAD, *COORDINATORS, CONSOLIDATOR)}
    about = {"case": CASE, "seq": moved.after[AREA]["events"][-1]["seq"]}
    told = [message for message in moved.after[AREA]["messages"] if about in message["events"]]
    assert Counter(message["agency"] for message in told) == dict.fromkeys((LEAD, *COORDINATORS), 1)
    for message in told:
        text = body(moved.letter(message))
        assert "25/12/2026" in text
        assert "2150/QĐ-UBND" in text


def test_the_other_areas_are_not_touched(moved: Moved) -> None:
    for area in OTHERS:
        assert moved.after[area] == moved.before[area], area
    assert moved.after[ROUND] == moved.before[ROUND]
    assert [o["status"] for a in OTHERS for o in moved.midnight[a]["obligations"] if o["name"] == "report_due"] == [
        "fired"
    ] * len(OTHERS)


def test_the_second_request_is_refused_with_a_fresh_report_and_changes_nothing(moved: Moved) -> None:
    assert moved.refusal["code"] == "impact-moved"
    fresh = moved.refusal["impact"]
    [owed] = fresh["cases"][0]["deadlines"]
    assert (owed["before"]["last_day"], owed["after"]["last_day"]) == ("2026-12-25", "2026-12-28")
    assert fresh["hash"] != moved.second["impact"]["hash"]
    assert fresh["rivals"] == []
    assert moved.still == moved.after
    assert moved.end[moved.second["id"]]["state"] == "rejected"
    assert moved.end["plan"] == moved.after["plan"] == 2


def test_at_the_old_midnight_it_does_not_fire_at_the_new_one_it_does(moved: Moved) -> None:
    assert (moved.midnight[AREA]["state"], moved.midnight[AREA]["late"]) == ("assigned", False)
    assert {moved.midnight[area]["state"] for area in OTHERS} == {"escalated"}
    assert [e["effective_at"] for e in moved.midnight[AREA]["events"] if e["trigger"] == "miss_report"] == []
    newest = [o for o in moved.end[AREA]["obligations"] if o["name"] == "report_due"][-1]
    assert (newest["status"], newest["fired_at"]) == ("fired", "2026-12-26T00:00:00+07:00")
    assert moved.end[AREA]["late"]
    assert ("2026-12-26T00:00", LEAD) in moved.told(CASE, "passed") + moved.told(CASE, "entered.escalated")


def test_the_next_cycle_has_the_term_of_the_plan(moved: Moved) -> None:
    following = moved.show(f"{PLAN}/2027/{AREA}")
    [owed] = [o for o in following["obligations"] if o["name"] == "report_due"]
    assert (owed["due_at"], owed["raw"]) == ("2027-12-15T00:00:00+07:00", "trước ngày 15 tháng 12 hàng năm")
    assert following["roles"]["lead"] == [LEAD]


def test_the_plan_names_the_decision_and_is_otherwise_as_it_was_written(moved: Moved) -> None:
    issued = (ROOT / "definitions" / "plans" / f"{PLAN}.yaml").read_text(encoding="utf-8")
    changed = [
        line
        for line in difflib.ndiff(issued.splitlines(), moved.text.splitlines())
        if line[:2] in ("+ ", "- ") and line[2:].strip() and "# dondoc: from" not in line
    ]
    assert [line[:2] for line in changed] == ["+ ", "+ "], changed
    assert changed[0] == "+ amendments:"
    for words in ("2150/QĐ-UBND", "2026-12-09", moved.first["id"], "25/12/2026"):
        assert words in changed[1]


def test_after_a_move_the_record_verifies_and_each_letter_came_once(moved: Moved) -> None:
    moved.well()
    assert moved.house.json("audit", "verify")["ok"]
    sent_once(moved.house.service, moved.smtp)


# Nobody reviews, nobody decides


def test_a_request_that_nobody_reviews_goes_to_the_ppc_by_itself_and_a_decision_that_does_not_come_is_urged(
    affair: Affair,
) -> None:
    asked = affair.ask("so-tnmt", "--change-coordinators", "dat-dai=so-khdt", "--scope", "round")["id"]
    assert affair.show(asked)["due"]["review_due"] == "2026-12-05T00:00:00+07:00"
    affair.clock("2026-12-04T23:59:58")
    assert affair.show(asked)["state"] == "submitted"
    wait_for(lambda: affair.show(asked)["state"] == "forwarded", "it was left lying", alive=affair.daemon)
    affair.house.wait_until_sent()
    late = affair.event(asked, "review_late")
    assert (late["effective_at"], late["actor"]["agency"]) == ("2026-12-05T00:00:00+07:00", "")
    assert late["data"]["opinion"] == SILENCE
    assert late["data"]["impact"]["cases"][0]["case"] == f"{ROUND}/dat-dai"
    assert affair.told(asked, "reminder") == [("2026-12-02T07:30", CONSOLIDATOR)]
    letters = {m["agency"]: m for m in affair.show(asked)["messages"] if m["template"] == "entered.forwarded"}
    # Whoever let the term pass hears of it as well.
    assert set(letters) == {OFFICE, "so-tnmt", CONSOLIDATOR}
    assert SILENCE in body(affair.letter(letters[OFFICE]))
    assert affair.show(asked)["due"]["decision_due"] == "2026-12-19T00:00:00+07:00"

    affair.clock("2026-12-22T08:00")
    assert affair.told(asked, "reminder")[1:] == [("2026-12-15T07:30", OFFICE), ("2026-12-17T07:30", OFFICE)]
    assert affair.told(asked, "passed") == [("2026-12-19T00:00", PPC), ("2026-12-19T00:00", OFFICE)]
    assert affair.told(asked, "urging") == [("2026-12-22T07:30", OFFICE)]
    [urging] = [m for m in affair.show(asked)["messages"] if m["template"] == "urging"]
    assert affair.smtp.received[-1].sender
    assert "đề nghị điều chỉnh số 1" in str(affair.letter(urging)["Subject"])

    assert affair.show(f"{ROUND}/dat-dai")["roles"]["coordinator"] == []
    assert affair.approve(asked, "2190/QĐ-UBND")["state"] == "approved"
    assert affair.show(f"{ROUND}/dat-dai")["roles"]["coordinator"] == ["so-khdt"]
    [owed] = affair.rows("decision_due", asked)
    assert (owed["status"], owed["late_by_s"] > 3 * 86400) == ("fired", True)
    assert not [o for o in affair.show(asked)["obligations"] if o["status"] == "open"]
    affair.well()


# Another lead

SCOPES = [
    pytest.param("sqlite", "round", id="sqlite-round"),
    pytest.param("postgresql", "plan", id="postgresql-plan"),
    pytest.param("sqlite", "plan", id="sqlite-plan", marks=pytest.mark.slow),
    pytest.param("postgresql", "round", id="postgresql-round", marks=pytest.mark.slow),
]
REPORT = ("--number", "88/BC-SNgV", "--dated", "2026-11-30", "--text", "Đã thực hiện.")


@pytest.mark.parametrize(("kind", "scope"), SCOPES)
def test_a_new_lead_takes_over_in_the_middle_of_a_round_and_what_was_stays_with_the_old_one(
    affair: Affair, scope: str
) -> None:
    new = "so-ngoai-vu"
    affair.act(CASE, "start", by=LEAD)
    affair.clock("2026-11-30T09:00")
    was = affair.show(CASE)
    asked = affair.ask(LEAD, "--change-lead", f"{AREA}={new}", "--scope", scope)["id"]
    affair.forward(asked)
    start = affair.came()
    affair.approve(asked, "2101/QĐ-UBND")

    # What was stays: the events of the old lead, and what it owed until then.
    shown = affair.show(CASE)
    assert shown["events"][: len(was["events"])] == was["events"]
    assert shown["state"] == "in_progress"
    old, owed = affair.rows("report_due")
    assert (old["status"], old["cause"], old["owner"]["agency"]) == ("superseded", "handed-over", LEAD)
    assert (owed["status"], owed["due_at"], owed["owner"]["agency"]) == ("open", MIDNIGHT, new)
    assert [o["owner"]["agency"] for o in shown["obligations"] if o["status"] == "fired"] == [LEAD]
    open_ = [o for o in shown["obligations"] if o["status"] == "open" and o["kind"] == "reminder"]
    assert {o["owner"]["agency"] for o in open_} == {new}
    assert shown["roles"]["lead"] == [new]
    assert shown["roles"]["coordinator"] == ["cong-an-tinh"]

    # Each is told once, the department as whoever reviewed the request.
    assert affair.came() - start == {MAILBOXES[a]: 1 for a in (LEAD, new, "cong-an-tinh", CONSOLIDATOR)}
    about = {"case": CASE, "seq": shown["events"][-1]["seq"]}
    letters = {m["agency"]: m for m in affair.show(CASE)["messages"] if about in m["events"]}
    assert set(letters) == {LEAD, new, "cong-an-tinh"}
    assert all(affair.letter(message) for message in letters.values())

    # And may do at once what is now theirs.
    refused = affair.act(CASE, "report", *REPORT, by=LEAD, expect=1)["refused"]
    assert refused["code"] == "wrong-agency"
    assert affair.act(CASE, "report", *REPORT, by=new)["state"] == "reported"
    assert [o["status"] for o in affair.rows("report_due")] == ["superseded", "met"]

    affair.clock("2026-12-15T08:00")
    following = affair.show(f"{PLAN}/2027/{AREA}")
    [next_owed] = [o for o in following["obligations"] if o["name"] == "report_due"]
    lead, others = (LEAD, list(COORDINATORS)) if scope == "round" else (new, ["cong-an-tinh"])
    assert (following["roles"]["lead"], following["roles"]["coordinator"]) == ([lead], others)
    assert next_owed["owner"]["agency"] == lead
    affair.well()


# After the term


@pytest.mark.parametrize("kind", LATER_ON_SQLITE)
def test_what_has_fired_stays_fired_unless_the_decision_waives_it(affair: Affair) -> None:
    waived_case = f"{ROUND}/dat-dai"
    plain = affair.ask(LEAD, *move(CASE, "report_due", "2026-12-25"))["id"]
    waived = affair.ask("so-tnmt", *move(waived_case, "report_due", "2026-12-25"))["id"]
    affair.forward(plain, waived)
    affair.clock("2026-12-16T08:00")
    assert affair.show(CASE)["state"] == "escalated"

    # What the department weighed is no longer so: the fresh report says that a new term undoes no lateness.
    fresh = affair.refused(plain, "2160/QĐ-UBND")["impact"]
    assert codes(fresh) == ["warn-fired", "warn-after-round"]
    affair.approve(plain, "2160/QĐ-UBND", "--impact", fresh["hash"])
    shown = affair.show(CASE)
    assert (shown["state"], shown["late"], shown["standing"]) == ("escalated", True, "missing")
    fired, owed = affair.rows("report_due")
    assert (fired["status"], fired["fired_at"], fired["met_by"]) == ("fired", MIDNIGHT, None)
    assert (owed["status"], owed["due_at"]) == ("open", "2026-12-26T00:00:00+07:00")

    impact = affair.house.json("impact", waived)
    affair.approve(waived, "2161/QĐ-UBND", "--waive", "--impact", impact["fresh"]["hash"][:8])
    shown = affair.show(waived_case)
    assert (shown["state"], shown["late"]) == ("escalated", False)
    fired, owed = affair.rows("report_due", waived_case)
    assert (fired["status"], fired["fired_at"], fired["cause"]) == ("waived", MIDNIGHT, "2161/QĐ-UBND")
    assert owed["status"] == "open"
    assert affair.event(waived, "approve")["data"]["waive"] is True

    # Who keeps the new term is late where the old one was not waived.
    facts = ("--number", "90/BC", "--dated", "2026-12-16", "--text", "Đã thực hiện.")
    late, in_time = (affair.act(case, "report", *facts, by=by) for case, by in ((CASE, LEAD), (waived_case, "so-tnmt")))
    assert (late["state"], late["late"], late["standing"]) == ("reported", True, "late")
    assert (in_time["state"], in_time["late"], in_time["standing"]) == ("reported", False, "on_time")
    affair.well()


# Back and forth

THREE = """\
changes:
  - move_deadline: report_due
    of: bauxite-alumina/2026/lao-dong
    to: 2026-12-{day}
    reason: Số liệu của doanh nghiệp đến muộn.
  - change_lead: dat-dai
    of: bauxite-alumina/2026
    to: so-khdt
  - change_title: an-ninh
    to: {{vi: Công tác an ninh, en: Security}}
"""


@pytest.mark.parametrize("kind", LATER_ON_POSTGRESQL)
def test_a_request_is_sent_back_edited_approved_in_part_and_others_are_rejected_or_withdrawn(
    affair: Affair, tmp_path: Path
) -> None:
    file = tmp_path / "de-nghi.yaml"
    file.write_text(THREE.format(day="24"), encoding="utf-8")
    asked = affair.ask(LEAD, "--change", str(file))["id"]
    affair.act(asked, "send_back", "--reason", "Nêu ngày khác.", by=CONSOLIDATOR)
    assert affair.show(asked)["state"] == "draft"
    assert [o["status"] for o in affair.rows("review_due", asked)] == ["met"]
    file.write_text(THREE.format(day="25"), encoding="utf-8")
    edited = affair.act(asked, "submit", "--change", str(file), by=LEAD)
    assert edited["state"] == "submitted"
    assert "25/12/2026" in edited["title"]
    assert [o["status"] for o in affair.rows("review_due", asked)] == ["met", "open"]
    # What was asked at first is still in the record.
    first = affair.show(asked)["events"][0]["data"]["changes"]
    assert "24/12/2026" in first[0]["vi"]

    rejected = affair.ask("so-ngoai-vu", "--end-area", AREA, "--scope", "round")["id"]
    affair.forward(asked, rejected)
    affair.act(rejected, "reject", "--decision", "9/TB", "--reason", "Vẫn cần.", by=PPC)
    before = affair.show(CASE)
    start = affair.came()
    done = affair.approve(asked, "2102/QĐ-UBND", "--part", "2")
    assert done["state"] == "approved"
    assert affair.event(asked, "approve")["data"]["parts"] == [2]
    assert affair.show(CASE) == before
    assert affair.show(f"{ROUND}/dat-dai")["roles"]["lead"] == ["so-khdt"]
    assert affair.show(f"{ROUND}/an-ninh")["title"] == "Công tác an ninh, quốc phòng"
    # so-tnmt led it until now; nobody else but the requester and the department is concerned.
    mailboxes = {MAILBOXES[LEAD], MAILBOXES[CONSOLIDATOR], "vanthu@skhdt.example", "vanthu@stnmt.example"}
    assert affair.came() - start == dict.fromkeys(mailboxes, 1)

    withdrawn = affair.ask(LEAD, *move(CASE, "report_due", "2026-12-28"))["id"]
    assert affair.act(withdrawn, "withdraw", by=LEAD)["state"] == "withdrawn"

    states = {found["id"]: found["state"] for found in affair.house.json("cases", "--requests")}
    assert states == {asked: "approved", rejected: "rejected", withdrawn: "withdrawn"}
    reject = affair.event(rejected, "reject")
    assert (reject["data"]["decision"], reject["data"]["reason"]) == ("9/TB", "Vẫn cần.")
    owing = [o for case in states for o in affair.show(case)["obligations"] if o["status"] == "open"]
    assert owing == []
    assert affair.house.service.export(PLAN)["text"].count("decision:") == 1
    affair.well()
