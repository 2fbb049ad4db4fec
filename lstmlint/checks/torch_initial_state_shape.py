"""An initial state whose axes are not (layers x directions, batch, hidden), which they are whatever batch_first is."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from lstmlint.checks.evidence import Reading, is_torch_recurrent, layouts, same_axes
from lstmlint.checks.facts import Facts
from lstmlint.checks.states import state_parts, tensors_in
from lstmlint.checks.uses import STATE
from lstmlint.events import Called, Reshaped
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.torch.recurrent import Geometry
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.sizes import Size
from lstmlint.values import Axis, Num, Packed, Role, Tensor, Value

RULE = "torch-initial-state-shape"
LAYOUT = "(layers x directions, batch, hidden)"


@check(RULE, on=Called)
def axes_of_another_size_or_order(called: Called, facts: Facts) -> Iterator[Finding]:
    """A state that provably does not fit, or that is sized by the wrong axis of the input."""
    if not is_torch_recurrent(called.layer) or called.state is None:
        return
    for number, state in enumerate(tensors_in(facts.world, called.state)):
        problem = (
            _rank(called, state)
            or _scrambled(state, facts)
            or _axis(called, state, facts)
            or _size(called, state, number, layouts(facts).is_at_fault(called.layer))
        )
        if problem is not None:
            yield _finding(called, state, problem, facts)
            return


@check(RULE, on=Called)
def batch_that_the_last_one_has_not(called: Called, facts: Facts) -> Iterator[Finding]:
    """A state made for a fixed number of samples, of a loader whose last batch is smaller."""
    batch = _batch(called) if is_torch_recurrent(called.layer) else None
    ragged = None if batch is None else facts.world.ragged.get(batch.id)
    if batch is None or ragged is None or _is_asked_for(batch, called.path):
        return
    states = tensors_in(facts.world, called.state)
    rows = next((state.axes[1].size.known for state in states if len(state.axes) == 3), None)
    if rows is None or rows != ragged.size:
        return
    last = "may have fewer" if ragged.rest is None else f"has {ragged.rest}"
    yield Finding(
        called.place,
        f"the initial state of `{callee_text(called.place)}` is made for {rows} samples, but the last batch {last}",
        because=(Evidence(ragged.place, f"hands out batches of {ragged.size}, and what is left over as the last one"),),
        cure="size it by the input, `x.size(0)`, or load the data with `drop_last=True`",
        confidence=Confidence.POSSIBLE if ragged.rest is None else Confidence.CERTAIN,
    )


def _is_asked_for(batch: Axis, condition: Hashable) -> bool:
    """True where a condition on the way asks for the size of the batch."""
    if isinstance(condition, (tuple, frozenset)):
        return any(_is_asked_for(batch, part) for part in condition)
    return isinstance(condition, Num) and (condition.axis == batch.id or condition.size.sole_axis == batch.id)


def _finding(called: Called, state: Tensor, problem: str, facts: Facts) -> Finding:
    made = _scrambling(state, facts)
    built = Evidence(called.layer.place, f"`{shortened(called.layer.place.text)}` reads {LAYOUT}")
    return Finding(
        called.place,
        f"the initial state of `{callee_text(called.place)}` {problem}",
        because=(built, Evidence(made.place, "mixes samples")) if made else (built,),
        cure=f"give it the axes {LAYOUT}, also with batch_first=True",
    )


def _rank(called: Called, state: Tensor) -> str | None:
    source = called.source
    wanted = 3 if isinstance(source, Packed) else len(source.axes) if isinstance(source, Tensor) else None
    if wanted not in (2, 3) or len(state.axes) == wanted:
        return None
    return f"has {len(state.axes)} axes where {wanted} are needed, {LAYOUT}"


def _scrambled(state: Tensor, facts: Facts) -> str | None:
    if _scrambling(state, facts) is not None:
        return "was reshaped where it should have been transposed: every sample starts with parts of others' states"
    return None


def _scrambling(state: Tensor, facts: Facts) -> Reshaped | None:
    """The reshape that gave the state each sample parts of others."""
    made = (event for event in facts.events(Reshaped) if same_axes(event.result, state))
    return next((event for event in made if event.scrambled or _cuts_rows(event)), None)


def _cuts_rows(reshaped: Reshaped) -> bool:
    """(batch, L*H) seen as (L, batch, H): as many rows as samples, but the layers are put in front of them."""
    source, result = reshaped.source.axes, reshaped.result.axes
    if len(source) != 2 or len(result) != 3 or source[0].size != result[1].size:
        return False
    return result[0].size.exceeds(1) and result[0].size != source[0].size


def _size(called: Called, state: Tensor, number: int, layer_is_wrong: bool) -> str | None:
    geometry = Geometry.of(called.layer)
    stack, rows, width = state.axes[0], state.axes[1:-1], state.axes[-1]
    if stack.size.cannot_equal(geometry.stack):
        return _wrong_stack(called, geometry, stack)
    expected = geometry.width if number == 0 else geometry.cell
    batch = _batch(called)
    if batch is not None and not layer_is_wrong and rows and rows[0].size.cannot_equal(batch.size):
        return f"has a batch of {_shown(rows[0].size)}, the input has {_shown(batch.size)}"
    if width.size.cannot_equal(expected):
        return f"is {_shown(width.size)} wide, the layer's state is {_shown(expected)} wide"
    return None


def _wrong_stack(called: Called, geometry: Geometry, stack: Axis) -> str:
    batch = _batch(called)
    if batch is not None and stack.id == batch.id:
        return f"has the batch on axis 0: a state is {LAYOUT}, batch_first turns the input and the output only"
    if geometry.bidirectional and (stack.size * geometry.directions) == geometry.stack:
        return "lacks the factor 2 for the two directions on axis 0"
    return f"has {_shown(stack.size)} entries on axis 0, layers x directions is {_shown(geometry.stack)}"


def _shown(size: Size) -> str:
    return str(size.known) if size.known is not None else "another size"


def _batch(called: Called) -> Axis | None:
    """The batch axis of a call, as its result tells it."""
    source: Value = called.source
    if isinstance(source, Packed):
        return source.batch
    if not isinstance(source, Tensor) or len(source.axes) != 3:
        return None
    hidden = next((tensor for tensor in state_parts(called.result) if len(tensor.axes) == 3), None)
    return None if hidden is None else hidden.axes[1]


def _axis(called: Called, state: Tensor, facts: Facts) -> str | None:
    """A state whose batch axis is what the layer reads as time, while the layer's own layout is not in doubt."""
    if len(state.axes) != 3:
        return None
    if state.axes[0].id in _input_axes(called) and state.axes[0].role is not Role.STACK:
        return _leading(called, state)
    reading = next((r for r in layouts(facts).readings if r.called is called), None)
    if reading is None or layouts(facts).is_at_fault(called.layer) or state.axes[1].id != reading.time.id:
        return None
    return _sized_by_time(reading)


def _sized_by_time(reading: Reading) -> str | None:
    if not any(support.kind == STATE for support in reading.against):
        return None
    position = 1 if reading.batch_first else 0
    return f"is sized by axis {position} of the input, which is time here: its batch axis is axis {1 - position}"


def _input_axes(called: Called) -> set[int]:
    return {axis.id for axis in called.source.axes[:2]} if isinstance(called.source, Tensor) else set()


def _leading(called: Called, state: Tensor) -> str | None:
    batch = _batch(called)
    if batch is not None and state.axes[0].id == batch.id and not state.axes[0].is_single:
        return f"has the batch on axis 0: a state is {LAYOUT}, batch_first turns the input and the output only"
    return None
