"""TensorFlow's and Keras' functions that work entry by entry: the axes stay, several tensors broadcast."""

from __future__ import annotations

from lstmlint.interpret.joins import settled
from lstmlint.interpret.keras.masks import unmasked
from lstmlint.interpret.ops.elementwise import combine
from lstmlint.interpret.ops.shape import listed, tensor_argument
from lstmlint.interpret.ops.trail import MASK, SIGMOID, noted, recomputed
from lstmlint.interpret.registry import Call, operation
from lstmlint.values import Tensor, Value
from lstmlint.world import World

_ONE = (
    "relu tanh exp log sqrt square abs sign neg negative rsqrt softplus softsign gelu silu swish elu selu "
    "leaky_relu relu6 hard_sigmoid hard_tanh sin cos floor round clip_by_value clip erf log1p expm1 reciprocal "
    "log_sigmoid mish exponential hard_silu hard_swish"
)
_TWO = (
    "add subtract squared_difference multiply divide pow maximum minimum mod floordiv truediv divide_no_nan power "
    "logaddexp"
)
_COMPARED = "equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor"
_MODULES = (
    "tf",
    "tf.math",
    "tf.nn",
    "keras.ops",
    "keras.activations",
    "keras.backend",
    "keras.ops.nn",
    "keras.ops.numpy",
)
_SAME = (
    "tf.identity",
    "tf.stop_gradient",
    "tf.cast",
    "tf.ensure_shape",
    "tf.debugging.check_numerics",
    "tf.nn.dropout",
    "tf.nn.experimental.stateless_dropout",
    "tf.nn.l2_normalize",
    "tf.math.l2_normalize",
    "tf.linalg.l2_normalize",
    "tf.saturate_cast",
    "tf.sort",
    "tf.random.shuffle",
    "tf.roll",
    "tf.clip_by_norm",
    "tf.convert_to_tensor_or_none",
    "keras.ops.cast",
    "keras.ops.stop_gradient",
    "keras.ops.convert_to_numpy",
    "keras.ops.normalize",
    "keras.ops.roll",
    "keras.ops.copy",
    "keras.random.dropout",
    "keras.random.shuffle",
    "keras.backend.cast",
    "keras.backend.dropout",
    "keras.backend.stop_gradient",
    "keras.backend.identity",
    "keras.backend.l2_normalize",
    "keras.backend.get_value",
    "keras.backend.eval",
    "keras.utils.normalize",
    "keras.ops.sort",
)


def _named(names: str) -> tuple[str, ...]:
    return tuple(f"{module}.{name}" for module in _MODULES for name in names.split())


_SOURCE = ("x", "input", "features", "logits", "a", "tensor", "t", "inputs")


@operation(*_SAME, *_named("linear"))
def one(world: World, call: Call) -> Value:
    """The tensor's axes as they are."""
    return tensor_argument(world, call, 0, *_SOURCE) or world.unknown()


@operation(*_named(_ONE))
def computed(world: World, call: Call) -> Value:
    """New entries on the same axes."""
    source = one(world, call)
    return unmasked(world, recomputed(source), call.place, source) if isinstance(source, Tensor) else source


@operation(*_named("sigmoid"))
def sigmoid(world: World, call: Call) -> Value:
    """Probabilities, entry by entry."""
    source = computed(world, call)
    return noted(source, SIGMOID, call.place) if isinstance(source, Tensor) else source


@operation(*_named(_TWO), *_named(_COMPARED))
def several(world: World, call: Call) -> Value:
    """Two tensors, or a tensor and a number, broadcast."""
    given = [
        settled(value)
        for value in (*call.args[:2], *(call.kwargs[n] for n in ("x", "y", "x1", "x2") if n in call.kwargs))
    ]
    result = combine(world, call, given)
    compared = call.name.rpartition(".")[2] in _COMPARED.split()
    return noted(result, MASK, call.place) if compared and isinstance(result, Tensor) else result


@operation("tf.add_n", "keras.ops.add_n", "tf.math.add_n")
def added(world: World, call: Call) -> Value:
    """A list of tensors of one shape added up."""

    parts = listed(world, call.arg(0, "inputs"))
    return world.unknown() if not parts else combine(world, call, [settled(part) for part in parts])
