"""How long the axes of a picture are behind a Keras convolution or pooling, where numbers say so.

Source: Keras 3.15, `keras.ops.operation_utils.compute_conv_output_shape` and `compute_pooling_output_shape`.
"""

from __future__ import annotations

from lstmlint.sizes import Size
from lstmlint.values import NONE, Axis, Const, Layer, Tuple, Value, as_int


def plane_sizes(layer: Layer, planes: tuple[Axis, ...]) -> tuple[Size | None, ...]:
    """The size of each axis between the batch and the channels; None where it is not known."""
    window = next((name for name in ("kernel_size", "pool_size") if layer.spec.takes(name)), None)
    if window is None or "Transpose" in layer.spec.name:
        return (None,) * len(planes)
    return tuple(_behind(layer, window, axis.size.known, number, len(planes)) for number, axis in enumerate(planes))


def _behind(layer: Layer, window: str, before: int | None, number: int, count: int) -> Size | None:
    length, step = _own(layer, window, number, count), _own(layer, "strides", number, count)
    if layer.argument("strides") == NONE:
        step = length
    dilation = _own(layer, "dilation_rate", number, count) if layer.spec.takes("dilation_rate") else 1
    padding = layer.argument("padding")
    if before is None or length is None or dilation is None or not step:
        return None
    if padding == Const("same"):
        return Size.of(-(-before // step))
    after = (before - dilation * (length - 1) - 1) // step + 1
    return Size.of(after) if padding == Const("valid") and after > 0 else None


def _own(layer: Layer, name: str, number: int, count: int) -> int | None:
    """A parameter's number for one axis: one for all, or one each."""
    return _number(layer.argument(name), number, count)


def _number(value: Value | None, number: int, count: int) -> int | None:
    if isinstance(value, Const) and isinstance(value.value, tuple):  # a default
        return value.value[number] if len(value.value) == count else None
    if isinstance(value, Tuple):
        return as_int(value.items[number]) if len(value.items) == count else None
    return None if value is None else as_int(value)
