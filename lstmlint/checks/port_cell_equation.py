"""An LSTM cell written by hand whose output is that of the step before."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.events import StaleOutput
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.wording import shortened


@check("port-cell-equation", on=StaleOutput)
def output_of_the_old_cell_state(stale: StaleOutput, facts: Facts) -> Iterator[Finding]:
    """`o * tanh(c)` beside `c_next = f * c + i * g`."""
    is_overwritten = stale.new == stale.old
    new = f"`{stale.new}`" if stale.new and not is_overwritten else "what the update gives"
    yield Finding(
        stale.place,
        f"`{shortened(stale.place.text)}` takes the cell state `{stale.old}` from before this step's update, "
        "so what this step reads and forgets shows one step later",
        because=(Evidence(stale.update, "the new cell state is computed here, from the same gates"),),
        cure=f"update the cell state first, and take the tanh of {new}",
    )
