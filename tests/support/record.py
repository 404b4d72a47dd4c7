"""What an installation holds, without what differs between two runs of the same thing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.smtp import SmtpServer
from workflow.service import Service

HANDED_OVER = ("sent", "unknown")
"""How a letter ends when nothing refuses it: by a crash it may be unknown whether it left."""


def record_of(service: Service) -> dict[str, Any]:
    """Cases, events, obligations, and who is told of what: equal for two installations that lived through the same."""
    found = {}
    for summary in [*service.cases(), *service.cases(kinds=["round", "request"])]:
        shown = service.show(summary["id"])
        found[shown["id"]] = {
            **{name: shown[name] for name in ("state", "state_since", "roles", "due", "target", "late", "data")},
            "events": [
                {name: value for name, value in event.items() if name not in ("recorded_at", "hash")}
                for event in shown["events"]
            ],
            "obligations": shown["obligations"],
            "told": sorted(
                (message["agency"], message["template"], [(e["case"], e["seq"]) for e in message["events"]])
                for message in shown["messages"]
            ),
        }
    return found


def told_once(service: Service) -> None:
    """Each (event, agency) is covered by exactly one message."""
    covered = Counter(
        (event["case"], event["seq"], message["agency"]) for message in service.mail() for event in message["events"]
    )
    assert {pair: n for pair, n in covered.items() if n > 1} == {}


def sent_once(service: Service, smtp: SmtpServer, *, unknown: int = 0) -> None:
    """Each letter came exactly once; of those marked `unknown`, `unknown` at most, each once at most."""
    messages = service.mail()
    came = Counter(str(mail.message["Message-ID"]) for mail in smtp.received)
    doubtful = [message["message_id"] for message in messages if message["status"] == "unknown"]
    sent = [message["message_id"] for message in messages if message["status"] == "sent"]
    assert {m["status"] for m in messages} <= set(HANDED_OVER)
    assert len(doubtful) <= unknown
    assert {id_: came[id_] for id_ in sent} == dict.fromkeys(sent, 1)
    assert all(came[id_] <= 1 for id_ in doubtful)
    assert set(came) <= {*sent, *doubtful}


def sound(service: Service) -> None:
    """The chains verify, rows and chains agree, nothing waits for a person."""
    verified = service.verify()
    assert verified["faults"] == []
    assert verified["ok"]
    assert service.incidents() == []


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two records differ, a line each."""
    if isinstance(one, dict) and isinstance(other, dict):
        lines = [f"{path}/{key}: only on one side" for key in one.keys() ^ other.keys()]
        for key in one.keys() & other.keys():
            lines += differences(one[key], other[key], f"{path}/{key}")
        return lines
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for n, (a, b) in pairs for line in differences(a, b, f"{path}[{n}]")]
    return [] if one == other else [f"{path}: {one!r} != {other!r}"]
