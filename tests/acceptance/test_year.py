"""A year of the real plan, as docs/year.sh tells it: its very commands, a daemon beside, a real mail server.

After each part of the script: who was written to, about what and when, and how the cases stand.
"""

from __future__ import annotations

import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import HouseAt
from tests.support.daemon import AREAS, PLAN, ROOT, Installation
from tests.support.record import sent_once, sound, told_once
from tests.support.smtp import SmtpServer

SCRIPT = ROOT / "docs" / "year.sh"
CONSOLIDATOR, OFFICE, PPC = "so-cong-thuong", "vp-ubnd-tinh", "ubnd-tinh"
WITH = {
    "tuyen-truyen": ["so-tnmt"],
    "quy-hoach": ["so-khdt", "so-tnmt"],
    "dau-tu": ["so-tnmt"],
    "dat-dai": [],
    "lao-dong": ["so-ngoai-vu", "cong-an-tinh"],
    "an-ninh": ["bch-quan-su-tinh"],
}
EVERYONE = {*AREAS.values(), *(agency for agencies in WITH.values() for agency in agencies)}
RECIPIENTS = {
    *("van-phong-chinh-phu", "bo-cong-thuong", "thuong-truc-tinh-uy", "thuong-truc-hdnd-tinh", "lanh-dao-ubnd-tinh"),
    *("cong-an-tinh", "bch-quan-su-tinh"),
}
DIGESTS = ("opened", "entered.submitted", "report-copy", "entered.acknowledged", "entered.closed")
"""One letter for each agency over all that the act did: its case is any of them."""
Told = tuple[str, str, str, str]
"""(moment, template, case, agency)"""


def told(moment: str, template: str, case: str, *agencies: str) -> list[Told]:
    return [(moment, template, case, agency) for agency in agencies]


def opened(moment: str, *agencies: str) -> list[Told]:
    return told(moment, "opened", "*", *agencies)


def reminded(day: str, *areas: str, cycle: str = "2026") -> list[Told]:
    """At 07:30 the lead and those who coordinate are reminded of a report."""
    return [t for a in areas for t in told(f"{day}T07:30", "reminder", f"{cycle}/{a}", AREAS[a], *WITH[a])]


def waiting(day: str, *cases: str) -> list[Told]:
    """At 07:30 the consolidator is reminded of what waits for it."""
    return [t for case in cases for t in told(f"{day}T07:30", "reminder", case, CONSOLIDATOR)]


def reported(moment: str, *areas: str, cycle: str = "2026") -> list[Told]:
    return [t for a in areas for t in told(moment, "entered.reported", f"{cycle}/{a}", *{CONSOLIDATOR, AREAS[a]})]


def consolidated(moment: str, *areas: str, cycle: str = "2026") -> list[Told]:
    return [t for a in areas for t in told(moment, "entered.consolidated", f"{cycle}/{a}", AREAS[a])]


def submitted(moment: str, *areas: str, cycle: str = "2026") -> list[Told]:
    """The authority's side and the consolidator, the plan's recipients, and each lead who is not written to as such."""
    leads = {AREAS[a]: a for a in areas if AREAS[a] not in {*RECIPIENTS, CONSOLIDATOR}}
    return [
        *told(moment, "entered.submitted", "*", OFFICE, PPC, CONSOLIDATOR),
        *told(moment, "report-copy", "*", *RECIPIENTS),
        *(t for lead, area in leads.items() for t in told(moment, "entered.escalated", f"{cycle}/{area}", lead)),
    ]


def acknowledged(moment: str, *areas: str) -> list[Told]:
    agencies = {agency for area in areas for agency in (AREAS[area], *WITH[area])} - {CONSOLIDATOR}
    return [*told(moment, "entered.acknowledged", "*", CONSOLIDATOR), *told(moment, "entered.closed", "*", *agencies)]


LATE = "lao-dong"
OTHERS = [area for area in AREAS if area != LATE]
EXPECTED: dict[str, list[Told]] = {
    "A new installation": opened("2026-01-05T08:00", *EVERYONE),
    "In January the work begins": [
        *told("2026-01-05T08:00", "entered.in_progress", "2026/lao-dong", "so-ldtbxh", CONSOLIDATOR),
        *told("2026-01-05T08:00", "entered.in_progress", "2026/dat-dai", "so-tnmt", CONSOLIDATOR),
    ],
    "In June the PPC office asks": opened(
        *("2026-06-08T09:00", CONSOLIDATOR, "so-ldtbxh", "so-ngoai-vu", "cong-an-tinh", "bch-quan-su-tinh")
    ),
    "One area reports": [
        *reminded("2026-06-12", "lao-dong", "an-ninh", cycle="2026-a1"),
        *reported("2026-06-12T14:00", "lao-dong", "an-ninh", cycle="2026-a1"),
        *consolidated("2026-06-12T14:00", "lao-dong", "an-ninh", cycle="2026-a1"),
    ],
    "The ad-hoc round is submitted": [
        *waiting("2026-06-16", "2026-a1"),
        *waiting("2026-06-17", "2026-a1", "2026-a1/lao-dong", "2026-a1/an-ninh"),
        *submitted("2026-06-17T10:00", "lao-dong", "an-ninh", cycle="2026-a1"),
        *acknowledged("2026-06-24T10:00", "lao-dong", "an-ninh"),
    ],
    "On 30 November": reminded("2026-11-30", *AREAS),
    "Two areas report early": reported("2026-12-02T09:00", "tuyen-truyen", "an-ninh"),
    "On 7 December": [
        *reminded("2026-12-07", "quy-hoach", "dau-tu", "dat-dai", "lao-dong"),
        *waiting("2026-12-07", "2026/tuyen-truyen", "2026/an-ninh"),
        *reported("2026-12-07T08:00", "dat-dai"),
    ],
    "On 11 December": [
        *waiting("2026-12-10", "2026/tuyen-truyen", "2026/an-ninh", "2026/dat-dai"),
        *reminded("2026-12-11", "quy-hoach", "dau-tu", "lao-dong"),
        *reported("2026-12-11T08:00", "quy-hoach", "dau-tu"),
    ],
    "At midnight of 14 December": [
        *told("2026-12-15T00:00", "entered.escalated", "2026/lao-dong", OFFICE, CONSOLIDATOR, "so-ldtbxh"),
        *opened("2026-12-15T00:00", *EVERYONE),
        *waiting("2026-12-15", "2026/tuyen-truyen", "2026/an-ninh", "2026/dat-dai"),
    ],
    "One report is sent back": [
        *told("2026-12-15T08:00", "entered.in_progress", "2026/dau-tu", "so-khdt", CONSOLIDATOR),
        *consolidated("2026-12-15T08:00", "tuyen-truyen", "quy-hoach", "dat-dai", "an-ninh"),
    ],
    "It comes back completed": [
        *waiting("2026-12-16", "2026", "2026/quy-hoach"),
        *reminded("2026-12-16", "dau-tu"),
        *reported("2026-12-16T15:00", "dau-tu"),
        *consolidated("2026-12-16T15:00", "dau-tu"),
    ],
    "The silent agency is urged": [
        *waiting("2026-12-17", "2026"),
        *told("2026-12-17T07:30", "urging", "2026/lao-dong", "so-ldtbxh", CONSOLIDATOR),
        *submitted("2026-12-17T16:00", *OTHERS),
    ],
    "Urged for the second time": [
        *told("2026-12-22T07:30", "urging", "2026/lao-dong", "so-ldtbxh", CONSOLIDATOR),
        *reported("2026-12-22T09:00", LATE),
        *submitted("2026-12-23T10:00", LATE),
    ],
    "In January the PPC gives": acknowledged("2027-01-08T10:00", *AREAS),
}
"""By the beginning of each part's title: all letters that leave in it."""


@dataclass
class Year:
    """The script under way, in one shell as it would be for a reader."""

    house: Installation
    seen: int = 0
    out: str = ""
    """What the last part printed."""
    _shell: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self._shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-s"],
            cwd=self.house._home(),
            env=self.house.environment(DONDOC_CLOCK="2026-01-05T08:00:00+07:00"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(self, commands: str) -> None:
        """Give the shell one part and wait until it is done with it."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{commands}\necho '@@ done'\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        for line in self._shell.stdout:
            if line == "@@ done\n":
                self.out = "".join(lines)
                return
            lines.append(line)
        raise AssertionError(f"the script stopped\n{commands}\n{''.join(lines)}")

    def letters(self) -> list[dict[str, Any]]:
        """Those of this part, once all have left."""
        fresh = [message for message in self.house.wait_until_sent() if message["id"] > self.seen]
        self.seen = max((message["id"] for message in fresh), default=self.seen)
        return fresh

    def end(self) -> None:
        """End the shell, which stops its daemon."""
        assert self._shell.stdin is not None
        stuck = threading.Timer(30, self._shell.kill)
        stuck.start()
        self._shell.stdin.close()
        self._shell.wait()
        stuck.cancel()
        assert self._shell.stdout is not None
        self._shell.stdout.close()


def parts() -> list[tuple[str, str]]:
    """(title, commands) of the script's parts."""
    _, *found = re.split(r"^## (.+)$", SCRIPT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return list(zip(found[::2], found[1::2], strict=True))


@pytest.fixture
def year(house_at: HouseAt) -> Iterator[Year]:
    found = Year(house_at(None))
    yield found
    found.end()


def as_told(message: dict[str, Any]) -> Told:
    case = "*" if message["template"] in DIGESTS else message["case"].removeprefix(f"{PLAN}/")
    return (message["created_at"][:16], message["template"], case, message["agency"])


def test_the_year_goes_as_told(year: Year, smtp: SmtpServer) -> None:
    checked = set()
    for title, commands in parts():
        year.run(commands)
        letters = year.letters()
        [key] = [key for key in EXPECTED if title.startswith(key)]
        assert Counter(map(as_told, letters)) == Counter(EXPECTED[key]), title
        assert {message["status"] for message in letters} == {"sent"}
        if key in CHECKS:
            CHECKS[key](year, letters)
        checked.add(key)
    assert checked == set(EXPECTED)
    told_once(year.house.service)
    sent_once(year.house.service, smtp)
    sound(year.house.service)


def show(year: Year, case: str) -> dict[str, Any]:
    return year.house.service.show(f"{PLAN}/{case}")


def states(year: Year, cycle: str) -> dict[str, str]:
    return {case["area"]: case["state"] for case in year.house.service.cases(cycle=cycle)}


def begins(year: Year, _letters: list[dict[str, Any]]) -> None:
    assert states(year, "2026") == dict.fromkeys(AREAS, "assigned")
    assert [r["id"] for r in year.house.service.cases(kinds=["round"])] == [f"{PLAN}/2026"]
    shown = show(year, "2026/lao-dong")
    assert (shown["due"]["report_due"], shown["target"]) == ("2026-12-15T00:00:00+07:00", "2026-12-14")
    round_ = show(year, "2026")
    assert (round_["due"]["consolidation_due"], round_["target"]) == ("2026-12-20T00:00:00+07:00", "2026-12-18")


def adhoc_opens(year: Year, letters: list[dict[str, Any]]) -> None:
    assert states(year, "2026-a1") == {"lao-dong": "assigned", "an-ninh": "assigned"}
    shown = show(year, "2026-a1")
    assert shown["due"] == {"consolidation_due": "2026-06-19T00:00:00+07:00"}
    assert show(year, "2026-a1/an-ninh")["due"]["report_due"] == "2026-06-16T00:00:00+07:00"
    whole = year.house.service.message(next(m["id"] for m in letters if m["agency"] == "so-ldtbxh"))
    assert "1234/VP-KTTH" in whole["text"] or "đột xuất" in whole["text"]


def registered(year: Year, _letters: list[dict[str, Any]]) -> None:
    event = next(e for e in show(year, "2026-a1/an-ninh")["events"] if e["trigger"] == "report")
    assert (event["actor"]["agency"], event["actor"]["on_behalf_of"]) == (CONSOLIDATOR, "cong-an-tinh")
    assert event["data"]["route"] == "Văn thư mật, sổ số 7"
    assert "text" not in event["data"]
    [due] = [o for o in show(year, "2026-a1/an-ninh")["obligations"] if o["name"] == "report_due"]
    assert (due["status"], due["met_at"]) == ("met", "2026-06-11T16:30:00+07:00")


def adhoc_ends(year: Year, _letters: list[dict[str, Any]]) -> None:
    assert states(year, "2026-a1") == {"lao-dong": "closed", "an-ninh": "closed"}
    assert show(year, "2026-a1")["state"] == "acknowledged"
    assert states(year, "2026")["lao-dong"] == "in_progress"


def nothing_to_report(year: Year, _letters: list[dict[str, Any]]) -> None:
    shown = show(year, "2026/dat-dai")
    assert (shown["state"], shown["standing"]) == ("reported", "on_time")
    assert shown["events"][-1]["data"]["nil"] == "Trong năm không phát sinh dự án thuê đất"


def midnight(year: Year, _letters: list[dict[str, Any]]) -> None:
    assert {area: state for area, state in states(year, "2026").items() if state == "escalated"} == {LATE: "escalated"}
    shown = show(year, f"2026/{LATE}")
    assert (shown["state_since"], shown["late"]) == ("2026-12-15T00:00:00+07:00", True)
    assert f"{PLAN}/2026/lao-dong" in year.out
    assert f"{PLAN}/2026/dau-tu" not in year.out
    assert show(year, "2027")["events"][0]["effective_at"] == "2026-12-15T00:00:00+07:00"
    assert states(year, "2027") == dict.fromkeys(AREAS, "assigned")


def returned(year: Year, letters: list[dict[str, Any]]) -> None:
    shown = show(year, "2026/dau-tu")
    assert (shown["state"], shown["due"]["report_due"]) == ("in_progress", "2026-12-18T00:00:00+07:00")
    assert shown["standing"] == "missing"
    whole = year.house.service.message(next(m["id"] for m in letters if m["agency"] == "so-khdt"))
    assert "Thiếu số liệu giải ngân" in whole["text"]


def goes_to_the_ppc(year: Year, letters: list[dict[str, Any]]) -> None:
    event = next(e for e in show(year, "2026")["events"] if e["trigger"] == "submit")
    boxes = {box: [case.rpartition("/")[2] for case in cases] for box, cases in event["data"]["round"].items()}
    assert boxes == {"on_time": OTHERS, "late": [], "missing": [LATE]}
    assert states(year, "2026") == dict.fromkeys(AREAS, "escalated")
    urged = [m["subject"] for m in letters if m["template"] == "urging"]
    assert all("đôn đốc" in subject and "(lần 1)" in subject for subject in urged)
    whole = year.house.service.message(next(m["id"] for m in letters if m["agency"] == OFFICE))
    assert "Chưa báo cáo: 1: Sở Lao động - Thương binh và Xã hội" in whole["text"]


def supplemented(year: Year, letters: list[dict[str, Any]]) -> None:
    assert all("(lần 2)" in m["subject"] for m in letters if m["template"] == "urging")
    [due] = [o for o in show(year, f"2026/{LATE}")["obligations"] if o["name"] == "report_due"]
    days = due["late_by_s"] / 86400
    assert (due["status"], 7 < days < 8) == ("fired", True)
    event = next(e for e in show(year, "2026")["events"] if e["trigger"] == "supplement")
    assert event["data"]["round"]["late"] == [f"{PLAN}/2026/{LATE}"]
    assert event["data"]["round"]["missing"] == []
    assert states(year, "2026") == dict.fromkeys(AREAS, "escalated")


def closed(year: Year, _letters: list[dict[str, Any]]) -> None:
    assert states(year, "2026") == dict.fromkeys(AREAS, "closed")
    assert show(year, "2026")["state"] == "acknowledged"
    late = [case["area"] for case in year.house.service.cases(cycle="2026") if case["late"]]
    assert late == [LATE]
    assert states(year, "2027") == dict.fromkeys(AREAS, "assigned")
    for cycle in ("2026", "2026-a1"):
        for case in [*year.house.service.cases(cycle=cycle), *year.house.service.cases(cycle=cycle, kinds=["round"])]:
            statuses = {o["status"] for o in year.house.service.show(case["id"])["obligations"]}
            assert "open" not in statuses


CHECKS: dict[str, Callable[[Year, list[dict[str, Any]]], None]] = {
    "A new installation": begins,
    "In June the PPC office asks": adhoc_opens,
    "One area reports": registered,
    "The ad-hoc round is submitted": adhoc_ends,
    "On 7 December": nothing_to_report,
    "At midnight of 14 December": midnight,
    "One report is sent back": returned,
    "The silent agency is urged": goes_to_the_ppc,
    "Urged for the second time": supplemented,
    "In January the PPC gives": closed,
}


def test_the_script_itself_runs_from_beginning_to_end(tmp_path: Path) -> None:
    """As a reader starts it; the commands above were given to a shell one part at a time. Only its first part here."""
    script = SCRIPT.read_text(encoding="utf-8")
    first = script[: script.index("## In January the work begins")]
    folder = tmp_path / "docs"
    folder.mkdir()
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (folder / "year.sh").write_text(first, encoding="utf-8")
    environment = Installation(tmp_path, "").environment()
    done = subprocess.run(
        ["bash", str(folder / "year.sh"), str(tmp_path / "house")],
        env={name: value for name, value in environment.items() if not name.startswith("DONDOC_")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "bauxite-alumina/2026/lao-dong" in done.stdout
