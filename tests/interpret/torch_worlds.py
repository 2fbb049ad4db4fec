"""Worlds without a program: tensors of known sizes, layers built from the catalogue, calls at made-up places."""

from __future__ import annotations

from dataclasses import dataclass

import lstmlint.interpret.torch.attention
import lstmlint.interpret.torch.cells
import lstmlint.interpret.torch.data
import lstmlint.interpret.torch.losses
import lstmlint.interpret.torch.module_methods
import lstmlint.interpret.torch.modules
import lstmlint.interpret.torch.recurrent
import lstmlint.interpret.torch.sequences
import lstmlint.interpret.torch.sequential  # noqa: F401
from lstmlint.catalogue.lookup import layer_spec
from lstmlint.interpret.registry import APPLICATIONS, OPERATIONS, Call
from lstmlint.sizes import Size
from lstmlint.source import Span
from lstmlint.values import Const, Layer, Packed, Tensor, Tuple, Value
from lstmlint.world import World


@dataclass(frozen=True)
class At:
    """A place that is only its text."""

    text: str

    @property
    def span(self) -> Span:
        return Span("program.py", 1, 1, 1, 1 + len(self.text))


def value(plain: object) -> Value:
    """A Python value as the interpreter's."""
    return plain if isinstance(plain, Value) else Const(plain)


def new_world() -> World:
    """An empty world whose `apply` reaches layers."""
    world = World()

    def call_value(callee: Value, call: Call) -> Value:
        if isinstance(callee, Layer) and callee.spec.path in APPLICATIONS:
            return APPLICATIONS[callee.spec.path](world, callee, call)
        return world.unknown()

    world.apply = call_value
    return world


def tensor(world: World, *sizes: int | None) -> Tensor:
    """A tensor with axes of these sizes, None for one that is not known."""
    return Tensor(tuple(world.axis(None if size is None else Size.of(size)) for size in sizes))


def build(world: World, name: str, *args: object, uncertain: bool = False, **kwargs: object) -> Layer:
    """A torch layer as its constructor would bind the arguments."""
    spec = layer_spec(f"torch.nn.{name}")
    assert spec is not None
    names = [parameter.name for parameter in spec.parameters]
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    arguments = tuple((key, value(plain)) for key, plain in given.items())
    inner = tuple(value(plain) for plain in args) if not names else ()
    return Layer(world.number(), spec, arguments, At(f"nn.{name}(...)"), uncertain, inner)


def apply(world: World, layer: Layer, *args: Value, text: str = "self.layer(x)", **kwargs: Value) -> Value:
    """What applying a layer gives."""
    return APPLICATIONS[layer.spec.path](world, layer, Call("self.layer", args, kwargs, At(text)))


def operate(world: World, name: str, *args: Value, **kwargs: object) -> Value:
    """What a library function gives."""
    given = {key: value(plain) for key, plain in kwargs.items()}
    return OPERATIONS[name](world, Call(name, args, given, At(f"{name.rpartition('.')[2]}(x)")))


def shape(of: Value) -> object:
    """The sizes of a value, nested as the value is; None for what is not known."""
    if isinstance(of, Tuple):
        return tuple(shape(item) for item in of.items)
    if isinstance(of, Tensor):
        return tuple(axis.size.known for axis in of.axes)
    if isinstance(of, Packed):
        return "packed", tuple(axis.size.known for axis in of.features)
    return None
