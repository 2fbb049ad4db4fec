"""What a check may ask of a finished run: the events by kind, and the claims on an axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar, cast

from lstmlint.events import Built, Called, Combined, Event, Selected, Squeezed
from lstmlint.source import Place
from lstmlint.values import Axis, Claim, Tuple, Value
from lstmlint.world import World

SomeEvent = TypeVar("SomeEvent", bound=Event)


class Facts:
    """An indexed, read-only view of a world whose run is over."""

    def __init__(self, world: World) -> None:
        self.world = world
        events = _settled(world.events)
        self._events: dict[type[Event], list[Event]] = {Event: events}
        for event in events:
            self._events.setdefault(type(event), []).append(event)
        self._origins: dict[int, Called] | None = None
        self._calls: dict[int, list[Called]] = {}
        for called in self.events(Called):
            self._calls.setdefault(called.layer.id, []).append(called)
        self._built: dict[int, Built] = {}
        self._first_built: dict[Place, Built] = {}
        for built in self.events(Built):
            self._built.setdefault(built.layer.id, built)
            self._first_built.setdefault(built.place, built)
        self._claims: dict[int, list[Claim]] = {}
        self._said: dict[int, list[Claim]] = {}
        for claim in dict.fromkeys(world.claims):
            self._claims.setdefault(claim.axis, []).append(claim)
            if claim.layer is None:
                self._said.setdefault(claim.axis, []).append(claim)

    def events(self, kind: type[SomeEvent]) -> list[SomeEvent]:
        """All events of a kind, or of every kind, in source order of the run. The list is not to be changed."""
        return cast("list[SomeEvent]", self._events.get(kind, []))

    def claims(self, axis: Axis) -> list[Claim]:
        """All claims on an axis, in the order in which they were made."""
        return self._claims.get(axis.id, [])

    def said(self, axis: Axis) -> list[Claim]:
        """Those claims that are no recurrent layer's by its layout: a deep stack has one layer's for each layer."""
        return self._said.get(axis.id, [])

    def origin(self, state: Value) -> Called | None:
        """The call that gave this very value as a part of its result."""
        if self._origins is None:
            self._origins = {}
            for called in self.events(Called):
                for item in called.result.items if isinstance(called.result, Tuple) else ():
                    self._origins.setdefault(id(item), called)
        return self._origins.get(id(state))

    def drops(self, selected: Selected) -> bool:
        """True where a selection drops its axis: at once, by a squeeze behind it, or by spreading it over that axis."""
        if not selected.kept:
            return True
        kept, squeezed = selected.axis.id, (event.axis for event in self.events(Squeezed))
        if any(axis is not None and axis.id == kept and axis.is_single for axis in squeezed):
            return True
        return any(
            {axis.is_single for part in event.parts for axis in part.axes if axis.id == kept} == {True, False}
            for event in self.events(Combined)
        )

    def built(self, layer: int) -> Built | None:
        """The construction of a layer, by its identity."""
        return self._built.get(layer)

    def is_first_at_its_place(self, built: Built) -> bool:
        """True for the first of several layers that are built by the same line, in a loop or in several calls."""
        return self._first_built[built.place] is built

    def calls(self, layer: int) -> list[Called]:
        """All applications of a layer, by its identity. The list is not to be changed."""
        return self._calls.get(layer, [])


def _settled(events: list[Event]) -> list[Event]:
    """The events as the whole run shows them: where a loop takes entry after entry, none is meant as the last."""
    taken: dict[tuple[Place, tuple[int, ...]], set[int | None]] = {}
    for event in events:
        if isinstance(event, Selected):
            for loops in _in_loops(event):
                taken.setdefault(loops, set()).add(event.index)
    return [
        replace(event, last=False)
        if isinstance(event, Selected) and event.last and any(len(taken[loops]) > 1 for loops in _in_loops(event))
        else event
        for event in events
    ]


def _in_loops(event: Event) -> Iterator[tuple[Place, tuple[int, ...]]]:
    """The place of an event with each of the loops that were under way, and those around it.

    A loop inside another one begins anew in each of its rounds.
    """
    loops = tuple(turn.loop for turn in event.rounds)
    return ((event.place, loops[:number]) for number in range(1, len(loops) + 1))
