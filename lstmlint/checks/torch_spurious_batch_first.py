"""Time-first data in a layer built with batch_first=True: it takes the steps for samples."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import flag_place, layouts, reasons, sureness
from lstmlint.checks.facts import Facts
from lstmlint.events import Built
from lstmlint.findings import Finding, check
from lstmlint.interpret.wording import callee_text


@check("torch-spurious-batch-first", on=Built)
def time_first_data_read_as_batch_first(built: Built, facts: Facts) -> Iterator[Finding]:
    """A layer with batch_first=True whose layout is outweighed by what else is known of its input."""
    readings = layouts(facts).faults_at(built)
    if not readings or not readings[0].batch_first:
        return
    reading = readings[0]
    name = callee_text(reading.called.place)
    yield Finding(
        flag_place(built.layer, "batch_first"),
        f"`{name}` reads axis 0 of its input as batch (batch_first=True), but the data has time there",
        because=reasons(reading),
        cure=f"give `{name}` batch-first data, or build it without batch_first",
        confidence=sureness(readings),
    )
