"""Operations that put in axes of size 1 and take them away, and those that stretch them by repeating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstmlint.events import Squeezed, StateRepeated
from lstmlint.interpret.ops.shape import (
    DIM,
    axis_of_size,
    listed,
    position_in,
    positions_in,
    ranked_by_result,
    resized,
    single,
    sizes_of,
    spread,
    tell_inserted,
    tensor_argument,
    with_axis,
    with_new_axis,
    without_axis,
)
from lstmlint.interpret.ops.trail import STATE
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.wording import callee
from lstmlint.sizes import product
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    Num,
    OpenTensor,
    Role,
    Strength,
    Tensor,
    Tuple,
    Value,
    as_int,
    as_size,
)
from lstmlint.world import World


@operation("Tensor.unsqueeze", "Tensor.unsqueeze_", "torch.unsqueeze", "numpy.expand_dims")
def unsqueeze(world: World, call: Call) -> Value:
    """A new axis of size 1 at a position of the result; numpy takes several positions."""
    source = tensor_argument(world, call)
    given = call.arg(1, *DIM)
    if source is None or given is None:
        return world.unknown()
    if isinstance(given, Tuple) and isinstance(source, Tensor):
        result = _expanded(world, source, given)
    else:
        number = as_int(given)
        source, unknown = ranked_by_result(world, source, more=1)
        result = (None if number is None else with_new_axis(source, number, single(world))) or unknown
    tell_inserted(world, source, result, call.place)
    return result


def _expanded(world: World, source: Tensor, given: Tuple) -> Value:
    rank = len(source.axes) + len(given.items)
    positions = positions_in(world, given, rank)
    if positions is None:
        return world.unknown()
    rest = iter(source.axes)
    axes = [single(world) if position in positions else next(rest) for position in range(rank)]
    return replace(source, axes=tuple(axes))


@operation("Tensor.squeeze", "Tensor.squeeze_", "torch.squeeze", "numpy.squeeze")
def squeeze(world: World, call: Call) -> Value:
    """Without an axis: drops those known to have size 1. With one: drops it unless it surely is longer."""
    source = tensor_argument(world, call)
    if source is None or call.open_ended:
        return world.unknown()
    given = call.arg(1, *DIM)
    if given is None or given == NONE:
        if isinstance(source, OpenTensor):
            return world.unknown()
        result = replace(source, axes=tuple(axis for axis in source.axes if not axis.is_single))
        world.emit(Squeezed(place=call.place, source=source, position=None, axis=None, result=result))
        return world.unknown() if any(map(_may_be_one_layer, result.axes)) else result
    number = as_int(given)
    if isinstance(source, OpenTensor):
        return (None if number is None else _squeezed_edge(source, number)) or world.unknown()
    positions = positions_in(world, given, len(source.axes))
    if positions is None:
        return world.unknown()
    kept = [axis for place, axis in enumerate(source.axes) if place not in positions or axis.size.exceeds(1)]
    result = replace(source, axes=tuple(kept))
    for place in positions:
        axis = source.axes[place]
        world.emit(Squeezed(place=call.place, source=source, position=place, axis=axis, result=result))
    return result


def _may_be_one_layer(axis: Axis) -> bool:
    """True for layers x directions, of which nobody says how many there are: mostly one, where it is squeezed."""
    return axis.role is Role.STACK and axis.size.known is None and not axis.size.exceeds(1)


def _squeezed_edge(source: OpenTensor, number: int) -> Value | None:
    """An axis of size 1 dropped at an end of a tensor of unknown rank; an axis of the unknown part may be longer."""
    edge = source.tail if number < 0 else source.head
    if not -len(edge) <= number < len(edge):
        return None
    return source if edge[number].size.exceeds(1) else without_axis(source, number)


@operation("torch.atleast_1d", "torch.atleast_2d", "numpy.atleast_1d", "numpy.atleast_2d")
def at_least(world: World, call: Call) -> Value:
    """New first axes until there are as many as the name says."""
    source = tensor_argument(world, call)
    if not isinstance(source, Tensor) or len(call.args) > 1:
        return world.unknown()
    missing = int(call.name[-2]) - len(source.axes)
    return replace(source, axes=(*(single(world) for _ in range(missing)), *source.axes))


# Stretching


@operation("Tensor.expand")
def expand(world: World, call: Call) -> Value:
    """Sizes one by one or as a sequence; -1 keeps an axis, further sizes in front are new axes."""
    return _stretched(world, call, spread(world, call, 1, "size"))


@operation("Tensor.expand_as")
def expand_as(world: World, call: Call) -> Value:
    """As another tensor's shape."""
    other = call.arg(1, "other")
    return _stretched(world, call, None if other is None else sizes_of(world, other))


@operation("Tensor.broadcast_to", "torch.broadcast_to", "numpy.broadcast_to")
def broadcast_to(world: World, call: Call) -> Value:
    """broadcast_to(tensor, sizes)."""
    return _stretched(world, call, listed(world, call.arg(1, "size", "shape")))


def _stretched(world: World, call: Call, sizes: Sequence[Value] | None) -> Value:
    source = tensor_argument(world, call)
    if sizes is None or source is None:
        return world.unknown()
    if isinstance(source, OpenTensor):
        return _stretched_unknown(world, sizes)
    added = len(sizes) - len(source.axes)
    if added < 0:
        return world.unknown()
    old: list[Axis | None] = [*([None] * added), *source.axes]
    found = [_stretch(world, axis, value) for axis, value in zip(old, sizes, strict=True)]
    axes = tuple(axis for axis in found if axis is not None)
    if len(axes) != len(sizes):
        return world.unknown()
    return _with_steps(world, call, source, replace(source, axes=axes), sizes)


def _with_steps(world: World, call: Call, source: Tensor, result: Tensor, sizes: Sequence[Value]) -> Tensor:
    """(B,1,F) stretched to (B,T,F) by a number that is no other axis' size: one vector for every time step.

    A final state that is repeated along its first axis is told of.
    """
    if not len(source.axes) == len(result.axes) == 3:
        return result
    if source.axes[1].is_single and not source.axes[0].is_single:
        linked = isinstance(sizes[1], Num) and sizes[1].axis is not None
        if result.axes[0] == source.axes[0] and not linked:
            text = f"`{callee(call)}` repeats a vector along axis 1, as for every time step"
            world.claim(result.axes[1], Role.TIME, Strength.STRUCTURE, call.place, text, kind="repeated")
    is_along_first = result.axes[0] != source.axes[0] and result.axes[1:] == source.axes[1:]
    if source.noted(STATE) is not None and is_along_first and not source.axes[1].is_single:
        world.emit(StateRepeated(place=call.place, source=source, result=result))
    return result


def _stretched_unknown(world: World, sizes: Sequence[Value]) -> Value:
    """The sizes say the rank; which of the source's axes stay is not known."""
    axes = [world.axis() if as_int(value) == -1 else axis_of_size(world, value) for value in sizes]
    known = tuple(axis for axis in axes if axis is not None)
    return Tensor(known) if len(known) == len(axes) else world.unknown()


def _stretch(world: World, axis: Axis | None, value: Value) -> Axis | None:
    """An axis of an expanded tensor: an axis of size 1 becomes one of the given size, any other stays."""
    if as_int(value) == -1:
        return axis
    if axis is None or axis.is_single:
        new = axis_of_size(world, value)
        return axis if new is not None and new.is_single and axis is not None else new
    return axis


@operation("Tensor.repeat", "Tensor.tile", "torch.tile", "numpy.tile")
def repeat(world: World, call: Call) -> Value:
    """How often each axis is repeated; further numbers in front are new axes. numpy's arrays repeat single entries."""
    method = call.name.startswith("Tensor.")
    if call.name == "Tensor.repeat" and any(name in call.kwargs for name in ("axis", "dim")):
        return repeat_interleave(world, call)
    source = tensor_argument(world, call)
    times = spread(world, call, 1, "repeats", "dims", "sizes", "reps")
    if not isinstance(source, Tensor) or times is None:
        return world.unknown()
    missing = len(times) - len(source.axes)
    if missing < 0 and method and call.name == "Tensor.repeat":
        return world.unknown()
    padded = (*([Const(1)] * -missing), *times)
    old = (*(single(world) for _ in range(missing)), *source.axes)
    axes = [_repeated(world, axis, value) for axis, value in zip(old, padded, strict=True)]
    known = tuple(axis for axis in axes if axis is not None)
    if len(known) != len(axes):
        return world.unknown()
    return _with_steps(world, call, source, replace(source, axes=known), padded)


def _repeated(world: World, axis: Axis, times: Value) -> Axis | None:
    size = as_size(times)
    if size is None or size.known == 1:
        return axis if size is not None else None
    return axis_of_size(world, times) if axis.is_single else resized(world, axis, product((axis.size, size)))


@operation("Tensor.repeat_interleave", "torch.repeat_interleave", "numpy.repeat")
def repeat_interleave(world: World, call: Call) -> Value:
    """Each entry of one axis several times; without an axis all entries in one row."""
    source = tensor_argument(world, call)
    times, dim = as_size(call.arg(1, "repeats")), call.arg(2, *DIM)
    if source is None:
        return world.unknown()
    if dim is None or dim == NONE:
        return Tensor((world.axis(),))
    number = as_int(dim)
    if not isinstance(source, Tensor):
        return (None if number is None else with_axis(source, number, world.axis())) or world.unknown()
    position = position_in(dim, len(source.axes))
    if position is None:
        return world.unknown()
    axis = source.axes[position]
    if axis.is_single:
        new = axis_of_size(world, call.arg(1, "repeats")) or world.axis()
    else:
        new = resized(world, axis, None if times is None else product((axis.size, times)))
    return with_axis(source, position, new) or world.unknown()
