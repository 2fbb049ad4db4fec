"""Draws docs/output.svg: what lstmlint prints for a port in examples/, exported by rich from a real run.

Started by `make picture`. The run is the command itself, in a terminal of a fixed width.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
SHOWN = "examples/forecast/torch_port.py"
WIDTH = 110


def run() -> str:
    """What the command prints for the example, with colours."""
    environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "lstmlint", "--no-cache", SHOWN]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if finished.returncode != 1:
        sys.exit(f"{' '.join(command)} ended with {finished.returncode}, not 1:\n{finished.stderr}")
    return finished.stdout


def main() -> None:
    """Writes the picture."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_markup(f"[bold green]$[/] lstmlint {SHOWN}"))
    console.print(Text.from_ansi(run()), end="")
    console.save_svg(str(ROOT / "docs" / "output.svg"), title="lstmlint")


if __name__ == "__main__":
    main()
