"""Calling a model that was worked out on an input of its own: the same outcome on another tensor's axes.

Axes that came from the model's input are replaced by those of the tensor it is called on, and what the model's
layers said of the one is said of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lstmlint.events import Entered
from lstmlint.interpret.joins import settled
from lstmlint.source import Place
from lstmlint.values import Axis, DictRef, ListRef, OneOf, Tensor, Tuple, Value
from lstmlint.world import World

Exchange = dict[int, tuple[Axis, Axis]]
"""By the identity of a model's input axis: that axis, and the one that takes its place."""


def replayed(world: World, inputs: Value, outputs: Value, given: Value, place: Place) -> Value:
    """The outputs of a model with the axes of its inputs replaced by those of what it is called on."""
    exchange: Exchange = {}
    for own, other in pairs(world, inputs, given):
        if not isinstance(own, Tensor):
            continue
        tensor = world.tensor(other, len(own.axes)) or other
        if isinstance(tensor, Tensor):
            world.emit(Entered(place=place, declared=own, given=tensor))
        if isinstance(tensor, Tensor) and len(tensor.axes) == len(own.axes):
            exchange.update((mine.id, (mine, theirs)) for mine, theirs in zip(own.axes, tensor.axes, strict=True))
    _repeat_claims(world, exchange)
    return _exchanged(world, outputs, exchange)


def pairs(world: World, inputs: Value, given: Value) -> Iterator[tuple[Value, Value]]:
    """Model inputs with what is given for them, by position or by name; nothing where the two do not match."""
    inputs, given = settled(inputs), settled(given)
    if isinstance(inputs, DictRef) and isinstance(given, DictRef):
        theirs = world.entries(given)
        for key, own in world.entries(inputs).items():
            if key in theirs:
                yield own, theirs[key]
        return
    mine, others = flat(world, inputs), flat(world, given)
    if len(mine) == len(others):
        yield from zip(mine, others, strict=True)


def flat(world: World, value: Value) -> tuple[Value, ...]:
    """The items of a list, tuple or dictionary; a single value as one item."""
    if isinstance(value, Tuple):
        return value.items
    if isinstance(value, ListRef):
        return world.items(value)
    return tuple(world.entries(value).values()) if isinstance(value, DictRef) else (value,)


def _repeat_claims(world: World, exchange: Exchange) -> None:
    for claim in list(world.claims):
        other = exchange[claim.axis][1] if claim.axis in exchange else None
        if other is not None and other.id != claim.axis and not other.is_single:
            world.claims.append(replace(claim, axis=other.id, path=claim.path | world.path))


def _exchanged(world: World, value: Value, exchange: Exchange) -> Value:
    if isinstance(value, Tensor):
        return replace(value, axes=tuple(_other(axis, exchange) for axis in value.axes))
    if isinstance(value, Tuple):
        return replace(value, items=tuple(_exchanged(world, item, exchange) for item in value.items))
    if isinstance(value, ListRef):
        items = [_exchanged(world, item, exchange) for item in world.items(value)]
        return world.new_list(items, world.is_open(value))
    if isinstance(value, DictRef):
        return world.new_dict({key: _exchanged(world, item, exchange) for key, item in world.entries(value).items()})
    if isinstance(value, OneOf):
        return OneOf(tuple((path, _exchanged(world, choice, exchange)) for path, choice in value.choices))
    return value


def _other(axis: Axis, exchange: Exchange) -> Axis:
    """The axis that stands for one of the model: itself, the tensor's, or one merged from the tensor's."""
    if axis.parts:
        return replace(axis, parts=tuple(_other(part, exchange) for part in axis.parts))
    if axis.id not in exchange:
        return axis
    mine, theirs = exchange[axis.id]
    return theirs if axis.size == mine.size else replace(theirs, size=axis.size)
