"""Which loops are under way, and in which round each of them is: events say so, and checks compare the rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from lstmlint.events import Round
from lstmlint.values import Layer, ListRef, Tuple, Value
from lstmlint.world import World

LOADER = "data_loader"


@contextmanager
def rounds(world: World, text: str, source: Value | None = None) -> Iterator[Callable[[], None]]:
    """A loop over `source`, written as `text`; what comes out is to be called at the start of each round."""
    outer, loop, numbers = world.rounds, world.number(), count()
    origin = source if source is None else loader_behind(world, source) or source

    def turn() -> None:
        world.rounds = (*outer, Round(loop, next(numbers), text, origin))

    try:
        yield turn
    finally:
        world.rounds = outer


def loader_behind(world: World, value: Value) -> Layer | None:
    """The loader whose batches a value goes over, itself or through enumerate, zip and the like."""
    if isinstance(value, Layer) and value.spec.family == LOADER:
        return value
    return world.loaders.get(value.address) if isinstance(value, ListRef) else None


def note_loader(world: World, found: Value, given: tuple[Value, ...]) -> None:
    """Remembers that a list goes over the batches of a loader because what it was made of does."""
    if isinstance(found, ListRef):
        inner = [item for value in given for item in (value.items if isinstance(value, Tuple) else (value,))]
        loader = next((one for value in inner if (one := loader_behind(world, value))), None)
        if loader is not None:
            world.loaders[found.address] = loader
