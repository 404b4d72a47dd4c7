"""Definitions that are sound by construction are accepted and carry a cycle through; what is spoilt is found."""

from __future__ import annotations

import copy
import io
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.support.cast import CONSOLIDATOR, PPC
from tests.support.definitions import shipped_bytes
from tests.support.world import World, build, consolidated_facts, fast_folder, refused, report_facts
from workflow.calendar import TZ
from workflow.checks import Catalogue, check
from workflow.definition.loading import Loaded, load
from workflow.definition.workflow import Workflow
from workflow.model import Actor
from workflow.record import rebuild

Data = dict[str, Any]
Definition = tuple[Data, Data]
"""A workflow and a plan that runs on it."""

ROUND_TEXT = shipped_bytes()["workflows/reporting-round.yaml"]
OTHERS = {file: shipped_bytes()[file] for file in ("agencies.yaml", "calendars/vietnam.yaml")} | {
    "workflows/reporting-round.yaml": ROUND_TEXT
}
ACTORS = ("lead", "consolidator", "authority")
ROLES = ("lead", "coordinator", "consolidator", "authority", "office")
LEADS = ("so-tttt", "so-khdt", "so-tnmt", "so-ldtbxh", "cong-an-tinh", "so-cong-thuong")
UNITS = ("so-ngoai-vu", "bch-quan-su-tinh")


def text_of(data: Data) -> str:
    out = io.StringIO()
    YAML().dump(data, out)
    return out.getvalue()


def some(values: tuple[str, ...] | list[str], *, least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=least)


working_days = st.integers(1, 15).map(lambda n: f"{n}wd")


@st.composite
def workflows(draw: st.DrawFn) -> Data:
    """A chain of states to a final one, each left without a condition; and whatever else, within the rules."""
    count = draw(st.integers(2, 5))
    states = [f"s{n}" for n in range(count)]
    everywhere = [*states, "done"]
    transitions: Data = {}
    for n, state in enumerate(states):
        transitions[f"go{n}"] = {"from": state, "to": everywhere[n + 1], "by": draw(st.sampled_from(ACTORS))}
    transitions["report"] = {
        "from": draw(some(everywhere)), "to": draw(st.sampled_from(states)), "by": "lead", "needs": "report",
        "meets": "report_due",
    }  # fmt: skip
    if draw(st.booleans()):
        transitions["report"]["on_behalf"] = "consolidator"
    deadlines: Data = {"report_due": {"owner": "lead"}}
    after = [*(f"entered {s}" for s in everywhere[:-1]), "go0", "report", "opening"]
    for name in draw(some(["extra", "other"], least=0)):
        deadlines[name] = {"owner": draw(st.sampled_from(ACTORS)), "after": draw(st.sampled_from(after)),
                           "in": draw(working_days)}  # fmt: skip
    conditions = [f"{d} {how}" for d in deadlines for how in ("met", "unmet")]
    conditions += [f"{s} {how}" for s in states for how in ("reached", "not reached")]
    for n, act in enumerate(draw(st.lists(acts(states, everywhere, list(deadlines), conditions), max_size=4))):
        transitions[f"more{n}"] = act
    for n, at in enumerate(draw(some([*deadlines, "round.consolidation_due"], least=0))):
        transitions[f"miss{n}"] = draw(moves(states, everywhere)) | {"at": at}
    for trigger in draw(some(["submit", "acknowledge"], least=0)):
        condition = draw(st.one_of(st.none(), st.sampled_from(conditions)))
        transitions[f"with_{trigger}"] = draw(moves(states, everywhere)) | {"with": f"round.{trigger}"}
        transitions[f"with_{trigger}"] |= {"if": condition} if condition else {}
    for name, transition in transitions.items():
        transition["title"] = f"Việc {name}"
    return {
        "workflow": "ngau-nhien",
        "title": "Quy trình ngẫu nhiên",
        "part_of": "reporting-round",
        "roles": {role: {"vi": role} | ({"many": True, "optional": True} if role == "coordinator" else {})
                  for role in ROLES},
        "states": {s: {"vi": f"Trạng thái {s}"} for s in states} | {"done": {"vi": "Xong", "final": True}},
        "initial": "s0",
        "transitions": transitions,
        "deadlines": {name: rest | {"title": f"Hạn {name}"} for name, rest in deadlines.items()},
        "reminders": draw(st.lists(reminders(states, list(deadlines)), max_size=4)),
        "notify": {s: draw(some(ROLES)) for s in draw(some(everywhere, least=0))},
    }  # fmt: skip


def moves(states: list[str], everywhere: list[str]) -> st.SearchStrategy[Data]:
    return st.fixed_dictionaries({"from": some(states), "to": st.sampled_from(everywhere)})


@st.composite
def acts(
    draw: st.DrawFn, states: list[str], everywhere: list[str], deadlines: list[str], conditions: list[str]
) -> Data:
    """A person's further act, with or without conditions, needs, and what it does to a deadline."""
    act: Data = draw(moves(states, everywhere)) | {"by": draw(st.sampled_from(ACTORS))}
    if draw(st.booleans()):
        act["if"] = draw(st.sampled_from(conditions))
    if draw(st.booleans()):
        act["needs"] = draw(st.sampled_from(["reason", "instruction", "opinion", "decision"]))
    deadline = draw(st.sampled_from(deadlines))
    match draw(st.sampled_from(["meets", "rearm", ""])):
        case "meets":
            act["meets"] = deadline
        case "rearm":
            act["rearm"] = {deadline: draw(st.one_of(working_days, st.just("given")))}
    return act


@st.composite
def reminders(draw: st.DrawFn, states: list[str], deadlines: list[str]) -> Data:
    deadline = draw(st.sampled_from(deadlines))
    base = draw(st.sampled_from([deadline, f"{deadline} target", f"entered {draw(st.sampled_from(states))}"]))
    far = st.integers(1, 12).map(lambda n: f"+{n}wd")
    near = st.integers(1, 12).map(lambda n: f"-{n}wd")
    rule: Data = {"base": base, "to": draw(some(["lead", "consolidator", "office"]))}
    if draw(st.booleans()):
        ends = draw(st.sampled_from(["most", "until", "while"]))
        rule |= {"offset": draw(far), "every": draw(working_days)}
        rule[ends] = {"most": 3, "until": f"{deadline} met", "while": [draw(st.sampled_from(states))]}[ends]
    else:
        offsets = far if base.startswith("entered") else st.one_of(far, near)
        rule["offset"] = draw(st.lists(offsets, unique=True, min_size=1, max_size=3))
    if draw(st.booleans()):
        rule["copy"] = "office"
    return rule


@st.composite
def plans(draw: st.DrawFn) -> Data:
    every = draw(st.sampled_from(["month", "quarter", "half-year", "year"]))
    key, roll = draw(st.sampled_from(["before", "by"])), draw(st.sampled_from(["next", "keep", "previous"]))
    day = draw(st.integers(2, 18))
    then = day + draw(st.integers(1, 8))
    months = {"quarter": (3, 6, 9, 12), "half-year": (6, 12), "year": (draw(st.integers(2, 12)),)}.get(every)

    def days(of: int) -> Any:
        return [f"{month:02d}-{of:02d}" for month in months] if months else of

    following = draw(st.booleans()) and every != "year"
    more = {"roll": roll} | ({"following": True} if following and every == "month" else {})
    leads = draw(some(LEADS))
    return {
        "plan": "ke-hoach",
        "title": "Kế hoạch ngẫu nhiên",
        "workflow": "ngau-nhien",
        "calendar": "vietnam",
        "roles": {"authority": "ubnd-tinh", "office": "vp-ubnd-tinh", "consolidator": "so-cong-thuong"},
        "cycle": {"every": every, "first": "2025", "last": "2027"},
        "deadlines": {
            "report_due": {key: days(day), "raw": "theo kế hoạch"} | more,
            "round.consolidation_due": {key: days(then), "raw": "theo kế hoạch"} | more,
        },
        "ad_hoc": {
            "report_due": {"after": "opening", "in": draw(working_days)},
            "round.consolidation_due": {"after": "report_due", "in": draw(working_days)},
        },
        "areas": {f"linh-vuc-{n}": {"title": f"Lĩnh vực {n}", "lead": lead, "confidential": draw(st.booleans())}
                  for n, lead in enumerate(leads[:3])},
        "roster": draw(some(UNITS, least=0)),
        "recipients": {"report": ["van-phong-chinh-phu"]},
    }  # fmt: skip


sound = st.tuples(workflows(), plans())


def loaded(workflow: Data, plan: Data) -> list[Loaded]:
    return [load(text_of(workflow).encode(), "workflow.yaml"), load(text_of(plan).encode(), "plan.yaml")]


def others() -> list[Loaded]:
    return [load(raw, file) for file, raw in OTHERS.items()]


OTHERS_LOADED = others()


def faults(workflow: Data, plan: Data) -> list[str]:
    return [f.code for f in check(Catalogue.of(loaded(workflow, plan), shipped=OTHERS_LOADED))]


@settings(max_examples=60)
@given(sound)
def test_what_is_built_to_be_sound_is_accepted(definition: Definition) -> None:
    found = check(Catalogue.of(loaded(*definition), shipped=OTHERS_LOADED))
    assert [str(f) for f in found] == []


# Running them


def installation(workflow: Data, plan: Data, folder: Path, start: str) -> World:
    """All that the plan needs lies in one folder that `init` publishes."""
    shipped = folder / "definitions"
    for file, raw in OTHERS.items():
        path = shipped / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    (shipped / "workflows" / "ngau-nhien.yaml").write_text(text_of(workflow), "utf-8")
    (shipped / "plan.yaml").write_text(text_of(plan), "utf-8")
    return build(f"sqlite:///{folder / 'world.sqlite3'}", folder / "data", start, shipped=shipped)


def run_a_cycle(definition: Definition, data: st.DataObject, *, hops: int) -> None:
    workflow_data, plan_data = definition
    folder = Path(tempfile.mkdtemp(prefix="dondoc-random-", dir=fast_folder()))
    world = installation(workflow_data, plan_data, folder, "2026-05-20 08:00")
    try:
        model = loaded(*definition)[0].model
        assert isinstance(model, Workflow)
        for _ in range(hops):
            someone_acts(world, model, data)
            world.live(world.now + timedelta(days=data.draw(st.integers(0, 40)), hours=3))
            accounted_for(world)
        world.sleep(world.now + timedelta(days=120))
        world.attend()
        if world.service.held():
            world.service.resume(by="test")
        world.drain()
        accounted_for(world)
        assert refused(lambda: world.service.open_round(adhoc_wish())) is None
        world.live(world.now + timedelta(days=60))
        accounted_for(world)
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)


def adhoc_wish() -> Any:
    from workflow.service import Wish

    return Wish("ke-hoach", CONSOLIDATOR, adhoc=True, number="1/YC")


def someone_acts(world: World, model: Workflow, data: st.DataObject) -> None:
    """One of the acts that are said to be allowed, for one case or another, with all that it needs."""
    case = data.draw(st.sampled_from(world.cases()), label="case")
    allowed = world.service.show(case.id)["allowed"]
    if not allowed:
        return
    choice = data.draw(st.sampled_from(allowed), label="act")
    facts: Data = {}
    for need in choice["needs"]:
        if need == "report":
            facts |= report_facts("an-ninh" if case.confidential else "lao-dong", world.now)
        elif need == "consolidated_report":
            facts |= consolidated_facts(world.now)
        elif need == "due":
            facts["due"] = world.now.astimezone(TZ).date() + timedelta(days=data.draw(st.integers(0, 20)))
        else:
            facts[need] = "Theo chỉ đạo."
    world.act(case.id, choice["trigger"], Actor(choice["by"][0]["agency"]), **facts)


def accounted_for(world: World) -> None:
    assert world.service.incidents() == []
    found = world.service.verify()
    assert found["ok"], found["faults"]
    told: set[tuple[str, int, str]] = set()
    for letter in world.messages():
        for case_id, seq in letter["covers"]:
            key = (case_id, seq, letter["agency"])
            assert key not in told
            told.add(key)
    for case in world.cases():
        events = world.events(case.id)
        assert rebuild(events).state == case.state
        passed = {(e.data.get("deadline"), e.data.get("occurrence")): e for e in events if "due_at" in e.data}
        for o in case.obligations:
            if o.status == "open":
                assert o.due_at is None or o.due_at > world.now, o
            if o.status == "fired" and o.kind == "deadline":
                event = passed[o.name, o.occurrence]
                for role in (o.owner_role, "office"):
                    for agency in case.roles[role]:
                        assert (case.id, event.seq, agency) in told


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=12, suppress_health_check=QUIET)
@given(sound, st.data())
def test_a_sound_definition_carries_its_rounds_through_without_an_incident(
    definition: Definition, data: st.DataObject
) -> None:
    run_a_cycle(definition, data, hops=3)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=400, suppress_health_check=QUIET)
@given(sound, st.data())
def test_many_sound_definitions_carry_their_rounds_through(definition: Definition, data: st.DataObject) -> None:
    run_a_cycle(definition, data, hops=12)


# Spoiling them

Spoil = Callable[[Data, Data], None]


def put(path: str, value: Any, *, plan: bool = False) -> Spoil:
    def spoil(workflow_data: Data, plan_data: Data) -> None:
        *way, last = path.split("/")
        place = plan_data if plan else workflow_data
        for step in way:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return spoil


def swap(workflow_data: Data, plan_data: Data) -> None:
    moments = plan_data["deadlines"]
    moments["report_due"], moments["round.consolidation_due"] = (
        moments["round.consolidation_due"],
        moments["report_due"],
    )


def two_at(workflow_data: Data, plan_data: Data) -> None:
    for name in ("first_miss", "second_miss"):
        workflow_data["transitions"][name] = {"from": "s0", "to": "done", "at": "report_due"}


def conditional(workflow_data: Data, plan_data: Data) -> None:
    for name, transition in workflow_data["transitions"].items():
        if "s1" in transition["from"] and transition["to"] != "s1":
            transition["if"] = "report_due met"
            assert name


def no_exit(workflow_data: Data, plan_data: Data) -> None:
    """s1 can be entered and never left."""
    for name, transition in list(workflow_data["transitions"].items()):
        left = [s for s in transition["from"] if s != "s1"] if isinstance(transition["from"], list) else (
            [] if transition["from"] == "s1" else [transition["from"]]
        )  # fmt: skip
        transition["from"] = left
        if not left:
            del workflow_data["transitions"][name]


SPOILS: list[tuple[str, Spoil, str]] = [
    ("an initial state that is none", put("initial", "s9"), "unknown-state"),
    ("a way to nowhere", put("transitions/go0/to", "s99"), "unknown-state"),
    ("a way from nowhere", put("transitions/go0/from", ["s0", "s99"]), "unknown-state"),
    ("a state nobody reaches", put("states/lost", {"vi": "Lạc"}), "unreachable-state"),
    ("a state nobody leaves", no_exit, "no-way-out"),
    ("a state left under a condition alone", conditional, "no-owner"),
    ("no final state", put("states/done", {"vi": "Xong"}), "no-final-state"),
    ("an act of nobody", put("transitions/go0/by", "nobody"), "unknown-role"),
    ("an act without a cause", put("transitions/go0/by", None), "no-cause"),
    ("an act with two causes", put("transitions/go0/at", "report_due"), "two-causes"),
    ("time moves one state two ways", two_at, "two-at"),
    ("an owner that is no role", put("deadlines/report_due/owner", "nobody"), "unknown-role"),
    ("a deadline that is none is met", put("transitions/report/meets", "raport_due"), "unknown-deadline"),
    ("a deadline that is none is renewed", put("transitions/go0/rearm", {"none_due": "2wd"}), "unknown-deadline"),
    ("a term of no length", put("transitions/go0/rearm", {"report_due": "0wd"}), "term-not-positive"),
    ("a condition on nothing", put("transitions/go0/if", "nothing met"), "unknown-deadline"),
    ("a reminder a thousand days off",
     put("reminders", [{"base": "report_due", "offset": "-999wd", "to": "lead"}]), "offset-too-far"),
    ("a reminder without an end",
     put("reminders", [{"base": "report_due", "offset": "+1wd", "every": "1wd", "to": "lead"}]), "endless-reminder"),
    ("a reminder before its entry",
     put("reminders", [{"base": "entered s1", "offset": "-1wd", "to": "lead"}]), "offset-before-entry"),
    ("a reminder to nobody",
     put("reminders", [{"base": "report_due", "offset": "-1wd", "to": "nobody"}]), "unknown-role"),
    ("nobody to tell", put("notify", {"s0": ["nobody"]}), "unknown-role"),
    ("a round that is none", put("part_of", "no-round"), "unknown-workflow"),
    ("an act of the round that is none",
     put("transitions/extra_with", {"from": "s0", "to": "done", "with": "round.sumbit"}), "unknown-transition"),
    ("an area led by nobody", put("areas/linh-vuc-0/lead", "so-khong-co", plan=True), "unknown-agency"),
    ("a role that is not played", put("roles/authority", None, plan=True), "role-not-played"),
    ("a workflow that is none", put("workflow", "khong-co", plan=True), "unknown-workflow"),
    ("a calendar that is none", put("calendar", "khong-co", plan=True), "unknown-calendar"),
    ("a deadline without its moment", put("deadlines/report_due", None, plan=True), "deadline-without-moment"),
    ("deadlines in the wrong order", swap, "out-of-order"),
    ("a moment that is not a date", put("deadlines/report_due", {"before": "13-45"}, plan=True), "no-such-date"),
    ("a moment of two forms",
     put("deadlines/report_due", {"undated": True, "after": "opening", "in": "2wd"}, plan=True), "moment-form"),
    ("cycles that end before they begin", put("cycle/last", "2020", plan=True), "cycles-reversed"),
    ("a term that never begins",
     put("ad_hoc/report_due", {"after": "round.consolidation_due", "in": "2wd"}, plan=True), "circular-term"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "code"), [pytest.param(s, code, id=name) for name, s, code in SPOILS])
@settings(max_examples=4)
@given(sound)
def test_what_is_spoilt_is_found(spoil: Spoil, code: str, definition: Definition) -> None:
    workflow_data, plan_data = copy.deepcopy(definition)
    spoil(workflow_data, plan_data)
    assert code in faults(workflow_data, plan_data)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=200)
@given(
    sound, st.lists(st.sampled_from([s for s in SPOILS if s[1] not in (no_exit, conditional)]), min_size=1, max_size=3)
)
def test_several_faults_are_found_in_one_run(definition: Definition, spoils: list[tuple[str, Spoil, str]]) -> None:
    workflow_data, plan_data = copy.deepcopy(definition)
    applied = 0
    for _, spoil, _ in spoils:
        try:
            spoil(workflow_data, plan_data)
            applied += 1
        except (KeyError, TypeError):
            continue  # another fault has taken away what this one would spoil
    assert applied
    assert faults(workflow_data, plan_data)


def test_a_sound_definition_is_refused_before_anything_is_written_when_spoilt(tmp_path: Path) -> None:
    from workflow.service import FaultsFound

    plan_text = shipped_bytes()["plans/bauxite-alumina.yaml"].decode()
    world = build(f"sqlite:///{tmp_path / 'w.sqlite3'}", tmp_path / "data")
    before = world.dump()
    with pytest.raises(FaultsFound):
        world.publish({"plan.yaml": plan_text.replace("lead: so-tttt", "lead: so-ttt")})
    assert world.dump() == before
    assert PPC.agency == "ubnd-tinh"
    world.close()
