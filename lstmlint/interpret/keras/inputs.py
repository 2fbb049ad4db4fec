"""What a Keras layer is given: one tensor, several tensors, or by mistake the tuple of a layer that returns its state.

Keras tensors carry the batch as axis 0, explicitly: `Input((30, 4))` is (batch, 30, 4).
"""

from __future__ import annotations

from lstmlint.events.keras import Declared
from lstmlint.interpret.joins import settled
from lstmlint.interpret.ops.shape import axis_of_size, listed
from lstmlint.interpret.ops.trail import BACKWARDS, LAST_STEP, SEQUENCE
from lstmlint.interpret.registry import Call
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.source import Place
from lstmlint.values import (
    NONE,
    Axis,
    Layer,
    Note,
    OpenTensor,
    Role,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_size,
)
from lstmlint.world import World

STEPS_KEPT = (LAST_STEP, SEQUENCE, BACKWARDS)
"""Notes about the time axis of a recurrent layer's output; the next recurrent layer's own note replaces them."""


def first_input(world: World, call: Call) -> Value:
    """What a layer is called on, whatever the keyword's name; Unknown where the call shows nothing."""
    value = call.arg(0, "inputs", "sequences", "sequence", "x", "input")
    return world.unknown() if value is None else settled(value)


def unwrapped(world: World, value: Value, call: Call) -> Value:
    """A value where a tensor is due: a layer's tuple of output and states is noticed, then its output is meant.

    So is the list of both directions' outputs that `Bidirectional(..., merge_mode=None)` gives.
    """
    value = settled(value)
    if isinstance(value, Tuple) and value.items and (value.part == "result" or is_both_directions(value)):
        needs_tensor(world, value, call.place, f"given to `{callee(call)}`")
        return unwrapped(world, value.items[0], call)
    if isinstance(value, Tuple) and value.part == "state" and len(value.items) > 1:
        needs_tensor(world, value, call.place, f"given to `{callee(call)}`")
        return world.unknown()
    parts = items_of(world, value)
    return unwrapped(world, parts[0], call) if parts is not None and len(parts) == 1 else value


def is_both_directions(value: Value) -> bool:
    """True for the outputs of a bidirectional layer that does not merge them."""
    layer = value.layer if isinstance(value, Tuple) and value.part == "outputs" else None
    return layer is not None and layer.spec.family == "bidirectional"


def input_tensor(world: World, call: Call, rank: int | None = None) -> Tensor | OpenTensor | None:
    """The one tensor a layer is called on. An unknown input is taken to have `rank`; a known one keeps its own."""
    value = unwrapped(world, first_input(world, call), call)
    return tensor_of(world, value, rank)


def tensor_of(world: World, value: Value, rank: int | None = None) -> Tensor | OpenTensor | None:
    """A value as a tensor, an unknown one as a tensor of `rank` where that is given."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, OpenTensor):
        return world.tensor(value, rank) or world.tensor(value)
    return world.tensor(value, rank) if isinstance(value, Unknown) else None


def items_of(world: World, value: Value) -> tuple[Value, ...] | None:
    """The items of a list or tuple of known length, or of a shape; None for anything else."""
    return listed(world, value)


def several_inputs(world: World, call: Call) -> tuple[Value, ...]:
    """The tensors a merging or attention layer is called on, in order; none where they are not known."""
    parts = items_of(world, first_input(world, call)) or ()
    return tuple(unwrapped(world, part, call) for part in parts)


def axis_for(world: World, size: Value | None) -> Axis:
    """An axis of a size that a shape gives; None and what is not known is a size of its own."""
    unsized = size is None or size == NONE or isinstance(size, Unknown)
    return (None if unsized else axis_of_size(world, size)) or world.axis()


def declared(world: World, batch: Value, shape: tuple[Value, ...], place: Place) -> Tensor:
    """The input tensor of a shape that counts the batch, which is told of; None is a size of its own."""
    tensor = Tensor(tuple(axis_for(world, size) for size in shape))
    world.emit(Declared(place=place, tensor=tensor, batch=batch))
    return tensor


def feature_axis(world: World, layer: Layer, name: str) -> Axis:
    """The feature axis that a layer makes, as wide as its argument `name` says."""
    given = layer.argument(name)
    return world.axis(None if given is None or given == NONE else as_size(given), Role.FEATURE)


def without_steps(trail: tuple[Note, ...]) -> tuple[Note, ...]:
    """A trail without what earlier recurrent layers said about their time axis."""
    return tuple(note for note in trail if note.kind not in STEPS_KEPT)


def claim_batch(world: World, tensor: Tensor, call: Call) -> None:
    """Keras reads axis 0 as the batch, in every layer."""
    if tensor.axes:
        text = f"`{callee(call)}` reads axis 0 as batch"
        world.claim(tensor.axes[0], Role.BATCH, Strength.FACT, call.place, text)
