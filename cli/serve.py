"""`serve`: the daemon in its threads and the status page, until the system says stop."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from cli.base import Command
from cli.letters import Way, way_of
from cli.options import Parsed
from cli.session import Session
from cli.setting_values import read_choice, read_host, read_port
from workflow.model import SystemFault

if TYPE_CHECKING:
    from scheduler.daemon import Daemon

GRACE_S = 5
"""How long a page that is being answered may hold up the end."""
WAITING_LINE = 128


@click.command(cls=Command)
@click.option("--host", type=Parsed("host", read_host), metavar="H", help="Address to answer on (DONDOC_HOST).")
@click.option("--port", type=Parsed("port", read_port), metavar="P", help="Port; 0 takes a free one (DONDOC_PORT).")
@click.option(
    "--only",
    type=Parsed("web|worker", read_choice("web", "worker")),
    metavar="web|worker",
    help="Only the pages, or only the daemon.",
)
@click.pass_obj
def serve(session: Session, host: str | None, port: int | None, only: str | None) -> None:
    """Run the daemon and the status page until SIGTERM or Ctrl-C."""
    from cli.logs import start_logging

    settings, service = session.settings, session.service
    clock = service.clock()
    way = way_of(settings, rehearsal=clock["mode"] == "rehearsal")
    start_logging(settings.log_level)
    with ExitStack() as stack:
        line = None
        if only != "worker":
            line = stack.enter_context(
                listening(settings.host if host is None else host, settings.port if port is None else port)
            )
        stops = Stops()
        stack.enter_context(stopped_by_signal(stops))
        daemon = stack.enter_context(working(session, way, stops)) if only != "web" else None
        # Said before the first line of the log, and only when this process has what it needs.
        _announce(session, way if daemon is not None else None, clock, None if line is None else address_of(line))
        if daemon is not None:
            daemon.start()
        if line is not None:
            _answer(session, line, stops)
        elif daemon is not None:
            daemon.wait()
    session.note(session.voice.say("serve-stopped"))


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket on which the pages answer. Bound by us, so that a port in use is told in words: SystemFault `port`."""
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        line = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SystemFault("port", host=host, port=port, error=error.strerror or str(error)) from None
    with line:
        # A port whose last owner has just ended is free; one that somebody listens on stays refused.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind(address)
            line.listen(WAITING_LINE)
        except OSError as error:
            raise SystemFault("port", host=host, port=port, error=os.strerror(error.errno or 0)) from None
        yield line


class Stops:
    """What must hear of the wish to stop; who is added after it was uttered hears at once."""

    def __init__(self) -> None:
        self._asked = False
        self._hearers: list[Callable[[], None]] = []

    def append(self, hearer: Callable[[], None]) -> None:
        self._hearers.append(hearer)
        if self._asked:
            hearer()

    def ask(self) -> None:
        self._asked = True
        for hearer in list(self._hearers):
            hearer()


@contextmanager
def stopped_by_signal(stops: Stops) -> Iterator[None]:
    """SIGTERM and SIGINT ask to stop, also when uvicorn raises them again at its end."""

    def stop(_signal: int, _frame: Any) -> None:
        stops.ask()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def working(session: Session, way: Way, stops: Stops) -> Iterator[Daemon]:
    """A daemon to be started, stopped at the end. SystemFault `daemon-running` when the database has one already."""
    import structlog

    from cli.compose import steady, wall
    from cli.delivery import deliverer_of
    from scheduler.daemon import Daemon
    from scheduler.lock import single_daemon

    app, asked = session.app, []
    stops.append(lambda: asked.append(True))
    with single_daemon(app.database) as single:
        deliverer = deliverer_of(app, way, stopping=lambda: bool(asked))
        daemon = Daemon(
            app.service,
            deliverer,
            wall=wall,
            checkpoint_minutes=session.settings.checkpoint_every,
            log=structlog.get_logger("dondoc.daemon"),
            single=single,
            steady=steady,
        )
        stops.append(daemon.ask_to_stop)
        try:
            yield daemon
        finally:
            asked.append(True)
            daemon.stop()
            deliverer.close()


def address_of(line: socket.socket) -> str:
    host, port = line.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _answer(session: Session, line: socket.socket, stops: Stops) -> None:
    import uvicorn

    from web.app import create_app

    config = uvicorn.Config(
        create_app(session.service, lang=session.voice.lang),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    stops.append(stop)
    server.run(sockets=[line])


def _announce(session: Session, way: Way | None, clock: dict[str, Any], address: str | None) -> None:
    """What runs where, before anything happens: on stderr, and with `--json` as the one document."""
    voice, settings = session.voice, session.settings
    place = session.app.database.place
    if session.json:
        mail = None if way is None else {"kind": way.kind, "place": way.place}
        told = {"pid": os.getpid(), "database": place, "data_dir": str(settings.data_dir), "clock": clock}
        session.emit({**told, "mail": mail, "address": address})
    session.note(voice.say("serve-data", place=place))
    now = voice.instant(clock["now"])
    session.note(voice.say(f"serve-clock-{clock['mode']}", now=now, speed=f"{clock['speed']:g}"))
    if way is not None:
        session.note(voice.say(way.code, place=way.place))
    if address is not None:
        session.note(voice.say("serve-address", address=address))


COMMANDS = (serve,)
