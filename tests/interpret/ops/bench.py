"""A world without a program: tensors with axes of known or unknown sizes, and operations called on them by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from lstmlint.events import Event
from lstmlint.interpret import ops
from lstmlint.interpret.ops.indexing import index
from lstmlint.interpret.registry import OPERATIONS, Call
from lstmlint.sizes import Size
from lstmlint.source import Span
from lstmlint.values import Axis, Claim, Const, Num, OpenTensor, Role, Slice, Tensor, Tuple, Value
from lstmlint.world import World

SomeEvent = TypeVar("SomeEvent", bound=Event)


@dataclass(frozen=True)
class At:
    """A place that is only its text."""

    text: str

    @property
    def span(self) -> Span:
        return Span("program.py", 1, 1, 1, 1 + len(self.text))


@dataclass
class Bench:
    """A world and shorthands for it."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        ops.load()

    def axis(self, size: int | None = None, role: Role | None = None) -> Axis:
        """A new axis."""
        return self.world.axis(None if size is None else Size.of(size), role)

    def tensor(self, *sizes: int | None) -> Tensor:
        """A tensor with axes of these sizes, None for one that is not known."""
        return Tensor(tuple(self.axis(size) for size in sizes))

    def value(self, plain: object) -> Value:
        """A Python value as the interpreter's: lists, tuples, slices and numbers, nested."""
        if isinstance(plain, Value):
            return plain
        if isinstance(plain, list):
            return self.world.new_list([self.value(item) for item in plain])
        if isinstance(plain, tuple):
            return Tuple(tuple(self.value(item) for item in plain))
        if isinstance(plain, slice):
            parts = (plain.start, plain.stop, plain.step)
            return Slice(*(None if part is None else self.value(part) for part in parts))
        return Const(plain)

    def call(self, name: str, *args: object, **kwargs: object) -> Value:
        """An operation by its registered name."""
        given = tuple(self.value(arg) for arg in args)
        named = {key: self.value(value) for key, value in kwargs.items()}
        texts = tuple(f"argument{number}" for number in range(len(given)))
        return OPERATIONS[name](self.world, Call(name, given, named, At(f"{name}(...)"), texts))

    def item(self, source: Tensor | OpenTensor, *subscripts: object) -> Value:
        """A subscript."""
        return index(self.world, source, tuple(self.value(one) for one in subscripts), At("x[...]"), "x[...]")

    def events(self, kind: type[SomeEvent]) -> list[SomeEvent]:
        """What was told so far, of one kind."""
        return [event for event in self.world.events if isinstance(event, kind)]

    def claims(self, axis: Axis) -> list[Claim]:
        """What was claimed of an axis."""
        return [claim for claim in self.world.claims if claim.axis == axis.id]


def size(axis: Axis) -> Num:
    """`x.size(i)`: the size of an axis, remembering the axis."""
    return Num(axis.size, axis.id)


def ids(value: Value) -> list[int]:
    """The identities of a tensor's axes."""
    assert isinstance(value, Tensor), value
    return [axis.id for axis in value.axes]


def sizes(value: Value) -> list[int | None]:
    """The known sizes of a tensor's axes."""
    assert isinstance(value, Tensor), value
    return [axis.size.known for axis in value.axes]
