"""The samples themselves: every state of the three shipped workflows, by every way into it, to every role."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from notifications.samples import (
    IMPACT,
    NEW_LEAD,
    REPORT,
    ROUND,
    TERM,
    WARNING,
    Sample,
    agency,
    area,
    deadline,
    item,
    message,
    request_case,
    round_case,
)

LEAD, DESK, OFFICE, PPC = "so-ldtbxh", "so-cong-thuong", "vp-ubnd-tinh", "ubnd-tinh"
NEXT_LEAD = "so-khdt"
ASKED, DECIDED = "2026-07-01T09:00:00+07:00", "2026-07-20T09:00:00+07:00"
DECISION = {"decision": "15/QĐ-UBND", "dated": "2026-07-20"}


@cache
def samples() -> tuple[Sample, ...]:
    return (*_areas(), *_rounds(), *_requests(), *_about_requests(), *_approvals(), *_amended())


def _to_three(name: str, template: str, sender: str, found: dict[str, Any]) -> Iterator[Sample]:
    """The same to lead, consolidator and office; nobody writes to itself."""
    yield Sample(f"{name} lead", template, message(LEAD, "lead", OFFICE if sender == LEAD else sender, found))
    yield Sample(
        f"{name} consolidator", template, message(DESK, "consolidator", OFFICE if sender == DESK else sender, found)
    )
    yield Sample(f"{name} office", template, message(OFFICE, "office", DESK if sender == OFFICE else sender, found))


def _areas() -> Iterator[Sample]:
    due, fired = deadline("report_due", LEAD), deadline("report_due", LEAD, status="fired")
    secret = area(confidential=True)
    opened = item(area(), "assigned", "opened", deadlines=(due,))
    second = item(area(id="p/2026/dat-dai", number=4, coordinators=[]), "assigned", "opened", deadlines=(due,))
    yield Sample("opened lead", "opened", message(LEAD, "lead", DESK, opened))
    yield Sample("opened digest", "opened", message(LEAD, "lead", DESK, opened, second, rehearsal=True))
    yield Sample("opened coordinator", "opened", message("so-ngoai-vu", "coordinator", DESK, opened))
    undated = item(area(cycle="2026-a1", adhoc=True, period=None, number=None), "assigned", "opened", by=PPC)
    yield Sample("opened ad hoc", "opened", message(LEAD, "lead", PPC, undated))
    yield Sample(
        "opened secret", "opened", message(LEAD, "lead", DESK, item(secret, "assigned", "opened", deadlines=(due,)))
    )
    unit = item(area(kind="unit", number=None, coordinators=[]), "assigned", "opened", deadlines=(due,))
    yield Sample("opened unit", "opened", message(LEAD, "lead", DESK, unit))

    start = item(area(), "in_progress", "start", by=LEAD, deadlines=(due,))
    yield from _to_three("start", "entered.in_progress", LEAD, start)
    back = item(area(), "in_progress", "return", by=DESK, facts={"reason": "Số liệu mới đến 31/10."}, deadlines=(due,))
    yield from _to_three("return", "entered.in_progress", DESK, back)
    hidden = item(secret, "in_progress", "return", by=DESK, facts={"reason": "x"}, deadlines=(fired,))
    yield Sample("return secret", "entered.in_progress", message(LEAD, "lead", DESK, hidden))
    direct = item(
        area(),
        "in_progress",
        "direct",
        by=PPC,
        deadlines=(due,),
        facts={"instruction": "Bổ sung.", "due": "2026-12-30"},
    )
    yield from _to_three("direct", "entered.in_progress", PPC, direct)

    met = deadline("report_due", LEAD, status="met")
    late = deadline("report_due", LEAD, status="fired", late=180_000)
    for name, trigger, facts, known in (
        ("report", "report", REPORT, met),
        ("report late", "report", REPORT, late),
        ("report nil", "report", {"nil": "Chưa có dự án trên địa bàn."}, met),
        ("correct", "correct", REPORT, met),
    ):
        yield from _to_three(
            name, "entered.reported", LEAD, item(area(), "reported", trigger, by=LEAD, facts=facts, deadlines=(known,))
        )
    paper = item(area(), "reported", "report", by=DESK, on_behalf_of=LEAD, facts=REPORT, deadlines=(met,))
    yield from _to_three("report on behalf", "entered.reported", DESK, paper)
    reopened = item(area(), "reported", "reopen", by=DESK, facts={"reason": "Thiếu phụ lục."}, deadlines=(met,))
    yield from _to_three("reopen", "entered.reported", DESK, reopened)
    route = item(
        secret,
        "reported",
        "report",
        by=LEAD,
        facts={"number": "12/BC", "dated": "2026-12-11T08:00:00+07:00", "route": "mạng cơ yếu"},
    )
    yield from _to_three("report secret", "entered.reported", LEAD, route)
    yield from _to_three(
        "consolidate", "entered.consolidated", DESK, item(area(), "consolidated", "consolidate", by=DESK)
    )

    missed = item(area(), "escalated", "miss_report", deadlines=(fired,), about="report_due")
    yield from _to_three("missed report", "entered.escalated", DESK, missed)
    desk_late = item(
        area(),
        "escalated",
        "miss_consolidation",
        deadlines=(met,),
        about="round.consolidation_due",
        at="2026-12-20T00:00:00+07:00",
    )
    yield from _to_three("missed consolidation", "entered.escalated", DESK, desk_late)
    yield from _to_three(
        "escalate", "entered.escalated", DESK, item(area(), "escalated", "escalate", by=DESK, deadlines=(met,))
    )
    yield from _to_three("finish", "entered.closed", PPC, item(area(), "closed", "finish", by=PPC, deadlines=(met,)))
    yield from _to_three(
        "close", "entered.closed", PPC, item(area(), "closed", "close", by=PPC, facts={"reason": "Đã rõ."})
    )
    yield from _to_three("unforeseen", "entered.assigned", DESK, item(area(), "assigned", "restart", by=DESK))

    soon = item(area(), "assigned", "reminded", kind="reminder", deadlines=(due,), about="report_due", left=10)
    today = item(secret, "assigned", "reminded", kind="reminder", deadlines=(due,), about="report_due", left=0)
    yield Sample("reminder lead", "reminder", message(LEAD, "lead", DESK, soon))
    yield Sample("reminder today", "reminder", message(LEAD, "lead", DESK, today))
    yield Sample("reminder coordinator", "reminder", message("so-ngoai-vu", "coordinator", DESK, soon))
    waits = item(area(), "reported", "reminded", kind="reminder", deadlines=(met,), count=1)
    yield Sample("reminder waiting", "reminder", message(DESK, "consolidator", OFFICE, waits))
    urged = item(area(), "escalated", "reminded", kind="urging", deadlines=(fired,), about="report_due", count=2)
    yield from _to_three("urging", "urging", DESK, urged)
    yield from _to_three(
        "passed",
        "passed",
        DESK,
        item(area(), "reported", "passed", kind="passed", deadlines=(fired,), about="report_due"),
    )


def _rounds() -> Iterator[Sample]:
    due, opinion = deadline("consolidation_due", DESK), deadline("opinion_due", PPC)
    fired = deadline("consolidation_due", DESK, status="fired")
    opened = item(round_case(), "collecting", "opened", deadlines=(due,))
    yield Sample("round opened", "opened", message(DESK, "consolidator", OFFICE, opened))
    asked = item(
        round_case(cycle="2026-a1", adhoc=True, period=None),
        "collecting",
        "opened",
        by=PPC,
        facts={"number": "99/UBND", "text": "Báo cáo gấp."},
    )
    yield Sample("round ad hoc", "opened", message(DESK, "consolidator", PPC, asked))
    facts = {
        "number": "88/BC-SCT",
        "dated": "2026-12-18",
        "signer": "Trần Văn Bình",
        "text": "Sáu lĩnh vực.",
        "files": ["tong-hop.pdf"],
    }
    for trigger in ("submit", "supplement"):
        found = item(round_case(), "submitted", trigger, by=DESK, facts=facts, gathered=ROUND, deadlines=(opinion,))
        case = item(area(), "escalated", "escalate", by=DESK)
        for told, role, sender in (
            (PPC, "authority", DESK),
            (OFFICE, "office", DESK),
            (DESK, "consolidator", OFFICE),
        ):
            yield Sample(f"{trigger} {role}", "entered.submitted", message(told, role, sender, found, case))
        for told, role in (("bo-cong-thuong", "report"), ("cong-an-tinh", "perform"), (OFFICE, "know")):
            yield Sample(f"{trigger} copy {role}", "report-copy", message(told, role, DESK, found))
    said = item(round_case(), "acknowledged", "acknowledge", by=PPC, facts={"opinion": "Đồng ý."})
    yield Sample("acknowledge", "entered.acknowledged", message(DESK, "consolidator", PPC, said))
    soon = item(
        round_case(), "collecting", "reminded", kind="reminder", deadlines=(due,), about="consolidation_due", left=2
    )
    yield Sample("round reminder", "reminder", message(DESK, "consolidator", OFFICE, soon))
    for name, kind, about, known, state in (
        ("consolidation", "urging", "consolidation_due", fired, "collecting"),
        ("opinion", "urging", "opinion_due", deadline("opinion_due", PPC, status="fired"), "submitted"),
        ("consolidation", "passed", "consolidation_due", fired, "collecting"),
        ("opinion", "passed", "opinion_due", deadline("opinion_due", PPC, status="fired"), "submitted"),
    ):
        found = item(
            round_case(),
            state,
            "passed",
            kind=kind,
            deadlines=(known,),
            about=about,
            count=1 if kind == "urging" else 0,
        )
        for told, role, sender in (
            (DESK, "consolidator", OFFICE),
            (OFFICE, "office", DESK),
            (PPC, "authority", DESK),
        ):
            yield Sample(f"{kind} {name} {role}", kind, message(told, role, sender, found))


def _requests() -> Iterator[Sample]:
    weighed = {"warnings": [WARNING], "impact": IMPACT}
    drafted = item(request_case(), "draft", "opened", by=LEAD, facts={"text": "Số liệu có muộn."}, changes=[TERM])
    yield Sample("request opened", "opened", message(LEAD, "requester", OFFICE, drafted))
    late = {"opinion": "không có ý kiến trong thời hạn"}
    for name, state, trigger, by, facts, more in (
        ("submit", "submitted", "submit", LEAD, {"text": "Số liệu có muộn."}, {}),
        ("take_up", "reviewing", "take_up", DESK, {}, {}),
        ("ask_again", "reviewing", "ask_again", PPC, {"reason": "Nêu rõ tác động."}, {}),
        ("send_back", "draft", "send_back", DESK, {"reason": "Thiếu căn cứ."}, {}),
        ("forward", "forwarded", "forward", DESK, {"opinion": "Đề nghị chấp thuận."}, weighed),
        ("forward plain", "forwarded", "forward", DESK, {"opinion": "Đồng ý."}, {"impact": IMPACT}),
        ("review_late", "forwarded", "review_late", "", late, weighed),
        ("review_late void", "forwarded", "review_late", "", late, {"impact": IMPACT, "void": _VOID}),
        ("reject", "rejected", "reject", PPC, {"decision": "Công văn số 6/UBND", "reason": "Chưa cần."}, {}),
        ("withdraw", "withdrawn", "withdraw", LEAD, {}, {}),
    ):
        status = "open" if state in ("submitted", "reviewing") else "met" if by else "fired"
        review = deadline("review_due", DESK, status=status)
        decision = deadline("decision_due", PPC, status="open" if state == "forwarded" else "met")
        found = item(
            request_case(),
            state,
            trigger,
            by=by,
            facts=facts,
            deadlines=(review, decision) if state in ("forwarded", "rejected") else (review,),
            about="review_due" if not by else None,
            at=ASKED,
            changes=[TERM, NEW_LEAD],
            **more,
        )
        sender = by or DESK
        for told, role in ((LEAD, "requester"), (DESK, "consolidator"), (OFFICE, "office")):
            yield Sample(f"request {name} {role}", f"entered.{state}", message(told, role, _voice(sender, told), found))
    own = item(
        request_case(),
        "submitted",
        "submit",
        by=DESK,
        deadlines=(deadline("review_due", DESK),),
        at=ASKED,
        changes=[TERM],
    )
    first = item(request_case(), "draft", "opened", by=DESK, at=ASKED, changes=[TERM])
    yield Sample("request submit own", "entered.submitted", message(DESK, "consolidator+requester", OFFICE, own, first))


_VOID = {"vi": "Kỳ báo cáo năm 2026 đã được trình, không thêm được.", "en": "The round has been submitted."}


def _voice(sender: str, told: str) -> str:
    """Nobody writes to itself."""
    return sender if sender != told else OFFICE if told != OFFICE else DESK


def _about_requests() -> Iterator[Sample]:
    """A submission of three; reminders, urging and a passed deadline."""
    three = [
        item(
            request_case(number),
            "forwarded",
            "forward",
            by=DESK,
            facts={"opinion": "Đồng ý."},
            deadlines=(deadline("decision_due", PPC),),
            at=ASKED,
            changes=changes,
            impact=IMPACT,
            warnings=warnings,
        )
        for number, changes, warnings in ((1, [TERM], [WARNING]), (2, [NEW_LEAD, TERM], []), (3, [TERM], [WARNING]))
    ]
    yield Sample("request forward three", "entered.forwarded", message(OFFICE, "office", DESK, *three))
    for kind, about, owner, state in (
        ("reminder", "review_due", DESK, "reviewing"),
        ("reminder", "decision_due", PPC, "forwarded"),
        ("urging", "decision_due", PPC, "forwarded"),
        ("passed", "decision_due", PPC, "forwarded"),
    ):
        found = item(
            request_case(),
            state,
            "reminded",
            kind=kind,
            deadlines=(deadline(about, owner, status="open" if kind == "reminder" else "fired"),),
            about=about,
            left=2 if kind == "reminder" else None,
            count=1,
            changes=[TERM],
        )
        told, role, sender = (DESK, "consolidator", OFFICE) if owner == DESK else (OFFICE, "office", DESK)
        yield Sample(f"{kind} {about}", kind, message(told, role, sender, found))


def _approvals() -> Iterator[Sample]:
    """One letter to each agency: the approval, then what it comes to for the cases in which it plays or played."""
    whole = _approval([TERM, NEW_LEAD])
    part = _approval([TERM], partly=True)
    yield Sample("approve consolidator", "entered.approved", message(DESK, "consolidator", PPC, whole))
    yield Sample("approve in part", "entered.approved", message(DESK, "consolidator", PPC, part))
    yield Sample(
        "approve moved term", "entered.approved", message(LEAD, "requester+affected+lead", PPC, part, _moved([TERM]))
    )
    given = _moved([TERM, NEW_LEAD], lead=agency(NEXT_LEAD), former=[agency(LEAD)], before=_BEFORE)
    for name, told, role in (
        ("approve new lead", NEXT_LEAD, "affected+lead"),
        ("approve former lead", LEAD, "requester+affected+former"),
        ("approve coordinator", "so-ngoai-vu", "affected+coordinator"),
    ):
        yield Sample(name, "entered.approved", message(told, role, PPC, whole, given))
    left = _moved([NEW_LEAD], lead=agency(NEXT_LEAD), former=[agency(LEAD)])
    yield Sample("approve left", "entered.approved", message(LEAD, "requester+affected+former", PPC, whole, left))
    swapped = _moved(
        [NEW_LEAD],
        lead=agency("so-ngoai-vu"),
        coordinators=[agency(LEAD)],
        former=[agency(LEAD), agency("so-ngoai-vu")],
    )
    yield Sample(
        "approve lead to coordinator",
        "entered.approved",
        message(LEAD, "requester+affected+coordinator+former", PPC, whole, swapped),
    )
    new = area(id="bauxite-alumina/2026/moi", number=7, lead=agency(NEXT_LEAD), confidential=True)
    added = item(new, "assigned", "opened", by=PPC, deadlines=(deadline("report_due", NEXT_LEAD),), at=DECIDED)
    yield Sample("approve added lead", "entered.approved", message(NEXT_LEAD, "affected+lead", PPC, whole, added))
    yield Sample(
        "approve added coordinator",
        "entered.approved",
        message("so-ngoai-vu", "affected+coordinator", PPC, whole, added),
    )
    later = deadline("consolidation_due", DESK)
    moved_round = _moved([TERM], round_case(), deadlines=(later,))
    yield Sample("approve round", "entered.approved", message(DESK, "consolidator+affected", PPC, whole, moved_round))


_BEFORE = {"lead": [agency(LEAD)], "coordinator": [agency("so-ngoai-vu"), agency("cong-an-tinh")]}


def _approval(changes: list[dict[str, str]], *, partly: bool = False) -> dict[str, Any]:
    return item(
        request_case(),
        "approved",
        "approve",
        by=PPC,
        facts=DECISION,
        deadlines=(deadline("decision_due", PPC, status="met"),),
        at=DECIDED,
        changes=changes,
        partly=partly,
        impact=IMPACT,
        warnings=[WARNING],
    )


def _moved(
    changes: list[dict[str, str]],
    case: dict[str, Any] | None = None,
    *,
    lead: dict[str, str] | None = None,
    coordinators: list[dict[str, str]] | None = None,
    deadlines: tuple[dict[str, Any], ...] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """An amended case."""
    term = deadline("report_due", LEAD) | {
        "due_at": "2026-12-28T00:00:00+07:00",
        "last_day": "2026-12-27",
        "target": "2026-12-25",
        "raw": None,
    }
    found = dict(case or area())
    found |= {"lead": lead} if lead else {}
    found |= {"coordinators": coordinators} if coordinators is not None else {}
    return item(
        found,
        "collecting" if found["kind"] == "round" else "assigned",
        "amended",
        kind="amended",
        by=PPC,
        facts=DECISION,
        deadlines=(term,) if deadlines is None else deadlines,
        at=DECIDED,
        changes=changes,
        **more,
    )


def _amended() -> Iterator[Sample]:
    """An amended case by itself, when the request's workflow tells nobody else."""
    changes = [TERM, NEW_LEAD]
    given = _moved(changes, lead=agency(NEXT_LEAD), former=[agency(LEAD)], before=_BEFORE)
    over = _moved(changes, deadlines=(deadline("report_due", LEAD, status="waived"),))
    fired = _moved([NEW_LEAD], lead=agency(NEXT_LEAD), deadlines=(deadline("report_due", LEAD, status="fired"),))
    unit = _moved([TERM], area(kind="unit", number=None, coordinators=[]))
    moved_round = _moved([TERM], round_case(), deadlines=(deadline("consolidation_due", DESK),))
    for name, told, role, *found in (
        ("lead", NEXT_LEAD, "lead", given),
        ("coordinator", "so-ngoai-vu", "coordinator", given),
        ("former", LEAD, "former", given),
        ("ended", LEAD, "lead", over),
        ("overdue", NEXT_LEAD, "lead", fired),
        ("unit", LEAD, "lead", unit),
        ("round", DESK, "consolidator", moved_round),
        ("round office", OFFICE, "office", moved_round),
        ("several", LEAD, "lead+former", over, given),
    ):
        yield Sample(f"amended {name}", "amended", message(told, role, PPC, *found))
