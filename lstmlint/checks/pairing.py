"""How a prediction and a target are paired off, entry by entry: which axis of the one is which of the other.

Two axes are the same where they have one identity. Where the two tensors were made apart, their sizes tell, or what
the loader, the padding and the layers say that they run over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lstmlint.catalogue.losses import LossSpec, loss_spec
from lstmlint.checks.evidence import chosen, layouts
from lstmlint.checks.facts import Facts
from lstmlint.events import Called, LossTaken
from lstmlint.findings import Confidence, Evidence
from lstmlint.interpret.wording import callee_text
from lstmlint.lean import dataclass
from lstmlint.values import Axis, Role, Strength, Tensor

ROLES = (Role.BATCH, Role.TIME)


@dataclass(frozen=True)
class Order:
    """Axes of a prediction and of a target that a loss pairs off although they come in another order."""

    predicted: Sequence[Axis]
    wanted: Sequence[Axis]
    confidence: Confidence


def wide(axes: Sequence[Axis]) -> list[Axis]:
    """The axes that may have more than one entry, those merged by a reshape as what they were merged from."""
    found: list[Axis] = []
    for axis in axes:
        if axis.parts:
            found += wide(axis.parts)
        elif not axis.is_single:
            found.append(axis)
    return found


def shared(left: Sequence[Axis], right: Sequence[Axis]) -> list[tuple[int, int]]:
    """The positions, left and right, of axes that both have; none where one side has an axis twice."""
    places = {axis.id: number for number, axis in enumerate(right)}
    if len(places) < len(right) or len({axis.id for axis in left}) < len(left):
        return []
    return [(number, places[axis.id]) for number, axis in enumerate(left) if axis.id in places]


def same_length(one: Axis, other: Axis) -> bool:
    """True where two axes surely have as many entries, and more than one."""
    return one.size == other.size and not one.is_single


def role_of(axis: Axis, facts: Facts) -> Role | None:
    """Batch or time, where all that is known of an axis agrees; of a layer's layout only where somebody chose it."""
    layers = {reading.layer.id for reading in chosen(facts)}
    counted = [
        claim
        for claim in facts.claims(axis)
        if claim.role in ROLES and claim.kind != "loss" and (claim.layer is None or claim.layer in layers)
    ]
    strong = [claim for claim in counted if claim.strength > Strength.NAME]
    roles = {claim.role for claim in strong or counted}
    return roles.pop() if len(roles) == 1 else None


def read_as(axis: Axis, facts: Facts) -> Role | None:
    """What a recurrent layer reads an axis as, whoever chose that; None where none does or two disagree."""
    roles = {
        role
        for reading in layouts(facts).readings
        for role, own in ((Role.BATCH, reading.batch), (Role.TIME, reading.time))
        if own.id == axis.id
    }
    return roles.pop() if len(roles) == 1 else None


def paired_otherwise(taken: LossTaken, facts: Facts) -> Order | None:
    """The axes that a loss pairs off although they come in another order; None where they do not, or nobody knows."""
    loss, prediction, target = loss_spec(taken.loss), taken.prediction, taken.target
    if loss is None or not isinstance(prediction, Tensor) or not isinstance(target, Tensor):
        return None
    return other_order(_without_classes(loss, prediction, target), target.axes, facts)


def _without_classes(loss: LossSpec, prediction: Tensor, target: Tensor) -> tuple[Axis, ...]:
    """The axes of a prediction that the target has, too."""
    axes = prediction.axes
    if loss.classes is None or len(target.axes) == len(axes):
        return axes
    return (*axes[: loss.classes], *axes[loss.classes + 1 :])


def other_order(prediction: Sequence[Axis], target: Sequence[Axis], facts: Facts) -> Order | None:
    """The axes of a prediction and a target, where entries meet that do not belong together; None where unsure."""
    predicted, wanted = wide(prediction), wide(target)
    pairs = shared(predicted, wanted)
    behind = [b for _, b in pairs]
    turned = behind != sorted(behind) or (len(predicted) == len(wanted) and any(a != b for a, b in pairs))
    if turned:
        return Order(predicted, wanted, Confidence.CERTAIN)
    if pairs or len(predicted) != 2 or len(wanted) != 2:
        return None
    sure = _by_size(predicted, wanted)
    if sure is not None:
        return Order(predicted, wanted, sure)
    return Order(predicted, wanted, Confidence.LIKELY) if _by_role(predicted, wanted, facts) else None


def _by_size(predicted: Sequence[Axis], wanted: Sequence[Axis]) -> Confidence | None:
    """How sure the sizes are: (20, 8) against (8, 20), or (longest, 8) against (8, longest), which may be square."""
    one, other = predicted
    if not (same_length(one, wanted[1]) and same_length(other, wanted[0])) or one.size == other.size:
        return None
    return Confidence.CERTAIN if one.size.cannot_equal(other.size) else Confidence.LIKELY


def _by_role(predicted: Sequence[Axis], wanted: Sequence[Axis], facts: Facts) -> bool:
    """True where both have an axis that is surely the batch, in front on one side and behind on the other."""
    left, right = ([role_of(axis, facts) for axis in side] for side in (predicted, wanted))
    own, other = ([role is Role.BATCH for role in side] for side in (left, right))
    if sum(own) != 1 or sum(other) != 1 or own == other:
        return False
    return Role.TIME in left or Role.TIME in right


def described(axes: Sequence[Axis], facts: Facts) -> str:
    """A shape in words: `(batch, time, 3)`."""
    words = [_word(axis, facts) for axis in axes]
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"


def _word(axis: Axis, facts: Facts) -> str:
    if axis.is_single:
        return "1"
    if axis.parts:
        return " x ".join(_word(part, facts) for part in wide(axis.parts))
    roles = {claim.role for claim in facts.claims(axis) if claim.role in ROLES and claim.kind != "loss"}
    if len(roles) == 1:
        return roles.pop().value
    if axis.size.known is not None:
        return str(axis.size.known)
    return "features" if axis.role is Role.FEATURE else "n"


def readers(axes: Sequence[Axis], facts: Facts) -> Iterator[Evidence]:
    """The first recurrent layer that reads two of some axes as batch and time, as evidence."""
    ids = {axis.id for axis in axes}
    for reading in layouts(facts).readings:
        if {reading.batch.id, reading.time.id} <= ids:
            order = "(batch, time, ...)" if reading.batch_first else "(time, batch, ...)"
            yield Evidence(reading.called.place, f"`{callee_text(reading.called.place)}` reads these axes as {order}")
            return


def maker(axis: Axis, facts: Facts) -> Called | None:
    """The call of the layer that gave an axis."""
    return next(
        (
            called
            for called in facts.events(Called)
            if isinstance(called.result, Tensor)
            and any(own.id == axis.id for own in called.result.axes)
            and not (isinstance(called.source, Tensor) and any(own.id == axis.id for own in called.source.axes))
        ),
        None,
    )
