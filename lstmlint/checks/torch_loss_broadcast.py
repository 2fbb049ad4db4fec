"""A loss between (batch, 1) and (batch,): each prediction is compared with every target.

Broadcasting aligns axes from the right, so that the batch of one tensor meets the 1 of the other and is repeated. A
loss of the library compares tensors of one shape, so two shapes that only broadcasting makes equal suffice there. A
difference written by hand is one where the same batch meets itself along two axes, and one side is a layer's output.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.catalogue.losses import loss_spec
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_extra_return_sequences import found_by_hand
from lstmlint.checks.pairing import described, maker, other_order, read_as, role_of, same_length, shared, wide
from lstmlint.checks.states import stack_of
from lstmlint.events import Combined, LossTaken, Squeezed
from lstmlint.events.keras import Averaged
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.ops.trail import VALUES
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Axis, Role, Tensor

RULE = "torch-loss-broadcast"
STRICT = frozenset({"BCELoss", "BCEWithLogitsLoss"})
"""Elementwise losses that raise for two different shapes."""
DIFFERENCES = frozenset({"sub", "subtract", "rsub", "sub_", "subtract_"})


@dataclass(frozen=True)
class Mismatch:
    """Two tensors that hold the same batch along different axes, seen from the right; how sure that is."""

    longer: Tensor
    shorter: Tensor
    confidence: Confidence


@check(RULE, on=LossTaken)
def loss_over_every_pair(taken: LossTaken, facts: Facts) -> Iterator[Finding]:
    """mse_loss(prediction of (batch, 1), target of (batch,)), and the reverse."""
    loss, prediction, target = loss_spec(taken.loss), taken.prediction, taken.target
    if loss is None or loss.batch is not None:
        return
    if not isinstance(prediction, Tensor) or not isinstance(target, Tensor) or stack_of(prediction) is not None:
        return
    if other_order(prediction.axes, target.axes, facts) is not None:  # torch-loss-axes tells of that
        return
    found = _by_identity(prediction, target, facts) or _by_shape(prediction, target, facts)
    if found is not None:
        name = callee_text(taken.place)
        is_strict = loss.path.rpartition(".")[2] in STRICT
        yield _finding(taken.place, f"`{name}` {_what(found, is_strict)}", found, facts)


@check(RULE, on=Combined)
def difference_of_every_pair(combined: Combined, facts: Facts) -> Iterator[Finding]:
    """((prediction - target) ** 2).mean() written by hand, of the same shapes."""
    if combined.how not in DIFFERENCES or len(combined.parts) != 2:
        return
    one, other = combined.parts
    if len(one.axes) == len(other.axes):
        return
    found = _by_identity(one, other, facts) or _by_length(one, other, facts)
    if found is None or not _is_output(found.longer) or not _is_data(found.shorter):
        return
    if any(same.parts == combined.parts and found_by_hand(same, facts) for same in facts.events(Averaged)):
        return  # keras-extra-return-sequences tells of that
    place = _where(combined, facts)
    inner = Evidence(combined.place, f"`{shortened(combined.place.text)}` is the difference")
    more = () if place == combined.place else (inner,)
    yield _finding(place, f"`{shortened(place.text)}` {_what(found, False)}", found, facts, more)


def _by_identity(one: Tensor, other: Tensor, facts: Facts) -> Mismatch | None:
    """The same axes in the same order, one of which meets another axis because one is missing on one side.

    What else the two have must surely be there.
    """
    left, right = one.axes, other.axes
    pairs = [(len(left) - a, len(right) - b) for a, b in shared(left, right) if not left[a].is_single]
    if all(a == b for a, b in pairs):
        return None
    own = {left[len(left) - a].id for a, _ in pairs}
    others = [axis for axis in (*left, *right) if axis.id not in own and not axis.is_single]
    if any(_may_be_gone(axis, facts) for axis in others):
        return None
    longer, shorter = (one, other) if len(left) >= len(right) else (other, one)
    return Mismatch(longer, shorter, Confidence.CERTAIN)


def _may_be_gone(axis: Axis, facts: Facts) -> bool:
    """True for an axis of unknown size that a squeeze without an axis may have dropped."""
    if axis.size.exceeds(1) or read_as(axis, facts) is not None:
        return False
    bare = (squeezed.result for squeezed in facts.events(Squeezed) if squeezed.position is None)
    return any(axis.id == own.id for result in bare for own in result.axes)


def _by_shape(one: Tensor, other: Tensor, facts: Facts) -> Mismatch | None:
    """(n, 1) against (m,): a library's loss has no other use for it. Of more axes, two must be known to be the same."""
    found = _trailing(one, other)
    if found is None or shared(one.axes, other.axes):
        return None
    longer, shorter = found
    pairs = list(zip(longer.axes, shorter.axes, strict=False))
    if any(left.size.cannot_equal(right.size) for left, right in pairs):
        return None
    known = any(same_length(left, right) for left, right in pairs)
    if len(shorter.axes) > 1 and not known and not any(_both_batch(left, right, facts) for left, right in pairs):
        return None
    if known:
        return Mismatch(longer, shorter, Confidence.CERTAIN)
    is_batch = _is_batch(longer.axes[0], facts) or _is_batch(shorter.axes[0], facts)
    return Mismatch(longer, shorter, Confidence.LIKELY if is_batch else Confidence.POSSIBLE)


def _by_length(one: Tensor, other: Tensor, facts: Facts) -> Mismatch | None:
    """As by shape, where the sizes or the loader say that both have the same batch."""
    found = _trailing(one, other)
    if found is None:
        return None
    longer, shorter = found
    if len(longer.axes) != 2:
        return None
    left, right = longer.axes[0], shorter.axes[0]
    if same_length(left, right) or _both_batch(left, right, facts):
        return Mismatch(longer, shorter, Confidence.LIKELY)
    return None


def _trailing(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor] | None:
    """The longer and the shorter tensor, where the one has just one axis more, the last, which is single."""
    longer, shorter = (one, other) if len(one.axes) > len(other.axes) else (other, one)
    if len(longer.axes) != len(shorter.axes) + 1 or not shorter.axes:
        return None
    ends = longer.axes[-1].is_single and not shorter.axes[-1].is_single and not longer.axes[-2].is_single
    return (longer, shorter) if ends else None


def _is_batch(axis: Axis, facts: Facts) -> bool:
    """True where something besides a layer and the loss says that an axis is the batch, so that it is none of one."""
    own = [claim for claim in facts.claims(axis) if claim.layer is None and claim.kind != "loss"]
    return any(claim.role is Role.BATCH for claim in own)


def _both_batch(one: Axis, other: Axis, facts: Facts) -> bool:
    return role_of(one, facts) is Role.BATCH is role_of(other, facts)


def _is_output(tensor: Tensor) -> bool:
    """True for the one number per sample that a layer gives."""
    return tensor.axes[-1].is_single and tensor.axes[-1].role is Role.FEATURE


def _is_data(tensor: Tensor) -> bool:
    """False for what comes out of a layer itself: the differences of all pairs of scores are meant."""
    return not any(tensor.noted(kind) for kind in VALUES) and tensor.state is None


def _where(combined: Combined, facts: Facts) -> Place:
    """Where the two sides meet: a function that is given both of them is a loss itself, and meant is its call."""
    place = combined.place
    for call in reversed(combined.inside):
        given = [facts.world.tensor(value) for value in call.given]
        is_called = call.place is not None and bool(call.place.text)
        if not is_called or any(part not in given for part in combined.parts):
            break
        place = call.place or place
    return place


def _what(found: Mismatch, is_strict: bool) -> str:
    if is_strict:
        return "raises: prediction and target differ in shape"
    if len(wide(found.shorter.axes)) == 1 and len(found.longer.axes) == 2:
        return "compares each prediction with every target of the batch"
    return "compares entries that do not belong together"


def _finding(place: Place, message: str, found: Mismatch, facts: Facts, more: tuple[Evidence, ...] = ()) -> Finding:
    longer, shorter = described(found.longer.axes, facts), described(found.shorter.axes, facts)
    because: list[Evidence] = []
    made = maker(found.longer.axes[-1], facts) if _is_output(found.longer) else None
    if made is not None:
        because.append(Evidence(made.place, f"gives {longer}, with an axis of one entry at the end"))
    loaded = next((claim for claim in facts.claims(found.shorter.axes[0]) if claim.kind == "loader"), None)
    if loaded is not None:
        because.append(Evidence(loaded.place, f"gives {shorter}: {loaded.text}"))
    return Finding(
        place,
        f"{message}: {longer} against {shorter}",
        because=(*because, *more),
        cure=_cure(found, longer, shorter),
        confidence=found.confidence,
    )


def _cure(found: Mismatch, longer: str, shorter: str) -> str:
    singles = [number for number, axis in enumerate(found.longer.axes) if axis.is_single]
    if len(singles) != 1 or len(found.longer.axes) != len(found.shorter.axes) + 1:
        return "give both the same axes in the same order"
    number = -1 if singles[0] == len(found.longer.axes) - 1 else singles[0]
    return f"give both the same axes: `squeeze({number})` for the {longer} or `unsqueeze({number})` for the {shorter}"
