"""How one agency speaks to another: the words that rank decides (mission 7; domain 6.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_HEIGHT: Final = {"superior": 3, "ppc": 2, "ppc_office": 1}
"""All others stand on the lowest step: departments, police and army, districts, communes and units are equals."""


def tone_between(sender: Mapping[str, Any], recipient: Mapping[str, Any]) -> dict[str, Any]:
    """The verbs and forms of address for a letter.

    `up` and `down` for branches; `ask` (yêu cầu, đề nghị, kính đề nghị), `tell` (thông báo, trân trọng báo cáo), `send`
    (gửi, kính trình), `you` (the form of address within a sentence), `closing`. Only the People's Committee itself
    requires; its office transmits, and says *đề nghị*.
    """
    here, there = _HEIGHT.get(sender["rank"], 0), _HEIGHT.get(recipient["rank"], 0)
    up, down = there > here, sender["rank"] == "ppc" and there < here
    if up:
        return {
            "up": True,
            "down": False,
            "ask": "kính đề nghị",
            "tell": "trân trọng báo cáo",
            "send": "kính trình",
            "you": recipient["name"],
            "closing": "Trân trọng báo cáo./.",
        }
    return {
        "up": False,
        "down": down,
        "ask": "yêu cầu" if down else "đề nghị",
        "tell": "thông báo",
        "send": "gửi",
        "you": "Quý cơ quan",
        "closing": "Trân trọng./.",
    }
