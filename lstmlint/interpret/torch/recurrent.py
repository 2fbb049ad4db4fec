"""nn.LSTM, nn.GRU and nn.RNN: what they take each axis of their input as, and the axes of what comes back.

A 3-D input is (time, batch, feature), with batch_first (batch, time, feature); a 2-D input is one sequence (time,
feature) either way; a PackedSequence carries its own layout and the layer's batch_first says nothing about it. The
output keeps the input's order; h_n and c_n are (layers x directions, batch, width) whatever batch_first is.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events import Called, Misplaced
from lstmlint.interpret.ops.trail import DETACHED, STATE
from lstmlint.interpret.registry import Call, application
from lstmlint.interpret.torch.states import as_large_as_given, claim_state
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.lean import dataclass
from lstmlint.sizes import Opaque, Size
from lstmlint.source import Place
from lstmlint.values import (
    NONE,
    Axis,
    Layer,
    Note,
    Packed,
    Role,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_bool,
    as_int,
    as_size,
)
from lstmlint.world import World

CARRIED = ("transposed",)
"""Notes of an input that still say something about a recurrent layer's output."""


@dataclass(frozen=True)
class Geometry:
    """What a layer's arguments say about sizes; unknown arguments are symbols of their own."""

    stack: Size
    directions: Size
    width: Size
    """Of the output and of h_n: proj_size where there is one, else hidden_size."""
    cell: Size
    bidirectional: bool | None

    @staticmethod
    def of(layer: Layer) -> Geometry:
        """Reads the arguments of a torch recurrent layer."""
        flag = layer.argument("bidirectional")
        directions = direction_count(layer)
        cell = _argument_size(layer, "hidden_size")
        width = cell
        if layer.spec.takes("proj_size"):
            projection = layer.argument("proj_size")
            if as_int(projection) != 0:
                width = _argument_size(layer, "proj_size")
        return Geometry(_argument_size(layer, "num_layers") * directions, directions, width, cell, as_bool(flag))


def direction_count(layer: Layer) -> Size:
    """2 or 1, or a symbol for one of the two that is the same for the same flag."""
    flag = layer.argument("bidirectional")
    known = as_bool(flag)
    if known is not None:
        return Size.of(2 if known else 1)
    if isinstance(flag, Unknown):
        return Size.symbol(Opaque(("choice", flag.root, 2, 1)))
    return Size.symbol(Opaque(("directions", layer.id)))


def _argument_size(layer: Layer, name: str) -> Size:
    size = as_size(layer.argument(name))
    return Size.symbol(Opaque((name, layer.id))) if size is None else size


def is_batch_first(layer: Layer) -> bool | None:
    """The layer's layout, None where it is not known."""
    return as_bool(layer.argument("batch_first"))


@application("torch.nn.LSTM", "torch.nn.GRU", "torch.nn.RNN")
def apply_recurrent(world: World, layer: Layer, call: Call) -> Value:
    """Input (T,B,F), (B,T,F), (T,F) or packed; result (output, h_n) or (output, (h_n, c_n))."""
    given = call.arg(0, "input")
    state = call.arg(1, "hx")
    state = None if state == NONE else state
    _report_foreign_keywords(world, layer, call)
    source = _source(world, layer, call, given)
    output, batch = _read(world, layer, call, source)
    claim_state(world, layer, source, state, call.place)
    batch = as_large_as_given(world, batch, source, state)
    result = _result(world, layer, output, batch, notes_of_state(world, layer, call.place))
    if source is not None:
        event = Called(place=call.place, layer=layer, source=source, state=state, result=result)
        world.emit(replace(event, extra=tuple(call.args[2:]), stated=_states(call)))
    return result


def _states(call: Call) -> bool:
    """True where an argument stands for the initial state, other than the word None."""
    written = call.arg(1, "hx") is not None and call.texts[1:2] != ("None",)
    return written or call.open_ended


def _report_foreign_keywords(world: World, layer: Layer, call: Call) -> None:
    for keyword in call.kwargs:
        if keyword not in ("input", "hx"):
            world.emit(Misplaced(place=call.place, call=callee(call), keyword=keyword, layer=layer))


def _source(world: World, layer: Layer, call: Call, given: Value | None) -> Value | None:
    """The input as a tensor or packed sequence; an unknown input of an unpacked call is taken to have three axes."""
    if isinstance(given, Packed) and given.of is not None:
        world.tensor(given.of, rank=3, presumed=True)
    if given is None or isinstance(given, Packed):
        return given
    if needs_tensor(world, given, call.place, f"given to `{callee(call)}`"):
        return None
    if isinstance(given, Tensor):
        return given
    return world.tensor(given, rank=3, presumed=True) or world.tensor(given) or given


def _read(world: World, layer: Layer, call: Call, source: Value | None) -> tuple[Value, Axis | None]:
    """The output, and the batch axis of the states (None: one unbatched sequence)."""
    geometry = Geometry.of(layer)
    directions = layer.place if geometry.bidirectional else None
    feature = world.axis(geometry.directions * geometry.width, Role.FEATURE, directions)
    if isinstance(source, Packed):
        return replace(source, features=(feature,), trail=carried(source)), source.batch
    if isinstance(source, Tensor) and len(source.axes) == 2:
        return Tensor((source.axes[0], feature), carried(source)), None
    if not isinstance(source, Tensor) or len(source.axes) != 3:
        return world.unknown(), world.axis()
    first, second, _ = source.axes
    output = Tensor((first, second, feature), carried(source))
    batch_first = is_batch_first(layer)
    if batch_first is None:
        return output, world.axis()
    claim_layout(world, layer, source, call, batch_first)
    return output, first if batch_first else second


def carried(source: Tensor | Packed) -> tuple[Note, ...]:
    """The notes that an input hands on to the output."""
    return tuple(note for note in source.trail if note.kind in CARRIED)


def claim_layout(world: World, layer: Layer, source: Tensor, call: Call, batch_first: bool) -> None:
    """Claims axes 0 and 1 of an input by the layer's layout."""
    how = "built with batch_first=True" if batch_first else "built without batch_first"
    for position in (0, 1):
        role = Role.BATCH if (position == 0) == batch_first else Role.TIME
        text = f"`{callee(call)}` reads axis {position} as {role.value} ({how})"
        world.claim(source.axes[position], role, Strength.FACT, call.place, text, layer)


def notes_of_state(world: World, layer: Layer, place: Place) -> tuple[Note, ...]:
    """What is noted of a state that a call returns: which call it was, and whether there is a graph behind it."""
    origin = Note(STATE, place, layer)
    return (origin,) if world.recording else (origin, Note(DETACHED, place))


def _result(world: World, layer: Layer, output: Value, batch: Axis | None, notes: tuple[Note, ...]) -> Tuple:
    geometry = Geometry.of(layer)
    stack = world.axis(geometry.stack, Role.STACK)
    rows = () if batch is None else (batch,)
    hidden = Tensor((stack, *rows, world.axis(geometry.width, Role.FEATURE)), notes, state="h")
    if layer.spec.family != "lstm":
        return Tuple((output, hidden), layer=layer, part="result")
    cell_stack = world.axis(geometry.stack, Role.STACK)
    cell = Tensor((cell_stack, *rows, world.axis(geometry.cell, Role.FEATURE)), notes, state="c")
    return Tuple((output, Tuple((hidden, cell), layer=layer, part="state")), layer=layer, part="result")
