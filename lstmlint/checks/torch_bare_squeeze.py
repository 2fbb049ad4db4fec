"""`x.squeeze()` without an axis before a layer or a subscript: it drops the batch too, where that has one sample.

What is meant is an axis that is known to have one entry. In front of a loss, or as the last thing a model does, it is
so common and so seldom harmful that nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import is_torch_recurrent, layouts, same_axes
from lstmlint.checks.facts import Facts
from lstmlint.checks.states import stack_of
from lstmlint.checks.uses import identities
from lstmlint.events import Called, Reduced, Selected, Squeezed
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.ops.trail import NUMPY
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.values import Axis, Claim, Role, Strength, Tensor, Value, as_bool, compatible


@check("torch-bare-squeeze", on=Squeezed)
def squeeze_that_may_drop_the_batch(squeezed: Squeezed, facts: Facts) -> Iterator[Finding]:
    """A squeeze of a tensor with a batch and an axis of one entry, whose result is read by its axes."""
    source = squeezed.source
    singles = [position for position, axis in enumerate(source.axes) if axis.is_single]
    if squeezed.position is not None or len(singles) != 1 or source.noted(NUMPY) is not None:
        return
    batch = _batch(squeezed, facts)
    read = None if batch is None else _reader(squeezed, batch.axis, facts)
    if batch is None or read is None:
        return
    text = shortened(squeezed.place.text)
    yield Finding(
        squeezed.place,
        f"`{text}` names no axis: of a single sample it drops the batch as well",
        because=(Evidence(batch.place, batch.text), read),
        cure=f"name the axis: `.squeeze({singles[0]})`",
        confidence=Confidence.LIKELY,
    )


def _batch(squeezed: Squeezed, facts: Facts) -> Claim | None:
    """What says that an axis that stays is the batch: a layer whose layout nobody doubts, or a fact."""
    found = layouts(facts)
    doubted = {reading.layer.id for reading in found.readings if found.is_at_fault(reading.layer)}
    # a module does not know what sizes its methods will be called with
    is_any_size = any(call.is_module and call.function != "__init__" for call in squeezed.inside)
    axes = [axis for axis in squeezed.result.axes if is_any_size or axis.size.known is None]
    claims = [claim for axis in axes for claim in facts.claims(axis)]
    return next(
        (
            claim
            for claim in claims
            if claim.role is Role.BATCH and claim.strength is Strength.FACT and claim.layer not in doubted
            if compatible(claim.path, squeezed.path)
        ),
        None,
    )


def _reader(squeezed: Squeezed, batch: int, facts: Facts) -> Evidence | None:
    """What reads the result by its axes: a recurrent layer, a layer behind a state, a subscript or a softmax."""
    result = squeezed.result
    for called in facts.events(Called):
        is_reader = _has_axes(called.source, result) and _needs_batch(called, squeezed, facts)
        if is_reader and compatible(called.path, squeezed.path):
            return Evidence(called.place, f"`{callee_text(called.place)}` gets it without a batch then")
    events: list[Selected | Reduced] = [*facts.events(Selected), *facts.events(Reduced)]
    for event in events:
        is_reader = same_axes(event.source, result) and event.axis.id != batch and event.place != squeezed.place
        if is_reader and compatible(event.path, squeezed.path):
            return Evidence(event.place, f"reads axis {event.position} of it, which is another axis then")
    return None


def _has_axes(read: Value, result: Tensor) -> bool:
    """True for what was squeezed, in whatever order its axes are now."""
    return sorted(identities(read)) == sorted(identities(result))


def _needs_batch(called: Called, squeezed: Squeezed, facts: Facts) -> bool:
    """True for layers to which one sample without a batch is something else, and for what comes of a summary."""
    family = called.layer.spec.family
    if is_torch_recurrent(called.layer) or family.startswith(("batch_norm", "multihead", "transformer")):
        return True
    return family == "linear" and _is_summary(squeezed, facts)


def _is_summary(squeezed: Squeezed, facts: Facts) -> bool:
    """True for a final state, and for one step of each sequence that was picked out of all."""
    singles = [axis for axis in squeezed.source.axes if axis.is_single]
    claims = [claim for axis in singles for claim in facts.claims(axis)]
    is_step = any(claim.role is Role.TIME and claim.strength > Strength.NAME for claim in claims)
    return is_step or stack_of(squeezed.source) is not None or any(_is_time_of_a_step(axis, facts) for axis in singles)


def _is_time_of_a_step(axis: Axis, facts: Facts) -> bool:
    """True for the time axis of what a layer built with batch_first=True reads: one step of each sequence."""
    calls = [called for called in facts.events(Called) if is_torch_recurrent(called.layer)]
    return any(
        isinstance(called.source, Tensor)
        and len(called.source.axes) == 3
        and called.source.axes[1].id == axis.id
        and as_bool(called.layer.argument("batch_first")) is True
        for called in calls
    )
