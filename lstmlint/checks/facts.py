"""What a check may ask of a finished run: the events by kind, and the claims on an axis."""

from __future__ import annotations

from typing import TypeVar, cast

from lstmlint.events import Built, Called, Event, Selected, Squeezed
from lstmlint.values import Axis, Claim, Tuple, Value
from lstmlint.world import World

SomeEvent = TypeVar("SomeEvent", bound=Event)


class Facts:
    """An indexed, read-only view of a world whose run is over."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._events: dict[type[Event], list[Event]] = {Event: world.events}
        for event in world.events:
            self._events.setdefault(type(event), []).append(event)
        self._origins: dict[int, Called] | None = None
        self._claims: dict[int, list[Claim]] = {}
        for claim in dict.fromkeys(world.claims):
            self._claims.setdefault(claim.axis, []).append(claim)

    def events(self, kind: type[SomeEvent]) -> list[SomeEvent]:
        """All events of a kind, or of every kind, in source order of the run. The list is not to be changed."""
        return cast("list[SomeEvent]", self._events.get(kind, []))

    def claims(self, axis: Axis) -> list[Claim]:
        """All claims on an axis, in the order in which they were made."""
        return self._claims.get(axis.id, [])

    def origin(self, state: Value) -> Called | None:
        """The call that gave this very value as a part of its result."""
        if self._origins is None:
            self._origins = {}
            for called in self.events(Called):
                for item in called.result.items if isinstance(called.result, Tuple) else ():
                    self._origins.setdefault(id(item), called)
        return self._origins.get(id(state))

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
