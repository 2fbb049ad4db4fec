"""TensorFlow 1's recurrent functions: `outputs, state` out of a cell and (batch, time, feature) or a list of steps.

With `time_major=True` the dynamic ones read and give (time, batch, feature). An LSTM's state is `LSTMStateTuple(c, h)`,
c first; several cells give a tuple of states; the bidirectional functions keep the directions apart.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.catalogue.tensorflow_recurrent import CELLS, FUNCTIONS, LAYERS, STATES, WRAPPERS
from lstmlint.events import Called
from lstmlint.interpret.keras.inputs import axis_for, items_of, tensor_of, without_steps
from lstmlint.interpret.ops.trail import recomputed
from lstmlint.interpret.registry import Call, application, operation
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.lean import dataclass
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    Layer,
    ListRef,
    Role,
    Strength,
    Tensor,
    Tuple,
    Value,
    as_bool,
    as_size,
)
from lstmlint.world import World

_CELL_PATHS = tuple(spec.path for spec in LAYERS)


@dataclass(frozen=True)
class Cells:
    """What is run: the cells from the bottom to the top, and whether several were stacked."""

    each: tuple[Layer, ...]
    stacked: bool


def cells_of(world: World, value: Value | None) -> Cells | None:
    """The cells behind a cell or a stack of them; None where one is not known."""
    if not isinstance(value, Layer) or value.spec.framework != "tensorflow":
        return None
    if value.spec.family in STATES:
        return Cells((value,), False)
    if value.spec.family != "stacked_cells":
        return None
    parts = [cells_of(world, part) for part in items_of(world, value.argument("cells") or NONE) or ()]
    known = [part for part in parts if part is not None and not part.stacked]
    return Cells(tuple(part.each[0] for part in known), True) if known and len(known) == len(parts) else None


@operation(*(f"{CELLS}.{name}" for name in WRAPPERS))
def wrap(world: World, call: Call) -> Value:
    """A cell that does something else to what it reads or gives: the same states, the same widths."""
    return call.arg(0, "cell") or world.unknown()


def _width(world: World, cell: Layer, projected: bool = True) -> Axis:
    """The feature axis of a cell's output and h, which may be projected, or of its c."""
    given = cell.argument("num_proj") if projected else NONE
    size = as_size(cell.argument("num_units") if given is None or given == NONE else given)
    return world.axis(size, Role.FEATURE)


def _state(world: World, cell: Layer, batch: Axis, owner: Layer, direction: str = "") -> Value:
    """The state of one cell: a tensor, or the tuple of c and h."""
    tensors = tuple(
        Tensor((batch, _width(world, cell, projected=name == "h")), state=f"{direction}{name}")
        for name in STATES[cell.spec.family]
    )
    if len(tensors) == 1:
        return tensors[0]
    if as_bool(cell.argument("state_is_tuple")) is not True:
        return Tensor((batch, world.axis()))
    return Tuple(tensors, layer=owner, part="state", names=("c", "h"))


def _states(world: World, cells: Cells | None, batch: Axis, owner: Layer, direction: str = "") -> Value:
    if cells is None:
        return world.unknown()
    each = tuple(_state(world, cell, batch, owner, direction) for cell in cells.each)
    return Tuple(each, layer=owner, part="states") if cells.stacked else each[0]


def _outputs(world: World, cells: Cells | None, axes: tuple[Axis, ...], source: Tensor) -> Tensor:
    width = world.axis(None, Role.FEATURE) if cells is None else _width(world, cells.each[-1])
    return Tensor((*axes, width), without_steps(recomputed(source).trail))


def _bound(world: World, call: Call) -> Layer:
    """The function as a layer that is built by its own call."""
    spec = next(spec for spec in FUNCTIONS if spec.path == call.name)
    names = [parameter.name for parameter in spec.parameters]
    given = {**dict(zip(names, call.args, strict=False)), **call.kwargs}
    return Layer(world.number(), spec, tuple(given.items()), call.place, call.open_ended, path=world.path)


def _read(world: World, layer: Layer, call: Call) -> tuple[Tensor | None, bool | None]:
    """The input of a dynamic function as a tensor of three axes, which it claims, and whether time comes first."""
    time_major = as_bool(layer.argument("time_major") or Const(False))
    if layer.argument("time_major") == NONE:
        time_major = False
    given = layer.argument("inputs") or world.unknown()
    if needs_tensor(world, given, call.place, f"given to `{callee(call)}`"):
        return None, time_major
    source = tensor_of(world, given, 3)
    if not isinstance(source, Tensor) or len(source.axes) != 3 or time_major is None:
        return None, time_major
    for position, role in enumerate((Role.TIME, Role.BATCH) if time_major else (Role.BATCH, Role.TIME)):
        text = f"`{callee(call)}` reads axis {position} as {role.value}"
        world.claim(source.axes[position], role, Strength.FACT, call.place, text, layer)
    return source, time_major


def _told(world: World, layer: Layer, source: Value, state: Value | None, result: Value) -> Value:
    event = Called(place=layer.place, layer=layer, source=source, state=state, result=result, owner=world.target)
    world.emit(event)
    return result


def _started(world: World, state: Value | None, source: Tensor, time_major: bool | None, call: Call) -> None:
    """An initial state sized by an axis of the input says that this axis is the batch."""
    pending = [state]
    while pending:
        value = pending.pop()
        if isinstance(value, Tuple):
            pending += value.items
        elif isinstance(value, Tensor) and len(value.axes) == 2 and value.state is None:
            own = next((axis for axis in source.axes[:2] if axis.id == value.axes[0].id), None)
            if own is not None:
                text = "the initial state has a row for each entry of this axis"
                world.claim(own, Role.BATCH, Strength.STRUCTURE, call.place, text, kind="state")


@operation("tf.nn.dynamic_rnn")
def dynamic(world: World, call: Call) -> Value:
    """(outputs, state): (B,T,F) in, (B,T,H) out, or time first in both."""
    layer = _bound(world, call)
    source, time_major = _read(world, layer, call)
    cells, start = cells_of(world, layer.argument("cell")), layer.argument("initial_state")
    if source is None:
        return _told(world, layer, layer.argument("inputs") or world.unknown(), start, _unread(world, layer, cells))
    _started(world, start, source, time_major, call)
    outputs = _outputs(world, cells, source.axes[:2], source)
    states = _states(world, cells, source.axes[1 if time_major else 0], layer)
    return _told(world, layer, source, start, Tuple((outputs, states), layer=layer, part="result"))


def _unread(world: World, layer: Layer, cells: Cells | None) -> Tuple:
    """The pair that comes back where the input is not known."""
    return Tuple((world.unknown(), _states(world, cells, world.axis(), layer)), layer=layer, part="result")


@operation("tf.nn.bidirectional_dynamic_rnn")
def dynamic_both_ways(world: World, call: Call) -> Value:
    """((forward, backward) outputs, (forward, backward) states): nothing is joined."""
    layer = _bound(world, call)
    source, time_major = _read(world, layer, call)
    outputs, states = [], []
    for cell, direction in (("cell_fw", "forward "), ("cell_bw", "backward ")):
        cells = cells_of(world, layer.argument(cell))
        batch = world.axis() if source is None else source.axes[1 if time_major else 0]
        outputs.append(world.unknown() if source is None else _outputs(world, cells, source.axes[:2], source))
        states.append(_states(world, cells, batch, layer, direction))
    pair = (Tuple(tuple(outputs), layer=layer, part="outputs"), Tuple(tuple(states), layer=layer, part="states"))
    given = source or layer.argument("inputs") or world.unknown()
    return _told(world, layer, given, None, Tuple(pair, layer=layer, part="result"))


@operation("tf.nn.static_rnn")
def static(world: World, call: Call) -> Value:
    """A list of steps (B,F) in, (a list of outputs (B,H), the state of the last step) out."""
    layer = _bound(world, call)
    step, count = _steps(world, layer)
    cells = cells_of(world, layer.argument("cell"))
    batch = world.axis() if step is None else step.axes[0]
    outputs = _listed(world, None if step is None else _outputs(world, cells, (batch,), step), count)
    states = _states(world, cells, batch, layer)
    result = Tuple((outputs, states), layer=layer, part="result")
    return _told(world, layer, step or world.unknown(), layer.argument("initial_state"), result)


@operation("tf.nn.static_bidirectional_rnn")
def static_both_ways(world: World, call: Call) -> Value:
    """(a list of joined outputs (B,2H), the forward state, the backward state)."""
    layer = _bound(world, call)
    step, count = _steps(world, layer)
    both = [cells_of(world, layer.argument(name)) for name in ("cell_fw", "cell_bw")]
    batch = world.axis() if step is None else step.axes[0]
    output = None if step is None else Tensor((batch, _joined(world, both)), without_steps(recomputed(step).trail))
    ways = zip(both, ("forward ", "backward "), strict=True)
    states = [_states(world, cells, batch, layer, direction) for cells, direction in ways]
    result = Tuple((_listed(world, output, count), *states), layer=layer, part="result")
    return _told(world, layer, step or world.unknown(), None, result)


def _joined(world: World, both: list[Cells | None]) -> Axis:
    """The features of both directions side by side."""
    sizes = [None if cells is None else _width(world, cells.each[-1]).size for cells in both]
    one, other = sizes
    return world.axis(None if one is None or other is None else one + other, Role.FEATURE)


def _steps(world: World, layer: Layer) -> tuple[Tensor | None, int | None]:
    """One step of a list of them, and how many there are where that is known."""
    given = layer.argument("inputs")
    items = items_of(world, given) if given is not None else None
    if items is None and isinstance(given, ListRef):
        items = world.items(given)
        return _step(world, items), None
    return _step(world, items or ()), None if items is None else len(items)


def _step(world: World, items: tuple[Value, ...]) -> Tensor | None:
    found = tensor_of(world, items[0], 2) if items else None
    return found if isinstance(found, Tensor) and len(found.axes) == 2 else None


def _listed(world: World, output: Tensor | None, count: int | None) -> Value:
    """A list of outputs, of a known length or not."""
    if output is None:
        return world.unknown()
    return world.new_list([output], open_ended=True) if count is None else world.new_list([output] * count)


@application(*_CELL_PATHS)
def apply_cell(world: World, layer: Layer, call: Call) -> Value:
    """One step: (output, new state)."""
    given = call.arg(0, "inputs")
    source = None if given is None else tensor_of(world, given, 2)
    cells = cells_of(world, layer)
    if not isinstance(source, Tensor) or len(source.axes) != 2:
        return Tuple((world.unknown(), _states(world, cells, world.axis(), layer)))
    state = _states(world, cells, source.axes[0], layer)
    return Tuple((_outputs(world, cells, source.axes[:1], source), state))


@operation(*(f"{path}.zero_state" for path in _CELL_PATHS))
def zero_state(world: World, call: Call) -> Value:
    """A state of as many rows as the batch has."""
    cell = call.arg(0)
    if not isinstance(cell, Layer):
        return world.unknown()
    return _plain(_states(world, cells_of(world, cell), axis_for(world, call.arg(1, "batch_size")), cell))


def _plain(value: Value) -> Value:
    """A state that no layer has made: nothing is told of where it came from."""
    if isinstance(value, Tuple):
        return replace(value, items=tuple(_plain(item) for item in value.items), layer=None, part="")
    return replace(value, state=None) if isinstance(value, Tensor) else value
