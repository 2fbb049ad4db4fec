"""Two directions put together by hand that do not fit: one in the wrong order of steps, or one direction twice.

A layer with `go_backwards=True` returns its steps in the order in which it read them, from the last to the first.
`Bidirectional` turns them round again before it joins the two; who joins by hand has to do the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_state_names import side_of
from lstmlint.checks.keras_steps import is_first, is_keras, output_of, quoted
from lstmlint.events import Built, Called, Combined, Joined
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.ops.trail import BACKWARDS
from lstmlint.interpret.wording import shortened
from lstmlint.source import Place
from lstmlint.values import Const, Layer, Note, Tensor, Value, as_bool

RULE = "keras-bidirectional-by-hand"
MANY = 16
"""Parts of a join that are held against each other."""
_NAME = re.compile(r"[\w.]+")
_DISPLAY = re.compile(r"[\[(]([^\[\]()]*)[\])]")
Together = Joined | Combined


@check(RULE, on=Joined)
def joined_in_opposite_orders(joined: Joined, facts: Facts) -> Iterator[Finding]:
    """`Concatenate()([forward, backward])` along the features."""
    if _along_features(joined):
        yield from _in_opposite_orders(joined, facts)


@check(RULE, on=Combined)
def combined_in_opposite_orders(combined: Combined, facts: Facts) -> Iterator[Finding]:
    """`forward + backward`, `Average()([forward, backward])`."""
    yield from _in_opposite_orders(combined, facts)


def _along_features(joined: Joined) -> bool:
    """True for a join that puts the same step of each part side by side."""
    ranks = {len(part.axes) for part in joined.parts if isinstance(part, Tensor)}
    if len(ranks) != 1 or joined.position is None:
        return False
    return joined.how == "stack" or joined.position in (-1, ranks.pop() - 1)


def _in_opposite_orders(event: Together, facts: Facts) -> Iterator[Finding]:
    found = _opposite(event)
    if found is None or not is_first(facts, event, lambda e: e.place if _opposite(e) else None):
        return
    note, other = found
    turned = quoted(note.layer) if note.layer is not None else f"`{shortened(note.place.text)}`"
    because = [Evidence(note.place, "gives the last step first")]
    kept = other.noted("sequence")
    if kept is not None:
        because.append(Evidence(kept.place, "keeps the order of its input"))
    yield Finding(
        event.place,
        f"{turned} gives the last step first, and is put together here with steps in their own order",
        because=tuple(because),
        cure="turn it round along time before they meet, or use Bidirectional",
    )


def _opposite(event: Together) -> tuple[Note, Tensor] | None:
    """A recurrent layer's sequence that runs backwards, and a part over the same time axis that does not."""
    parts = [part for part in event.parts if isinstance(part, Tensor) and len(part.axes) > 2]
    for part in parts:
        note, sequence = part.noted(BACKWARDS), part.noted("sequence")
        if note is None or sequence is None or not is_keras(sequence.layer) or part.axes[1].is_single:
            continue
        for other in parts:
            if other.axes[1].id == part.axes[1].id and other.noted(BACKWARDS) is None and _has_order(other):
                return note, other
    return None


def _has_order(tensor: Tensor) -> bool:
    """False where the layer that made a sequence may go backwards or not."""
    sequence = tensor.noted("sequence")
    layer = None if sequence is None else sequence.layer
    return layer is None or as_bool(layer.argument("go_backwards") or Const(False)) is not None


@check(RULE, on=Built)
def both_layers_of_one_direction(built: Built, facts: Facts) -> Iterator[Finding]:
    """`Bidirectional(forward, backward_layer=...)` of two layers that go the same way, which Keras refuses."""
    first, second = built.layer.argument("layer"), built.layer.argument("backward_layer")
    if built.layer.spec.family != "bidirectional" or not isinstance(first, Layer) or not isinstance(second, Layer):
        return
    ways = [as_bool(layer.argument("go_backwards")) for layer in (first, second)]
    if None in ways or ways[0] is not ways[1]:
        return
    way = "backwards" if ways[0] else "forwards"
    yield Finding(
        built.place,
        f"both layers go {way}: a backward_layer needs the other value of go_backwards",
        because=(Evidence(first.place, f"goes {way}"), Evidence(second.place, f"goes {way}")),
        cure="give the backward layer go_backwards=True" if not ways[0] else "leave out one of the two go_backwards",
    )


@check(RULE, on=Joined)
def one_direction_joined_twice(joined: Joined, facts: Facts) -> Iterator[Finding]:
    """Two parts of a join that are, or come from, the same reading of the same data."""
    if _along_features(joined):
        yield from _one_direction_twice(joined, facts)


@check(RULE, on=Combined)
def one_direction_combined_twice(combined: Combined, facts: Facts) -> Iterator[Finding]:
    """The same for a sum or average of both."""
    yield from _one_direction_twice(combined, facts)


def _one_direction_twice(event: Together, facts: Facts) -> Iterator[Finding]:
    finding = _twins(event, facts)
    if finding is not None and is_first(facts, event, lambda e: _place_of(_twins(e, facts))):
        yield finding


def _place_of(finding: Finding | None) -> Place | None:
    return None if finding is None else finding.place


def _twins(event: Together, facts: Facts) -> Finding | None:
    parts = [part for part in event.parts if isinstance(part, Tensor) and _is_summary(part)][:MANY]
    for number, one in enumerate(parts):
        for other in parts[number + 1 :]:
            finding = _same_state(event, one) if one == other else _same_reading(event, one, other, facts)
            if finding is not None:
                return finding
    return next(_written_twice(event, facts), None)


def _written_twice(event: Together, facts: Facts) -> Iterator[Finding]:
    """`[a, a]`, where a layer that goes the other way read the same steps, and is not joined with this one."""
    items = next((items for items in _displays(event.place.text) if len(items) == len(event.parts)), [])
    written = zip(items[:MANY], event.parts, strict=False)
    named = [(text, part) for text, part in written if _NAME.fullmatch(text)]
    for number, (text, part) in enumerate(named):
        if (text, part) not in named[:number] or not isinstance(part, Tensor) or not _is_summary(part):
            continue
        reading = _reading(part, facts)
        other = None if reading is None else _other_direction(part, reading, facts)
        if reading is not None and other is not None:
            yield Finding(
                event.place,
                f"this joins `{text}` with itself, and leaves out the other direction",
                because=(
                    Evidence(reading.place, "is the one direction"),
                    Evidence(other.place, "reads the same steps the other way"),
                ),
                cure="join the two directions",
            )


def _displays(text: str) -> Iterator[list[str]]:
    """The items, as written, of each list or tuple that stands in a text and holds no other."""
    for display in _DISPLAY.finditer(text):
        yield [item.strip() for item in display[1].split(",") if item.strip()]


def _other_direction(part: Tensor, reading: Called, facts: Facts) -> Called | None:
    """Another layer's reading of the same steps, the other way, that no such part is put together with."""
    for other in facts.events(Called):
        if other.layer.spec.path == reading.layer.spec.path and _is_opposite(reading, other):
            met: list[Together] = [*facts.events(Joined), *facts.events(Combined)]
            is_met = any(_meet(event.parts, part.state, (reading, other), facts) for event in met)
            return None if is_met else other
    return None


def _is_opposite(one: Called, other: Called) -> bool:
    first, second = one.source, other.source
    if not isinstance(first, Tensor) or not isinstance(second, Tensor) or first.axes[:2] != second.axes[:2]:
        return False
    ways = [_way(called.layer) for called in (one, other)]
    return len(first.axes) > 2 and None not in ways and ways[0] is not ways[1] and _is_as_deep(first, second)


def _is_as_deep(one: Tensor, other: Tensor) -> bool:
    """True for two inputs that are both, or neither, a recurrent layer's: the directions of one level."""
    return (one.noted("sequence") is None) is (other.noted("sequence") is None)


def _meet(parts: Iterable[Value], state: str | None, both: tuple[Called, Called], facts: Facts) -> bool:
    """True for parts of both readings: their outputs, or these states of theirs."""
    alike = (part for part in parts if isinstance(part, Tensor) and part.state == state and _is_summary(part))
    readings = [_reading(part, facts) for part in islice(alike, MANY)]
    return all(called in readings for called in both)


def _is_summary(part: Tensor) -> bool:
    """True for what a recurrent layer gives: a state, or an output."""
    return part.state is not None or any(part.noted(kind) is not None for kind in ("sequence", "last-step"))


def _same_state(event: Together, state: Tensor) -> Finding | None:
    """One state of a bidirectional layer joined with itself."""
    if not isinstance(event, Joined) or state.state is None or " " not in state.state:
        return None
    direction, _, kind = state.state.partition(" ")
    return Finding(
        event.place,
        f"this joins the {direction} layer's {kind} with itself",
        because=(Evidence(event.place, f"`{shortened(event.place.text)}` has {direction} {kind} twice"),),
        cure=f"join forward {kind} with backward {kind}",
    )


def _same_reading(event: Together, one: Tensor, other: Tensor, facts: Facts) -> Finding | None:
    first, second = _reading(one, facts), _reading(other, facts)
    if first is None or second is None or first is second or first.layer.spec.path != second.layer.spec.path:
        return None
    if first.layer.id == second.layer.id:
        return _shared(event, first, second)
    if first.source is not second.source or _way(first.layer) is None or _way(first.layer) is not _way(second.layer):
        return None
    sides = [_side(called, facts) for called in (first, second)]
    if set(sides) not in ({"forward", "backward"}, {"left", "right"}, {"backward", None}):
        return None
    backward, forward = (first, second) if sides[0] in ("backward", "right") else (second, first)
    way = "backwards" if _way(first.layer) else "forwards"
    return Finding(
        backward.layer.place,
        f"both directions are read {way}: by its name {quoted(backward.layer)} is to go the other way",
        because=(
            Evidence(backward.place, f"reads {way}"),
            Evidence(forward.place, f"reads the same input {way}"),
            Evidence(event.place, "puts the two together"),
        ),
        cure="give the backward layer go_backwards=True, and turn its steps round before they are joined",
        confidence=Confidence.LIKELY,
    )


def _shared(event: Together, first: Called, second: Called) -> Finding | None:
    """One layer for both directions: on the same data its result comes twice, on reversed data the weights do."""
    because = (Evidence(first.place, "is one result"), Evidence(second.place, "is the other"))
    if isinstance(event, Joined) and first.source is second.source and first.state == second.state:
        return Finding(
            event.place,
            f"both parts are the same: {quoted(first.layer)} read the same input twice",
            because=because,
            cure="build a second layer with go_backwards=True",
        )
    if not _is_reversed(first.source, second.source):
        return None
    return Finding(
        event.place,
        f"both directions share the weights of {quoted(first.layer)}",
        because=because,
        cure="build a second layer for the other direction",
        confidence=Confidence.LIKELY,
    )


def _is_reversed(one: Value, other: Value) -> bool:
    """True for the same data in the two orders of its steps."""
    if not isinstance(one, Tensor) or not isinstance(other, Tensor) or one.axes != other.axes:
        return False
    return (one.noted(BACKWARDS) is None) is not (other.noted(BACKWARDS) is None)


def _reading(part: Tensor, facts: Facts) -> Called | None:
    """The call of a Keras recurrent layer whose output, whatever became of its steps' order, or state a part is."""
    note = part.noted("sequence") or part.noted("last-step")
    layer = None if note is None else note.layer
    if layer is not None and is_keras(layer):
        return next((called for called in facts.calls(layer.id) if _is_output(called, part)), None)
    origin = facts.origin(part) if part.state is not None else None
    return origin if origin is not None and is_keras(origin.layer) else None


def _is_output(called: Called, part: Tensor) -> bool:
    output = output_of(called.result)
    return isinstance(output, Tensor) and output.axes == part.axes


def _way(layer: Layer) -> bool | None:
    return as_bool(layer.argument("go_backwards"))


def _side(called: Called, facts: Facts) -> str | None:
    """The direction that the names of a layer, of its result, or its own name tell."""
    built = facts.built(called.layer.id)
    given = called.layer.argument("name")
    names = [called.owner, "" if built is None else built.owner]
    names += [given.value] if isinstance(given, Const) and isinstance(given.value, str) else []
    found = {side_of(name) for name in names} - {None}
    return found.pop() if len(found) == 1 else None
