"""A recurrent layer's result or state taken apart in another structure than it has.

nn.LSTM returns (output, (h_n, c_n)); nn.GRU and nn.RNN return (output, h_n), where h_n is one tensor. Unpacking that
tensor into two succeeds exactly where layers x directions is 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import is_torch_recurrent, same_axes
from lstmlint.checks.facts import Facts
from lstmlint.checks.names import is_output, is_pair, kind_of_state
from lstmlint.checks.states import origin, stack_of
from lstmlint.events import Called, Reduced, Selected, Unpacked, UsedAsTensor
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.torch.recurrent import is_batch_first
from lstmlint.sizes import Size
from lstmlint.values import Axis, Layer, Tensor, Tuple, Value, as_int

RULE = "torch-state-unpack"
TWO = Size.of(2)

Names = tuple[str | tuple[str, ...], ...]


def _because(layer: Layer) -> tuple[Evidence, ...]:
    return (Evidence(layer.place, f"is an nn.{layer.spec.name} and returns {_returned(layer)}"),)


def _returned(layer: Layer) -> str:
    return "(output, (h_n, c_n))" if layer.spec.family == "lstm" else "(output, h_n)"


@check(RULE, on=Unpacked)
def result_in_another_number(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """`output, h, c = lstm(x)`, or a swapped order."""
    value = unpacked.value
    if not isinstance(value, Tuple) or value.part != "result" or value.layer is None or unpacked.starred:
        return
    if not is_torch_recurrent(value.layer):
        return
    layer, names = value.layer, unpacked.names
    if len(names) != 2:
        yield Finding(
            unpacked.place,
            f"nn.{layer.spec.name} returns two values, {_returned(layer)}, and {len(names)} are unpacked here",
            because=_because(layer),
            cure="write `output, (h_n, c_n) = ...`" if layer.spec.family == "lstm" else "write `output, h_n = ...`",
        )
    elif isinstance(names[0], tuple) or (_says_state_first(layer, names) and _is_misused(value, names, facts)):
        yield _swapped(unpacked, layer)


def _is_misused(result: Tuple, names: Names, facts: Facts) -> bool:
    """True where the output is read as if it were the state, or the state as if it were the output.

    Names alone prove nothing: whoever calls the output `h` may well use it as what it is.
    """
    output, state = result.items
    second = names[1] if isinstance(names[1], str) else ""
    if is_output(second) and kind_of_state(second) is None and _is_taken_whole(state, facts):
        return True
    batch_first = result.layer is not None and is_batch_first(result.layer)
    taken = [(event.source, event.position, event.last) for event in facts.events(Selected)]
    reduced = [(event.source, event.position) for event in facts.events(Reduced)]
    return any(
        (batch_first and last and position == 0 and same_axes(source, output))
        or (last and position == 1 and same_axes(source, state))
        for source, position, last in taken
    ) or any(position == 1 and same_axes(source, state) for source, position in reduced)


def _is_taken_whole(state: Value, facts: Facts) -> bool:
    """True for the states of several layers or directions that a dense layer reads together, as it would a sequence."""
    stack = stack_of(state) if isinstance(state, Tensor) else None
    if stack is None or not stack.size.exceeds(1):
        return False
    dense = (called for called in facts.events(Called) if called.layer.spec.family == "linear")
    return any(same_axes(called.source, state) for called in dense)


def _says_state_first(layer: Layer, names: Names) -> bool:
    first, second = names
    if not isinstance(first, str) or not isinstance(second, str):
        return False
    if kind_of_state(first) == "h" and kind_of_state(second) == "c" and not is_output(first):
        return layer.spec.family == "lstm"
    return kind_of_state(first) == "h" and not is_output(first) and not kind_of_state(second)


def _swapped(unpacked: Unpacked, layer: Layer) -> Finding:
    first, second = (name if isinstance(name, str) else f"({', '.join(name)})" for name in unpacked.names)
    return Finding(
        unpacked.place,
        f"`{first}` gets the output and `{second}` the state: nn.{layer.spec.name} returns {_returned(layer)}",
        because=_because(layer),
        cure="write `output, (h_n, c_n) = ...`" if layer.spec.family == "lstm" else "write `output, h_n = ...`",
        confidence=Confidence.CERTAIN if not isinstance(unpacked.names[0], str) else Confidence.LIKELY,
    )


@check(RULE, on=Unpacked)
def one_state_unpacked_into_two(unpacked: Unpacked, facts: Facts) -> Iterator[Finding]:
    """`output, (h, c) = gru(x)`: a GRU has no cell state, its h_n is one tensor."""
    value = unpacked.value
    if not isinstance(value, Tensor) or unpacked.starred or len(unpacked.names) != 2:
        return
    stack = stack_of(value)
    called = origin(stack, facts) if stack is not None else None
    if stack is None or called is None or called.layer.spec.family == "lstm":
        return
    names = [name if isinstance(name, str) else "" for name in unpacked.names]
    looks_alike = is_pair(*names)
    if not looks_alike and not stack.size.cannot_equal(TWO):
        return
    name = called.layer.spec.name
    yield Finding(
        unpacked.place,
        f"nn.{name} has no cell state: {_what_happens(called.layer, stack, names)}",
        because=_because(called.layer),
        cure=f"write `output, {names[0] or 'h_n'} = ...`",
        confidence=Confidence.CERTAIN if looks_alike or stack.size.known is not None else Confidence.LIKELY,
    )


def _what_happens(layer: Layer, stack: Axis, names: list[str]) -> str:
    """What the two names get: the entries of h_n where there are two, an error where there are not."""
    first, second = names
    if stack.size.known is None:
        return f"`{first}` and `{second}` would be two entries of h_n, (layers x directions, batch, hidden)"
    if stack.size != TWO:
        return f"its h_n has {stack.size.known} on axis 0, and unpacking it into two raises"
    is_stack = as_int(layer.argument("num_layers")) == 2
    halves = ("layer 0", "layer 1") if is_stack else ("the forward direction", "the backward direction")
    return f"`{first}` is the final state of {halves[0]} and `{second}` that of {halves[1]}"


@check(RULE, on=UsedAsTensor)
def pair_used_as_tensor(used: UsedAsTensor, facts: Facts) -> Iterator[Finding]:
    """The (h, c) pair of an LSTM used as the hidden state: `h[-1]` of it is the cell state."""
    layer = used.value.layer
    if layer is None or layer.spec.framework != "torch" or used.value.part not in ("state", "cell"):
        return
    pair = "(h_n, c_n)" if used.value.part == "state" else "(h, c)"
    yield Finding(
        used.place,
        f"the pair {pair} that nn.{layer.spec.name} returns as its state is {used.how}",
        because=_because(layer) if used.value.part == "state" else (),
        cure="unpack it first: `output, (h_n, c_n) = ...`" if used.value.part == "state" else "write `h, c = ...`",
    )
