"""Draws docs/output.svg: what lstmlint prints for a port in examples/, exported by rich from a real run.

Run it with `.venv/bin/python docs/picture.py` after `make demo`. It fails where the run does not find anything.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
SHOWN = "examples/forecast/torch_port.py"
WIDTH = 120


def run() -> str:
    """What the command prints for the example, with colours."""
    command = [sys.executable, "-m", "lstmlint", "--no-cache", "--color", "always", SHOWN]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if finished.returncode != 1:
        sys.exit(f"{' '.join(command)} ended with {finished.returncode}, not 1:\n{finished.stderr}")
    return finished.stdout


def main() -> None:
    """Writes the picture."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_markup(f"[bold green]$[/] lstmlint {SHOWN}"))
    console.print(Text.from_ansi(run()), end="")
    # A fixed name for the picture's parts keeps two runs of the same output equal.
    console.save_svg(str(ROOT / "docs" / "output.svg"), title="lstmlint", unique_id="output")


if __name__ == "__main__":
    main()
