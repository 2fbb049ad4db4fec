"""What an initial state says of the axes of the input that it comes with: a state is (layers x directions, batch, H).

A state made for the input says by its sizes which axis is the batch. One that another layer returned says so where it
meets the axis that this layer reads as time. One that the same layer returned for the piece of data before this one
says that the data was cut along time.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.interpret.ops.trail import STATE
from lstmlint.sizes import AxisSize, Size
from lstmlint.source import Place
from lstmlint.values import (
    Axis,
    Layer,
    ListRef,
    Role,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_bool,
)
from lstmlint.world import World


def state_tensors(world: World, state: Value | None) -> tuple[Tensor, ...]:
    """The tensors of known rank in an initial state: one, or the two of an (h, c) pair."""
    if isinstance(state, ListRef):
        state = Tuple(world.items(state))
    parts = state.items if isinstance(state, Tuple) else () if state is None else (state,)
    found = (world.tensor(part) for part in parts if not isinstance(part, Unknown))
    return tuple(tensor for tensor in found if isinstance(tensor, Tensor))


def claim_state(world: World, layer: Layer, source: Value | None, state: Value | None, place: Place) -> None:
    """Claims by the initial state given to a recurrent layer together with `source`."""
    for tensor in state_tensors(world, state):
        if len(tensor.axes) != 3:
            continue
        if not _is_returned(tensor):
            text = "sizes the initial state's batch axis"
            world.claim(tensor.axes[1], Role.BATCH, Strength.STRUCTURE, place, text, kind="state")
        axes = _read_axes(layer, source)
        if axes is not None:
            _claim_met(world, tensor, *axes, place)
            _claim_carried(world, layer, tensor, axes, place)


def as_large_as_given(world: World, batch: Axis | None, source: Value | None, state: Value | None) -> Axis | None:
    """The batch axis of a final state: where nothing is known of its size, it has that of the initial state."""
    given = [tensor.axes[1].size for tensor in state_tensors(world, state) if len(tensor.axes) == 3]
    if batch is None or not given or batch.size != Size.symbol(AxisSize(batch.id)):
        return batch
    sizes = {axis.size for axis in source.axes} if isinstance(source, Tensor) else set()
    return batch if given[0] in sizes else replace(batch, size=given[0])


def _is_returned(tensor: Tensor) -> bool:
    """True for a state that came out of a layer: its batch only repeats what that layer said."""
    return tensor.state is not None or tensor.axes[0].role is Role.STACK


def _read_axes(layer: Layer, source: Value | None) -> tuple[Axis, Axis] | None:
    """The axes of a layer's input that it reads as batch and as time."""
    batch_first = as_bool(layer.argument("batch_first"))
    if batch_first is None or not isinstance(source, Tensor) or len(source.axes) != 3:
        return None
    first, second, _ = source.axes
    return (first, second) if batch_first else (second, first)


def _claim_met(world: World, state: Tensor, batch: Axis, time: Axis, place: Place) -> None:
    """A state whose samples are those that the layer reads as steps."""
    rows = state.axes[1]
    if _is_returned(state) and rows.id == time.id:
        text = "is given a state with one row for each entry of the axis that is read as time"
        world.claim(time, Role.BATCH, Strength.STRUCTURE, place, text, kind="handed")
    elif rows.id not in (batch.id, time.id) and rows.size.cannot_equal(batch.size) and rows.size == time.size:
        text = f"is given a state for {rows.size.known or 'as many'} samples, which fits the axis that is read as time"
        world.claim(time, Role.BATCH, Strength.STRUCTURE, place, text, kind="state")


def _claim_carried(world: World, layer: Layer, state: Tensor, axes: tuple[Axis, Axis], place: Place) -> None:
    """The state of the piece before this one goes on: the pieces follow each other in time."""
    origin = state.noted(STATE)
    if origin is None or origin.layer is None or origin.layer.id != layer.id:
        return
    batch, time = axes
    stepped = world.stepped.get(time.id) if batch.is_single and not time.is_single else None
    if stepped is not None:
        text = "goes through the other axis step by step, and the state goes on from each to the next"
        world.claim(time, Role.BATCH, Strength.STRUCTURE, stepped, text, kind="handed")
    for axis in axes:
        cut = world.pieces.get(axis.id)
        if cut is not None:
            text = "cuts the data into pieces, and the state goes on from each to the next"
            world.claim(axis, Role.TIME, Strength.STRUCTURE, cut, text, kind="carried")
