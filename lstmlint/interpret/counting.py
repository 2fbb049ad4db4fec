"""How many items there are: of containers and arrays, behind a range or a slice, and in several sequences side by side.

A number is given only where it is sure. One that takes in a loop's counter is not: it is another one in each round.
"""

from __future__ import annotations

from collections.abc import Sequence

from lstmlint.interpret.shapes import axis_at
from lstmlint.sizes import ONE, Size
from lstmlint.values import (
    Const,
    DictRef,
    ListRef,
    OpenTensor,
    Shape,
    Slice,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_size,
    as_slice,
)
from lstmlint.world import World


def count_of(world: World, value: Value | None) -> Size | None:
    """How many items a loop over a value goes through; None where that is not known."""
    if isinstance(value, ListRef):
        return world.length_of(value)
    if isinstance(value, Tuple):
        return Size.of(len(value.items))
    if isinstance(value, DictRef):
        return None if world.is_open_dict(value) else Size.of(len(world.entries(value)))
    if isinstance(value, Const):
        return Size.of(len(value.value)) if isinstance(value.value, (str, bytes)) else None
    if isinstance(value, Shape):
        tensor = world.tensor(value.of)
        return Size.of(len(tensor.axes)) if isinstance(tensor, Tensor) else None
    if isinstance(value, (Tensor, OpenTensor)) or (isinstance(value, Unknown) and world.rank(value.root) is not None):
        return _first_axis(world, value)
    return None


def _first_axis(world: World, value: Value) -> Size | None:
    tensor = world.tensor(value)
    axis = None if tensor is None else axis_at(tensor, 0)
    return None if axis is None else steady(axis.size)


def steady(size: Size | None) -> Size | None:
    """A size that is the same in each round of a loop; None for others."""
    return None if size is None or size.has_counter else size


def count_of_range(bounds: Sequence[Value]) -> Size | None:
    """How many numbers `range(*bounds)` gives, taking it to give some where its bounds are not known."""
    sizes = [as_size(bound) for bound in bounds]
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes) or not 0 < len(known) < 4:
        return None
    start, stop, step = (Size.of(0), *known, ONE) if len(known) == 1 else (*known, ONE)[:3]
    numbers = [size.known for size in (start, stop, step) if size.known is not None]
    if len(numbers) == 3:
        return Size.of(len(range(*numbers))) if numbers[2] else None
    length = stop - start if step == ONE else (stop - start).divided_by(step)
    return None if length is None or (length.known or 0) < 0 else steady(length)


def count_after(length: Size | None, cut: Slice) -> Size | None:
    """How many of so many items a slice takes; None where the slice may reach over an end."""
    bounds = as_slice(cut)
    if length is None or bounds is None:
        return None
    if length.known is not None:
        return Size.of(len(range(*bounds.indices(length.known))))
    if bounds in (slice(None), slice(None, None, -1)):
        return length
    start, stop = bounds.start or 0, bounds.stop
    is_inside = start >= 0 and (stop is None or stop < 0) and bounds.step in (None, 1)
    return length - Size.of(start - (stop or 0)) if is_inside else None


def shortest(lengths: Sequence[Size | None]) -> Size | None:
    """The least of some lengths; None where it is not sure which that is."""
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        return None
    for length in known:
        if all(other == length or ((other - length).minimum or -1) >= 0 for other in known):
            return length
    return None


def total(lengths: Sequence[Size | None]) -> Size | None:
    """The sum of some lengths; None where one is not known."""
    known = [length for length in lengths if length is not None]
    return sum(known, Size.of(0)) if len(known) == len(lengths) else None
