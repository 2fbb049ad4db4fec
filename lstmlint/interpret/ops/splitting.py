"""Tensors taken apart along an axis: unbind, chunk and split, each with torch's or numpy's idea of its argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from lstmlint.interpret.counting import steady
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.selection import along
from lstmlint.interpret.ops.shape import DIM, listed, position_in, resized, tensor_argument, without_axis
from lstmlint.interpret.ops.slices import sliced
from lstmlint.interpret.registry import Call, operation
from lstmlint.sizes import Size
from lstmlint.values import Axis, Const, ListRef, Slice, Tensor, Tuple, Value, as_int, as_size
from lstmlint.world import Unbound, World

MOST = 16
"""A tensor is taken apart piece by piece up to this many; beyond, one piece stands for all."""


@operation("Tensor.unbind", "torch.unbind", "numpy.unstack")
def unbind(world: World, call: Call) -> Value:
    """All entries of an axis (0), which is dropped."""
    source, dim = tensor_argument(world, call), call.arg(1, *DIM) or Const(0)
    if source is None:
        return world.unknown()
    position = along(source, dim)
    piece = None if position is None else without_axis(source, position)
    if piece is None or position is None:
        return world.unknown()
    count = source.axes[position].size if isinstance(source, Tensor) else None
    pieces = _pieces(world, piece, count)
    if isinstance(source, Tensor):
        world.unbound[pieces.address] = Unbound(source, position, world.items(pieces), dim)
    return pieces


def _pieces(world: World, piece: Value, count: Size | None) -> ListRef:
    """Equal pieces: all of them where their number is known and small, else one as a sample."""
    if count is not None and count.known is not None and count.known <= MOST:
        return world.new_list((piece,) * count.known)
    return world.new_list((piece,), open_ended=True, length=steady(count))


def _parts(world: World, call: Call, cut: Callable[[Axis], list[Axis] | None]) -> Value:
    """A tensor taken apart along an axis (0): `cut` gives the axis of each piece, None where unknown."""
    source, dim = tensor_argument(world, call), call.arg(2, *DIM) or Const(0)
    if not isinstance(source, Tensor):
        return world.unknown()
    position = position_in(dim, len(source.axes))
    if position is None:
        return world.unknown()
    axes = cut(source.axes[position])
    world.pieces.setdefault(source.axes[position].id, call.place)
    pieces = [
        replace(source, axes=(*source.axes[:position], axis, *source.axes[position + 1 :]))
        for axis in axes or [resized(world, source.axes[position], None)]
    ]
    return world.new_list(pieces, open_ended=True) if axes is None else Tuple(tuple(pieces))


@operation("Tensor.chunk", "torch.chunk")
def chunk(world: World, call: Call) -> Value:
    """Pieces by their number; the last may be shorter, and there may be fewer."""
    number = as_int(call.arg(1, "chunks"))

    def cut(axis: Axis) -> list[Axis] | None:
        if number is None or not 0 < number <= MOST:
            return None
        if axis.size.known is not None:
            length = -(-axis.size.known // number)
            return _lengths(world, axis, length, axis.size.known) if length else None
        size = axis.size.divided_by(Size.of(number))
        return [resized(world, axis, size) for _ in range(number)]

    return _parts(world, call, cut)


def _lengths(world: World, axis: Axis, length: int, whole: int) -> list[Axis] | None:
    """Pieces of a length, the last one shorter; None where they are too many."""
    if whole > length * MOST:
        return None
    return [resized(world, axis, Size.of(min(length, whole - start))) for start in range(0, whole, length)]


@operation("Tensor.split", "torch.split", "Tensor.split_with_sizes", "torch.split_with_sizes")
def split(world: World, call: Call) -> Value:
    """Pieces by their length, or by a list of lengths."""
    given = call.arg(1, "split_size_or_sections", "split_size", "split_sizes")
    listed_sizes, length = listed(world, given), as_size(given)

    def cut(axis: Axis) -> list[Axis] | None:
        if listed_sizes is not None:
            return [resized(world, axis, as_size(value)) for value in listed_sizes]
        if length is None:
            return None
        if axis.size.known is not None and length.known is not None and length.known > 0:
            return _lengths(world, axis, length.known, axis.size.known)
        count = axis.size.divided_by(length)
        if count is None or count.known is None or not 0 < count.known <= MOST:
            return None
        return [resized(world, axis, length) for _ in range(count.known)]

    if isinstance(given, Const) and not isinstance(given.value, int):
        return world.unknown()
    return _parts(world, call, cut)


@operation(
    *names("split array_split hsplit vsplit", "numpy"),
    "torch.tensor_split",
    "Tensor.tensor_split",
)
def split_by_number(world: World, call: Call) -> Value:
    """Pieces by their number, or by a list of the positions at which to cut."""
    given = call.arg(1, "indices_or_sections", "sections", "indices")
    number, bounds = as_int(given), listed(world, given)

    def cut(axis: Axis) -> list[Axis] | None:
        if bounds is not None:
            ends: list[Value | None] = [None, *bounds, None]
            return [sliced(world, axis, Slice(lower, upper, None)) for lower, upper in pairwise(ends)]
        if number is None or not 0 < number <= MOST:
            return None
        if axis.size.known is not None:
            each, longer = divmod(axis.size.known, number)
            return [resized(world, axis, Size.of(each + (place < longer))) for place in range(number)]
        size = axis.size.divided_by(Size.of(number))
        return [resized(world, axis, size) for _ in range(number)]

    if call.name == "numpy.hsplit":
        call = replace(call, kwargs={**call.kwargs, "axis": Const(1)})
    return _parts(world, call, cut)
