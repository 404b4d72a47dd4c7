"""What the daemon promises, over a hand-made service and deliverer, APScheduler and threads being real."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from scheduler.daemon import JUST_AFTER, Daemon
from scheduler.lock import single_daemon
from scheduler.step import Step
from workflow.model import SystemFault
from workflow.store.database import Database

Log = list[Any]


def wall() -> datetime:
    return datetime.now(UTC)


def until(true: Callable[[], object], seconds: float = 8.0) -> None:
    """Wait for something to become so; fail in words when it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


class FakeService:
    """Instants at which something is due; firing takes them away."""

    def __init__(self) -> None:
        self.instants: list[datetime] = []
        self.calls: list[str] = []
        self.fired: list[tuple[datetime, datetime]] = []
        self.holding: list[dict[str, Any]] = []
        self.broken: dict[str, Exception] = {}
        self.offset = timedelta(0)
        self.asked: list[int] = []

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if name in self.broken:
            raise self.broken[name]

    def attend(self) -> None:
        self._called("attend")

    def leave(self) -> None:
        self._called("leave")

    def held(self) -> list[dict[str, Any]]:
        return self.holding

    def fire_due(self, limit: int = 200) -> int:
        self._called("fire_due")
        self.asked.append(limit)
        now = wall() - self.offset
        ready = [] if self.holding else sorted(i for i in self.instants if i <= now)[:limit]
        for instant in ready:
            self.instants.remove(instant)
            self.fired.append((instant, now))
        return len(ready)

    def next_due(self) -> datetime | None:
        self._called("next_due")
        return min(self.instants, default=None)

    def real_of(self, instant: datetime) -> datetime:
        return instant + self.offset

    def checkpoint(self) -> None:
        self._called("checkpoint")


class FakeDeliverer:
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.queue = 0
        self.slow: threading.Event | None = None

    def recover(self, *, starting: bool = True) -> int:
        self.calls.append("recover" if starting else "look after leases")
        return 0

    def deliver_due(self) -> int:
        self.calls.append("deliver_due")
        if self.slow is not None:
            self.slow.wait(10)
        sent, self.queue = self.queue, 0
        return sent


class Lock:
    mine = True

    def kept(self) -> bool:
        return self.mine


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def mail() -> FakeDeliverer:
    return FakeDeliverer()


@pytest.fixture
def log() -> Iterator[Log]:
    with capture_logs() as entries:
        yield entries


@contextmanager
def running(service: FakeService, mail: FakeDeliverer, single: Lock | None = None, **more: Any) -> Iterator[Daemon]:
    daemon = Daemon(service, mail, wall=wall, log=structlog.get_logger(), single=single, **more)
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()


def job_of(daemon: Daemon, name: str) -> Any:
    assert daemon._scheduler is not None
    return daemon._scheduler.get_job(name)


def told(log: Log, event: str) -> Log:
    return [entry for entry in log if entry["event"] == event]


def test_what_is_due_fires_at_its_instant_and_not_only_at_the_next_sweep(
    service: FakeService, mail: FakeDeliverer, log: Log
) -> None:
    with running(service, mail):
        until(lambda: "fire_due" in service.calls)
        instant = wall() + timedelta(seconds=2.35)
        service.instants.append(instant)
        until(lambda: service.fired)
    ((due, fired),) = service.fired
    assert due == instant
    assert timedelta(0) <= fired - due < timedelta(seconds=0.3)


def test_it_aims_at_the_earliest_instant_and_aims_again_when_that_changes(
    service: FakeService, mail: FakeDeliverer, log: Log
) -> None:
    far, near = wall() + timedelta(days=300), wall() + timedelta(hours=1)
    service.instants = [far]
    service.offset = timedelta(minutes=7)
    with running(service, mail) as daemon:
        until(lambda: daemon.aimed == far + service.offset)
        service.instants.append(near)  # another process made an earlier obligation
        until(lambda: daemon.aimed == near + service.offset, 2.0)
        job = job_of(daemon, "wake")
        assert job.next_run_time == near + service.offset + JUST_AFTER
        service.instants = []
        until(lambda: daemon.aimed is None, 2.0)
        assert job_of(daemon, "wake") is None


def test_what_another_process_commits_as_due_already_fires_within_two_seconds(
    service: FakeService, mail: FakeDeliverer, log: Log
) -> None:
    with running(service, mail):
        until(lambda: "fire_due" in service.calls)
        service.instants.append(wall() - timedelta(minutes=5))
        until(lambda: service.fired, 2.0)


def test_a_burst_is_drained_in_bounded_batches_with_signs_of_life_between_them(
    service: FakeService, mail: FakeDeliverer, log: Log
) -> None:
    service.instants = [wall() - timedelta(seconds=n) for n in range(1, 1001)]
    with running(service, mail):
        until(lambda: len(service.fired) == 1000)
    assert max(service.asked) <= 50
    first = service.calls.index("fire_due")
    assert service.calls[first : first + 6] == ["fire_due", "attend"] * 3


def test_the_first_sign_of_life_comes_before_anything_fires_and_recovering_before_any_letter(
    service: FakeService, mail: FakeDeliverer, log: Log
) -> None:
    service.instants = [wall() - timedelta(days=2)]
    mail.queue = 3
    with running(service, mail):
        until(lambda: service.fired and "deliver_due" in mail.calls)
    assert service.calls[0] == "attend"
    assert mail.calls[0] == "recover"
    assert mail.calls.count("recover") == 1


def test_a_slow_mail_server_holds_up_no_deadline(service: FakeService, mail: FakeDeliverer, log: Log) -> None:
    mail.slow = threading.Event()
    with running(service, mail):
        until(lambda: "deliver_due" in mail.calls)
        service.instants.append(wall() + timedelta(seconds=0.2))
        until(lambda: service.fired, 2.0)
        assert mail.calls.count("deliver_due") == 1
        mail.slow.set()


@pytest.mark.parametrize("broken", ["attend", "fire_due", "next_due"])
def test_an_error_never_stops_it_and_is_told_without_the_words_of_the_error(
    service: FakeService, mail: FakeDeliverer, log: Log, broken: str
) -> None:
    service.broken[broken] = SystemFault("database", error="postgresql://u:geheim@host")
    service.instants = [wall() - timedelta(seconds=1)]
    with running(service, mail):
        until(lambda: len(told(log, "step-failed")) >= 2)
        service.broken.clear()
        until(lambda: service.fired)
        until(lambda: told(log, "step-recovered"))
    first, second = told(log, "step-failed")[:2]
    assert (first["pause_s"], second["pause_s"]) == (1.0, 2.0)
    assert (first["error"], first["code"]) == ("SystemFault", "database")
    assert "geheim" not in repr(log)


def test_nothing_fires_and_no_mail_leaves_before_a_sign_of_life_has_been_recorded(
    service: FakeService, mail: FakeDeliverer, log: Log
) -> None:
    service.broken["attend"] = SystemFault("database", error="away")
    service.instants = [wall() - timedelta(seconds=1)]
    mail.queue = 1
    with running(service, mail):
        until(lambda: len(told(log, "step-failed")) >= 2)
        assert (service.fired, mail.calls) == ([], [])
        service.broken.clear()
        until(lambda: service.fired and "deliver_due" in mail.calls)


def test_while_an_incident_holds_nothing_fires_and_no_mail_leaves_and_the_log_says_it_once(
    service: FakeService, mail: FakeDeliverer, log: Log
) -> None:
    service.holding = [{"id": 4, "kind": "brake", "subject": "60 việc", "holds": True}]
    service.instants = [wall() - timedelta(days=2)]
    mail.queue = 5
    with running(service, mail):
        until(lambda: service.calls.count("attend") >= 3)  # but it goes on showing that it lives
        assert "deliver_due" not in mail.calls
        assert "fire_due" not in service.calls
        assert "checkpoint" not in service.calls
        (entry,) = told(log, "daemon-holds")
        assert entry["incidents"] == [{"id": 4, "kind": "brake"}]
        service.holding = []  # a person said resume
        until(lambda: service.fired and mail.queue == 0, 3.0)
    assert len(told(log, "daemon-goes-on")) == 1


def test_a_stop_ends_the_batch_under_way_then_leaves(service: FakeService, mail: FakeDeliverer, log: Log) -> None:
    service.instants = [wall() - timedelta(seconds=n) for n in range(1, 100_001)]
    daemon = Daemon(service, mail, wall=wall, log=structlog.get_logger())
    daemon.start()
    until(lambda: service.fired)
    begun = time.monotonic()
    daemon.stop()
    assert time.monotonic() - begun < 3
    assert service.instants, "it should have been stopped in the middle"
    assert service.calls[-1] == "leave"
    after = len(service.fired)
    time.sleep(0.3)
    assert len(service.fired) == after
    daemon.stop()
    assert service.calls.count("leave") == 1


def test_wait_ends_when_a_signal_handler_asks_for_it(service: FakeService, mail: FakeDeliverer, log: Log) -> None:
    with running(service, mail) as daemon:
        threading.Timer(0.2, daemon.ask_to_stop).start()
        daemon.wait()
    assert "leave" in service.calls


def test_a_stop_before_the_start_is_harmless(service: FakeService, mail: FakeDeliverer, log: Log) -> None:
    Daemon(service, mail, wall=wall, log=structlog.get_logger()).stop()
    assert service.calls == []


def test_a_daemon_that_lost_its_lock_does_nothing_until_it_has_it_again(
    service: FakeService, mail: FakeDeliverer, log: Log
) -> None:
    lock = Lock()
    with running(service, mail, single=lock):
        until(lambda: "fire_due" in service.calls and "deliver_due" in mail.calls)
        lock.mine = False
        until(lambda: told(log, "daemon-lock-lost"))
        service.instants.append(wall())
        mail.queue = 1
        before = service.calls.count("attend")
        time.sleep(2.2)
        assert (service.fired, mail.queue, service.calls.count("attend")) == ([], 1, before)
        lock.mine = True
        until(lambda: service.fired and mail.queue == 0)
    assert mail.calls.count("recover") == 2


def test_a_clock_set_back_does_not_put_it_to_sleep(service: FakeService, mail: FakeDeliverer, log: Log) -> None:
    with running(service, mail) as daemon:
        until(lambda: "fire_due" in service.calls)
        for name in ("sweep", "mail"):  # what a step of an hour backwards leaves in APScheduler's store
            job_of(daemon, name).modify(next_run_time=wall() + timedelta(hours=1))
        time.sleep(0.2)
        service.calls.clear()
        mail.calls.clear()
        until(lambda: "attend" in service.calls and "deliver_due" in mail.calls)


def test_the_record_is_sealed_soon_after_the_start(service: FakeService, mail: FakeDeliverer, log: Log) -> None:
    with running(service, mail) as daemon:
        job_of(daemon, "checkpoint").modify(next_run_time=wall())
        until(lambda: "checkpoint" in service.calls)


def test_a_pause_grows_up_to_its_limit_and_ends_with_the_first_success(log: Log) -> None:
    now = [0.0]
    outcome: list[Exception | None] = [ValueError("x")]

    def work() -> None:
        if outcome[0]:
            raise outcome[0]

    step = Step("s", work, steady=lambda: now[0], log=structlog.get_logger(), longest=5.0)
    for _ in range(5):
        assert not step()
        now[0] += 5
    assert [e["pause_s"] for e in told(log, "step-failed")] == [1.0, 2.0, 4.0, 5.0, 5.0]
    outcome[0] = None
    assert step()
    outcome[0] = ValueError("x")
    step()
    assert told(log, "step-failed")[-1]["pause_s"] == 1.0


def test_a_second_daemon_on_one_database_is_refused_until_the_first_has_gone(database_url: str) -> None:
    first, second = Database.open(database_url), Database.open(database_url)
    with single_daemon(first) as lock:
        assert lock.kept()
        with pytest.raises(SystemFault) as refused, single_daemon(second):
            pass
        assert refused.value.code == "daemon-running"
        assert lock.kept()
    with single_daemon(second) as lock:
        assert lock.kept()
    first.close()
    second.close()


def test_a_link_to_the_database_file_is_the_same_database(tmp_path: Path) -> None:
    (tmp_path / "real.db").touch()
    (tmp_path / "other.db").symlink_to(tmp_path / "real.db")
    one, other = (Database.open(f"sqlite:///{tmp_path / name}") for name in ("real.db", "other.db"))
    with single_daemon(one), pytest.raises(SystemFault, match="daemon-running"), single_daemon(other):
        pass


def test_a_removed_lock_file_is_noticed_and_lost_to_whoever_takes_the_new_one(sqlite_url: str, tmp_path: Path) -> None:
    first, second = Database.open(sqlite_url), Database.open(sqlite_url)
    with single_daemon(first) as lock:
        (tmp_path / "dondoc.sqlite3.daemon-lock").unlink()
        with single_daemon(second) as other:
            assert other.kept()
            assert not lock.kept()
        assert lock.kept()


def test_a_broken_connection_loses_the_lock_and_takes_it_again_unless_another_has_it(postgres_url: str) -> None:
    first, second, third = (Database.open(postgres_url) for _ in range(3))

    def break_others() -> None:
        with third.write() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )

    with single_daemon(first) as lock:
        break_others()
        assert not lock.kept()  # found out: from here on nothing fires
        assert lock.kept()  # and taken again, since nobody else wanted it
        break_others()
        time.sleep(0.2)
        with single_daemon(second) as other:
            assert not lock.kept()
            assert not lock.kept()
            assert other.kept()
        assert lock.kept()
    for database in (first, second, third):
        database.close()
