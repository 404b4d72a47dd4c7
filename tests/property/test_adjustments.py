"""Adjustment requests under random people, clocks and outages: an approval does what its impact report says, no more.

A rule is one thing that happens: a request drafted, handed on, decided or taken back (rightly or not), an act on a
case or its round, a plan published by hand, time going by. Everything runs on the real service and a real database.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ruamel.yaml import YAML
from ruamel.yaml.tokens import ScalarToken
from sqlalchemy import select

from tests.support.cast import CONSOLIDATOR, EVERYBODY, LEADS, OFFICE, PPC
from tests.support.definitions import shipped_bytes
from tests.support.postgres import PostgresServer
from tests.support.world import (
    AREAS,
    PLAN,
    ROUND,
    World,
    area,
    build,
    consolidated_facts,
    copied,
    fast_folder,
    report_facts,
)
from workflow.calendar import TZ, local_day
from workflow.definition.change import ChangeText, load_change, patch_of
from workflow.definition.loading import load
from workflow.definition.plan import Plan
from workflow.definition.reading import Reading, read_yaml
from workflow.definition.workflow import Workflow
from workflow.machine import conditions_of
from workflow.model import AMENDED, OPENED, PASSED, REMINDED, SETTLED, Actor, Case, Command, Event, Facts, Refusal
from workflow.record import rebuild
from workflow.service import FaultsFound, Wish
from workflow.service.requests import Asking
from workflow.store.tables import METADATA

START = "2026-12-01 08:00"
ADHOC, NEXT = f"{PLAN}/2026-a1", f"{PLAN}/2027"
ROUNDS = (ROUND, NEXT, ADHOC)
FRESH = ("moi-truong", "thu-hoi")
UNITS = ("so-ngoai-vu", "bch-quan-su-tinh", "so-khdt")
LEADING = AGENCIES = ("so-tttt", "so-cong-thuong", "so-khdt", "so-tnmt", "so-ldtbxh", "so-ngoai-vu", "cong-an-tinh")
ENDS = {"met", "fired", "waived", "superseded", "cancelled"}
LATER = {
    "open": ENDS,
    "fired": {"waived"},
    "met": set[str](),
    "waived": set[str](),
    "superseded": set[str](),
    "cancelled": set[str](),
}
"""What a row may become after each status."""
VERSIONS = METADATA.tables["definition"]
Dump = dict[str, list[tuple[Any, ...]]]
Change = Sequence[Mapping[str, Any]]


def workflow(name: str) -> Workflow:
    model = load(shipped_bytes()[f"workflows/{name}.yaml"], name).model
    assert isinstance(model, Workflow)
    return model


WORKFLOWS = {name: workflow(name) for name in ("task-area", "reporting-round", "adjustment-request")}
REQUEST_TRIGGERS = sorted({*WORKFLOWS["adjustment-request"].transitions, "no_such_act", "opened"})

# What is asked for


def often(*right: Any, seldom: Sequence[Any] = (), times: int = 12) -> st.SearchStrategy[Any]:
    """One of `right`, and about once in `times` one of `seldom`."""
    return st.integers(1, times).flatmap(lambda n: st.sampled_from(seldom if seldom and n == times else right))


def cases_of(round_id: str, *names: str) -> list[str]:
    return [f"{round_id}/{name}" for name in names]


areas = often("lao-dong", "an-ninh", "dau-tu", seldom=[*AREAS, *FRESH, "khong-co"], times=6)
agencies = often(*AGENCIES, seldom=["lanh-dao-ubnd-tinh", "so-y-te"])
few_cases = cases_of(ROUND, "lao-dong", "an-ninh", "dau-tu", "dat-dai")
other_cases = [*cases_of(NEXT, "lao-dong", *FRESH), *cases_of(ADHOC, "lao-dong"), *cases_of(ROUND, *FRESH, *UNITS)]
nowhere = [NEXT, ADHOC, f"{PLAN}/adj/1", "khong/co", *other_cases]
scopes = often(None, None, ROUND, ROUND, ROUND, PLAN, seldom=[*nowhere, *few_cases], times=8)
targets = often(ROUND, ROUND, *few_cases, PLAN, PLAN, seldom=nowhere, times=8)
soon = [(date(2026, 12, 10) + timedelta(days=n)).isoformat() for n in range(30)]
days = often(*soon, seldom=["2026-11-30", "2026-12-01", "2026-12-03", "2027-02-28", "2027-12-31"], times=8)
month_days = often("12-12", "12-14", "12-16", "12-17", "12-19", "12-21", "12-24", seldom=["12-31", "2-29", "13-1"])
moments = st.one_of(
    month_days,
    days,
    st.fixed_dictionaries({"by": month_days, "roll": st.sampled_from(["keep", "next", "previous"])}),
    st.fixed_dictionaries({"before": month_days, "raw": st.sampled_from(["trước hạn", "đến: hết # ngày"])}),
    st.sampled_from(
        [
            {"undated": True},
            {"after": "opening", "in": "365d"},
            {"after": "report_due", "in": "4wd"},
            {"by": ["12-16", "12-18"]},
            {"by": "12-20", "following": True},
            20,
        ]
    ),
)
members_deadlines = often("report_due", seldom=["round.report_due", "khong_co"])
rounds_deadlines = often("round.consolidation_due", "consolidation_due", seldom=["opinion_due"], times=6)
deadlines = st.one_of(members_deadlines, rounds_deadlines)
texts = ["Công tác mới", "12-15", "null", 'Nói "thẳng": một # hai', "- a: {b, [c]}", {"vi": "Tên mới", "en": "New"}]
titles = st.sampled_from([*texts, "x" * 480])
raws = st.sampled_from(["trước ngày 16 tháng 12", "đến hết: 'quý' # này", "null", "{x}"])


def patch(kind: str, subject: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """`of` and whatever else is drawn as None is left out."""
    return st.fixed_dictionaries({kind: subject, **more}).map(
        lambda found: {key.rstrip("_"): value for key, value in found.items() if value is not None}
    )


maybe_raw = st.one_of(st.none(), raws)
in_round = st.just(ROUND)
moves = st.one_of(
    patch("move_deadline", st.just("report_due"), of=often(ROUND, *few_cases), to=days, raw=maybe_raw),
    patch("move_deadline", rounds_deadlines, of=in_round, to=days, raw=maybe_raw),
    patch("move_deadline", deadlines, of=st.just(PLAN), to=moments, raw=maybe_raw),
    patch("move_deadline", deadlines, of=targets, to=days),
)
areas_patches = st.one_of(
    patch("change_lead", areas, of=scopes, to=agencies),
    patch("change_coordinators", areas, of=scopes, to=st.lists(agencies, min_size=1, max_size=3, unique=True)),
    patch("change_title", st.one_of(areas, st.just(PLAN)), of=scopes, to=titles),
    patch(
        "add_area",
        often(*FRESH, seldom=AREAS),
        of=scopes,
        title=titles,
        lead=agencies,
        with_=st.one_of(st.none(), st.lists(agencies, min_size=1, max_size=2, unique=True)),
        confidential=st.sampled_from([None, True]),
    ),
    patch("add_area", often(*FRESH), of=in_round, title=titles, lead=agencies, due=days),
    patch("end_area", areas, of=scopes),
)
units_patches = st.one_of(
    patch("add_unit", st.sampled_from(UNITS), of=scopes),
    patch("add_unit", st.sampled_from(UNITS), of=in_round, due=days),
    patch("end_unit", st.sampled_from(UNITS), of=scopes),
    patch("end_unit", st.sampled_from(["khong-co", "lao-dong"]), reason=st.just("Vì sao")),
)
raw_patches = patch("change_raw", deadlines, of=targets, to=raws)


@st.composite
def some_changes(draw: st.DrawFn) -> Change:
    """A composite, since the description of all this would be long."""
    kinds = st.sampled_from(
        [moves, moves, moves, areas_patches, areas_patches, areas_patches, units_patches, raw_patches]
    )
    count = draw(st.sampled_from([1, 1, 2, 2, 3, 4]))
    return [draw(draw(kinds)) for _ in range(count)]


changes = some_changes()
indices = st.integers(0, 20)
which_parts = st.lists(st.integers(0, 3), max_size=2)
hashes = st.sampled_from(["none", "none", "fresh", "fresh", "short", "attached", "nonsense", "too-short"])
steps = st.one_of(
    st.sampled_from([timedelta(seconds=1), timedelta(hours=7, minutes=30), timedelta(days=1)]),
    st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=4)),
    st.timedeltas(min_value=timedelta(days=4), max_value=timedelta(days=25)),
)

# What is published by hand

Rewriting = Callable[[str], str]


def swap(old: str, new: str) -> Rewriting:
    return lambda text: re.sub(old, new, text, count=1, flags=re.MULTILINE)


REWRITINGS: tuple[Rewriting, ...] = (
    swap(r"^number:.*$", "number: 12/KH-UBND   # văn thư điền"),
    swap(r"^number:.*$", "number:   # văn thư điền\n  12/KH-UBND\n"),
    swap(r"^    before: 12-20$", "    before: 12-22   # lùi hai ngày"),
    swap(r"^    before: 12-15$", "    by: 12-11"),
    swap(r"^    lead: so-khdt$", "    lead: so-tttt   # thay tạm"),
    swap(r"^    with: \[so-tnmt\]$", "    with: so-tnmt"),
    swap(
        r"^    title: \{vi: (\"Công tác quản lý lao động.*?\"), en: (.*?)\}$",
        r"    title:\n      vi: \1   # tên\n      en: \2",
    ),
    swap(
        r"^    others: các cơ quan có liên quan$",
        "    others: >-\n      các cơ quan\n      có liên quan\n    # hết lời",
    ),
    swap(r"^roster: \[\].*$", "roster:   # danh sách\n  - so-ngoai-vu   # đơn vị một\n  # hết"),
    swap(r"^roster: \[\].*$", "roster: [so-ngoai-vu,   # một\n  bch-quan-su-tinh]   # hai"),
    swap(r"^  dat-dai:$", '  # đất đai\n  "dat-dai":   # môi trường'),
    swap(r"^  an-ninh:\n(?:    .*\n)+", ""),
    swap(r"^  dau-tu:\n(?:    .*\n)+", "  dau-tu: {title: Thẩm định, lead: so-khdt, # chủ trì\n    with: [so-tnmt]}\n"),
)


# What must be said of a text


def comments(text: str) -> list[tuple[int, str]]:
    """(line, comment) of all comments, in order."""
    inside = [False] * len(text)
    for token in YAML(typ="safe", pure=True).scan(text):
        if isinstance(token, ScalarToken):
            inside[token.start_mark.index : token.end_mark.index] = [True] * (
                token.end_mark.index - token.start_mark.index
            )
    found: list[tuple[int, str, int]] = []
    for sign in re.finditer(r"(?:(?<=^)|(?<=[ \t]))#[^\n]*", text, re.MULTILINE):
        if not inside[sign.start()] and not (found and found[-1][2] >= sign.start()):
            found.append((text.count("\n", 0, sign.start()) + 1, sign.group().rstrip(), sign.end()))
    return [(line, said) for line, said, _ in found]


def lost_lines(before: Reading, after: Reading) -> set[int]:
    """The lines of entries that were removed, or whose value is another one: a comment there may go with it."""
    starts = sorted({place.line for place in before.keys.values()})
    last = before.text.count("\n") + 1
    lines: set[int] = set()
    for path, place in before.keys.items():
        if path in after.keys and (isinstance(before.at(path), dict) or before.at(path) == after.at(path)):
            continue
        below = {p.line for q, p in before.keys.items() if q[: len(path)] == path}
        ends = [line for line in starts if line > max(below)]
        if path in after.keys:
            lines |= {place.line}
        else:
            lines |= set(range(place.line, ends[0] if ends else last))
    return lines


def keeps_layout(before: str, after: str) -> None:
    """All comments outside removed entries are still there, in order, and so is the order of keys."""
    old, new = read_yaml(before.encode(), "before"), read_yaml(after.encode(), "after")
    gone = lost_lines(old, new)
    left = [said for _, said in comments(after)]
    for line, said in comments(before):
        if said in left:
            left = left[left.index(said) + 1 :]
        else:
            assert line in gone, f"the comment {said!r} is gone"
    same_order(old.data, new.data)


def same_order(before: Any, after: Any) -> None:
    """Entries that say what they said stand in their order; one that says something else may have gone and come."""
    if isinstance(before, dict) and isinstance(after, dict):
        shared = [key for key in before if key in after and (before[key] == after[key] or isinstance(after[key], dict))]
        assert shared == [key for key in after if key in shared]
        for key in shared:
            same_order(before[key], after[key])


def plan_of(text: str) -> Plan:
    loaded = load(text.encode(), "plan.yaml")
    assert loaded.faults == ()
    assert isinstance(loaded.model, Plan)
    return loaded.model


def flat(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict) and value:
        return {k: v for key, part in value.items() for k, v in flat(part, f"{path}.{key}" if path else key).items()}
    return {path: value}


def differences(before: str, after: str) -> list[dict[str, Any]]:
    """What two texts say otherwise, but for the list of amendments."""
    old, new = ((read_yaml(text.encode(), "plan").data or {}) for text in (before, after))
    old, new = (flat({key: value for key, value in data.items() if key != "amendments"}) for data in (old, new))
    return [
        {"path": path, "before": old.get(path), "after": new.get(path)}
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def bare(name: str) -> str:
    return name.removeprefix("round.")


@dataclass(frozen=True)
class Outcome:
    """What became of a command: its answer, or why it was refused."""

    answer: Any = None
    code: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.code is None


def patches_in(read: ChangeText) -> tuple[dict[str, Any], ...]:
    return tuple(dict(plain) for plain in read.plain)


class AdjustmentMachine(RuleBasedStateMachine):
    """One installation; a fresh copy for each example."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dondoc-adjusting-", dir=fast_folder()))
        self.world = self.make()
        self.length = 0
        self.sound_at: datetime | None = None
        self.settled = True  # nothing may be overdue: the daemon has just answered 0
        self.published_by_hand = 0
        self.statuses: dict[tuple[str, str, int], str] = {}
        self.versions: list[str] = []
        self.approvals: dict[int, str] = {}
        self.waivers: set[str] = set()
        self.letters: list[dict[str, Any]] = []

    def make(self) -> World:
        return copied(START, self.folder)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    # Ways to do something

    def attempt(self, do: Callable[[], Any], subjects: int = 1) -> Outcome:
        """Try it; a refusal must leave everything as it was but for being counted."""
        before = self.world.dump()
        counted = len(before.pop("refusal"))
        try:
            return Outcome(do())
        except Refusal as refusal:
            outcome = Outcome(None, refusal.code, refusal.params)
        except FaultsFound as found:
            outcome = Outcome(None, "faults", {"faults": found.faults})
        after = self.world.dump()
        assert len(after.pop("refusal")) == counted + subjects
        assert after == before
        return outcome

    def act(self, case_ids: str | Sequence[str], trigger: str, actor: Actor, **facts: Any) -> Outcome:
        """One command on one or several cases."""
        ids = [case_ids] if isinstance(case_ids, str) else list(case_ids)
        outcome = self.attempt(lambda: self.world.service.act(ids, Command(trigger, actor, Facts(**facts))), len(ids))
        for case_id in ids if outcome.done else ():
            event = next(e for e in reversed(self.world.events(case_id)) if e.trigger == trigger)
            assert (event.actor.agency, event.effective_at) == (actor.agency, self.world.now)
            self.may(event)
        return outcome

    def may(self, event: Event) -> None:
        """Only who plays the role has acted."""
        case = self.world.case(event.case_id)
        transition = WORKFLOWS[case.workflow].transitions[event.trigger]
        assert transition.by is not None
        assert event.actor.agency in case.roles[transition.by]

    def ask(self, actor: Actor, change: Change, *, submit: bool) -> str | None:
        """Draft a request from a change file; its id, None when it was refused."""
        read = self.read(change)
        if read.faults:
            return None
        facts = Facts(text="Đề nghị.", change=patches_in(read), change_reasons=tuple(p.reason for p in read.patches))
        asking = Asking(PLAN, actor, facts, read, submit)
        outcome = self.attempt(lambda: self.world.service.request(asking))
        return str(outcome.answer["id"]) if outcome.done else None

    def read(self, change: Change) -> ChangeText:
        read = load_change(json.dumps({"changes": list(change)}, ensure_ascii=False).encode(), "change.yaml")
        assert all(fault.message("vi") and fault.line == 1 for fault in read.faults)
        return read

    def settle(self) -> None:
        """The daemon fires what is due, at this instant."""
        self.world.attend()
        if self.world.service.held():
            self.world.service.resume(by="test")
        self.world.drain()
        self.settled = True

    def requests(self, *states: str) -> list[Case]:
        found = [case for case in self.world.cases() if case.kind == "request"]
        return [case for case in found if not states or case.state in states]

    # Requests

    @rule(actor=st.sampled_from(EVERYBODY), change=changes, submit=st.booleans())
    def somebody_asks(self, actor: Actor, change: Change, submit: bool) -> None:
        self.ask(actor, change, submit=submit)

    @rule(
        actor=st.sampled_from([CONSOLIDATOR, *LEADS.values()]),
        change=changes,
        waive=st.booleans(),
        parts=which_parts,
        to=st.sampled_from(["reviewing", "forwarded", "approved", "approved", "approved"]),
    )
    def a_request_goes_its_way(self, actor: Actor, change: Change, waive: bool, parts: list[int], to: str) -> None:
        request = self.ask(actor, change, submit=True)
        if request is None:
            return
        assert self.act(request, "take_up", CONSOLIDATOR).done
        if to == "reviewing":
            return
        self.settle()
        report = self.fresh(request)
        outcome = self.act(request, "forward", CONSOLIDATOR, opinion="Đồng ý.")
        assert outcome.code == ("no-impact" if "void" in report else None)
        if outcome.done and to == "approved":
            self.approve(request, parts=self.numbers(request, parts), waive=waive)

    @rule(
        index=indices,
        trigger=st.sampled_from(REQUEST_TRIGGERS),
        actor=st.sampled_from([*EVERYBODY, PPC, CONSOLIDATOR]),
        said=st.sets(st.sampled_from(["reason", "opinion", "decision", "text", "instruction"])),
        change=st.one_of(st.none(), st.none(), changes),
        more=st.sampled_from(
            [{}, {}, {"parts": (1,)}, {"impact": "12345678"}, {"waive": True}, {"due": date(2026, 12, 20)}]
        ),
    )
    def anybody_tries_anything_on_a_request(
        self, index: int, trigger: str, actor: Actor, said: set[str], change: Change | None, more: dict[str, Any]
    ) -> None:
        found = self.requests()
        if not found:
            return
        request = found[index % len(found)].id
        facts: dict[str, Any] = {**dict.fromkeys(sorted(said), "Đã rõ."), **more}
        if change is not None:
            facts["change"] = patches_in(self.read(change)) or None
        if self.act(request, trigger, actor, **facts).done and trigger == "approve":
            self.note_approvals([request], waive=bool(facts.get("waive")))

    @rule(index=indices, pick=indices, change=st.one_of(st.none(), changes))
    def a_request_is_handed_on(self, index: int, pick: int, change: Change | None) -> None:
        found = self.requests("draft", "submitted", "reviewing", "forwarded")
        if not found:
            return
        request = found[index % len(found)]
        self.settle()
        allowed = [entry for entry in self.world.service.show(request.id)["allowed"] if entry["trigger"] != "approve"]
        if not allowed:
            return
        choice = allowed[pick % len(allowed)]
        facts: dict[str, Any] = {need: "Đã xem xét." for need in choice["needs"] if need != "change"}
        if choice["trigger"] == "submit" and change is not None:
            facts["change"] = patches_in(self.read(change)) or None
        outcome = self.act(request.id, choice["trigger"], Actor(choice["by"][0]["agency"], "có thẩm quyền"), **facts)
        if choice["trigger"] == "forward":
            assert outcome.code in {None, "no-impact"}
        elif choice["trigger"] != "submit":
            assert outcome.done, f"{choice['trigger']} was said to be allowed: {outcome.code}"

    @rule(trigger=st.sampled_from(["take_up", "forward", "forward", "send_back"]), most=st.integers(2, 4))
    def several_are_handed_on_together(self, trigger: str, most: int) -> None:
        self.settle()
        found = [r.id for r in self.requests(*WORKFLOWS["adjustment-request"].transitions[trigger].from_)][:most]
        if len(found) < 2:
            return
        before = {letter["id"] for letter in self.world.messages()}
        facts = {"forward": {"opinion": "Đồng ý."}, "send_back": {"reason": "Bổ sung."}}.get(trigger, {})
        outcome = self.act(found, trigger, CONSOLIDATOR, **facts)
        assert outcome.code in {None, "no-impact"}
        told = [letter["agency"] for letter in self.world.messages() if letter["id"] not in before]
        assert len(told) == len(set(told)), "one letter to each for one submission"

    @rule(index=indices, parts=which_parts, waive=st.booleans(), named=hashes)
    def the_ppc_approves(self, index: int, parts: list[int], waive: bool, named: str) -> None:
        found = self.requests("forwarded")
        if found:
            request = found[index % len(found)].id
            self.approve(request, parts=self.numbers(request, parts), waive=waive, named=named)

    @rule(waive=st.booleans())
    def the_ppc_approves_all_at_once(self, waive: bool) -> None:
        self.settle()
        found = [case.id for case in self.requests("forwarded")][:3]
        if not found:
            return
        outcome = self.act(found, "approve", PPC, decision="99/QĐ-UBND", waive=waive)
        assert outcome.code in {None, "impact-moved", "no-impact", "nothing-to-waive"}
        if outcome.done:
            self.note_approvals(found, waive=waive)

    def numbers(self, request: str, parts: list[int]) -> tuple[int, ...]:
        count = len(self.world.case(request).data["change"])
        return tuple(part % count + 1 for part in parts)

    def note_approvals(self, requests: Sequence[str], *, waive: bool) -> None:
        for request in requests:
            applied = self.world.case(request).data["applied"]
            assert applied["version"] not in self.approvals
            self.approvals[applied["version"]] = request
            if waive:
                self.waivers.add(request)

    # Approving

    def fresh(self, request: str, parts: Sequence[int] = ()) -> dict[str, Any]:
        """The report of now, without what is only there to be shown or compared with."""
        found = self.world.service.impact(request, parts)["fresh"]
        assert found is not None
        return self.plain(found)

    @staticmethod
    def plain(report: Mapping[str, Any]) -> dict[str, Any]:
        parts = [{k: v for k, v in part.items() if k in {"part", "words"}} for part in report["parts"]]
        return {**report, "parts": parts}

    def approve(self, request: str, *, parts: tuple[int, ...] = (), waive: bool = False, named: str = "none") -> None:
        """Approve, and hold what was done against what the report said."""
        self.settle()
        if self.world.case(request).state != "forwarded":
            return
        report = self.fresh(request, parts)
        attached = self.world.service.impact(request)["attached"]
        agreed: dict[str, str | None] = {
            "none": None,
            "fresh": report["hash"],
            "short": report["hash"][:8],
            "attached": attached["hash"],
            "nonsense": "0123456789abcdef",
            "too-short": report["hash"][:7],
        }
        facts: dict[str, Any] = {"decision": "45/QĐ-UBND", "dated": local_day(self.world.now), "parts": parts}
        facts |= {"waive": waive, "impact": agreed[named]}
        expected = {
            "none": self.ground(request, attached, report),
            "fresh": None,
            "short": None,
            "attached": None if attached["hash"] == report["hash"] else "impact-moved",
            "nonsense": "impact-moved",
            "too-short": "impact-moved",
        }[named]
        before, self.letters_before = self.picture(), self.world.messages()
        outcome = self.act(request, "approve", PPC, **facts)
        if expected is not None:
            assert outcome.code == expected
            assert self.plain(outcome.params["impact"]) == report, "the fresh report goes with the refusal"
            facts["impact"] = outcome.params["impact"]["hash"]
            outcome = self.act(request, "approve", PPC, **facts)
        if outcome.code == "nothing-to-waive":
            assert waive
            assert not any(warning["code"] == "warn-fired" for warning in report["warnings"])
            facts["waive"] = waive = False
            outcome = self.act(request, "approve", PPC, **facts)
        assert outcome.code == ("no-impact" if "void" in report else None)
        if not outcome.done:
            return
        self.note_approvals([request], waive=waive)
        self.did_as_said(request, report, before, waive=waive)

    def ground(self, request: str, attached: Mapping[str, Any], report: Mapping[str, Any]) -> str | None:
        """With which code an approval on the attached report is to be refused, if at all."""
        if attached["hash"] == report["hash"]:
            return None
        weighed = {part["part"]: part["alone"] for part in attached["parts"]}
        now = {part["part"]: self.fresh(request, [part["part"]]) for part in report["parts"]}
        if any(weighed[number]["hash"] != found["hash"] for number, found in now.items()):
            return "impact-moved"
        touched = Counter(thing for found in now.values() for thing in found["touches"])
        seen = {w["words"]["vi"] for found in (attached, *now.values()) for w in found["warnings"]}
        fits = len(now) < len(weighed) and (
            len(now) == 1
            or (max(touched.values(), default=0) <= 1 and {w["words"]["vi"] for w in report["warnings"]} <= seen)
        )
        return None if fits else "impact-overlap"

    def picture(self) -> tuple[dict[str, Case], str, Dump]:
        found = {case.id: case for case in self.world.cases()}
        return found, self.texts()[-1], self.world.dump(but=["case", "event", "obligation", "message", "message_event"])

    def texts(self) -> list[str]:
        """The plan's versions, oldest first."""
        statement = select(VERSIONS.c.version, VERSIONS.c.text).where(
            VERSIONS.c.kind == "plan", VERSIONS.c.name == PLAN
        )
        with self.world.database.read() as connection:
            rows = connection.execute(statement.order_by(VERSIONS.c.version)).all()
        assert [row.version for row in rows] == list(range(1, len(rows) + 1))
        return [row.text for row in rows]

    def did_as_said(
        self, request: str, report: dict[str, Any], pictured: tuple[dict[str, Case], str, Dump], *, waive: bool
    ) -> None:
        before, text, rest = pictured
        after = {case.id: case for case in self.world.cases()}
        asked = after[request]
        event = next(e for e in reversed(self.world.events(request)) if e.trigger == "approve")
        assert self.plain(event.data["impact"]) == report
        assert event.data["parts"] == [part["part"] for part in report["parts"]]
        assert asked.state == "approved"
        assert asked.data["applied"]["touches"] == report["touches"]
        assert set(asked.roles["affected"]) <= set(report["mails"]["now"])
        assert report["cases"] or report["plan_changes"], "an approval that changes nothing"
        # The plan
        newest = self.texts()[-1]
        assert differences(text, newest) == report["plan_changes"]
        now = self.world.dump(but=["case", "event", "obligation", "message", "message_event"])
        for name in rest.keys() - {"definition", "free_text", "refusal"}:
            assert now[name] == rest[name], name
        assert [row for row in now["definition"] if row not in rest["definition"]][1:] == []
        # The cases
        said = {entry["case"]: entry for entry in report["cases"]}
        assert set(after) - set(before) == {case_id for case_id, entry in said.items() if entry.get("opened")}
        for case_id, case in after.items():
            if case_id != request:
                self.case_did_as_said(before.get(case_id), case, said.get(case_id), waive=waive)
        self.words_fit(asked, report, before, after)
        self.told(before, after)
        known = {letter["id"] for letter in self.letters_before}
        written = [letter["agency"] for letter in self.world.messages() if letter["id"] not in known]
        assert len(written) == len(set(written)), "one letter to each"
        assert set(written) == set(report["mails"]["now"])

    def case_did_as_said(
        self, before: Case | None, after: Case, said: Mapping[str, Any] | None, *, waive: bool
    ) -> None:
        rules = WORKFLOWS[after.workflow]
        ended = bool(said and said.get("ended"))
        moved = {entry["name"]: entry for entry in said["deadlines"]} if said is not None else {}
        for name in rules.deadlines:
            was, now = before.newest(name) if before is not None else None, after.newest(name)
            if name not in moved:
                if waive and ended and was is not None and was.status == "fired" and was.unmet:
                    was = replace(was, status="waived", cause="45/QĐ-UBND")
                assert was == now, f"{after.id} {name} changed unsaid"
            else:
                assert moved[name]["before"] == owed(was)
                assert moved[name]["after"] == owed(now)
        assert after.ended == (ended or (before is not None and before.ended))
        for role, agencies in after.roles.items():
            played = before.roles.get(role, ()) if before is not None else ()
            entry = said["roles"].get(role) if said is not None else None
            assert (entry is None and (played == agencies or (before is None and not agencies))) or (
                entry is not None and (entry["before"], entry["after"]) == (list(played), list(agencies))
            )
        if before is None:
            return
        assert dict(after.title) == (said or {}).get("retitled", {"after": dict(before.title)})["after"]
        kept = {
            "state",
            "state_since",
            "opened_at",
            "reached",
            "position",
            "confidential",
            "period",
            "round_id",
            "cycle",
        }
        kept |= {"workflow", "workflow_version", "area", "unit", "adhoc"}
        for name in sorted(kept):
            assert getattr(after, name) == getattr(before, name), name
        if said is None:
            assert (after.plan_version, after.data) == (before.plan_version, before.data)
        elif not ended:
            assert after.data == before.data
        self.rows_did_as_said(before, after, moved, said, waive=waive)

    def rows_did_as_said(
        self, before: Case, after: Case, moved: Mapping[str, Any], said: Mapping[str, Any] | None, *, waive: bool
    ) -> None:
        rows = {o.key: o for o in before.obligations}
        for now in after.obligations:
            was = rows.pop(now.key, None)
            if was == now:
                continue
            if now.kind == "clock":
                # The case follows its round's deadline, which the report tells of in the round.
                continue
            assert said is not None, f"{now} changed unsaid"
            if now.kind == "reminder":
                assert was is None or (was.status == "open" and now.status in {"superseded", "cancelled"}), (was, now)
                continue
            if was is not None and was.status == "fired" and now.status != "fired":
                assert waive
                assert now.status == "waived"
                assert now.name in moved or after.ended
            else:
                assert now.name in moved, f"{now} changed unsaid"
            if was is None:
                continue
            assert now == replace(was, status=now.status, cause=now.cause, raw=now.raw)
            assert now.raw == was.raw or now is after.newest(now.name)
        assert rows == {}

    def words_fit(
        self, request: Case, report: Mapping[str, Any], before: Mapping[str, Case], after: Mapping[str, Case]
    ) -> None:
        """Each case's letter says why it changed; nothing that changed is said to have stayed as it was."""
        numbers = [part["part"] for part in report["parts"]]
        asked = [(request.data["words"][n - 1], patch_of(request.data["change"][n - 1])) for n in numbers]
        moves = {found.subject for _, found in asked if found.KIND == "move_deadline"}
        stays = [w["words"]["vi"] for w in report["warnings"] if w["code"] == "warn-left-out"]
        plain = all(found.KIND == "move_deadline" and found.of == PLAN for _, found in asked)
        for entry in report["cases"]:
            case_id = entry["case"]
            events = [
                e for e in self.world.events(case_id) if e.seq > (before[case_id].seq if case_id in before else 0)
            ]
            changes = [words for e in events if e.trigger == AMENDED for words in e.data["changes"]]
            assert all(any(words == known for known, _ in asked) for words in changes)
            assert changes or entry.get("opened")
            for deadline in entry["deadlines"]:
                was, now = deadline["before"], deadline["after"]
                if (
                    was is None
                    or now["status"] != "open"
                    or was["due_at"] == now["due_at"]
                    or bare(deadline["name"]) not in {bare(name) for name in moves}
                ):
                    continue
                about = {bare(found.subject) for words, found in asked if words in changes}
                assert deadline["name"] in about, f"{case_id}: {deadline['name']} moved, but {changes} is what is told"
            if plain and entry["deadlines"]:
                title = after[case_id].title["vi"]
                assert not any(words.startswith(title) for words in stays), f"{case_id} moved and is said to stay"

    def told(self, before: Mapping[str, Case], after: Mapping[str, Case]) -> None:
        """Whoever plays a part in an amended case, or did, hears of it."""
        letters = self.world.messages()
        hears: dict[tuple[str, int], set[str]] = {}
        for letter in letters:
            for case_id, seq in letter["covers"]:
                hears.setdefault((case_id, seq), set()).add(letter["agency"])
        for case_id, case in after.items():
            roles = ["consolidator", "office"] if case.kind == "round" else ["lead", "coordinator"]
            known = before.get(case_id)
            fresh = [
                e for e in self.world.events(case_id) if e.trigger == AMENDED and e.seq > (known.seq if known else 0)
            ]
            now = {agency for role in roles for agency in case.roles.get(role, ())}
            then = {agency for role in roles for agency in known.roles.get(role, ())} if known else set()
            for event in fresh:
                assert now <= hears.get((case_id, event.seq), set())
            if fresh:
                assert {a for e in fresh for a in hears[case_id, e.seq]} == now | then
                lead = case.roles.get("lead", ())
                allowed = self.world.service.show(case_id)["allowed"]
                by_lead = [a for a in allowed if WORKFLOWS[case.workflow].transitions[a["trigger"]].by == "lead"]
                assert all([by["agency"] for by in entry["by"]] == list(lead) for entry in by_lead)

    # Cases

    @rule(index=indices, pick=indices, days_on=st.integers(-1, 20))
    def somebody_does_what_is_allowed(self, index: int, pick: int, days_on: int) -> None:
        found = [case for case in self.world.cases() if case.kind != "request"]
        case = self.world.case(area("lao-dong")) if index % 3 == 0 else found[index % len(found)]
        self.settle()
        allowed = self.world.service.show(case.id)["allowed"]
        if not allowed:
            return
        choice = allowed[pick % len(allowed)]
        transition = WORKFLOWS[case.workflow].transitions[choice["trigger"]]
        facts: dict[str, Any] = {}
        for need in transition.needs:
            if need == "report":
                facts |= report_facts("an-ninh" if case.confidential else "lao-dong", self.world.now)
            elif need == "consolidated_report":
                facts |= consolidated_facts(self.world.now)
            else:
                facts[need] = "Theo chỉ đạo."
        if "given" in transition.rearm.values():
            facts["due"] = self.world.now.astimezone(TZ).date() + timedelta(days=days_on)
        outcome = self.act(case.id, choice["trigger"], Actor(choice["by"][0]["agency"]), **facts)
        assert outcome.done or days_on < 0, f"{choice['trigger']} was said to be allowed: {outcome.code}"

    @rule(name=st.sampled_from([*AREAS, *FRESH, *UNITS]), cycle=st.sampled_from(["2026", "2026", "2027"]), who=agencies)
    def somebody_reports(self, name: str, cycle: str, who: str) -> None:
        case_id = area(name, cycle)
        known = {case.id: case for case in self.world.cases()}
        case = known.get(case_id)
        confidential = "an-ninh" if case is not None and case.confidential else "lao-dong"
        self.settle()
        case = self.world.case(case_id) if case is not None else None
        outcome = self.act(case_id, "report", Actor(who), **report_facts(confidential, self.world.now))
        if not outcome.done and case is not None and who in LEADING:
            right = who in case.roles["lead"]
            assert case.ended == (outcome.code == "case-ended")
            assert case.ended or right == (outcome.code not in {"wrong-agency", "say-behalf"}), outcome.code

    @rule(acknowledged=st.booleans(), closed=st.sampled_from([None, "lao-dong", "an-ninh", "dau-tu"]))
    def the_round_goes_to_the_ppc(self, acknowledged: bool, closed: str | None) -> None:
        trigger = "submit" if self.world.case(ROUND).state == "collecting" else "supplement"
        self.act(ROUND, trigger, CONSOLIDATOR, **consolidated_facts(self.world.now))
        if closed is not None:
            self.act(area(closed), "close", PPC, reason="Đã rõ.")
        if acknowledged:
            self.act(ROUND, "acknowledge", PPC)

    @precondition(lambda self: not any(case.adhoc for case in self.world.cases()))
    @rule(asked=st.lists(st.sampled_from(["lao-dong", "an-ninh", *FRESH]), unique=True, max_size=2))
    def an_ad_hoc_round_opens(self, asked: list[str]) -> None:
        wish = Wish(PLAN, OFFICE, adhoc=True, areas=tuple(asked), number="12/UBND")
        outcome = self.attempt(lambda: self.world.service.open_round(wish))
        assert outcome.code != "no-area" or asked

    @precondition(lambda self: self.published_by_hand < 2)
    @rule(rewritings=st.lists(st.sampled_from(range(len(REWRITINGS))), min_size=1, max_size=3, unique=True))
    def the_plan_is_published_by_hand(self, rewritings: list[int]) -> None:
        self.published_by_hand += 1  # reading and checking it all is slow
        text = self.world.service.export(f"plan/{PLAN}")["text"]
        for number in rewritings:
            text = REWRITINGS[number](text)
        outcome = self.attempt(lambda: self.world.publish({"plan.yaml": text}))
        assert outcome.code in {None, "faults"}

    # Time

    @rule(step=steps)
    def a_daemon_lives_on(self, step: timedelta) -> None:
        self.world.live(self.world.now + step)
        self.settle()

    @rule(offset=st.sampled_from([timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1)]))
    def the_clock_stands_at_the_edge_of_the_next_instant(self, offset: timedelta) -> None:
        coming = self.world.service.next_due()
        if coming is None or coming + offset <= self.world.now:
            return
        self.world.clock.go(coming + offset)
        self.settled = offset < timedelta(0) and self.settled

    @rule(step=steps, wake=st.booleans())
    def nobody_watches_for_a_while(self, step: timedelta, wake: bool) -> None:
        self.world.sleep(self.world.now + step)
        self.settled = False
        if wake:
            self.settle()

    # What must hold

    @invariant()
    def everything_agrees(self) -> None:
        if not self.look() and self.sound_at == self.world.now:
            return
        self.the_chains_tell_what_the_rows_say()
        self.every_obligation_is_accounted_for()
        self.what_was_waived_was_so_by_a_decision()
        self.what_is_ended_or_final_stays_so()
        self.reminders_hang_on_what_is_owed_by_who_owes_it()
        self.cases_follow_their_rounds()
        self.each_event_moves_a_case_as_its_workflow_allows()
        self.everybody_is_told_once()
        self.requests_are_sound()
        self.versions_are_sound()
        assert [i for i in self.world.service.incidents() if not i["holds"]] == []
        self.sound_at = self.world.now

    def look(self) -> bool:
        """Read it all once for all that must hold; False when nothing has happened since the last look."""
        self.cases = self.world.cases()
        length = sum(case.revision for case in self.cases)
        if length == self.length:
            return False
        self.length, self.events, self.letters = length, self.world.events(), self.world.messages()
        self.by_id = {case.id: case for case in self.cases}
        self.by_case: dict[str, list[Event]] = {}
        for event in self.events:
            self.by_case.setdefault(event.case_id, []).append(event)
        return True

    def the_chains_tell_what_the_rows_say(self) -> None:
        found = self.world.service.verify()
        assert found["ok"], found["faults"]
        for case in self.cases:
            told = rebuild(self.by_case[case.id])
            assert replace(told, revision=case.revision, head=case.head, obligations=()) == replace(
                case, obligations=()
            )
            assert {o.key: o for o in told.obligations} == {o.key: o for o in case.obligations}

    def every_obligation_is_accounted_for(self) -> None:
        statuses: dict[tuple[str, str, int], str] = {}
        for case in self.cases:
            for o in case.obligations:
                statuses[o.key] = o.status
                assert o.status in ENDS or o.status == "open", o
                earlier = self.statuses.get(o.key, "open")
                assert o.status == earlier or o.status in LATER[earlier], f"{o} was {earlier}"
                if o.status == "fired":
                    assert o.fired_at is not None
                    assert o.due_at is not None
                    assert o.fired_at >= o.due_at, "nothing fires before its time"
                if o.status == "open" and self.settled and o.due_at is not None:
                    assert o.due_at > self.world.now, f"open and overdue though nothing was left to fire: {o}"
            for name in {o.name for o in case.obligations if o.kind != "reminder"}:
                rows = sorted((o for o in case.obligations if o.name == name), key=lambda o: o.occurrence)
                assert [o.occurrence for o in rows] == list(range(1, len(rows) + 1)), "no occurrence is lost"
                assert all(o.status != "open" for o in rows[:-1]), "a new occurrence supersedes an open one"
        assert self.statuses.keys() <= statuses.keys()
        self.statuses = statuses

    def what_was_waived_was_so_by_a_decision(self) -> None:
        for case in self.cases:
            for o in case.obligations:
                if o.status == "waived":
                    assert o.kind == "deadline"
                    assert o.cause in {"45/QĐ-UBND", "99/QĐ-UBND"}
                    assert case.ended or self.waivers

    def what_is_ended_or_final_stays_so(self) -> None:
        for case in self.cases:
            left = [o for o in case.obligations if o.status == "open"]
            if case.ended:
                assert left == [], f"{case.id} was ended and still waits"
                events = self.by_case[case.id]
                end = next(e for e in events if "ended" in e.data.get("becomes", {}).get("data", {}))
                later = [e.trigger for e in events if e.seq > end.seq and e.trigger != SETTLED]
                assert later == [], f"{case.id} was ended and goes on"
            if WORKFLOWS[case.workflow].states[case.state].final:
                assert left == [], f"{case.id} is in a final state and still waits"

    def reminders_hang_on_what_is_owed_by_who_owes_it(self) -> None:
        for case in self.cases:
            by_key = {f"{o.name}#{o.occurrence}": o for o in case.obligations if o.kind == "deadline"}
            for o in case.obligations:
                if o.status != "open" or o.kind == "clock":
                    continue
                players = case.roles.get(o.owner_role, ())
                assert o.owner_agency == (players[0] if players else None), f"{o} belongs to nobody who plays"
                if o.kind == "reminder" and o.base is not None and "#" in o.base:
                    base = by_key[o.base]
                    assert base.status in {"open", "fired"}, f"{o} hangs on {base}"
                    assert base.unmet
                    assert base == case.newest(base.name)

    def cases_follow_their_rounds(self) -> None:
        """A case wakes up when its round's deadline comes, wherever that has been moved."""
        for case in self.cases:
            if case.round_id is None or case.ended or WORKFLOWS[case.workflow].states[case.state].final:
                continue
            due = self.by_id[case.round_id].newest("consolidation_due")
            row = case.newest("round.consolidation_due")
            awaited = due.due_at if due is not None else None
            if row is not None and row.status == "open":
                assert row.due_at == awaited, f"{case.id} follows what its round no longer has"
            elif awaited is not None and due is not None and due.status == "open":
                assert row is not None
                assert row.due_at == awaited, f"{case.id} does not follow its round"
            if self.settled and awaited is not None and awaited <= self.world.now:
                assert {"escalated", "closed"} & case.reached, f"{case.id} is not before the PPC"

    def each_event_moves_a_case_as_its_workflow_allows(self) -> None:
        seen: dict[str, Event] = {}
        for event in self.events:
            earlier = seen.get(event.case_id)
            seen[event.case_id] = event
            assert event.effective_at <= event.recorded_at <= self.world.now
            assert event.from_state == (earlier.to_state if earlier else None)
            case = self.by_id[event.case_id]
            transition = WORKFLOWS[case.workflow].transitions.get(event.trigger)
            if transition is None:
                assert event.trigger in {OPENED, AMENDED, REMINDED, PASSED, SETTLED}
                assert earlier is None or event.from_state == event.to_state, event
            else:
                assert event.from_state in transition.from_
                assert event.to_state == transition.to

    def everybody_is_told_once(self) -> None:
        told = Counter((case_id, seq, letter["agency"]) for letter in self.letters for case_id, seq in letter["covers"])
        assert not told or max(told.values()) == 1
        for event in self.events:
            case = self.by_id[event.case_id]
            if case.kind == "request" and event.trigger in {*WORKFLOWS[case.workflow].transitions, OPENED}:
                roles = WORKFLOWS[case.workflow].notify.get(event.to_state, ())
                must = {agency for role in roles for agency in case.roles.get(role, ())}
                assert must <= {agency for case_id, seq, agency in told if (case_id, seq) == (case.id, event.seq)}

    def requests_are_sound(self) -> None:
        for case in self.cases:
            if case.kind != "request":
                continue
            events = self.by_case[case.id]
            assert events[0].trigger == OPENED
            assert case.roles["requester"] == (events[0].actor.agency,)
            asked = [patch_of(plain) for plain in case.data["change"]]
            about = Counter((found.KIND, bare(found.subject), found.of or PLAN) for found in asked)
            assert max(about.values()) == 1, f"{case.id} says twice what becomes of the same thing: {about}"
            assert len(case.data["words"]) == len(asked)
            assert ("applied" in case.data) == (case.state == "approved")
            shown = self.world.service.show(case.id)
            machine = self.world.service.library._machines[case.workflow, case.workflow_version]
            assert {e["trigger"] for e in shown["allowed"]} == set(machine.open_to(case.state, conditions_of(case)))

    def versions_are_sound(self) -> None:
        texts = self.texts()
        known = len(self.versions)
        assert texts[:known] == self.versions
        for number, text in enumerate(texts[known:], known + 1):
            plan = plan_of(text)
            request = self.approvals.get(number)
            if request is not None:
                before = self.versions[-1]
                old = plan_of(before).amendments
                assert plan.amendments[:-1] == old
                assert plan.amendments[-1].request == request
                assert plan.amendments[-1].decision in {"45/QĐ-UBND", "99/QĐ-UBND"}
                keeps_layout(before, text)
            self.versions.append(text)
        assert set(self.approvals) <= set(range(2, len(self.versions) + 1))
        approved = {case.id for case in self.cases if case.state == "approved"}
        assert approved == set(self.approvals.values())


def owed(o: Any) -> dict[str, Any] | None:
    """What a report says of an occurrence."""
    if o is None:
        return None
    return {
        "occurrence": o.occurrence,
        "due_at": o.due_at.astimezone(TZ).isoformat() if o.due_at is not None else None,
        "last_day": o.last_day.isoformat() if o.last_day is not None else None,
        "raw": o.raw,
        "owner": o.owner_agency,
        "status": o.status,
        "met": o.met_by is not None,
    }


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


class OnPostgres(AdjustmentMachine):
    server: PostgresServer

    def make(self) -> World:
        self.url = self.server.create_database()
        return build(self.url, self.folder, START)

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "url"):
            self.server.drop_database(self.url)


def run(machine: type[AdjustmentMachine], *, examples: int, steps_each: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps_each, deadline=None, suppress_health_check=QUIET
        ),
    )


def test_an_approval_does_what_its_report_says_and_the_record_holds() -> None:
    run(AdjustmentMachine, examples=10, steps_each=12)


def test_on_postgresql_too(postgres: PostgresServer) -> None:
    machine = type("OnPostgresHere", (OnPostgres,), {"server": postgres})
    run(machine, examples=3, steps_each=10)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_an_approval_does_what_its_report_says_for_longer() -> None:
    run(AdjustmentMachine, examples=300, steps_each=30)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_on_postgresql_for_longer(postgres: PostgresServer) -> None:
    machine = type("OnPostgresLonger", (OnPostgres,), {"server": postgres})
    run(machine, examples=30, steps_each=30)
