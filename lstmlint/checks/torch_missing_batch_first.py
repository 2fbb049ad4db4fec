"""Batch-first data in a layer built without batch_first: it walks from sample to sample instead of step to step."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import flag_place, layouts, reasons, sureness
from lstmlint.checks.facts import Facts
from lstmlint.events import Built
from lstmlint.findings import Finding, check
from lstmlint.interpret.wording import callee_text


@check("torch-missing-batch-first", on=Built)
def batch_first_data_read_as_time_first(built: Built, facts: Facts) -> Iterator[Finding]:
    """A layer without batch_first whose layout is outweighed by what else is known of its input."""
    readings = layouts(facts).faults_at(built)
    if not readings or readings[0].batch_first:
        return
    reading = readings[0]
    name = callee_text(reading.called.place)
    if reading.source.axes[1].is_single:
        yield Finding(
            reading.called.place,
            f"`{name}` reads axis 0 as time, but it is the batch: all samples become the steps of one sequence",
            because=reasons(reading),
            cure="build it with `batch_first=True`, or put the axis of size 1 in front of the steps of one sequence",
            confidence=sureness(readings),
        )
        return
    yield Finding(
        flag_place(built.layer, "batch_first"),
        f"`{name}` reads axis 0 of its input as time (built without batch_first), but the data has the batch there",
        because=reasons(reading),
        cure="build it with `batch_first=True`; h_n and c_n stay (layers x directions, batch, hidden)",
        confidence=sureness(readings),
    )
