"""A layer whose time axis was put in by `unsqueeze(1)`: it reads one step of each sample, from a state of zeros.

With a state that is carried from call to call this is how one step of a decoder or of a policy is written. Without
one nothing is remembered, and what was meant for the layer's steps stands on its feature axis.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.checks.states import state_parts, tensors_in
from lstmlint.events import AttributeSet, Called, Filled, Inserted, Returned
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.values import Axis, Tensor, Tuple, Value, as_bool, as_int


@check("torch-length-one-sequence", on=Called)
def one_step_of_each_sample(called: Called, facts: Facts) -> Iterator[Finding]:
    """A recurrent layer in a module's forward whose time axis has one entry because somebody put it in."""
    time = _time(called)
    if time is None or not called.during("forward") or _is_carried(called, facts):
        return
    made = next((event for event in facts.events(Inserted) if event.axis.id == time.id), None)
    if made is None or not _is_always_so(made, called):
        return
    name, text = callee_text(called.place), shortened(made.place.text)
    yield Finding(
        made.place,
        f"`{text}` makes the time axis: `{name}` reads one step of each sample and never a sequence",
        because=(Evidence(called.place, f"`{name}` reads this axis as time and starts from zeros in every call"),),
        cure=_cure(made),
        confidence=Confidence.LIKELY,
    )


def _time(called: Called) -> Axis | None:
    """The axis that a batch-first layer reads as time, if it has one entry and there is a batch of more.

    Who puts a time axis in front of the batch, (1, batch, features), is taken to know that it is one step.
    """
    source, batch_first = called.source, as_bool(called.layer.argument("batch_first"))
    if not is_torch_recurrent(called.layer) or not batch_first or not isinstance(source, Tensor):
        return None
    if len(source.axes) != 3 or as_int(called.layer.argument("input_size")) == 1:
        return None  # a column of one feature may be one sequence without a batch
    batch, time, _ = source.axes
    return time if time.is_single and not batch.is_single else None


def _is_carried(called: Called, facts: Facts) -> bool:
    """True where a call of the layer gets a state from elsewhere, or what this call returns is kept or handed on."""
    zeros = {event.result.axes for event in facts.events(Filled) if event.during("forward")}
    calls = [other for other in facts.events(Called) if other.layer.place == called.layer.place]
    if any(other.stated and not _is_new(other, zeros, facts) for other in calls):
        return True
    own = {tensor.axes[0].id for tensor in state_parts(called.result)}
    kept: list[Value | None] = [event.value for event in facts.events(AttributeSet)]
    kept += [event.value for event in facts.events(Returned)]
    kept += [event.state for event in facts.events(Called)]
    return any(tensor.axes and tensor.axes[0].id in own for value in kept for tensor in _tensors(value, facts))


def _is_new(called: Called, zeros: set[tuple[Axis, ...]], facts: Facts) -> bool:
    """True for a state of zeros that forward makes anew in every call."""
    given = tensors_in(facts.world, called.state)
    return bool(given) and all(tensor.axes in zeros for tensor in given)


def _tensors(value: Value | None, facts: Facts) -> Iterator[Tensor]:
    """The tensors in a value, however deep."""
    if isinstance(value, Tuple):
        for item in value.items:
            yield from _tensors(item, facts)
    else:
        yield from tensors_in(facts.world, value)


def _is_always_so(made: Inserted, called: Called) -> bool:
    """True where the axis is put in wherever the layer is called: under no condition of its own, such as a rank."""
    if not made.path <= called.path:
        return False
    around = {*called.under, *(text for call in called.inside for text in call.under)}
    return set(made.under) <= around


def _cure(made: Inserted) -> str:
    source = made.source
    if isinstance(source, Tensor) and len(source.axes) > 2:
        return "give the layer (batch, time, feature): steps that are merged into the features are not read one by one"
    return "if a row is a sequence, put the axis last, `unsqueeze(2)`, with input_size=1; if not, a dense layer will do"
