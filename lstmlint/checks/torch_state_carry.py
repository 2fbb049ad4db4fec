"""A recurrent state that goes on where it should not: with its graph, between samples, or past a reset that misses it.

Carrying a state from one piece of a sequence to the next is what truncated backpropagation does, and right. It is
wrong where the pieces do not follow each other, and where backward has freed the graph that the state still hangs on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lstmlint.checks.carrying import Carry, attributes_set, carries, kept_in, place_of
from lstmlint.checks.facts import Facts
from lstmlint.checks.names import words
from lstmlint.checks.registration import contents, has_computed_names
from lstmlint.events import AttributeSet, Called, Round
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.loops import LOADER
from lstmlint.interpret.ops.trail import STATE
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.source import Place
from lstmlint.values import ANY, NONE, Instance, Layer, OpenTensor, Tensor, Value, as_bool

_SEPARATE = re.compile(r"\.(?:items|values)\(\)")
"""What goes over the entries of a dictionary, which do not follow each other."""
_COUNTING = re.compile(r"\b(?:t?range|count)\(")
_IN_PIECES = re.compile(r"\brange\(\s*0\s*,[^,]+,[^,]+\)")
"""Goes over the same stretch from its beginning, in pieces."""
_STATES = frozenset(("h", "c", "hidden", "hiddens", "state", "states", "memory", "carry", "cell", "hx", "cx", "hc"))
"""Words in the names of attributes that keep a state."""
DETACH = "detach it first: `state = state.detach()`, for an LSTM `tuple(s.detach() for s in state)`"


@check("torch-state-carry", on=Called)
def state_goes_on(called: Called, facts: Facts) -> Iterator[Finding]:
    """`output, state = model(chunk, state)` in a loop, and states that a module keeps in an attribute."""
    finding = _mistakes(facts).get(id(called))
    if finding is not None:
        yield finding


@check("torch-state-carry", on=AttributeSet)
def reset_misses(event: AttributeSet, facts: Facts) -> Iterator[Finding]:
    """`self.hidden = None` where forward keeps its state in `self.memory`."""
    kept = _missed(facts)[event]
    if kept is None:
        return
    name = f"`{shortened(event.place.text)}`"
    yield Finding(
        event.place,
        f"{name} is set anew, but nothing reads it: the state is kept in `{shortened(kept.place.text)}`",
        because=(Evidence(kept.place, f"keeps the state from call to call; `{kept.name}` is never reset"),),
        cure=f"reset `{kept.name}`",
    )


@lru_cache(maxsize=1)
def _mistakes(facts: Facts) -> dict[int, Finding]:
    """One finding for each place, by the identity of the call that reads the state."""
    found: dict[int, Finding] = {}
    missed = set(filter(None, _missed(facts).values()))
    for carry in carries(facts):
        place, kept = place_of(carry, facts)
        finding = None if kept in missed else _judge(carry, place, kept is not None, facts)
        if finding is not None and place not in {other.place for other in found.values()}:
            found[id(carry.after)] = finding
    return found


def _judge(carry: Carry, place: Place, is_kept: bool, facts: Facts) -> Finding | None:
    if not carry.is_clear:
        return None
    text = f"`{shortened(place.text)}`"
    subject = f"{text} keeps the state" if is_kept else f"{text} goes on from the state"
    finding = _with_graph(carry, place, subject) or _unrelated(carry, place, subject)
    return finding or _again(carry, place, subject, facts)


def _with_graph(carry: Carry, place: Place, subject: str) -> Finding | None:
    """Backward goes through the graph of the call before once more, or through ever more graphs."""
    backward = carry.backward
    if backward is None or not carry.keeps_graph:
        return None
    who = f"{backward.by}'s backward" if backward.by else f"`{shortened(backward.place.text)}`"
    return Finding(
        place,
        f"{subject} of the call before with its graph, which {who} {'keeps' if backward.keeps else 'has freed'}",
        because=(
            Evidence(carry.before.place, f"`{callee_text(carry.before.place)}` returns the state with its graph"),
            Evidence(backward.place, "keeps every graph so far" if backward.keeps else "goes through that graph"),
        ),
        cure=DETACH,
    )


def _unrelated(carry: Carry, place: Place, subject: str) -> Finding | None:
    """From batch to batch of a loader that shuffles."""
    loader = next((one.source for one in carry.after.rounds if _shuffles(one.source) and carry.crosses(one)), None)
    if not isinstance(loader, Layer):
        return None
    return Finding(
        place,
        f"{subject} of the batch before, but the loader shuffles: the batches do not follow each other",
        because=(
            Evidence(loader.place, "draws samples in random order"),
            Evidence(carry.after.place, f"`{callee_text(carry.after.place)}` starts from the state of other samples"),
        ),
        cure="start each batch without a state",
    )


def _shuffles(source: Value | None) -> bool:
    if not isinstance(source, Layer) or source.spec.family != LOADER:
        return False
    return as_bool(dict(source.arguments).get("shuffle")) is True


def _again(carry: Carry, place: Place, subject: str, facts: Facts) -> Finding | None:
    """From one sequence to another, or from the end of the data to its beginning."""
    turn = carry.turn
    if turn is None or len(carry.after.rounds) < turn + 2:
        return None
    outer = carry.after.rounds[turn]
    if _SEPARATE.search(outer.text):
        what = "the sequence before"
    elif _COUNTING.search(outer.text) and _starts_over(carry.after, turn, facts):
        what = "the pass before, from the end of the data to its beginning"
    else:
        return None
    return Finding(
        place,
        f"{subject} of {what}",
        because=(
            Evidence(carry.before.place, f"`{callee_text(carry.before.place)}` returned the state"),
            Evidence(carry.after.place, f"starts from it in the next round of `{shortened(outer.text)}`"),
        ),
        cure=f"reset the state at the start of each round of `{shortened(outer.text)}`",
        confidence=Confidence.LIKELY,
    )


def _starts_over(called: Called, turn: int, facts: Facts) -> bool:
    """True where an earlier round of a loop went over the same data inside it.

    A loop that calls the layer once each time goes over other things: over the cells of a stack, step by step.
    """
    outer, inner = called.rounds[turn : turn + 2]
    calls = [other for other in facts.calls(called.layer.id) if other.place == called.place]
    if not any(_is_in_another_round(other, inner) for other in calls):
        return False
    for other in calls:
        rounds = other.rounds[turn : turn + 2]
        earlier = len(rounds) == 2 and rounds[0].loop == outer.loop and rounds[0].number < outer.number
        if earlier and _same_data(rounds[1], inner):
            return True
    return False


def _is_in_another_round(other: Called, turned: Round) -> bool:
    """True where a call belongs to another round of one run of a loop."""
    return any(one.loop == turned.loop and one.number != turned.number for one in other.rounds)


def _same_data(one: Round, other: Round) -> bool:
    """True where two loops go over the same things. Tensors may be other pieces of one, with the same axes."""
    if one.source is not None and one.source == other.source and not isinstance(one.source, (Tensor, OpenTensor)):
        return True
    if isinstance(one.source, Layer) and isinstance(other.source, Layer):
        return one.source.place == other.source.place
    return _IN_PIECES.search(other.text) is not None


@lru_cache(maxsize=1)
def _missed(facts: Facts) -> dict[AttributeSet, AttributeSet | None]:
    return {event: _missed_by(event, facts) for event in facts.events(AttributeSet)}


def _missed_by(event: AttributeSet, facts: Facts) -> AttributeSet | None:
    """Where a module keeps the state that a reset was meant for, if the reset sets an attribute that nobody reads."""
    owner, world = event.owner, facts.world
    is_read = event.name in world.read_elsewhere or {event.name, ANY} & world.reads
    if not isinstance(owner, Instance) or is_read or has_computed_names(world, owner):
        return None
    if not _renews(event, facts) or not (_is_of_state(event.name) or event.value != NONE):
        return None
    for carry in carries(facts):
        kept = kept_in(carry, facts)
        if kept is not None and kept.owner == owner and kept.name != event.name:
            return None if any(_renews(one, facts) for one in attributes_set(facts, owner, kept.name)) else kept
    return None


def _renews(event: AttributeSet, facts: Facts) -> bool:
    """True where an attribute is set to None or to new tensors, not only when the object is made."""
    if any(call.function == "__init__" for call in event.inside):
        return False
    tensors = list(contents(facts.world, event.value))
    is_new = all(isinstance(item, Tensor) and item.noted(STATE) is None for item in tensors)
    return event.value == NONE or (bool(tensors) and is_new and any(len(_axes(item)) > 1 for item in tensors))


def _axes(value: Value) -> tuple[object, ...]:
    return value.axes if isinstance(value, Tensor) else ()


def _is_of_state(name: str) -> bool:
    return any(word in _STATES for word in words(name))
