"""Arguments that name axes or sizes, and the few ways in which operations change a tensor's axes.

An axis argument counts from either end; sizes come one by one, as a tuple, a list or another tensor's shape. The
functions that change axes work on tensors of unknown rank too, as far as the axis meant is sure.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from lstmlint.events import Inserted
from lstmlint.interpret.ops.trail import with_features
from lstmlint.interpret.registry import Call
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.names.vocabulary import role_of_size
from lstmlint.sizes import ONE, Opaque, Size
from lstmlint.source import Place
from lstmlint.values import (
    Axis,
    Const,
    ListRef,
    Num,
    OpenTensor,
    Role,
    Shape,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_int,
    as_size,
)
from lstmlint.world import World

AnyTensor = Tensor | OpenTensor

SOURCE = ("input", "self", "x", "a", "m", "arr", "tensor")
"""What the first parameter of torch's and numpy's functions is called."""
DIM = ("dim", "axis", "dims", "axes")
"""What an axis is called as a parameter."""
KEEP = ("keepdim", "keepdims")
"""What the flag that keeps a reduced axis with size 1 is called."""


def tensor_argument(
    world: World, call: Call, position: int = 0, *names: str, rank: int | None = None
) -> AnyTensor | None:
    """An argument as a tensor; None where it is none, which is said of a recurrent layer's tuple."""
    given = call.arg(position, *(names or SOURCE))
    if given is None or needs_tensor(world, given, call.place, f"given to `{callee(call)}`"):
        return None
    return world.tensor(given, rank)


def ranked_by_result(world: World, source: AnyTensor, more: int = 0) -> tuple[AnyTensor, Unknown]:
    """A tensor whose rank an earlier run learned from what the operation gave, and what to give where none did.

    The result has `more` axes than the source. An operation that only works out its result for known ranks gives the
    second value else: a layer that reads it tells its rank, and with that the source's.
    """
    result = world.unknown()
    rank = world.rank(result.root)
    if isinstance(source, OpenTensor) and rank is not None:
        source = world.tensor(source, rank - more) or source
    return source, result


def listed(world: World, value: Value | None) -> tuple[Value, ...] | None:
    """The items of a tuple, of a list whose length is known, or of a shape; None for anything else."""
    if isinstance(value, Tuple):
        return value.items
    if isinstance(value, ListRef):
        return None if world.is_open(value) else world.items(value)
    if isinstance(value, Shape):
        return sizes_of(world, value.of)
    return None


def spread(world: World, call: Call, start: int, *names: str) -> tuple[Value, ...] | None:
    """Arguments given one by one from `start` on, or as one sequence there or by name; None where not known."""
    given = call.args[start:]
    if call.open_ended:
        return None
    if not given:
        given = tuple(call.kwargs[name] for name in names if name in call.kwargs)[:1]
    if len(given) == 1:
        items = listed(world, given[0])
        if items is not None:
            return items
        return given if isinstance(given[0], (Const, Num)) else None
    return given or None


def position_in(value: Value | None, rank: int) -> int | None:
    """An axis argument as a position counted from the front; None where it is not known or out of range."""
    number = as_int(value)
    return number % rank if number is not None and -rank <= number < rank else None


def positions_in(world: World, value: Value | None, rank: int) -> tuple[int, ...] | None:
    """One axis argument or a sequence of them as different positions counted from the front."""
    items = listed(world, value)
    found = [position_in(item, rank) for item in (items if items is not None else (value,))]
    known = tuple(number for number in found if number is not None)
    return known if len(known) == len(found) == len(set(known)) else None


def permutation(values: Sequence[Value], rank: int) -> tuple[int, ...] | None:
    """Axis arguments that name each of `rank` axes once."""
    found = [position_in(value, rank) for value in values]
    known = tuple(number for number in found if number is not None)
    return known if sorted(known) == list(range(rank)) and len(found) == rank else None


def size_number(axis: Axis) -> Num:
    """The size of an axis as a number that remembers the axis."""
    return Num(axis.size, axis.id)


def sizes_of(world: World, value: Value) -> tuple[Value, ...] | None:
    """All sizes of a tensor of known rank."""
    tensor = world.tensor(value)
    return tuple(size_number(axis) for axis in tensor.axes) if isinstance(tensor, Tensor) else None


def size_at(world: World, value: Value, number: int) -> Value:
    """The size of one axis. Of an unknown rank, the same question gives the same size."""
    tensor = world.tensor(value)
    if isinstance(tensor, Tensor):
        return size_number(tensor.axes[number]) if -len(tensor.axes) <= number < len(tensor.axes) else world.unknown()
    if tensor is None:
        return world.unknown()
    edge = tensor.tail if number < 0 else tensor.head
    if -len(edge) <= number < len(edge):
        return size_number(edge[number])
    behind = number + len(tensor.tail) - tensor.drop if number < 0 else number - len(tensor.head)
    return Num(Size.symbol(Opaque(("size", tensor.root, behind))))


def axis_of_size(world: World, value: Value | None, role: Role | None = None) -> Axis | None:
    """An axis as long as a value says: where the value is the size of an axis, that axis; else a new one."""
    size = as_size(value)
    if size is None or (size.known is not None and size.known < 0):
        return None
    if isinstance(value, Num) and value.axis is not None:
        return Axis(value.axis, size, role)
    return world.axis(size, role)


def axes_of_sizes(world: World, values: Iterable[Value] | None) -> tuple[Axis, ...] | None:
    """Axes as long as some values say; None where one of them is no size."""
    if values is None:
        return None
    found = [axis_of_size(world, value) for value in values]
    known = tuple(axis for axis in found if axis is not None)
    return known if len(known) == len(found) else None


def single(world: World) -> Axis:
    """A new axis with one entry."""
    return world.axis(ONE)


def resized(world: World, axis: Axis, size: Size | None) -> Axis:
    """The same axis with another number of entries (None: not known): no longer what it was merged from."""
    return Axis(axis.id, world.axis().size if size is None else size, axis.role)


def tell_inserted(world: World, source: AnyTensor, result: Value, place: Place) -> None:
    """Tells of each axis with one entry that a result has and its source has not."""
    if isinstance(result, (Tensor, OpenTensor)):
        old = {axis.id for axis in _known_axes(source)}
        for axis in _known_axes(result):
            if axis.is_single and axis.id not in old:
                world.emit(Inserted(place=place, source=source, axis=axis))


def _known_axes(tensor: AnyTensor) -> tuple[Axis, ...]:
    return tensor.axes if isinstance(tensor, Tensor) else (*tensor.head, *tensor.tail)


def without_axis(source: AnyTensor, number: int) -> AnyTensor | None:
    """A tensor with one axis dropped; None where it is not sure which."""
    if isinstance(source, Tensor):
        if not -len(source.axes) <= number < len(source.axes):
            return None
        number %= len(source.axes)
        return replace(source, axes=source.axes[:number] + source.axes[number + 1 :])
    if 0 <= number < len(source.head):
        return replace(source, head=source.head[:number] + source.head[number + 1 :])
    if -len(source.tail) <= number < 0:
        number += len(source.tail)
        return replace(source, tail=source.tail[:number] + source.tail[number + 1 :])
    return replace(source, drop=source.drop + 1) if number == -len(source.tail) - 1 else None


def with_axis(source: AnyTensor, number: int, axis: Axis) -> AnyTensor | None:
    """A tensor with another axis in the place of one; None where it is not sure which."""
    if isinstance(source, Tensor):
        if not -len(source.axes) <= number < len(source.axes):
            return None
        number %= len(source.axes)
        return replace(source, axes=(*source.axes[:number], axis, *source.axes[number + 1 :]))
    if 0 <= number < len(source.head):
        return replace(source, head=(*source.head[:number], axis, *source.head[number + 1 :]))
    if -len(source.tail) <= number < 0:
        number += len(source.tail)
        return replace(source, tail=(*source.tail[:number], axis, *source.tail[number + 1 :]))
    if number == -len(source.tail) - 1:
        return replace(source, drop=source.drop + 1, tail=(axis, *source.tail))
    return None


def with_new_axis(source: AnyTensor, number: int, axis: Axis) -> AnyTensor | None:
    """A tensor with an axis more, at a position of the result; None where that is not sure."""
    if isinstance(source, Tensor):
        rank = len(source.axes) + 1
        if not -rank <= number < rank:
            return None
        number %= rank
        result = replace(source, axes=(*source.axes[:number], axis, *source.axes[number:]))
        return with_features(result) if number == rank - 1 == 2 else result
    if 0 <= number <= len(source.head):
        return replace(source, head=(*source.head[:number], axis, *source.head[number:]))
    if -len(source.tail) - 1 <= number < 0:
        number += len(source.tail) + 1
        return replace(source, tail=(*source.tail[:number], axis, *source.tail[number:]))
    return None


def broadcast(shapes: Iterable[tuple[Axis, ...]]) -> tuple[Axis, ...]:
    """The axes of an elementwise result: aligned from the right, the first that is not known to have one entry."""
    found: list[Axis] = []
    for axes in shapes:
        for back, axis in enumerate(reversed(axes)):
            if back == len(found):
                found.append(axis)
            elif found[back].is_single and not axis.is_single:
                found[back] = axis
    return tuple(reversed(found))


def name_axes(world: World, call: Call, axes: Sequence[Axis], old: Container[int] = ()) -> None:
    """Claims by the names of the sizes: `randn(batch_size, seq_len, 8)`; none on axes that are known of old."""
    for name, axis in zip(_texts_of_sizes(call, len(axes)), axes, strict=False):
        role = role_of_size(name)
        if role is not None and axis.id not in old:
            world.claim(axis, role, Strength.NAME, call.place, f"calls its size `{name}`")


def _texts_of_sizes(call: Call, count: int) -> tuple[str, ...]:
    """The sizes of a new tensor as they are written, one by one or as one tuple; empty where they are not."""
    for value in (*call.args, *call.kwargs.values()):
        if isinstance(value, Tuple) and len(value.names) == count:
            return value.names
    return call.texts[-count:] if count and len(call.texts) - count in (0, 1) else ()
