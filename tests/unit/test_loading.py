"""A file becomes one frozen definition, or faults at the very word, all at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.definitions import planted, shipped, shipped_bytes
from workflow.definition.loading import Loaded, load
from workflow.definition.plan import Plan
from workflow.definition.reading import with_marker
from workflow.definition.workflow import Workflow

TASK, ROUND, PLAN = "workflows/task-area.yaml", "workflows/reporting-round.yaml", "plans/bauxite-alumina.yaml"
AGENCIES, CALENDAR = "agencies.yaml", "calendars/vietnam.yaml"


def test_what_ships_is_sound_and_knows_its_kind_and_name() -> None:
    assert {(d.kind, d.name) for d in shipped()} == {
        ("agencies", "agencies"),
        ("calendar", "vietnam"),
        ("plan", "bauxite-alumina"),
        ("workflow", "task-area"),
        ("workflow", "reporting-round"),
        ("workflow", "adjustment-request"),
    }
    for definition in shipped():
        assert definition.faults == ()
        assert definition.model is not None


def test_the_shipped_plan_says_what_the_real_one_says() -> None:
    (plan,) = (d.model for d in shipped() if isinstance(d.model, Plan))
    assert [(name, area.lead, len(area.with_)) for name, area in plan.areas.items()] == [
        ("tuyen-truyen", "so-tttt", 1),
        ("quy-hoach", "so-cong-thuong", 2),
        ("dau-tu", "so-khdt", 1),
        ("dat-dai", "so-tnmt", 0),
        ("lao-dong", "so-ldtbxh", 2),
        ("an-ninh", "cong-an-tinh", 1),
    ]
    assert [name for name, area in plan.areas.items() if area.confidential] == ["an-ninh"]
    assert {name: moment.roll for name, moment in plan.deadlines.items()} == {
        "report_due": "next",
        "round.consolidation_due": "keep",
    }


def test_every_transition_and_deadline_that_ships_has_words_for_people() -> None:
    for definition in shipped():
        if isinstance(definition.model, Workflow):
            model = definition.model
            titles = [t.title for t in model.transitions.values()] + [d.title for d in model.deadlines.values()]
            assert all(title is not None and title.en for title in titles)


PLANTED = [
    (TASK, "initial: assigned", "«inital: assigned", "unknown-key", "initial"),
    (TASK, "on_behalf: consolidator  #", "«on_behaf: consolidator  #", "unknown-key", "on_behalf"),
    (TASK, "    needs: report\n    meets", "    needs: «raport\n    meets", "not-one-of", "report"),
    (TASK, "if: escalated not reached", "if: «escalated never", "bad-condition", None),
    (TASK, "with: round.submit", "with: «rounds.submit", "bad-reference", None),
    (TASK, "rearm: {report_due: 2wd}", "rearm: {report_due: «2 days}", "bad-span", None),
    (TASK, "offset: [-10wd, -5wd, -1wd]", "offset: [-10wd, «-5, -1wd]", "bad-span", None),
    (TASK, "base: entered reported", "base: «entered reported twice", "bad-base", None),
    (TASK, "final: true", "final: «yes", "not-boolean", None),
    (TASK, "most: 5,", "most: «five,", "not-number", None),
    (TASK, "most: 5,", "most: «0,", "number-too-small", None),
    (TASK, "  in_progress:  {vi", "  «In-progress:  {vi", "bad-word", "in_progress"),
    (TASK, "title: {vi: Bắt đầu thực hiện, en: Start work}", "title: «12", "not-mapping", None),
    (TASK, "vi: Bắt đầu thực hiện, en: Start work", "vi: «12, en: Start work", "not-text", None),
    (TASK, "title: {vi: Bắt đầu thực hiện, en: Start work}", "title: «{en: Start work}", "missing-key", None),
    (TASK, "from: [assigned, in_progress]\n", "from: «[]\n", "empty-list", None),
    (ROUND, "after: submit", "after: «submit or so", "bad-start", None),
    (PLAN, "plan: bauxite-alumina", "«plann: bauxite-alumina", "unknown-key", "plan"),
    (PLAN, "    before: 12-15", "    before: «12-32", "no-such-date", None),
    (PLAN, "    before: 12-15", "    «before: 12-15\n    by: 12-14", "moment-form", None),
    (PLAN, "lead: so-tttt", "lead: «Sở TTTT", "bad-slug", "so-tttt"),
    (PLAN, "every: year", "every: «yearly", "not-one-of", "year"),
    (PLAN, "roll: keep", "roll: «kept", "not-one-of", "keep"),
    (PLAN, "roster: []", "«roster:", "not-list", None),
    (PLAN, "confidential: true", "confidential: «'true'", "not-boolean", None),
    (AGENCIES, "vanthu@sct.example", "«vanthu@sct", "bad-mailbox", None),
    (AGENCIES, "{name: Sở Công Thương,", '{name: «"Sở\\nCông Thương",', "line-break", None),
    (AGENCIES, "short: CAT, rank: vertical", "short: CAT, rank: «vertcal", "not-one-of", "vertical"),
    (CALENDAR, "country: VN", "country: «vn", "bad-country", None),
    (CALENDAR, "weekend: [sat, sun]", "weekend: [sat, «son]", "not-one-of", "sun"),
    (CALENDAR, "{day: 2026-01-01,", "{day: «2026-02-30,", "bad-date", None),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "code", "meant"), PLANTED)
def test_a_planted_fault_is_found_at_its_word(file: str, old: str, new: str, code: str, meant: str | None) -> None:
    raw, line, column = planted(file, old, new)
    loaded = load(raw, file)
    assert loaded.model is None
    found = {(f.code, f.line, f.column): f for f in loaded.faults}
    assert (code, line, column) in found, list(map(str, loaded.faults))
    hint = found[code, line, column].hint_text("en") or ""
    assert meant is None or f"did you mean `{meant}`?" == hint


def test_a_misspelt_first_key_is_still_read_as_the_kind_it_keeps_company_with() -> None:
    raw, _, _ = planted(PLAN, "plan: bauxite-alumina", "plann: bauxite-alumina")
    loaded = load(raw, PLAN)
    assert (loaded.kind, loaded.name) == ("plan", None)
    assert {f.code for f in loaded.faults} == {"unknown-key", "missing-key"}


def test_all_faults_are_told_in_one_run_in_order() -> None:
    raw, _, _ = planted(TASK, "initial: assigned", "inital: assigned")
    raw = raw.replace(b"    needs: report\n    meets", b"    needs: raport\n    meets").replace(b"most: 5", b"most: x")
    codes = [f.code for f in load(raw, TASK).faults]
    assert sorted(codes) == ["missing-key", "not-number", "not-one-of", "unknown-key"]
    assert [(f.line, f.column) for f in load(raw, TASK).faults] == sorted(
        (f.line, f.column) for f in load(raw, TASK).faults
    )


def test_a_field_name_of_the_code_is_no_key_of_the_language() -> None:
    raw, line, column = planted(TASK, "from: [assigned, in_progress]\n", "«from_: [assigned, in_progress]\n")
    assert ("unknown-key", line, column) in {(f.code, f.line, f.column) for f in load(raw, TASK).faults}


def test_a_fault_reads_the_same_in_text_and_json() -> None:
    raw, line, column = planted(TASK, "initial: assigned", "«inital: assigned")
    fault = next(f for f in load(raw, "x.yaml").faults if f.code == "unknown-key")
    assert str(fault) == f"x.yaml:{line}:{column}: không có khóa `inital` ở đây (có phải `initial`?)"
    assert fault.as_json("en") == {
        "file": "x.yaml",
        "line": line,
        "column": column,
        "code": "unknown-key",
        "message": "there is no key `inital` here",
        "hint": "did you mean `initial`?",
    }


def test_a_mail_template_is_a_text_under_its_files_name() -> None:
    loaded = load("{# dondoc: from mail/reported version 3 #}\nKính gửi".encode(), "definitions/mail/reported.j2")
    assert (loaded.kind, loaded.name, loaded.made_from, loaded.text) == ("mail", "reported", 3, "Kính gửi\n")
    assert loaded.faults == ()


def test_a_marker_of_another_definition_says_nothing_about_this_one() -> None:
    text = shipped_bytes()[PLAN].decode()
    assert load(with_marker(text, "plan", "bauxite-alumina", 4).encode(), PLAN).made_from == 4
    assert load(with_marker(text, "plan", "another-plan", 4).encode(), PLAN).made_from is None


def test_an_unknown_kind_is_told() -> None:
    (fault,) = load(b"worklfow: x\n", "f.yaml").faults
    assert (fault.code, fault.hint_text("en")) == ("unknown-kind", "did you mean `workflow`?")


def _mutations() -> Iterator[st.SearchStrategy[bytes]]:
    for raw in shipped_bytes().values():
        yield st.tuples(st.integers(0, len(raw)), st.integers(0, 40), st.binary(max_size=6)).map(
            lambda cut, raw=raw: raw[: cut[0]] + cut[2] + raw[cut[0] + cut[1] :]  # type: ignore[misc]
        )


@given(st.one_of(st.binary(max_size=300), *_mutations()))
def test_no_bytes_make_loading_raise(raw: bytes) -> None:
    loaded = load(raw, "f.yaml")
    assert isinstance(loaded, Loaded)
    assert (loaded.model is None) == bool(loaded.faults)
    for fault in loaded.faults:
        assert fault.text("vi")
        assert fault.text("en")
        assert fault.line >= 1
        assert fault.column >= 1
