"""Keras' losses, as names, functions, classes and objects: a prediction meets a target, as logits or as probabilities.

Keras' own take probabilities unless told `from_logits=True`; TensorFlow's `..._with_logits` say it in their name.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.catalogue.keras_losses import LAYERS as LOSSES
from lstmlint.catalogue.keras_losses import LOSS_FAMILIES, SHORT_NAMES
from lstmlint.catalogue.lookup import layer_spec
from lstmlint.events import LossTaken
from lstmlint.interpret.registry import Call, application, operation
from lstmlint.values import Const, External, Layer, Tensor, Value, as_bool, is_assumed
from lstmlint.world import World

_BY_NAME = {str(spec.parameters[-2].default): spec.path for spec in LOSSES} | {
    short: f"keras.losses.{name}" for short, name in SHORT_NAMES.items()
}
_BACKEND = ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy")
_WITH_LOGITS = (
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "sparse_softmax_cross_entropy_with_logits",
    "sigmoid_cross_entropy_with_logits",
    "weighted_cross_entropy_with_logits",
)


def loss_path(value: Value | None) -> str | None:
    """The canonical class path of a loss given as a name, a function, a class or an object; None for any other."""
    if isinstance(value, Const) and isinstance(value.value, str):
        name = value.value
        return _BY_NAME.get(name) or (f"keras.losses.{name}" if layer_spec(f"keras.losses.{name}") else None)
    if isinstance(value, Layer) and value.spec.family in LOSS_FAMILIES:
        return value.spec.path
    if isinstance(value, External) and value.path.startswith(("keras.losses.", "keras.metrics.")):
        return loss_path(Const(value.path.rpartition(".")[2]))
    return None


def reads_logits(value: Value | None) -> bool | None:
    """Whether a loss takes logits: its `from_logits`, False where none is given; None where it has none, or unknown."""
    path = loss_path(value)
    spec = None if path is None else layer_spec(path)
    if spec is None or not spec.takes("from_logits"):
        return None
    return _flag(value.argument("from_logits")) if isinstance(value, Layer) else False


def _flag(value: Value | None) -> bool | None:
    return None if is_assumed(value) else as_bool(value)


def of_same_rank(one: Value, other: Value) -> tuple[Value, Value]:
    """A target and a prediction as Keras hands them to a function: without a last axis of 1 that only one of them has.

    Where that would leave a single axis, the other one gets it instead.
    """
    if not isinstance(one, Tensor) or not isinstance(other, Tensor):
        return one, other
    if len(one.axes) > len(other.axes):
        return of_same_rank(other, one)[::-1]
    last = other.axes[-1:]
    if len(other.axes) != len(one.axes) + 1 or not last[0].is_single:
        return one, other
    if len(one.axes) == 1:
        return replace(one, axes=(*one.axes, *last)), other
    return one, replace(other, axes=other.axes[:-1])


@application(*(spec.path for spec in LOSSES))
def apply_loss(world: World, layer: Layer, call: Call) -> Value:
    """loss(y_true, y_pred): a number."""
    return _taken(world, call, layer.spec.path, reads_logits(layer), layer)


@operation(*(f"keras.losses.{name}" for name in _BY_NAME), *(f"keras.metrics.{name}" for name in _BY_NAME))
def loss_function(world: World, call: Call) -> Value:
    """keras.losses.mse(y_true, y_pred)."""
    return _function(world, call, loss_path(Const(call.name.rpartition(".")[2])))


@operation(*(f"{module}.{name}" for module in ("keras.ops", "keras.backend") for name in _BACKEND))
def backend_function(world: World, call: Call) -> Value:
    """keras.ops.categorical_crossentropy(target, output), which leaves out the mean over the samples."""
    return _function(world, call, call.name)


def _function(world: World, call: Call, path: str | None) -> Value:
    known = loss_path(Const(call.name.rpartition(".")[2]))
    spec = None if known is None else layer_spec(known)
    if path is None or spec is None:
        return world.unknown()
    takes = spec.takes("from_logits") and not call.open_ended
    return _taken(world, call, path, _flag(call.arg(2, "from_logits") or Const(False)) if takes else None)


@operation(*(f"{module}.{name}" for module in ("tf.nn",) for name in _WITH_LOGITS))
def with_logits(world: World, call: Call) -> Value:
    """tf.nn.softmax_cross_entropy_with_logits(labels, logits): a loss for each sample."""
    return _taken(world, call, call.name, True)


def _taken(world: World, call: Call, path: str, from_logits: bool | None, loss: Layer | None = None) -> Value:
    target, prediction = call.arg(0, "y_true", "target", "labels"), call.arg(1, "y_pred", "output", "logits")
    if target is not None and prediction is not None:
        world.emit(
            LossTaken(
                place=call.place,
                loss=path,
                prediction=prediction,
                target=target,
                loss_value=loss,
                from_logits=from_logits,
            )
        )
    return world.unknown()
