"""Running the command line in this process, on an environment of its own."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import run


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Dondoc = Callable[..., Done]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A rehearsal whose data lies in the test's own folder; a test adds what it needs."""
    return {"DONDOC_DATA_DIR": str(tmp_path / "var"), "DONDOC_CLOCK": "2026-12-01T09:00"}


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a fresh installation, made once and copied by each test that needs one."""
    folder = tmp_path_factory.mktemp("seed") / "var"
    assert run(["init", "--json"], {"DONDOC_DATA_DIR": str(folder), "DONDOC_CLOCK": "2026-12-01T09:00"}) == 0
    return folder


@pytest.fixture
def ready(dondoc: Dondoc, environ: dict[str, str], seed: Path) -> Dondoc:
    """The command line on an installation that is set up."""
    shutil.copytree(seed, environ["DONDOC_DATA_DIR"])
    return dondoc


@pytest.fixture
def dondoc(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Dondoc:
    """Call it as a shell would: words in, exit code and both streams out."""

    def call(*argv: str) -> Done:
        code = run(argv, environ)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call
