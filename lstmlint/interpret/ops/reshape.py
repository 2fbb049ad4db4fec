"""Operations that regroup entries without moving them: view, reshape, flatten, unflatten and their kin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstmlint.events import Reshaped
from lstmlint.interpret.ops.crossing import Target
from lstmlint.interpret.ops.matching import Match, match
from lstmlint.interpret.ops.shape import (
    AnyTensor,
    listed,
    name_axes,
    position_in,
    sizes_of,
    spread,
    tell_inserted,
    tensor_argument,
)
from lstmlint.interpret.ops.trail import SCRAMBLED, noted
from lstmlint.interpret.registry import Call, operation
from lstmlint.sizes import Opaque
from lstmlint.source import Place
from lstmlint.values import Axis, Const, External, Num, OpenTensor, Tensor, Value, as_int, as_size
from lstmlint.world import World


def targets_of(values: Sequence[Value] | None) -> list[Target] | None:
    """The sizes of a reshape as written; None where they are not known well enough."""
    if values is None:
        return None
    targets = [_target(value) for value in values]
    known = [target for target in targets if target is not None]
    return known if len(known) == len(targets) and sum(t.inferred for t in known) <= 1 else None


def _target(value: Value) -> Target | None:
    size = as_size(value)
    if size is None:
        return None
    if size.known is not None and size.known < 0:
        return Target(None, inferred=True) if size.known == -1 else None
    return Target(size, value.axis if isinstance(value, Num) else None)


def reshaped(world: World, source: AnyTensor, values: Sequence[Value] | None, place: Place) -> Value:
    """A tensor with its entries regrouped to some sizes, and the event that tells of it."""
    targets = targets_of(values)
    if targets is None:
        return world.unknown()
    if isinstance(source, OpenTensor):
        world.tensor(source, _rank_told(source, targets))
        result = _of_unknown_rank(world, source, targets)
        tell_inserted(world, source, result, place)
        return result
    return finished(world, source, match(world, source.axes, targets), place)


def _rank_told(source: OpenTensor, targets: Sequence[Target]) -> int | None:
    """How many axes a tensor has that is regrouped to its own sizes: all of them, or a -1 for those not mentioned.

    That a -1 stands for axes behind the last one mentioned would tell nothing of how many these are.
    """
    sizes = [target.size for target in targets if target.size is not None]
    symbols = [symbol for size in sizes for monomial, _ in size.terms for symbol in monomial]
    keys = [symbol.key for symbol in symbols if isinstance(symbol, Opaque)]
    numbers = [key[2] for key in keys if isinstance(key, tuple) and key[:2] == ("size", source.root)]
    if source.head or source.tail or source.drop or len(numbers) < len(symbols) or len(set(numbers)) < len(numbers):
        return None
    is_inferred = any(target.inferred for target in targets)
    if max(numbers, default=0) < 2 or min(numbers) < 0 or is_inferred == (len(numbers) == max(numbers) + 1):
        return None
    return int(max(numbers)) + 1


def finished(world: World, source: Tensor, found: Match, place: Place) -> Tensor:
    """The result of a reshape, its trail and its event."""
    result = replace(source, axes=found.axes)
    if found.scrambled:
        result = noted(result, SCRAMBLED, place)
    world.emit(Reshaped(place=place, source=source, result=result, scrambled=found.scrambled, moved=found.moved))
    tell_inserted(world, source, result, place)
    return result


def _of_unknown_rank(world: World, source: OpenTensor, targets: Sequence[Target]) -> Value:
    """The target says the rank; a last axis of the same size is the one the source ends with."""
    if len(targets) == 1 and targets[0].inferred:
        return _in_one_row(world, source)
    axes = [
        world.axis(target.size) if target.axis is None or target.size is None else Axis(target.axis, target.size)
        for target in targets
    ]
    if axes and source.tail and targets[-1].size == source.tail[-1].size:
        axes[-1] = source.tail[-1]
    return Tensor(tuple(axes))


def _in_one_row(world: World, source: OpenTensor) -> Tensor:
    """All entries along one new axis."""
    axis = world.axis()
    world.flattened[axis.id] = source
    return Tensor((axis,))


@operation("Tensor.view", "Tensor.reshape", "Tensor.resize_", "Tensor.resize")
def view(world: World, call: Call) -> Value:
    """Sizes one by one or as a sequence; view(dtype) leaves the axes as they are."""
    source = tensor_argument(world, call)
    if source is None:
        return world.unknown()
    if len(call.args) == 2 and _is_type(call.args[1]):
        return source
    result = reshaped(world, source, spread(world, call, 1, "shape", "size", "newshape"), call.place)
    _name_new(world, call, source, result)
    return result


def _name_new(world: World, call: Call, source: AnyTensor, result: Value) -> None:
    """Claims by the names of the sizes, on the axes of a sequence of vectors that were not there before."""
    if not isinstance(result, Tensor) or len(result.axes) != 3 or result.noted(SCRAMBLED) is not None:
        return
    old = {axis.id for axis in source.axes} if isinstance(source, Tensor) else set()
    name_axes(world, call, result.axes, old)


def _is_type(value: Value) -> bool:
    return _is_text(value) or (isinstance(value, External) and value.path.startswith(("torch.", "numpy.", "builtins.")))


def _is_text(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str)


@operation("torch.reshape", "numpy.reshape", "numpy.resize")
def reshape(world: World, call: Call) -> Value:
    """reshape(tensor, sizes); numpy's newshape may be one number."""
    source = tensor_argument(world, call)
    given = call.arg(1, "shape", "newshape")
    if source is None or given is None:
        return world.unknown()
    single = (given,) if isinstance(given, (Const, Num)) else None
    return reshaped(world, source, single or listed(world, given), call.place)


@operation("Tensor.view_as", "Tensor.reshape_as")
def reshape_as(world: World, call: Call) -> Value:
    """As another tensor's shape."""
    source, other = tensor_argument(world, call), call.arg(1, "other")
    if source is None or other is None:
        return world.unknown()
    return reshaped(world, source, sizes_of(world, other), call.place)


@operation("Tensor.flatten", "torch.flatten", "Tensor.ravel", "torch.ravel", "numpy.ravel")
def flatten(world: World, call: Call) -> Value:
    """Axes from start_dim (0) to end_dim (-1) become one."""
    source = tensor_argument(world, call)
    start, end = call.arg(1, "start_dim"), call.arg(2, "end_dim")
    if source is None or call.open_ended:
        return world.unknown()
    if start is None or _is_text(start):
        start, end = Const(0), end or Const(-1)
    if isinstance(source, OpenTensor):
        whole = as_int(start) == 0 and as_int(end or Const(-1)) == -1
        return _in_one_row(world, source) if whole else world.unknown()
    return merged(world, source, start, end or Const(-1), call.place)


def merged(world: World, source: Tensor, start: Value, end: Value, place: Place) -> Value:
    """A tensor with the axes from start to end, inclusive, merged into one."""
    rank = len(source.axes)
    first, last = position_in(start, rank), position_in(end, rank)
    if first is None or last is None or first > last:
        return world.unknown()
    inner = match(world, source.axes[first : last + 1], [Target(None, inferred=True)])
    axes = (*source.axes[:first], *inner.axes, *source.axes[last + 1 :])
    return finished(world, source, Match(axes), place)


@operation("Tensor.unflatten", "torch.unflatten")
def unflatten(world: World, call: Call) -> Value:
    """One axis split into the given sizes."""
    source = tensor_argument(world, call)
    targets = targets_of(listed(world, call.arg(2, "sizes", "unflattened_size")))
    if not isinstance(source, Tensor) or targets is None:
        return world.unknown()
    position = position_in(call.arg(1, "dim"), len(source.axes))
    if position is None:
        return world.unknown()
    inner = match(world, source.axes[position : position + 1], targets)
    axes = (*source.axes[:position], *inner.axes, *source.axes[position + 1 :])
    return finished(world, source, Match(axes, inner.scrambled, inner.moved), call.place)
