"""Which modules a torch module knows as its own: attributes, ModuleLists, Sequentials, and what is taken by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lstmlint.checks.facts import Facts
from lstmlint.events import Built
from lstmlint.values import ANY, DictRef, Instance, Layer, ListRef, OneOf, Tuple, Value
from lstmlint.world import World

DEPTH = 3
"""Containers inside containers that are looked into."""


def contents(world: World, value: Value, depth: int = DEPTH) -> Iterator[Value]:
    """What a list, dictionary or tuple holds, containers inside it too; anything else is its own content."""
    inner: tuple[Value, ...]
    if isinstance(value, ListRef):
        inner = world.items(value)
    elif isinstance(value, DictRef):
        inner = tuple(world.entries(value).values())
    elif isinstance(value, Tuple):
        inner = value.items
    elif isinstance(value, OneOf):
        inner = tuple(choice for _, choice in value.choices)
    else:
        yield value
        return
    for item in inner if depth else ():
        yield from contents(world, item, depth - 1)


def identity(module: Value) -> int | None:
    """The number that a layer or an object of the program is known by."""
    if isinstance(module, Layer):
        return module.id
    return module.address if isinstance(module, Instance) else None


@lru_cache(maxsize=1)
def registered(facts: Facts) -> frozenset[int]:
    """The modules that some module knows, whichever it is."""
    world, layers = facts.world, [built.layer for built in facts.events(Built)]
    known = [item for layer in layers for value in layer.inner for item in contents(world, value)]
    for address in {*world.registered, *(layer.id for layer in layers)}:
        known += [item for value in _held(world.heap.get(address)) for item in contents(world, value)]
    for stored in world.heap.values():
        known += [item for value in _attributes(stored) for item in _choices(value)]
    return frozenset(world.registered.union(number for item in known if (number := identity(item)) is not None))


def _held(stored: object) -> tuple[Value, ...]:
    """What a container on the heap holds."""
    if not isinstance(stored, tuple) or not stored:
        return ()
    return tuple(stored[0].values()) if isinstance(stored[0], dict) else tuple(stored[0])


def _attributes(stored: object) -> tuple[Value, ...]:
    """The attributes of an object on the heap."""
    return tuple(stored.values()) if isinstance(stored, dict) else ()


def _choices(value: Value) -> tuple[Value, ...]:
    return tuple(choice for _, choice in value.choices) if isinstance(value, OneOf) else (value,)


def has_computed_names(world: World, owner: Instance) -> bool:
    """True where attributes of an object were set under names that are not known: they may be anything."""
    return ANY in _stored(world, owner)


def attribute(world: World, owner: Instance, name: str) -> Value | None:
    """What an attribute of an object holds in the end."""
    return _stored(world, owner).get(name)


def _stored(world: World, owner: Instance) -> dict[str, Value]:
    stored = world.heap.get(owner.address)
    return stored if isinstance(stored, dict) else {}
