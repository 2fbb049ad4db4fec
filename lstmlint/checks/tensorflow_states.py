"""What TensorFlow 1's recurrent functions return is a pair, outputs and state; the state of an LSTM is (c, h).

Keras and torch give h first. Both orders fit all shapes, so that nothing is raised.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_return_state_unpack import described, fits, wanted
from lstmlint.checks.keras_state_names import meaning
from lstmlint.checks.tensorflow_layouts import is_tensorflow
from lstmlint.events import Called, Unpacked, UsedAsTensor
from lstmlint.events.keras import Paired, Projected
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.values import Layer, Tensor, Tuple, Value

UNPACK = "keras-return-state-unpack"
START = "keras-initial-state"
ORDER = "LSTMStateTuple is (c, h)"


def _function(layer: Layer) -> str:
    return f"`{callee_text(layer.place)}`"


@check(UNPACK, on=Unpacked)
def wrong_number(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """`outputs, h, c = tf.nn.dynamic_rnn(...)`: the states are one value."""
    value = unpacked.value
    if not isinstance(value, Tuple) or value.layer is None or not is_tensorflow(value.layer):
        return
    if value.part not in ("result", "outputs", "state") or unpacked.starred or fits(value, unpacked.names):
        return
    what = {"result": "returns", "outputs": "gives as outputs", "state": "gives as state"}[value.part]
    yield Finding(
        unpacked.place,
        f"{_function(value.layer)} {what} {described(value)}, not {wanted(unpacked.names)}",
        because=(Evidence(value.layer.place, f"{what} {len(value.items)} values"),),
        cure=f"unpack {described(value)}",
    )


@check(UNPACK, on=Unpacked)
def wrong_order(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """`h, c = state`, where c comes first."""
    value = unpacked.value
    if not isinstance(value, Tuple) or value.layer is None or not is_tensorflow(value.layer) or value.part != "state":
        return
    if unpacked.starred or not fits(value, unpacked.names) or _paired_again(value, facts):
        return
    wrong = [
        (name, item.state)
        for name, item in zip(unpacked.names, value.items, strict=True)
        if isinstance(name, str) and isinstance(item, Tensor) and meaning(name).contradicts(item.state)
    ]
    if len(wrong) < 2:
        return
    yield Finding(
        unpacked.place,
        f"`{wrong[0][0]}` is {wrong[0][1]} here: {ORDER}",
        because=(Evidence(value.layer.place, "returns the state"),),
        cure="unpack c first, or take `state.c` and `state.h`",
    )


def _paired_again(state: Tuple, facts: Facts) -> bool:
    """True where the two are put together again as they were: their names do no harm."""
    return any((paired.cell, paired.hidden) == state.items for paired in facts.events(Paired))


@check(UNPACK, on=UsedAsTensor)
def tuple_used_as_tensor(used: UsedAsTensor, facts: Facts) -> Iterator[Finding]:
    """The pair of outputs and state, the pair of directions, or the pair of c and h, where a tensor is due."""
    value = used.value
    if value.layer is None or not is_tensorflow(value.layer):
        return
    message, cure = _misuse(value, used.how)
    if message:
        yield Finding(
            used.place, f"{message}, {used.how}", because=(Evidence(value.layer.place, "returns it"),), cure=cure
        )


def _misuse(value: Tuple, how: str) -> tuple[str, str]:
    """What is wrong and what to do about it; functions of TensorFlow stack a pair of equal tensors by themselves."""
    if value.part == "result" and value.layer is not None:
        return f"{_function(value.layer)} returns {described(value)}", "unpack it, and go on with the outputs"
    if value.part == "outputs" and not how.startswith("given"):
        return "the outputs of both directions are a pair", "join them first: `tf.concat(outputs, 2)`"
    if value.part == "state":
        return f"the state of an LSTM is the pair {described(value)}", "take `state.h`"
    return "", ""


@check(UNPACK, on=Projected)
def cell_state_for_the_output(projected: Projected, facts: Facts) -> Iterator[Finding]:
    """`tf.matmul(state[0], W)`: the first of the pair is c."""
    source = projected.source
    if source.state is None or not source.state.endswith("c") or not _from_tensorflow(source, facts):
        return
    text = shortened(projected.text)
    if not text.endswith("[0]") and meaning(text).kind != "h":
        return
    yield Finding(
        projected.place,
        f"`{text}` is c, the cell state: {ORDER}",
        cure="take h: `state[1]` or `state.h`",
        confidence=Confidence.LIKELY,
    )


def _from_tensorflow(state: Tensor, facts: Facts) -> bool:
    return any(is_tensorflow(called.layer) and _holds(called.result, state) for called in facts.events(Called))


def _holds(value: Value, state: Tensor) -> bool:
    return value == state or (isinstance(value, Tuple) and any(_holds(item, state) for item in value.items))


@check(START, on=Paired)
def paired_the_other_way_round(paired: Paired, facts: Facts) -> Iterator[Finding]:
    """`LSTMStateTuple(h, c)`."""
    states = [value.state if isinstance(value, Tensor) else None for value in (paired.cell, paired.hidden)]
    known = [None if state is None else state[-1] for state in states]
    named = [meaning(text.rpartition(".")[2]).kind for text in paired.texts]
    said = [state or name for state, name in zip(known, named, strict=True)] if len(named) == 2 else known
    if said != ["h", "c"]:
        return
    yield Finding(
        paired.place,
        f"the states are (h, c), but {ORDER}",
        cure="give c first, or both by name: `LSTMStateTuple(c=..., h=...)`",
        confidence=Confidence.CERTAIN if known == ["h", "c"] else Confidence.LIKELY,
    )


@check(START, on=Called)
def started_the_other_way_round(called: Called, facts: Facts) -> Iterator[Finding]:
    """`tf.nn.dynamic_rnn(cell, x, initial_state=(h, c))` with the states of a layer."""
    given = called.state
    if not is_tensorflow(called.layer) or not isinstance(given, Tuple) or given.names == ("c", "h"):
        return
    states = [item.state for item in given.items if isinstance(item, Tensor) and item.state]
    if len(given.items) == 2 and [state[-1] for state in states] == ["h", "c"]:
        yield Finding(called.place, f"the initial state is (h, c), but {ORDER}", cure="give c first")
