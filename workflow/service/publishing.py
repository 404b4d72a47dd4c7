"""Checking files, publishing them as immutable versions, and writing the newest out for editing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from workflow.checks import Catalogue, check, warnings
from workflow.definition.faults import Fault, in_order
from workflow.definition.identity import with_marker
from workflow.definition.loading import KINDS, Loaded, load
from workflow.definition.reading import MOST_BYTES
from workflow.model import Refusal, SystemFault
from workflow.service import rounds
from workflow.service.library import Library
from workflow.service.site import Site, TemplateFaults
from workflow.service.writing import persist
from workflow.store import installation, published
from workflow.store.database import Connection
from workflow.words.near import nearest

SUFFIXES = (".yaml", ".yml", ".j2")
MOST_FILES = 1000
ORDER = {kind: place for place, kind in enumerate(("calendar", "agencies", "mail", "workflow", "plan"))}
"""A plan goes last: its publication opens its rounds, and they need all the rest."""


class FaultsFound(Exception):
    """The texts have faults; nothing was published."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def read_files(paths: Sequence[Path]) -> list[Loaded]:
    """Every definition below the paths, in order of name. A path that cannot be read is a fault of its own."""
    found: list[Loaded] = []
    for path in paths:
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
            if not files:
                found.append(_unreadable(path, "no-definitions"))
            if len(files) > MOST_FILES:
                found.append(_unreadable(path, "too-many-files", most=MOST_FILES))
            found += [_read(file) for file in files[:MOST_FILES]]
        else:
            found.append(_read(path))
    return found


def _read(path: Path) -> Loaded:
    try:
        if not path.is_file():
            return _unreadable(path, "no-file")
        with path.open("rb") as file:
            # One byte beyond the limit is enough to know; a device or a huge file is never read whole.
            return load(file.read(MOST_BYTES + 1), str(path))
    except OSError as error:
        return _unreadable(path, "unreadable", error=error.strerror or str(error))


def _unreadable(path: Path, code: str, **params: Any) -> Loaded:
    fault = Fault(str(path), 1, 1, code, params)
    return Loaded(str(path), None, None, None, "", "", None, (fault,))


@lru_cache(maxsize=4)
def _shipped(folder: Path) -> tuple[Loaded, ...]:
    return tuple(read_files([folder]))


def check_files(site: Site, paths: Sequence[Path]) -> list[Fault]:
    """All faults of the files, in one run. Reads the published versions if there is a database; writes nothing."""
    given = read_files(paths)
    return _faults(site, given, _published(site))


def warn_of_files(site: Site, paths: Sequence[Path]) -> list[Fault]:
    """What may be published as it is, but somebody should know."""
    return warnings(Catalogue.of(read_files(paths), _published(site), _shipped(site.shipped)))


def _published(site: Site) -> list[Loaded]:
    """The newest versions of what is published; nothing where there is no database yet."""
    file = site.database.file
    if file is not None and not file.exists():
        return []
    try:
        with site.database.read() as connection:
            rows = published.newest(connection) if installation.exists(connection) else []
    except SystemFault:
        # Checking a text needs no server; what is published is then unknown, what ships is still in view.
        return []
    suffix = {"mail": ".j2"}
    return [load(row["text"].encode(), f"{row['name']}{suffix.get(row['kind'], '.yaml')}") for row in rows]


def _faults(site: Site, given: Sequence[Loaded], known: Sequence[Loaded]) -> list[Fault]:
    # Plans in view that were not given are checked too: only what is given can have broken them.
    catalogue = Catalogue.of(given, known, _shipped(site.shipped), dependants=True)
    return in_order([*check(catalogue), *_template_faults(catalogue, given, site.template_faults)])


def _template_faults(catalogue: Catalogue, given: Iterable[Loaded], faults_of: TemplateFaults) -> list[Fault]:
    texts = {name: loaded.text for (kind, name), loaded in catalogue.view.items() if kind == "mail"}
    return [
        Fault(loaded.file, line, 1, code, params)
        for loaded in given
        if loaded.kind == "mail" and loaded.name is not None and not loaded.faults
        for line, code, params in faults_of(loaded.name, loaded.text, texts)
    ]


def publish(
    site: Site, library: Library, paths: Sequence[Path], *, by: str, reason: str | None = None
) -> list[dict[str, Any]]:
    """Publish every file as the next version of its name, all or none.

    The same text again changes nothing. Raises FaultsFound, or Refusal `made-from-older` when a text was made from a
    version that is no longer the newest. Returns `{"kind","name","version","sha256","changed"}` for each.
    """
    given = read_files(paths)
    while True:
        # Checked before the transaction: it takes seconds, and nobody should wait for the database meanwhile.
        known = _published(site)
        _raise_faults(site, given, known)
        seen = frozenset(_key(loaded.kind, loaded.name, loaded.sha256) for loaded in known)
        done = persist(site, partial(_publish_over, site, library, given, seen, by, reason))
        if done is not None:
            return done


def _key(*parts: str | None) -> str:
    return "/".join(part or "" for part in parts)


def _publish_over(
    site: Site,
    library: Library,
    given: Sequence[Loaded],
    seen: frozenset[str],
    by: str,
    reason: str | None,
    connection: Connection,
) -> list[dict[str, Any]] | None:
    """Publish what was checked in view of `seen`; None when something else has been published since."""
    if {_key(row["kind"], row["name"], row["sha256"]) for row in published.newest(connection)} != seen:
        return None
    return _publish(site, library, connection, given, by, reason)


def check_shipped(site: Site) -> None:
    """Raise FaultsFound when a shipped text that has no version yet was edited and has faults."""
    known = _published(site)
    named = {(loaded.kind, loaded.name) for loaded in known}
    fresh = [loaded for loaded in _shipped(site.shipped) if (loaded.kind, loaded.name) not in named]
    if fresh:
        _raise_faults(site, fresh, known)


def publish_shipped(site: Site, library: Library, connection: Connection, by: str) -> list[dict[str, Any]]:
    """Publish what ships with the product under names that have no version yet; nothing else is touched."""
    known = published.newest_versions(connection)
    fresh = [loaded for loaded in _shipped(site.shipped) if (loaded.kind, loaded.name) not in known]
    return _publish(site, library, connection, fresh, by, None) if fresh else []


def _raise_faults(site: Site, given: Sequence[Loaded], known: Sequence[Loaded]) -> None:
    faults = _faults(site, given, known)
    if faults:
        raise FaultsFound(faults)


def _publish(
    site: Site, library: Library, connection: Connection, given: Sequence[Loaded], by: str, reason: str | None
) -> list[dict[str, Any]]:
    now = site.now(connection)
    for name in sorted(loaded.name or "" for loaded in given if loaded.kind == "plan"):
        published.hold(connection, name)
    newest = {(row["kind"], row["name"]): row for row in published.newest(connection)}
    done = []
    for loaded in sorted(given, key=lambda loaded: (ORDER[loaded.kind or "plan"], loaded.name or "")):
        assert loaded.kind is not None
        assert loaded.name is not None
        head = newest.get((loaded.kind, loaded.name))
        entry = _publish_one(connection, loaded, head, now, by, reason)
        if entry["changed"] and loaded.kind == "plan":
            if head is None:
                entry["opened"] = rounds.first_openings(site, library, connection, loaded.name, now)
            else:
                rounds.replan(library, connection, loaded.name, now)
        done.append(entry)
    site.probe("publish.before_commit")
    return done


def _publish_one(
    connection: Connection, loaded: Loaded, head: Any, now: datetime, by: str, reason: str | None
) -> dict[str, Any]:
    entry = {"kind": loaded.kind, "name": loaded.name, "sha256": loaded.sha256}
    if head is not None and head["sha256"] == loaded.sha256:
        return {**entry, "version": head["version"], "changed": False}
    newest = head["version"] if head is not None else 0
    # A text without the marker of an export was most likely edited from what ships, which is version 1.
    made_from = loaded.made_from if loaded.made_from is not None else min(newest, 1)
    if made_from != newest:
        raise Refusal("made-from-older", name=f"{loaded.kind}/{loaded.name}", made_from=made_from, newest=newest)
    published.add(
        connection,
        {
            "kind": loaded.kind,
            "name": loaded.name,
            "version": newest + 1,
            "text": loaded.text,
            "sha256": loaded.sha256,
            "made_from": newest or None,
            "published_at": now,
            "published_by": by,
            "reason": reason,
        },
    )
    return {**entry, "version": newest + 1, "changed": True}


def export(site: Site, name: str, version: int | None = None) -> dict[str, Any]:
    """A published text for editing, its first line naming the version: `{"kind","name","version","text"}`.

    `name` may be `KIND/NAME` where two kinds share a name. Raises Refusal `no-definition`, `ambiguous-name`.
    """
    with site.database.read() as connection:
        installation.needed(connection)
        newest = published.newest_versions(connection)
        kind, slash, tail = name.partition("/")
        keys = [(kind, tail)] if slash and kind in KINDS else [key for key in newest if key[1] == name]
        keys = [key for key in keys if key in newest]
        if not keys:
            raise Refusal("no-definition", name=name, near=nearest(name, [key[1] for key in newest]))
        if len(keys) > 1:
            raise Refusal("ambiguous-name", name=name, known=[f"{k}/{n}" for k, n in keys])
        kind, plain = keys[0]
        number = version if version is not None else newest[keys[0]]
        row = published.get(connection, kind, plain, number)
        if row is None:
            raise Refusal("no-version", name=name, version=number, newest=newest[keys[0]])
        text = with_marker(row["text"], kind, plain, number)
        return {"kind": kind, "name": plain, "version": number, "text": text}
