"""One patch in a sentence, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from workflow.dates_vi import Lang, date_words, day_words
from workflow.definition.change import (
    AddArea,
    ChangeCoordinators,
    ChangeLead,
    ChangeRaw,
    ChangeTitle,
    MoveDeadline,
    Patch,
)
from workflow.definition.plan import Moment, Plan
from workflow.engine.draft import Draft
from workflow.engine.targets import Target
from workflow.engine.world import World
from workflow.model import Case, Refusal
from workflow.words import say

Text = dict[str, str]
LANGS: tuple[Lang, ...] = ("vi", "en")


def patch_words(world: World, draft: Draft, plan: Plan, patch: Patch, target: Target) -> Text:
    """What the patch does, with the names of the day: `{"vi": …, "en": …}`."""
    return {lang: _words(world, draft, plan, patch, target, lang) for lang in LANGS}


def _words(world: World, draft: Draft, plan: Plan, patch: Patch, target: Target, lang: Lang) -> str:
    case = draft.cases.get(target.of)
    params: dict[str, Any] = {
        "title": case_words(world, draft, case) if case is not None else plan.title.as_dict(),
        "cycle": _each(case.title, _small) if case is not None else "",
    }
    match patch:
        case MoveDeadline():
            params |= {"deadline": deadline_title(world, draft, plan, target, patch.move_deadline)}
            params["to"] = _moment(world, draft, patch, plan, target, lang)
        case ChangeRaw():
            params |= {"deadline": deadline_title(world, draft, plan, target, patch.change_raw), "to": patch.to}
        case ChangeLead():
            found = area_case(draft, target, patch.subject)
            area = plan.areas.get(patch.subject)
            before = found.roles.get("lead", ()) if found is not None else ((area.lead,) if area else ())
            params |= {"title": _subject(world, draft, plan, patch, target), "to": _names(world, [patch.to])}
            params |= {"before": _names(world, before)}
        case ChangeCoordinators():
            params |= {"title": _subject(world, draft, plan, patch, target), "to": _names(world, patch.to)}
        case ChangeTitle():
            params |= {"title": _subject(world, draft, plan, patch, target), "to": patch.to.as_dict()}
        case AddArea():
            params |= {"title": patch.title.as_dict(), "to": _names(world, [patch.lead])}
        case _:
            params["title"] = _subject(world, draft, plan, patch, target)
    code = f"patch-{patch.KIND}-{target.scope}"
    if isinstance(patch, ChangeCoordinators) and not patch.to:
        code = f"patch-coordinators-none-{target.scope}"
    return _capital(say(code, lang, **params))


def _subject(world: World, draft: Draft, plan: Plan, patch: Patch, target: Target) -> Any:
    """The title of an area, the name of a unit, the title of the plan."""
    name = patch.subject
    found = area_case(draft, target, name)
    if found is not None and found.kind == "area":
        return found.title
    if name in plan.areas:
        return plan.areas[name].title.as_dict()
    return plan.title.as_dict() if name == plan.plan else _names(world, [name])


def case_words(world: World, draft: Draft, case: Case) -> Text:
    """`Công tác quản lý lao động người nước ngoài, kỳ báo cáo năm 2026`; a unit by its name, a round by its title."""
    round_case = draft.cases.get(case.round_id or "")
    if round_case is None:
        return _each(case.title, str)
    title = {lang: _names(world, [case.unit]) for lang in LANGS} if case.unit is not None else case.title
    return {lang: f"{title[lang]}, {_small(round_case.title[lang])}" for lang in LANGS}


def _each(text: Mapping[str, str], change: Callable[[str], str]) -> Text:
    return {lang: change(text[lang]) for lang in LANGS}


def area_case(draft: Draft, target: Target, name: str) -> Case | None:
    """The case of an area or a unit in the round that a patch is for."""
    return draft.cases.get(f"{target.of}/{name}") if target.scope == "round" else None


def deadline_title(world: World, draft: Draft, plan: Plan, target: Target, name: str) -> Any:
    """A deadline's title by language; its name where the workflow gives none."""
    bare = name.removeprefix("round.")
    cases = [draft.cases[target.of]] if target.of in draft.cases else []
    cases += [case for case in draft.cases.values() if case.plan == plan.plan]
    for case in cases:
        found = world.workflow(case).deadlines.get(bare)
        if found is not None and found.title is not None:
            return {lang: _small(found.title.in_(lang)) for lang in LANGS}
    return bare


def _moment(world: World, draft: Draft, patch: MoveDeadline, plan: Plan, target: Target, lang: Lang) -> str:
    if target.scope != "plan":
        return day_words(patch.to, lang) if isinstance(patch.to, date) else str(patch.to)
    if patch.raw:
        return f"“{patch.raw}”"
    moment = Moment.model_validate({"by": f"{patch.to:%m-%d}"}) if isinstance(patch.to, date) else patch.to
    start = ""
    if moment.after is not None:
        name = moment.after.subject
        start = say("moment-opening", lang) if name == "opening" else deadline_title(world, draft, plan, target, name)
        start = start[lang] if isinstance(start, dict) else start
    return moment_words(moment, plan, start, lang)


def moment_words(moment: Moment, plan: Plan, start: str, lang: Lang) -> str:
    """`đến hết ngày 25/12 hằng năm`; `start` is what a term counts from, in words."""
    if moment.undated:
        return say("moment-undated", lang)
    if moment.in_ is not None:
        span = say(f"span-{moment.in_.unit}", lang, n=moment.in_.amount)
        return say("moment-after", lang, span=span, start=start)
    kind = "before" if moment.before is not None else "by"
    leap = 2000
    days = [
        f"{day:02d}" if month is None else date_words(date(leap, month, day), lang, year=False)
        for month, day in moment.before or moment.by or ()
    ]
    words = say(f"moment-{kind}-year" if plan.cycle.every == "year" else f"moment-{kind}", lang, days=days)
    return say("moment-following", lang, moment=words) if moment.following else words


def request_title(number: int, words: list[Text]) -> Text:
    """What a request is called in lists and in mails' subjects."""
    code = "request-title" if len(words) == 1 else "request-title-more"
    first = words[0] if words else dict.fromkeys(LANGS, "-")
    return {lang: say(code, lang, number=number, words=first[lang], more=len(words) - 1) for lang in LANGS}


def why_words(refusal: Refusal) -> Text:
    """A refusal in both languages."""
    from workflow.words import explain

    return {lang: explain(refusal, lang) for lang in LANGS}


def in_words(day: date) -> Text:
    return {lang: day_words(day, lang) for lang in LANGS}


def _names(world: World, agencies: Iterable[str]) -> str:
    return ", ".join(world.names.get(agency, agency) for agency in agencies)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
