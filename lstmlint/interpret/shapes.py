"""`x.shape` and `x.size()`: sizes that remember their axis, and what unpacking them into names says of the axes."""

from __future__ import annotations

from lstmlint.interpret.run import Run
from lstmlint.names.vocabulary import clear_role, likely_roles
from lstmlint.sizes import Opaque, Size
from lstmlint.source import Place
from lstmlint.values import (
    Axis,
    Num,
    OpenTensor,
    Shape,
    Slice,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_int,
    as_slice,
)


def size_of(axis: Axis) -> Num:
    """The size of an axis as a number that remembers the axis."""
    return Num(axis.size, axis.id)


def shape_item(run: Run, shape: Shape, index: Value) -> Value:
    """`x.shape[i]` or `x.shape[a:b]`."""
    tensor = run.world.tensor(shape.of)
    if isinstance(index, Slice):
        bounds = as_slice(index)
        if isinstance(tensor, Tensor) and bounds is not None:
            return Tuple(tuple(size_of(axis) for axis in tensor.axes[bounds]))
        return run.world.unknown()
    number = as_int(index)
    if number is None or tensor is None:
        return run.world.unknown()
    axis = axis_at(tensor, number)
    if axis is not None:
        return size_of(axis)
    root = shape.of.root if isinstance(shape.of, (Unknown, OpenTensor)) else None
    return Num(Size.symbol(Opaque(("size", root, number)))) if root is not None else run.world.unknown()


def axis_at(tensor: Tensor | OpenTensor, number: int) -> Axis | None:
    """The axis at a position, negative ones from the end; of an open tensor only where its ends are known."""
    axes = tensor.axes if isinstance(tensor, Tensor) else (tensor.tail if number < 0 else tensor.head)
    return axes[number] if -len(axes) <= number < len(axes) else None


def shape_items(run: Run, shape: Shape, count: int) -> tuple[Value, ...] | None:
    """The sizes that `a, b, c = x.shape` gives, which says that x has as many axes; None where x has another rank."""
    tensor = run.world.tensor(shape.of, count)
    if isinstance(tensor, Tensor):
        return tuple(size_of(axis) for axis in tensor.axes)
    if isinstance(tensor, OpenTensor):
        return tuple(shape_item(run, shape, Num(Size.of(number))) for number in range(count))
    return None


def name_sizes(run: Run, names: tuple[str, ...], values: tuple[Value, ...], place: Place) -> None:
    """Claims by names: `batch, steps, _ = x.shape` says what the axes are; single letters count in pairs only."""
    roles = likely_roles(names)
    pair = len({role for role in roles if role is not None}) > 1
    for name, role, value in zip(names, roles, values, strict=True):
        if role is not None and isinstance(value, Num) and value.axis is not None and (pair or clear_role(name)):
            axis = Axis(value.axis, value.size)
            run.world.claim(axis, role, Strength.NAME, place, f"calls its size `{name}`")
