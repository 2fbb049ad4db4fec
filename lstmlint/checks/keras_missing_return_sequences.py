"""A recurrent Keras layer that returns its last step only, where the sequence is wanted.

Most consumers raise on (batch, feature); attention does not, it attends over the batch. A target with a value per step
says the same by its shape. The finding stands at the layer that drops the time axis, once however many consumers.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import (
    ATTENTION,
    chosen,
    first_by_hand,
    is_first,
    loss_family,
    origin,
    output_of,
    quoted,
    shape_text,
    time_before,
    wanted_rank,
)
from lstmlint.events import Called, Fitted, LossTaken, Reduced
from lstmlint.events.keras import Averaged
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.source import Place
from lstmlint.values import Layer, Note, Tensor, Tuple, Value

RULE = "keras-missing-return-sequences"
CURE = "give it return_sequences=True"


@check(RULE, on=Called)
def last_step_given_as_sequence(called: Called, facts: Facts) -> Iterator[Finding]:
    """A layer that reads a sequence is called on (batch, feature)."""
    found = dropped_before(called)
    if found is None or not is_first(facts, called, _dropped_at):
        return
    note, dropping = found
    wanted = _wanted(called)
    consumer = "the next one" if called.layer.place == note.place else quoted(called.layer)
    yield Finding(
        note.place,
        f"{quoted(dropping)} returns its last step only, but {consumer} {wanted[0]}",
        because=(Evidence(called.place, wanted[1]),),
        cure=_cure(called, dropping),
    )


def dropped_before(called: Called) -> tuple[Note, Layer] | None:
    """The layer that dropped the time axis which a called layer wants."""
    wanted = wanted_rank(called.layer)
    if wanted is None:
        return None
    for source in _sources(called):
        note = source.noted("last-step") if isinstance(source, Tensor) and len(source.axes) == wanted - 1 else None
        layer = chosen(note)
        if note is not None and layer is not None:
            return note, layer
    return None


def _sources(called: Called) -> tuple[Value, ...]:
    several = called.layer.spec.family in ATTENTION and isinstance(called.source, Tuple)
    return called.source.items if several and isinstance(called.source, Tuple) else (called.source,)


def _dropped_at(called: Called) -> Place | None:
    found = dropped_before(called)
    return None if found is None else found[0].place


def _wanted(called: Called) -> tuple[str, str]:
    """What the consumer wants, for the message, and what it does, as evidence."""
    if called.layer.spec.family in ATTENTION:
        return "attends over steps", "attends over axis 0, the batch, when its input has no time axis"
    rank = wanted_rank(called.layer) or 3
    return "reads a sequence", f"reads {rank} axes, batch and time first, and is given {rank - 1}"


def _cure(called: Called, dropping: Layer) -> str:
    if called.layer.spec.family in ATTENTION and any(
        isinstance(source, Tensor) and len(source.axes) == 3 for source in _sources(called)
    ):
        return "make it a sequence of one step: `keras.ops.expand_dims(query, 1)`"
    if called.layer.spec.family in ("lstm", "gru", "rnn"):
        return f"{CURE}, or put RepeatVector between them if one vector is meant for every step"
    return CURE


@check(RULE, on=Reduced)
def weighted_without_steps(reduced: Reduced, facts: Facts) -> Iterator[Finding]:
    """Attention by hand: a softmax over axis 1 and a sum over it, where axis 1 is not time."""
    found = _weighted(reduced, facts)
    if found is None or not is_first(facts, reduced, lambda e: _place_of(_weighted(e, facts))):
        return
    note, dropping, summed = found
    yield Finding(
        note.place,
        f"{quoted(dropping)} returns its last step only, but its steps are weighted",
        because=(
            Evidence(reduced.place, "takes the softmax of one number for each sample, which is always 1"),
            Evidence(summed.place, "sums over axis 1, the features when there are no steps"),
        ),
        cure=CURE,
    )


def _weighted(reduced: Reduced, facts: Facts) -> tuple[Note, Layer, Reduced] | None:
    """The layer whose last step goes through a softmax over one entry and is then summed over its features."""
    note = _step_on_axis_1(reduced)
    layer = chosen(note)
    if reduced.how != "softmax" or not reduced.axis.is_single or note is None or layer is None:
        return None
    for other in facts.events(Reduced):
        if other.how in ("sum", "mean") and not other.axis.is_single and _step_on_axis_1(other) == note:
            return note, layer, other
    return None


@check(RULE, on=Reduced)
def weighted_along_the_batch(reduced: Reduced, facts: Facts) -> Iterator[Finding]:
    """Attention by hand over last steps, stretched by a query with an axis of one step: they meet along the batch."""
    found = _weighted_batch(reduced, facts)
    if found is None or not is_first(facts, reduced, lambda e: _place_of(_weighted_batch(e, facts))):
        return
    note, dropping, summed = found
    because = [Evidence(reduced.place, "takes the softmax along the batch: each sample is held against every other")]
    if summed is not reduced:
        because.append(Evidence(summed.place, "sums over axis 1, which is the batch as well when there are no steps"))
    yield Finding(
        note.place,
        f"{quoted(dropping)} returns its last step only, but its steps are weighted",
        because=tuple(because),
        cure=CURE,
    )


def _weighted_batch(reduced: Reduced, facts: Facts) -> tuple[Note, Layer, Reduced] | None:
    """The layer whose last steps, of all samples, are weighted for each sample, and what sums them if that is told.

    Scores of a single query (batch, 1, batch) say enough; others are also used to tell a batch's samples apart.
    """
    note = _of_the_batch(reduced, facts) if reduced.how == "softmax" else None
    layer, rank = chosen(note), len(reduced.source.axes)
    if note is None or layer is None:
        return None
    if reduced.position == 2:
        return (note, layer, reduced) if rank == 3 and reduced.source.axes[1].is_single else None
    for other in facts.events(Reduced):
        is_sum = other.how == "sum" and other.position == 1 and len(other.source.axes) == 3
        if is_sum and _of_the_batch(other, facts) == note:
            return note, layer, other
    return None


def _of_the_batch(reduced: Reduced, facts: Facts) -> Note | None:
    """The note of last steps along whose samples something runs for each of the same samples, on axis 0."""
    note, axes = reduced.source.noted("last-step"), reduced.source.axes
    if reduced.position == 0 or note is None or axes[0].id != reduced.axis.id:
        return None
    called = origin(facts, note)
    output = None if called is None else output_of(called.result)
    return note if isinstance(output, Tensor) and output.axes[0].id == axes[0].id else None


def _step_on_axis_1(reduced: Reduced) -> Note | None:
    """The note of a last step that is reduced over what would be time in a sequence."""
    return reduced.source.noted("last-step") if reduced.position == 1 and len(reduced.source.axes) == 2 else None


def _place_of(found: tuple[Note, Layer, Reduced] | None) -> Place | None:
    return None if found is None else found[0].place


@check(RULE, on=Fitted)
def last_step_fitted_to_steps(fitted: Fitted, facts: Facts) -> Iterator[Finding]:
    """The target has a value per step, the model returns one vector per sample."""
    found = _against(facts, fitted.loss, fitted.output, fitted.target)
    if found is not None and is_first(facts, fitted, lambda e: _place(_against(facts, e.loss, e.output, e.target))):
        yield _told(*found, fitted.place)


@check(RULE, on=LossTaken)
def last_step_compared_with_steps(taken: LossTaken, facts: Facts) -> Iterator[Finding]:
    """The same, where a loss is called by hand."""
    found = _against(facts, taken.loss, taken.prediction, taken.target)
    if found is not None and is_first(facts, taken, lambda e: _place(_against(facts, e.loss, e.prediction, e.target))):
        yield _told(*found, taken.place)


@check(RULE, on=Averaged)
def last_step_less_steps(averaged: Averaged, facts: Facts) -> Iterator[Finding]:
    """The same, where the loss is written by hand: the mean of a squared difference."""
    found = _by_hand(averaged, facts)
    if found is not None and is_first(facts, averaged, lambda e: _place(_by_hand(e, facts))):
        yield _told(*found, averaged.place)


def _by_hand(averaged: Averaged, facts: Facts) -> Found | None:
    return first_by_hand(averaged, facts, _against)


Found = tuple[Note, Layer, Tensor, Tensor]
"""Which layer dropped the sequence; the model's output and the target."""


def _place(found: Found | None) -> Place | None:
    return None if found is None else found[0].place


def _against(facts: Facts, loss: str | None, output: Value, target: Value) -> Found | None:
    """The layer whose last step is held against a value for every step."""
    note = output.noted("last-step") if isinstance(output, Tensor) and len(output.axes) == 2 else None
    dropping = chosen(note)
    if note is None or dropping is None or not isinstance(output, Tensor) or not isinstance(target, Tensor):
        return None
    if not _has_value_per_step(facts, loss_family(loss), note, output, target):
        return None
    return note, dropping, output, target


def _told(note: Note, dropping: Layer, output: Tensor, target: Tensor, place: Place) -> Finding:
    return Finding(
        note.place,
        f"{quoted(dropping)} returns its last step only, but the target has a value for every step",
        because=(Evidence(place, f"the model gives {shape_text(output)}, the target is {shape_text(target)}"),),
        cure=CURE,
        confidence=Confidence.LIKELY if len(target.axes) == 2 else Confidence.CERTAIN,
    )


def _has_value_per_step(facts: Facts, family: str | None, note: Note, output: Tensor, target: Tensor) -> bool:
    """True where the target's axis 1 can only be time."""
    if family is None or len(target.axes) not in (2, 3) or target.axes[1].is_single:
        return False
    if len(target.axes) == 3:
        return not (target.axes[2].is_single and output.axes[1].size == target.axes[1].size)  # the loss drops the 1
    time = time_before(facts, note)
    if time is None or time.is_single or target.axes[1].size != time.size:
        return False
    return family == "sparse_loss" or output.axes[1].is_single
