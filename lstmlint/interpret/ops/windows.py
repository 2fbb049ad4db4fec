"""Windows that move along an axis: how many of them fit, and a layer's numbers for each of several axes."""

from __future__ import annotations

from lstmlint.values import Const, Tuple, Value, as_int


def places(length: int, window: int, step: int, dilation: int) -> int | None:
    """How many places a window takes along an axis, padding counted in; None where it does not fit."""
    found = (length - dilation * (window - 1) - 1) // step + 1
    return found if found > 0 else None


def number_for(value: Value | None, position: int, count: int) -> int | None:
    """The number that a parameter has for one of so many axes: one for all, or one each."""
    if isinstance(value, Const) and isinstance(value.value, tuple):  # a default
        return value.value[position] if len(value.value) == count else None
    if isinstance(value, Tuple):
        return as_int(value.items[position]) if len(value.items) == count else None
    return None if value is None else as_int(value)
