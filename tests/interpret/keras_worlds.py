"""Keras layers and models built as a program would build them, without a program."""

from __future__ import annotations

from lstmlint.catalogue.lookup import layer_spec
from lstmlint.events import Built
from lstmlint.interpret.load import load
from lstmlint.interpret.registry import APPLICATIONS, OPERATIONS, Call
from lstmlint.values import Layer, ListRef, Tuple, Value
from lstmlint.world import World
from tests.interpret.torch_worlds import At, new_world, shape, tensor, value

load()

__all__ = ["At", "apply", "build", "deep_shape", "fit", "layers_of", "new_world", "operate", "shape", "tensor", "value"]


def build(world: World, name: str, *args: object, uncertain: bool = False, **kwargs: object) -> Layer:
    """A Keras layer as its constructor would bind the arguments; keywords it does not take are in the event only."""
    spec = layer_spec(f"keras.layers.{name}")
    assert spec is not None
    given = [convert(world, plain) for plain in args]
    keywords = {key: convert(world, plain) for key, plain in kwargs.items()}
    names = [parameter.name for parameter in spec.parameters]
    bound = {**dict(zip(names, given, strict=False)), **{k: v for k, v in keywords.items() if spec.takes(k)}}
    text = f"{name}({', '.join([*map(str, args), *(f'{k}={v}' for k, v in kwargs.items())])})"
    layer = Layer(world.number(), spec, tuple(bound.items()), At(text), uncertain, path=world.path)
    foreign = tuple(keyword for keyword in keywords if not spec.takes(keyword))
    world.emit(
        Built(
            place=layer.place,
            layer=layer,
            positional=tuple(given),
            positional_texts=tuple(map(str, args)),
            keywords=tuple(keywords.items()),
            foreign=foreign,
        )
    )
    return layer


def convert(world: World, plain: object) -> Value:
    """A Python value as the interpreter's: tuples and lists item by item."""
    if isinstance(plain, tuple):
        return Tuple(tuple(convert(world, item) for item in plain))
    if isinstance(plain, list):
        return world.new_list([convert(world, item) for item in plain])
    return value(plain)


def apply(world: World, layer: Layer, *args: object, text: str = "layer(x)", **kwargs: object) -> Value:
    """What applying a layer gives."""
    given = tuple(convert(world, plain) for plain in args)
    keywords = {key: convert(world, plain) for key, plain in kwargs.items()}
    return APPLICATIONS[layer.spec.path](world, layer, Call("layer", given, keywords, At(text)))


def operate(world: World, name: str, *args: object, **kwargs: object) -> Value:
    """What a library function or a method of a model gives."""
    given = tuple(convert(world, plain) for plain in args)
    keywords = {key: convert(world, plain) for key, plain in kwargs.items()}
    return OPERATIONS[name](world, Call(name, given, keywords, At(f"{name.rpartition('.')[2]}(x)")))


def layers_of(world: World, *layers: object) -> Layer:
    """A Sequential of some layers."""
    model = operate(world, "keras.Sequential", list(layers))
    assert isinstance(model, Layer)
    return model


def fit(world: World, model: Layer, loss: object, x: Value, y: Value) -> None:
    """Compiles a model and fits it."""
    operate(world, f"{model.spec.path}.compile", model, "adam", loss)
    operate(world, f"{model.spec.path}.fit", model, x, y)


def deep_shape(world: World, of: Value) -> object:
    """The sizes of a value, nested as the value is, lists as tuples."""
    if isinstance(of, Tuple):
        return tuple(deep_shape(world, item) for item in of.items)
    if isinstance(of, ListRef):
        return tuple(deep_shape(world, item) for item in world.items(of))
    return shape(of)
