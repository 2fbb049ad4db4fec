"""What `lower:upper:step` leaves of an axis: the same axis with another number of entries."""

from __future__ import annotations

from lstmlint.interpret.ops.shape import resized
from lstmlint.sizes import ONE, Size
from lstmlint.values import NONE, Axis, Num, Role, Slice, Unknown, Value, as_int, as_size, as_slice
from lstmlint.world import World


def is_full(part: Slice) -> bool:
    """True for `:` and its longer spellings."""
    starts, ends = _given(part.lower) in (None, Size.of(0)), _given(part.upper) is None
    return starts and ends and _given(part.step) in (None, ONE) and not _is_strange(part)


def only_entry(part: Slice) -> Value | None:
    """The position of the one entry that a slice leaves, where it is the last (`-1:`) or counted out (`n - 1:n`)."""
    if part.step is not None or part.lower is None:
        return None
    if part.upper is None:
        return part.lower if as_int(part.lower) == -1 or _is_last_position(part.lower) else None
    lower, upper = as_size(part.lower), as_size(part.upper)
    return part.lower if lower is not None and upper == lower + ONE and _is_last_position(part.lower) else None


def _is_last_position(value: Value) -> bool:
    return isinstance(value, Num) and value.last_of is not None


def sliced(world: World, axis: Axis, part: Slice) -> Axis:
    """An axis after a slice; itself where all entries stay."""
    if is_full(part) or reverses(part):
        return axis
    size = _known_length(axis, part) or _symbolic_length(axis, part)
    if size == axis.size:
        return axis
    return world.axis(size) if axis.role is Role.STACK and _ends_elsewhere(part) else resized(world, axis, size)


def _ends_elsewhere(part: Slice) -> bool:
    """True where what a slice leaves of a state no longer ends with the last layer, or leaves out entries between."""
    return _given(part.upper) is not None or _given(part.step) not in (None, ONE)


def reverses(part: Slice) -> bool:
    """True for `::-1`."""
    return part.lower is None and part.upper is None and part.step is not None and as_int(part.step) == -1


def _given(bound: Value | None) -> Size | None:
    """A bound as a size; None where there is none. An unknown bound has a size of its own."""
    return None if bound is None or bound == NONE else as_size(bound)


def _known_length(axis: Axis, part: Slice) -> Size | None:
    """The number of entries where the axis and all bounds are known numbers."""
    bounds = as_slice(part)
    length = axis.size.known
    return None if length is None or length < 0 or bounds is None else Size.of(len(range(*bounds.indices(length))))


def _is_strange(part: Slice) -> bool:
    """True where a bound is no integer at all, or nothing is known of it."""
    bounds = [bound for bound in (part.lower, part.upper, part.step) if bound is not None and bound != NONE]
    return any(as_size(bound) is None or isinstance(bound, Unknown) for bound in bounds)


def _symbolic_length(axis: Axis, part: Slice) -> Size | None:
    """The number of entries as the bounds say it, taking them to lie inside the axis; None where that is not sure."""
    if _is_strange(part):
        return None
    length = _between(axis, _given(part.lower), _given(part.upper))
    step = _given(part.step)
    if length is None or (length.known is not None and length.known <= 0):
        return None
    if step is None or step == ONE:
        return length
    if step.known is None or step.known < 1:
        return None
    return length.divided_by(step)


def _between(axis: Axis, lower: Size | None, upper: Size | None) -> Size | None:
    start = _from_front(axis, lower if lower is not None else Size.of(0))
    stop = _from_front(axis, upper) if upper is not None else axis.size
    return None if start is None or stop is None else stop - start


def _from_front(axis: Axis, bound: Size) -> Size | None:
    """A bound counted from the front; None where it is not known from which end it counts."""
    if bound.minimum is not None and bound.minimum >= 0:
        return bound
    back = bound * Size.of(-1)
    return axis.size + bound if back.minimum is not None and back.minimum > 0 else None
