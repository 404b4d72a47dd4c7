"""The working set of one decision: cases as they change, the events so far, who is to be told.

The only mutable thing in the pure floors; it lives for one call of the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from workflow.definition.loading import Loaded
from workflow.model import Actor, Case, Change, Decision, Event, NewVersion, Notice, Obligation
from workflow.record import BECOMES, becoming_json


@dataclass(slots=True)
class Telling:
    """One event that agencies must hear of, with what they will read about it."""

    event: tuple[str, int]
    template: str
    agencies: dict[str, list[str]]
    """Agency -> as what it is told (roles of the case, or the plan's `report`, `perform`, `know`)."""
    item: dict[str, Any]
    sender: str


class Draft:
    """Cases by id, and what has happened to them so far.

    Every change of an obligation rides on an event of its case (`put` after `record`), so that the rows can be rebuilt
    from the chain.
    """

    def __init__(self, cases: Iterable[Case], now: datetime) -> None:
        self.now = now
        self.cases = {case.id: case for case in cases}
        self.tellings: list[Telling] = []
        self.digest = False
        """One message to each agency for the whole act, instead of one for each event."""
        self._before: dict[str, Case] = dict(self.cases)
        self._events: dict[str, list[Event]] = {}
        self._effects: dict[tuple[str, int], dict[tuple[str, str, int], Obligation]] = {}
        self._becomes: dict[tuple[str, int], dict[str, Any]] = {}
        self._touched: dict[str, dict[tuple[str, str, int], Obligation]] = {}
        self.published: list[NewVersion] = []
        self.newest_plans: dict[str, tuple[int, Loaded]] = {}
        """Plans that this decision has given a new version."""

    @property
    def moved(self) -> bool:
        return bool(self._events)

    def add(self, case: Case) -> None:
        """A case that did not exist before."""
        self.cases[case.id] = case

    def record(
        self,
        case_id: str,
        at: datetime,
        actor: Actor,
        trigger: str,
        to: str,
        *,
        data: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
    ) -> Event:
        """Append an event and move the case to state `to`. Entering anew sets `state_since`; staying does not."""
        case = self.cases[case_id]
        first = case.seq == 0
        event = Event(
            case_id=case_id,
            seq=case.seq + 1,
            effective_at=at,
            recorded_at=self.now,
            actor=actor,
            trigger=trigger,
            from_state=None if first else case.state,
            to_state=to,
            data=data or {},
            texts=texts or {},
        )
        self.cases[case_id] = replace(
            case,
            seq=event.seq,
            state=to,
            state_since=at if first or to != case.state else case.state_since,
            reached=case.reached | {to},
        )
        self._events.setdefault(case_id, []).append(event)
        self._effects[case_id, event.seq] = {}
        return event

    def become(self, case_id: str, **fields: Any) -> None:
        """Change what else moves of a case (`plan_version`, `roles`, `title`, `data`) by its newest event."""
        case = self.cases[case_id]
        self.cases[case_id] = replace(case, **fields)
        self._becomes.setdefault((case_id, case.seq), {}).update(becoming_json(fields))

    def newest_event(self, case_id: str) -> Event | None:
        """The last event that this draft has given the case."""
        events = self._events.get(case_id)
        return events[-1] if events else None

    def texts(self, case_id: str) -> dict[str, str]:
        """The prose of all events that this draft has given the case, the newest word on each field."""
        return {field: text for event in self._events.get(case_id, ()) for field, text in event.texts.items()}

    def before(self, case_id: str) -> Case | None:
        """The case as it was loaded; None for one that this draft has opened."""
        return self._before.get(case_id)

    def put(self, obligation: Obligation) -> None:
        """Insert or replace a row, as an effect of the newest event of its case."""
        case = self.cases[obligation.case_id]
        key = obligation.key
        others = [o for o in case.obligations if o.key != key]
        # Replaced in place where it stood, so that the order of arming is kept.
        if len(others) == len(case.obligations):
            rows = (*case.obligations, obligation)
        else:
            rows = tuple(obligation if o.key == key else o for o in case.obligations)
        self.cases[case.id] = replace(case, obligations=rows)
        self._effects[case.id, case.seq][key] = obligation
        self._touched.setdefault(case.id, {})[key] = obligation

    def decision(self, notices: tuple[Notice, ...]) -> Decision:
        changes = tuple(
            Change(
                before=self._before.get(case_id),
                after=self.cases[case_id],
                events=tuple(self._whole(event) for event in events),
                obligations=tuple(self._touched.get(case_id, {}).values()),
            )
            for case_id, events in self._events.items()
        )
        return Decision(changes, notices, tuple(self.published))

    def _whole(self, event: Event) -> Event:
        key = (event.case_id, event.seq)
        becomes = self._becomes.get(key)
        data = {**event.data, BECOMES: becomes} if becomes else event.data
        return replace(event, data=data, effects=tuple(self._effects[key].values()))
