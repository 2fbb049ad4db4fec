"""Windows that move along an axis: cut out of an array, how many of them fit, a layer's numbers for several axes."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events import Windowed
from lstmlint.interpret.ops.shape import listed, position_in, resized, tensor_argument, with_axis
from lstmlint.interpret.ops.trail import as_array
from lstmlint.interpret.registry import Call, operation
from lstmlint.sizes import ONE, Size
from lstmlint.source import Place
from lstmlint.values import NONE, Axis, Const, Num, Tensor, Tuple, Value, as_int, as_size
from lstmlint.world import World


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


@operation("Tensor.unfold")
def unfold(world: World, call: Call) -> Value:
    """Windows of `size` entries every `step` along an axis; the entries of a window are a new last axis."""
    source = tensor_argument(world, call)
    size, step = as_size(call.arg(2, "size")), as_size(call.arg(3, "step"))
    if not isinstance(source, Tensor) or size is None or step is None:
        return world.unknown()
    position = position_in(call.arg(1, "dimension"), len(source.axes))
    if position is None:
        return world.unknown()
    axis = source.axes[position]
    count = (axis.size - size).floor_divided_by(step)
    windows = resized(world, axis, None if count is None else count + Size.of(1))
    return _with_window(world, source, position, windows, world.axis(size), call.place)


@operation("numpy.lib.stride_tricks.sliding_window_view")
def sliding_window_view(world: World, call: Call) -> Value:
    """Windows at each place along one axis or several; the entries of a window are new last axes, in their order.

    Without `axis` there is a window for each axis, and of a single one the array is a row.
    """
    wanted, axis = call.arg(1, "window_shape") or NONE, call.arg(2, "axis") or NONE
    several = listed(world, wanted)
    sizes = several or (wanted,)
    places = tuple(map(Const, range(len(sizes)))) if axis == NONE else listed(world, axis) or (axis,)
    given, rank = call.arg(0, "x") or world.unknown(), len(sizes) if axis == NONE else None
    source = world.tensor(given, rank, presumed=several is None and as_size(wanted) is None)
    if not isinstance(source, Tensor) or len(places) != len(sizes):
        return world.unknown()
    result: Value = source
    for place, size in zip(places, sizes, strict=True):
        position = position_in(place, len(source.axes))
        if position is None or not isinstance(result, Tensor):
            return world.unknown()
        result = _slid(world, result, position, size, call.place)
    return as_array(result, call.place)


def _slid(world: World, source: Tensor, position: int, window: Value, place: Place) -> Value:
    """Windows of a size at each place along an axis; a window as long as the axis is that axis, found once."""
    axis, size = source.axes[position], as_size(window)
    if size is None:
        return _with_window(world, source, position, resized(world, axis, None), world.axis(), place)
    if axis.size == size or (isinstance(window, Num) and window.axis == axis.id):
        return replace(source, axes=(*source.axes[:position], world.axis(ONE), *source.axes[position + 1 :], axis))
    windows = resized(world, axis, axis.size - size + Size.of(1))
    return _with_window(world, source, position, windows, world.axis(size), place)


def _with_window(world: World, source: Tensor, position: int, windows: Axis, steps: Axis, place: Place) -> Value:
    """A tensor with an axis that counts windows in the place of one that they move along, and their entries last."""
    result = with_axis(source, position, windows)
    if not isinstance(result, Tensor):
        return world.unknown()
    result = replace(result, axes=(*result.axes, steps))
    world.emit(Windowed(place=place, source=source, position=position, steps=steps, result=result))
    return result
