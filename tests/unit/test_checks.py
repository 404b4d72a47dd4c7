"""Planted faults are found at their word, all in one run; what ships and what is built to be sound passes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.definitions import planted, shipped, shipped_bytes
from workflow.checks import Catalogue, check, warnings
from workflow.definition.loading import Loaded, load
from workflow.definition.reading import Fault

TASK, ROUND, PLAN = "workflows/task-area.yaml", "workflows/reporting-round.yaml", "plans/bauxite-alumina.yaml"
REQUEST, AGENCIES, CALENDAR = "workflows/adjustment-request.yaml", "agencies.yaml", "calendars/vietnam.yaml"


def faults_of(raw: bytes, file: str) -> list[Fault]:
    return check(Catalogue.of([load(raw, file)], shipped=shipped()))


def test_what_ships_is_sound() -> None:
    assert check(Catalogue.of(shipped())) == []


def test_each_shipped_file_is_sound_beside_the_others() -> None:
    for file, raw in shipped_bytes().items():
        assert faults_of(raw, file) == []


PLANTED = [
    # names
    (TASK, "initial: assigned", "initial: «asigned", "unknown-state", "assigned"),
    (TASK, "from: [assigned, in_progress]\n", "from: [assigned, «in_progres]\n", "unknown-state", "in_progress"),
    (TASK, "from: [assigned, in_progress]\n", "from: [assigned, in_progress, «assigned]\n", "listed-twice", None),
    (TASK, "  closed:       [lead,", "  «closd:       [lead,", "unknown-state", "closed"),
    (TASK, "[lead, coordinator, consolidator]", "[lead, «cordinator, consolidator]", "unknown-role", "coordinator"),
    (TASK, "[lead, coordinator, consolidator]", "[lead, «affected, consolidator]", "unknown-role", None),
    (TASK, "to: [lead, coordinator], until", "to: [lead, «leed], until", "unknown-role", "lead"),
    (TASK, "{owner: lead,", "{owner: «led,", "unknown-role", "lead"),
    (TASK, "at: report_due", "at: «report_du", "unknown-deadline", "report_due"),
    (TASK, "at: round.consolidation_due", "at: «round.consolidation", "unknown-deadline", "round.consolidation_due"),
    (TASK, "with: round.submit", "with: «round.submitt", "unknown-transition", "round.submit"),
    (TASK, "with: round.submit", "with: «submit", "with-needs-round", None),
    (TASK, "    meets: report_due", "    meets: «report_de", "unknown-deadline", "report_due"),
    (TASK, "rearm: {report_due: 2wd}", "rearm: {«reprt_due: 2wd}", "unknown-deadline", "report_due"),
    (TASK, "if: escalated not reached", "if: «escalate not reached", "unknown-state", "escalated"),
    (TASK, "if: report_due unmet", "if: «report unmet", "unknown-deadline", None),
    (TASK, "base: entered reported", "base: «entered raported", "unknown-state", "reported"),
    (TASK, "while: [reported, consolidated]", "while: [reported, «consolidate]", "unknown-state", "consolidated"),
    (TASK, "  - by: round.consolidation_due", "  - by: «round.opinion", "unknown-deadline", "round.opinion_due"),
    (TASK, "reached: [escalated, closed]", "reached: [escalated, «close]", "unknown-state", "closed"),
    (TASK, "part_of: reporting-round ", "part_of: «reporting-rund ", "unknown-workflow", "reporting-round"),
    (TASK, "part_of: reporting-round ", "part_of: «task-area ", "round-in-round", None),
    (ROUND, "as: submit", "as: «submitt", "unknown-transition", "submit"),
    (ROUND, "as: submit", "as: «supplement", "as-goes-on", None),
    (ROUND, "after: submit, in", "after: «submt, in", "unknown-start", "submit"),
    # forms
    (TASK, "  start:\n", "  «reminded:\n", "reserved-name", None),
    (TASK, "  report_due: {owner", "  «start: {owner", "name-of-both", None),
    (TASK, "    to: in_progress\n    by: lead\n", "    to: in_progress\n", "no-cause", None),
    (TASK, "    at: report_due\n", "    by: lead\n    «at: report_due\n", "two-causes", None),
    (TASK, "    at: report_due\n", "    at: report_due\n    «on_behalf: consolidator\n", "on-behalf-without-by", None),
    (TASK, "    at: report_due\n", "    at: report_due\n    «needs: reason\n", "needs-without-by", None),
    (TASK, "    at: report_due\n", "    at: report_due\n    rearm: {report_due: «given}\n", "given-without-by", None),
    (TASK, "rearm: {report_due: 2wd}", "rearm: {report_due: «-2wd}", "term-not-positive", None),
    (TASK, "every: 3wd, most: 5", "every: «0wd, most: 5", "every-not-positive", None),
    (TASK, "while: [reported, consolidated]", "copy: lead", "endless-reminder", None),
    (TASK, "offset: [-10wd, -5wd, -1wd]", "offset: [«-999wd, -1wd]", "offset-too-far", None),
    (TASK, "reported, offset: +3wd", "reported, offset: «-3wd", "offset-before-entry", None),
    (TASK, "coordinator], until: report_due met", "coordinator], «most: 3", "most-without-every", None),
    (TASK, "base: report_due, offset: +3wd", "base: report_due, «offset: [+3wd, +4wd]", "series-of-many", None),
    (TASK, "    reached: [escalated, closed]\n", "    reached: []\n", "always-says-nothing", None),
    (ROUND, "after: submit, in: 20wd", "«after: submit", "after-and-in", None),
    (ROUND, "after: submit, in: 20wd", "after: «opinion_due, in: 20wd", "circular-term", None),
    (ROUND, "in: 20wd", "in: «0wd", "term-not-positive", None),
    # the machine
    (TASK, "  closed:       {vi", "  «forgotten: {vi: Bỏ quên}\n  closed:       {vi", "unreachable-state", None),
    (TASK, "    with: round.submit", "    at: round.consolidation_due", "two-at", None),
    (ROUND, "    from: submitted\n    to: ack", "    from: collecting\n    to: ack", "no-way-out", None),
    (ROUND, ", final: true", "", "no-final-state", None),
    (ROUND, "initial: collecting", "initial: «acknowledged", "initial-is-final", None),
    (ROUND, "Collecting}", "Collecting, «effect: apply_change}", "effect-not-final", None),
    # the plan
    (PLAN, "workflow: task-area", "workflow: «task-aera", "unknown-workflow", "task-area"),
    (PLAN, "workflow: task-area", "workflow: «reporting-round", "workflow-without-round", None),
    (PLAN, "calendar: vietnam", "calendar: «vietnamm", "unknown-calendar", "vietnam"),
    (PLAN, "adjustments: adjustment-request", "adjustments: «adjustments", "unknown-workflow", None),
    (PLAN, "adjustments: adjustment-request", "adjustments: «task-area", "adjustment-without-change", None),
    (REQUEST, "    needs: decision\n", "", "effect-without-decision", None),
    (PLAN, "  office: vp-ubnd-tinh\n", "", "role-not-played", None),
    (PLAN, "  office: vp-ubnd-tinh\n", "  «offise: vp-ubnd-tinh\n", "unknown-role", "office"),
    (PLAN, "  office: vp-ubnd-tinh\n", "  office: vp-ubnd-tinh\n  «lead: so-tttt\n", "role-from-area", None),
    (PLAN, "lead: so-tttt", "lead: «so-ttt", "unknown-agency", "so-tttt"),
    (PLAN, "with: [so-khdt, so-tnmt]", "with: [so-khdt, «so-tnm]", "unknown-agency", "so-tnmt"),
    (PLAN, "with: [so-khdt, so-tnmt]", "with: [so-khdt, «so-khdt]", "listed-twice", None),
    (PLAN, "with: [so-khdt, so-tnmt]", "with: [so-khdt, «so-cong-thuong]", "lead-coordinates", None),
    (PLAN, "roster: []", "roster: [«so-y-te]", "unknown-agency", None),
    (PLAN, "[vp-ubnd-tinh]", "[«vp-ubnd]", "unknown-agency", "vp-ubnd-tinh"),
    (PLAN, "  report_due:                #", "  «report_duee:                #", "unknown-deadline", "report_due"),
    (PLAN, "  report_due:              {after: opening, in: 5wd}\n", "", "deadline-without-moment", None),
    (PLAN, "{after: opening, in: 5wd}", "{«before: 6-15}", "ad-hoc-date", None),
    (PLAN, "{after: opening, in: 5wd}", "{after: «openning, in: 5wd}", "unknown-plan-start", "opening"),
    (PLAN, "{after: opening, in: 5wd}", "{after: «round.consolidation_due, in: 5wd}", "circular-term", None),
    (PLAN, "{after: report_due, in: 3wd}", "{after: opening, in: «3wd}", "ad-hoc-out-of-order", None),
    (PLAN, "    before: 12-15", "    before: «12-25", "out-of-order", None),
    (PLAN, "    before: 12-20", "    before: «12-10", "out-of-order", None),
    (PLAN, "    before: 12-15", "    before: «02-29", "not-in-cycle", None),
    (PLAN, "    before: 12-15", "    before: «[06-15, 12-15]", "month-days", None),
    (PLAN, "    before: 12-15", "    undated: true\n    «following: true", "following-without-date", None),
    (PLAN, "every: year", "every: month", "ends-with-month", None),
    (PLAN, "first: 2023", "first: «2023-Q1", "bad-cycle-name", None),
    (PLAN, "first: 2023", "first: «1023", "cycle-year", None),
    (PLAN, "last: 2030", "last: «2020", "cycles-reversed", None),
    # lists
    (AGENCIES, "name: Sở Ngoại vụ,", "name: «sở công  thương,", "agency-name-twice", None),
    (CALENDAR, "{day: 2026-01-01,", "{day: «2025-12-31,", "day-of-another-year", None),
    (CALENDAR, "{day: 2025-04-26,", "{day: «2025-04-24,", "worked-anyway", None),
    (CALENDAR, "instead_of: 2025-05-02", "instead_of: «2025-05-05", "instead-of-not-off", None),
    (CALENDAR, "{day: 2026-01-02,", "{day: «2026-01-01,", "day-twice", None),
]  # fmt: skip

AT_THE_WHOLE = {
    "no-cause", "endless-reminder", "always-says-nothing", "two-at", "no-way-out", "no-final-state", "role-not-played",
    "deadline-without-moment", "out-of-order", "ends-with-month", "effect-without-decision",
}  # fmt: skip
"""Their place is another word than the one that was spoilt; asserted below."""


@pytest.mark.parametrize(("file", "old", "new", "code", "meant"), PLANTED)
def test_a_planted_fault_is_found_at_its_word(file: str, old: str, new: str, code: str, meant: str | None) -> None:
    raw, line, column = planted(file, old, new)
    found = [f for f in faults_of(raw, file) if f.code == code]
    assert found, [str(f) for f in faults_of(raw, file)]
    if code not in AT_THE_WHOLE:
        assert (line, column) in [(f.line, f.column) for f in found]
    if meant:
        assert f"did you mean `{meant}`?" in [f.hint_text("en") for f in found]
    for fault in found:
        assert fault.text("vi")
        assert fault.text("en")


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "where"),
    [
        (TASK, "    to: in_progress\n    by: lead\n", "    to: in_progress\n", "no-cause", "  «start:\n"),
        (TASK, "while: [reported, consolidated]", "copy: lead", "endless-reminder", "+3wd, «every: 3wd, to"),
        (
            ROUND,
            "    from: submitted\n    to: ack",
            "    from: collecting\n    to: ack",
            "no-way-out",
            "  «submitted:    {vi",
        ),
        (ROUND, ", final: true", "", "no-final-state", "«states:"),
        (REQUEST, "    needs: decision\n", "", "effect-without-decision", "  «approve:"),
        (PLAN, "  office: vp-ubnd-tinh\n", "", "role-not-played", "«roles:"),
        (PLAN, "    before: 12-15", "    before: 12-25", "out-of-order", "before: «12-20"),
        (PLAN, "every: year", "every: month", "ends-with-month", "ends: «12-14"),
    ],
)
def test_what_is_missing_is_told_where_it_belongs(file: str, old: str, new: str, code: str, where: str) -> None:
    raw, _, _ = planted(file, old, new)
    text, word = raw.decode(), where.replace("«", "")
    assert text.count(word) == 1, word
    at = text.index(word) + where.index("«")
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    assert (line, column) in [(f.line, f.column) for f in faults_of(raw, file) if f.code == code]


def test_only_a_request_applies_a_change() -> None:
    raw, _, _ = planted(TASK, "Closed, final: true}", "Closed, final: true, effect: apply_change}")
    found = check(Catalogue.of([load(raw, TASK)], shipped=shipped(), dependants=True))
    assert "effect-outside-requests" in [f.code for f in found if f.file == PLAN]


def test_two_clock_ways_may_exclude_each_other_by_their_conditions() -> None:
    spare = "  spare: {from: in_progress, to: escalated, at: report_due, if: escalated reached}\n  miss_report:\n"
    clash, _, _ = planted(TASK, "  miss_report:\n", spare)
    assert [f.code for f in faults_of(clash, TASK)] == ["two-at"]
    sound = clash.replace(
        b"    to: escalated\n    at: report_due\n",
        b"    to: escalated\n    at: report_due\n    if: escalated not reached\n",
    )
    assert "two-at" not in [f.code for f in faults_of(sound, TASK)]


def test_a_state_that_is_left_under_a_condition_alone_has_no_owner() -> None:
    raw, _, _ = planted(ROUND, "    on_behalf: office\n", "    on_behalf: office\n    if: opinion_due unmet\n")
    assert [f.code for f in faults_of(raw, ROUND)] == ["no-owner"]


def test_faults_of_form_and_of_sense_are_told_in_one_run_each_once() -> None:
    raw, _, _ = planted(TASK, "initial: assigned", "inital: assigned\ninitial: asigned")
    raw = raw.replace(b"reached: [escalated, closed]", b"reached: [escalated, clsed]")
    raw = raw.replace(b"most: 5,", b"most: five,")
    found = [(f.code, f.line) for f in faults_of(raw, TASK)]
    assert [code for code, _ in found] == ["unknown-key", "unknown-state", "not-number", "unknown-state"]
    assert found == sorted(found, key=lambda each: each[1])


def test_a_reminder_with_a_bad_form_does_not_shift_the_places_of_the_others() -> None:
    raw, _, _ = planted(TASK, "offset: [-10wd, -5wd, -1wd]", "offset: often")
    raw = raw.replace(b"while: [reported, consolidated]", b"while: [reported, nowhere]")
    text = raw.decode()
    at = text.index("nowhere")
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    assert ("unknown-state", line, column) in [(f.code, f.line, f.column) for f in faults_of(raw, TASK)]


def test_a_faulty_part_is_no_riddle_to_those_that_name_it() -> None:
    raw, _, _ = planted(TASK, "{owner: lead,", "{owner: [lead],")
    assert {f.code for f in faults_of(raw, TASK)} == {"not-text"}


def test_a_checked_plan_has_its_workflows_checked_too() -> None:
    spoilt, _, _ = planted(ROUND, "initial: collecting", "initial: colecting")
    plan = load(shipped_bytes()[PLAN], PLAN)
    found = check(Catalogue.of([plan], published=[load(spoilt, "published/reporting-round")], shipped=shipped()))
    assert {(f.file, f.code) for f in found} == {("published/reporting-round", "unknown-state")}


def test_other_definitions_in_view_are_not_reported() -> None:
    spoilt, _, _ = planted(TASK, "initial: assigned", "initial: asigned")
    found = check(Catalogue.of([load(shipped_bytes()[AGENCIES], AGENCIES)], published=[load(spoilt, TASK)]))
    assert found == []


def test_what_a_text_breaks_in_the_plans_that_stand_on_it_is_told_when_asked() -> None:
    raw, _, _ = planted(AGENCIES, "  so-tttt:  ", "  so-khcn:  ")
    given_ = load(raw, AGENCIES)
    assert check(Catalogue.of([given_], shipped=shipped())) == []
    found = check(Catalogue.of([given_], shipped=shipped(), dependants=True))
    assert {(f.file, f.code) for f in found} == {(PLAN, "unknown-agency")}


def test_a_given_file_stands_before_a_published_one_and_that_before_the_shipped() -> None:
    mailless, _, _ = planted(AGENCIES, ", mail: vanthu@sngv.example", "")
    plan, agencies = load(shipped_bytes()[PLAN], PLAN), load(mailless, "published")
    found = check(Catalogue.of([plan], published=[agencies], shipped=shipped()))
    assert [(f.code, f.params["name"]) for f in found] == [("agency-without-mail", "so-ngoai-vu")]
    sound = load(shipped_bytes()[AGENCIES], AGENCIES)
    assert check(Catalogue.of([plan, sound], published=[agencies], shipped=shipped())) == []


def test_one_name_given_twice_is_a_fault_of_the_second() -> None:
    one, two = load(shipped_bytes()[ROUND], "a.yaml"), load(shipped_bytes()[ROUND], "b.yaml")
    (fault,) = check(Catalogue.of([one, two]))
    assert (fault.file, fault.code, fault.params["other"]) == ("b.yaml", "defined-twice", "a.yaml")


def _cycle(every: str, before: str, then: str, ends: str = "") -> bytes:
    text = shipped_bytes()[PLAN].decode().replace("every: year", f"every: {every}").replace("ends: 12-14", ends)
    text = text.replace("roll: keep", "roll: next")
    return text.replace("before: 12-15", f"before: {before}").replace("before: 12-20", f"before: {then}").encode()


@pytest.mark.parametrize(
    "raw",
    [
        _cycle("month", "15", "20", "ends: 14"),
        _cycle("quarter", "[03-15, 06-15, 09-15, 12-15]", "[03-20, 06-20, 09-20, 12-20]", "ends: 14"),
        _cycle("half-year", "[06-05, 12-05]", "[06-10, 12-12]"),
        _cycle("year", "01-10\n    following: true", "01-15\n    following: true"),
    ],
)
def test_plans_by_month_quarter_half_year_and_year_are_sound(raw: bytes) -> None:
    assert [str(f) for f in faults_of(raw, PLAN)] == []


def test_a_monthly_deadline_on_the_thirtieth_exists_in_february_too() -> None:
    assert faults_of(_cycle("month", "20", "30"), PLAN) == []


def test_a_roll_may_bring_two_deadlines_to_one_day_but_not_turn_them_round() -> None:
    """Tết 2026: the 17th and the 19th of February are off, as are the days to the 22nd."""
    both = _cycle("month", "18", "20", "ends: 14")
    assert faults_of(both, PLAN) == []
    kept = both.replace(b"roll: next\n\nad_hoc", b"roll: keep\n\nad_hoc")
    assert kept != both
    (fault,) = faults_of(kept, PLAN)
    assert (fault.code, fault.hint_text("en") is not None) == ("out-of-order", True)


def test_an_order_that_only_a_roll_turns_round_is_found() -> None:
    """Reports by Saturday 19 December 2026 roll to Monday; the consolidation of Sunday 20 December stays."""
    raw = shipped_bytes()[PLAN].replace(b"before: 12-15", b"by: 12-19").replace(b"before: 12-20", b"by: 12-20")
    (fault,) = [f for f in faults_of(raw, PLAN) if f.code == "out-of-order"]
    assert fault.params["cycle"] == "2026"


def test_years_without_an_official_list_warn_and_are_no_fault() -> None:
    (warning,) = warnings(Catalogue.of([load(shipped_bytes()[PLAN], PLAN)], shipped=shipped()))
    assert warning.code == "years-not-official"
    assert {2025, 2026}.isdisjoint(warning.params["years"])


def test_thousands_of_faults_cost_little_and_are_told_up_to_a_limit() -> None:
    lines = [f"  s{n}: {{from: nowhere{n}, to: elsewhere{n}, by: nobody{n}}}" for n in range(3000)]
    states = [f"  t{n}: {{vi: x}}" for n in range(1000)]
    head = "workflow: x\ntitle: x\nroles: {a: {vi: a}}\ninitial: t1\n"
    raw = "\n".join([head + "states:", *states, "transitions:", *lines]).encode()
    started = time.perf_counter()
    found = faults_of(raw, "big.yaml")
    assert len(found) == 100
    assert time.perf_counter() - started < 10


def _spoilt() -> st.SearchStrategy[Loaded]:
    files = list(shipped_bytes().items())

    def cut(choice: tuple[int, int, int, str]) -> Loaded:
        file, raw = files[choice[0] % len(files)]
        lines = raw.decode().split("\n")
        at = choice[1] % len(lines)
        lines[at : at + choice[2]] = [choice[3]] if choice[3] else []
        return load("\n".join(lines).encode(), file)

    words = st.sampled_from(["", "x: 1", "  x: y", "    by: lead", "    with: round.submit", "  - a", "roles: {}"])
    return st.tuples(st.integers(0, 5), st.integers(0, 200), st.integers(0, 3), words).map(cut)


@given(_spoilt())
def test_no_spoilt_definition_makes_the_checks_raise(loaded: Loaded) -> None:
    found = check(Catalogue.of([loaded], shipped=shipped()))
    assert set(map(str, loaded.faults)) <= set(map(str, found))
    assert len({f.text("en") for f in found}) == len(found), "none twice"
    for fault in found:
        assert fault.text("vi")
