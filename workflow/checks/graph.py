"""The workflow as a graph: every state can be reached, can be left, and somebody or something moves it on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from workflow.checks.catalogue import Sheet
from workflow.definition.language import Condition
from workflow.definition.workflow import Transition, Workflow

_OPPOSITE = {"met": "unmet", "unmet": "met", "reached": "not reached", "not reached": "reached"}


def check_graph(sheet: Sheet, workflow: Workflow) -> None:
    _at_most_one(sheet, workflow)
    for name, state in workflow.states.items():
        if state.effect and not state.final:
            sheet.fault("effect-not-final", "states", name, "effect", key=True, name=name)
    for name, t in workflow.transitions.items():
        applies = t.to in workflow.states and workflow.states[t.to].effect is not None
        if applies and (t.by is None or "decision" not in t.needs):
            sheet.fault("effect-without-decision", "transitions", name, key=True, name=name, state=t.to)
    if not sheet.whole("states", "transitions") or not workflow.states:
        return  # what is missing would show as states without a way
    if all(not state.final for state in workflow.states.values()):
        sheet.fault("no-final-state", "states", key=True)
    if sheet.whole("initial") and workflow.initial in workflow.states:
        if workflow.states[workflow.initial].final:
            sheet.fault("initial-is-final", "initial", name=workflow.initial)
        _reachable(sheet, workflow)
    _ways_out(sheet, workflow)


def _reachable(sheet: Sheet, workflow: Workflow) -> None:
    leads: dict[str, set[str]] = defaultdict(set)
    for t in workflow.transitions.values():
        for state in t.from_:
            leads[state].add(t.to)
    found = _closure(leads, [workflow.initial])
    for name in workflow.states:
        if name not in found:
            sheet.fault("unreachable-state", "states", name, key=True, name=name, initial=workflow.initial)


def _ways_out(sheet: Sheet, workflow: Workflow) -> None:
    """Each state that is not final has an owner: it is left by an exit that is sure to stand open.

    Open means: by a role that may act, or by time or the round, and without an `if`, or with exits whose `if` are
    opposites. An exit under a condition alone may never open, and then nobody is asked and nothing fires.
    A transition into the same state is no exit.
    """
    exits: dict[str, list[Transition]] = defaultdict(list)
    into: dict[str, set[str]] = defaultdict(set)
    for t in workflow.transitions.values():
        for state in t.from_:
            if state != t.to:
                exits[state].append(t)
                into[t.to].add(state)
    ends = [name for name, said in workflow.states.items() if said.final or not exits[name]]
    ending = _closure(into, ends)
    for name, said in workflow.states.items():
        if said.final:
            continue
        if not exits[name]:
            sheet.fault("no-way-out", "states", name, key=True, name=name)
        elif not _sure(exits[name]):
            sheet.fault("no-owner", "states", name, key=True, name=name)
        elif name not in ending:
            sheet.fault("never-ends", "states", name, key=True, name=name)


def _sure(exits: list[Transition]) -> bool:
    if any(not t.if_ for t in exits):
        return True
    alone = {t.if_[0] for t in exits if len(t.if_) == 1}
    return any(_opposite(condition) in alone for condition in alone)


def _at_most_one(sheet: Sheet, workflow: Workflow) -> None:
    """Time, or the round, moves a case in one way at most; two are allowed when their conditions exclude each other."""
    moved: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name, t in workflow.transitions.items():
        for key, cause in (("at", t.at), ("with", t.with_)):
            if cause is not None:
                for state in dict.fromkeys(t.from_):
                    moved[key, str(cause), state].append(name)
    told: set[tuple[str, str]] = set()
    for (key, at, state), names in moved.items():
        for index, name in enumerate(names):
            # One clash for each transition is enough to say; looking at neighbours alone would miss some.
            for other in names[:index]:
                pair = (other, name)
                if pair in told or _exclusive(workflow.transitions[other], workflow.transitions[name]):
                    continue
                told.add(pair)
                sheet.fault(f"two-{key}", "transitions", name, key, name=name, other=other, state=state, cause=at)
                break
            if sheet.full:
                return


def _exclusive(one: Transition, two: Transition) -> bool:
    return any(_opposite(condition) in two.if_ for condition in one.if_)


def _opposite(condition: Condition) -> Condition:
    predicate = _OPPOSITE[condition.predicate]
    return Condition(condition.subject, predicate)  # type: ignore[arg-type]


def _closure(leads: dict[str, set[str]], start: Iterable[str]) -> set[str]:
    found, todo = set(), list(start)
    while todo:
        if (state := todo.pop()) not in found:
            found.add(state)
            todo += leads.get(state, ())
    return found
