"""Running one entry of a file until the ranks of its tensors are settled.

A tensor of unknown rank often shows its rank only where a layer reads it. What came before was then worked out without
knowing it; so all that the entry did is taken back, and it runs again with the ranks known.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.lean import dataclass
from lstmlint.values import ALWAYS, Value
from lstmlint.world import Heap

ATTEMPTS = 4
"""How often an entry runs at most."""


@dataclass(frozen=True)
class _Before:
    """What a run held before an entry; each container is a copy."""

    events: int
    claims: int
    instances: int
    heap: Heap
    learned: dict[Hashable, int | None]
    fresh: dict[Hashable, int]
    stated: set[Hashable]
    asked: set[Hashable]
    registered: set[int]
    entered: set[Hashable]
    built: set[Hashable]
    entered_on: set[tuple[Hashable, int]]
    variables: dict[Frame, dict[str, Value]]
    opened: int


def _before(run: Run) -> _Before:
    world = run.world
    return _Before(
        len(world.events),
        len(world.claims),
        len(run.instances),
        Heap(world.heap),
        dict(world.learned),
        dict(world.fresh),
        set(world.stated),
        set(world.asked),
        set(world.registered),
        set(run.entered),
        set(run.built),
        set(run.entered_on),
        {frame: dict(frame.variables) for frame in run.modules.values()},
        len(run.opened),
    )


def _take_back(run: Run, before: _Before) -> None:
    """Undoes an entry. What the heap got new stays: values that were worked out meanwhile and kept point there."""
    world = run.world
    del world.events[before.events :]
    del world.claims[before.claims :]
    del run.instances[before.instances :]
    world.heap = Heap({**world.heap, **before.heap})
    world.learned, world.fresh = before.learned, before.fresh
    world.stated, world.asked, world.registered = before.stated, before.asked, before.registered
    world.cuts, world.starts = {}, {}
    run.entered, run.built, run.entered_on = before.entered, before.built, before.entered_on
    for frame in run.modules.values():
        frame.variables = before.variables.get(frame, {})
    while len(run.opened) > before.opened:
        run.opened.pop().attributes = None


def attempt(run: Run, entry: Callable[[], object]) -> None:
    """Runs an entry until nothing new is learned."""
    world = run.world
    for remaining in reversed(range(ATTEMPTS)):
        before = _before(run)
        once(run, entry)
        news = {root: rank for root, rank in world.learned.items() if world.ranks.get(root, ...) != rank}
        if not news:
            return
        world.ranks.update((root, rank if root not in world.ranks else None) for root, rank in news.items())
        run.is_stale = run.is_stale or not before.asked.isdisjoint(news)
        if world.asked.isdisjoint(news):
            return
        if remaining:
            _take_back(run, before)


def once(run: Run, entry: Callable[[], object]) -> None:
    """Runs something by itself; what nests too deeply for Python is given up."""
    run.world.path = ALWAYS
    run.world.target = ""
    run.world.recording = True
    run.called.clear()
    try:
        entry()
    except RecursionError:
        run.stack.clear()
        del run.frames[1:]
