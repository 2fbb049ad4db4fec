"""Every Keras and TensorFlow operation and layer answers whatever it is given: a value, never an exception."""

from __future__ import annotations

import random

import pytest

from lstmlint.catalogue.lookup import layer_spec
from lstmlint.interpret.registry import APPLICATIONS, OPERATIONS, Call
from lstmlint.values import NONE, Const, External, Layer, Num, OneOf, OpenTensor, Shape, Slice, Tuple, Value
from lstmlint.world import World
from tests.interpret.keras_worlds import At, build, layers_of, new_world, operate, tensor

NAMES = sorted(name for name in OPERATIONS if name.startswith(("keras.", "tf.", "sklearn.")))
PATHS = sorted(path for path in APPLICATIONS if path.startswith("keras."))
METHODS = ("keras.Sequential.", "keras.Model.", "keras.Layer.", "tf.data.Dataset.")
ROUNDS = 12


def strange_values(world: World) -> list[Value]:
    """One of each kind of value, and a few of the usual ones."""
    x = tensor(world, 3, 5, 7)
    lstm = build(world, "LSTM", 4, return_sequences=True)
    return [
        x,
        tensor(world),
        tensor(world, 3),
        tensor(world, None, None),
        OpenTensor(("open",)),
        OpenTensor(("o", 2), x.axes[:1], 1),
        world.unknown(),
        NONE,
        Const(0),
        Const(-1),
        Const(99),
        Const(1.5),
        Const(True),
        Const("mse"),
        Const("bth,bt->bh"),
        Const((1, 2)),
        Num(x.axes[0].size, x.axes[0].id),
        Tuple(()),
        Tuple((x,)),
        Tuple((x, x)),
        Tuple((Const(1), Const(0))),
        world.new_list([]),
        world.new_list([x, tensor(world, 3, 7)]),
        world.new_list([x], open_ended=True),
        world.new_dict({"a": x}),
        world.new_dict({}),
        Shape(x),
        Slice(None, None, None),
        External("keras.losses.mse"),
        OneOf(((frozenset({("a", True)}), x), (frozenset({("a", False)}), NONE))),
        lstm,
        build(world, "Bidirectional", lstm),
        layers_of(world, lstm),
        layers_of(world),
        operate(world, "tf.data.Dataset.from_tensors", x),
    ]


def given(world: World, chosen: random.Random, name: str) -> Call:
    """A call with a few arguments at random."""
    values = strange_values(world)
    args = tuple(chosen.choice(values) for _ in range(chosen.randrange(4)))
    keywords = ("axis", "axes", "shape", "x", "y", "inputs", "outputs", "initial_state", "perm", "batch_dims", "loss")
    kwargs = {chosen.choice(keywords): chosen.choice(values) for _ in range(chosen.randrange(3))}
    return Call(name, args, kwargs, At("call(...)"), ("a", "b"), open_ended=chosen.random() < 0.1)


@pytest.mark.parametrize("name", NAMES)
def test_operations(name: str) -> None:
    chosen = random.Random(name)
    for _ in range(ROUNDS):
        world = new_world()
        call = given(world, chosen, name)
        is_method = name.startswith(METHODS) and not call.args
        if not is_method:  # a method always has its receiver
            assert isinstance(OPERATIONS[name](world, call), Value)


@pytest.mark.parametrize("path", PATHS)
def test_applications(path: str) -> None:
    chosen = random.Random(path)
    for _ in range(ROUNDS):
        world = new_world()
        spec = layer_spec(path)
        if spec is None:
            layer = layers_of(world, build(world, "LSTM", 4))
            if path == "keras.Model":
                value = chosen.choice(strange_values(world))
                model = operate(world, path, tensor(world, 3, 5, 7), value)
                assert isinstance(model, Layer)
                layer = model
        else:
            values = strange_values(world)
            names = [parameter.name for parameter in spec.parameters]
            arguments = tuple((name, chosen.choice(values)) for name in names if chosen.random() < 0.7)
            layer = Layer(world.number(), spec, arguments, At("Layer()"), uncertain=chosen.random() < 0.2)
        if layer.spec.path == path:
            assert isinstance(APPLICATIONS[path](world, layer, given(world, chosen, path)), Value)
