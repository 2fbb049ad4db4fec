"""torch.nn.functional's functions that change sizes: padding, pooling, resampling, embeddings, one-hot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstmlint.events import Pooled
from lstmlint.interpret.ops.reduce import tell
from lstmlint.interpret.ops.shape import (
    AnyTensor,
    axis_of_size,
    listed,
    resized,
    tensor_argument,
    with_axis,
    with_new_axis,
)
from lstmlint.interpret.registry import Call, Operation, operation
from lstmlint.sizes import ONE, Size
from lstmlint.source import Place
from lstmlint.values import NONE, Axis, Const, Role, Tensor, Tuple, Value, as_bool, as_size
from lstmlint.world import World

F = "torch.nn.functional"


@operation(f"{F}.pad", "torch._C._nn.pad")
def pad(world: World, call: Call) -> Value:
    """Pairs of (before, after) from the last axis on: the axes stay, longer."""
    source, widths = tensor_argument(world, call), listed(world, call.arg(1, "pad"))
    if not isinstance(source, Tensor) or widths is None or len(widths) > 2 * len(source.axes):
        return source if source is not None and not isinstance(source, Tensor) else world.unknown()
    axes = list(source.axes)
    for number in range(len(widths) // 2):
        axes[-1 - number] = _padded(world, axes[-1 - number], widths[2 * number : 2 * number + 2])
    return replace(source, axes=tuple(axes))


def _padded(world: World, axis: Axis, widths: Sequence[Value]) -> Axis:
    sizes = [as_size(value) for value in widths]
    size = axis.size
    for width in sizes:
        if width is None:
            return resized(world, axis, None)
        size = size + width
    return axis if size == axis.size else resized(world, axis, size)


@operation("numpy.pad")
def numpy_pad(world: World, call: Call) -> Value:
    """(before, after) for each axis, or for all."""
    source, given = tensor_argument(world, call, 0, "array"), call.arg(1, "pad_width")
    if not isinstance(source, Tensor):
        return world.unknown()
    pairs = listed(world, given)
    if pairs is None:
        number = (given,) if given is not None and as_size(given) is not None else ()
        rows: list[Sequence[Value]] = [number * 2] * len(source.axes)
    elif len(pairs) == 2 and all(as_size(value) is not None for value in pairs):
        rows = [pairs] * len(source.axes)
    else:
        rows = [listed(world, pair) or () for pair in pairs]
    if len(rows) != len(source.axes) or any(len(row) != 2 for row in rows):
        return replace(source, axes=tuple(resized(world, axis, None) for axis in source.axes))
    return replace(source, axes=tuple(_padded(world, axis, row) for axis, row in zip(source.axes, rows, strict=True)))


@operation(f"{F}.one_hot")
def one_hot(world: World, call: Call) -> Value:
    """(...) of classes to (..., number of classes)."""
    source, count = tensor_argument(world, call), call.arg(1, "num_classes")
    if source is None:
        return world.unknown()
    axis = axis_of_size(world, count) if count is not None else None
    new = world.axis(axis.size if axis is not None else None, Role.FEATURE)
    return with_new_axis(source, -1, new) or world.unknown()


@operation(f"{F}.embedding")
def embedding(world: World, call: Call) -> Value:
    """(...) of rows of a table (rows, width) to (..., width)."""
    source, table = tensor_argument(world, call), tensor_argument(world, call, 1, "weight", rank=2)
    if source is None:
        return world.unknown()
    width = table.axes[1].size if isinstance(table, Tensor) else None
    return with_new_axis(source, -1, world.axis(width, Role.FEATURE)) or world.unknown()


@operation(f"{F}.glu")
def glu(world: World, call: Call) -> Value:
    """Halves an axis (-1)."""
    source, dim = tensor_argument(world, call), as_size(call.arg(1, "dim") or Const(-1))
    number = None if dim is None else dim.known
    if not isinstance(source, Tensor) or number is None or not -len(source.axes) <= number < len(source.axes):
        return world.unknown()
    axis = source.axes[number]
    half = resized(world, axis, axis.size.floor_divided_by(Size.of(2)))
    return with_axis(source, number, half) or world.unknown()


# Pooling and resampling run over the last axes


def _pooling(axes: int, how: str) -> Operation:
    def pool(world: World, call: Call) -> Value:
        source = tensor_argument(world, call)
        if source is None:
            return world.unknown()
        kernel, stride = call.arg(1, "kernel_size"), call.arg(2, "stride")
        padding = call.arg(3, "padding") or Const(0)
        if len(call.args) > 4 or {"ceil_mode", "dilation"} & set(call.kwargs):
            kernel = None
        tell_pooled(world, source, axes, kernel, call.place)
        found: AnyTensor | None = source
        for number in range(-axes, 0):
            found = None if found is None else _pooled(world, found, number, kernel, stride, padding, how, call.place)
        result = found or world.unknown()
        return Tuple((result, result)) if as_bool(call.kwargs.get("return_indices") or NONE) else result

    return pool


def tell_pooled(world: World, source: AnyTensor, axes: int, window: Value | None, place: Place) -> None:
    """Tells of a pooling over the last axis of (batch, channels, length)."""
    if axes == 1 and isinstance(source, Tensor) and len(source.axes) == 3:
        world.emit(Pooled(place=place, source=source, window=window))


def _pooled(
    world: World,
    source: AnyTensor,
    number: int,
    kernel: Value | None,
    stride: Value | None,
    padding: Value,
    how: str,
    place: Place,
) -> AnyTensor | None:
    """One axis pooled: as many entries as windows fit, which is one where the window is as long as the axis."""
    if not isinstance(source, Tensor):
        return with_axis(source, number, world.axis())
    if len(source.axes) < -number:
        return None
    axis = source.axes[number]
    window, margin = as_size(_one_of(world, kernel, number)), as_size(_one_of(world, padding, number))
    step = window if stride is None or stride == NONE else as_size(_one_of(world, stride, number))
    if window is None or step is None or margin is None:
        return with_axis(source, number, resized(world, axis, None))
    if window == axis.size and margin.known == 0:
        tell(world, source, len(source.axes) + number, how, place)
        return with_axis(source, number, world.axis(ONE))
    windows = (axis.size + margin * Size.of(2) - window).floor_divided_by(step)
    size = None if windows is None else windows + ONE
    return with_axis(source, number, resized(world, axis, size))


def _one_of(world: World, value: Value | None, number: int) -> Value | None:
    """The argument for one axis where there is one for each."""
    items = listed(world, value)
    if items is None:
        return value
    return items[number] if len(items) >= -number else (items[0] if len(items) == 1 else None)


def _adaptive(axes: int, how: str) -> Operation:
    def pool(world: World, call: Call) -> Value:
        source, given = tensor_argument(world, call), call.arg(1, "output_size")
        if source is not None:
            tell_pooled(world, source, axes, None, call.place)
        found: AnyTensor | None = source
        for number in range(-axes, 0):
            size = as_size(_one_of(world, given, number))
            if isinstance(found, Tensor) and len(found.axes) >= -number:
                axis = found.axes[number]
                if size == ONE:
                    tell(world, found, len(found.axes) + number, how, call.place)
                found = with_axis(found, number, axis if size == axis.size else resized(world, axis, size))
            elif found is not None:
                found = with_axis(found, number, world.axis(size))
        result = found or world.unknown()
        return Tuple((result, result)) if _with_positions(call, how) else result

    return pool


def _with_positions(call: Call, how: str) -> bool:
    """True where the places of the greatest entries come behind them: on request, in torch's own function always."""
    asked = as_bool(call.arg(2, "return_indices") or NONE) or call.name.startswith("torch.adaptive")
    return how == "max" and bool(asked)


for _axes in (1, 2, 3):
    for _name, _how in (("max", "max"), ("avg", "mean"), ("lp", "norm")):
        operation(f"{F}.{_name}_pool{_axes}d", f"torch.{_name}_pool{_axes}d")(_pooling(_axes, _how))
        operation(f"{F}.adaptive_{_name}_pool{_axes}d", f"torch.adaptive_{_name}_pool{_axes}d")(_adaptive(_axes, _how))


@operation(f"{F}.interpolate", f"{F}.upsample")
def interpolate(world: World, call: Call) -> Value:
    """All axes behind (batch, channels) get another number of entries."""
    source = tensor_argument(world, call)
    size, factor = call.arg(1, "size"), call.arg(2, "scale_factor")
    if not isinstance(source, Tensor) or len(source.axes) < 3:
        return world.unknown() if isinstance(source, Tensor) or source is None else source
    axes = list(source.axes)
    for number in range(2 - len(axes), 0):
        wanted = as_size(_one_of(world, size, number))
        times = as_size(_one_of(world, factor, number))
        longer = axes[number].size * times if times is not None else None
        axes[number] = resized(world, axes[number], wanted if wanted is not None else longer)
    return replace(source, axes=tuple(axes))
