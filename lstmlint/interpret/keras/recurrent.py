"""Keras' recurrent layers: (batch, time, feature) in, the last step or the sequence out, states behind it if asked for.

The result is flat: `output, h, c`, and for Bidirectional `output, forward h, forward c, backward h, backward c`; only
RNN over several cells nests the states of each cell, Keras 2 only where a cell has two. An input without a time axis
is still answered as if it had one, so that one missing return_sequences does not hide the next.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.catalogue.keras_recurrent import RECURRENT_FAMILIES, SPATIAL_AXES, STATES
from lstmlint.catalogue.keras_removed import TIME_MAJOR
from lstmlint.events import Called, Misplaced
from lstmlint.interpret.keras.inputs import (
    feature_axis,
    first_input,
    is_both_directions,
    items_of,
    tensor_of,
    unwrapped,
    without_steps,
)
from lstmlint.interpret.keras.masks import LOST, without_mask
from lstmlint.interpret.ops.trail import (
    BACKWARDS,
    LAST_STEP,
    SEQUENCE,
    STATEFUL,
    VALUES,
    noted,
    recomputed,
    turned_round,
    without_notes,
)
from lstmlint.interpret.registry import APPLICATIONS, Call, application
from lstmlint.interpret.wording import callee
from lstmlint.lean import dataclass
from lstmlint.sizes import ONE
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    Layer,
    Note,
    OpenTensor,
    Role,
    Strength,
    Tensor,
    Tuple,
    Value,
    as_bool,
    as_int,
    is_stated,
)
from lstmlint.world import World

CALL_KEYWORDS = ("sequences", "sequence", "inputs", "initial_state", "mask", "training", "constants")
"""What calling a recurrent layer takes in some version of Keras."""


@dataclass(frozen=True)
class Reading:
    """An input as a recurrent layer takes it: its batch, its time axis, what lies between time and channels."""

    source: Value
    batch: Axis
    time: Axis
    spatial: tuple[Axis, ...]
    trail: tuple[Note, ...]
    time_first: bool = False
    """True where the layer was told so, which Keras 2 allows."""


@application(
    "keras.layers.LSTM",
    "keras.layers.GRU",
    "keras.layers.SimpleRNN",
    "keras.layers.RNN",
    "keras.layers.CuDNNLSTM",
    "keras.layers.CuDNNGRU",
    "keras.layers.ConvLSTM1D",
    "keras.layers.ConvLSTM2D",
    "keras.layers.ConvLSTM3D",
)
def apply_recurrent(world: World, layer: Layer, call: Call) -> Value:
    """Input (B,T,F); result (B,H) or (B,T,H), flat with the states behind it under return_state."""
    reading, state = _read(world, layer, layer, call)
    output = _carrying(layer, layer, _output(world, layer, layer, reading, _width(world, layer)))
    result = _with_states(world, layer, layer, (output,), _states(world, layer, reading))
    _tell(world, layer, call, reading, state, result)
    return result


def _tell(world: World, layer: Layer, call: Call, reading: Reading, state: Value | None, result: Value) -> None:
    world.emit(
        Called(
            place=call.place,
            layer=layer,
            source=reading.source,
            state=state,
            result=result,
            masked=_is_given_mask(call),
            owner=world.target,
        )
    )


@application("keras.layers.Bidirectional")
def apply_bidirectional(world: World, layer: Layer, call: Call) -> Value:
    """As the wrapped layer, twice as wide when concatenated; forward states before backward states."""
    inner = wrapped(layer)
    if inner is None or inner.spec.family not in RECURRENT_FAMILIES:
        return world.unknown()
    reading, state = _read(world, layer, inner, call)
    outputs = _merged(world, layer, inner, reading)
    if outputs is None:
        result: Value = world.unknown()
    else:
        forward = _states(world, inner, reading, "forward ")
        backward = _states(world, _backwards(layer, inner), reading, "backward ")
        states = None if forward is None or backward is None else (*forward, *backward)
        outputs = tuple(_carrying(layer, inner, output) for output in outputs)
        result = _with_states(world, layer, inner, outputs, states)
    _tell(world, layer, call, reading, state, result)
    return result


def _carrying(layer: Layer, flags: Layer, output: Value) -> Value:
    """The output of a layer, noted where the layer was told to carry its state from one batch to the next."""
    told = is_stated(flags.argument("stateful"), True)
    return noted(output, STATEFUL, layer.place, layer) if told and isinstance(output, Tensor) else output


def _merged(world: World, layer: Layer, inner: Layer, reading: Reading) -> tuple[Value, ...] | None:
    """The output of both directions by merge_mode: one tensor, two for None, None where the mode is not known."""
    mode = layer.argument("merge_mode")
    if not isinstance(mode, Const):
        return None
    widths = [_width(world, direction) for direction in (inner, _backwards(layer, inner))]
    if mode == NONE:
        return tuple(_output(world, inner, inner, reading, width) for width in widths)
    if mode.value == "concat":
        both = world.axis(widths[0].size + widths[1].size, Role.FEATURE)
        return (_output(world, inner, inner, reading, both),)
    return (_output(world, inner, inner, reading, widths[0]),)


def _backwards(layer: Layer, inner: Layer) -> Layer:
    """The layer that reads backwards: one of its own, or like the one that reads forwards."""
    own = layer.argument("backward_layer")
    return own if isinstance(own, Layer) else inner


@application("keras.layers.TimeDistributed")
def apply_time_distributed(world: World, layer: Layer, call: Call) -> Value:
    """The wrapped layer at each entry of axis 1: (B,T,...) in, (B,T,...) out."""
    inner = wrapped(layer)
    value = unwrapped(world, first_input(world, call), call)
    rank = _rank_inside(inner)
    source = tensor_of(world, value, None if rank is None else rank + 1)
    result: Value = world.unknown()
    if isinstance(source, Tensor) and len(source.axes) >= 2:
        batch, time, *rest = source.axes if len(source.axes) > 2 else (source.axes[0], world.axis(), source.axes[1])
        step = Tensor((world.axis(), *rest), source.trail)
        applied = apply_layer(world, layer.argument("layer") or world.unknown(), step, call)
        if isinstance(applied, Tensor):
            kept = recomputed(source).trail
            own = tuple(note for note in applied.trail if note.kind in VALUES)
            result = Tensor((batch, time, *applied.axes[1:]), (*(kept if rank == 2 else without_steps(kept)), *own))
    world.emit(Called(place=call.place, layer=layer, source=source or value, state=None, result=result))
    return result


def _rank_inside(inner: Layer | None) -> int | None:
    """The rank that a wrapped layer wants at each step, None where any will do or it is not known."""
    if inner is None:
        return None
    if inner.spec.family in RECURRENT_FAMILIES or inner.spec.family == "bidirectional":
        return 3 + SPATIAL_AXES.get(inner.spec.family, 0)
    wanted = {"linear": 2, "conv1d": 3, "pool1d": 3, "global_pool1d": 3, "conv2d": 4, "pool2d": 4, "global_pool2d": 4}
    return wanted.get(inner.spec.family)


def apply_layer(world: World, layer: Value, source: Value, call: Call) -> Value:
    """Applies any layer, model or function to one value, at the place of `call`."""
    inner = Call(call.name, (source,), {}, call.place)
    if isinstance(layer, Layer) and layer.spec.path in APPLICATIONS:
        return APPLICATIONS[layer.spec.path](world, layer, inner)
    return world.unknown() if world.apply is None else world.apply(layer, inner)


def wrapped(layer: Layer) -> Layer | None:
    """The layer inside a wrapper, None where that is not known."""
    inner = layer.argument("layer")
    return inner if isinstance(inner, Layer) else None


def _read(world: World, layer: Layer, flags: Layer, call: Call) -> tuple[Reading, Value | None]:
    """The input and the initial state of a call; claims batch and time where the input has the rank it should."""
    rank = 3 + SPATIAL_AXES.get(flags.spec.family, 0)
    for keyword in call.kwargs:
        if keyword not in CALL_KEYWORDS:
            world.emit(Misplaced(place=call.place, call=callee(call), keyword=keyword, layer=layer))
    given, state = first_input(world, call), call.arg(1, "initial_state")
    parts = items_of(world, given)
    # Keras 2 takes the states out of what another layer returned; Keras 3 refuses the list.
    is_result = isinstance(given, Tuple) and given.part == "result"
    is_refused = (is_result or is_both_directions(given)) and not world.keras.before(3)
    if parts is not None and len(parts) > 1 and not is_refused:
        given, state = parts[0], state or Tuple(parts[1:])
    value = unwrapped(world, given, call)
    tensor = tensor_of(world, value, rank)
    state = None if state is None or state == NONE else state
    if not isinstance(tensor, Tensor) or len(tensor.axes) != rank:
        return _mended(world, value if tensor is None else tensor), state
    time_first = as_bool(flags.argument(TIME_MAJOR) or Const(False))
    for position, role in enumerate((Role.TIME, Role.BATCH) if time_first else (Role.BATCH, Role.TIME)):
        text = f"`{callee(call)}` reads axis {position} as {role.value}"
        if time_first is not None:
            world.claim(tensor.axes[position], role, Strength.FACT, call.place, text, layer)
    first, second, *spatial = tensor.axes[:-1]
    batch, time = (second, first) if time_first else (first, second)
    trail = without_steps(recomputed(tensor).trail)
    if _is_given_mask(call):
        trail = tuple(note for note in trail if note.kind != LOST)
    return Reading(tensor, batch, time, tuple(spatial), trail, bool(time_first)), state


def _is_given_mask(call: Call) -> bool:
    return call.kwargs.get("mask", NONE) != NONE


def _mended(world: World, source: Value) -> Reading:
    """An input of the wrong rank, read as if its missing axes were there."""
    if isinstance(source, Tensor) and source.axes:
        time = source.axes[1] if len(source.axes) > 2 else world.axis()
        return Reading(source, source.axes[0], time, (), without_steps(recomputed(source).trail))
    return Reading(source, world.axis(), world.axis(), (), ())


def _width(world: World, layer: Layer) -> Axis:
    """The feature axis of a recurrent layer's output."""
    family = layer.spec.family
    if family == "cell_rnn":
        cells = _cells(world, layer)
        last = cells[-1] if cells else None
        return feature_axis(world, last, "units") if last else world.axis(None, Role.FEATURE)
    return feature_axis(world, layer, "filters" if family in SPATIAL_AXES else "units")


def _output(world: World, layer: Layer, flags: Layer, reading: Reading, width: Axis) -> Value:
    """The output tensor by return_sequences; of open rank where that is not known."""
    sequences = as_bool(flags.argument("return_sequences"))
    spatial = _spatial(world, layer, reading)
    if sequences is None:
        return OpenTensor(world.unknown().root, (reading.batch,), 0, (*spatial, width))
    if not sequences:
        last = Note(LAST_STEP, layer.place, layer)
        return Tensor((reading.batch, *spatial, width), (*without_mask(reading.trail), last))
    order = (reading.time, reading.batch) if reading.time_first else (reading.batch, reading.time)
    axes = (*order, *spatial, width)
    return _in_order(flags, reading, Tensor(axes, (*reading.trail, Note(SEQUENCE, layer.place, layer))))


def _in_order(layer: Layer, reading: Reading, output: Tensor) -> Tensor:
    """A sequence of outputs with what is known of its order: that of the input, or the other way round."""
    was = reading.source.noted(BACKWARDS) if isinstance(reading.source, Tensor) else None
    if was is not None:
        output = replace(output, trail=(*output.trail, replace(was, axis=reading.time.id)))
    backwards = as_bool(layer.argument("go_backwards"))
    if backwards is None:
        return without_notes(output, BACKWARDS)
    return turned_round(output, 0 if reading.time_first else 1, layer.place, layer) if backwards else output


def _spatial(world: World, layer: Layer, reading: Reading) -> tuple[Axis, ...]:
    """The spatial axes of a convolutional LSTM's output: the input's own where padding keeps them."""
    padding = layer.argument("padding") if layer.spec.family in SPATIAL_AXES else None
    if padding == Const("same") and as_int(layer.argument("strides")) == 1:
        return reading.spatial
    return tuple(world.axis() for _ in range(SPATIAL_AXES.get(layer.spec.family, 0)))


def _states(world: World, layer: Layer, reading: Reading, direction: str = "") -> tuple[Value, ...] | None:
    """The states that a layer returns behind its output: flat, or nested per cell; None where they are not known."""
    if layer.spec.family != "cell_rnn":
        return _state_tensors(world, layer, _width(world, layer), reading, direction)
    cells = _cells(world, layer)
    if cells is None:
        return None
    found = [_state_tensors(world, cell, feature_axis(world, cell, "units"), reading, direction) for cell in cells]
    cell = layer.argument("cell")
    if isinstance(cell, Layer) and cell.spec.family != "stacked_cells":
        return found[0]
    flat = world.keras.before(3)
    return tuple(
        states[0] if flat and len(states) == 1 else Tuple(states, layer=layer, part="state") for states in found
    )


def _state_tensors(world: World, layer: Layer, width: Axis, reading: Reading, direction: str) -> tuple[Tensor, ...]:
    spatial = _spatial(world, layer, reading)
    return tuple(
        Tensor((reading.batch, *spatial, world.axis(width.size, Role.FEATURE)), state=f"{direction}{name}")
        for name in STATES.get(layer.spec.family, ())
    )


def _cells(world: World, layer: Layer) -> tuple[Layer, ...] | None:
    """The cells of an RNN layer, None where one is not known (a cell of the user's own)."""
    cell = layer.argument("cell")
    if isinstance(cell, Layer) and cell.spec.family == "stacked_cells":
        cell = cell.argument("cells")
    cells = (cell,) if isinstance(cell, Layer) else items_of(world, cell) if cell is not None else None
    if not cells:
        return None
    known = tuple(one for one in cells if isinstance(one, Layer) and one.spec.family in STATES)
    return known if len(known) == len(cells) else None


def _with_states(
    world: World, layer: Layer, flags: Layer, outputs: tuple[Value, ...], states: tuple[Value, ...] | None
) -> Value:
    """What the call returns: the output alone, or output and states in one flat tuple."""
    asked = as_bool(flags.argument("return_state"))
    if asked is None or (asked and states is None):
        return world.unknown()
    items = (*outputs, *(states or ())) if asked else outputs
    return items[0] if len(items) == 1 else Tuple(items, layer=layer, part="result" if asked else "outputs")


@application("keras.layers.LSTMCell", "keras.layers.GRUCell", "keras.layers.SimpleRNNCell")
def apply_cell(world: World, layer: Layer, call: Call) -> Value:
    """One step: (B,F) and the states in, `h, [states]` out."""
    source = tensor_of(world, unwrapped(world, first_input(world, call), call), 2)
    batch = source.axes[0] if isinstance(source, Tensor) and source.axes else world.axis()
    width = feature_axis(world, layer, "units")
    reading = Reading(source or world.unknown(), batch, world.axis(ONE), (), ())
    states = _state_tensors(world, layer, width, reading, "")
    result = Tuple((Tensor((batch, width), state="h"), world.new_list(states)), layer=layer, part="cell")
    world.emit(Called(place=call.place, layer=layer, source=reading.source, state=call.arg(1, "states"), result=result))
    return result
