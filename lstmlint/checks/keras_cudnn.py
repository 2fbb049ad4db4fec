"""Arguments with which LSTM and GRU silently leave the fused cuDNN kernel and run step by step.

The conditions are those of Keras 3's TensorFlow backend (`cudnn_ok`), which are Keras 2's too.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.events import Built
from lstmlint.findings import Finding, check
from lstmlint.values import NONE, Const, External, Layer, Value, as_bool, is_assumed

RULE = "keras-cudnn"
FUSED = frozenset({"keras.layers.LSTM", "keras.layers.GRU"})

_ACTIVATIONS = {"activation": "tanh", "recurrent_activation": "sigmoid"}
_FLAGS = {"unroll": False, "use_bias": True, "reset_after": True}


@check(RULE, on=Built)
def leaves_the_fused_kernel(built: Built, facts: Facts) -> Iterator[Finding]:
    """`LSTM(32, recurrent_dropout=0.2)`, `GRU(32, activation="relu")`."""
    layer = built.layer
    if layer.spec.path not in FUSED or facts.world.keras.before(3) or not facts.is_first_at_its_place(built):
        return
    if as_bool(layer.argument("use_cudnn")) is not None:
        return
    causes = [name for name in (*_ACTIVATIONS, "recurrent_dropout", *_FLAGS) if _leaves(name, _given(layer, name))]
    if not causes:
        return
    named = " and ".join([", ".join(f"`{name}`" for name in causes[:-1])] * (len(causes) > 1) + [f"`{causes[-1]}`"])
    keep = "keeps" if len(causes) == 1 else "keep"
    yield Finding(
        built.place,
        f"{named} {keep} this {layer.spec.name} off the fused cuDNN kernel: on a GPU it runs step by step",
        cure="leave out what is not needed, or say that it is meant with `use_cudnn=False`",
    )


def _given(layer: Layer, name: str) -> Value | None:
    """The value written for an argument; None where it is not given or only a function's own default."""
    value = dict(layer.arguments).get(name)
    return None if is_assumed(value) else value


def _leaves(name: str, value: Value | None) -> bool:
    """True where an argument surely rules the kernel out."""
    if value is None:
        return False
    if name in _ACTIVATIONS:
        return _is_another_activation(value, _ACTIVATIONS[name])
    if name in _FLAGS:
        return isinstance(value, Const) and value != NONE and as_bool(value) is (not _FLAGS[name])
    rate = value.value if isinstance(value, Const) else None
    return isinstance(rate, (int, float)) and not isinstance(rate, bool) and 0 < rate < 1


def _is_another_activation(value: Value, fused: str) -> bool:
    if isinstance(value, Const):
        return value.value is None or (isinstance(value.value, str) and value.value != fused)
    if isinstance(value, External):
        known = value.path.startswith(("keras.activations.", "keras.ops.", "tf.nn.", "tf.math."))
        return known and value.path.rpartition(".")[2] != fused
    return isinstance(value, Layer)
