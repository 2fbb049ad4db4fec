"""What a check may ask of a finished run: the events by kind, and the claims on an axis."""

from __future__ import annotations

from typing import TypeVar, cast

from lstmlint.events import Built, Called, Event, Selected, Squeezed
from lstmlint.values import Axis, Claim
from lstmlint.world import World

SomeEvent = TypeVar("SomeEvent", bound=Event)


class Facts:
    """An indexed, read-only view of a world whose run is over."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._events: dict[type[Event], list[Event]] = {}
        self._claims: dict[int, list[Claim]] = {}
        for claim in world.claims:
            self._claims.setdefault(claim.axis, []).append(claim)

    def events(self, kind: type[SomeEvent]) -> list[SomeEvent]:
        """All events of a kind, in source order of the run. The list is shared: it is not to be changed."""
        if kind not in self._events:
            self._events[kind] = [event for event in self.world.events if isinstance(event, kind)]
        return cast("list[SomeEvent]", self._events[kind])

    def claims(self, axis: Axis) -> list[Claim]:
        """All claims on an axis, in the order in which they were made."""
        return self._claims.get(axis.id, [])

    def drops(self, selected: Selected) -> bool:
        """True where a selection drops its axis, at once or by a squeeze behind it."""
        if not selected.kept:
            return True
        squeezed = (event.axis for event in self.events(Squeezed))
        return any(axis is not None and axis.id == selected.axis.id and axis.is_single for axis in squeezed)

    def built(self, layer: int) -> Built | None:
        """The construction of a layer, by its identity."""
        return next((event for event in self.events(Built) if event.layer.id == layer), None)

    def calls(self, layer: int) -> list[Called]:
        """All applications of a layer, by its identity."""
        return [event for event in self.events(Called) if event.layer.id == layer]
