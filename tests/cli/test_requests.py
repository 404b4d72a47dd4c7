"""`request`, `impact` and what `act` takes for requests: what people type, and what they are told when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

Dondoc = Callable[..., Any]
PLAN = "bauxite-alumina"
CASE = f"{PLAN}/2026/lao-dong"
LEAD = ("--as", "so-ldtbxh:Lê An")
DEPARTMENT = ("--as", "so-cong-thuong:Đỗ Em")
PPC = ("--as", "ubnd-tinh:Chủ tịch")
MOVE = ("--move-deadline", f"{CASE}:report_due=2026-12-25")
NEW_LEAD = ("--change-lead", "dat-dai=so-khdt")


def ask(*words: str, by: tuple[str, ...] = LEAD) -> tuple[str, ...]:
    return ("request", PLAN, *by, *words)


def filed(dondoc: Dondoc, *words: str) -> str:
    """A request handed in; its id."""
    done = dondoc(*ask(*words, "--submit", "--json"))
    assert done.code == 0, done.out + done.err
    return str(done.json["id"])


def forwarded(dondoc: Dondoc, *words: str) -> str:
    """A request before the PPC; its id."""
    request = filed(dondoc, *words)
    assert dondoc("act", request, "take_up", *DEPARTMENT).code == 0
    assert dondoc("act", request, "forward", *DEPARTMENT, "--opinion", "Đồng ý").code == 0
    return request


def refusal(dondoc: Dondoc, *argv: str) -> dict[str, Any]:
    """Refused with exit code 1 and one document; for people the same words on stderr."""
    told = dondoc(*argv, "--json")
    assert told.code == 1, told.out + told.err
    assert list(told.json) == ["refused"]
    found: dict[str, Any] = told.json["refused"]
    assert {"code", "message"} <= found.keys()
    plain = dondoc(*argv)
    assert (plain.code, plain.out) == (1, "")
    assert found["message"] in plain.err
    assert "Traceback" not in plain.err
    return found


def nothing_filed(dondoc: Dondoc) -> bool:
    return bool(dondoc("cases", "--requests", "--json").json == [])


# What is typed


@pytest.mark.parametrize(
    ("option", "value", "vi", "en"),
    [
        ("--move-deadline", "x", "không có dạng CASE:NAME=DATE", "does not read as CASE:NAME=DATE"),
        ("--move-deadline", f"{CASE}:report_due", "không có dạng CASE:NAME=DATE", "does not read as CASE:NAME=DATE"),
        ("--move-deadline", "report_due=2026-12-25", "không có dạng CASE:NAME=DATE", "does not read as CASE:NAME=DATE"),
        ("--move-deadline", f"{CASE}:report_due=", "không được để trống", "must not be empty"),
        ("--move-deadline", f"{CASE}:=2026-12-25", "không được để trống", "must not be empty"),
        ("--move-deadline", f"{CASE}:report_due=2026-13-25", "không có ngày 25/13/2026", "there is no 25/13/2026"),
        ("--move-deadline", f"{PLAN}:report_due=13-45", "`13-45`", "`13-45` is no day of the year"),
        ("--change-lead", "lao-dong", "không có dạng AREA=AGENCY", "does not read as AREA=AGENCY"),
        ("--change-lead", "lao-dong=", "không được để trống", "must not be empty"),
        ("--change-lead", "=so-khdt", "không được để trống", "must not be empty"),
        ("--change-lead", "lao-dong=Sở Y", "`Sở Y`", "`Sở Y` is no valid id"),
        ("--change-coordinators", "lao-dong", "không có dạng AREA=AGENCY,AGENCY", "read as AREA=AGENCY,AGENCY"),
        ("--change-title", "lao-dong", "không có dạng AREA=TEXT", "does not read as AREA=TEXT"),
        ("--change-title", "lao-dong= ", "không được để trống", "must not be empty"),
        ("--change-raw", "report_due=abc", "không có dạng CASE:NAME=TEXT", "does not read as CASE:NAME=TEXT"),
        ("--end-area", " ", "không được để trống", "must not be empty"),
        ("--end-area", "x" * 300, "quá dài", "too long"),
        ("--add-unit", "", "không được để trống", "must not be empty"),
        ("--end-unit", "a\x1b[31m", "ký tự điều khiển", "control character"),
    ],
)
def test_a_change_that_is_typed_wrong_is_told_at_its_option_in_both_languages(
    dondoc: Dondoc, option: str, value: str, vi: str, en: str
) -> None:
    for lang, words in (("vi", vi), ("en", en)):
        told = dondoc(*ask(option, value, "--lang", lang))
        assert (told.code, told.out) == (2, "")
        assert told.err.startswith(f"{option}: ")
        assert words in told.err
    in_json = dondoc(*ask(option, value, "--json"))
    assert (in_json.code, list(in_json.json)) == (2, ["wrong"])
    assert vi in in_json.json["wrong"]["message"]


@pytest.mark.parametrize(
    ("words", "option", "en"),
    [
        ((), "--change", "one of the two"),
        (("--text", "Vướng mắc"), "--change", "one of the two"),
        ((*MOVE, "--change", "x.yaml"), "--change", "one of the two"),
        (("--change", "x.yaml", "--scope", "round"), "--change", "not together with --scope"),
        (("--change", "x.yaml", "--round", f"{PLAN}/2026"), "--change", "not together with --scope"),
        (("--change", "x.yaml", "--reason", "Vì sao"), "--change", "not together with --scope"),
        ((*NEW_LEAD, "--scope", "plan", "--round", f"{PLAN}/2026"), "--round", "--scope plan"),
        ((*NEW_LEAD, "--scope", "case"), "--scope", "'round', 'plan'"),
        ((*MOVE, "--text", " "), "--text", "must not be empty"),
        (("--change", "nowhere.yaml"), "--change", "there is no file nowhere.yaml"),
        (("--change", "."), "--change", "not a regular file"),
        (("--change", "a\0b"), "--change", ""),
    ],
)
def test_what_does_not_go_together_is_told_before_anything_is_done(
    ready: Dondoc, words: tuple[str, ...], option: str, en: str
) -> None:
    told = ready(*ask(*words), "--lang", "en")
    assert (told.code, told.out) == (2, ""), told.err
    assert option in told.err
    assert en in told.err
    in_json = ready(*ask(*words), "--json")
    assert (in_json.code, list(in_json.json)) == (2, ["wrong"])
    assert nothing_filed(ready)


def test_which_round_is_asked_when_two_are_open(ready: Dondoc) -> None:
    assert ready("clock", "--to", "2026-12-15").code == 0
    told = ready(*ask(*NEW_LEAD, "--scope", "round"), "--lang", "en")
    assert told.code == 2
    assert f"{PLAN}/2026" in told.err
    assert f"{PLAN}/2027" in told.err
    named = ready(*ask(*NEW_LEAD, "--round", f"{PLAN}/2027"), "--json")
    assert named.json["data"]["change"][0]["of"] == f"{PLAN}/2027"


@pytest.mark.parametrize("words", [("request",), ("request", PLAN, *MOVE), ("impact",), ("impact", "a", "b")])
def test_plan_actor_and_request_must_be_named(dondoc: Dondoc, words: tuple[str, ...]) -> None:
    told = dondoc(*words)
    assert (told.code, told.out) == (2, "")
    assert told.err.strip()


# What cannot be asked


@pytest.mark.parametrize(
    ("words", "code", "near"),
    [
        (("--change-lead", "lao-don=so-tttt"), "no-area", "lao-dong"),
        (("--change-lead", "lao-dong=so-ttt"), "no-agency", "so-tttt"),
        (("--move-deadline", f"{CASE}g:report_due=2026-12-25"), "change-no-target", CASE),
        (("--move-deadline", f"{CASE}:report_du=2026-12-25"), "change-no-deadline", "report_due"),
        (("--move-deadline", f"{CASE}:report_due=2026-11-30"), "change-past", "30/11/2026"),
        (("--move-deadline", f"{CASE}:report_due=12-25"), "change-needs-day", ""),
        (("--move-deadline", f"{CASE}:report_due=14/12/2026"), "change-same", "14/12/2026"),
        ((*MOVE, *MOVE), "change-twice", ""),
        (("--change-coordinators", "lao-dong=so-ldtbxh"), "change-lead-coordinates", ""),
        (("--change-lead", "lao-dong=so-khdt", "--round", f"{PLAN}/2062"), "change-no-target", f"{PLAN}/2026"),
        (("--change-lead", "lao-don=so-tttt", "--scope", "round"), "change-no-case", "lao-dong"),
        (("--end-unit", "so-tttt"), "change-no-unit", ""),
    ],
)
def test_what_cannot_be_is_refused_with_the_nearest_name_and_nothing_is_filed(
    ready: Dondoc, words: tuple[str, ...], code: str, near: str
) -> None:
    found = refusal(ready, *ask(*words))
    assert found["code"] == code
    assert near in found["message"]
    assert nothing_filed(ready)


def test_a_refusal_is_told_in_both_languages(ready: Dondoc) -> None:
    words = ask("--change-lead", "lao-don=so-tttt")
    assert "Có phải “lao-dong”?" in ready(*words).err
    assert "Did you mean “lao-dong”?" in ready(*words, "--lang", "en").err


@pytest.mark.parametrize(
    ("by", "code"), [("bo-cong-thuong", "may-not-request"), ("so-ldtbx", "no-agency"), ("so-ldtbxh", "no-plan")]
)
def test_only_who_has_a_part_in_a_plan_that_is_there_may_ask(ready: Dondoc, by: str, code: str) -> None:
    plan = "bauxite" if code == "no-plan" else PLAN
    assert refusal(ready, "request", plan, "--as", by, *MOVE)["code"] == code
    assert nothing_filed(ready)


def test_an_agency_cannot_coordinate_twice(ready: Dondoc) -> None:
    for scope in ("plan", "round"):
        refusal(ready, *ask("--change-coordinators", "lao-dong=so-tttt,so-tttt", "--scope", scope))


# A change file

SCHEMA_FAULTS = """\
changes:
  - end_area: lao-dong
    reson: x
  - change_lead: dat-dai
  - move_deadline: report_due
    of: bauxite-alumina/2026/lao-dong
    to: 2026-13-01
chang: 1
"""
WRONG_PATCHES = """\
changes:
  - {end_area: an-ninh, of: bauxite-alumina/2026}
  - {change_lead: lao-don, to: so-tttt}
  - {move_deadline: report_due, of: bauxite-alumina/2026/dat-dai, to: 2026-11-01}
  - {change_lead: dau-tu, to: so-xyz}
"""


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (b"", ["1:1"]),
        ("# chỉ có chú thích\n".encode(), ["1:1"]),
        (b"changes:\n", ["1:1"]),
        (b"changes: []\n", ["1:10"]),
        (b"changes: {a: b}\n", ["1:10"]),
        (b"- end_area: lao-dong\n", ["1:1"]),
        (b"just words", ["1:1"]),
        (b"\xff\xfe\x00", ["1:1"]),
        (b"changes: *a\n", ["1:10"]),
        (b"#" * 300_000, ["1:1"]),
        (b"changes:\n" + b"  - {end_area: lao-dong}\n" * 51, ["2:3"]),
        (b"changes:\n  - {mov_deadline: x}\n", ["2:5"]),
        (b"changes:\n  - {end_area: lao-dong, change_lead: x}\n", ["2:5"]),
        (b"changes:\n  - end_area: lao-dong\n    end_area: dat-dai\n", ["3:5"]),
        (SCHEMA_FAULTS.encode(), ["3:5", "4:5", "7:9", "8:1"]),
        (WRONG_PATCHES.encode(), ["3:5", "4:71", "5:31"]),
    ],
)
def test_all_that_is_wrong_with_a_change_file_is_told_at_its_place(
    ready: Dondoc, tmp_path: Path, content: bytes, places: list[str]
) -> None:
    file = tmp_path / "de-nghi.yaml"
    file.write_bytes(content)
    told = ready(*ask("--change", str(file)), "--json")
    assert (told.code, list(told.json)) == (1, ["faults"])
    assert {fault["file"] for fault in told.json["faults"]} == {str(file)}
    assert sorted(f"{fault['line']}:{fault['column']}" for fault in told.json["faults"]) == places
    plain = ready(*ask("--change", str(file)), "--lang", "en")
    assert plain.code == 1
    lines = plain.out.splitlines()
    assert all(any(line.startswith(f"{file}:{place}: ") for line in lines) for place in places), plain.out
    assert nothing_filed(ready)


def test_faults_of_a_change_file_are_told_in_both_languages_with_the_nearest_key(ready: Dondoc, tmp_path: Path) -> None:
    file = tmp_path / "de-nghi.yaml"
    file.write_text("changes:\n  - {mov_deadline: x}\n", encoding="utf-8")
    for lang, words in (("vi", ("mỗi điều chỉnh có đúng một", "có phải")), ("en", ("a patch has", "did you mean"))):
        told = ready(*ask("--change", str(file), "--lang", lang))
        assert all(word in told.out for word in (*words, "`move_deadline`")), told.out


def test_a_change_file_is_kept_with_its_reasons(ready: Dondoc, tmp_path: Path) -> None:
    file = tmp_path / "de-nghi.yaml"
    file.write_text(
        "changes:\n"
        f"  - {{move_deadline: report_due, of: {CASE}, to: 2026-12-25, reason: Số liệu đến muộn.}}\n"
        "  - {change_lead: dat-dai, to: so-khdt}\n",
        encoding="utf-8",
    )
    request = filed(ready, "--change", str(file))
    shown = ready("impact", request, "--json").json
    assert [part["reason"] for part in shown["fresh"]["parts"]] == ["Số liệu đến muộn.", None]
    # Edited, it has the reasons of the new text only.
    assert ready("act", request, "send_back", *DEPARTMENT, "--reason", "Bỏ điểm 1").code == 0
    file.write_text("changes:\n  - {change_lead: dat-dai, to: so-khdt}\n", encoding="utf-8")
    assert ready("act", request, "submit", *LEAD, "--change", str(file)).code == 0
    shown = ready("impact", request, "--json").json
    assert [part["reason"] for part in shown["fresh"]["parts"]] == [None]


def test_an_edit_with_faults_is_told_at_its_place_too(ready: Dondoc, tmp_path: Path) -> None:
    request, file = filed(ready, *MOVE), tmp_path / "sua.yaml"
    assert ready("act", request, "send_back", *DEPARTMENT, "--reason", "Sửa").code == 0
    for content, place in ((SCHEMA_FAULTS, "3:5"), (WRONG_PATCHES, "3:5")):
        file.write_text(content, encoding="utf-8")
        told = ready("act", request, "submit", *LEAD, "--change", str(file))
        assert told.code == 1
        assert f"{file}:{place}: " in told.out
    assert ready("show", request, "--json").json["state"] == "draft"


# What is decided


def test_an_approval_of_what_is_not_there_changes_nothing(ready: Dondoc, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("changes:\n  - {end_area: lao-dong}\n", encoding="utf-8")
    request = forwarded(ready, *MOVE)
    before = ready("show", CASE, "--json").json
    for more, code in (
        (("--part", "2"), "no-part"),
        (("--part", "1", "--part", "7"), "no-part"),
        (("--impact", "0" * 64), "impact-moved"),
        (("--impact", "deadbeef"), "impact-moved"),
        (("--impact", "f00"), None),
        (("--change", str(file)), "takes-no"),
    ):
        found = refusal(ready, "act", request, "approve", *PPC, "--decision", "1/QĐ", *more)
        assert code is None or found["code"] == code
        assert ("impact" in found) == (code == "impact-moved")
    assert ready("show", CASE, "--json").json == before
    assert ready("export", PLAN, "--json").json["version"] == 1


def test_an_approval_needs_a_decision_and_a_whole_part_number(ready: Dondoc) -> None:
    request = forwarded(ready, *MOVE)
    assert refusal(ready, "act", request, "approve", *PPC)["code"] == "needs"
    assert refusal(ready, "act", request, "approve", *LEAD, "--decision", "1/QĐ")["code"] == "wrong-agency"
    for part in ("0", "-1", "một", "1.5"):
        told = ready("act", request, "approve", *PPC, "--decision", "1/QĐ", "--part", part)
        assert (told.code, told.out) == (2, "")
    told = ready("act", request, "approve", *PPC, "--decision", "1/QĐ", "--impact", "")
    assert (told.code, told.out) == (2, "")


def test_part_impact_and_waive_are_for_approvals_only(ready: Dondoc) -> None:
    request = forwarded(ready, *MOVE)
    reject = ("act", request, "reject", *PPC, "--decision", "1/TB", "--reason", "Không")
    report = ("act", CASE, "report", *LEAD, "--number", "1/BC", "--dated", "2026-12-01", "--text", "Xong")
    for argv, more in product((reject, report), (("--part", "1"), ("--impact", "deadbeef"), ("--waive",))):
        found = refusal(ready, *argv, *more)
        assert found["code"] == "takes-no"
        assert more[0] in found["message"]


def test_a_report_that_no_longer_holds_comes_with_the_fresh_one_which_can_be_approved_by_its_hash(
    ready: Dondoc,
) -> None:
    first, second = forwarded(ready, *MOVE), forwarded(ready, "--move-deadline", f"{CASE}:report_due=2026-12-28")
    assert ready("act", first, "approve", *PPC, "--decision", "1/QĐ").code == 0
    found = refusal(ready, "act", second, "approve", *PPC, "--decision", "2/QĐ")
    assert found["code"] == "impact-moved"
    fresh = ready("impact", second, "--json").json["fresh"]
    assert (found["impact"]["hash"], found["impact"]["cases"]) == (fresh["hash"], fresh["cases"])
    done = ready("act", second, "approve", *PPC, "--decision", "2/QĐ", "--impact", fresh["hash"][:12], "--json")
    assert (done.code, done.json["state"]) == (0, "approved")
    assert ready("show", CASE, "--json").json["due"]["report_due"] == "2026-12-29T00:00:00+07:00"
    assert ready("audit", "verify").code == 0


def test_several_requests_are_approved_in_one_act_or_none_is(ready: Dondoc) -> None:
    first, other = forwarded(ready, *MOVE), forwarded(ready, *NEW_LEAD)
    rival = forwarded(ready, "--move-deadline", f"{CASE}:report_due=2026-12-28")
    approve = ("approve", *PPC, "--decision", "1/QĐ")
    assert refusal(ready, "act", first, rival, *approve)["code"] == "impact-moved"
    assert {case["state"] for case in ready("cases", "--requests", "--json").json} == {"forwarded"}
    assert ready("export", PLAN, "--json").json["version"] == 1
    assert [case["state"] for case in ready("act", first, other, *approve, "--json").json] == ["approved", "approved"]
    assert ready("export", PLAN, "--json").json["version"] == 3
    assert ready("audit", "verify").code == 0


# What is shown


def test_a_request_in_json_is_as_show_has_it_with_its_impact(ready: Dondoc) -> None:
    asked = ready(*ask(*MOVE, "--text", "Số liệu muộn"), "--json").json
    impact = asked.pop("impact")
    assert asked == ready("show", asked["id"], "--json").json
    assert (asked["id"], asked["kind"], asked["state"]) == (f"{PLAN}/adj/1", "request", "draft")
    assert {"hash", "cases", "plan_changes", "warnings", "rivals", "mails", "touches", "parts"} <= impact.keys()
    assert len(impact["hash"]) == 64
    assert impact["parts"][0]["part"] == 1


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "vi",
            ("chuyển đến hết thứ Sáu 25/12/2026", "Lưu ý: ", "muộn hơn hạn tổng hợp", "Thư gửi ngay cho: so-ldtbxh"),
        ),
        (
            "en",
            ("moves to the end of Friday 25 December 2026", "Note: ", "consolidation", "Mail at once to: so-ldtbxh"),
        ),
    ],
)
def test_for_people_a_request_says_what_it_would_do(ready: Dondoc, lang: str, words: tuple[str, ...]) -> None:
    told = ready(*ask(*MOVE, "--submit", "--lang", lang))
    assert (told.code, told.err) == (0, "")
    impact = ready("impact", f"{PLAN}/adj/1", "--lang", lang)
    for word in words:
        assert word in told.out
        assert word in impact.out
    assert "{" not in told.out + impact.out


def test_impact_shows_what_was_attached_beside_what_is_so_now(ready: Dondoc) -> None:
    request = forwarded(ready, *MOVE)
    found = ready("impact", request, "--json").json
    assert found["attached"]["hash"] == found["fresh"]["hash"] == found["hash"]
    other = filed(ready, *NEW_LEAD)
    found = ready("impact", other, "--json").json
    assert (found["attached"], found["state"]) == (None, "submitted")
    assert ready("act", CASE, "report", *LEAD, "--number", "1", "--dated", "2026-12-01", "--text", "Xong").code == 0
    found = ready("impact", request, "--json").json
    assert found["attached"]["hash"] != found["fresh"]["hash"]
    assert found["fresh"]["void"]["code"] == "change-met"
    told = ready("impact", request, "--lang", "en").out
    assert found["fresh"]["void"]["why"]["en"] in told


def test_impact_of_a_part_is_of_that_part_alone(ready: Dondoc) -> None:
    request = filed(ready, *MOVE, *NEW_LEAD)
    whole = ready("impact", request, "--json").json["fresh"]
    part = ready("impact", request, "--part", "2", "--json").json["fresh"]
    assert {case["case"] for case in whole["cases"]} > {case["case"] for case in part["cases"]}
    assert [found["part"] for found in part["parts"]] == [2]
    assert refusal(ready, "impact", request, "--part", "3")["code"] == "no-part"


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_of_a_decided_request_the_report_it_was_decided_on_is_left(ready: Dondoc, decision: str) -> None:
    request = forwarded(ready, *MOVE)
    attached = ready("impact", request, "--json").json["attached"]
    words = ("--reason", "Không") if decision == "reject" else ()
    assert ready("act", request, decision, *PPC, "--decision", "1/QĐ", *words).code == 0
    found = ready("impact", request, "--json").json
    assert found["fresh"] is None
    assert found["attached"]["hash"] == found["hash"] == attached["hash"]
    assert (found["approved"] is None) == (decision == "reject")
    told = ready("impact", request)
    assert (told.code, attached["hash"] in told.out) == (0, True)


def test_impact_is_for_requests_that_are_there(ready: Dondoc) -> None:
    filed(ready, *MOVE)
    assert refusal(ready, "impact", CASE)["code"] == "not-a-request"
    assert refusal(ready, "impact", f"{PLAN}/2026")["code"] == "not-a-request"
    found = refusal(ready, "impact", f"{PLAN}/adj/2")
    assert (found["code"], f"{PLAN}/adj/1" in found["message"]) == ("no-case", True)


def test_requests_are_listed_by_themselves(ready: Dondoc) -> None:
    assert nothing_filed(ready)
    draft = ready(*ask(*MOVE), "--json").json["id"]
    before_the_ppc = forwarded(ready, *NEW_LEAD)
    found = ready("cases", "--requests", "--json").json
    assert [(case["id"], case["kind"]) for case in found] == [(draft, "request"), (before_the_ppc, "request")]
    chosen = ready("cases", "--requests", "--state", "forwarded", "--json").json
    assert [case["id"] for case in chosen] == [before_the_ppc]
    assert "request" not in {case["kind"] for case in ready("cases", "--json").json}
    assert {case["kind"] for case in ready("cases", "--rounds", "--json").json} == {"round"}
    assert ready("cases", "--requests", "--rounds").code == 2
    told = ready("cases", "--requests", "--lang", "en").out
    assert "Land and environment from now on" in told


def test_the_list_shows_what_is_owed_now_not_what_is_done(ready: Dondoc) -> None:
    draft = ready(*ask(*MOVE), "--json").json["id"]
    before_the_ppc = forwarded(ready, *NEW_LEAD)
    withdrawn = filed(ready, "--change-title", "lao-dong=Lao động")
    assert ready("act", withdrawn, "withdraw", *LEAD).code == 0
    lines = {line.split()[0]: line for line in ready("cases", "--requests").out.splitlines()}
    assert lines[before_the_ppc].rstrip().endswith("trước khi hết thứ Ba 15/12/2026")
    for idle in (draft, withdrawn):
        assert lines[idle].rstrip().endswith(" -")


def test_an_area_may_be_left_without_coordinators(ready: Dondoc) -> None:
    done = ready(*ask("--change-coordinators", "lao-dong="), "--json")
    assert done.code == 0
    (case,) = (found for found in done.json["impact"]["cases"] if found["case"].endswith("/2026/lao-dong"))
    assert case["roles"]["coordinator"]["after"] == []


def test_a_stranger_learns_first_that_it_may_not_ask(ready: Dondoc, tmp_path: Path) -> None:
    file = tmp_path / "change.yaml"
    file.write_text("changes:\n  - {end_area: lao-don}\n", encoding="utf-8")
    done = ready("request", "bauxite-alumina", "--as", "bo-cong-thuong", "--change", str(file), "--json")
    assert (done.code, done.json["refused"]["code"]) == (1, "may-not-request")


def test_on_a_request_that_is_over_it_is_said_that_nothing_is_possible(ready: Dondoc) -> None:
    request = filed(ready, *MOVE)
    assert ready("act", request, "withdraw", *LEAD).code == 0
    assert "Lúc này có thể: không còn việc gì." in ready("act", request, "submit", *LEAD).err
    assert "chưa có báo cáo tác động" in ready("impact", request).out


def test_of_a_new_lead_the_report_says_who_owes_it_instead_of_whom(ready: Dondoc) -> None:
    out = ready(*ask(*NEW_LEAD)).out
    assert re.search(r"hạn gửi báo cáo \(trước khi hết [^)]*\): so-khdt thực hiện, thay so-tnmt", out)
