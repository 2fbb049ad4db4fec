"""A softmax, a pooling or an attention that runs across the samples of a batch instead of along time or the classes.

Which axis is the batch is what a recurrent layer reads it as, where somebody chose that layout: it was built with
batch_first=True, or something else agrees with it. Where the layer itself is in the minority, its own rule speaks.
Keras leaves no choice, so something else has to agree there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lstmlint.checks.evidence import Reading, chosen, flag_place, same_axes
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_time_major import reads_batch_first
from lstmlint.checks.packing import is_laid_out_anew, padded_back_from
from lstmlint.checks.states import stack_of
from lstmlint.checks.uses import Support, View, uses_of
from lstmlint.events import Called, Joined, PackedUp, Reduced, Squeezed
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.ops.trail import DENSE
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.lean import dataclass
from lstmlint.values import Axis, Claim, Layer, Path, Role, Strength, Tensor, Value, as_bool, compatible

RULE = "torch-batch-axis-operation"
NORMALISERS = frozenset({"softmax", "log_softmax", "softmin"})
POOLINGS = frozenset({"sum", "mean", "max", "amax"})
ATTENTION = frozenset({"multihead_attention", "transformer_layer"})


@dataclass(frozen=True)
class _Order:
    """What is known of batch and time: the two axes, on which branches, why, and what says otherwise."""

    batch: Axis
    time: Axis
    path: Path
    because: tuple[Evidence, ...]
    against: tuple[Support, ...]
    argument: str = "dim"
    """What the framework calls the axis to run along."""


@check(RULE, on=Reduced)
def runs_across_samples(reduced: Reduced, facts: Facts) -> Iterator[Finding]:
    """A softmax along the batch of scores by step or by class, or a pooling of a sequence over its samples."""
    if stack_of(reduced.source) is not None or reduced.axis.is_single or _is_squeezed(reduced, facts):
        return
    for order in _orders(facts):
        if order.batch.id != reduced.axis.id or not compatible(order.path, reduced.path):
            continue
        if _is_doubted(order, reduced):
            continue
        if _is_normalised(reduced, order, facts) or _is_pooled(reduced, order, facts):
            yield _finding(reduced, order.because, _cure(reduced, order))
            return
    claim = _read_by_a_cell(reduced, facts)
    if claim is not None:
        yield _finding(reduced, (Evidence(claim.place, claim.text),), "run it along the other axis, `dim=-1`")


def _read_by_a_cell(reduced: Reduced, facts: Facts) -> Claim | None:
    """What says that scores of a dense layer are normalised over the samples of which a cell takes a step."""
    axes = reduced.source.axes
    is_score = reduced.how in NORMALISERS and len(axes) == 2 and reduced.source.noted(DENSE) is not None
    if not is_score or axes[1 - reduced.position].is_single or _is_time(reduced.axis, facts):
        return None
    own, other = (
        next((claim for claim in facts.claims(axis) if claim.role is Role.BATCH and _is_sure(claim, reduced)), None)
        for axis in (reduced.axis, axes[1 - reduced.position])
    )
    return own if own is not None and own.kind == "cell" and other is None else None


def _is_sure(claim: Claim, reduced: Reduced) -> bool:
    return claim.strength is Strength.FACT and compatible(claim.path, reduced.path)


def _is_squeezed(reduced: Reduced, facts: Facts) -> bool:
    """True behind a squeeze that names no axis: it may well have dropped a batch of one sample."""
    squeezes = facts.events(Squeezed)
    return any(one.position is None and same_axes(one.result, reduced.source) for one in squeezes)


@lru_cache(maxsize=1)
def _orders(facts: Facts) -> tuple[_Order, ...]:
    return tuple(_chosen_orders(facts))


def _chosen_orders(facts: Facts) -> Iterator[_Order]:
    """The layouts that somebody chose: of a layer's input, and of what was packed.

    A wrong flag at a packing is noticed, since there are as many lengths as samples; so a flag left out counts too.
    """
    for reading in chosen(facts):
        text = f"`{callee_text(reading.called.place)}` reads this axis as batch ({_how(reading)})"
        more = [Evidence(support.place, support.text) for support in reading.agreeing[:2]]
        because = (Evidence(reading.called.place, text), *more)
        yield _Order(reading.batch, reading.time, reading.called.path, because, reading.against)
    for packed in facts.events(PackedUp):
        batch, time = packed.result.batch, packed.result.time
        if packed.batch_first is None or any(is_laid_out_anew(one, facts) for one in padded_back_from(packed, facts)):
            continue
        view = View(batch, time, packed.batch_first, packed.path)
        claims = [claim for claim in facts.claims(batch) if claim.place == packed.place]
        if claims and not time.is_single:
            because = tuple(Evidence(claim.place, claim.text) for claim in claims)
            yield _Order(batch, time, packed.path, because, tuple(uses_of(facts).against(view, facts)))
    yield from _orders_of_keras(facts)


def _orders_of_keras(facts: Facts) -> Iterator[_Order]:
    """The layout that a Keras layer reads, where a use of its axes agrees and no layer takes the batch for time."""
    for called in facts.events(Called):
        source = called.source
        if not reads_batch_first(called.layer, facts) or not isinstance(source, Tensor) or len(source.axes) != 3:
            continue
        batch, time = source.axes[:2]
        if batch.is_single or time.is_single or source.noted("transposed") or _is_time(batch, facts):
            continue
        view = View(batch, time, True, called.path)
        agreeing = [one for one in uses_of(facts).agreeing(view, facts) if one.strength >= Strength.STRUCTURE]
        if agreeing:
            first = Evidence(called.place, f"`{callee_text(called.place)}` reads this axis as batch")
            because = (first, *(Evidence(support.place, support.text) for support in agreeing[:1]))
            against = tuple(uses_of(facts).against(view, facts))
            yield _Order(batch, time, called.path, because, against, "axis")


def _is_doubted(order: _Order, reduced: Reduced) -> bool:
    """True where something else also takes the batch for time."""
    return any(support.strength >= Strength.STRUCTURE and support.place != reduced.place for support in order.against)


def _is_normalised(reduced: Reduced, order: _Order, facts: Facts) -> bool:
    """A softmax over the samples, of scores for each step or of a dense layer's scores for each class."""
    if reduced.how not in NORMALISERS:
        return False
    axes = reduced.source.axes
    if order.time.id in {axis.id for axis in axes}:
        return True
    is_dense = len(axes) == 2 and reduced.position == 0 and reduced.source.noted(DENSE) is not None
    return is_dense and not axes[1].is_single and not _is_time(reduced.axis, facts)


def _is_time(axis: Axis, facts: Facts) -> bool:
    """True where another place takes the axis for time: samples of one layer are the steps of the next."""
    return any(claim.role is Role.TIME for claim in facts.claims(axis))


def _is_pooled(reduced: Reduced, order: _Order, facts: Facts) -> bool:
    """A sequence without its batch that goes into another layer; other sums over samples are statistics or losses."""
    source = reduced.source
    if reduced.how not in POOLINGS or len(source.axes) != 3 or _is_time(reduced.axis, facts):
        return False
    left = Tensor(tuple(axis for axis in source.axes if axis.id != reduced.axis.id))
    is_sequence = left.axes[0].id == order.time.id and len(left.axes) == 2
    return is_sequence and any(
        same_axes(called.source, part) and compatible(called.path, reduced.path)
        for part in (left, *_joined_with(left, facts))
        for called in facts.events(Called)
        if called.layer.spec.family != "dropout"
    )


def _joined_with(pooled: Tensor, facts: Facts) -> Iterator[Value]:
    """What a pooled sequence becomes beside other features: `torch.cat((u, v), 1)`."""
    for joined in facts.events(Joined):
        if joined.position in (1, -1) and any(same_axes(part, pooled) for part in joined.parts):
            yield joined.result


def _finding(reduced: Reduced, because: tuple[Evidence, ...], cure: str) -> Finding:
    text = shortened(reduced.place.text)
    return Finding(
        reduced.place,
        f"`{text}` runs across the samples of the batch: axis {reduced.position} is the batch here",
        because=because,
        cure=cure,
        confidence=Confidence.LIKELY,
    )


def _how(reading: Reading) -> str:
    return "batch_first=True" if reading.batch_first else "time first"


def _cure(reduced: Reduced, order: _Order) -> str:
    positions = [number for number, axis in enumerate(reduced.source.axes) if axis.id == order.time.id]
    if positions:
        return f"run it along time, `{order.argument}={positions[0]}`"
    return f"run it along the classes, `{order.argument}=-1`"


@check(RULE, on=Called)
def attends_across_samples(called: Called, facts: Facts) -> Iterator[Finding]:
    """An attention layer without batch_first behind a batch-first recurrent layer, or the reverse."""
    layer, source = called.layer, called.source
    batch_first = as_bool(layer.argument("batch_first")) if layer.spec.family in ATTENTION else None
    if batch_first is None or layer.spec.framework != "torch" or not isinstance(source, Tensor):
        return
    for reading in chosen(facts):
        read = [reading.batch.id, reading.time.id] if not batch_first else [reading.time.id, reading.batch.id]
        if [axis.id for axis in source.axes[:2]] != read or len(source.axes) != 3:
            continue
        if compatible(reading.called.path, called.path) and _is_alone(layer, reading, facts):
            yield _attention(called, reading, batch_first)
            return


def _is_alone(layer: Layer, reading: Reading, facts: Facts) -> bool:
    """True where nothing but attention layers of the same layout contradicts a reading."""
    own = {
        called.place
        for called in facts.events(Called)
        if called.layer.spec.family in ATTENTION
        and called.layer.argument("batch_first") == layer.argument("batch_first")
    }
    return all(support.place in own for support in reading.against if support.strength >= Strength.STRUCTURE)


def _attention(called: Called, reading: Reading, batch_first: bool) -> Finding:
    name, first = callee_text(called.place), callee_text(reading.called.place)
    role, other = ("batch", "time") if batch_first else ("time", "batch")
    flag = "batch_first=True" if batch_first else "no batch_first"
    return Finding(
        flag_place(called.layer, "batch_first"),
        f"`{name}` reads axis 0 of its input as {role}, but it is the {other}: it attends across samples",
        because=(
            Evidence(called.place, f"reads axis 0 as {role} ({flag})"),
            Evidence(reading.called.place, f"`{first}` reads the same axis as {other} ({_how(reading)})"),
        ),
        cure="leave out `batch_first=True`" if batch_first else "build it with `batch_first=True`",
        confidence=Confidence.LIKELY,
    )
