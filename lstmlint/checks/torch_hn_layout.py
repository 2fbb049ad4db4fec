"""A final state used as if the batch came first. It is (layers x directions, batch, hidden), batch_first or not."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.states import is_surely_bidirectional, origin, stack_confidence, stack_of, tensors_in
from lstmlint.events import Called, LossTaken, Reshaped, Selected, Sliced, Squeezed, Zipped
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import callee_text, shortened, subscripted
from lstmlint.values import NONE, Axis, Num, Role, Slice, Tensor, Value, as_int, as_size

RULE = "torch-hn-layout"
LAYOUT = "(layers x directions, batch, hidden)"


def _because(stack: Axis, facts: Facts) -> tuple[Evidence, ...]:
    called = origin(stack, facts)
    if called is None:
        return ()
    return (Evidence(called.place, f"`{callee_text(called.place)}` returns its final state as {LAYOUT}"),)


@check(RULE, on=Selected)
def last_sample_of_a_state(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """`h_n[:, -1]`: the last sample of the batch."""
    stack = stack_of(selected.source)
    if stack is None or not selected.last or selected.position != 1 or len(selected.source.axes) != 3:
        return
    if selected.axis.is_single or not facts.drops(selected):
        return
    text = shortened(selected.place.text)
    yield Finding(
        selected.place,
        f"`{text}` is the last sample of the batch: a final state is {LAYOUT}, also with batch_first=True",
        because=_because(stack, facts),
        cure=f"take the top layer with `{subscripted(selected.place, 'h_n')}[-1]`",
    )


@check(RULE, on=Selected)
def samples_counted_along_layers(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """`h_n[i]` with the number of a sample: the first axis is layers x directions."""
    stack = stack_of(selected.source)
    if stack is None or selected.position != 0 or len(selected.source.axes) != 3:
        return
    if selected.meant != selected.source.axes[1].id:
        return
    text = shortened(selected.place.text)
    yield Finding(
        selected.place,
        f"`{text}` takes a layer by the number of a sample: a final state is {LAYOUT}",
        because=_because(stack, facts),
        cure=f"take the top layer first: `{subscripted(selected.place, 'h_n')}[-1]`",
    )


@check(RULE, on=Zipped)
def layers_walked_along_with_samples(zipped: Zipped, facts: Facts) -> Iterator[Finding]:
    """`zip(names, h_n)`: as many names as samples, but walking along a state gives its layers."""
    for state in zipped.parts:
        stack = stack_of(state) if isinstance(state, Tensor) and len(state.axes) == 3 else None
        if isinstance(state, Tensor) and stack is not None and _is_as_long_as_batch(zipped, state):
            yield Finding(
                zipped.place,
                f"`{shortened(zipped.place.text)}` pairs samples with layers: a final state is {LAYOUT}",
                because=_because(stack, facts),
                cure="walk along the top layer's samples: `h_n[-1]`",
            )


def _is_as_long_as_batch(zipped: Zipped, state: Tensor) -> bool:
    """True where something beside a state has as many elements as the state has samples, and not as it has layers."""
    stack, batch = state.axes[:2]
    for part, length in zip(zipped.parts, zipped.lengths, strict=True):
        size = as_size(length)
        if part == state or size is None:
            continue
        if isinstance(length, Num) and length.axis == batch.id:
            return True
        if size == batch.size and size.cannot_equal(stack.size):
            return True
    return False


@check(RULE, on=Reshaped)
def rows_cut_across_samples(reshaped: Reshaped, facts: Facts) -> Iterator[Finding]:
    """`h_n.view(batch, -1)`, and flattening that merges the batch into the features."""
    stack = stack_of(reshaped.source)
    if stack is None or not (reshaped.scrambled or _merges_batch(reshaped) or _deals_out(reshaped)):
        return
    confidence = stack_confidence(stack, facts)
    if confidence is None:
        return
    text = shortened(reshaped.place.text)
    yield Finding(
        reshaped.place,
        f"`{text}` mixes samples: a final state is {LAYOUT}, and a reshape keeps that order of the data",
        because=_because(stack, facts),
        cure=f"put the batch first before reshaping: `{_turned(reshaped)}`",
        confidence=confidence,
    )


def _turned(reshaped: Reshaped) -> str:
    """The user's own reshape with the batch brought to the front."""
    called, bracket, arguments = reshaped.place.text.partition("(")
    state, _, method = called.rpartition(".")
    if not state or state == "torch" or method not in ("view", "reshape", "flatten"):
        return "h_n.transpose(0, 1).reshape(...)"
    return shortened(f"{state}.transpose(0, 1).{'reshape' if method == 'view' else method}{bracket}{arguments}")


def _merges_batch(reshaped: Reshaped) -> bool:
    """True for (S,B,H) to (S,B*H)."""
    source, result = reshaped.source, reshaped.result
    if len(source.axes) != 3 or not result.axes or source.axes[1].is_single:
        return False
    merged = [part.id for part in result.axes[-1].parts]
    return merged == [source.axes[1].id, source.axes[2].id]


def _deals_out(reshaped: Reshaped) -> bool:
    """True for (S,B,H) to (B,S*H): right for one layer, mixing samples for more."""
    source, result = reshaped.source.axes, reshaped.result.axes
    if len(source) != 3 or len(result) != 2:
        return False
    return result[0].size == source[1].size and result[1].size == source[0].size * source[2].size


@check(RULE, on=Sliced)
def directions_taken_for_layers(sliced: Sliced, facts: Facts) -> Iterator[Finding]:
    """`h_n[:n_layers]` of a bidirectional layer as another layer's state: forward and backward of the lower layers."""
    stack = sliced.axis
    called = origin(stack, facts) if stack_of(sliced.source) == stack and sliced.position == 0 else None
    if called is None or not is_surely_bidirectional(called) or not _is_front(sliced.part):
        return
    if not _is_state(sliced.result, facts) or as_int(called.layer.argument("num_layers")) == 1:
        return
    yield Finding(
        sliced.place,
        f"`{shortened(sliced.place.text)}` is the lower layers' forward and backward states in turn, not one per layer",
        because=_because(stack, facts),
        cure="add or join the two directions of each layer: `h_n[::2] + h_n[1::2]`",
        confidence=Confidence.LIKELY,
    )


def _is_front(part: Slice) -> bool:
    """True for `[:n]`."""
    return part.upper is not None and part.upper != NONE and _is_start(part.lower) and part.step in (None, NONE)


def _is_start(bound: Value | None) -> bool:
    return bound in (None, NONE) or as_int(bound) == 0


def _is_state(result: Tensor, facts: Facts) -> bool:
    """True where a tensor is given to a recurrent layer as its state."""
    calls = facts.events(Called)
    return any(part == result for called in calls for part in tensors_in(facts.world, called.state))


@check(RULE, on=Squeezed)
def several_layers_squeezed(squeezed: Squeezed, facts: Facts) -> Iterator[Finding]:
    """`h_n.squeeze(0)` of several layers or directions: nothing happens, and axis 0 is still not the batch."""
    stack = squeezed.axis
    if stack is None or stack_of(squeezed.source) != stack or squeezed.position != 0 or not stack.size.exceeds(1):
        return
    if origin(stack, facts) is None:
        return
    count = stack.size.known
    entries = f"{count} entries" if count is not None else "more than one entry"
    subject = shortened(squeezed.place.text.rpartition(".squeeze")[0]) or "h_n"
    yield Finding(
        squeezed.place,
        f"`{shortened(squeezed.place.text)}` changes nothing: axis 0 is layers x directions and has {entries}",
        because=_because(stack, facts),
        cure=f"take the top layer with `{subject}[-1]`",
    )


@check(RULE, on=LossTaken)
def leading_axis_kept_as_batch(taken: LossTaken, facts: Facts) -> Iterator[Finding]:
    """A loss meets a prediction whose first axis is still layers x directions."""
    prediction = taken.prediction
    stack = stack_of(prediction) if isinstance(prediction, Tensor) else None
    if stack is None or not isinstance(prediction, Tensor) or _has_rank(taken.target, len(prediction.axes)):
        return
    used = _head(stack, facts)
    place = used.place if used is not None else taken.place
    text = shortened(place.text)
    yield Finding(
        place,
        f"`{text}` keeps the first axis of a final state, layers x directions, where the batch belongs",
        because=(*_because(stack, facts), Evidence(taken.place, "reads axis 0 of it as batch")),
        cure="take the top layer first: `h_n[-1]`",
    )


def _has_rank(target: Value, rank: int) -> bool:
    return isinstance(target, Tensor) and len(target.axes) == rank and target.axes[0].role is Role.STACK


def _head(stack: Axis, facts: Facts) -> Called | None:
    """The first layer that was applied to a state with this first axis, other than a recurrent one."""
    for called in facts.events(Called):
        source = called.source
        if isinstance(source, Tensor) and source.axes and source.axes[0].id == stack.id:
            return called
    return None
