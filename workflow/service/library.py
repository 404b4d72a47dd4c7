"""Definitions as the use cases need them: models by version, and the world of a decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from workflow.calendar import WorkCalendar
from workflow.definition.calendar_text import CalendarText
from workflow.definition.directory import Directory
from workflow.definition.loading import Loaded, load
from workflow.definition.plan import Plan
from workflow.definition.workflow import Workflow
from workflow.engine.world import Pin, Shelf, World
from workflow.machine import Machine
from workflow.model import Case, Refusal, SystemFault
from workflow.store import published, queries
from workflow.store.database import Connection
from workflow.store.published import Key

T = TypeVar("T", Plan, Workflow, CalendarText, Directory)


@dataclass
class Library:
    """Reads published versions once; they are immutable, so what was read stays true."""

    _texts: dict[tuple[str, str, int], Loaded] = field(default_factory=dict)
    _machines: dict[Pin, Machine] = field(default_factory=dict)
    _calendars: dict[Pin, WorkCalendar] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def plan(self, connection: Connection, name: str, version: int) -> Plan:
        return self._typed(connection, "plan", name, version, Plan)

    def machine(self, connection: Connection, name: str, version: int) -> Machine:
        pin = (name, version)
        if pin not in self._machines:
            self._machines[pin] = Machine(self._typed(connection, "workflow", name, version, Workflow))
        return self._machines[pin]

    def directory(self, connection: Connection, newest: Mapping[Key, int]) -> Directory:
        version = newest.get(("agencies", "agencies"))
        if version is None:
            return Directory(agencies={})
        return self._typed(connection, "agencies", "agencies", version, Directory)

    def calendar(self, connection: Connection, name: str, version: int) -> WorkCalendar:
        pin = (name, version)
        if pin not in self._calendars:
            text = self._typed(connection, "calendar", name, version, CalendarText)
            self._calendars[pin] = text.work_calendar()
        return self._calendars[pin]

    def world(
        self,
        connection: Connection,
        cases: Iterable[Case],
        *,
        rehearsal: bool,
        plans: Iterable[Pin] = (),
        extra: Iterable[Pin] = (),
        amending: Iterable[str] = (),
    ) -> World:
        """All that a decision about these cases may look up; `plans` and `extra` workflows are what has no case yet.

        `amending`: plans whose own text it may change, as every request's plan is.
        """
        newest = published.newest_versions(connection)
        cases = list(cases)
        asking = {case.plan for case in cases if case.kind == "request"} | set(amending)
        at_hand = [case.id for case in cases if case.kind == "request"]
        shelf = self.shelf(connection, asking, at_hand) if asking else None
        requests = shelf.requests if shelf is not None else ()
        pins = {(case.plan, case.plan_version) for case in cases} | set(plans)
        pins |= {(name, version) for name, (version, _) in shelf.plans.items()} if shelf is not None else set()
        found = {pin: self.plan(connection, *pin) for pin in pins}
        used = {(case.workflow, case.workflow_version) for case in (*cases, *requests)} | set(extra)
        machines = {pin: self.machine(connection, *pin) for pin in used}
        # A case speaks of its round's deadlines by their titles: those of the round's workflow as it reads today.
        rounds = {m.definition.part_of for m in machines.values() if m.definition.part_of is not None}
        for name in rounds - {name for name, _ in machines}:
            machines[name, newest["workflow", name]] = self.machine(connection, name, newest["workflow", name])
        calendars = {plan.calendar for plan in found.values()}
        return World(
            plans=found,
            machines=machines,
            directory=self.directory(connection, newest),
            calendars={name: self.calendar(connection, name, newest["calendar", name]) for name in calendars},
            rehearsal=rehearsal,
            shelf=shelf,
        )

    def newest_plan(self, connection: Connection, name: str) -> tuple[Plan, int]:
        """The newest version of a plan. Raises Refusal `no-plan`."""
        newest = published.newest_versions(connection)
        version = newest.get(("plan", name))
        if version is None:
            raise Refusal("no-plan", name=name, known=sorted(n for kind, n in newest if kind == "plan"))
        return self.plan(connection, name, version), version

    def _typed(self, connection: Connection, kind: str, name: str, version: int, expected: type[T]) -> T:
        model = self._read(connection, kind, name, version)
        if not isinstance(model, expected):
            raise SystemFault("definition-damaged", name=f"{kind}/{name}", version=version)
        return model

    def _read(self, connection: Connection, kind: str, name: str, version: int) -> Any:
        return self.text(connection, kind, name, version).model

    def text(self, connection: Connection, kind: str, name: str, version: int) -> Loaded:
        """A published version as it was read."""
        key = (kind, name, version)
        with self._lock:
            if key not in self._texts:
                row = published.get(connection, kind, name, version)
                if row is None:
                    raise SystemFault("definition-damaged", name=f"{kind}/{name}", version=version)
                self._texts[key] = load(row["text"].encode(), f"{name}.yaml")
            return self._texts[key]

    def shelf(self, connection: Connection, plans: Iterable[str], at_hand: Iterable[str]) -> Shelf:
        """What decisions about these plans' own texts need; `at_hand` are the requests that it is about."""
        newest = published.newest_versions(connection)
        known = {key: self.text(connection, *key, version) for key, version in newest.items() if key[0] != "mail"}
        names = sorted(set(plans))
        return Shelf(
            plans={name: (newest["plan", name], known["plan", name]) for name in names if ("plan", name) in newest},
            known=tuple(known.values()),
            requests=tuple(case for name in names for case in queries.requests(connection, name)),
            prose={case_id: queries.asked_with(connection, case_id) for case_id in at_hand},
        )
