"""Files as nobody would write them: each is a finding or nothing, never a traceback, and costs no other file.

Everything here is linted by a program of its own: what goes wrong in a parser written in another language may end the
process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAD = b"import torch.nn as nn\nlayer = nn.LSTM(1, 2)\n"
GOOD = b"import torch.nn as nn\nlayer = nn.LSTM(1, 2)  # lstmlint: ignore[LST104]\n"


def nested(opening: str, inner: str, closing: str, levels: int) -> bytes:
    return HEAD + f"x = {opening * levels}{inner}{closing * levels}\n".encode()


SILENT = {
    "empty": b"",
    "only_a_mark": b"\xef\xbb\xbf",
    "only_a_name": b"LSTM",
    "carriage_returns": HEAD.replace(b"\n", b"\r"),
    "windows": HEAD.replace(b"\n", b"\r\n"),
    "byte_order_mark": b"\xef\xbb\xbf" + HEAD,
    "form_feeds": b"\x0c\n" + HEAD + b"\x0c\nclass A:\n    \x0c\n    def f(self):\n\x0c        return layer\n",
    "latin_1": b"# coding: latin-1\n# \xe9\n" + HEAD,
    "line_separators": HEAD + "x = 'a\u2028b\x1cc\x85d'\n".encode(),
    "astral": HEAD + "x = '\U0001f600' ; y = layer\n".encode(),
    "long_string": HEAD + b"x = '" + b"a" * 1_000_000 + b"'\n",
    "wide_sum": HEAD + b"x = 1" + b" + 1" * 200 + b"\n",
    "many_strings": HEAD + b"x = (" + b"'a' " * 20_000 + b")\n",
    "many_names": HEAD + b"x = (" + b"a < " * 5_000 + b"a)\n",
    "many_statements": HEAD + b"a = 1\n" * 20_000,
    "backslashes": HEAD + b"x = 1" + b" + \\\n1" * 200,
    "deep_attributes": HEAD + b"x = layer" + b".b" * 280,
    "deep_calls": HEAD + b"x = layer(y)" + b"[0](y)" * 140,
    "deep_sums": HEAD + b"x = layer(y)[0]" + b" + y" * 280,
    "deep_conditions": HEAD + b"x = layer" + b" and layer" * 280,
    "deep_choices": HEAD + b"x = layer" + b" if y else layer" * 280,
    "deep_lambdas": HEAD + b"x = " + b"lambda: " * 280 + b"layer",
    "deep_branches": HEAD + b"if y: layer(y)\n" + b"elif z: layer(y)\n" * 280,
    "deep_blocks": HEAD + b"".join(b" " * level + b"if y:\n" for level in range(95)) + b" " * 95 + b"layer(y)\n",
    "brackets_in_a_string": HEAD + b"x = '" + b"(" * 10_000 + b"'\n",
    "no_end_of_line": HEAD.rstrip(),
}
REPORTED = {
    "brackets": (nested("(", "1", ")", 10_000), "LST901"),
    "open_brackets": (nested("[", "", "", 10_000), "LST901"),
    "braces": (nested("{1: ", "1", "}", 3_000), "LST901"),
    "attributes": (HEAD + b"x = a" + b".b" * 20_000, "LST902"),
    "subscripts": (HEAD + b"x = a" + b"[0]" * 20_000, "LST902"),
    "calls": (HEAD + b"x = a" + b"()" * 5_000, "LST902"),
    "sums": (HEAD + b"x = a" + b" + a" * 5_000, "LST902"),
    "conditions": (HEAD + b"x = a" + b" and a" * 20_000, "LST902"),
    "nots": (HEAD + b"x = " + b"not " * 20_000 + b"a", "LST902"),
    "lambdas": (HEAD + b"x = " + b"lambda: " * 10_000 + b"a", "LST902"),
    "elifs": (HEAD + b"if x: pass\n" + b"elif x: pass\n" * 5_000, "LST902"),
    "dotted_import": (HEAD + b"import a" + b".b" * 20_000, "LST902"),
    "long_line": (HEAD + b"x = [" + b"1, " * 3_500_000 + b"]\n", "LST902"),
    "null": (HEAD + b"x = '\0'\n", "LST901"),
    "python_2": (HEAD + b"print 'LSTM'\n", "LST901"),
    "half_a_file": (HEAD + b"class Model(nn.Module):\n    def forward(self", "LST901"),
    "bad_indentation": (HEAD + b"  x = 1\n", "LST901"),
    "not_utf_8": (HEAD + b"x = '\xff'\n", "LST902"),
    "unknown_encoding": (b"# coding: klingon\n" + HEAD, "LST902"),
    "binary_codec": (b"# coding: hex\n" + HEAD, "LST902"),
    "binary": (bytes(range(256)) * 100 + b"LSTM", "LST902"),
}


def lint(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    ran = subprocess.run(
        [sys.executable, "-m", "lstmlint", ".", "--output-format", "json", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The codes found in each file, all linted in one run."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in {**SILENT, **{name: data for name, (data, _) in REPORTED.items()}, "zzz_good": GOOD}.items():
        (folder / f"{name}.py").write_bytes(data)
    os.symlink("loop.py", folder / "loop.py")
    os.symlink(".", folder / "again")
    codes: dict[str, list[str]] = {}
    for finding in lint(folder):
        codes.setdefault(finding["path"].removesuffix(".py"), []).append(finding["code"])
    return codes


def test_the_other_files_are_linted(found: dict[str, list[str]]) -> None:
    assert found["zzz_good"] == ["LST903"]
    assert set(found) == {*REPORTED, "zzz_good"}


@pytest.mark.parametrize("name", SILENT)
def test_what_is_odd_but_python_is_silent(found: dict[str, list[str]], name: str) -> None:
    assert name not in found


@pytest.mark.parametrize("name", REPORTED)
def test_what_cannot_be_read_is_one_finding(found: dict[str, list[str]], name: str) -> None:
    assert found[name] == [REPORTED[name][1]]


def test_every_hostile_file_can_be_drawn(tmp_path: Path) -> None:
    for name, (data, _) in REPORTED.items():
        (tmp_path / f"{name}.py").write_bytes(data)
    ran = subprocess.run(
        [sys.executable, "-m", "lstmlint", ".", "--color", "always"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert max(len(line) for line in ran.stdout.split("\n")) < 400
    assert f"found {len(REPORTED)} problems" in ran.stdout
