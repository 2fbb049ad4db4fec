"""`output[-1]` where the batch comes first, or `output[:, -1]` where time does: the last sample, not the last step.

Both spellings arrive as one selection on a named axis, so one condition finds both. Where the layer itself is in the
minority, its own rule speaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import Reading, is_inside, is_torch_recurrent, layouts, mentioned
from lstmlint.checks.facts import Facts
from lstmlint.checks.names import is_output, kind_of_state
from lstmlint.events import Called, Gathered, Selected
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.ops.trail import LESS_ONE
from lstmlint.interpret.wording import callee_text, shortened, subscripted
from lstmlint.values import Role, Tensor, Tuple, compatible

RULE = "torch-last-step-wrong-axis"


@check(RULE, on=Selected)
def last_entry_taken_along_batch(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """The last entry along the axis that a recurrent layer reads as batch."""
    if selected.axis.is_single or any(axis.role is Role.STACK for axis in selected.source.axes):
        return
    if not (selected.last or selected.meant is not None) or not facts.drops(selected):
        return
    found = layouts(facts)
    readings = [
        reading
        for reading in found.along(selected.axis, selected.source.axes)
        if compatible(reading.called.path, selected.path)
    ]
    if not readings or any(_is_fine(selected, reading) or found.is_at_fault(reading.layer) for reading in readings):
        return
    if not selected.last and selected.meant != readings[0].time.id:
        return
    if readings[0].batch_first and _is_taken_for_state(selected):
        return
    if _is_recurrent_output(selected.source, facts) or _goes_on(selected, readings[0], facts):
        yield _finding(selected, readings[0], facts)


def _is_taken_for_state(selected: Selected) -> bool:
    """True for `hidden[-1]`: whoever calls the output a state has mixed up the two (torch-state-unpack)."""
    name = selected.place.text.partition("[")[0]
    return selected.position == 0 and kind_of_state(name) == "h" and not is_output(name)


def _is_recurrent_output(source: Tensor, facts: Facts) -> bool:
    """True for what comes directly out of a recurrent layer."""
    feature = source.axes[-1].id
    outputs = (called.result for called in facts.events(Called) if is_torch_recurrent(called.layer))
    firsts = [result.items[0] for result in outputs if isinstance(result, Tuple) and result.items]
    return any(isinstance(first, Tensor) and first.axes and first.axes[-1].id == feature for first in firsts)


def _goes_on(selected: Selected, reading: Reading, facts: Facts) -> bool:
    """True where the model computes on with what was selected; a last sample may well be wanted for a look at it."""
    return any(
        reading.time.id in (ids := {axis.id for axis in tensor.axes}) and reading.batch.id not in ids
        for tensor in mentioned(facts)
    )


def _is_fine(selected: Selected, reading: Reading) -> bool:
    return selected.axis.id == reading.time.id or reading.time.is_single


def _finding(selected: Selected, reading: Reading, facts: Facts) -> Finding:
    text, name = shortened(selected.place.text), callee_text(reading.called.place)
    order = "(batch, time, feature)" if reading.batch_first else "(time, batch, feature)"
    position = next(n for n, axis in enumerate(selected.source.axes) if axis.id == reading.time.id)
    because = [Evidence(reading.called.place, f"`{name}` reads and returns {order}")]
    if reading.turned is not None:
        because.append(Evidence(reading.turned.place, "puts time first"))
    named = selected.named
    if named is not None and not is_inside(named, selected.place):
        because.append(Evidence(selected.place, f"takes the last entry along axis {selected.position}"))
    else:
        named = None
    return Finding(
        named or selected.place,
        f"`{text}` is the last sample of the batch, not the last time step: axis {selected.position} is the batch here",
        because=tuple(because),
        cure=f"take the last entry along axis {position}: `{_cured(selected, position)}`",
        confidence=Confidence.CERTAIN if _is_recurrent_output(selected.source, facts) else Confidence.LIKELY,
    )


def _cured(selected: Selected, position: int) -> str:
    return f"{subscripted(selected.place, 'output')}[{':, ' * position}-1]"


@check(RULE, on=Gathered)
def a_sample_taken_for_each_step(gathered: Gathered, facts: Facts) -> Iterator[Finding]:
    """`output[lengths - 1, torch.arange(batch)]` where the batch comes first: the two subscripts are exchanged."""
    source, position = gathered.source, gathered.position
    if position > 1 or len(source.axes) != 3 or any(axis.is_single for axis in source.axes[:2]):
        return
    found = layouts(facts)
    along = found.along(source.axes[position], source.axes)
    readings = [reading for reading in along if compatible(reading.called.path, gathered.path)]
    if not readings or not _is_recurrent_output(source, facts) or not _is_about_samples(gathered):
        return
    if any(reading.time.id == source.axes[position].id or found.is_at_fault(reading.layer) for reading in readings):
        return
    text, name = shortened(gathered.place.text), callee_text(readings[0].called.place)
    order = "(batch, time, feature)" if readings[0].batch_first else "(time, batch, feature)"
    yield Finding(
        gathered.place,
        f"`{text}` takes a sample for each time step, not a step for each sample: axis {position} is the batch here",
        because=(Evidence(readings[0].called.place, f"`{name}` reads and returns {order}"),),
        cure="put the running numbers of the samples on the axis of the batch, and the lengths less one on the other",
    )


def _is_about_samples(gathered: Gathered) -> bool:
    """True where what is counted is as long as the axis it is not applied to, or what is taken is a length less one."""
    other = gathered.source.axes[gathered.position].id
    counted = gathered.counted
    is_crossed = isinstance(counted, Tensor) and counted.axes[0].id == other
    return is_crossed or (isinstance(gathered.positions, Tensor) and gathered.positions.noted(LESS_ONE) is not None)
