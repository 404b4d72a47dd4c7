"""Who the tests are about: an officer of each agency of the real plan, and people who have no part in it."""

from __future__ import annotations

from dataclasses import replace

from workflow.model import Actor

COMMUNICATION = Actor("so-tttt", "Trần Thị Mai")
"""Leads `tuyen-truyen`."""
CONSOLIDATOR = Actor("so-cong-thuong", "Nguyễn Văn Hòa")
"""Consolidates, and leads `quy-hoach` itself."""
INVESTMENT = Actor("so-khdt", "Lê Quang Dũng")
"""Leads `dau-tu`."""
LAND = Actor("so-tnmt", "Phạm Thu Hà")
"""Leads `dat-dai`, coordinates three other areas."""
LABOUR = Actor("so-ldtbxh", "Võ Minh Tâm")
"""Leads `lao-dong`."""
POLICE = Actor("cong-an-tinh", "Đặng Quốc Việt")
"""Leads `an-ninh`, which is confidential; coordinates `lao-dong`."""
COORDINATOR = Actor("so-ngoai-vu", "Hồ Thanh Bình")
"""Only coordinates, in `lao-dong`."""
OFFICE = Actor("vp-ubnd-tinh", "Bùi Ngọc Lan")
PPC = Actor("ubnd-tinh", "Chủ tịch UBND tỉnh")
STRANGER = Actor("bo-cong-thuong", "Phan Thị Yến")
"""Known to the directory, but plays no role in any case."""
UNKNOWN = Actor("so-y-te", "Ngô Văn Lâm")
"""Of an agency that the directory does not know."""

LEADS = {
    "tuyen-truyen": COMMUNICATION,
    "quy-hoach": CONSOLIDATOR,
    "dau-tu": INVESTMENT,
    "dat-dai": LAND,
    "lao-dong": LABOUR,
    "an-ninh": POLICE,
}
EVERYBODY = (*dict.fromkeys(LEADS.values()), COORDINATOR, OFFICE, PPC, STRANGER, UNKNOWN)


def registering(actor: Actor, agency: str) -> Actor:
    """The same person, registering on behalf of another agency."""
    return replace(actor, on_behalf_of=agency)
