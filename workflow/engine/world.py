"""What a decision may look up: the definitions in force for the cases at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from workflow.calendar import WorkCalendar
from workflow.definition.directory import Agency, Directory
from workflow.definition.loading import Loaded
from workflow.definition.plan import Plan
from workflow.definition.workflow import Workflow
from workflow.machine import Machine
from workflow.model import Case

Pin = tuple[str, int]
"""(name, version)."""


@dataclass(frozen=True)
class Shelf:
    """What a decision about a plan's own text needs besides: the texts, and the requests to change them."""

    plans: Mapping[str, tuple[int, Loaded]]
    """Name -> newest version and its text."""
    known: tuple[Loaded, ...]
    """The newest of every definition, for the checker."""
    requests: tuple[Case, ...]
    """Every adjustment request of these plans."""
    prose: Mapping[str, Mapping[str, str]]
    """By request: its text and, as `reason.N`, why each of its patches is asked for."""


@dataclass(frozen=True)
class World:
    """Plans and machines by pinned version; directory and calendars as they read today.

    Made for one decision: a plan version that the decision itself publishes is added to `plans`.
    """

    plans: dict[Pin, Plan]
    machines: Mapping[Pin, Machine]
    directory: Directory
    calendars: Mapping[str, WorkCalendar]
    rehearsal: bool = False
    shelf: Shelf | None = None
    """None where no adjustment request is at hand."""

    def fork(self) -> World:
        """The same world, for trying something out."""
        return replace(self, plans=dict(self.plans))

    def final(self, case: Case) -> bool:
        return self.workflow(case).states[case.state].final

    def plan(self, case: Case) -> Plan:
        return self.plans[case.plan, case.plan_version]

    def machine(self, case: Case) -> Machine:
        return self.machines[case.workflow, case.workflow_version]

    def workflow(self, case: Case) -> Workflow:
        return self.machine(case).definition

    def calendar(self, case: Case) -> WorkCalendar:
        return self.calendars[self.plan(case).calendar]

    def agency(self, agency: str) -> Agency | None:
        return self.directory.agencies.get(agency)

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {key: agency.name for key, agency in self.directory.agencies.items()}
