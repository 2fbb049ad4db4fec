"""Two branches meet: what is still known of a value that came out of both."""

from __future__ import annotations

from lstmlint.interpret.ops.trail import either_trail
from lstmlint.sizes import Opaque, Size
from lstmlint.values import (
    Axis,
    Const,
    Num,
    OneOf,
    Packed,
    Path,
    Shape,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_size,
    compatible,
)
from lstmlint.world import World

CHOICES = 4
"""More alternatives than this are not worth following."""


def join(world: World, one_path: Path, one: Value | None, other_path: Path, other: Value | None) -> Value:
    """The value after a branch: the common value, a tensor of the common axes, or one of a few."""
    if one is None or other is None:
        present = one if other is None else other
        return world.unknown() if present is None else present
    if one == other:
        return one
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return world.unknown()
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return _tensors(world, one, other)
    if (
        isinstance(one, Tuple)
        and isinstance(other, Tuple)
        and len(one.items) == len(other.items)
        and one.part == other.part
    ):
        return _tuples(world, one_path, one, other_path, other)
    if isinstance(one, Num) or isinstance(other, Num):
        return _numbers(world, one, other)
    if isinstance(one, (Packed, Shape)) or isinstance(other, (Packed, Shape)):
        return world.unknown()
    return _one_of(world, one_path, one, other_path, other)


def _one_of(world: World, one_path: Path, one: Value, other_path: Path, other: Value) -> Value:
    choices: dict[Value, Path] = {}
    for path, value in ((one_path, one), (other_path, other)):
        inner = value.choices if isinstance(value, OneOf) else ((path, value),)
        possible = [(own, choice) for own, choice in inner if compatible(own, path)]  # the branch has ruled out others
        for own, choice in possible or inner:
            choices.setdefault(choice, own | path)
    if len(choices) > CHOICES or any(isinstance(choice, Unknown) for choice in choices):
        return world.unknown()
    return OneOf(tuple((path, choice) for choice, path in choices.items()))


def _tensors(world: World, one: Tensor, other: Tensor) -> Value:
    if len(one.axes) != len(other.axes):
        return world.unknown()
    axes = tuple(join_axes(world, a, b) for a, b in zip(one.axes, other.axes, strict=True))
    return Tensor(axes, either_trail(one, other), one.state if one.state == other.state else None)


def join_axes(world: World, one: Axis, other: Axis) -> Axis:
    """The axis itself where both branches agree, else a new axis of which is known what holds for both."""
    if one == other:
        return one
    if one.id == other.id:
        return Axis.unknown(one.id, one.role)
    size, role = one.size if one.size == other.size else None, one.role if one.role is other.role else None
    found = world.axis(size, role, one.directions if other.directions is not None else None)
    if size is not None and role is not None:
        world.joined[found.id] = one.id
    return found


def _tuples(world: World, one_path: Path, one: Tuple, other_path: Path, other: Tuple) -> Tuple:
    pairs = zip(one.items, other.items, strict=True)
    items = tuple(join(world, one_path, a, other_path, b) for a, b in pairs)
    return Tuple(items, one.layer if one.layer == other.layer else None, one.part)


def _numbers(world: World, one: Value, other: Value) -> Value:
    a, b = as_size(one), as_size(other)
    if a is None or b is None:
        return world.unknown()
    if a == b:
        return Num(a, _axis(one) if _axis(one) == _axis(other) else None)
    return Num(Size.symbol(Opaque(("either", a, b))))


def _axis(value: Value) -> int | None:
    return value.axis if isinstance(value, Num) else None


def known_choices(value: Value) -> tuple[tuple[Path, Value], ...]:
    """The alternatives of a value, None left out where something else may stand there (using None would raise)."""
    choices = value.choices if isinstance(value, OneOf) else ((frozenset(), value),)
    useful = tuple(choice for choice in choices if choice[1] != Const(None))
    return useful or choices


def settled(value: Value) -> Value:
    """The one alternative that can be used, or the value as it is."""
    choices = known_choices(value)
    return choices[0][1] if len(choices) == 1 else value


def alternative(group: object, number: int, count: int) -> Path:
    """The path of the `number`-th of `count` alternatives that exclude each other."""
    return frozenset((("pick", group, other), other == number) for other in range(count))
