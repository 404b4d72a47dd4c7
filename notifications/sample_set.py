"""The samples themselves: every state of the three shipped workflows, by every way into it, to every role."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from notifications.samples import REPORT, ROUND, Sample, area, deadline, item, message, request_case, round_case

LEAD, DESK, OFFICE, PPC = "so-ldtbxh", "so-cong-thuong", "vp-ubnd-tinh", "ubnd-tinh"


@cache
def samples() -> tuple[Sample, ...]:
    return (*_areas(), *_rounds(), *_requests())


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
        for agency, role, sender in (
            (PPC, "authority", DESK),
            (OFFICE, "office", DESK),
            (DESK, "consolidator", OFFICE),
        ):
            yield Sample(f"{trigger} {role}", "entered.submitted", message(agency, role, sender, found, case))
        for agency, role in (("bo-cong-thuong", "report"), ("cong-an-tinh", "perform"), (OFFICE, "know")):
            yield Sample(f"{trigger} copy {role}", "report-copy", message(agency, role, DESK, found))
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
        for agency, role, sender in (
            (DESK, "consolidator", OFFICE),
            (OFFICE, "office", DESK),
            (PPC, "authority", DESK),
        ):
            yield Sample(f"{kind} {name} {role}", kind, message(agency, role, sender, found))


def _requests() -> Iterator[Sample]:
    review, decision = deadline("review_due", DESK), deadline("decision_due", PPC)
    yield Sample(
        "request opened", "opened", message(LEAD, "requester", OFFICE, item(request_case(), "draft", "opened", by=LEAD))
    )
    for state, trigger, by, facts, known in (
        ("submitted", "submit", LEAD, {}, review),
        ("reviewing", "take_up", DESK, {}, review),
        ("reviewing", "ask_again", PPC, {"reason": "Nêu rõ tác động."}, review),
        ("draft", "send_back", DESK, {"reason": "Thiếu căn cứ."}, review),
        ("forwarded", "forward", DESK, {"opinion": "Đề nghị chấp thuận."}, decision),
        ("forwarded", "review_late", "", {}, decision),
        ("approved", "approve", PPC, {"decision": "Quyết định số 5/QĐ-UBND", "dated": "2026-07-20"}, decision),
        ("rejected", "reject", PPC, {"decision": "Công văn số 6/UBND", "reason": "Chưa cần thiết."}, decision),
        ("withdrawn", "withdraw", LEAD, {}, review),
    ):
        found = item(
            request_case(), state, trigger, by=by, facts=facts, deadlines=(known,), at="2026-07-01T09:00:00+07:00"
        )
        sender = by or DESK
        for agency, role in (
            (LEAD, "requester"),
            (DESK, "consolidator"),
            (OFFICE, "office"),
            ("cong-an-tinh", "affected"),
        ):
            voice = OFFICE if agency == sender else sender
            yield Sample(f"{trigger} {role}", f"entered.{state}", message(agency, role, voice, found))
    for kind, about, owner in (
        ("reminder", "review_due", DESK),
        ("reminder", "decision_due", PPC),
        ("urging", "decision_due", PPC),
        ("passed", "decision_due", PPC),
    ):
        status = "open" if kind == "reminder" else "fired"
        found = item(
            request_case(),
            "reviewing",
            "reminded",
            kind=kind,
            deadlines=(deadline(about, owner, status=status),),
            about=about,
            left=2 if kind == "reminder" else None,
            count=1,
        )
        yield Sample(
            f"{kind} {about}",
            kind,
            message(
                DESK if owner == DESK else OFFICE,
                "consolidator" if owner == DESK else "office",
                OFFICE if owner == DESK else DESK,
                found,
            ),
        )
