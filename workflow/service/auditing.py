"""Sealing the record, and comparing all that speaks of it: chains, case rows, checkpoints, and the log outside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from workflow.calendar import TZ
from workflow.model import Case, Event
from workflow.record import checkpoint_hash, event_hash, obligation_json, rebuild, text_hash
from workflow.service.site import Site
from workflow.service.writing import persist
from workflow.store import checkpoints, installation, queries
from workflow.store.codec import event_from
from workflow.store.database import Connection, RowMapping

LOG = "checkpoints.log"


def seal(site: Site) -> dict[str, Any] | None:
    """Seal the heads of all chains that have moved; None when none has. Also appended to the log outside."""
    sealed = persist(site, lambda connection: seal_heads(site, connection))
    if sealed is not None:
        site.probe("checkpoint.after_commit")
    _write_log(site)
    return sealed


def seal_heads(site: Site, connection: Connection) -> dict[str, Any] | None:
    """Seal within the caller's transaction; the log outside gets it with the next `seal`."""
    moved = checkpoints.moved_heads(connection)
    if not moved:
        return None
    last = checkpoints.newest(connection)
    seq = (last["seq"] if last else 0) + 1
    prev = last["hash"] if last else ""
    at = site.now(connection)
    digest = checkpoint_hash(prev, seq, at, moved)
    events = queries.total_events(connection)
    checkpoints.add(connection, seq, at, events, prev, digest, moved)
    site.probe("checkpoint.before_commit")
    uid = installation.needed(connection)["uid"]
    return {"uid": uid, "seq": seq, "at": at.astimezone(TZ).isoformat(), "events": events, "hash": digest}


def _write_log(site: Site) -> None:
    """Append to the log what it lacks: a crash between the commit and the log is made up for at the next seal."""
    with site.database.read() as connection:
        uid = installation.needed(connection)["uid"]
        known = {seq: entry["hash"] for seq, entry in _standing_log(_read_log(site), uid).items()}
        missing = [row for row in checkpoints.every(connection) if known.get(row["seq"]) != row["hash"]]
    if missing:
        _append(
            site,
            [
                {
                    "uid": uid,
                    "seq": row["seq"],
                    "at": row["at"].astimezone(TZ).isoformat(),
                    "events": row["events"],
                    "hash": row["hash"],
                }
                for row in missing
            ],
        )


def _append(site: Site, entries: list[dict[str, Any]]) -> None:
    path = site.data_dir / LOG
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    with path.open("a+b") as log:
        # A line that a crash cut off must not swallow the next one.
        if log.tell() and not path.read_bytes().endswith(b"\n"):
            lines = "\n" + lines
        log.write(lines.encode())


def note_restore(site: Site, by: str) -> None:
    """Note in the log that an older database was knowingly taken up: seals after its last one stand no longer.

    The log keeps them, so that an auditor sees what was lost and who said so.
    """
    with site.database.read() as connection:
        uid = installation.needed(connection)["uid"]
        last = checkpoints.newest(connection)
        at = site.now(connection).astimezone(TZ).isoformat()
    entry = {"uid": uid, "seq": last["seq"] if last else 0, "at": at, "restored": True, "by": by}
    _append(site, [entry])


def _standing_log(log: list[dict[str, Any]], uid: str) -> dict[int, dict[str, Any]]:
    """By number, the logged seals of this installation that no restore has set aside."""
    standing: dict[int, dict[str, Any]] = {}
    for entry in log:
        if entry.get("uid") != uid:
            continue
        if entry.get("restored"):
            standing = {seq: kept for seq, kept in standing.items() if seq <= entry["seq"]}
        else:
            standing.setdefault(entry["seq"], entry)
    return standing


def _read_log(site: Site) -> list[dict[str, Any]]:
    try:
        lines = (site.data_dir / LOG).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    entries = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # a line cut off by a crash: the next seal writes it again
        if isinstance(entry, dict) and isinstance(entry.get("seq"), int):
            entries.append(entry)
    return entries


def verify(site: Site) -> dict[str, Any]:
    """Compare everything and name what does not agree.

    `{"ok", "events", "head", "faults": [{"code", "case", "seq", ...}]}`; `head` is the newest checkpoint, `SEQ:HASH`.
    """
    # Before the database: what is sealed while this runs would stand in the log and not in the picture of the tables.
    log = _read_log(site)
    with site.database.read() as connection:
        faults: list[dict[str, Any]] = []
        rows = {case.id: case for case in queries.cases(connection)}
        texts = queries.texts(connection)
        lengths: dict[str, dict[int, str]] = {}
        total = 0
        for case_id, chain in groupby(queries.events(connection), key=lambda row: row["case_id"]):
            hashes: dict[int, str] = {}
            faults += _chain(case_id, chain, rows.get(case_id), texts, hashes)
            lengths[case_id] = hashes
            total += len(hashes)
        faults += [
            {"code": "chain-missing", "case": case_id, "seq": case.seq}
            for case_id, case in rows.items()
            if case_id not in lengths
        ]
        faults += _checkpoints(log, connection, lengths)
        return {
            "ok": not faults,
            "events": total,
            "head": checkpoints.newest_seal(connection),
            "faults": faults,
        }


def _chain(
    case_id: str,
    chain: Iterator[RowMapping],
    case: Case | None,
    texts: Mapping[tuple[str, int], Mapping[str, tuple[str, str | None]]],
    hashes: dict[int, str],
) -> Iterator[dict[str, Any]]:
    prev, expected = "", 1
    events: list[Event] = []
    sound = True
    for row in chain:
        seq = row["seq"]
        if seq != expected:
            sound = False
            yield {"code": "event-missing", "case": case_id, "seq": expected}
        elif row["prev"] != prev:
            sound = False
            yield {"code": "event-out-of-order", "case": case_id, "seq": seq}
        event = event_from(row)
        if event_hash(event, row["text_hashes"], row["prev"]) != row["hash"]:
            sound = False
            yield {"code": "event-altered", "case": case_id, "seq": seq}
        yield from _texts(case_id, seq, row["text_hashes"], texts.get((case_id, seq), {}))
        events.append(event)
        hashes[seq] = row["hash"]
        prev, expected = row["hash"], seq + 1
    if case is None:
        yield {"code": "case-missing", "case": case_id, "seq": expected - 1}
        return
    if case.seq >= expected:
        yield {"code": "event-missing", "case": case_id, "seq": expected}
    elif case.seq < expected - 1:
        yield {"code": "event-inserted", "case": case_id, "seq": case.seq + 1}
    elif case.head != prev:
        yield {"code": "head-differs", "case": case_id, "seq": case.seq}
    if sound and case.seq == expected - 1:
        yield from _rows(case, events)


def _texts(
    case_id: str, seq: int, hashes: Mapping[str, str], found: Mapping[str, tuple[str, str | None]]
) -> Iterator[dict[str, Any]]:
    for field, digest in hashes.items():
        if field not in found:
            yield {"code": "text-missing", "case": case_id, "seq": seq, "field": field}
            continue
        salt, text = found[field]
        if text is not None and text_hash(salt, text) != digest:
            yield {"code": "text-altered", "case": case_id, "seq": seq, "field": field}
    for field in found:
        if field not in hashes:
            yield {"code": "text-inserted", "case": case_id, "seq": seq, "field": field}


_TOLD = (
    *("state", "state_since", "reached", "roles", "title", "data"),
    *("plan", "plan_version", "workflow", "workflow_version"),
)


def _rows(case: Case, events: list[Event]) -> Iterator[dict[str, Any]]:
    """The rows that the daemon works from must be what the chain says."""
    told = rebuild(events)
    for name in _TOLD:
        if getattr(told, name) != getattr(case, name):
            yield {"code": "case-altered", "case": case.id, "seq": case.seq, "field": name}
    in_chain = {o.key: obligation_json(o) for o in told.obligations}
    in_rows = {o.key: obligation_json(o) for o in case.obligations}
    for key in sorted(in_chain.keys() | in_rows.keys()):
        if in_chain.get(key) != in_rows.get(key):
            yield {"code": "obligation-altered", "case": case.id, "seq": case.seq, "field": f"{key[1]}#{key[2]}"}


def _checkpoints(
    log: list[dict[str, Any]], connection: Connection, lengths: Mapping[str, Mapping[int, str]]
) -> Iterator[dict[str, Any]]:
    heads = checkpoints.heads(connection)
    prev, expected = "", 1
    sealed: dict[int, str] = {}
    for row in checkpoints.every(connection):
        seq = row["seq"]
        if seq != expected or row["prev"] != prev:
            yield {"code": "checkpoint-missing", "case": None, "seq": expected}
        if checkpoint_hash(row["prev"], seq, row["at"], heads.get(seq, [])) != row["hash"]:
            yield {"code": "checkpoint-altered", "case": None, "seq": seq}
        for case_id, length, head in heads.get(seq, []):
            if lengths.get(case_id, {}).get(length) != head:
                yield {"code": "sealed-head-differs", "case": case_id, "seq": length}
        sealed[seq] = row["hash"]
        prev, expected = row["hash"], seq + 1
    uid = installation.needed(connection)["uid"]
    for seq, entry in _standing_log(log, uid).items():
        if sealed.get(seq) != entry.get("hash"):
            yield {"code": "log-differs", "case": None, "seq": seq}
