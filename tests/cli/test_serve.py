"""`dondoc serve` as a real process: it says what it does, answers, stops when told."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.main import run

DONDOC = (sys.executable, "-c", "from cli.main import main; main()")
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(environ: dict[str, str], seed: Path, tmp_path: Path) -> Iterator[Start]:
    """Start `dondoc …` on a ready installation; what still runs at the end is killed."""
    shutil.copytree(seed, environ["DONDOC_DATA_DIR"])
    root = Path(__file__).parents[2]
    surroundings = {**os.environ, **environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
    begun: list[subprocess.Popen[str]] = []

    def call(*argv: str, **more: Any) -> "subprocess.Popen[str]":
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        begun.append(subprocess.Popen([*DONDOC, *argv], env=surroundings, cwd=tmp_path, text=True, **streams))
        return begun[-1]

    yield call
    for process in begun:
        process.kill()
        process.communicate()


def announced(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """The one document that `serve --json` prints at its start."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line == "}\n":
            told: dict[str, Any] = json.loads(text)
            return told
    raise AssertionError(process.communicate()[1])


def test_it_answers_sends_and_stops_within_seconds(start: Start, environ: dict[str, str]) -> None:
    process = start("serve", "--port", "0", "--json")
    told = announced(process)
    mailbox = Path(environ["DONDOC_DATA_DIR"]) / "mailbox"
    assert told["mail"] == {"kind": "mailbox", "place": str(mailbox)}
    deadline = time.monotonic() + 20
    while not list(mailbox.glob("*.eml")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with urllib.request.urlopen(f"{told['address']}healthz") as answer:
        assert json.load(answer)["status"] == "ok"
    second = start("serve", "--port", "0", "--lang", "en")
    assert second.wait(20) == 3
    port = told["address"].rsplit(":", 1)[1].strip("/")
    taken = start("serve", "--only", "web", "--port", port, "--lang", "en")
    _, words = taken.communicate(timeout=20)
    assert taken.returncode == 3
    assert f"Port {port} on 127.0.0.1" in words
    assert "Traceback" not in words
    process.send_signal(signal.SIGTERM)
    _, words = process.communicate(timeout=10)
    assert process.returncode == 0, words
    assert "Chưa cấu hình SMTP: thư được ghi vào thư mục" in words


@pytest.mark.parametrize("only", ["web", "worker"])
def test_each_half_runs_alone_and_stops_on_interrupt(start: Start, only: str) -> None:
    process = start("serve", "--only", only, "--port", "0", "--json")
    told = announced(process)
    assert (told["address"] is None) == (only == "worker")
    assert (told["mail"] is None) == (only == "web")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=10)
    assert process.returncode == 0, words


def test_a_rehearsal_refuses_to_mail_abroad(start: Start, environ: dict[str, str]) -> None:
    settings = {"DONDOC_REHEARSAL_MAIL": "1", "DONDOC_SMTP_URL": "smtp://u:geheim@mail.example"}
    assert run(["serve", "--port", "0"], environ | settings) == 2


def test_a_closed_pipe_is_no_failure(start: Start) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start("cases", stdout=writing)
    os.close(writing)
    _, words = process.communicate(timeout=20)
    assert (process.returncode, words) == (0, "")


def test_a_full_disk_behind_stdout_is_told(start: Start) -> None:
    with Path("/dev/full").open("w") as full:
        process = start("cases", stdout=full)
        _, words = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "Traceback" not in words


def test_help_needs_neither_database_nor_web() -> None:
    heavy = {"fastapi", "uvicorn", "sqlalchemy", "alembic", "holidays", "jinja2", "rich", "pydantic"}
    code = (
        "import sys\nfrom cli.main import run\ncode = run(['--help'], {})\n"
        f"print(code, sorted({heavy!r} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "0 []"


def test_reading_cases_needs_no_web(start: Start, environ: dict[str, str]) -> None:
    heavy = {"fastapi", "uvicorn", "holidays", "jinja2", "rich"}
    code = (
        f"import sys\nfrom cli.main import run\ncode = run(['cases'], {environ!r})\n"
        f"print(code, sorted({heavy!r} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "0 []"


def test_an_occupied_port_is_seen_before_the_daemon_starts(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("serve", "--port", str(taken.getsockname()[1]))
        _, words = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "daemon-started" not in words
