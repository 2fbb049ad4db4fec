"""What a Keras layer returns with return_state is flat and differs by layer: three values for an LSTM, two for a GRU,
five for a bidirectional LSTM. Unpacked in another number or order, it raises or silently takes one state for another.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_state_names import meaning, says_output
from lstmlint.checks.keras_steps import is_first, is_keras, quoted
from lstmlint.events import Built, Called, Fitted, Joined, Returned, Unpacked, UsedAsTensor
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.source import Place
from lstmlint.values import Layer, ListRef, Tensor, Tuple, Value

RULE = "keras-return-state-unpack"


@check(RULE, on=Unpacked)
def wrong_number(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """As many names as values, and a nested name for each list of states of a cell only."""
    value = unpacked.value
    if not isinstance(value, Tuple) or not is_keras(value.layer) or value.part not in ("result", "outputs"):
        return
    layer = value.layer
    if layer is None or unpacked.starred or fits(value, unpacked.names):
        return
    yield Finding(
        unpacked.place,
        f"{quoted(layer)} returns {len(value.items)} values, {described(value)}, not {wanted(unpacked.names)}",
        because=(Evidence(layer.place, f"returns {described(value)}"),),
        cure=f"unpack {described(value)}",
    )


def fits(value: Tuple, names: tuple[str | tuple[str, ...], ...]) -> bool:
    """True where a value can be unpacked into names: as many, and nested alike."""
    if len(names) != len(value.items):
        return False
    return all(
        isinstance(name, str) or (not isinstance(item, Tensor) and (not isinstance(item, Tuple) or fits(item, name)))
        for name, item in zip(names, value.items, strict=True)
    )


def described(value: Tuple) -> str:
    """The values in words: `output, forward h, forward c`."""
    words = [_word(item) for item in value.items]
    return f"({', '.join(words)})"


def _word(item: Value) -> str:
    if isinstance(item, Tensor):
        return item.state or "output"
    if isinstance(item, Tuple):
        return f"({', '.join(_word(part) for part in item.items)})"
    return "output"


def wanted(names: tuple[str | tuple[str, ...], ...]) -> str:
    """The names of an unpacking as they were written."""
    shown = [name if isinstance(name, str) else f"({', '.join(name)})" for name in names]
    return f"`{shortened(', '.join(shown))}`"


@check(RULE, on=Unpacked)
def wrong_number_of_states(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """The states alone, cut off the output: `h, c = layer(x)[1:]`."""
    value = unpacked.value
    if not isinstance(value, Tuple) or value.layer is not None or unpacked.starred or not value.items:
        return
    states = [item.state for item in value.items if isinstance(item, Tensor) and item.state is not None]
    if len(states) < len(value.items) or fits(value, unpacked.names) or not _from_keras(facts, value):
        return
    yield Finding(
        unpacked.place,
        f"there are {len(states)} states here, {described(value)}, not {wanted(unpacked.names)}",
        cure=f"unpack {described(value)}",
    )


def _from_keras(facts: Facts, value: Tuple) -> bool:
    """True where the states came out of a Keras layer."""
    return any(
        is_recurrent(called.layer) and isinstance(called.result, Tuple) and value.items[0] in called.result.items
        for called in facts.events(Called)
    )


@check(RULE, on=Unpacked)
def states_not_asked_for(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """Without return_state there is one tensor; unpacking it goes along the batch."""
    value = unpacked.value
    if not isinstance(value, Tensor) or len(unpacked.names) < 2 or not value.axes:
        return
    called = next((c for c in facts.events(Called) if c.result is value and is_recurrent(c.layer)), None)
    if called is None:
        return
    yield Finding(
        unpacked.place,
        f"{quoted(called.layer)} returns its output alone, so {wanted(unpacked.names)} are entries of the batch",
        because=(Evidence(called.layer.place, "is built without return_state=True"),),
        cure="give it return_state=True, or take the output alone",
    )


def is_recurrent(layer: Layer) -> bool:
    """True for the Keras layers that can return their states."""
    return is_keras(layer) and (layer.spec.takes("return_state") or layer.spec.family == "bidirectional")


@check(RULE, on=UsedAsTensor)
def states_given_to_a_layer(used: UsedAsTensor, facts: Facts) -> Iterator[Finding]:
    """The tuple of output and states reaches a layer that takes one tensor, in a Sequential or by hand."""
    layer = used.value.layer
    if layer is None or not is_keras(layer) or used.value.part != "result":
        return
    yield Finding(
        used.place,
        f"{quoted(layer)} returns {len(used.value.items)} values, {described(used.value)}, {used.how}",
        because=(Evidence(layer.place, "is built with return_state=True"),),
        cure="leave out return_state=True, or unpack the result and go on with the output",
    )


@check(RULE, on=UsedAsTensor)
def directions_given_to_a_layer(used: UsedAsTensor, facts: Facts) -> Iterator[Finding]:
    """The list of both directions' outputs, which `merge_mode=None` gives, reaches a layer that takes one tensor."""
    layer = used.value.layer
    if layer is None or not is_keras(layer) or used.value.part != "outputs":
        return
    yield Finding(
        used.place,
        f"{quoted(layer)} returns a list, (forward output, backward output), {used.how}",
        because=(Evidence(layer.place, "is built with merge_mode=None, which joins nothing"),),
        cure='leave out merge_mode=None (the default is "concat"), or unpack the list and join its two tensors',
    )


@check(RULE, on=UsedAsTensor)
def states_of_a_cell_as_one(used: UsedAsTensor, facts: Facts) -> Iterator[Finding]:
    """`output, h, c = RNN([cell, cell])(x)`: what comes behind the output are the states of each cell, together."""
    layer = used.value.layer
    if layer is None or not _is_states_of_a_cell(used.value):
        return
    unpacked, name = _unpacking_of(used.value, facts)
    place = used.place if unpacked is None else unpacked.place
    if not is_first(facts, used, lambda other: _place_of(other, facts)):
        return
    whole = next((c.result for c in facts.calls(layer.id) if _has(c.result, used.value)), None)
    returned = f", {described(whole)}" if isinstance(whole, Tuple) else ""
    yield Finding(
        place,
        f"`{name or used.place.text}` is the states {described(used.value)} of one cell, and not a tensor",
        because=(
            Evidence(layer.place, f"returns the states of each cell together{returned}"),
            Evidence(used.place, f"here it is {used.how}"),
        ),
        cure="unpack the states of a cell in brackets: `output, (h, c), ... = ...`",
    )


def _is_states_of_a_cell(value: Tuple) -> bool:
    """True for several states; Keras hands out a single one in a list or as it is, depending on how it runs."""
    return is_keras(value.layer) and value.part == "state" and len(value.items) > 1


def _place_of(used: UsedAsTensor, facts: Facts) -> Place | None:
    """Where the states of a cell got the name under which they are used as a tensor."""
    if not _is_states_of_a_cell(used.value):
        return None
    unpacked, _ = _unpacking_of(used.value, facts)
    return used.place if unpacked is None else unpacked.place


def _unpacking_of(states: Tuple, facts: Facts) -> tuple[Unpacked | None, str]:
    """The unpacking that gave the states of a cell a name, and that name."""
    for unpacked in facts.events(Unpacked):
        if not _has(unpacked.value, states) or not isinstance(unpacked.value, Tuple):
            continue
        if len(unpacked.names) == len(unpacked.value.items):
            name = unpacked.names[unpacked.value.items.index(states)]
            return unpacked, name if isinstance(name, str) else ""
    return None, ""


def _has(result: Value, states: Tuple) -> bool:
    return isinstance(result, Tuple) and states in result.items


@check(RULE, on=Fitted)
def states_fitted(fitted: Fitted, facts: Facts) -> Iterator[Finding]:
    """A Sequential whose last layer returns its states has several outputs, the model one target."""
    output = fitted.output
    if not isinstance(output, Tuple) or output.part != "result" or output.layer is None or not is_keras(output.layer):
        return
    yield Finding(
        output.layer.place,
        f"{quoted(output.layer)} returns {len(output.items)} values, {described(output)}, where one target is fitted",
        because=(Evidence(fitted.place, "has one target"),),
        cure="leave out return_state=True",
    )


@check(RULE, on=Unpacked)
def wrong_order(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """Names that say another state than the value is, where the program then uses them."""
    value = unpacked.value
    if not isinstance(value, Tuple) or value.layer is None or not is_keras(value.layer) or value.part != "result":
        return
    if unpacked.starred or len(unpacked.names) != len(value.items):
        return
    wrong = misnamed(value, unpacked.names)
    if not wrong or not any(is_used(facts, item) for _, item in wrong):
        return
    name, item = wrong[0]
    yield Finding(
        unpacked.place,
        f"`{name}` is {_word(item)} here: {quoted(value.layer)} returns {described(value)}",
        because=(Evidence(value.layer.place, f"returns {described(value)}"),),
        cure=f"unpack in the order {described(value)}",
        confidence=Confidence.CERTAIN if len(wrong) > 1 else Confidence.LIKELY,
    )


@check(RULE, on=Unpacked)
def backward_state_dropped(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """`output, h, _ = Bidirectional(GRU(...))(x)`: three values as of an LSTM, but the third is the backward state.

    So it is where the third is called `c`, and nothing reads it.
    """
    value, names = unpacked.value, unpacked.names
    if not isinstance(value, Tuple) or value.layer is None or not is_keras(value.layer) or value.part != "result":
        return
    if unpacked.starred or len(names) != 3 or not isinstance(names[1], str) or not isinstance(names[2], str):
        return
    third = value.items[-1]
    if names[2] != "_" and (meaning(names[2]).kind != "c" or not isinstance(third, Tensor) or is_used(facts, third)):
        return
    states = [item.state for item in value.items if isinstance(item, Tensor)]
    said, kept = meaning(names[1]), value.items[1:2]
    if states[1:] != ["forward h", "backward h"] or said.kind != "h" or said.direction is not None:
        return
    if not any(isinstance(item, Tensor) and is_used(facts, item) for item in kept):
        return
    yield Finding(
        unpacked.place,
        f"`{names[1]}` is the forward direction's state, and the backward one is dropped: "
        f"{quoted(value.layer)} returns {described(value)}",
        because=(Evidence(value.layer.place, f"returns {described(value)}, and no cell state"),),
        cure="join the two: `output, forward_h, backward_h = ...`, then `concatenate([forward_h, backward_h])`",
        confidence=Confidence.LIKELY,
    )


def misnamed(value: Tuple, names: tuple[str | tuple[str, ...], ...]) -> list[tuple[str, Tensor]]:
    """The names that say something else than the tensor behind them is; `a, b, c` are letters in order."""
    found: list[tuple[str, Tensor]] = []
    if {"a", "b", "c"} <= set(names):
        return found
    for position, (name, item) in enumerate(zip(names, value.items, strict=True)):
        if not isinstance(name, str) or not isinstance(item, Tensor):
            continue
        if position and item.state is not None and (says_output(name) or meaning(name).contradicts(item.state)):
            found.append((name, item))
    return found


def is_used(facts: Facts, item: Tensor) -> bool:
    """True where a state goes anywhere: into a layer, a joint, an initial state, out of a model."""
    if any(
        item in (called.source, *_members(facts, called.source), *_members(facts, called.state))
        for called in facts.events(Called)
    ):
        return True
    given_out = [event.value for event in facts.events(Returned)]
    given_out += [value for event in facts.events(Built) for value in event.positional[1:2] if _is_model(event.layer)]
    given_out += [value for event in facts.events(Built) for name, value in event.keywords if name == "outputs"]
    return any(item in (value, *_members(facts, value)) for value in given_out) or any(
        item in joined.parts for joined in facts.events(Joined)
    )


def _is_model(layer: Layer) -> bool:
    return layer.spec.family == "model"


def _members(facts: Facts, value: Value | None) -> tuple[Value, ...]:
    if isinstance(value, Tuple):
        return value.items
    if isinstance(value, ListRef):
        return facts.world.items(value)
    return () if value is None else (value,)


@check(RULE, on=Joined)
def one_direction_joined(joined: Joined, facts: Facts) -> Iterator[Finding]:
    """`Concatenate()([backward h, backward c])`: h and c of one direction, where both directions' h are meant."""
    direction = joined_direction(joined)
    if direction is None or _unpacked_wrongly(joined, facts):
        return
    others = {joined_direction(other) for other in facts.events(Joined)} - {None, direction}
    if others and not any(_starts_from(facts, called, joined.result) for called in facts.events(Called)):
        return
    yield Finding(
        joined.place,
        f"this joins the {direction} layer's h with its c, not the two directions",
        because=(Evidence(joined.place, f"`{shortened(joined.place.text)}` joins {direction} h and {direction} c"),),
        cure="join forward h with backward h (and forward c with backward c): states 0 and 2, 1 and 3",
        confidence=Confidence.CERTAIN if others else Confidence.LIKELY,
    )


def joined_direction(joined: Joined) -> str | None:
    """The direction whose h and c are joined along the features, and nothing else with them."""
    states = [part.state for part in joined.parts if isinstance(part, Tensor) and len(part.axes) == 2]
    if len(states) != 2 or len(joined.parts) != 2 or joined.position not in (1, -1):
        return None
    for direction in ("forward", "backward"):
        if set(states) == {f"{direction} h", f"{direction} c"}:
            return direction
    return None


def _unpacked_wrongly(joined: Joined, facts: Facts) -> bool:
    """True where the names of an unpacking are to blame, which is said there."""
    for unpacked in facts.events(Unpacked):
        value = unpacked.value
        if isinstance(value, Tuple) and value.part == "result" and len(value.items) == len(unpacked.names):
            wrong = [item for _, item in misnamed(value, unpacked.names)]
            if any(part in wrong for part in joined.parts if isinstance(part, Tensor)):
                return True
    return False


def _starts_from(facts: Facts, called: Called, state: Value) -> bool:
    return called.state is not None and state in _members(facts, called.state)
