"""What a decision may look up: the definitions in force for the cases at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from workflow.calendar import WorkCalendar
from workflow.definition.directory import Agency, Directory
from workflow.definition.plan import Plan
from workflow.definition.workflow import Workflow
from workflow.machine import Machine
from workflow.model import Case

Pin = tuple[str, int]
"""(name, version)."""


@dataclass(frozen=True)
class World:
    """Plans and machines by pinned version; directory and calendars as they read today."""

    plans: Mapping[Pin, Plan]
    machines: Mapping[Pin, Machine]
    directory: Directory
    calendars: Mapping[str, WorkCalendar]
    rehearsal: bool = False

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
