"""What a model does if samples stand on a certain axis of its input, from runs with one sample changed at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lstmlint.verify.contracts import MIXED, OWNED, UNCHANGED, UNKNOWN
from lstmlint.verify.worker.samples import Compared, joined


@dataclass
class Hypothesis:
    """What the model does if the samples stand on this axis of its input."""

    axis: int
    runs: list[Any] = field(default_factory=list)
    states: list[list[int]] = field(default_factory=list)
    """What became of each output, by run."""

    @property
    def holds(self) -> bool:
        """True where each sample has an output of its own that no other sample moves."""
        flat = [state for states in self.states for state in states]
        if any(compared.begins for run in self.runs for compared in run.compared):
            return False
        return not {MIXED, UNKNOWN, OWNED} & set(flat) and all(max(states, default=-1) >= 0 for states in self.states)

    @property
    def is_open(self) -> bool:
        """True where the runs cannot be compared."""
        return any(run.diverged for run in self.runs) or all(UNKNOWN in states for states in self.states)

    def merged(self, number: int) -> Compared | None:
        """What all runs say of one call."""
        found = [run.compared[number] for run in self.runs if number < len(run.compared)]
        if not found:
            return None
        sides = ([list(each) for each in zip(*(c.inputs for c in found), strict=False)],)
        outputs = [list(each) for each in zip(*(c.outputs for c in found), strict=False)]
        before, after = [joined(states) for states in sides[0]], [joined(states) for states in outputs]
        begins = any(compared.begins for compared in found)
        apart = not {MIXED, UNKNOWN} & set(before)
        around = next((compared.around for compared in found if compared.around), ())
        return Compared(before, after, begins or (apart and MIXED in after) or self._loses(before, after), [], around)

    def _loses(self, before: list[int], after: list[int]) -> bool:
        """True where one sample is left of all, and no output is each sample's own."""
        if self.holds or not any(state >= 0 for state in before) or any(state >= 0 for state in after):
            return False
        return OWNED in after and after.count(OWNED) + after.count(UNCHANGED) == len(after) == 1
