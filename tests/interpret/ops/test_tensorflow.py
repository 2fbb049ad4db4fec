"""TensorFlow's and Keras' operations: the axes predicted, against the installed TensorFlow and Keras.

Every axis of an input has a size of its own, so the sizes of the result tell which axes went where.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

from lstmlint.events import Reduced  # noqa: E402
from lstmlint.interpret.ops.shape import size_at  # noqa: E402
from lstmlint.values import Const, ListRef, Tensor, Tuple, Unknown, Value  # noqa: E402
from lstmlint.world import World  # noqa: E402
from tests.interpret.keras_worlds import apply, build, convert, deep_shape, new_world, operate, tensor  # noqa: E402

B, T, F = 3, 5, 7
X = (B, T, F)
"""Sizes stand for a tensor of such axes in the arguments below; a list of sizes for a list of tensors."""

OPERATIONS = [
    ("transpose", [X], {}),
    ("transpose", [X, ["perm", 1, 0, 2]], {}),
    ("reshape", [X, ["shape", B, -1]], {}),
    ("reshape", [X, ["shape", -1, F]], {}),
    ("expand_dims", [X, 0], {}),
    ("expand_dims", [X], {"axis": -1}),
    ("expand_dims", [X], {"axis": 1}),
    ("squeeze", [(1, B, F)], {}),
    ("squeeze", [(B, T, 1)], {"axis": -1}),
    ("squeeze", [(1, B, F), ["axes", 0]], {}),
    ("stack", [[(B, F)] * 5], {}),
    ("stack", [[(B, F)] * 5], {"axis": 1}),
    ("unstack", [X], {"axis": 1}),
    ("unstack", [X], {}),
    ("concat", [[X, X], 1], {}),
    ("concat", [[X, (B, T, 2)]], {"axis": -1}),
    ("split", [(B, T, 4), 2], {"axis": -1}),
    ("split", [(4, T, F), 2], {}),
    ("split", [X, ["sizes", 2, 5]], {"axis": 2}),
    ("gather", [X, ["indices", 4]], {"axis": 1}),
    ("gather", [X, 1], {"axis": 1}),
    ("gather", [X, ["indices", 0, 2]], {}),
    ("reduce_mean", [X, 1], {}),
    ("reduce_mean", [X], {}),
    ("reduce_max", [X], {"axis": 1}),
    ("reduce_sum", [X], {"axis": -1, "keepdims": True}),
    ("reduce_sum", [X, ["axes", 0, 1]], {}),
    ("argmax", [X], {"axis": -1}),
    ("tile", [X, ["multiples", 1, 2, 1]], {}),
    ("repeat", [X, 2], {"axis": 0}),
    ("reverse", [X, ["axes", 1]], {}),
    ("matmul", [X, X], {"transpose_b": True}),
    ("matmul", [(B, T, F), (F, 2)], {}),
    ("einsum", ["bth,bt->bh", X, (B, T)], {}),
    ("zeros", [["shape", B, F]], {}),
    ("fill", [["shape", B, F], 0.0], {}),
    ("zeros_like", [X], {}),
    ("cast", [X, "float32"], {}),
    ("identity", [X], {}),
    ("maximum", [X, 0.0], {}),
    ("add", [X, (B, 1, F)], {}),
    ("multiply", [X, (F,)], {}),
    ("broadcast_to", [(B, 1, F), ["shape", B, T, F]], {}),
    ("nn.softmax", [X], {"axis": 1}),
    ("nn.tanh", [X], {}),
    ("nn.relu", [X], {}),
    ("math.exp", [X], {}),
    ("math.reduce_mean", [X], {"axis": 2}),
    ("math.not_equal", [X, 0.0], {}),
    ("random.normal", [["shape", B, F]], {}),
    ("convert_to_tensor", [X], {}),
    ("keras.ops.mean", [X], {"axis": 1}),
    ("keras.ops.max", [X], {"axis": 1, "keepdims": True}),
    ("keras.ops.transpose", [X], {}),
    ("keras.ops.transpose", [X, ["axes", 1, 0, 2]], {}),
    ("keras.ops.swapaxes", [X, 0, 1], {}),
    ("keras.ops.moveaxis", [X, 2, 0], {}),
    ("keras.ops.concatenate", [[X, X]], {"axis": -1}),
    ("keras.ops.concatenate", [[X, (2, T, F)]], {}),
    ("keras.ops.stack", [[(B, F)] * 5], {"axis": 1}),
    ("keras.ops.expand_dims", [X, 1], {}),
    ("keras.ops.squeeze", [(B, 1, F), 1], {}),
    ("keras.ops.reshape", [X, ["shape", B, T * F]], {}),
    ("keras.ops.take", [X, 1], {"axis": 1}),
    ("keras.ops.repeat", [X, 2], {"axis": 1}),
    ("keras.ops.tile", [X, ["repeats", 1, 1, 2]], {}),
    ("keras.ops.flip", [X], {"axis": 1}),
    ("keras.ops.softmax", [X], {"axis": -1}),
    ("keras.ops.matmul", [X, (B, F, 2)], {}),
    ("keras.ops.zeros", [["shape", B, F]], {}),
    ("keras.ops.relu", [X], {}),
    ("keras.ops.split", [(B, T, 4), 2], {"axis": -1}),
    ("keras.ops.einsum", ["bth,bt->bh", X, (B, T)], {}),
    ("keras.activations.tanh", [X], {}),
]


def is_sizes(given: object) -> bool:
    """True for the sizes of a tensor."""
    return isinstance(given, tuple)


def mine(world: World, given: object) -> Value:
    """An argument for the interpreter."""
    if is_sizes(given):
        return tensor(world, *given)  # type: ignore[misc]
    if isinstance(given, list) and isinstance(given[0], str):
        return convert(world, given[1:])
    if isinstance(given, list):
        return world.new_list([mine(world, part) for part in given])
    return convert(world, given)


def theirs(given: object) -> object:
    """The same argument for the real library."""
    if is_sizes(given):
        return np.ones(given, "float32")  # type: ignore[call-overload]
    if isinstance(given, list) and isinstance(given[0], str):
        return given[1:]
    return [theirs(part) for part in given] if isinstance(given, list) else given


def real_shape(result: object) -> object:
    """The sizes of what came back, nested as it is."""
    if isinstance(result, (list, tuple)):
        return tuple(real_shape(part) for part in result)
    return tuple(np.shape(result))


def function(name: str) -> object:
    """The real function of a name: tf's unless it says keras."""
    found = keras if name.startswith("keras.") else tf
    for part in name.removeprefix("keras.").split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name, args, kwargs", OPERATIONS, ids=str)
def test_axes(name: str, args: list[object], kwargs: dict[str, object]) -> None:
    world = new_world()
    path = name if name.startswith("keras.") else f"tf.{name}"
    predicted = operate(world, path, *[mine(world, given) for given in args], **kwargs)
    real = function(name)(*[theirs(given) for given in args], **kwargs)  # type: ignore[operator]
    expected = real_shape(real)
    if isinstance(predicted, ListRef) and world.is_open(predicted):
        assert deep_shape(world, world.items(predicted)[0]) == expected[0]  # type: ignore[index]
    else:
        assert deep_shape(world, predicted) == expected


def test_names_of_the_first_parameter() -> None:
    world = new_world()
    x = tensor(world, *X)
    for name, keyword in [("tf.reduce_mean", "input_tensor"), ("tf.expand_dims", "input"), ("tf.reshape", "tensor")]:
        extra: dict[str, object] = {"shape": (B, T * F)} if name == "tf.reshape" else {"axis": 1}
        assert isinstance(operate(world, name, **{keyword: x}, **extra), Tensor)
    assert isinstance(operate(world, "tf.transpose", a=x, perm=(1, 0, 2)), Tensor)
    assert isinstance(operate(world, "tf.concat", values=world.new_list([x, x]), axis=0), Tensor)


@pytest.mark.parametrize("name", ["tf.nn.softmax", "tf.nn.log_softmax", "keras.ops.softmax", "keras.backend.softmax"])
@pytest.mark.parametrize(("given", "expected"), [({}, 2), ({"axis": 1}, 1), ({"axis": -1}, 2)])
def test_a_softmax_runs_along_the_last_axis_unless_told(name: str, given: dict[str, int], expected: int) -> None:
    world = new_world()
    operate(world, name, tensor(world, *X), **given)
    apply(world, build(world, "Softmax", **given), tensor(world, *X))
    assert [event.position for event in world.events if isinstance(event, Reduced)] == [expected, expected]


def test_axes_keep_their_identity() -> None:
    world = new_world()
    x = tensor(world, *X)
    turned = operate(world, "tf.transpose", x, (1, 0, 2))
    assert isinstance(turned, Tensor)
    assert turned.axes == (x.axes[1], x.axes[0], x.axes[2])
    kept = operate(world, "tf.reduce_mean", x, 1)
    assert isinstance(kept, Tensor)
    assert kept.axes == (x.axes[0], x.axes[2])


def test_sizes_remember_their_axes() -> None:
    world = new_world()
    x = tensor(world, None, 5, 7)
    state = operate(world, "tf.zeros", Tuple((size_at(world, x, 0), Const(4))))
    assert isinstance(state, Tensor)
    assert state.axes[0].id == x.axes[0].id


@pytest.mark.parametrize(
    "name",
    [
        "tf.transpose",
        "tf.concat",
        "tf.gather",
        "tf.split",
        "tf.matmul",
        "tf.squeeze",
        "tf.zeros",
        "tf.one_hot",
        "tf.constant",
        "tf.shape",
        "tf.reduce_mean",
        "tf.add",
        "tf.nn.relu",
        "tf.pad",
        "tf.broadcast_to",
        "tf.unstack",
    ],
)
def test_every_operation_is_total(name: str) -> None:
    world = new_world()
    for args in (
        [],
        [convert(world, "text")],
        [world.unknown()],
        [world.unknown(), world.unknown()],
        [tensor(world)],
        [tensor(world, 3), convert(world, "text")],
        [convert(world, []), Const(99)],
        [tensor(world, 3, 5), Const(99)],
    ):
        assert isinstance(operate(world, name, *args), Value)
    assert isinstance(operate(world, "tf.gather", tensor(world, 3, 5), world.unknown()), Unknown)
