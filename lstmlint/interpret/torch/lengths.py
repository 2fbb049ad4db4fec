"""How long the spatial axes are behind a convolution or a pooling, where numbers say so.

Source: torch 2.13, the shapes in the documentation of nn.Conv1d to nn.Conv3d, nn.MaxPool1d and nn.AvgPool1d and their
kin, and of the adaptive ones.
"""

from __future__ import annotations

from lstmlint.sizes import Size
from lstmlint.values import NONE, Axis, Const, Layer, Tuple, Value, as_bool, as_int

PARAMETERS = {"kernel_size": None, "stride": None, "padding": 0, "dilation": 1}
"""What decides on a length, and what holds where a layer does not take it."""


def lengths_behind(layer: Layer, axes: tuple[Axis, ...]) -> tuple[Size | None, ...]:
    """The size of each spatial axis behind a layer; None where it is not known."""
    return tuple(_length(layer, axis.size.known, position, len(axes)) for position, axis in enumerate(axes))


def _length(layer: Layer, before: int | None, position: int, count: int) -> Size | None:
    if layer.spec.takes("output_size"):
        own = _number(layer.argument("output_size"), position, count)
        return None if own is None else Size.of(own)
    if before is None or "Transpose" in layer.spec.name or as_bool(layer.argument("ceil_mode")):
        return None
    kernel, padding, dilation = (_own(layer, name, position, count) for name in ("kernel_size", "padding", "dilation"))
    is_own_step = layer.argument("stride") == NONE  # of a pooling
    stride = kernel if is_own_step else _own(layer, "stride", position, count)
    if kernel is None or padding is None or dilation is None or not stride:
        return None
    after = (before + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    return Size.of(after) if after > 0 else None


def _own(layer: Layer, name: str, position: int, count: int) -> int | None:
    """A parameter's number for one axis."""
    if not layer.spec.takes(name):
        return PARAMETERS[name]
    value = layer.argument(name)
    if value == Const("valid"):
        return 0
    return _number(value, position, count)


def _number(value: Value | None, position: int, count: int) -> int | None:
    """The number that a parameter has for one axis: one for all, or one each."""
    if isinstance(value, Tuple):
        return as_int(value.items[position]) if len(value.items) == count else None
    return None if value is None else as_int(value)
