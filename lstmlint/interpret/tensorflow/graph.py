"""What TensorFlow 1 writes around its recurrent functions: placeholders, embeddings by hand, layers as functions."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events.keras import Paired
from lstmlint.interpret.keras.inputs import axis_for, items_of, tensor_of
from lstmlint.interpret.ops.shape import with_axis
from lstmlint.interpret.ops.tensorflow_shapes import note_projection
from lstmlint.interpret.ops.trail import recomputed
from lstmlint.interpret.registry import Call, operation
from lstmlint.names.vocabulary import clear_role
from lstmlint.values import NONE, Const, Role, Strength, Tensor, Tuple, Unknown, Value, as_size
from lstmlint.world import World


@operation("tf.placeholder", "tf.placeholder_with_default")
def placeholder(world: World, call: Call) -> Value:
    """A tensor of a shape, None for a size that is left open; plain names of sizes say what an axis is."""
    shape = call.arg(1, "shape")
    sizes = None if shape is None else items_of(world, shape)
    if sizes is None:
        return world.unknown()
    tensor = Tensor(tuple(axis_for(world, size) for size in sizes))
    written = call.texts[1] if len(call.texts) > 1 else ""
    names = [name.strip() for name in written.strip("[]()").split(",")]
    for name, axis in zip(names, tensor.axes, strict=False):
        role = clear_role(name)
        if role is not None and len(names) >= len(tensor.axes):
            world.claim(axis, role, Strength.NAME, call.place, f"calls its size `{name}`")
    return tensor


@operation("tf.nn.embedding_lookup")
def look_up(world: World, call: Call) -> Value:
    """Rows (N,F) of a table by number (B,T): (B,T,F)."""
    table, numbers = call.arg(0, "params"), call.arg(1, "ids")
    rows = None if table is None else world.tensor(table, 2, presumed=True)
    ids = None if numbers is None else tensor_of(world, numbers)
    if not isinstance(ids, Tensor):
        return world.unknown()
    width = rows.axes[-1] if isinstance(rows, Tensor) and len(rows.axes) == 2 else world.axis()
    return replace(ids, axes=(*ids.axes, world.axis(width.size, Role.FEATURE)), state=None)


@operation("tf.layers.dense", "tf.contrib.layers.fully_connected", "tf.contrib.layers.linear")
def dense(world: World, call: Call) -> Value:
    """As the layer of that name: (..., F) to (..., units)."""
    note_projection(world, call)
    given, units = call.arg(0, "inputs"), call.arg(1, "units", "num_outputs")
    source = None if given is None else tensor_of(world, given)
    size = None if units is None or units == NONE or isinstance(units, Unknown) else as_size(units)
    if source is None:
        return world.unknown()
    found = with_axis(source, -1, world.axis(size, Role.FEATURE)) or world.unknown()
    return replace(recomputed(found), state=None) if isinstance(found, Tensor) else found


@operation("tf.layers.dropout", "tf.layers.batch_normalization", "tf.contrib.layers.dropout")
def kept(world: World, call: Call) -> Value:
    """The axes as they are."""
    given = call.arg(0, "inputs")
    return world.unknown() if given is None else tensor_of(world, given) or world.unknown()


@operation("tf.get_variable")
def variable(world: World, call: Call) -> Value:
    """A tensor of a shape."""
    sizes = items_of(world, call.arg(1, "shape") or NONE)
    if sizes is None:
        return Tensor(()) if isinstance(call.arg(1, "shape"), Const) else world.unknown()
    return Tensor(tuple(axis_for(world, size) for size in sizes))


@operation("tf.nn.rnn_cell.LSTMStateTuple")
def state_tuple(world: World, call: Call) -> Value:
    """(c, h) under these names, c first."""
    cell, hidden = call.arg(0, "c"), call.arg(1, "h")
    if cell is None or hidden is None:
        return world.unknown()
    world.emit(Paired(place=call.place, cell=cell, hidden=hidden, texts=call.texts))
    return Tuple((cell, hidden), names=("c", "h"), place=call.place)
