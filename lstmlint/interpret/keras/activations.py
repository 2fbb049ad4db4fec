"""What a Keras layer's activation says of the entries that come out: probabilities, or scores of any size."""

from __future__ import annotations

from lstmlint.interpret.ops.trail import DENSE, SIGMOID, SOFTMAX, noted, recomputed
from lstmlint.interpret.registry import Call
from lstmlint.values import Const, External, Layer, Tensor, Value, is_assumed, is_stated

_RANGES = {"softmax": SOFTMAX, "sigmoid": SIGMOID, "linear": DENSE}


def activated(layer: Layer, call: Call, result: Value) -> Value:
    """The result of a layer that computes new entries and ends with its `activation`."""
    if not isinstance(result, Tensor):
        return result
    kind = range_of(layer.argument("activation"))
    return recomputed(result) if kind is None else noted(recomputed(result), kind, call.place, layer)


def range_of(activation: Value | None) -> str | None:
    """The note for what comes out of an activation, however it is given; None for others, and where nobody knows."""
    if is_stated(activation, None):
        return DENSE
    if isinstance(activation, Const) and isinstance(activation.value, str) and not is_assumed(activation):
        return _RANGES.get(activation.value)
    if isinstance(activation, External):
        return _RANGES.get(activation.path.rpartition(".")[2])
    if isinstance(activation, Layer):
        return SOFTMAX if activation.spec.name == "Softmax" else None
    return None


def after(layer: Layer, call: Call, result: Value) -> Value:
    """The result of a layer that works entry by entry: an activation, a normalisation, dropout, or none of them."""
    if not isinstance(result, Tensor) or layer.spec.family in ("identity", "masking", "dropout"):
        return result
    if layer.spec.name == "Softmax":
        return noted(recomputed(result), SOFTMAX, call.place, layer)
    if layer.spec.name != "Activation":
        return recomputed(result)
    return result if range_of(layer.argument("activation")) == DENSE else activated(layer, call, result)
