"""How long the spatial axes are behind a convolution or a pooling, where numbers say so.

Source: torch 2.13, the shapes in the documentation of nn.Conv1d to nn.Conv3d, nn.MaxPool1d and nn.AvgPool1d and their
kin, and of the adaptive ones.
"""

from __future__ import annotations

from lstmlint.interpret.ops.windows import number_for, places
from lstmlint.sizes import ONE, Size
from lstmlint.values import NONE, Axis, Const, Layer, Num, as_bool

PARAMETERS = {"kernel_size": None, "stride": None, "padding": 0, "dilation": 1}
"""What decides on a length, and what holds where a layer does not take it."""


def lengths_behind(layer: Layer, axes: tuple[Axis, ...]) -> tuple[Size | None, ...]:
    """The size of each spatial axis behind a layer; None where it is not known."""
    return tuple(_length(layer, axis, position, len(axes)) for position, axis in enumerate(axes))


def _length(layer: Layer, axis: Axis, position: int, count: int) -> Size | None:
    if layer.spec.takes("output_size"):
        own = number_for(layer.argument("output_size"), position, count)
        return None if own is None else Size.of(own)
    if count == 1 and _is_whole(layer, axis):
        return ONE
    before = axis.size.known
    if before is None or "Transpose" in layer.spec.name or as_bool(layer.argument("ceil_mode")):
        return None
    kernel, padding, dilation = (_own(layer, name, position, count) for name in ("kernel_size", "padding", "dilation"))
    is_own_step = layer.argument("stride") == NONE  # of a pooling
    stride = kernel if is_own_step else _own(layer, "stride", position, count)
    if kernel is None or padding is None or dilation is None or not stride:
        return None
    after = places(before + 2 * padding, kernel, stride, dilation)
    return None if after is None else Size.of(after)


def _is_whole(layer: Layer, axis: Axis) -> bool:
    """True for a window as long as the axis, written by the axis' size, with nothing beside it."""
    window = layer.argument("kernel_size")
    is_bare = layer.argument("padding") == Const(0) and "Transpose" not in layer.spec.name
    return is_bare and isinstance(window, Num) and (window.axis == axis.id or window.size == axis.size)


def _own(layer: Layer, name: str, position: int, count: int) -> int | None:
    """A parameter's number for one axis."""
    if not layer.spec.takes(name):
        return PARAMETERS[name]
    value = layer.argument(name)
    return 0 if value == Const("valid") else number_for(value, position, count)
