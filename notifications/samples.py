"""Invented facts of every kind of message that the shipped workflows send: what templates are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "ubnd-tinh": ("Ủy ban nhân dân tỉnh", "ppc"),
    "vp-ubnd-tinh": ("Văn phòng Ủy ban nhân dân tỉnh", "ppc_office"),
    "so-cong-thuong": ("Sở Công Thương", "department"),
    "so-ldtbxh": ("Sở Lao động - Thương binh và Xã hội", "department"),
    "so-khdt": ("Sở Kế hoạch và Đầu tư", "department"),
    "so-tttt": ("Sở Thông tin và Truyền thông", "department"),
    "so-ngoai-vu": ("Sở Ngoại vụ", "department"),
    "cong-an-tinh": ("Công an tỉnh", "vertical"),
    "bch-quan-su-tinh": ("Bộ Chỉ huy Quân sự tỉnh", "vertical"),
    "bo-cong-thuong": ("Bộ Công Thương", "superior"),
}
_TITLE: Final = {
    "vi": "Kế hoạch hành động triển khai thực hiện Kế hoạch số 74-KH/TU về công nghiệp bô-xít - alumin - nhôm",
    "en": "Action plan for Plan 74-KH/TU on the bauxite, alumina and aluminium industry",
}
_STATES: Final = {
    "assigned": "Đã giao",
    "in_progress": "Đang thực hiện",
    "reported": "Đã báo cáo",
    "consolidated": "Đã tổng hợp",
    "escalated": "UBND tỉnh xem xét",
    "closed": "Hoàn thành kỳ báo cáo",
    "collecting": "Đang thu báo cáo",
    "submitted": "Đã trình UBND tỉnh",
    "acknowledged": "UBND tỉnh đã cho ý kiến",
    "draft": "Dự thảo",
    "reviewing": "Đang xem xét và tổng hợp",
    "forwarded": "Đã trình UBND tỉnh",
    "approved": "Chấp thuận",
    "rejected": "Không chấp thuận",
    "withdrawn": "Đã rút đề nghị",
}
_DEADLINES: Final[dict[str, tuple[str, str, str, str, str | None]]] = {
    # title, target, last day, due instant, the plan's words
    "report_due": ("Hạn gửi báo cáo", "2026-12-14", "2026-12-14", "2026-12-15", "trước ngày 15 tháng 12 hàng năm"),
    "consolidation_due": ("Hạn tổng hợp", "2026-12-18", "2026-12-19", "2026-12-20", "trước ngày 20 tháng 12 hàng năm"),
    "opinion_due": ("Hạn cho ý kiến", "2027-01-14", "2027-01-14", "2027-01-15", None),
    "review_due": ("Hạn thẩm tra", "2026-07-08", "2026-07-08", "2026-07-09", None),
    "decision_due": ("Hạn quyết định", "2026-07-22", "2026-07-22", "2026-07-23", None),
}
REPORT: Final = {
    "number": "152/BC-SLĐTBXH",
    "dated": "2026-12-11",
    "signer": "Nguyễn Thị Hoa",
    "files": ["bao-cao.pdf"],
}
ROUND: Final = {
    "on_time": [
        {"id": "p/2026/tuyen-truyen", "title": "Công tác tuyên truyền", "lead_name": "Sở Thông tin và Truyền thông"}
    ],
    "late": [
        {"id": "p/2026/lao-dong", "title": "Công tác lao động", "lead_name": "Sở Lao động - Thương binh và Xã hội"}
    ],
    "missing": [{"id": "p/2026/an-ninh", "title": "Công tác an ninh", "lead_name": "Công an tỉnh"}],
}


TERM: Final = {
    "vi": "Công tác quản lý lao động người nước ngoài, kỳ báo cáo năm 2026: "
    "hạn gửi báo cáo chuyển đến hết thứ Sáu 25/12/2026",
    "en": "Foreign workers, reporting round 2026: report due moves to the end of Friday 25 December 2026",
}
NEW_LEAD: Final = {
    "vi": "Công tác quản lý lao động người nước ngoài, kỳ báo cáo năm 2026: "
    "Sở Kế hoạch và Đầu tư chủ trì, thay Sở Lao động - Thương binh và Xã hội",
    "en": "Foreign workers, reporting round 2026: Sở Kế hoạch và Đầu tư leads instead of Sở Lao động - Thương binh …",
}
WARNING: Final = {
    "vi": "Công tác quản lý lao động người nước ngoài, kỳ báo cáo năm 2026: hạn gửi báo cáo "
    "(đến hết thứ Sáu 25/12/2026) muộn hơn hạn tổng hợp của kỳ (đến hết thứ Bảy 19/12/2026)",
    "en": "Foreign workers, reporting round 2026: report due comes after the round's consolidation",
}
IMPACT: Final = "2e1e3cf7" + "5b" * 28
"""The hash of an impact report."""


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    """For faults: which sample a template failed on."""
    template: str
    """As on a message's row."""
    facts: Mapping[str, Any]

    @property
    def workflow(self) -> str:
        return str(self.facts["items"][0]["case"]["workflow"])


def agency(name: str) -> dict[str, str]:
    return {"agency": name, "name": _NAMES[name][0]}


def ranked(name: str) -> dict[str, str]:
    return {**agency(name), "short": _NAMES[name][0], "rank": _NAMES[name][1]}


def deadline(name: str, owner: str, *, status: str = "open", late: int | None = None) -> dict[str, Any]:
    title, target, last_day, due, raw = _DEADLINES[name]
    return {
        "name": name,
        "title": {"vi": title, "en": name},
        "due_at": f"{due}T00:00:00+07:00",
        "target": target,
        "last_day": last_day,
        "raw": raw,
        "status": status,
        "owner": agency(owner),
        "late_by_s": late,
    }


def area(**over: Any) -> dict[str, Any]:
    return {
        "id": "bauxite-alumina/2026/lao-dong",
        "kind": "area",
        "title": {"vi": "Công tác quản lý lao động người nước ngoài", "en": "Foreign workers"},
        "number": 5,
        "cycle": "2026",
        "adhoc": False,
        "period": ["2025-12-15", "2026-12-14"],
        "confidential": False,
        "workflow": "task-area",
        "lead": agency("so-ldtbxh"),
        "coordinators": [agency("so-ngoai-vu"), agency("cong-an-tinh")],
    } | over


def round_case(**over: Any) -> dict[str, Any]:
    return (
        area(
            id="bauxite-alumina/2026",
            kind="round",
            title=_TITLE,
            number=None,
            workflow="reporting-round",
            lead=None,
            coordinators=[],
        )
        | over
    )


def request_case(number: int = 1, **over: Any) -> dict[str, Any]:
    title = {
        "vi": f"Đề nghị điều chỉnh số {number}: {TERM['vi']}",
        "en": f"Adjustment request {number}: {TERM['en']}",
    }
    return (
        round_case(
            id=f"bauxite-alumina/adj/{number}",
            kind="request",
            title=title,
            number=number,
            workflow="adjustment-request",
            period=None,
        )
        | over
    )


def item(
    case: Mapping[str, Any],
    state: str,
    trigger: str,
    *,
    kind: str = "entered",
    by: str = "",
    on_behalf_of: str | None = None,
    facts: Mapping[str, Any] | None = None,
    gathered: Mapping[str, Any] | None = None,
    deadlines: tuple[dict[str, Any], ...] = (),
    about: str | None = None,
    left: int | None = None,
    count: int = 0,
    at: str = "2026-12-15T00:00:00+07:00",
    **adjustment: Any,
) -> dict[str, Any]:
    """`adjustment`: what an item of a request or of an amended case has besides, such as `changes`."""
    sent, request = "Đã gửi", case["kind"] == "request" and state == "submitted"
    actor = {"agency": by, "name": _NAMES[by][0] if by else "", "person": None}
    event: dict[str, Any] = {
        "seq": 3,
        "trigger": trigger,
        "title": {"vi": trigger, "en": trigger},
        "from": None,
        "to": state,
        "effective_at": at,
        "recorded_at": at,
        "by_time": not by,
        "facts": dict(facts or {}),
        "actor": {**actor, "on_behalf_of": agency(on_behalf_of) if on_behalf_of else None},
    }
    if gathered is not None:
        event["round"] = dict(gathered)
        event["seal"] = "12:" + "3f" * 32
    return {
        "kind": kind,
        "case": dict(case),
        "state": {"name": state, "title": {"vi": sent if request else _STATES[state], "en": state}},
        "event": event,
        "deadlines": list(deadlines),
        "deadline": about,
        "working_days_left": left,
        "count": count,
    } | adjustment


def message(
    recipient: str,
    told_as: str,
    sender: str,
    *items: Mapping[str, Any],
    rehearsal: bool = False,
    number: str | None = None,
) -> dict[str, Any]:
    return {
        "rehearsal": rehearsal,
        "at": items[0]["event"]["effective_at"],
        "plan": {
            "id": "bauxite-alumina",
            "title": _TITLE,
            "number": number,
            "consolidator": agency("so-cong-thuong"),
        },
        "recipient": ranked(recipient) | {"as": told_as.split("+")},
        "sender": ranked(sender),
        "items": [dict(found) for found in items],
    }
