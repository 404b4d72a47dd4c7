"""A whole installation for a test: a real database, and clocks that stand until the test moves them.

world = build(database_url, folder, "2026-11-01 08:00")     # the shipped plan is published, its rounds are open
world.live("2026-12-15 00:00")                              # a daemon lives through every instant on the way
world.act("bauxite-alumina/2026/lao-dong", "start", LABOUR)
world.sleep("2026-12-22 09:00")                             # the machine was off; nobody watched
world.wake()
"""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import make_url

from tests.support.cast import LEADS, PPC
from tests.support.definitions import ROOT
from tests.support.postgres import PostgresServer
from workflow.calendar import TZ
from workflow.model import Actor, Case, Command, Event, Facts, Refusal
from workflow.service import RehearsalClock, Service, Site, Wish
from workflow.store import queries
from workflow.store.codec import event_from
from workflow.store.database import Database
from workflow.store.tables import METADATA

SHIPPED = ROOT / "definitions"
PLAN = "bauxite-alumina"
AREAS = tuple(LEADS)
ROUND = f"{PLAN}/2026"


def moment(text: str | datetime) -> datetime:
    """`2026-12-15 00:00` (with seconds and their parts if wanted) in the province."""
    if isinstance(text, datetime):
        return text
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def area(name: str, cycle: str = "2026") -> str:
    return f"{PLAN}/{cycle}/{name}"


@dataclass
class Clock:
    """The machine's two clocks: `now` can be set at will, `steady` counts what really passes."""

    now: datetime
    passed: float = 0.0

    def wall(self) -> datetime:
        return self.now

    def steady(self) -> float:
        return self.passed

    def go(self, to: datetime) -> None:
        """Time passes until `to`; never backwards."""
        seconds = (to - self.now).total_seconds()
        assert seconds >= 0, f"{to} lies before {self.now}"
        self.now, self.passed = to, self.passed + seconds

    def step(self, by: timedelta) -> None:
        """Somebody sets the wall clock; no time passes."""
        self.now += by


@dataclass
class World:
    database: Database
    clock: Clock
    service: Service
    folder: Path
    probes: list[Callable[[str], None]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now

    # People

    def act(
        self, case: str | Sequence[str], trigger: str, actor: Actor, *, at: str | datetime | None = None, **facts: Any
    ) -> dict[str, Any]:
        """One command, as `dondoc act`; the (first) case's summary afterwards. `at`: live until then first."""
        if at is not None:
            self.live(at)
        files = facts.pop("files", ())
        ids = [case] if isinstance(case, str) else list(case)
        return self.service.act(ids, Command(trigger, actor, Facts(**facts)), files)[0]

    def report(self, name: str, *, cycle: str = "2026", actor: Actor | None = None, **more: Any) -> dict[str, Any]:
        """A full report of an area by its lead."""
        return self.act(area(name, cycle), "report", actor or LEADS[name], **(report_facts(name, self.now) | more))

    def consolidate(self, name: str, cycle: str = "2026") -> dict[str, Any]:
        return self.act(area(name, cycle), "consolidate", Actor("so-cong-thuong"))

    def submit(self, round_id: str = ROUND, trigger: str = "submit") -> dict[str, Any]:
        return self.act(round_id, trigger, Actor("so-cong-thuong"), **consolidated_facts(self.now))

    def acknowledge(self, round_id: str = ROUND) -> dict[str, Any]:
        return self.act(round_id, "acknowledge", PPC)

    def adhoc(self, actor: Actor, areas: Iterable[str] = (), **wish: Any) -> dict[str, Any]:
        return self.service.open_round(Wish(PLAN, actor, adhoc=True, areas=tuple(areas), **wish))

    # Time

    def attend(self) -> None:
        self.service.attend()

    def drain(self, limit: int = 200) -> int:
        """Fire until nothing is due; how many things were settled."""
        total = 0
        while done := self.service.fire_due(limit):
            total += done
            assert total < 20_000, "firing does not come to an end"
        return total

    def live(self, to: str | datetime) -> None:
        """A daemon watches and fires at each instant on the way to `to`, and at `to`."""
        end = moment(to)
        while (coming := self.service.next_due()) is not None and coming <= end:
            self.clock.go(max(coming, self.now))
            self.attend()
            if not self.drain():
                break
        self.clock.go(end)
        self.attend()
        self.drain()

    def sleep(self, to: str | datetime) -> None:
        """Nobody watches until `to`, and nobody yet then."""
        self.clock.go(moment(to))

    def wake(self) -> int:
        """The daemon comes back, and settles what it may."""
        self.attend()
        return self.drain()

    # What has become of it

    def case(self, case_id: str) -> Case:
        with self.database.read() as connection:
            (found,) = queries.cases(connection, ids=[case_id])
            return found

    def cases(self) -> list[Case]:
        with self.database.read() as connection:
            return queries.cases(connection)

    def state(self, name: str, cycle: str = "2026") -> str:
        return self.case(area(name, cycle)).state

    def events(self, case_id: str | None = None) -> list[Event]:
        with self.database.read() as connection:
            return [event_from(row) for row in queries.events(connection, case_id)]

    def triggers(self, case_id: str) -> list[str]:
        return [event.trigger for event in self.events(case_id)]

    def rows(self, case_id: str, name: str) -> list[dict[str, Any]]:
        """Every occurrence of a deadline or reminder, as the API shows it."""
        found = self.service.show(case_id)["obligations"]
        return sorted((o for o in found if o["name"] == name), key=lambda o: o["occurrence"])

    def newest(self, case_id: str, name: str) -> dict[str, Any]:
        return self.rows(case_id, name)[-1]

    def messages(self) -> list[dict[str, Any]]:
        with self.database.read() as connection:
            return queries.messages(connection)

    def told(self, case_id: str, *triggers: str) -> list[tuple[str, str]]:
        """(trigger, agency) of all that was told of a case's events, in order."""
        by_seq = {event.seq: event.trigger for event in self.events(case_id)}
        return [
            (by_seq[seq], message["agency"])
            for message in self.messages()
            for of, seq in message["covers"]
            if of == case_id and (not triggers or by_seq[seq] in triggers)
        ]

    def sent(self, case_id: str, template: str) -> list[tuple[str, str]]:
        """(local instant to the minute, agency) of the messages of one template in a case's thread."""
        return [
            (datetime.fromisoformat(m["facts"]["at"]).astimezone(TZ).strftime("%Y-%m-%d %H:%M"), m["agency"])
            for m in self.messages()
            if m["case_id"] == case_id and m["template"] == template
        ]

    def dump(self, *, but: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, for comparing before and after."""
        left_out = set(but)
        with self.database.read() as connection:
            return {
                name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for name, table in METADATA.tables.items()
                if name not in left_out
            }

    def publish(self, texts: Mapping[str, str], *, by: str = "test") -> list[dict[str, Any]]:
        """Publish texts given by file name."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        for name, text in texts.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return self.service.publish([folder], by=by)

    def close(self) -> None:
        self.database.close()


def site(database: Database, clock: Clock, folder: Path, *, shipped: Path = SHIPPED, **more: Any) -> Site:
    counter = itertools.count(1)
    return Site(
        database=database,
        wall=clock.wall,
        steady=clock.steady,
        token=lambda: f"{next(counter):032x}",
        shipped=shipped,
        data_dir=folder,
        template_faults=lambda *_: [],
        **more,
    )


def build(
    url: str,
    folder: Path,
    start: str | datetime = "2026-11-01 08:00",
    *,
    shipped: Path = SHIPPED,
    rehearsal: RehearsalClock | None = None,
    **more: Any,
) -> World:
    """An installation on an empty database, with a daemon that has begun to watch at `start`."""
    world = reopen(Database.open(url), Clock(moment(start)), folder, shipped=shipped, rehearsal=rehearsal, **more)
    world.service.init("test")
    world.attend()
    world.drain()
    return world


def reopen(database: Database, clock: Clock, folder: Path, **more: Any) -> World:
    """A fresh service (a process that starts) on a database that is there."""
    return World(database, clock, Service(site(database, clock, folder, **more)), folder)


@cache
def _template(start: str, shipped: Path) -> Path:
    """A SQLite file with an installation begun at `start`, made once for each process and copied from then on."""
    folder = Path(tempfile.mkdtemp(prefix="dondoc-template-", dir=fast_folder()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = build(f"sqlite:///{folder / 'template.sqlite3'}", folder / "data", start, shipped=shipped)
    with world.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    world.close()
    return folder


def copied(start: str, folder: Path, *, shipped: Path = SHIPPED, **more: Any) -> World:
    """As `build` on SQLite, much faster from the second time on."""
    file = folder / "copy.sqlite3"
    shutil.copyfile(_template(start, shipped) / "template.sqlite3", file)
    world = reopen(Database.open(f"sqlite:///{file}"), Clock(moment(start)), folder / "data", shipped=shipped, **more)
    world.attend()
    return world


_POSTGRES_TEMPLATES: dict[tuple[int, str], str] = {}
"""(server, start) -> name of a database with an installation begun then."""


def _postgres_copy(server: PostgresServer, start: str, folder: Path) -> str:
    """The URL of a copy of an installation on PostgreSQL, which is made once for each process."""
    key = (id(server), start)
    if key not in _POSTGRES_TEMPLATES:
        url = server.create_database()
        build(url, folder / "template", start).close()
        _POSTGRES_TEMPLATES[key] = str(make_url(url).database)
    return server.create_database(_POSTGRES_TEMPLATES[key])


@contextmanager
def beginnings(server: PostgresServer | None = None) -> Iterator[Callable[..., World]]:
    """A function that makes an installation for each call, `begin(start, **more)`; all are closed at the end.

    On SQLite, or on `server`. `edits`: shipped definitions with some of their text replaced,
    `{"task-area": [(old, new), ...]}`.
    """
    worlds: list[World] = []
    urls: list[str] = []
    with tempfile.TemporaryDirectory(prefix="dondoc-", dir=fast_folder(), ignore_cleanup_errors=True) as top:

        def begin(
            start: str | datetime = "2026-11-01 08:00", edits: Mapping[str, Edits] | None = None, **more: Any
        ) -> World:
            folder = Path(tempfile.mkdtemp(dir=top))
            plain = edits is None and "rehearsal" not in more
            if plain and server is None:
                world = copied(str(start), folder, **more)
            elif plain and server is not None:
                urls.append(_postgres_copy(server, str(start), folder))
                world = reopen(Database.open(urls[-1]), Clock(moment(start)), folder / "data", **more)
                world.attend()
            else:
                shipped = edited(folder / "definitions", edits or {})
                url = f"sqlite:///{folder / 'built.sqlite3'}"
                if server is not None:
                    url = server.create_database()
                    urls.append(url)
                world = build(url, folder / "data", start, shipped=shipped, **more)
            worlds.append(world)
            return world

        yield begin
        for world in worlds:
            world.close()
        for url in urls:
            assert server is not None
            server.drop_database(url)


Edits = Sequence[tuple[str, str]]


def edited(folder: Path, edits: Mapping[str, Edits]) -> Path:
    """A copy of what ships, with each old text (which stands there once) replaced by the new one."""
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, pairs in edits.items():
        (file,) = folder.rglob(f"{name}.yaml")
        text = file.read_text(encoding="utf-8")
        for old, new in pairs:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    return folder


def fast_folder() -> Path | None:
    """Memory, where the machine has such a folder: a test waits for many commits."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else None


def report_facts(name: str, now: datetime) -> dict[str, Any]:
    """What a full report brings; of the confidential area the number, date and route alone."""
    document = {"number": f"15/BC-{name}", "dated": now.astimezone(TZ).date()}
    return document | ({"route": "Cơ yếu"} if name == "an-ninh" else {"text": "Kết quả thực hiện trong kỳ."})


def consolidated_facts(now: datetime) -> dict[str, Any]:
    return {
        "number": "200/BC-SCT",
        "dated": now.astimezone(TZ).date(),
        "signer": "Giám đốc Sở",
        "text": "Tổng hợp kết quả thực hiện kế hoạch.",
    }


def refused(do: Callable[[], object]) -> str | None:
    """The code with which it is refused; None when it is done."""
    try:
        do()
    except Refusal as refusal:
        return refusal.code
    return None


def day(text: str) -> date:
    return date.fromisoformat(text)
