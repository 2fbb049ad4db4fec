"""Which loops are under way, and in which round each of them is: events say so, and checks compare the rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from lstmlint.events import Round
from lstmlint.interpret.registry import Call
from lstmlint.values import Layer, ListRef, OpenTensor, Tensor, Unknown, Value
from lstmlint.world import Heap, Listed, World

LOADER = "data_loader"
_WRAPPERS = frozenset(f"builtins.{name}" for name in ("enumerate", "zip", "list", "tuple", "reversed", "sorted"))


@contextmanager
def rounds(world: World, text: str, source: Value | None = None) -> Iterator[Callable[[], None]]:
    """A loop over `source`, written as `text`; what comes out is to be called at the start of each round."""
    outer, loop, numbers = world.rounds, world.number(), count()
    origin = None if source is None else _origin(world, source)

    def turn() -> None:
        world.go_round((*outer, Round(loop, next(numbers), text, origin)))

    try:
        yield turn
    finally:
        world.go_round(outer)


def loop_of(world: World, parts: Sequence[Tensor]) -> str:
    """The loop that made each of some tensors in another round, as written; empty where no loop did."""
    depth, found = len(world.rounds), list[Round]()
    for part in parts:
        made = world.rounds_of(max(part.axes, key=lambda axis: axis.id)) if part.axes else ()
        found += made[depth : depth + 1]
    is_one = len(found) == len(parts) > 1 and len({turn.loop for turn in found}) == 1
    return found[0].text if is_one and len({turn.number for turn in found}) == len(found) else ""


@contextmanager
def sampling(world: World) -> Iterator[None]:
    """What runs inside stands for any number of runs of it: of lists that it changes, nobody knows the length then."""
    before, world.heap = world.heap, Heap(world.heap)
    try:
        yield
    finally:
        inside = world.heap
        for address in inside.touched:
            stored = inside[address]
            if address in before and isinstance(stored, Listed) and stored is not before[address]:
                inside[address] = Listed(stored.items, True)
        world.heap = before.followed_by(inside)


def _origin(world: World, value: Value) -> Value:
    """What a loop over a value goes over: a loader, not the enumeration of its batches."""
    return world.origins.get(value.address, value) if isinstance(value, ListRef) else value


def note_origin(world: World, found: Value, call: Call) -> None:
    """Remembers what an enumeration and its like go over: a loader among their arguments, or the first of these."""
    if call.name not in _WRAPPERS or not isinstance(found, ListRef) or not call.args:
        return
    origins = [_origin(world, value) for value in call.args]
    loaders = [value for value in origins if isinstance(value, Layer) and value.spec.family == LOADER]
    first = (loaders or origins)[0]
    if isinstance(first, (Layer, ListRef, Tensor, OpenTensor, Unknown)):
        world.origins[found.address] = first
