"""What running the models has shown: a table of their recurrent layers, and the same as JSON."""

from __future__ import annotations

import dataclasses
import json
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from lstmlint.report.counting import counted
from lstmlint.report.json import as_object
from lstmlint.report.snippet import visible
from lstmlint.verify.agreement import LayerRow, rows
from lstmlint.verify.running import Verified

WIDE = 140
"""Columns where no terminal says how wide it is."""
STYLES = {"confirmed": "bold red", "refuted": "cyan", "disagrees": "bold yellow", "agrees": "green"}


def table(verified: Verified, colour: bool, columns: int | None) -> str:
    """A row for each recurrent layer that ran; empty where no model was run."""
    found = [row for path in verified.observations for row in rows(verified, path)]
    return _drawn(found, colour, columns or WIDE) if found else ""


def troubles(verified: Verified) -> str:
    """What could not be run, and why: a line each, and one for what would help."""
    text = ""
    for trouble in verified.troubles:
        text += f"{visible(trouble.path)}:{trouble.line}: {visible(trouble.message)}\n"
        if trouble.cure:
            text += f"  help: {visible(trouble.cure)}\n"
    return text


def shortfall(verified: Verified) -> str:
    """What the summary of a run owns up to: that nothing was verified, or how much could not be run."""
    if verified.shortfall:
        return "nothing was verified"
    models = sum(bool(trouble.model) for trouble in verified.troubles)
    numbers = {"model": models, "file": len(verified.troubles) - models}
    said = " and ".join(counted(number, noun) for noun, number in numbers.items() if number)
    return f"{said} could not be run" if said else ""


def _drawn(found: list[LayerRow], colour: bool, columns: int) -> str:
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("layer", "line", "input read as", "observed", "verdict"):
        drawn.add_column(heading, overflow="fold")
    for row in found:
        style = STYLES.get(row.verdict.split(" ")[0], "")
        verdict = f"[{style}]{row.verdict}[/]" if style else row.verdict
        drawn.add_row(visible(row.layer), str(row.line or ""), row.read_as, row.observed, verdict)
    file = StringIO()
    console = Console(
        file=file,
        width=columns,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
    )
    console.print(drawn)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().split("\n")).strip("\n") + "\n"


def judged_objects(verified: Verified) -> list[dict[str, Any]]:
    """The findings as JSON knows them, each with its verdict (null for what only running shows)."""
    found = []
    for diagnostic in (*verified.outcome.diagnostics, *verified.refuted):
        judged = verified.verdict(diagnostic)
        said = None if judged is None else {"verdict": judged.verdict.value, "reason": judged.reason}
        found.append({**as_object(diagnostic), "observed": said})
    return found


def findings_as_json(verified: Verified, with_refuted: bool) -> str:
    """The array that linting prints, with the verdicts."""
    refuted = {"verdict": "refuted"}
    found = [
        each
        for each in judged_objects(verified)
        if with_refuted or {"verdict": (each["observed"] or {}).get("verdict")} != refuted
    ]
    return json.dumps(found, indent=2) + "\n"


def as_json(verified: Verified) -> str:
    """Everything: findings with verdicts, the layers that ran, and what could not be run."""
    whole = {
        "findings": judged_objects(verified),
        "layers": [
            {"path": path, **dataclasses.asdict(row)} for path in verified.observations for row in rows(verified, path)
        ],
        "troubles": [dataclasses.asdict(trouble) for trouble in verified.troubles],
    }
    return json.dumps(whole, indent=2) + "\n"
