"""States of recurrent layers that go from one call of a layer to the next: between which rounds, and on which way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lstmlint.checks.facts import Facts
from lstmlint.checks.registration import contents
from lstmlint.checks.states import origin, stack_of, tensors_in
from lstmlint.events import AttributeSet, Backward, Called, CutOff, Event, Round, Unfollowed
from lstmlint.interpret.ops.trail import DETACHED, STATE
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Layer, Tensor, Value, compatible
from lstmlint.world import World


@dataclass(frozen=True)
class Carry:
    """A call of a recurrent layer that starts from what an earlier call of it returned."""

    before: Called
    after: Called
    between: tuple[Event, ...]
    """What happened from the one call to the other."""
    later: tuple[Backward, ...]
    """The computations of gradients after the later call."""
    states: tuple[Tensor, ...]

    @property
    def turn(self) -> int | None:
        """The position, among the loops around the later call, of the outermost one that went on to another round."""
        pairs = zip(self.before.rounds, self.after.rounds, strict=False)
        for position, (one, other) in enumerate(pairs):
            if one.loop != other.loop:
                return None
            if one.number != other.number:
                return position
        return None

    def crosses(self, turned: Round) -> bool:
        """True where the earlier call belongs to another round of a loop, or to another run of it."""
        return not any((one.loop, one.number) == (turned.loop, turned.number) for one in self.before.rounds)

    @property
    def keeps_graph(self) -> bool:
        """True where torch recorded both calls and nothing cut the state off from the first one's graph."""
        if not self.before.recorded or not self.after.recorded:
            return False
        cut = {event.source.axes for event in self.between if isinstance(event, CutOff)}
        return any(state.noted(DETACHED) is None and state.axes not in cut for state in self.states)

    @property
    def backward(self) -> Backward | None:
        """The first computation of gradients between the two calls, if gradients are computed behind both of them."""
        if not any(compatible(event.path, self.after.path) for event in self.later):
            return None
        found = (event for event in self.between if isinstance(event, Backward))
        possible = (event for event in found if compatible(event.path, self.after.path))
        return next((event for event in possible if not self._is_of_another_call(event)), None)

    def _is_of_another_call(self, backward: Backward) -> bool:
        """True where a function that computes gradients has called the layer itself, and not for the earlier call."""
        own = backward.inside
        if self.before.inside[: len(own)] == own:
            return False
        layer = self.before.layer.id
        others = (event for event in self.between if isinstance(event, Called) and event.layer.id == layer)
        return any(other.inside[: len(own)] == own for other in others)

    @property
    def is_clear(self) -> bool:
        """True where no function of unknown definition may have set the state anew in between."""
        return not any(isinstance(event, Unfollowed) for event in self.between)


@lru_cache(maxsize=1)
def carries(facts: Facts) -> tuple[Carry, ...]:
    """All carries of a run, in the order of the later calls."""
    events = facts.world.events
    last: dict[tuple[Place, int], int] = {}
    numbers: dict[int, int] = {}
    """Where each call stands among the events, by its identity."""
    backwards = [(number, event) for number, event in enumerate(events) if isinstance(event, Backward)]
    found = []
    for number, event in enumerate(events):
        if not isinstance(event, Called) or event.layer.spec.framework != "torch":
            continue
        states = tensors_in(facts.world, event.state)
        origins = [_made_by(state, event.layer, numbers, facts, last) for state in states]
        known = [own for own in origins if own is not None]
        if known and len(known) == len(states):
            before = events[max(known)]
            assert isinstance(before, Called)
            if compatible(before.path, event.path):
                later = tuple(backward for position, backward in backwards if position > number)
                found.append(Carry(before, event, tuple(events[max(known) + 1 : number]), later, tuple(states)))
        last[event.place, event.layer.id] = number
        numbers[id(event)] = number
    return tuple(found)


def _made_by(
    state: Tensor, layer: Layer, numbers: dict[int, int], facts: Facts, last: dict[tuple[Place, int], int]
) -> int | None:
    """The earlier call of a layer that a state came out of, by its number: the very one if an axis says it."""
    newest, stack = _newest(state, layer, last), stack_of(state)
    called = None if newest is None or stack is None else origin(stack, facts)
    return newest if called is None or called.layer.id != layer.id else numbers.get(id(called), newest)


def _newest(state: Tensor, layer: Layer, last: dict[tuple[Place, int], int]) -> int | None:
    """The newest call of a layer that a state may have come out of, by its number among the events."""
    if state.state is None:
        return None
    places = [note.place for note in state.trail if note.kind == STATE and note.layer == layer]
    return max((last[place, layer.id] for place in places if (place, layer.id) in last), default=None)


def place_of(carry: Carry, facts: Facts) -> tuple[Place, AttributeSet | None]:
    """Where the program hands the state on: a call that it is given to, or an attribute that keeps it."""
    turn, layer, world = carry.turn, carry.after.layer, facts.world
    depth = -1 if turn is None else turn
    calls = [call for call in carry.after.inside if len(call.rounds) > depth]
    for call in calls:
        if call.place is not None and any(holds_state(world, value, layer) for value in call.given):
            return call.place, None
    kept = kept_in(carry, facts)
    return (carry.after.place, None) if kept is None or not calls else (kept.place, kept)


def kept_in(carry: Carry, facts: Facts) -> AttributeSet | None:
    """The attribute that was given the state after the earlier call."""
    for event in carry.between:
        if not isinstance(event, AttributeSet) or event.name not in facts.world.reads:
            continue
        if holds_state(facts.world, event.value, carry.after.layer):
            return event
    return None


def holds_state(world: World, value: Value, layer: Layer) -> bool:
    """True where a value is, or holds, a state that a layer returned."""
    return any(_is_state(item, layer) for item in contents(world, value))


def _is_state(value: Value, layer: Layer) -> bool:
    if not isinstance(value, Tensor) or value.state is None:
        return False
    return any(note.kind == STATE and note.layer == layer for note in value.trail)


def attributes_set(facts: Facts, owner: Value, name: str) -> Iterator[AttributeSet]:
    """The assignments of an attribute of an object, in order."""
    for event in facts.events(AttributeSet):
        if event.owner == owner and event.name == name:
            yield event
