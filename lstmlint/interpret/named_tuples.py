"""Tuples whose items have names: what collections.namedtuple makes classes of, and objects of typing.NamedTuple."""

from __future__ import annotations

from collections.abc import Sequence

from lstmlint.interpret.registry import Call, operation
from lstmlint.values import Const, External, ListRef, Partial, Tuple, Value
from lstmlint.world import World

NAMED_TUPLE = "typing.NamedTuple"
_MAKE = "collections.namedtuple.__call__"
_FIELDS = "<fields>"
"""The argument that says what the items are called."""


@operation("collections.namedtuple")
def named_tuple(world: World, call: Call) -> Value:
    """namedtuple(name, fields): what makes tuples of as many items."""
    fields = _fields(world, call.arg(1, "field_names"))
    if fields is None or call.open_ended:
        return world.unknown()
    return Partial(External(_MAKE), (), ((_FIELDS, Tuple(tuple(map(Const, fields)))),), call.place)


def _fields(world: World, given: Value | None) -> tuple[str, ...] | None:
    """The names as a list or tuple, or in one text."""
    if isinstance(given, Const) and isinstance(given.value, str):
        return tuple(given.value.replace(",", " ").split())
    items = given.items if isinstance(given, Tuple) else ()
    if isinstance(given, ListRef) and not world.is_open(given):
        items = world.items(given)
    names = tuple(item.value for item in items if isinstance(item, Const) and isinstance(item.value, str))
    return names if names and len(names) == len(items) else None


@operation(_MAKE)
def make(world: World, call: Call) -> Value:
    """A tuple of the items given in order or by name."""
    fields = _fields(world, call.kwargs.get(_FIELDS)) or ()
    if len(call.args) > len(fields) or call.open_ended:
        return world.unknown()
    return tuple_of(world, fields, {**dict(zip(fields, call.args, strict=False)), **call.kwargs})


def tuple_of(world: World, fields: Sequence[str], given: dict[str, Value]) -> Tuple:
    """Items by their names; of those that are not given nothing is known."""
    items = [given[name] if name in given else world.unknown() for name in fields]
    return Tuple(tuple(items), names=tuple(fields))
