"""The real plan under random people, random clocks and random outages: what must hold after every single step.

A rule is one thing that happens: an act (right or wrong), time going by with or without a daemon, a command line's
`open`, the same text published again. Everything runs on the real service and a real database.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.cast import CONSOLIDATOR, EVERYBODY, LEADS, OFFICE, PPC, STRANGER, registering
from tests.support.definitions import shipped_bytes
from tests.support.postgres import PostgresServer
from tests.support.world import (
    AREAS,
    PLAN,
    SHIPPED,
    World,
    area,
    build,
    consolidated_facts,
    copied,
    fast_folder,
    moment,
    refused,
    report_facts,
)
from workflow.calendar import TZ
from workflow.definition.loading import load
from workflow.definition.workflow import Workflow
from workflow.machine import conditions_of
from workflow.model import PASSED, Actor, Case, Event, Obligation
from workflow.record import rebuild
from workflow.service import Wish

START = "2026-12-01 08:00"
ENDS = {"met", "fired", "waived", "superseded", "cancelled"}


def workflow(name: str) -> Workflow:
    model = load(shipped_bytes()[f"workflows/{name}.yaml"], name).model
    assert isinstance(model, Workflow)
    return model


WORKFLOWS = {name: workflow(name) for name in ("task-area", "reporting-round")}
TRIGGERS = sorted({name for w in WORKFLOWS.values() for name in w.transitions} | {"no_such_act", "opened"})

steps = st.one_of(
    st.sampled_from([timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=7, minutes=30)]),
    st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=3)),
    st.timedeltas(min_value=timedelta(days=3), max_value=timedelta(days=70)),
)
actors = st.one_of(
    st.sampled_from(EVERYBODY),
    st.builds(
        registering, st.sampled_from([CONSOLIDATOR, OFFICE, STRANGER]), st.sampled_from(["so-ldtbxh", "ubnd-tinh"])
    ),
)
words = st.sampled_from(["", "Đã rõ.", "a" * 300, "Ủy ban\nhai dòng"])
maybe = st.one_of(st.none(), words.filter(bool))
wild_facts = st.fixed_dictionaries(
    {},
    optional={
        "number": maybe,
        "text": maybe,
        "signer": maybe,
        "route": maybe,
        "nil": maybe,
        "reason": maybe,
        "instruction": maybe,
        "opinion": maybe,
        "dated": st.dates(date(2026, 11, 1), date(2027, 3, 1)),
        "due": st.dates(date(2026, 11, 20), date(2027, 3, 1)),
    },
)


class PlanMachine(RuleBasedStateMachine):
    """One installation; a fresh copy for each example."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dondoc-machine-", dir=fast_folder()))
        self.world = self.make()
        self.length = 0
        self.republished = False
        self.sound_at: datetime | None = None
        self.settled = True  # nothing may be overdue: the daemon has just answered 0

    def make(self) -> World:
        return copied(START, self.folder)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    # What people do

    def case_at(self, index: int) -> Case:
        """Mostly one of two areas or the round of 2026, so that acts meet each other."""
        cases = self.world.cases()
        if index < 30:
            return self.world.case((area("lao-dong"), area("an-ninh"), f"{PLAN}/2026")[index % 3])
        return cases[index % len(cases)]

    def attempt(self, case: Case, trigger: str, actor: Actor, **facts: Any) -> bool:
        """Try it; a refusal must leave everything as it was but for being counted."""
        before = self.world.dump()
        counted = len(before.pop("refusal"))
        if refused(lambda: self.world.act(case.id, trigger, actor, **facts)):
            after = self.world.dump()
            assert len(after.pop("refusal")) == counted + 1
            assert after == before
            return False
        event = self.last_of(case.id, trigger)
        assert (event.actor.agency, event.actor.on_behalf_of) == (actor.agency, actor.on_behalf_of)
        assert event.effective_at == self.world.now
        self.may(event)
        return True

    def last_of(self, case_id: str, trigger: str) -> Event:
        return next(e for e in reversed(self.world.events(case_id)) if e.trigger == trigger)

    def may(self, event: Event) -> None:
        """Only who plays the role, or registers for it where the workflow allows, has acted."""
        case = self.world.case(event.case_id)
        transition = WORKFLOWS[case.workflow].transitions[event.trigger]
        assert transition.by is not None
        players = case.roles[transition.by]
        if event.actor.on_behalf_of in (None, event.actor.agency):
            assert event.actor.agency in players
        else:
            assert event.actor.on_behalf_of in players
            assert transition.on_behalf is not None
            assert event.actor.agency in case.roles[transition.on_behalf]

    @rule(index=st.integers(0, 40), trigger=st.sampled_from(TRIGGERS), actor=actors, facts=wild_facts)
    def anybody_tries_anything(self, index: int, trigger: str, actor: Actor, facts: dict[str, Any]) -> None:
        self.attempt(self.case_at(index), trigger, actor, **facts)

    @rule(index=st.integers(0, 40), pick=st.integers(0, 10), days=st.integers(-1, 30))
    def somebody_does_what_is_allowed(self, index: int, pick: int, days: int) -> None:
        case = self.case_at(index)
        allowed = self.world.service.show(case.id)["allowed"]
        if not allowed:
            return
        choice = allowed[pick % len(allowed)]
        actor = Actor(choice["by"][0]["agency"], "người có thẩm quyền")
        done = self.attempt(case, choice["trigger"], actor, **self.right_facts(case, choice["trigger"], days))
        due_now = any(o.status == "open" and o.due_at and o.due_at <= self.world.now for o in case.obligations)
        assert done or days < 0 or due_now or not self.settled, f"{choice['trigger']} was said to be allowed"

    def right_facts(self, case: Case, trigger: str, days: int) -> dict[str, Any]:
        transition = WORKFLOWS[case.workflow].transitions[trigger]
        facts: dict[str, Any] = {}
        for need in transition.needs:
            if need == "report":
                facts |= report_facts("an-ninh" if case.confidential else "lao-dong", self.world.now)
            elif need == "consolidated_report":
                facts |= consolidated_facts(self.world.now)
            else:
                facts[need] = "Theo chỉ đạo."
        if "given" in transition.rearm.values():
            facts["due"] = self.world.now.astimezone(TZ).date() + timedelta(days=days)
        return facts

    @rule(name=st.sampled_from(AREAS))
    def the_lead_reports(self, name: str) -> None:
        self.attempt(self.world.case(area(name)), "report", LEADS[name], **report_facts(name, self.world.now))

    @rule(name=st.sampled_from(AREAS), offset=st.sampled_from([-1, 0, 1]))
    def the_lead_reports_at_the_edge_of_its_term(self, name: str, offset: int) -> None:
        case = self.world.case(area(name))
        owed = case.newest("report_due")
        edge = owed.due_at + timedelta(microseconds=offset) if owed and owed.due_at else self.world.now
        if edge > self.world.now:
            self.world.live(edge - timedelta(seconds=1))
            self.world.clock.go(edge)
            self.settled = False
        self.attempt(case, "report", LEADS[name], **report_facts(name, self.world.now))

    @rule(acknowledged=st.booleans(), closed=st.sampled_from([None, "lao-dong", "an-ninh"]))
    def the_round_goes_to_the_ppc(self, acknowledged: bool, closed: str | None) -> None:
        round_case = self.world.case(f"{PLAN}/2026")
        trigger = "submit" if round_case.state == "collecting" else "supplement"
        self.attempt(round_case, trigger, CONSOLIDATOR, **consolidated_facts(self.world.now))
        if acknowledged:
            self.attempt(round_case, "acknowledge", PPC)
        if closed is not None:
            self.attempt(self.world.case(area(closed)), "close", PPC, reason="Đã rõ.")

    @rule(name=st.sampled_from(AREAS), back=st.integers(0, 20))
    def the_consolidator_registers_a_paper_report(self, name: str, back: int) -> None:
        case = self.world.case(area(name))
        dated = self.world.now.astimezone(TZ).date() - timedelta(days=back)
        facts = report_facts(name, self.world.now) | {"dated": dated}
        self.attempt(case, "report", registering(CONSOLIDATOR, LEADS[name].agency), **facts)

    @rule(
        actor=st.sampled_from([PPC, OFFICE, CONSOLIDATOR, STRANGER]),
        areas=st.lists(st.sampled_from(AREAS), unique=True, max_size=2),
        due=st.one_of(st.none(), st.dates(date(2026, 11, 25), date(2027, 3, 1))),
        by=st.one_of(st.none(), st.dates(date(2026, 11, 25), date(2027, 3, 1))),
    )
    def somebody_asks_ad_hoc(self, actor: Actor, areas: list[str], due: date | None, by: date | None) -> None:
        if any(case.adhoc for case in self.world.cases()):
            return  # one more round at most: each step reads all that is there
        before = self.world.dump(but=["refusal"])
        if refused(lambda: self.world.adhoc(actor, areas, due=due, consolidate_by=by, number="12/UBND")):
            assert self.world.dump(but=["refusal"]) == before

    @rule(cycle=st.sampled_from(["2026", "2027", None]))
    def somebody_opens_a_cycle_by_hand(self, cycle: str | None) -> None:
        before = self.world.dump(but=["refusal"])
        code = refused(lambda: self.world.service.open_round(Wish(PLAN, PPC, cycle=cycle)))
        if code is not None:
            assert code == "already-open"
            assert self.world.dump(but=["refusal"]) == before

    @precondition(lambda self: not self.republished)
    @rule()
    def the_same_text_is_published_again(self) -> None:
        self.republished = True  # reading and checking it all is slow: once is enough
        before = self.world.dump()
        done = self.world.service.publish([SHIPPED / "plans"], by="test")
        assert not any(entry["changed"] for entry in done)
        assert self.world.dump() == before

    # What time does

    @rule(step=steps)
    def a_daemon_lives_on(self, step: timedelta) -> None:
        self.world.live(self.world.now + step)
        self.settled = True

    @rule(offset=st.sampled_from([timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1)]))
    def the_clock_stands_at_the_edge_of_the_next_instant(self, offset: timedelta) -> None:
        coming = self.world.service.next_due()
        if coming is None or coming + offset <= self.world.now:
            return
        self.world.clock.go(coming + offset)
        self.settled = offset < timedelta(0) and self.settled

    @rule(step=steps, wake=st.booleans(), limit=st.sampled_from([1, 2, 200]))
    def nobody_watches_for_a_while(self, step: timedelta, wake: bool, limit: int) -> None:
        self.world.sleep(self.world.now + step)
        self.settled = False
        if wake:
            self.world.attend()
            if self.world.service.held():
                assert self.world.service.fire_due() == 0, "held: nothing fires until a person says so"
                self.world.service.resume(by="test")
            self.world.drain(limit)
            self.settled = True

    @rule()
    def the_record_is_sealed(self) -> None:
        self.world.service.checkpoint()

    # What must hold

    @invariant()
    def everything_agrees(self) -> None:
        if not self.look() and self.sound_at == self.world.now:
            return
        self.the_chains_tell_what_the_rows_say()
        self.every_obligation_is_accounted_for()
        self.met_fired_and_late_agree()
        self.each_event_moves_a_case_as_its_workflow_allows()
        self.everybody_who_must_hear_of_an_event_is_told_once()
        self.the_ppc_has_every_area_before_it_when_consolidation_is_due()
        self.nothing_opens_twice_and_each_round_has_all_its_cases()
        self.no_case_is_an_incident()
        self.what_is_said_to_be_allowed_is_what_the_machine_allows()
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
            assert (told.state, told.state_since, told.reached, told.seq) == (
                case.state, case.state_since, case.reached, case.seq,
            )  # fmt: skip
            assert told.opened_at == case.opened_at
            assert {o.key: o for o in told.obligations} == {o.key: o for o in case.obligations}

    def every_obligation_is_accounted_for(self) -> None:
        for case in self.cases:
            names = {o.name for o in case.obligations if o.kind != "reminder"}
            for o in case.obligations:
                assert o.status in ENDS or o.status == "open", o
                if o.status == "open" and self.settled and o.due_at is not None:
                    assert o.due_at > self.world.now, f"open and overdue though nothing was left to fire: {o}"
            for name in names:
                rows = sorted((o for o in case.obligations if o.name == name), key=lambda o: o.occurrence)
                assert [o.occurrence for o in rows] == list(range(1, len(rows) + 1)), "no occurrence is lost"
                assert all(o.status != "open" for o in rows[:-1]), "a new occurrence supersedes an open one"
            if WORKFLOWS[case.workflow].states[case.state].final:
                assert all(o.status != "open" for o in case.obligations), "a final state leaves nothing open"
            for name in WORKFLOWS[case.workflow].deadlines:
                if name in {"report_due", "consolidation_due"}:
                    assert case.newest(name) is not None

    def met_fired_and_late_agree(self) -> None:
        for case in self.cases:
            events = {e.seq: e for e in self.by_case[case.id]}
            for o in case.obligations:
                if o.kind == "deadline":
                    self.agrees(o, events)
            late = [o for o in case.obligations if o.kind == "deadline" and (o.late_by_s or 0) > 0]
            unmet = [o for o in case.obligations if o.kind == "deadline" and o.status == "fired" and o.unmet]
            assert case.late == bool(unmet or [o for o in late if o.status in {"fired", "met"}])

    def agrees(self, o: Obligation, events: dict[int, Event]) -> None:
        passings = [
            e
            for e in events.values()
            if (e.data.get("deadline"), e.data.get("occurrence")) == (o.name, o.occurrence) and "due_at" in e.data
        ]
        if o.status == "fired":
            assert o.fired_at is not None
            assert o.due_at is not None
            (event,) = passings
            assert event.effective_at == o.fired_at >= o.due_at
            assert event.actor.agency == ""
        else:
            assert passings == [], f"passed, and yet {o.status}"
        if o.status == "met":
            assert o.late_by_s == 0
        assert (o.met_by is None) == (o.met_at is None) == (o.late_by_s is None)
        if o.met_by is not None and o.met_at is not None:
            event = events[o.met_by]
            assert o.name in WORKFLOWS[self.by_id[o.case_id].workflow].transitions[event.trigger].meets
            assert o.met_at <= event.effective_at
            if o.due_at is not None:
                assert ((o.late_by_s or 0) > 0) == (o.met_at >= o.due_at)

    def each_event_moves_a_case_as_its_workflow_allows(self) -> None:
        seen: dict[str, Event] = {}
        for event in self.events:
            earlier = seen.get(event.case_id)
            seen[event.case_id] = event
            assert event.effective_at <= event.recorded_at <= self.world.now
            assert event.from_state == (earlier.to_state if earlier else None)
            if earlier is not None:
                assert event.recorded_at >= earlier.recorded_at
            case = self.by_id[event.case_id]
            transition = WORKFLOWS[case.workflow].transitions.get(event.trigger)
            if transition is None:
                assert earlier is None or event.from_state == event.to_state, event
            else:
                assert event.from_state in transition.from_
                assert event.to_state == transition.to

    def everybody_who_must_hear_of_an_event_is_told_once(self) -> None:
        told = Counter((case_id, seq, letter["agency"]) for letter in self.letters for case_id, seq in letter["covers"])
        assert not told or max(told.values()) == 1
        must = {key for event in self.events for key in self.hearers(self.by_id[event.case_id], event)}
        assert must == set(told)

    @staticmethod
    def hearers(case: Case, event: Event) -> set[tuple[str, int, str]]:
        rules = WORKFLOWS[case.workflow]
        roles: list[str] = []
        agencies: set[str] = set()
        if event.trigger == "reminded":
            (sent,) = [o for o in event.effects if o.kind == "reminder" and o.status == "fired"]
            assert sent.rule is not None
            roles = [*rules.reminders[sent.rule].to, *rules.reminders[sent.rule].copy_]
        elif event.trigger != "settled":
            if event.trigger != PASSED:
                roles = [*rules.notify.get(event.to_state, ())]
            for o in event.effects:
                if o.kind == "deadline" and o.status == "fired" and o.unmet:
                    roles += [o.owner_role, "office"]
        if "round" in event.data:
            agencies |= {"van-phong-chinh-phu", "bo-cong-thuong", "thuong-truc-tinh-uy", "thuong-truc-hdnd-tinh"}
            agencies |= {"lanh-dao-ubnd-tinh", "cong-an-tinh", "bch-quan-su-tinh", "vp-ubnd-tinh"}
        agencies |= {agency for role in roles for agency in case.roles.get(role, ())}
        return {(event.case_id, event.seq, agency) for agency in agencies}

    def the_ppc_has_every_area_before_it_when_consolidation_is_due(self) -> None:
        if not self.settled:
            return
        rounds = {case.id: case for case in self.cases if case.kind == "round"}
        for case in self.cases:
            if case.round_id is not None:
                due = rounds[case.round_id].newest("consolidation_due")
                if due is not None and due.due_at is not None and due.due_at <= self.world.now:
                    assert {"escalated", "closed"} & case.reached, case.id

    def nothing_opens_twice_and_each_round_has_all_its_cases(self) -> None:
        for case in self.cases:
            if case.kind == "round" and not case.adhoc:
                assert {c.area for c in self.cases if c.round_id == case.id} == set(AREAS)
        openings = Counter((e.case_id, e.trigger) for e in self.events if e.trigger == "opened")
        assert set(openings.values()) == {1}
        assert len(openings) == len(self.cases)
        if self.settled and self.world.now >= moment("2026-12-15 00:00"):
            assert f"{PLAN}/2027" in self.by_id

    def no_case_is_an_incident(self) -> None:
        assert [i for i in self.world.service.incidents() if not i["holds"]] == []

    def what_is_said_to_be_allowed_is_what_the_machine_allows(self) -> None:
        case = self.cases[-1]
        machine = self.world.service.library._machines.get((case.workflow, case.workflow_version))
        if machine is not None:
            shown = {entry["trigger"] for entry in self.world.service.show(case.id)["allowed"]}
            assert shown == set(machine.open_to(case.state, conditions_of(case)))


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


class OnPostgres(PlanMachine):
    server: PostgresServer

    def make(self) -> World:
        self.url = self.server.create_database()
        return build(self.url, self.folder, START)

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "url"):
            self.server.drop_database(self.url)


def run(machine: type[PlanMachine], *, examples: int, steps_each: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps_each, deadline=None, suppress_health_check=QUIET
        ),
    )


def test_whatever_people_and_time_do_the_record_holds() -> None:
    run(PlanMachine, examples=20, steps_each=25)


def test_on_postgresql_too(postgres: PostgresServer) -> None:
    machine = type("OnPostgresHere", (OnPostgres,), {"server": postgres})
    run(machine, examples=4, steps_each=15)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_whatever_people_and_time_do_for_longer() -> None:
    run(PlanMachine, examples=400, steps_each=60)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_on_postgresql_for_longer(postgres: PostgresServer) -> None:
    machine = type("OnPostgresLonger", (OnPostgres,), {"server": postgres})
    run(machine, examples=40, steps_each=40)


def test_the_first_moment_of_the_machine_is_sound() -> None:
    """The template that each example starts from."""
    with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
        world = copied(START, Path(folder))
        assert isinstance(world.now, datetime)
        assert world.service.verify()["ok"]
        world.close()
