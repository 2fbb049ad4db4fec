"""States that one model gives out and another, or the same, takes in the other order: c goes in where h belongs.

A decoder that works step by step is a model whose states are inputs and outputs. What an input is, the layer that
starts from it says; what comes in, the layer that it came out of. That the two differ shows only where the models run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_initial_state import RULE, given_states, states_of
from lstmlint.checks.keras_steps import is_first
from lstmlint.events import Called
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.keras.replay import flat, pairs
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Layer, Tensor, Value


@dataclass(frozen=True)
class Exchange:
    """Two states that go in where the other belongs: into which model, and out of which where that is known."""

    taker: Layer
    giver: Layer | None
    place: Place
    is_taken_turned: bool
    """True where the taker has the input for c in front of that for h."""
    is_given_turned: bool
    """True where the giver gives c in front of h."""

    @property
    def at_fault(self) -> Place:
        """Where the order is not the usual one: the only model with c first, else where the states are handed over."""
        if self.is_given_turned == self.is_taken_turned:
            return self.place
        turned = self.taker if self.is_taken_turned else self.giver
        return self.place if turned is None else turned.place


@check(RULE, on=Called)
def taken_in_the_other_order(called: Called, facts: Facts) -> Iterator[Finding]:
    """`Model([x, h, c], [y, new_c, new_h])` whose states go round, or `predict([x, c, h])`."""
    found = _exchanged(called, facts)
    if found is None or not is_first(facts, called, lambda other: _place(_exchanged(other, facts))):
        return
    because = [Evidence(found.taker.place, f"takes ({'c, h' if found.is_taken_turned else 'h, c'})")]
    if found.giver is not None:
        because.append(Evidence(found.giver.place, f"gives ({'c, h' if found.is_given_turned else 'h, c'})"))
    if found.at_fault != found.place:
        because.append(Evidence(found.place, "hands them over"))
    yield Finding(
        found.at_fault,
        "the states change places: c goes in where a layer starts from h, and h where it starts from c",
        because=tuple(because),
        cure="keep one order, (h, c), in a model's inputs, in its outputs and where it is called",
    )


def _place(found: Exchange | None) -> Place | None:
    return None if found is None else found.at_fault


def _exchanged(called: Called, facts: Facts) -> Exchange | None:
    inputs = called.layer.argument("inputs") if called.layer.spec.family == "model" else None
    if inputs is None:
        return None
    given = [pair for pair in pairs(facts.world, inputs, called.source) if _is_state(pair)]
    for own_h, c in given:
        for own_c, h in given:
            if (c.state, h.state) == ("c", "h") and _starts(own_h, own_c, facts) and not _starts(own_c, own_h, facts):
                order = flat(facts.world, inputs)
                return _between(called, order.index(own_c) < order.index(own_h), h, c, facts)
    return None


def _is_state(pair: tuple[Value, Value]) -> TypeGuard[tuple[Value, Tensor]]:
    """True for an input of a model that is given a state of an LSTM."""
    return isinstance(pair[1], Tensor) and pair[1].state in ("h", "c")


def _between(called: Called, is_taken_turned: bool, h: Tensor, c: Tensor, facts: Facts) -> Exchange:
    """What is known of two states that go into a model in each other's places."""
    for giver in facts.events(Called):
        result = flat(facts.world, giver.result) if giver.layer.spec.family == "model" else ()
        if h in result and c in result:
            is_given_turned = result.index(c) < result.index(h)
            return Exchange(called.layer, giver.layer, called.place, is_taken_turned, is_given_turned)
    return Exchange(called.layer, None, called.place, is_taken_turned, False)


def _starts(h: Value, c: Value, facts: Facts) -> bool:
    """True where an LSTM starts from two inputs of a model as its h and its c."""
    calls = (called for called in facts.events(Called) if called.state is not None)
    lstms = (called for called in calls if states_of(called.layer, called.layer) == ("h", "c"))
    return any(given_states(called, facts) == (h, c) for called in lstms)
