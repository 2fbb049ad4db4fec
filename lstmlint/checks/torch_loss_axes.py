"""A loss that reads an axis as another than it is: classes last, or the steps of one sample met by those of another.

A loss over classes wants them on axis 1, in front of the steps. Flattened, prediction and target must have been laid
out in one order, and so must two sequences that are compared entry by entry. Which axis is which is known by identity
where the target was made out of the input's axes, and from loaders, padding, layers and sizes where it was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lstmlint.catalogue.losses import loss_spec
from lstmlint.checks.evidence import chosen, layouts
from lstmlint.checks.facts import Facts
from lstmlint.checks.packing import padded_back_anew
from lstmlint.checks.pairing import Order, described, maker, paired_otherwise, read_as, readers, role_of, same_length
from lstmlint.checks.states import stack_of
from lstmlint.checks.uses import identities
from lstmlint.events import LossTaken, Reshaped
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.values import Axis, Role, Tensor, Value

RULE = "torch-loss-axes"
FEWEST_CLASSES = 3
"""Scores of one or two numbers for each step may be meant for choosing a step: the start and end of an answer."""


@check(RULE, on=LossTaken)
def axis_read_as_another(taken: LossTaken, facts: Facts) -> Iterator[Finding]:
    """What a loss reads as classes, or pairs with a target's axis, is another axis."""
    loss = loss_spec(taken.loss)
    if loss is None or not isinstance(taken.prediction, Tensor) or stack_of(taken.prediction) is not None:
        return
    if loss.time is not None:
        yield from _batch_read_as_time(taken, taken.prediction, facts)
        return
    sure = None if loss.classes is None else _is_of_classes(taken.prediction, taken.target, facts)
    if sure is not None:
        yield _classes_last(taken, taken.prediction, sure, facts)
    elif isinstance(taken.target, Tensor):
        order = paired_otherwise(taken, facts)
        if order is not None and padded_back_anew(order.predicted, facts) is None:
            yield _in_another_order(taken, order, facts)


# Classes that stand behind the steps


def _is_of_classes(prediction: Tensor, target: Value, facts: Facts) -> Confidence | None:
    """How sure it is that axis 1 of a prediction, which the loss takes for classes, is an axis of the sequence."""
    axes, own = prediction.axes, identities(prediction)
    if len(axes) < 3 or axes[1].is_single or axes[1].role is Role.FEATURE or len(set(own)) < len(own):
        return None
    is_soft = isinstance(target, Tensor) and len(target.axes) == len(axes) and identities(target)[:2] == own[:2]
    if not isinstance(target, Tensor) or is_soft:
        return _scores_of_a_sequence(axes, False, facts)
    if len(target.axes) != len(axes) - 1:
        return None
    if axes[1].id in identities(target):
        return Confidence.CERTAIN
    given = target.axes[1]
    if same_length(given, axes[1]) and given.size.cannot_equal(axes[2].size):
        return Confidence.CERTAIN
    is_ranked = same_length(given, axes[1]) and _is_same(target.axes[0], axes[0])
    return None if same_length(given, axes[2]) and not is_ranked else _scores_of_a_sequence(axes, is_ranked, facts)


def _is_same(one: Axis, other: Axis) -> bool:
    return one.id == other.id or same_length(one, other)


def _scores_of_a_sequence(axes: Sequence[Axis], is_ranked: bool, facts: Facts) -> Confidence | None:
    """How sure it is that these are a layer's scores for each step of a batch, and not of one sequence alone.

    `is_ranked`: the target has the axes of such scores. Else something other than the loss must say that.
    """
    last = axes[-1]
    few = last.size.known is not None and last.size.known < FEWEST_CLASSES
    if len(axes) != 3 or last.role is not Role.FEATURE or few or read_as(axes[1], facts) is None:
        return None
    pair = {axes[0].id, axes[1].id}
    readings = [reading for reading in layouts(facts).readings if {reading.batch.id, reading.time.id} == pair]
    others = [support for reading in readings for support in reading.agreeing if support.kind != "loss"]
    if readings and (is_ranked or others):
        return Confidence.LIKELY
    return Confidence.POSSIBLE if any(reading.batch_first for reading in readings) else None


def _classes_last(taken: LossTaken, prediction: Tensor, sure: Confidence, facts: Facts) -> Finding:
    role = role_of(prediction.axes[1], facts) or read_as(prediction.axes[1], facts)
    what = {Role.BATCH: "the batch", Role.TIME: "time"}.get(role, "another axis") if role else "another axis"
    name = callee_text(taken.place)
    because = list(readers(prediction.axes, facts))
    if isinstance(taken.target, Tensor):
        text = f"takes {described(prediction.axes, facts)} with a target of {described(taken.target.axes, facts)}"
        because.append(Evidence(taken.place, text))
    return Finding(
        taken.place,
        f"`{name}` reads axis 1 of its prediction as classes, but it is {what}: the classes stand last",
        because=tuple(because),
        cure="put the classes on axis 1, `transpose(1, 2)`, or flatten prediction and target alike",
        confidence=sure,
    )


@check(RULE, on=Reshaped)
def rows_across_classes(reshaped: Reshaped, facts: Facts) -> Iterator[Finding]:
    """(B,C,T) reshaped to rows of C, (-1, C), for a loss: a row holds C steps of one class."""
    axes = reshaped.source.axes
    if reshaped.scrambled or len(axes) != 3 or axes[1].role is not Role.FEATURE or axes[2].role is Role.FEATURE:
        return
    rows = reshaped.result.axes
    if len(rows) != 2 or axes[2].is_single or rows[1].id in identities(reshaped.source):
        return
    taken = _read_by(reshaped, facts)
    if taken is not None and same_length(rows[1], axes[1]):
        yield _rows(reshaped, taken, facts)


def _read_by(reshaped: Reshaped, facts: Facts) -> LossTaken | None:
    """The loss over classes that reads the result of a reshape."""
    for taken in facts.events(LossTaken):
        loss = loss_spec(taken.loss)
        if loss is not None and loss.classes == 1 and identities(taken.prediction) == identities(reshaped.result):
            return taken
    return None


def _rows(reshaped: Reshaped, taken: LossTaken, facts: Facts) -> Finding:
    axes = reshaped.source.axes
    made = maker(axes[1], facts)
    because = [] if made is None else [Evidence(made.place, "puts the classes on axis 1")]
    because.append(Evidence(taken.place, f"`{callee_text(taken.place)}` reads each row as the scores of one step"))
    return Finding(
        reshaped.place,
        f"`{shortened(reshaped.place.text)}` cuts {described(axes, facts)} into rows that mix steps: "
        "the classes are axis 1 there, not the last",
        because=tuple(because),
        cure="move the classes to the end before: `transpose(1, 2)`",
    )


# Batch and time in different orders


def _in_another_order(taken: LossTaken, order: Order, facts: Facts) -> Finding:
    name = callee_text(taken.place)
    predicted, wanted = described(order.predicted, facts), described(order.wanted, facts)
    because = [*readers(order.predicted, facts), *_merges(taken, facts)]
    return Finding(
        taken.place,
        f"`{name}` pairs predictions in the order {predicted} with targets in the order {wanted}",
        because=tuple(because),
        cure="exchange the first two axes of one of them before",
        confidence=order.confidence,
    )


def _merges(taken: LossTaken, facts: Facts) -> Iterator[Evidence]:
    """Where the axes of prediction and target were flattened."""
    for value in (taken.prediction, taken.target):
        for reshaped in facts.events(Reshaped):
            if isinstance(value, Tensor) and value.axes[0].parts and reshaped.result.axes[:1] == value.axes[:1]:
                before = described(reshaped.source.axes, facts)
                yield Evidence(reshaped.place, f"`{shortened(reshaped.place.text)}` flattens {before}")
                break


# CTC, which is time-major


def _batch_read_as_time(taken: LossTaken, prediction: Tensor, facts: Facts) -> Iterator[Finding]:
    """CTCLoss with log-probabilities of (batch, time, classes)."""
    for reading in chosen(facts):
        if identities(prediction)[:2] == (reading.batch.id, reading.time.id) and len(prediction.axes) == 3:
            yield Finding(
                taken.place,
                f"`{callee_text(taken.place)}` reads axis 0 of its prediction as time, but it is the batch",
                because=tuple(readers(prediction.axes, facts)),
                cure="hand it (time, batch, classes): `transpose(0, 1)`",
                confidence=Confidence.LIKELY,
            )
            return
