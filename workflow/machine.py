"""The one door to `transitions`: which change of state a case may make.

One shared machine per workflow version, driven through a seat made for the call: a machine per case costs 17 kB and
0.1 ms, and a registered model would tie threads together. No callback has a side effect, since `transitions` leaves
the state changed when one raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from transitions import EventData, MachineError
from transitions import Machine as StateMachine

from workflow.definition.language import Condition, Reference
from workflow.definition.workflow import Transition, Workflow
from workflow.model import Case, Refusal

Holds = Callable[[Condition], bool]


class _Seat:
    """Stands where the model would: it has a state, and nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class Machine:
    """The state machine of one workflow version. Safe to share between threads."""

    def __init__(self, definition: Workflow) -> None:
        self.definition = definition
        self._machine = StateMachine(
            model=None,
            states=list(definition.states),
            initial=definition.initial,
            auto_transitions=False,
            send_event=True,
        )
        for name, transition in definition.transitions.items():
            self._machine.add_transition(
                name, list(transition.from_), transition.to, conditions=[_guard(transition.if_)]
            )
        self._timed = _by_state(definition, lambda t: t.at)
        self._joined = _by_state(definition, lambda t: t.with_)

    def transition(self, trigger: str) -> Transition:
        """The transition of that name. Raises Refusal `unknown-trigger`."""
        try:
            return self.definition.transitions[trigger]
        except KeyError:
            raise Refusal("unknown-trigger", trigger=trigger, known=list(self.definition.transitions)) from None

    def step(self, state: str, trigger: str, holds: Holds) -> str:
        """The state after `trigger`. Raises Refusal `unknown-trigger`, `wrong-state` or `condition`."""
        transition = self.transition(trigger)
        seat = _Seat(state)
        try:
            moved = self._machine.events[trigger].trigger(seat, holds=holds)
        except MachineError:
            raise Refusal("wrong-state", trigger=trigger, state=state) from None
        if not moved:
            unmet = [str(condition) for condition in transition.if_ if not holds(condition)]
            raise Refusal("condition", trigger=trigger, condition=unmet)
        return seat.state

    def open_to(self, state: str, holds: Holds) -> list[str]:
        """The triggers of people that would move a case in `state`."""
        return [
            name
            for name in self._machine.get_triggers(state)
            if self.definition.transitions[name].by is not None and self._may(state, name, holds)
        ]

    def timed(self, state: str, deadline: Reference, holds: Holds) -> str | None:
        """The transition that the passing of `deadline` brings about in `state`, if any."""
        return self._first(self._timed, state, deadline, holds)

    def joined(self, state: str, trigger: str, holds: Holds) -> str | None:
        """The transition that goes together with the round's `trigger`, if any."""
        return self._first(self._joined, state, Reference(trigger, of_round=True), holds)

    def _first(
        self, table: Mapping[tuple[str, Reference], list[str]], state: str, key: Reference, holds: Holds
    ) -> str | None:
        return next((name for name in table.get((state, key), ()) if self._may(state, name, holds)), None)

    def _may(self, state: str, trigger: str, holds: Holds) -> bool:
        return bool(self._machine.events[trigger].trigger(_Seat(state), holds=holds))


def conditions_of(case: Case) -> Holds:
    """How the conditions of a workflow read this case. "x met": its newest occurrence has been met, late or not."""

    def holds(condition: Condition) -> bool:
        match condition.predicate:
            case "met":
                return case.is_met(condition.subject)
            case "unmet":
                return not case.is_met(condition.subject)
            case "reached":
                return condition.subject in case.reached
            case "not reached":
                return condition.subject not in case.reached

    return holds


def _guard(conditions: tuple[Condition, ...]) -> Callable[[EventData], bool]:
    # A function object: a condition given as a dotted string would be imported and called.
    def guard(event: EventData) -> bool:
        holds: Holds = event.kwargs["holds"]
        return all(holds(condition) for condition in conditions)

    return guard


def _by_state(
    definition: Workflow, key: Callable[[Transition], Reference | None]
) -> dict[tuple[str, Reference], list[str]]:
    table: dict[tuple[str, Reference], list[str]] = {}
    for name, transition in definition.transitions.items():
        reference = key(transition)
        if reference is not None:
            for state in transition.from_:
                table.setdefault((state, reference), []).append(name)
    return table
