"""`workflow`, `web`, `cli` … are common names: what Python imports under them must be this tree, not a stranger's."""

import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
NAMES = ["workflow", "scheduler", "notifications", "web", "cli"]


@pytest.mark.parametrize("name", NAMES)
def test_each_top_level_name_is_this_tree_wherever_python_starts(name: str, tmp_path: Path) -> None:
    program = f"import importlib.util as u; print(u.find_spec({name!r}).origin)"
    found = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(found.stdout.strip()) == TREE / name / "__init__.py"
