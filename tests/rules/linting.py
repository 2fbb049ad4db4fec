"""Many small programs linted in one run of the command, as a user would run it over a tree."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rules.pages import ROOT, Program


@dataclass(frozen=True, order=True)
class Found:
    """A finding as the command's JSON has it; `fixed` is the file's text once its fix is applied, if it has one."""

    file: str
    line: int
    rule: str
    message: str
    fixed: str | None = None


def save(program: Program, folder: Path) -> Path:
    """Writes a program's files without their markers; gives the one that is run."""
    folder.mkdir(parents=True, exist_ok=True)
    for block in program.blocks:
        (folder / block.file).write_text(block.unmarked, encoding="utf-8")
    return folder / program.main.file


def lint(programs: Iterable[Program], folder: Path, *options: str) -> dict[Program, list[Found]]:
    """What the command finds in each program, all of them linted in one run, each in a folder of its own."""
    homes = {str(number): program for number, program in enumerate(dict.fromkeys(programs))}
    for name, program in homes.items():
        save(program, folder / name)
    command = [sys.executable, "-m", "lstmlint", "--no-cache", "--output-format", "json", *options, str(folder)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert finished.returncode in (0, 1), finished.stderr
    found: dict[Program, list[Found]] = {program: [] for program in homes.values()}
    for item in json.loads(finished.stdout):
        path = Path(item["path"])
        fixed = apply(item["fix"]["edits"], path.read_text(encoding="utf-8")) if item["fix"] else None
        found[homes[path.parent.name]].append(Found(path.name, item["line"], item["rule"], item["message"], fixed))
    return found


def apply(edits: list[dict[str, Any]], text: str) -> str:
    """A text with edits applied: lines and columns count from 1, the end is past the last character."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for edit in sorted(edits, key=lambda edit: (edit["line"], edit["column"]), reverse=True):
        start = starts[edit["line"] - 1] + edit["column"] - 1
        end = starts[edit["end_line"] - 1] + edit["end_column"] - 1
        text = text[:start] + edit["replacement"] + text[end:]
    return text
