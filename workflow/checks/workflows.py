"""One workflow by itself: its names stand for something, and each part has a form that the engine can run."""

from __future__ import annotations

from typing import Final

from workflow.calendar import Span
from workflow.checks.catalogue import Catalogue, Sheet
from workflow.definition.language import Condition, Reference, Start
from workflow.definition.workflow import Always, Deadline, Reminder, Transition, Workflow
from workflow.model import ENGINE_TRIGGERS

OPENING: Final = "opening"
"""What a term may run from that no workflow names: the case's own opening."""
AFFECTED: Final = "affected"
"""Built in: whoever an applied change touches; told where a state has that effect."""
LONGEST_TERM: Final = 1000
LONGEST_OFFSET: Final = 366


def check_workflow(catalogue: Catalogue, sheet: Sheet, workflow: Workflow) -> None:
    _Names(catalogue, sheet, workflow).check()


class _Names:
    def __init__(self, catalogue: Catalogue, sheet: Sheet, workflow: Workflow) -> None:
        self.sheet, self.workflow = sheet, workflow
        self.roles, self.states = sheet.names("roles"), sheet.names("states")
        self.transitions, self.deadlines = sheet.names("transitions"), sheet.names("deadlines")
        self.round: Sheet | None = None
        self.round_missing = False
        self._find_round(catalogue)

    def check(self) -> None:
        self._reserved()
        if self.sheet.whole("initial"):
            self._state(("initial",), self.workflow.initial)
        for name, transition in self.workflow.transitions.items():
            self._transition(name, transition)
        for name, deadline in self.workflow.deadlines.items():
            self._deadline(name, deadline)
        self._circles()
        for index, reminder in enumerate(self.workflow.reminders):
            self._reminder(index, reminder)
        for state, told in self.workflow.notify.items():
            self._state(("notify", state), state, key=True)
            effect = self.workflow.states[state].effect if state in self.workflow.states else None
            for path, role in self.sheet.each(("notify", state), told):
                if not (role == AFFECTED and effect):
                    self._role(path, role)
        for index, always in enumerate(self.workflow.always):
            self._always(index, always)

    def _find_round(self, catalogue: Catalogue) -> None:
        name = self.workflow.part_of
        if name is None:
            return
        found = catalogue.get("workflow", name)
        if found is None or not self.sheet.whole("part_of"):
            self.round_missing = True
            others = [other for other in catalogue.names("workflow") if other != self.workflow.workflow]
            self.sheet.unknown("unknown-workflow", ("part_of",), name, others)
        elif isinstance(found.draft, Workflow) and found.draft.part_of is not None:
            self.round_missing = True
            self.sheet.fault("round-in-round", "part_of", name=name)
        else:
            self.round = Sheet(found)

    def _reserved(self) -> None:
        for section, names, reserved in (
            ("transitions", self.transitions, {*ENGINE_TRIGGERS, OPENING}),
            ("deadlines", self.deadlines, {OPENING}),
            ("roles", self.roles, {AFFECTED}),
        ):
            for name in names:
                if name in reserved:
                    self.sheet.fault("reserved-name", section, name, key=True, name=name)
        for name in self.deadlines:
            if name in self.transitions:
                self.sheet.fault("name-of-both", "deadlines", name, key=True, name=name)

    def _transition(self, name: str, t: Transition) -> None:
        here = ("transitions", name)
        causes = [key for key, value in (("by", t.by), ("at", t.at), ("with", t.with_)) if value is not None]
        if len(causes) != 1:
            code = "two-causes" if causes else "no-cause"
            self.sheet.fault(code, *here, *causes[1:2], key=True, name=name, causes=causes)
        for path, state in self.sheet.each((*here, "from"), t.from_):
            self._state(path, state)
        self.sheet.repeats((*here, "from"), t.from_)
        self._state((*here, "to"), t.to)
        if t.by is not None:
            self._role((*here, "by"), t.by)
        else:
            self._only_by_a_person(name, t)
        if t.on_behalf is not None:
            self._role((*here, "on_behalf"), t.on_behalf)
        if t.at is not None:
            self._reference((*here, "at"), t.at, "deadlines")
        if t.with_ is not None:
            self._with((*here, "with"), t.with_)
        if t.as_ is not None:
            self._as((*here, "as"), name, t.as_)
        self._duties(here, t)

    def _duties(self, here: tuple[object, ...], t: Transition) -> None:
        for path, deadline in self.sheet.each((*here, "meets"), t.meets):
            self._own_deadline(path, deadline)
        for deadline, term in t.rearm.items():
            self._own_deadline((*here, "rearm", deadline), deadline, key=True)
            if isinstance(term, Span):
                self._term((*here, "rearm", deadline), term)
        for path, condition in self.sheet.each((*here, "if"), t.if_):
            self._condition(path, condition)

    def _only_by_a_person(self, name: str, t: Transition) -> None:
        here = ("transitions", name)
        if t.on_behalf is not None:
            self.sheet.fault("on-behalf-without-by", *here, "on_behalf", key=True)
        if t.needs:
            self.sheet.fault("needs-without-by", *here, "needs", key=True)
        for deadline, term in t.rearm.items():
            if term == "given":
                self.sheet.fault("given-without-by", *here, "rearm", deadline)

    def _with(self, path: tuple[object, ...], reference: Reference) -> None:
        if not reference.of_round:
            self.sheet.fault("with-needs-round", *path, name=reference.name)
        else:
            self._reference(path, reference, "transitions")

    def _as(self, path: tuple[object, ...], name: str, other: str) -> None:
        if other not in self.transitions:
            self.sheet.unknown("unknown-transition", path, other, [t for t in self.transitions if t != name])
        elif other == name or (other in self.workflow.transitions and self.workflow.transitions[other].as_):
            self.sheet.fault("as-goes-on", *path, name=other)

    def _deadline(self, name: str, deadline: Deadline) -> None:
        here = ("deadlines", name)
        self._role((*here, "owner"), deadline.owner)
        if (deadline.after is None) != (deadline.in_ is None):
            self.sheet.fault("after-and-in", *here, "after" if deadline.after else "in", key=True)
        if deadline.in_ is not None:
            self._term((*here, "in"), deadline.in_)
        if deadline.after is not None:
            self._start((*here, "after"), name, deadline.after)

    def _start(self, path: tuple[object, ...], deadline: str, start: Start) -> None:
        if start.entered:
            self._state(path, start.subject)
        elif start.subject not in {OPENING, *self.transitions, *self.deadlines}:
            known = [OPENING, *self.transitions, *(name for name in self.deadlines if name != deadline)]
            self.sheet.unknown("unknown-start", path, start.subject, known)

    def _circles(self) -> None:
        """A term that runs, by way of others, from its own end would never begin."""
        after = {n: d.after.subject for n, d in self.workflow.deadlines.items() if d.after and not d.after.entered}
        for name, first in after.items():
            seen, step = {name}, first
            while step in after and step not in seen:
                seen.add(step)
                step = after[step]
            if step == name:
                self.sheet.fault("circular-term", "deadlines", name, "after", name=name)

    def _reminder(self, index: int, r: Reminder) -> None:
        here = ("reminders", index)
        entered = r.base.point == "entered"
        if entered:
            self._state((*here, "base"), r.base.subject)
        else:
            self._own_deadline((*here, "base"), r.base.subject)
        for path, offset in self.sheet.each((*here, "offset"), r.offset):
            if abs(offset.amount) > LONGEST_OFFSET:
                self.sheet.fault("offset-too-far", *path, span=str(offset), most=LONGEST_OFFSET)
            elif entered and offset.amount <= 0:
                self.sheet.fault("offset-before-entry", *path, span=str(offset), state=r.base.subject)
        self._series(here, r)
        for key, roles in (("to", r.to), ("copy", r.copy_)):
            for path, role in self.sheet.each((*here, key), roles):
                self._role(path, role)
        if r.until is not None:
            self._condition((*here, "until"), r.until)
        for path, state in self.sheet.each((*here, "while"), r.while_):
            self._state(path, state)

    def _series(self, here: tuple[object, ...], r: Reminder) -> None:
        if r.every is None:
            if r.most is not None:
                self.sheet.fault("most-without-every", *here, "most", key=True)
            return
        if not 1 <= r.every.amount <= LONGEST_OFFSET:
            self.sheet.fault("every-not-positive", *here, "every", span=str(r.every), most=LONGEST_OFFSET)
        if r.most is None and r.until is None and not r.while_:
            self.sheet.fault("endless-reminder", *here, "every", key=True)
        if len(r.offset) > 1:
            self.sheet.fault("series-of-many", *here, "offset", key=True)

    def _always(self, index: int, always: Always) -> None:
        here = ("always", index)
        self._reference((*here, "by"), always.by, "deadlines")
        if not always.reached and not always.in_:
            self.sheet.fault("always-says-nothing", *here)
        for key, states in (("reached", always.reached), ("in", always.in_)):
            for path, state in self.sheet.each((*here, key), states):
                self._state(path, state)

    def _condition(self, path: tuple[object, ...], condition: Condition) -> None:
        if condition.predicate in {"met", "unmet"}:
            self._own_deadline(path, condition.subject)
        else:
            self._state(path, condition.subject)

    def _reference(self, path: tuple[object, ...], reference: Reference, section: str) -> None:
        if not reference.of_round:
            self._own_deadline(path, reference.name)
        elif self.workflow.part_of is None:
            self.sheet.fault("no-round", *path, name=str(reference))
        elif self.round is not None and reference.name not in (known := self.round.names(section)):
            code = "unknown-deadline" if section == "deadlines" else "unknown-transition"
            self.sheet.unknown(code, path, str(reference), [f"round.{name}" for name in known])

    def _own_deadline(self, path: tuple[object, ...], name: str, *, key: bool = False) -> None:
        if name not in self.deadlines:
            self.sheet.unknown("unknown-deadline", path, name, self.deadlines, key=key)

    def _state(self, path: tuple[object, ...], name: str, *, key: bool = False) -> None:
        if name not in self.states:
            self.sheet.unknown("unknown-state", path, name, self.states, key=key)

    def _role(self, path: tuple[object, ...], name: str) -> None:
        if name not in self.roles:
            self.sheet.unknown("unknown-role", path, name, self.roles)

    def _term(self, path: tuple[object, ...], term: Span) -> None:
        if not 1 <= term.amount <= LONGEST_TERM:
            self.sheet.fault("term-not-positive", *path, span=str(term), most=LONGEST_TERM)
