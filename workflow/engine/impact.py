"""The impact report of a request: what approving it would do, found by doing it on a copy.

Its hash covers what is approved: the patches, the ground they stand on (the plan's version; deadlines, statuses and
roles of the cases touched, before and after) and what the checker says. Mails are a forecast and stay outside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from workflow.checks import Catalogue
from workflow.checks import warnings as plan_warnings
from workflow.dates_vi import day_words
from workflow.definition.loading import load
from workflow.engine.amending import Amending, Finding, amend, newest_plan
from workflow.engine.draft import Draft
from workflow.engine.notices import stamp
from workflow.engine.patch_words import LANGS, deadline_title, why_words
from workflow.engine.targets import Target
from workflow.engine.terms import term_of
from workflow.engine.world import World
from workflow.model import Case, Obligation, Refusal
from workflow.record import canonical
from workflow.words import say

Report = dict[str, Any]
Numbered = Sequence[tuple[int, Mapping[str, Any]]]
SHORTEST_HASH = 8
"""Characters of a report's hash that name it."""


def impact(
    world: World, draft: Draft, request: Case, parts: Iterable[int], at: datetime, *, apart: bool = True
) -> Report:
    """What approving `parts` (from 1; all when empty) of the request would do now. Nothing in the draft changes.

    A request that can no longer be applied gets a report that says why (`void`), and nothing else. `apart`: say also
    what each part would do by itself (`alone`), which an approval in part is compared with.
    """
    chosen = chosen_parts(request, parts)
    report, _ = _report(world, draft, request, chosen, at)
    report["parts"] = [{"part": number, "words": _words_of(request, number)} for number, _ in chosen]
    for part, one in zip(report["parts"], chosen, strict=True) if apart else ():
        part["alone"] = _alone(report if len(chosen) == 1 else _report(world, draft, request, [one], at)[0])
    return report


def tried(
    world: World, draft: Draft, request: Case, patches: Numbered, at: datetime
) -> tuple[Report, list[dict[str, str]]]:
    """The report on patches that a request may be about to ask for, and each in words. Raises Refusal."""
    return _report(world, draft, request, patches, at, strict=True)


def chosen_parts(request: Case, parts: Iterable[int]) -> Numbered:
    """The patches by number. Raises Refusal `no-part`."""
    patches = request.data["change"]
    wanted = sorted(set(parts)) or range(1, len(patches) + 1)
    for number in wanted:
        if not 1 <= number <= len(patches):
            raise Refusal("no-part", part=number, count=len(patches))
    return [(number, patches[number - 1]) for number in wanted]


def _words_of(request: Case, number: int) -> Any:
    return request.data["words"][number - 1]


def _alone(found: Report) -> dict[str, Any]:
    """Of one patch by itself: the hash, and what the checker says; for an approval in part."""
    return {"hash": found["hash"], "warnings": _marks(found), "touches": found["touches"]}


def _report(
    world: World, draft: Draft, request: Case, chosen: Numbered, at: datetime, *, strict: bool = False
) -> tuple[Report, list[dict[str, str]]]:
    trial, fork = Draft(draft.cases.values(), draft.now), world.fork()
    trial.newest_plans = dict(draft.newest_plans)
    head: Report = {"request": request.id, "plan": request.plan, "at": stamp(at)}
    try:
        work = amend(fork, trial, request.plan, chosen, at)
    except Refusal as refusal:
        if strict:
            raise
        void = {"code": refusal.code, "why": why_words(refusal), "part": refusal.params.get("part")}
        digest = _hash([request.id, list(chosen), void])
        return head | {"void": void, "cases": [], "plan_changes": [], "warnings": [], "touches": [], "hash": digest}, []
    cases = [found for case in trial.cases.values() if (found := _case(fork, trial, draft, case)) is not None]
    changes = _plan_changes(world, draft, work)
    touches = sorted({key for found in cases for key in _keys(found)} | {f"plan:{c['path']}" for c in changes})
    version = ground_version(world, draft, request, touches)
    warnings = _warnings(fork, trial, work, cases)
    ground = [request.id, list(chosen), version, changes, [_grounded(c) for c in cases], [_plain(w) for w in warnings]]
    report = head | {
        "plan_version": version,
        "plan_changes": changes,
        "cases": cases,
        "warnings": warnings,
        "rivals": rivals(world, request, touches),
        "mails": _mails(world, trial, draft, request, work),
        "touches": touches,
        "hash": _hash(ground),
    }
    return report, [words for words, _ in work.words]


def _hash(ground: list[Any]) -> str:
    return sha256(canonical(ground)).hexdigest()


def _grounded(found: Mapping[str, Any]) -> dict[str, Any]:
    """A case of the report without the words for people."""
    plain = {key: value for key, value in found.items() if key != "title"}
    plain["deadlines"] = [{k: v for k, v in d.items() if k != "title"} for d in found["deadlines"]]
    plain["roles"] = {role: [said["before"], said["after"]] for role, said in found["roles"].items()}
    return plain


def _plain(warning: Mapping[str, Any]) -> list[Any]:
    return [warning["code"], warning["words"]["vi"]]


def _marks(report: Report) -> list[str]:
    return [canonical(_plain(warning)).decode() for warning in report["warnings"]]


def ground_version(world: World, draft: Draft, request: Case, touches: Iterable[str]) -> int:
    """The plan's version that the request stands on.

    A version that another approval made without touching anything that this one touches is no new ground, so that the
    requests of one submission don't unseat each other.
    """
    assert world.shelf is not None
    version, _ = newest_plan(world, draft, request.plan)
    mine = set(touches)
    others = {case.id: case for case in world.shelf.requests} | {
        case.id: case for case in draft.cases.values() if case.kind == "request"
    }
    made = {
        case.data["applied"]["version"]: set(case.data["applied"]["touches"])
        for case in others.values()
        if "applied" in case.data and case.id != request.id
    }
    while version in made and not made[version] & mine:
        version -= 1
    return version


def rivals(world: World, request: Case, touches: Iterable[str]) -> list[str]:
    """Other requests in hand about the same thing."""
    assert world.shelf is not None
    mine = set(touches)
    return [
        other.id
        for other in world.shelf.requests
        if other.id != request.id and mine & set(other.data.get("touches", ())) and in_hand(world, other)
    ]


def in_hand(world: World, request: Case) -> bool:
    return not world.final(request)


def same_ground(attached: Mapping[str, Any], fresh: Report) -> bool:
    """Whether the report made now says what the attached one said, for as many of its parts as are approved."""
    if attached["hash"] == fresh["hash"]:
        return True
    alone = {part["part"]: part["alone"] for part in attached["parts"]}
    chosen = {part["part"]: part["alone"] for part in fresh["parts"]}
    if len(chosen) == len(alone) or moved_ground(attached, fresh):
        return False
    if len(chosen) == 1:
        return True
    seen: set[str] = set()
    for found in chosen.values():
        # Two parts that touch the same thing do something together that neither report shows.
        if seen & set(found["touches"]):
            return False
        seen |= set(found["touches"])
    known = {mark for found in alone.values() for mark in found["warnings"]} | set(_marks(dict(attached)))
    return set(_marks(fresh)) <= known


def moved_ground(attached: Mapping[str, Any], fresh: Report) -> bool:
    """Whether one of the parts to be approved would do something else by now than it would have done by itself."""
    alone = {part["part"]: part["alone"]["hash"] for part in attached["parts"]}
    return any(alone[part["part"]] != part["alone"]["hash"] for part in fresh["parts"])


# What has changed


def _case(world: World, trial: Draft, draft: Draft, after: Case) -> dict[str, Any] | None:
    before = draft.cases.get(after.id)
    if before is after:
        return None
    deadlines = []
    names = [name for name in world.workflow(after).deadlines if after.newest(name) is not None]
    for name in names:
        was, now = before.newest(name) if before is not None else None, after.newest(name)
        if was != now:
            title = deadline_title(world, trial, world.plan(after), Target("case", after.id), name)
            deadlines.append({"name": name, "title": title, "before": _owed(was), "after": _owed(now)})
    roles = {
        role: {
            "title": world.workflow(after).roles[role].as_dict(),
            "before": list(before.roles.get(role, ())) if before else [],
            "after": list(agencies),
        }
        for role, agencies in after.roles.items()
        if before is None or before.roles.get(role, ()) != agencies
    }
    found: dict[str, Any] = {"case": after.id, "title": dict(after.title), "deadlines": deadlines, "roles": roles}
    known = len(found)
    if before is None:
        found["opened"] = True
    elif dict(before.title) != dict(after.title):
        found["retitled"] = {"before": dict(before.title), "after": dict(after.title)}
    if after.ended:
        found["ended"] = True
    if not (deadlines or roles or len(found) > known):
        return None
    # Whoever plays a part now belongs to the ground, also where the request leaves it alone.
    players = before.roles if before is not None else after.roles
    return found | {"players": {role: list(agencies) for role, agencies in players.items()}}


def _owed(o: Obligation | None) -> dict[str, Any] | None:
    if o is None:
        return None
    return {
        "occurrence": o.occurrence,
        "due_at": stamp(o.due_at) if o.due_at is not None else None,
        "last_day": o.last_day.isoformat() if o.last_day is not None else None,
        "raw": o.raw,
        "owner": o.owner_agency,
        "status": o.status,
        "met": o.met_by is not None,
    }


def _keys(found: Mapping[str, Any]) -> Iterable[str]:
    """What of a case is touched: a second request on one of these is about the same thing."""
    case = found["case"]
    for deadline in found["deadlines"]:
        before, after = deadline["before"] or {}, deadline["after"] or {}
        if any(before.get(key) != after.get(key) for key in ("due_at", "last_day", "raw", "status")):
            yield f"{case}:{deadline['name']}"
    if not found.get("opened"):
        yield from (f"{case}:{role}" for role in found["roles"])
    yield from (f"{case}:{key}" for key in ("opened", "ended", "retitled") if key in found)


def _plan_changes(world: World, draft: Draft, work: Amending) -> list[dict[str, Any]]:
    _, loaded = newest_plan(world, draft, work.plan.plan)
    before, after = (_flat(data) for data in (loaded.reading.data or {}, work.data))
    return [
        {"path": path, "before": before.get(path), "after": after.get(path)}
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict) and value:
        found: dict[str, Any] = {}
        for key, part in value.items():
            if path or key != "amendments":
                found |= _flat(part, f"{path}.{key}" if path else key)
        return found
    return {path: value}


def _warnings(world: World, trial: Draft, work: Amending, cases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: list[Finding] = list(work.warnings)
    for entry in cases:
        case = trial.cases[entry["case"]]
        found += _out_of_order(world, trial, work, case)
    assert world.shelf is not None
    said: list[Finding] = []
    if work.changed:
        _, before = world.shelf.plans[work.plan.plan]
        old, new = (
            plan_warnings(Catalogue.of([text], world.shelf.known))
            for text in (before, load(work.text.encode(), "plan.yaml"))
        )
        known = {fault.message() for fault in old}
        said = [("warn-check", {"words": _both(fault)}) for fault in new if fault.message() not in known]
    once: dict[bytes, dict[str, Any]] = {}
    for code, params in (*found, *said):
        words = {lang: say(code, lang, **_in(params, lang)) for lang in LANGS}
        once.setdefault(canonical([code, words]), {"code": code, "words": words})
    return list(once.values())


def _in(params: Mapping[str, Any], lang: str) -> dict[str, Any]:
    return {name: day_words(value, lang) if hasattr(value, "toordinal") else value for name, value in params.items()}  # type: ignore[arg-type]


def _both(fault: Any) -> dict[str, str]:
    return {lang: fault.message(lang) for lang in LANGS}


def _out_of_order(world: World, trial: Draft, work: Amending, case: Case) -> list[Finding]:
    """Terms of cases that end after their round's own: a warning here, since the authority may want it so."""
    if case.kind == "round":
        pairs = [(member, case) for member in trial.cases.values() if member.round_id == case.id]
    else:
        pairs = [(case, trial.cases[case.round_id])] if case.round_id in trial.cases else []
    found: list[Finding] = []
    for member, round_case in pairs:
        for name in world.workflow(member).deadlines:
            o = member.newest(name)
            end = term_of(o) if o is not None and o.status == "open" else None
            limits = [
                (day, r)
                for r in (
                    round_case.newest(n) for n, d in world.workflow(round_case).deadlines.items() if d.after is None
                )
                if r is not None and (day := term_of(r)) is not None
            ]
            for day, _ in limits:
                if end is not None and end > day:
                    title = deadline_title(world, trial, work.plan, Target("case", member.id), name)
                    params = {"case": work.named(member), "deadline": title, "day": end, "round_day": day}
                    found.append(("warn-after-round", params))
    return found


def _mails(world: World, trial: Draft, draft: Draft, request: Case, work: Amending) -> dict[str, Any]:
    """A forecast: who would be told at once, and which reminders would fall away or come."""
    workflow = world.workflow(request)
    applied = [name for name, state in workflow.states.items() if state.effect]
    roles = [role for name in applied for role in workflow.notify.get(name, ())]
    now = [agency for role in roles for agency in request.roles.get(role, ())]
    cancelled: set[Mail] = set()
    planned: set[Mail] = set()
    for case in trial.cases.values():
        known = draft.cases.get(case.id)
        before = {o.key: o for o in known.obligations} if known is not None else {}
        for o in case.obligations:
            was = before.get(o.key)
            if o.kind == "reminder" and was is not None and known is not None and was.status == "open" != o.status:
                cancelled |= _letters(world, known, o)
            elif o.kind == "reminder" and was is None and o.status == "open":
                planned |= _letters(world, case, o)
    return {
        "now": list(dict.fromkeys([*now, *work.affected])),
        "cancelled": _grouped(cancelled - planned),
        "planned": _grouped(planned - cancelled),
    }


Mail = tuple[str, str, str]
"""(instant, case, agency)."""


def _letters(world: World, case: Case, o: Obligation) -> set[Mail]:
    assert o.due_at is not None
    assert o.rule is not None
    rule = world.workflow(case).reminders[o.rule]
    at = stamp(o.due_at)
    return {(at, case.id, agency) for role in (*rule.to, *rule.copy_) for agency in case.roles.get(role, ())}


def _grouped(mails: Iterable[Mail]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], list[str]] = {}
    for at, case, agency in sorted(mails):
        found.setdefault((at, case), []).append(agency)
    return [{"case": case, "at": at, "to": agencies} for (at, case), agencies in found.items()]
