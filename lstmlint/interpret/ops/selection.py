"""Taking entries or stretches of an axis by a function: select, narrow, gather and their kin."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events import Gathered
from lstmlint.interpret.ops.indexing import index, named_at, selected, selected_last
from lstmlint.interpret.ops.shape import (
    DIM,
    AnyTensor,
    position_in,
    resized,
    tensor_argument,
    with_axis,
    without_axis,
)
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.wording import argument_text
from lstmlint.sizes import ONE, Size
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    ListRef,
    Role,
    Slice,
    Strength,
    Tensor,
    Tuple,
    Value,
    as_int,
    as_size,
)
from lstmlint.world import World

FULL = Slice(None, None, None)


def along(source: AnyTensor, value: Value | None) -> int | None:
    """An axis argument as a position that is sure for this tensor."""
    return position_in(value, len(source.axes)) if isinstance(source, Tensor) else as_int(value)


@operation("Tensor.select", "torch.select")
def select(world: World, call: Call) -> Value:
    """One entry of an axis; the axis is dropped."""
    source, value = tensor_argument(world, call), call.arg(2, "index")
    if source is None or value is None:
        return world.unknown()
    position = along(source, call.arg(1, "dim"))
    result = None if position is None else without_axis(source, position)
    if result is None or position is None:
        return world.unknown()
    if isinstance(source, Tensor) and isinstance(result, Tensor):
        selected(world, source, position, value, result, call.place, named=named_at(call.arg(1, "dim")))
    return result


@operation("Tensor.narrow", "torch.narrow")
def narrow(world: World, call: Call) -> Value:
    """`length` entries of an axis from `start` on."""
    source, length = tensor_argument(world, call), as_size(call.arg(3, "length"))
    if source is None:
        return world.unknown()
    position = along(source, call.arg(1, "dim"))
    if position is None:
        return world.unknown()
    if not isinstance(source, Tensor):
        return with_axis(source, position, world.axis(length)) or world.unknown()
    axis = source.axes[position]
    result = with_axis(source, position, axis if length == axis.size else resized(world, axis, length))
    start = call.arg(2, "start")
    if isinstance(result, Tensor) and start is not None and length == ONE:
        selected_last(world, source, position, start, result, call.place, named=named_at(call.arg(1, "dim")))
    return result or world.unknown()


@operation("Tensor.index_select", "torch.index_select", "numpy.take", "Tensor.take")
def index_select(world: World, call: Call) -> Value:
    """index_select(tensor, dim, positions); numpy's take(array, positions, axis)."""
    source = tensor_argument(world, call)
    takes = call.name.endswith("take")
    given = call.arg(1 if takes else 2, "index", "indices")
    dim = call.arg(2 if takes else 1, *DIM)
    if not isinstance(source, Tensor) or given is None:
        return world.unknown()
    if takes and dim in (None, NONE):
        return given if isinstance(given, Tensor) else world.unknown()
    position = position_in(dim, len(source.axes))
    if position is None:
        return world.unknown()
    if not takes and not isinstance(given, (Tensor, ListRef, Tuple)):
        axis = resized(world, source.axes[position], None)
        return with_axis(source, position, axis) or world.unknown()
    return index(world, source, (*([FULL] * position), given), call.place, call.place.text)


@operation("Tensor.masked_select", "torch.masked_select", "numpy.extract", "numpy.compress")
def masked_select(world: World, call: Call) -> Value:
    """The entries under a mask, in one row."""
    source = tensor_argument(world, call)
    return world.unknown() if source is None else Tensor((world.axis(),))


@operation("Tensor.nonzero", "torch.nonzero", "torch.argwhere", "Tensor.argwhere", "numpy.argwhere")
def nonzero(world: World, call: Call) -> Value:
    """One row for each entry that is not zero, one column for each axis."""
    source = tensor_argument(world, call)
    if not isinstance(source, Tensor) or call.kwargs or len(call.args) > 1:
        return world.unknown()
    return Tensor((world.axis(), world.axis(Size.of(len(source.axes)))))


# Gathering


@operation(
    "Tensor.gather",
    "torch.gather",
    "torch.take_along_dim",
    "Tensor.take_along_dim",
    "numpy.take_along_axis",
)
def gather(world: World, call: Call) -> Value:
    """Entries along one axis by positions of the result's shape.

    Where a sequence of three axes gives one entry along axis 0 or 1 per sample, that axis is taken for time.
    """
    after = "take_along" in call.name
    source = tensor_argument(world, call)
    given, dim = call.arg(1 if after else 2, "index", "indices"), call.arg(2 if after else 1, *DIM)
    if not isinstance(source, Tensor) or given is None:
        return world.unknown()
    rank = len(source.axes)
    position = position_in(dim, rank)
    if position is None:
        return world.unknown()
    positions = world.tensor(given, rank=rank)
    if not isinstance(positions, Tensor):
        return with_axis(source, position, resized(world, source.axes[position], None)) or world.unknown()
    pairs = zip(source.axes, positions.axes, strict=True)
    axes = tuple(_gathered(world, axis, wanted, place == position) for place, (axis, wanted) in enumerate(pairs))
    result = replace(source, axes=axes)
    if rank == 3 and position < 2 and positions.axes[position].is_single:
        _claim_gathered(world, source, position, call)
        world.emit(Gathered(place=call.place, source=source, position=position, positions=positions, result=result))
    return result


def _gathered(world: World, axis: Axis, wanted: Axis, along_it: bool) -> Axis:
    """An axis of the result: the source's, as long as the positions' where that is known to differ."""
    if axis.size == wanted.size or (not along_it and wanted.size.known is None):
        return axis
    return resized(world, axis, wanted.size)


def _claim_gathered(world: World, source: Tensor, position: int, call: Call) -> None:
    quoted = argument_text(call, 0, "the sequence")
    time, batch = source.axes[position], source.axes[1 - position]
    text = f"gathers one step of axis {position} of `{quoted}` per sample"
    world.claim(time, Role.TIME, Strength.STRUCTURE, call.place, text)
    text = f"gathers for each sample along axis {1 - position} of `{quoted}`"
    world.claim(batch, Role.BATCH, Strength.STRUCTURE, call.place, text)


@operation("torch.diff", "Tensor.diff", "numpy.diff")
def diff(world: World, call: Call) -> Value:
    """Differences of neighbours along an axis (-1): `n` (1) entries less."""
    source, times = tensor_argument(world, call), as_size(call.arg(1, "n") or Const(1))
    if source is None or times is None:
        return world.unknown()
    position = along(source, call.arg(2, *DIM) or Const(-1))
    if position is None:
        return world.unknown()
    if not isinstance(source, Tensor):
        return with_axis(source, position, world.axis()) or world.unknown()
    axis = source.axes[position]
    return with_axis(source, position, resized(world, axis, axis.size - times)) or world.unknown()
