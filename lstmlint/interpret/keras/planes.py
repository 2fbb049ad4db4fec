"""How long the axes of a picture are behind a Keras convolution or pooling, where numbers say so.

Source: Keras 3.15, `compute_conv_output_shape` and `compute_pooling_output_shape` of `keras.src.ops.operation_utils`.
"""

from __future__ import annotations

from lstmlint.interpret.ops.windows import number_for, places
from lstmlint.sizes import Size
from lstmlint.values import NONE, Axis, Const, Layer


def plane_sizes(layer: Layer, planes: tuple[Axis, ...]) -> tuple[Size | None, ...]:
    """The size of each axis between the batch and the channels; None where it is not known."""
    window = next((name for name in ("kernel_size", "pool_size") if layer.spec.takes(name)), None)
    if window is None or "Transpose" in layer.spec.name:
        return (None,) * len(planes)
    return tuple(_behind(layer, window, axis.size.known, number, len(planes)) for number, axis in enumerate(planes))


def _behind(layer: Layer, window: str, before: int | None, number: int, count: int) -> Size | None:
    length = number_for(layer.argument(window), number, count)
    is_own_step = layer.argument("strides") == NONE  # of a pooling
    step = length if is_own_step else number_for(layer.argument("strides"), number, count)
    dilation = number_for(layer.argument("dilation_rate"), number, count) if layer.spec.takes("dilation_rate") else 1
    padding = layer.argument("padding")
    if before is None or length is None or dilation is None or not step:
        return None
    if padding == Const("same"):
        return Size.of(-(-before // step))
    after = places(before, length, step, dilation) if padding == Const("valid") else None
    return None if after is None else Size.of(after)
