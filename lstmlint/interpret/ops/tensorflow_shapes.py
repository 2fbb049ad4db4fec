"""TensorFlow's and Keras' functions that make tensors, take parts of them, or multiply them."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events.keras import Projected
from lstmlint.interpret.ops.shape import (
    axes_of_sizes,
    axis_of_size,
    listed,
    position_in,
    positions_in,
    resized,
    tensor_argument,
    with_axis,
    with_new_axis,
    without_axis,
)
from lstmlint.interpret.ops.tensorflow_aliases import bound, hand_on
from lstmlint.interpret.ops.trail import turned_round
from lstmlint.interpret.registry import Call, operation
from lstmlint.sizes import Size
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    ListRef,
    Num,
    Shape,
    Tensor,
    Tuple,
    Value,
    as_bool,
    as_int,
    as_size,
)
from lstmlint.world import World

_FILLED = (
    "tf.zeros",
    "tf.ones",
    "tf.fill",
    "keras.ops.zeros",
    "keras.ops.ones",
    "keras.ops.full",
    "keras.ops.empty",
    "keras.backend.zeros",
    "keras.backend.ones",
    "tf.random.normal",
    "tf.random.uniform",
    "tf.random.truncated_normal",
    "tf.random.stateless_normal",
    "tf.random.stateless_uniform",
    "keras.random.normal",
    "keras.random.uniform",
    "keras.random.randint",
    "keras.random.truncated_normal",
    "keras.backend.random_normal",
    "keras.backend.random_uniform",
)


@operation(*_FILLED)
def filled(world: World, call: Call) -> Value:
    """A new tensor of a given shape."""
    given = call.arg(0, "shape", "dims")
    axes = axes_of_sizes(world, listed(world, given) or ((given,) if isinstance(given, (Const, Num)) else None))
    return world.unknown() if axes is None else Tensor(axes)


@operation(
    "tf.zeros_like",
    "tf.ones_like",
    "keras.ops.zeros_like",
    "keras.ops.ones_like",
    "keras.ops.full_like",
    "keras.backend.zeros_like",
    "keras.backend.ones_like",
)
def like(world: World, call: Call) -> Value:
    """A new tensor of another's shape."""
    source = tensor_argument(world, call, 0, "input", "x")
    return replace(source, trail=(), state=None) if isinstance(source, Tensor) else source or world.unknown()


@operation(
    "tf.constant",
    "tf.convert_to_tensor",
    "tf.Variable",
    "keras.ops.convert_to_tensor",
    "keras.ops.array",
    "keras.backend.constant",
    "keras.backend.variable",
    "keras.Variable",
)
def made_of(world: World, call: Call) -> Value:
    """A tensor of an array, or of nested lists."""
    given = call.arg(0, "value", "x", "initial_value", "initializer")
    if given is None:
        return world.unknown()
    shape = listed(world, call.kwargs.get("shape"))
    if shape is not None:
        axes = axes_of_sizes(world, shape)
        return world.unknown() if axes is None else Tensor(axes)
    if isinstance(given, (ListRef, Tuple)):
        return hand_on(world, call, "torch.tensor", given)
    if isinstance(given, (Const, Num)):
        return Tensor(())
    return world.tensor(given) or world.unknown()


@operation("tf.shape", "keras.ops.shape", "keras.backend.shape", "keras.backend.int_shape", "Tensor.get_shape")
def shape_of(world: World, call: Call) -> Value:
    """The sizes as a tuple; they remember their axes."""
    source = call.arg(0, "input", "x")
    return world.unknown() if source is None else Shape(source)


@operation("Shape.as_list", "Shape.with_rank")
def as_list(world: World, call: Call) -> Value:
    """The sizes as a list."""
    return call.owner


@operation("tf.rank", "keras.ops.ndim", "keras.backend.ndim")
def rank_of(world: World, call: Call) -> Value:
    """How many axes there are."""
    source = tensor_argument(world, call, 0, "input", "x")
    return Const(len(source.axes)) if isinstance(source, Tensor) else world.unknown()


@operation("tf.one_hot", "keras.ops.one_hot", "keras.backend.one_hot")
def one_hot(world: World, call: Call) -> Value:
    """Class numbers (...) to (..., classes)."""
    source = tensor_argument(world, call, 0, "indices", "x")
    depth = call.arg(1, "depth", "num_classes")
    axis = (None if depth is None else axis_of_size(world, depth)) or world.axis()
    if source is None or as_int(call.kwargs.get("axis", Const(-1))) != -1:
        return world.unknown()
    return with_new_axis(source, -1, axis) or world.unknown()


@operation("tf.squeeze", "keras.ops.squeeze", "keras.backend.squeeze")
def squeeze(world: World, call: Call) -> Value:
    """Drops axes of size 1: the given one or ones, else all."""
    given = bound(call, ("input", "axis"))
    source = tensor_argument(world, call, 0, "input", "x")
    axis = given.get("axis")
    if source is None:
        return world.unknown()
    if axis is None:
        return hand_on(world, call, "torch.squeeze", source)
    many = listed(world, axis)
    if many is None or len(many) == 1:
        number = as_int(axis if many is None else many[0])
        return world.unknown() if number is None else without_axis(source, number) or world.unknown()
    positions = positions_in(world, axis, len(source.axes)) if isinstance(source, Tensor) else None
    if not isinstance(source, Tensor) or positions is None:
        return world.unknown()
    return replace(source, axes=tuple(axis for place, axis in enumerate(source.axes) if place not in positions))


@operation("keras.backend.concatenate")
def concatenate_last(world: World, call: Call) -> Value:
    """Keras' backend joins along the last axis by default."""
    parts, axis = call.arg(0, "tensors"), call.arg(1, "axis")
    return world.unknown() if parts is None else hand_on(world, call, "torch.cat", parts, dim=axis or Const(-1))


@operation("tf.split", "keras.ops.split")
def split(world: World, call: Call) -> Value:
    """A number of equal pieces; tf.split also takes their sizes, keras.ops.split the places of the cuts."""
    given = bound(call, ("value", "num_or_size_splits", "axis"))
    source = given.get("value", given.get("x"))
    pieces = given.get("num_or_size_splits", given.get("indices_or_sections"))
    if source is None or pieces is None:
        return world.unknown()
    axis = given.get("axis", Const(0))
    sizes = listed(world, pieces) if call.name == "tf.split" else None
    if sizes is None:
        return hand_on(world, call, "torch.tensor_split", source, pieces, dim=axis)
    return hand_on(world, call, "torch.split", source, Tuple(_filled_up(world, source, axis, sizes)), dim=axis)


def _filled_up(world: World, source: Value, axis: Value, sizes: tuple[Value, ...]) -> tuple[Value, ...]:
    """The sizes of pieces, with what is left of the axis in place of -1."""
    tensor = world.tensor(source)
    position = position_in(axis, len(tensor.axes)) if isinstance(tensor, Tensor) else None
    given = [as_size(size) for size in sizes if as_int(size) != -1]
    if position is None or not isinstance(tensor, Tensor) or len(given) == len(sizes):
        return sizes
    rest: Value = world.unknown()
    known = [size for size in given if size is not None]
    if len(known) == len(given):
        rest = Num(tensor.axes[position].size - sum(known, Size.of(0)))
    return tuple(rest if as_int(size) == -1 else size for size in sizes)


@operation("tf.gather", "keras.ops.take", "keras.backend.gather")
def gather(world: World, call: Call) -> Value:
    """Entries of one axis by number: the indices' axes take its place; with batch_dims per sample.

    Keras takes from all entries in a row where no axis is given.
    """
    named = (
        ("params", "indices", "validate_indices", "axis") if call.name.startswith("tf") else ("x", "indices", "axis")
    )
    given = bound(call, named)
    source = world.tensor(given[named[0]]) if named[0] in given else None
    indices = given.get("indices")
    if not isinstance(source, Tensor) or indices is None:
        return world.unknown()
    if call.name == "keras.ops.take" and "axis" not in given:
        source = Tensor((world.axis(),))
    position = position_in(given.get("axis", given.get("batch_dims", Const(0))), len(source.axes))
    batch = as_int(given.get("batch_dims", Const(0)))
    if position is None or batch is None:
        return world.unknown()
    taken = _axes_of_indices(world, indices)
    if taken is None or len(taken) < batch:
        return world.unknown()
    return replace(source, axes=(*source.axes[:position], *taken[batch:], *source.axes[position + 1 :]))


def _axes_of_indices(world: World, indices: Value) -> tuple[Axis, ...] | None:
    items = listed(world, indices)
    if items is not None:
        return (world.axis(Size.of(len(items))),)
    if isinstance(indices, (Const, Num)):
        return ()
    tensor = world.tensor(indices)
    return tensor.axes if isinstance(tensor, Tensor) else None


@operation("tf.matmul", "tf.linalg.matmul", "keras.ops.matmul", "keras.backend.dot", "keras.ops.dot")
def matmul(world: World, call: Call) -> Value:
    """The product over the last axis of the first and the last but one of the second, which may be turned."""
    given = bound(call, ("a", "b", "transpose_a", "transpose_b"))
    note_projection(world, call)
    one, other = given.get("a", given.get("x1")), given.get("b", given.get("x2"))
    if one is None or other is None:
        return world.unknown()
    if as_bool(given.get("transpose_a", Const(False))):
        one = _turned(world, one)
    if as_bool(given.get("transpose_b", Const(False))):
        other = _turned(world, other)
    return hand_on(world, call, "torch.matmul", one, other)


def note_projection(world: World, call: Call) -> None:
    """Tells of a recurrent layer's state that is multiplied with a matrix."""
    source = call.arg(0)
    if isinstance(source, Tensor) and source.state is not None and call.texts:
        world.emit(Projected(place=call.place, source=source, text=call.texts[0]))


def _turned(world: World, value: Value) -> Value:
    tensor = world.tensor(value)
    if not isinstance(tensor, Tensor) or len(tensor.axes) < 2:
        return world.unknown()
    return replace(tensor, axes=(*tensor.axes[:-2], tensor.axes[-1], tensor.axes[-2]))


@operation("keras.ops.einsum", "tf.einsum")
def einsum(world: World, call: Call) -> Value:
    """As torch's: the equation says the axes."""
    return hand_on(world, call, "torch.einsum", *call.args)


@operation("keras.backend.repeat")
def repeat_vector(world: World, call: Call) -> Value:
    """(B,F) to (B,n,F)."""
    source, times = tensor_argument(world, call, 0, "x"), call.arg(1, "n")
    axis = None if times is None else axis_of_size(world, times)
    if source is None or axis is None:
        return world.unknown()
    return with_new_axis(source, 1, axis) or world.unknown()


@operation("tf.reverse_sequence")
def reverse_sequence(world: World, call: Call) -> Value:
    """The first entries of one axis the other way round, as many as each sample has."""
    given = bound(call, ("input", "seq_lengths", "seq_axis", "batch_axis"))
    source = tensor_argument(world, call, 0, "input")
    position = as_int(given.get("seq_axis", given.get("seq_dim")))
    return turned_round(source, position, call.place) if isinstance(source, Tensor) else source or world.unknown()


@operation("tf.broadcast_to", "keras.ops.broadcast_to")
def broadcast_to(world: World, call: Call) -> Value:
    """Axes of one entry grow to the given sizes; the others keep their identity."""
    source, sizes = tensor_argument(world, call, 0, "input", "x"), listed(world, call.arg(1, "shape"))
    axes = axes_of_sizes(world, sizes)
    if not isinstance(source, Tensor) or axes is None or len(axes) < len(source.axes):
        return world.unknown()
    new = len(axes) - len(source.axes)
    kept = [own if not own.is_single else axes[new + place] for place, own in enumerate(source.axes)]
    return replace(source, axes=(*axes[:new], *kept))


@operation("tf.pad", "keras.ops.pad")
def pad(world: World, call: Call) -> Value:
    """The same axes, longer."""
    source = tensor_argument(world, call, 0, "tensor", "x")
    if not isinstance(source, Tensor):
        return world.unknown()
    return replace(source, axes=tuple(resized(world, axis, None) for axis in source.axes))


@operation("tf.boolean_mask")
def boolean_mask(world: World, call: Call) -> Value:
    """Some entries of axis 0; a mask of more axes merges them."""
    source = tensor_argument(world, call, 0, "tensor")
    mask = world.tensor(call.arg(1, "mask") or NONE)
    if not isinstance(source, Tensor) or not isinstance(mask, Tensor) or len(mask.axes) != 1 or not source.axes:
        return world.unknown()
    return with_axis(source, 0, resized(world, source.axes[0], None)) or world.unknown()


@operation("tf.sequence_mask")
def sequence_mask(world: World, call: Call) -> Value:
    """Lengths (B,) to truth values (B,T)."""
    source, length = tensor_argument(world, call, 0, "lengths"), call.arg(1, "maxlen")
    axis = (None if length in (None, NONE) else axis_of_size(world, length)) or world.axis()
    return world.unknown() if source is None else with_new_axis(source, -1, axis) or world.unknown()
