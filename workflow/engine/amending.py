"""Carrying out the patches of a request: a new version of the plan, and the open cases in scope moved by events.

The same function tries a request out for its impact report and applies it on approval, so that what is approved is
what happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy as copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from workflow.calendar import day_start, local_day, term_ending
from workflow.checks import Catalogue, check
from workflow.dates_vi import date_words
from workflow.definition.change import (
    AddArea,
    AddUnit,
    ChangeCoordinators,
    ChangeLead,
    ChangeRaw,
    ChangeTitle,
    EndArea,
    EndUnit,
    MoveDeadline,
    Patch,
    patch_of,
)
from workflow.definition.editing import Editor
from workflow.definition.loading import Loaded, load
from workflow.definition.plan import Plan
from workflow.engine.draft import Draft
from workflow.engine.duties import arm, end_where, hand_over
from workflow.engine.entering import ROUND, enter_member, roles_of
from workflow.engine.notices import tell
from workflow.engine.patch_words import LANGS, Text, case_words, deadline_title, in_words, patch_words
from workflow.engine.plan_edits import edit_plan, writable
from workflow.engine.targets import Target, members_of, open_cases, target_of
from workflow.engine.terms import Dated, resolve
from workflow.engine.world import World
from workflow.model import AMENDED, Actor, Case, Event, NewVersion, Obligation, Refusal
from workflow.words import say
from workflow.words.near import nearest

Finding = tuple[str, Mapping[str, Any]]
"""Code and what fills it in."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """On whose word the plan is changed: the request, who decided, and by which document."""

    request: str
    trigger: str
    actor: Actor
    decision: str
    dated: date | None
    waive: bool = False


@dataclass
class Amending:
    """One request being carried out, or tried out when there are no `grounds`."""

    world: World
    draft: Draft
    plan: Plan
    at: datetime
    grounds: Grounds | None
    version: int
    """The plan's version that the cases touched belong to afterwards."""
    waived: int = 0
    """How many passed deadlines the decision has waived."""
    warnings: list[Finding] = field(default_factory=list)
    words: list[tuple[Text, Target]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    former: dict[str, list[str]] = field(default_factory=dict)
    """By case: who played a part in it until now."""
    affected: dict[str, None] = field(default_factory=dict)
    """Whoever the change touches, in the order told."""
    text: str = ""
    """The plan's text afterwards."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The same as plain data, without the note of the decision."""
    changed: bool = False
    """The plan itself changes, not only cases."""
    sentence: Text = field(default_factory=dict)
    """The patch at hand."""

    def named(self, case: Case) -> Text:
        return case_words(self.world, self.draft, case)

    def leave_out(self, case: Case, why: str) -> None:
        self.warnings.append(("warn-left-out", {"case": self.named(case), "why": _both_say(why)}))


def newest_plan(world: World, draft: Draft, name: str) -> tuple[int, Loaded]:
    """The plan's newest version and its text; within one decision also the one it has just made."""
    assert world.shelf is not None
    return draft.newest_plans.get(name) or world.shelf.plans[name]


def plan_model(loaded: Loaded) -> Plan:
    assert isinstance(loaded.model, Plan)
    return loaded.model


def amend(
    world: World,
    draft: Draft,
    plan_name: str,
    patches: Sequence[tuple[int, Mapping[str, Any]]],
    at: datetime,
    grounds: Grounds | None = None,
) -> Amending:
    """Carry out patches, given by their number. Raises Refusal (with `part` and `key`), and the draft must then go.

    Without `grounds` it is only tried: no version is published and nobody is told.
    """
    told = len(draft.tellings)
    version, loaded = newest_plan(world, draft, plan_name)
    plan = plan_model(loaded)
    work = Amending(world, draft, plan, at, grounds, version + 1)
    read = [(number, patch_of(plain), plain) for number, plain in patches]
    editor = Editor(loaded.text)
    year = plan.cycle.rule.cycle_at(local_day(at)).year
    targets: dict[int, Target] = {}
    for number, patch, plain in read:
        with _of_part(number):
            targets[number] = target_of(draft, plan_name, patch)
            writable(world, _named(patch), _agency_key(patch))
            _plain_sense(work, patch, editor)
            work.words.append((patch_words(world, draft, plan, patch, targets[number]), targets[number]))
            if targets[number].scope == "plan":
                edit_plan(editor, patch, plain, year)
                work.affected |= dict.fromkeys(_named(patch))
    _distinct(read, targets)
    work.changed, work.data = editor.text != loaded.text, copy(editor.data)
    text = editor.finish()
    if work.changed:
        _checked(work, loaded, text)
    # Tried too, so that nothing is asked for that could not be written down when it is approved.
    editor.append(("amendments",), _entry(work, grounds))
    noted = editor.finish()
    model, work.text = _plan_of(noted), noted if grounds is not None else text
    world.plans[plan_name, work.version] = model
    old, work.plan = plan, model
    for (number, patch, _), (words, target) in zip(read, work.words, strict=True):
        work.sentence = words
        with _of_part(number):
            _move(work, patch, target, old)
    if grounds is not None and grounds.waive and not work.waived:
        raise Refusal("nothing-to-waive")
    if grounds is not None:
        _publish(work, plan_name, work.text, grounds)
    _tell(work)
    for telling in draft.tellings[told:]:
        work.affected |= dict.fromkeys(telling.agencies)
    return work


def _plan_of(text: str) -> Plan:
    loaded = load(text.encode(), "plan.yaml")
    if not isinstance(loaded.model, Plan):
        raise Refusal("change-refused", faults=[_both(fault.message) for fault in loaded.faults])
    return loaded.model


@contextmanager
def _of_part(number: int) -> Iterator[None]:
    """Adds the patch's number to a refusal that rises out of it."""
    try:
        yield
    except Refusal as refusal:
        refusal.params.setdefault("part", number)
        raise


def _distinct(read: Iterable[tuple[int, Patch, Mapping[str, Any]]], targets: Mapping[int, Target]) -> None:
    seen: dict[tuple[str, str, Target], int] = {}
    for number, patch, _ in read:
        other = seen.setdefault((patch.KIND, patch.subject.removeprefix(ROUND), targets[number]), number)
        if other != number:
            raise Refusal("change-twice", part=number, other=other, key=patch.KIND)


def _named(patch: Patch) -> list[str]:
    match patch:
        case ChangeLead():
            return [patch.to]
        case ChangeCoordinators():
            return list(patch.to)
        case AddArea():
            return [patch.lead, *patch.with_]
        case AddUnit():
            return [patch.add_unit]
    return []


def _agency_key(patch: Patch) -> str:
    return {AddArea: "lead", AddUnit: "add_unit"}.get(type(patch), "to")


def _plain_sense(work: Amending, patch: Patch, editor: Editor) -> None:
    """What needs no case to be refused."""
    workflow = next((m.definition for (name, _), m in work.world.machines.items() if name == work.plan.workflow), None)
    lead: str | None = None
    others: tuple[str, ...] = ()
    if isinstance(patch, AddArea):
        lead, others = patch.lead, patch.with_
    elif isinstance(patch, ChangeCoordinators):
        others = patch.to
        # As the patches before this one have left it.
        area = editor.data["areas"].get(patch.subject)
        lead = area["lead"] if area is not None and patch.of in (None, work.plan.plan) else None
    if twice := [agency for agency in others if others.count(agency) > 1]:
        raise Refusal("change-listed-twice", agency=twice[0], key=_agency_key(patch))
    if lead is not None and lead in others:
        raise Refusal(
            "change-lead-coordinates", agency=lead, agency_name=work.world.names.get(lead, lead), key=_agency_key(patch)
        )
    role = workflow.roles.get("coordinator") if workflow else None
    if role is not None and not role.many and len(others) > 1:
        raise Refusal("change-one-coordinator", key="to")


def _checked(work: Amending, before: Loaded, text: str) -> None:
    """Raise Refusal `change-refused` for what the checker finds in the new text and did not find in the old one."""
    assert work.world.shelf is not None
    known = work.world.shelf.known
    after = load(text.encode(), before.file)
    found = check(Catalogue.of([after], known))
    if found:
        old = {fault.message() for fault in check(Catalogue.of([before], known))}
        fresh = [_both(fault.message) for fault in found if fault.message() not in old]
        if fresh:
            raise Refusal("change-refused", faults=fresh)


def _both(say_in: Any) -> Text:
    return {lang: say_in(lang) for lang in LANGS}


def _entry(work: Amending, grounds: Grounds | None) -> dict[str, Any]:
    longest = 500
    changes = [words["vi"][:longest] for words, _ in work.words]
    if grounds is None:
        return {"decision": "-", "request": "-", "changes": changes}
    dated = {"dated": grounds.dated.isoformat()} if grounds.dated is not None else {}
    return {"decision": grounds.decision, **dated, "request": grounds.request, "changes": changes}


def _publish(work: Amending, plan: str, text: str, grounds: Grounds) -> None:
    loaded = load(text.encode(), f"{plan}.yaml")
    by = grounds.actor.agency + (f":{grounds.actor.person}" if grounds.actor.person else "")
    number = grounds.request.rpartition("/")[2]
    reason = say("amended-reason", decision=grounds.decision, number=number)
    if grounds.dated is not None:
        day = date_words(grounds.dated, "vi")
        reason = say("amended-reason-dated", decision=grounds.decision, day=day, number=number)
    work.draft.newest_plans[plan] = (work.version, loaded)
    work.draft.published.append(NewVersion("plan", plan, work.version, loaded.text, loaded.sha256, by, reason))


# The cases


def _move(work: Amending, patch: Patch, target: Target, old: Plan) -> None:
    match patch:
        case MoveDeadline():
            _move_deadline(work, patch, target, old)
        case ChangeRaw():
            _change_raw(work, patch, target, old)
        case ChangeLead() | ChangeCoordinators():
            cases = _area_cases(work, patch, target)
            moved = [case for case in cases if _set_roles(work, case, patch)]
            if not moved and (target.scope == "round" or not _roles_differ(old, work.plan, patch.subject)):
                raise Refusal("change-same", what=work.sentence, key="to")
        case ChangeTitle():
            _change_title(work, patch, target, old)
        case AddArea() | AddUnit():
            _add(work, patch, target, old)
        case EndArea() | EndUnit():
            for case in _area_cases(work, patch, target):
                _end(work, case, target)


def _event(work: Amending, case_id: str) -> None:
    """The case's event of this amendment: one for all patches that touch it."""
    newest = work.draft.newest_event(case_id)
    if newest is not None and any(newest is event for event in work.events):
        if work.sentence not in newest.data["changes"]:
            newest.data["changes"].append(work.sentence)
        return
    case = work.draft.cases[case_id]
    actor = work.grounds.actor if work.grounds else Actor("")
    data: dict[str, Any] = {"changes": [work.sentence]}
    if work.grounds:
        data["with"] = f"{work.grounds.request}:{work.grounds.trigger}"
        dated = {"dated": work.grounds.dated.isoformat()} if work.grounds.dated is not None else {}
        data["facts"] = {"decision": work.grounds.decision, **dated}
    work.events.append(work.draft.record(case_id, work.at, actor, AMENDED, case.state, data=data))
    work.draft.become(case_id, plan_version=work.version)


def _move_deadline(work: Amending, patch: MoveDeadline, target: Target, old: Plan) -> None:
    if target.scope == "plan":
        if not _follow_plan(work, old) and old.deadlines == work.plan.deadlines:
            raise Refusal("change-same", what=work.sentence, key="to")
        return
    if not isinstance(patch.to, date):
        raise Refusal("change-needs-day", key="to")
    if day_start(patch.to) < day_start(local_day(work.at)):
        raise Refusal("change-past", day=in_words(patch.to), key="to")
    name, cases = _owing(work, patch, target)
    if target.scope == "case" or cases == [work.draft.cases[target.of]]:
        _move_one(work, cases[0], name, patch)
        return
    moved = 0
    for case in cases:
        try:
            _move_one(work, case, name, patch)
            moved += 1
        except Refusal as refusal:
            why = {"change-met": "why-met", "change-same": "why-same"}.get(refusal.code, "why-ended")
            work.leave_out(case, why)
    if not moved:
        raise Refusal("change-nothing", key=patch.KIND)


def _owing(work: Amending, patch: MoveDeadline | ChangeRaw, target: Target) -> tuple[str, list[Case]]:
    """The deadline's name in its workflow, and the cases that owe it: the one, the round itself, or all its cases."""
    case = work.draft.cases[target.of]
    known = work.world.workflow(case).deadlines
    name = patch.subject
    if case.kind == "round":
        bare = name.removeprefix(ROUND)
        if bare in known:
            return bare, [case]
        members = [m for m in members_of(work.draft, case.id) if name in work.world.workflow(m).deadlines]
        if members:
            return name, members
        names = {n for m in members_of(work.draft, case.id) for n in work.world.workflow(m).deadlines}
        known = {**known, **dict.fromkeys(sorted(names))}  # type: ignore[dict-item]
    elif name in known:
        return name, [case]
    raise Refusal(
        "change-no-deadline", of=target.of, name=name, known=list(known), near=nearest(name, known), key=patch.KIND
    )


def _running(work: Amending, case: Case, name: str) -> Obligation:
    """The newest occurrence, which must still be owed."""
    newest = case.newest(name)
    title = deadline_title(work.world, work.draft, work.plan, Target("case", case.id), name)
    if case.ended or work.world.final(case):
        raise Refusal("change-ended", case=work.named(case), deadline=title)
    if newest is None:
        raise Refusal("change-not-running", case=work.named(case), deadline=title)
    if newest.met_by is not None:
        raise Refusal("change-met", case=work.named(case), deadline=title)
    if newest.status not in ("open", "fired"):
        raise Refusal("change-ended", case=work.named(case), deadline=title)
    return newest


def _move_one(work: Amending, case: Case, name: str, patch: MoveDeadline) -> None:
    assert isinstance(patch.to, date)
    newest = _running(work, case, name)
    dated = Dated(term_ending(work.world.calendar(case), patch.to, "keep"), patch.raw)
    assert dated.term is not None
    if newest.status == "open" and newest.due_at == dated.term.due_at and patch.raw in (None, newest.raw):
        raise Refusal("change-same", what=work.sentence, key="to")
    _renew(work, case, name, dated)


def _renew(work: Amending, case: Case, name: str, dated: Dated) -> None:
    """Open a new occurrence. One that has fired stays fired, unless the decision waives it."""
    _event(work, case.id)
    _waive(work, case, name)
    arm(work.world, work.draft, case.id, name, dated, at=work.at)


def _follow_plan(work: Amending, old: Plan) -> int:
    """Move the terms of open rounds and their cases that were the old plan's own; how many were moved."""
    moved = 0
    for round_case in open_cases(work.world, work.draft, old.plan):
        if round_case.kind != "round" or round_case.adhoc:
            continue
        for case in (round_case, *members_of(work.draft, round_case.id)):
            moved += _follow_in(work, old, round_case, case)
    return moved


def _follow_in(work: Amending, old: Plan, round_case: Case, case: Case) -> int:
    try:
        before, after = (_terms(work, plan, round_case) for plan in (old, work.plan))
    except ValueError:
        # The plan reports in other cycles by now: what this round has are terms of its own.
        work.leave_out(case, "why-other-term")
        return 0
    prefix = ROUND if case.kind == "round" else ""
    moved = 0
    for name in work.world.workflow(case).deadlines:
        was, now = before.get(prefix + name), after.get(prefix + name)
        newest = work.draft.cases[case.id].newest(name)
        if was == now or now is None or newest is None:
            continue
        if was is not None and was.term == now.term:
            if newest.raw == was.raw:
                _reword(work, newest, now.raw)
        elif why := _why_not(work, case, newest, was, now):
            work.leave_out(case, why)
        else:
            _renew(work, case, name, now)
            moved += 1
    return moved


def _why_not(work: Amending, case: Case, newest: Obligation, was: Dated | None, now: Dated) -> str | None:
    """Why an open case keeps its term although the plan's has moved."""
    if newest.met_by is not None:
        return "why-met"
    if newest.status == "fired":
        return "why-overdue"
    if newest.status != "open" or work.world.final(case):
        return "why-ended"
    if was is None or newest.last_day != (was.term.last_day if was.term is not None else None):
        return "why-other-term"
    return "why-past" if now.term is not None and now.term.due_at <= work.at else None


def _terms(work: Amending, plan: Plan, round_case: Case) -> dict[str, Dated]:
    """The terms that a plan gives a round, as of the day that the round was opened."""
    calendar = work.world.calendars[plan.calendar]
    cycle = plan.cycle.rule.parse(round_case.cycle)
    return resolve(calendar, plan.deadlines, {}, cycle, local_day(round_case.opened_at))


def _both_say(code: str, **params: Any) -> Text:
    return {lang: say(code, lang, **params) for lang in LANGS}


def _change_raw(work: Amending, patch: ChangeRaw, target: Target, old: Plan) -> None:
    if target.scope == "plan":
        if old.deadlines == work.plan.deadlines:
            raise Refusal("change-same", what=work.sentence, key="to")
        _follow_plan(work, old)
        return
    name, cases = _owing(work, patch, target)
    if target.scope == "case":
        _running(work, cases[0], name)
    if not sum(_reword(work, newest, patch.to) for case in cases if (newest := case.newest(name)) is not None):
        raise Refusal("change-same", what=work.sentence, key="to")


def _reword(work: Amending, o: Obligation, raw: str | None) -> bool:
    case = work.draft.cases[o.case_id]
    if o.raw == raw or o.status not in ("open", "fired") or not o.unmet or case.ended or work.world.final(case):
        return False
    _event(work, o.case_id)
    work.draft.put(replace(o, raw=raw))
    return True


def _area_cases(work: Amending, patch: Patch, target: Target) -> list[Case]:
    """The open cases of the patch's area or unit: in one round, where there must be one, or in all."""
    name = patch.subject
    unit = isinstance(patch, EndUnit)
    cases = [c for c in open_cases(work.world, work.draft, work.plan.plan) if name == (c.unit if unit else c.area)]
    if target.scope == "plan":
        return cases
    found = [case for case in cases if case.round_id == target.of]
    if not found:
        there = [c for c in open_cases(work.world, work.draft, work.plan.plan) if c.round_id == target.of]
        known = [n for c in there if (n := c.unit if unit else c.area) is not None]
        raise Refusal(
            "change-no-case",
            round=work.draft.cases[target.of].title,
            name=name,
            known=known or ["-"],
            near=nearest(name, known),
        )
    return found


def _roles_differ(old: Plan, new: Plan, area: str) -> bool:
    return (old.areas[area].lead, old.areas[area].with_) != (new.areas[area].lead, new.areas[area].with_)


def _set_roles(work: Amending, case: Case, patch: ChangeLead | ChangeCoordinators) -> bool:
    """Give the case its new players; False when they play already. What is owed is handed over."""
    roles = dict(case.roles)
    if isinstance(patch, ChangeLead):
        roles["lead"] = (patch.to,)
        roles["coordinator"] = tuple(a for a in roles.get("coordinator", ()) if a != patch.to)
    else:
        lead = roles.get("lead", ())
        if set(lead) & set(patch.to):
            raise Refusal(
                "change-lead-coordinates", agency=lead[0], agency_name=work.world.names.get(lead[0], lead[0]), key="to"
            )
        roles["coordinator"] = patch.to
    if roles == dict(case.roles):
        return False
    _event(work, case.id)
    leaving = [a for role in ("lead", "coordinator") for a in case.roles.get(role, ()) if a not in roles.get(role, ())]
    work.former.setdefault(case.id, []).extend(leaving)
    work.draft.become(case.id, roles=roles)
    for role in ("lead", "coordinator"):
        if roles.get(role) != case.roles.get(role):
            hand_over(work.draft, case.id, role)
    return True


def _change_title(work: Amending, patch: ChangeTitle, target: Target, old: Plan) -> None:
    name, title = patch.subject, patch.to.as_dict()
    if target.scope == "plan" and name == old.plan:
        if old.title.as_dict() == title:
            raise Refusal("change-same", what=work.sentence, key="to")
        # The cases of roster units bear the plan's title.
        cases = [c for c in open_cases(work.world, work.draft, old.plan) if c.kind == "unit"]
    else:
        cases = _area_cases(work, patch, target)
        same = all(case.title == title for case in cases)
        if same and (target.scope == "round" or old.areas[name].title == patch.to):
            raise Refusal("change-same", what=work.sentence, key="to")
    for case in cases:
        if case.title != title:
            _event(work, case.id)
            work.draft.become(case.id, title=title)


def _add(work: Amending, patch: AddArea | AddUnit, target: Target, old: Plan) -> None:
    rounds = [c for c in open_cases(work.world, work.draft, old.plan) if c.kind == "round"]
    if target.scope == "round":
        round_case = work.draft.cases[target.of]
        if (known := work.draft.cases.get(f"{round_case.id}/{patch.subject}")) is not None:
            code = "change-ended-here" if known.ended else "change-known"
            raise Refusal(code, name=patch.subject, of=round_case.title, key=patch.KIND)
        if patch.due is not None and patch.due < local_day(work.at):
            raise Refusal("change-past", day=in_words(patch.due), key="due")
        if not _enter(work, patch, round_case):
            code = "change-round-closed" if _submitted(work, round_case) else "change-round-over"
            raise Refusal(code, round=round_case.title, key=patch.KIND)
        return
    for round_case in rounds:
        known = work.draft.cases.get(f"{round_case.id}/{patch.subject}")
        if round_case.adhoc or (known is not None and not known.ended):
            continue
        if known is not None or not _enter(work, patch, round_case):
            work.leave_out(round_case, "why-ended-here" if known is not None else "why-reported")


def _submitted(work: Amending, round_case: Case) -> bool:
    return round_case.state != work.world.workflow(round_case).initial


def _enter(work: Amending, patch: AddArea | AddUnit, round_case: Case) -> bool:
    """Open the case in a round that still gathers; False when it no longer does, or its reports were due."""
    siblings = members_of(work.draft, round_case.id)
    if not siblings or _submitted(work, round_case) or not _in_cycles(work, round_case):
        return False
    terms = {name: d for name, d in _member_terms(work, round_case, siblings).items() if not name.startswith(ROUND)}
    if patch.due is not None and terms:
        first = next(iter(terms))
        terms[first] = Dated(term_ending(work.world.calendar(round_case), patch.due, "keep"))
    if any(d.term is not None and d.term.due_at <= work.at for d in terms.values()):
        return False
    blank = siblings[0]
    workflow = work.world.workflow(blank)
    plan = work.plan
    area = isinstance(patch, AddArea)
    own: dict[str, Sequence[str]] = {"lead": (patch.subject,), "coordinator": ()}
    if isinstance(patch, AddArea):
        own = {"lead": (patch.lead,), "coordinator": patch.with_}
    member = Case(
        id=f"{round_case.id}/{patch.subject}",
        kind="area" if area else "unit",
        plan=plan.plan,
        plan_version=work.version,
        workflow=blank.workflow,
        workflow_version=blank.workflow_version,
        cycle=round_case.cycle,
        title=patch.title.as_dict() if isinstance(patch, AddArea) else plan.title.as_dict(),
        roles=roles_of(workflow, plan.roles, own),
        state=workflow.initial,
        state_since=work.at,
        opened_at=work.at,
        area=patch.subject if area else None,
        unit=None if area else patch.subject,
        round_id=round_case.id,
        adhoc=round_case.adhoc,
        position=max(case.position for case in siblings) + 1,
        period=round_case.period,
        confidential=isinstance(patch, AddArea) and patch.confidential,
        data={"with": work.grounds.request} if work.grounds else {},
    )
    enter_member(work.world, work.draft, member, terms, work.grounds.actor if work.grounds else Actor(""), work.at)
    return True


def _in_cycles(work: Amending, round_case: Case) -> bool:
    """Whether the plan as it reads now still knows the round's cycle."""
    try:
        return round_case.adhoc or bool(work.plan.cycle.rule.parse(round_case.cycle))
    except ValueError:
        return False


def _member_terms(work: Amending, round_case: Case, siblings: Sequence[Case]) -> dict[str, Dated]:
    """As the plan gives them; in an ad-hoc round, which has its own, those of its other cases."""
    if not round_case.adhoc:
        return _terms(work, work.plan, round_case)
    found: dict[str, Dated] = {}
    for name in work.world.workflow(siblings[0]).deadlines:
        first = next((o for o in siblings[0].obligations if o.name == name and o.occurrence == 1), None)
        if first is not None and first.last_day is not None:
            found[name] = Dated(term_ending(work.world.calendar(round_case), first.last_day, "keep"), first.raw)
    return found


def _end(work: Amending, case: Case, target: Target) -> None:
    """Nothing more is asked: what is owed is waived, and nothing can be done on the case from now on.

    From now on means what is still to come: a report that was filed, or one that is late, stays as it is.
    """
    assert case.round_id is not None
    own = [o for o in map(case.newest, work.world.workflow(case).deadlines) if o is not None]
    why = None
    if any(not o.unmet for o in own):
        why = "why-met"
    elif target.scope == "plan" and any(o.status == "fired" for o in own):
        why = "why-still-owed"
    elif _submitted(work, work.draft.cases[case.round_id]):
        why = "why-submitted"
    if why is not None and target.scope == "round":
        raise Refusal("change-cannot-end", case=work.named(case), why=_both_say(why))
    if why is not None:
        work.leave_out(case, why)
        return
    decision = work.grounds.decision if work.grounds else "-"
    _event(work, case.id)
    _waive(work, case)
    end_where(work.draft, case.id, lambda o: o.kind == "deadline", "waived", decision)
    end_where(work.draft, case.id, lambda _: True, "cancelled", decision)
    request = work.grounds.request if work.grounds else "-"
    work.draft.become(case.id, data={**case.data, "ended": {"request": request, "decision": decision}})


def _waive(work: Amending, case: Case, name: str | None = None) -> None:
    """Waive what has passed unmet (of one deadline, or all), if the decision says so; else warn that it has not."""
    passed = [
        o
        for o in case.obligations
        if o.kind == "deadline" and name in (None, o.name) and o.status == "fired" and o.unmet
    ]
    for o in passed:
        if work.grounds and work.grounds.waive:
            work.draft.put(replace(o, status="waived", cause=work.grounds.decision))
            work.waived += 1
        title = deadline_title(work.world, work.draft, work.plan, Target("case", case.id), o.name)
        work.warnings.append(("warn-fired", {"case": work.named(case), "deadline": title}))


def _tell(work: Amending) -> None:
    """Tell whoever the change touches: who plays a part in each case now, and who did until now."""
    for event in work.events:
        case = work.draft.cases[event.case_id]
        roles = ["consolidator", "office"] if case.kind == "round" else ["lead", "coordinator"]
        former = {agency: ["former"] for agency in dict.fromkeys(work.former.pop(case.id, ()))}
        tell(work.world, work.draft, event, "amended", roles, kind="amended", also=former)
