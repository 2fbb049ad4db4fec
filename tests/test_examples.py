"""The examples: every mistake of the ports is found, the originals and the corrected ports are silent, and all run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"

MISTAKES = {
    "forecast/torch_port.py": [
        "torch-dropout-single-layer",
        "torch-initial-state-structure",
        "torch-missing-batch-first",
        "torch-view-as-permute",
    ],
    "reviews/readers.py": ["torch-hn-layout", "torch-state-unpack"],
}
PROGRAMS = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.glob("*/*.py"))


def found(*paths: Path) -> dict[str, list[str]]:
    """The rules broken in each file below some paths."""
    command = [sys.executable, "-m", "lstmlint", "--no-cache", "--output-format", "json", *map(str, paths)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert finished.returncode in (0, 1), finished.stderr
    rules: dict[str, list[str]] = {}
    for finding in json.loads(finished.stdout):
        rules.setdefault(Path(finding["path"]).relative_to(EXAMPLES).as_posix(), []).append(finding["rule"])
    return {name: sorted(broken) for name, broken in rules.items()}


@pytest.mark.parametrize("name", [name for name in PROGRAMS if "corrected" in name or "keras" in name])
def test_right_models_are_silent(name: str) -> None:
    assert found(EXAMPLES / name) == {}


def test_every_mistake_of_the_ports_is_found_and_nothing_else() -> None:
    assert found(EXAMPLES) == MISTAKES


def test_a_port_is_found_wrong_alone() -> None:
    name = "forecast/torch_port.py"
    assert found(EXAMPLES / name) == {name: MISTAKES[name]}


@pytest.mark.parametrize("name", PROGRAMS)
def test_examples_run_and_train(name: str) -> None:
    quiet = os.environ | {"OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    finished = subprocess.run([sys.executable, str(EXAMPLES / name)], env=quiet, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert "loss" in finished.stdout or "readers" in name
