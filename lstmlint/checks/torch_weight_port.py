"""Weights of a Keras layer in a torch layer, in another order than torch reads them.

torch wants kernels transposed, an LSTM's one bias in one of its two vectors and zeros in the other, and a GRU's gates
as r, z, n where Keras has z, r, h.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from lstmlint.checks.facts import Facts
from lstmlint.checks.parameters import Written, copied_with, is_left_alone, partners, written
from lstmlint.events import ParameterSet
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.source import Place
from lstmlint.values import as_bool
from lstmlint.weights import Weight

Check = Callable[[Written, Facts], Finding | None]

_ORDER = {"gru": (1, 0, 2), "lstm": (0, 1, 2, 3)}
"""torch's gates by their numbers in Keras."""
_KERAS = {"gru": "z, r, h", "lstm": "i, f, c, o"}
_TORCH = {"gru": "r, z, n", "lstm": "i, f, g, o"}


@check("torch-weight-port", on=ParameterSet)
def array_is_out_of_order(event: ParameterSet, facts: Facts) -> Iterator[Finding]:
    """`lstm.weight_ih_l0.data = torch.from_numpy(kernel)`, a bias in both vectors, a GRU's gates as Keras has them."""
    yield from _mistakes(facts).get(id(event), ())


@lru_cache(maxsize=1)
def _mistakes(facts: Facts) -> dict[int, list[Finding]]:
    """The findings by the identity of the event; each kind of mistake is told once for each place."""
    found: dict[int, list[Finding]] = {}
    told: set[tuple[Place, Check]] = set()
    for event, one in written(facts).items():
        for look in (_axes, _gates, _rows, _twice, _alone):
            finding = look(one, facts)
            if finding is not None and (finding.place, look) not in told:
                told.add((finding.place, look))
                found.setdefault(event, []).append(finding)
    return found


def _finding(one: Written, place: Place, message: str, cure: str, *reasons: Evidence) -> Finding:
    text = "is named as an array of a Keras layer" if one.array.is_named else "comes out of a Keras layer"
    origin = Evidence(one.array.place, f"`{shortened(one.array.place.text)}` {text}")
    confidence = Confidence.LIKELY if one.array.is_named else Confidence.CERTAIN
    return Finding(place, message, because=(origin, *reasons), cure=cure, confidence=confidence)


def _lands(one: Written) -> Evidence:
    return Evidence(one.event.place, f"becomes `{one.event.name}`")


def _axes(one: Written, facts: Facts) -> Finding | None:
    """A kernel as it is, or reshaped."""
    array = one.array
    if one.kind != "weight" or array.is_turned or array.is_flat:
        return None
    is_whole = not array.blocks or array.joined is not None
    if array.reshaped is not None:
        text = shortened(array.reshaped.text)
        message = f"`{text}` gives a Keras kernel torch's shape, but not its order: it has to be transposed"
        return _finding(one, array.reshaped, message, "transpose it: `.T`", _lands(one))
    if not is_whole or not array.is_told_apart or array.is_cut or array.is_list:
        return None
    message = f"`{one.event.name}` gets a Keras kernel as it is, (in, gates x units): torch's is (gates x units, in)"
    return _finding(one, one.event.place, message, "transpose it: `.T`")


def _gates(one: Written, facts: Facts) -> Finding | None:
    """Gates in Keras' order in a GRU, or exchanged in an LSTM."""
    family, array = one.family, one.array
    order = _ORDER.get(family or "")
    if order is None or family is None or array.is_cut or array.start is not None:
        return None
    if (one.kind == "weight" and array.is_flat) or not array.is_told_apart:
        return None
    blocks = array.blocks or (tuple(range(len(order))) if array.joined is None else ())
    if blocks == order or sorted(blocks) != list(range(len(order))):
        return None
    if family == "lstm" and array.is_named:  # TensorFlow 1 packs i, c, f, o under the same names
        return None
    place = array.joined or one.event.place
    message = f"these gates are neither in Keras' order, {_KERAS[family]}, nor in that of nn.{family.upper()}"
    if blocks == tuple(range(len(order))):
        message = f"the gates stand as in Keras, {_KERAS[family]}: nn.{family.upper()} wants {_TORCH[family]}"
    cure = "exchange the first two thirds" if family == "gru" else "keep the order: it is the same in torch"
    return _finding(one, place, message, cure, *(() if array.joined is None else (_lands(one),)))


def _rows(one: Written, facts: Facts) -> Finding | None:
    """The two biases of a GRU added up."""
    summed = one.array.summed
    if one.kind != "bias" or one.family != "gru" or summed is None:
        return None
    message = f"`{shortened(summed.text)}` adds up a GRU's two biases: the reset gate works on the recurrent one alone"
    return _finding(one, summed, message, "put row 0 into bias_ih and row 1 into bias_hh", _lands(one))


def _twice(one: Written, facts: Facts) -> Finding | None:
    """One bias in both vectors."""
    other = next(partners(one, facts), None)
    if one.kind != "bias" or other is None or one.array.source != other.array.source or not one.array.is_told_apart:
        return None
    events = facts.events(ParameterSet)
    if events.index(one.event) < events.index(other.event) or one.array.summed or one.array.start is not None:
        return None
    message = f"`{one.event.name}` gets the same bias as `{other.event.name}`: torch adds the two, so it counts twice"
    first = Evidence(other.event.place, f"`{other.event.name}` has it already")
    return _finding(one, one.event.place, message, f"set `{one.event.name}` to zeros", first)


def _alone(one: Written, facts: Facts) -> Finding | None:
    """One bias is set and the other keeps its random numbers."""
    if one.kind != "bias" or not _keeps_the_other(one.event, facts):
        return None
    rest = _other_bias(one.event)
    message = f"`{one.event.name}` gets Keras' bias, and `{rest}` keeps its random numbers: torch adds the two"
    return _finding(one, one.event.place, message, f"set `{rest}` to zeros", *_drawn(one.event))


def _keeps_the_other(event: ParameterSet, facts: Facts) -> bool:
    """True where a layer has two biases and the other one is as it was drawn."""
    layer = event.layer
    if layer is None or layer.uncertain or as_bool(layer.argument("bias")) is not True:
        return False
    return not event.complete and is_left_alone(event, facts)


def _other_bias(event: ParameterSet) -> str:
    return event.name.replace("_ih", "_hh") if "_ih" in event.name else event.name.replace("_hh", "_ih")


def _drawn(event: ParameterSet) -> Iterator[Evidence]:
    if event.layer is not None:
        yield Evidence(event.layer.place, "draws both vectors at random")


@check("torch-weight-port", on=ParameterSet)
def bias_is_left_over(event: ParameterSet, facts: Facts) -> Iterator[Finding]:
    """A port copies both weights and one bias from arrays of any origin, and the other bias stays random."""
    weights = copied_with(event, facts) if facts.world.ports and not isinstance(event.value, Weight) else ()
    first = next(one for one in facts.events(ParameterSet) if one.place == event.place)
    if not weights or event is not first or not _keeps_the_other(event, facts):
        return
    rest = _other_bias(event)
    yield Finding(
        event.place,
        f"`{event.name}` is copied, and `{rest}` keeps its random numbers: torch adds the two",
        because=(*(Evidence(one.place, f"`{one.name}` is copied, too") for one in weights), *_drawn(event)),
        cure=f"set `{rest}` to zeros",
        confidence=Confidence.LIKELY,
    )
