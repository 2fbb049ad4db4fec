"""Which entries of an axis belong to a sample, and what several changed samples say together; for any framework."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lstmlint.verify.contracts import MIXED, OWNED, UNCHANGED, UNKNOWN, Place


@dataclass(frozen=True)
class Change:
    """The sample that was changed, of how many."""

    sample: int
    of: int


def rows_of(size: int, change: Change) -> tuple[set[int], set[int]]:
    """The entries of an axis that belong to the sample: all in a row, or one in every so many."""
    times = size // change.of
    return (
        set(range(change.sample * times, (change.sample + 1) * times)),
        set(range(change.sample, size, change.of)),
    )


def joined(states: list[int]) -> int:
    """What several changed samples say together of one tensor: the worst, or the axis."""
    for worst in (UNKNOWN, MIXED):
        if worst in states:
            return worst
    if OWNED in states:
        return OWNED if states.count(OWNED) == 1 and set(states) <= {OWNED, UNCHANGED} else MIXED
    axes = {state for state in states if state >= 0}
    if not axes:
        return UNCHANGED
    return axes.pop() if len(axes) == 1 else MIXED


@dataclass
class Compared:
    """One call of a later run, held against its record."""

    inputs: list[int]
    outputs: list[int]
    begins: bool
    raw: list[Any] = field(default_factory=list)
    around: tuple[Place, ...] = ()
    """Where samples are no longer apart after it: the calls of the user's functions that it lies in."""
