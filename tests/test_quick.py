"""The short ways: taken where nothing can be found, or nothing has changed, with the words of the long way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.cli import main
from lstmlint.quick import answer

Write = Callable[[str, str], Path]
ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["."],
        ["model.py"],
        ["plain.py", "model.py"],
        ["user.py"],
        ["missing.py"],
        ["-"],
        ["--version"],
        ["--select", "LST1", "plain.py"],
        ["--output-format=json", "plain.py"],
        ["explain", "LST101"],
        ["rules"],
    ],
)
def test_what_takes_the_long_way(write: Write, arguments: list[str]) -> None:
    write("plain.py", "x = 1\n")
    write("model.py", "LSTM\n")
    write("encoders.py", "from torch import nn\nENCODER = nn.LSTM(4, 8)\n")
    write("user.py", "import torch\nfrom encoders import ENCODER\nENCODER(torch.zeros(5, 3, 4))\n")
    assert answer(arguments) is None


@pytest.mark.parametrize(("name", "text"), [("lstmlint.toml", ""), ("pyproject.toml", "[tool.lstmlint]\n")])
def test_a_configuration_is_read_by_the_long_way(write: Write, name: str, text: str) -> None:
    write("a/b/plain.py", "x = 1\n")
    assert answer(["a/b/plain.py"])
    write(f"a/{name}", text)
    assert answer(["a/b/plain.py"]) is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["plain.py"],
        ["check", "--force-exclude", "plain.py", "other.py"],
        ["plain.py", "./plain.py"],
        ["-q", "plain.py"],
        ["--exit-zero", "plain.py"],
    ],
)
def test_both_ways_say_the_same(write: Write, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    write("plain.py", "import torch\nfrom other import x\n")
    write("other.py", "x = )\n")
    assert (main(arguments), capsys.readouterr().out) == answer(arguments)


def imported(folder: Path, *arguments: str) -> set[str]:
    """The modules that a run of its own imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "lstmlint", *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_a_hook_over_plain_files_imports_next_to_nothing(write: Write, folder: Path) -> None:
    write("plain.py", "import torch\n")
    names = imported(folder, "check", "--force-exclude", "plain.py")
    assert "lstmlint.triage" in names
    assert {name for name in names if name.startswith(("libcst", "rich", "argparse", "dataclasses"))} == set()


def test_a_hook_over_a_model_imports_what_interprets_and_no_more(write: Write, folder: Path) -> None:
    write("model.py", "from torch import nn\n\nlayer = nn.LSTM(3, 5)\n")
    names = {name.partition(".")[0] for name in imported(folder, "check", "--no-cache", "model.py")}
    assert "libcst" in names
    unneeded = {"rich", "sqlite3", "pathspec", "tomllib", "multiprocessing", "pkgutil", "difflib", "asyncio"}
    assert names.isdisjoint(unneeded)


def test_a_run_over_a_folder_without_models_imports_no_parser(write: Write, folder: Path) -> None:
    write("plain.py", "import torch\n")
    assert {name.partition(".")[0] for name in imported(folder, ".")}.isdisjoint({"libcst", "rich", "sqlite3"})


def test_an_unchanged_model_is_not_parsed_again(write: Write, folder: Path) -> None:
    write("model.py", "from torch import nn\n\nlayer = nn.LSTM(3, 5)\n")
    assert "libcst" in imported(folder, ".")
    assert {name.partition(".")[0] for name in imported(folder, ".")}.isdisjoint({"libcst", "rich"})


def test_an_unchanged_run_over_files_imports_next_to_nothing(write: Write, folder: Path) -> None:
    write("model.py", "from torch import nn\n\nlayer = nn.LSTM(3, 5)\n")
    assert "libcst" in imported(folder, "model.py")
    names = {name.partition(".")[0] for name in imported(folder, "model.py")}
    assert "sqlite3" in names
    assert names.isdisjoint({"libcst", "rich", "argparse", "dataclasses", "json", "re", "pathlib", "hashlib"})
