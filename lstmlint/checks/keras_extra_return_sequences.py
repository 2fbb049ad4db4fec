"""A recurrent Keras layer that returns the sequence, where one vector per sample is wanted.

Only the data can tell: a target with one value (or vector) per sample under a loss that compares it with every step,
or RepeatVector, which takes vectors only.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import (
    chosen,
    first_by_hand,
    is_first,
    is_keras,
    loss_family,
    origin,
    output_of,
    quoted,
    shape_text,
)
from lstmlint.events import Built, Called, Entered, Fitted, LossTaken
from lstmlint.events.keras import Averaged
from lstmlint.findings import Evidence, Finding, check
from lstmlint.source import Place
from lstmlint.values import Axis, Const, Layer, Note, Tensor, Value

RULE = "keras-extra-return-sequences"
CURE = "leave out return_sequences=True, or take the last step or a mean over time before the head"


@check(RULE, on=Fitted)
def sequence_fitted_to_one_value(fitted: Fitted, facts: Facts) -> Iterator[Finding]:
    """The model returns a sequence, the target has one value or vector per sample."""
    found = _against(facts, fitted.loss, fitted.output, fitted.target)
    if found is not None and is_first(facts, fitted, lambda e: _place(_against(facts, e.loss, e.output, e.target))):
        yield _told(facts, *found, fitted.place)


@check(RULE, on=LossTaken)
def sequence_compared_with_one_value(taken: LossTaken, facts: Facts) -> Iterator[Finding]:
    """The same, where a loss is called by hand."""
    found = _against(facts, taken.loss, taken.prediction, taken.target)
    if found is not None and is_first(facts, taken, lambda e: _place(_against(facts, e.loss, e.prediction, e.target))):
        yield _told(facts, *found, taken.place)


@check(RULE, on=Averaged)
def sequence_less_one_value(averaged: Averaged, facts: Facts) -> Iterator[Finding]:
    """The same, where the loss is written by hand: the mean of a squared difference."""
    found = found_by_hand(averaged, facts)
    if found is not None and is_first(facts, averaged, lambda e: _place(found_by_hand(e, facts))):
        yield _told(facts, *found, averaged.place)


def found_by_hand(averaged: Averaged, facts: Facts) -> Found | None:
    """The layer whose sequence a loss written by hand holds against one value per sample."""
    return first_by_hand(averaged, facts, _against)


Found = tuple[Note, Layer, str]
"""Which layer kept the sequence, and what it is held against."""


def _place(found: Found | None) -> Place | None:
    return None if found is None else found[0].place


def _against(facts: Facts, loss: str | None, output: Value, target: Value) -> Found | None:
    """The layer whose sequence is held against one value or vector per sample."""
    family = loss_family(loss)
    if family is None or not isinstance(target, Tensor):
        return None
    kept = kept_by(facts, output) if _is_one_per_sample(family, output, target) else None
    if kept is None and family == "elementwise_loss" and _is_one_for_all_steps(output, target):
        kept = _number_by(facts, output)
    if kept is None or not isinstance(output, Tensor):
        return None
    return *kept, f"the loss holds {shape_text(target)} against {shape_text(output)}"


def _told(facts: Facts, note: Note, keeping: Layer, evidence: str, place: Place) -> Finding:
    written = _flag_of_its_own(facts, keeping)
    built = (Evidence(note.place, "builds the layer"),) if written is not None else ()
    return Finding(
        written or note.place,
        f"{quoted(keeping)} returns a vector for every step, but the target has one for every sample",
        because=(*built, Evidence(place, evidence)),
        cure=CURE,
    )


def _flag_of_its_own(facts: Facts, layer: Layer) -> Place | None:
    """Where return_sequences was written of a layer that is built from a list of options, among others."""
    together = [event.layer for event in facts.events(Built) if event.place == layer.place]
    flags = {one.id: one.argument("return_sequences") for one in together}
    places = {flag.place for flag in flags.values() if isinstance(flag, Const) and flag.place is not None}
    own = flags.get(layer.id)
    return own.place if isinstance(own, Const) and len(places) > 1 else None


def kept_by(facts: Facts, output: Value) -> tuple[Note, Layer] | None:
    """The layer whose sequence an output of three axes still is, step by step; None where time was made otherwise."""
    note = output.noted("sequence") if isinstance(output, Tensor) and len(output.axes) == 3 else None
    layer = chosen(note)
    called = None if note is None or layer is None else origin(facts, note)
    if note is None or layer is None or called is None or not isinstance(output, Tensor):
        return None
    made = output_of(called.result)
    if not isinstance(made, Tensor) or len(made.axes) != 3 or output.axes[1].is_single:
        return None
    unsized = made.axes[1].size.known is None
    same = unsized or made.axes[1].id == output.axes[1].id or made.axes[1].size == output.axes[1].size
    return (note, layer) if same else None


def _number_by(facts: Facts, output: Value) -> tuple[Note, Layer] | None:
    """The layer of whose sequence an output (batch, time) has one number for each step."""
    note = output.noted("sequence") if isinstance(output, Tensor) else None
    layer = chosen(note)
    called = None if note is None or layer is None else origin(facts, note)
    if note is None or layer is None or called is None or not isinstance(output, Tensor):
        return None
    made = output_of(called.result)
    if not isinstance(made, Tensor) or len(made.axes) != 3 or not _is_given(facts, made.axes[1], output.axes[1]):
        return None
    return note, layer


def _is_given(facts: Facts, own: Axis, other: Axis) -> bool:
    """True for one axis, or one of a model's input and one of what the model is given, through any number of models."""
    pairs = [(event.declared, event.given) for event in facts.events(Entered)]
    axes = [pair for one, given in pairs for pair in zip(one.axes, given.axes, strict=False)]
    found = {own.id}
    while other.id not in found:
        more = {given.id for declared, given in axes if declared.id in found} - found
        if not more:
            return False
        found |= more
    return True


def _is_one_for_all_steps(output: Value, target: Tensor) -> bool:
    """True for (batch, time) against (batch,) or (batch, 1)."""
    if not isinstance(output, Tensor) or len(output.axes) != 2 or output.axes[1].is_single or not target.axes:
        return False
    first, steps = target.axes[0], output.axes[1]
    if len(target.axes) == 2:
        return target.axes[1].is_single
    return len(target.axes) == 1 and first.id != steps.id and first.size != steps.size


def _is_one_per_sample(family: str, output: Value, target: Tensor) -> bool:
    """True where the target cannot have a value per step. Keras squeezes a last axis of 1 before it compares."""
    if not isinstance(output, Tensor) or len(output.axes) != 3:
        return False
    if len(target.axes) == 1:
        return True
    if len(target.axes) != 2:
        return False
    steps, width = output.axes[1], target.axes[1]
    if family != "sparse_loss" and output.axes[2].size.exceeds(1):
        return True
    return width.is_single or width.size.cannot_equal(steps.size)


@check(RULE, on=Called)
def sequence_repeated(called: Called, facts: Facts) -> Iterator[Finding]:
    """RepeatVector makes a sequence of one vector and refuses a sequence."""
    kept = kept_by(facts, called.source) if called.layer.spec.family == "repeat_vector" else None
    if kept is None or not is_keras(called.layer):
        return
    note, keeping = kept
    yield Finding(
        note.place,
        f"{quoted(keeping)} returns a vector for every step, but {quoted(called.layer)} repeats one vector",
        because=(Evidence(called.place, "reads (batch, feature) and is given (batch, time, feature)"),),
        cure="leave out return_sequences=True",
    )
