"""Operations that put axes in another order; every axis keeps its identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import (
    listed,
    permutation,
    position_in,
    positions_in,
    ranked_by_result,
    spread,
    tensor_argument,
)
from lstmlint.interpret.ops.trail import PADDED, TRANSPOSED, TURNED, is_array, noted, turned_round, without_notes
from lstmlint.interpret.registry import Call, operation
from lstmlint.source import Place
from lstmlint.values import NONE, Const, OpenTensor, Tensor, Value
from lstmlint.world import World


def reordered(source: Tensor, order: Sequence[int], place: Place) -> Tensor:
    """A tensor with its axes in another order; exchanging the first two is noted."""
    result = replace(source, axes=tuple(source.axes[position] for position in order))
    if len(order) > 1 and order.index(1) < order.index(0):
        return noted(result, TRANSPOSED if len(order) > 2 else TURNED, place)
    return result


def _exchanged(world: World, source: Tensor, one: Value | None, other: Value | None, place: Place) -> Value:
    rank = len(source.axes)
    first, second = position_in(one, rank), position_in(other, rank)
    if first is None or second is None:
        return world.unknown()
    order = list(range(rank))
    order[first], order[second] = order[second], order[first]
    return reordered(source, order, place)


def _permuted(world: World, call: Call, values: Sequence[Value] | None) -> Value:
    source = tensor_argument(world, call, rank=None if values is None else len(values))
    if not isinstance(source, Tensor) or values is None:
        return world.unknown()
    order = permutation(values, len(source.axes))
    return world.unknown() if order is None else reordered(source, order, call.place)


def _reversed(world: World, call: Call) -> Value:
    source = tensor_argument(world, call)
    if not isinstance(source, Tensor):
        return world.unknown()
    return reordered(source, range(len(source.axes))[::-1], call.place)


@operation("Tensor.permute", "Tensor.permute_")
def permute(world: World, call: Call) -> Value:
    """Positions one by one or as a sequence; their number is the rank."""
    return _permuted(world, call, spread(world, call, 1, "dims"))


@operation("torch.permute")
def permute_function(world: World, call: Call) -> Value:
    """permute(tensor, positions)."""
    return _permuted(world, call, listed(world, call.arg(1, "dims")))


@operation("numpy.transpose", "numpy.permute_dims")
def numpy_transpose(world: World, call: Call) -> Value:
    """transpose(array, axes=None): without axes, all of them the other way round."""
    axes = call.arg(1, "axes")
    return _reversed(world, call) if axes in (None, NONE) else _permuted(world, call, listed(world, axes))


@operation("Tensor.transpose", "Tensor.transpose_")
def transpose(world: World, call: Call) -> Value:
    """torch: two axes exchanged. numpy: a permutation, one by one or as a tuple; without arguments all reversed."""
    given = spread(world, call, 1, "axes")
    if given is None and not call.open_ended and not call.kwargs:
        return _reversed(world, call) if len(call.args) < 2 or call.args[1] == NONE else world.unknown()
    if call.open_ended:
        return world.unknown()
    as_tuple = "axes" in call.kwargs or (len(call.args) == 2 and "dim1" not in call.kwargs)
    if given is not None and (as_tuple or len(given) > 2 or (is_array(call.args[0]) and len(given) == 2)):
        return _permuted(world, call, given)
    return swapaxes(world, call)


@operation(
    *names("swapaxes swapdims", "torch", "Tensor"),
    *names("swapaxes_ swapdims_", "Tensor"),
    "torch.transpose",
    "numpy.swapaxes",
)
def swapaxes(world: World, call: Call) -> Value:
    """Two axes exchanged."""
    given = tensor_argument(world, call)
    if given is None:
        return world.unknown()
    source, unknown = ranked_by_result(world, given)
    if not isinstance(source, Tensor):
        return unknown
    one, other = call.arg(1, "dim0", "axis0", "axis1"), call.arg(2, "dim1", "axis1", "axis2")
    if len(call.args) < 2 and "axis0" not in call.kwargs and "axis2" in call.kwargs:
        one, other = call.kwargs.get("axis1"), call.kwargs["axis2"]
    return _exchanged(world, source, one, other, call.place)


@operation("Tensor.t", "torch.t", "Tensor.t_")
def transpose_matrix(world: World, call: Call) -> Value:
    """A matrix turned; what has one axis or none stays as it is."""
    source = tensor_argument(world, call)
    if isinstance(source, OpenTensor):
        source = world.tensor(source, rank=2)
    if not isinstance(source, Tensor) or len(source.axes) > 2:
        return world.unknown()
    return reordered(source, range(len(source.axes))[::-1], call.place)


@operation("Tensor.T", "Tensor.H")
def all_reversed(world: World, call: Call) -> Value:
    """`x.T`: all axes the other way round."""
    return _reversed(world, call)


@operation("Tensor.mT", "Tensor.mH", "Tensor.adjoint", "torch.adjoint", "numpy.matrix_transpose")
def matrix_transposed(world: World, call: Call) -> Value:
    """`x.mT`: the last two axes exchanged."""
    source = tensor_argument(world, call)
    if not isinstance(source, Tensor):
        return world.unknown()
    return _exchanged(world, source, Const(-2), Const(-1), call.place)


@operation(
    *names("movedim moveaxis", "torch", "Tensor"),
    "numpy.moveaxis",
)
def movedim(world: World, call: Call) -> Value:
    """Some axes moved to other positions, the others stay in order."""
    source = tensor_argument(world, call)
    if not isinstance(source, Tensor):
        return world.unknown()
    rank = len(source.axes)
    origins = positions_in(world, call.arg(1, "source"), rank)
    goals = positions_in(world, call.arg(2, "destination"), rank)
    if origins is None or goals is None or len(origins) != len(goals):
        return world.unknown()
    order = [position for position in range(rank) if position not in origins]
    for goal, origin in sorted(zip(goals, origins, strict=True)):
        order.insert(goal, origin)
    return reordered(source, order, call.place)


@operation("numpy.rollaxis")
def rollaxis(world: World, call: Call) -> Value:
    """One axis rolled back until it lies before `start` (0)."""
    source = tensor_argument(world, call)
    if not isinstance(source, Tensor):
        return world.unknown()
    rank = len(source.axes)
    axis = position_in(call.arg(1, "axis"), rank)
    start = position_in(call.arg(2, "start") or Const(0), rank + 1)
    if axis is None or start is None:
        return world.unknown()
    order = [position for position in range(rank) if position != axis]
    order.insert(start - (axis < start), axis)
    return reordered(source, order, call.place)


@operation(
    *names("roll tril triu", "torch", "Tensor", "numpy"),
    *names("tril_ triu_", "Tensor"),
)
def kept(world: World, call: Call) -> Value:
    """Entries move along their own axes, the axes stay; roll without an axis is no exception.

    Padding that stood behind the end of each sequence may stand anywhere then.
    """
    source = tensor_argument(world, call)
    return without_notes(source, PADDED) if isinstance(source, Tensor) else source or world.unknown()


@operation(*names("flip fliplr flipud", "torch", "Tensor", "numpy"))
def flipped(world: World, call: Call) -> Value:
    """The entries of one axis or several the other way round; the axes stay."""
    source = kept(world, call)
    if not isinstance(source, Tensor):
        return source
    given = spread(world, call, 1, "dims", "axis")
    found = [position_in(dim, len(source.axes)) for dim in given or ()]
    named = {"fliplr": 1, "flipud": 0}.get(call.name.rpartition(".")[2])
    return turned_round(source, found[0] if len(found) == 1 else named, call.place)
