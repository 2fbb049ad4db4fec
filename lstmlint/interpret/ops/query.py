"""Questions about a tensor's shape."""

from __future__ import annotations

from lstmlint.interpret.ops.shape import DIM, size_at, tensor_argument
from lstmlint.interpret.ops.trail import is_array
from lstmlint.interpret.registry import Call, operation
from lstmlint.sizes import Opaque, Size, product
from lstmlint.values import Const, Num, Shape, Tensor, Value, as_int
from lstmlint.world import World


@operation("Tensor.size")
def size(world: World, call: Call) -> Value:
    """size() is the shape, size(dim) one size; of a numpy array `size` is the number of entries."""
    if not call.args or world.tensor(call.args[0]) is None:
        return world.unknown()
    if is_array(call.args[0]):
        return numel(world, call)
    dim = call.arg(1, *DIM)
    if dim is None or dim == Const(None):
        return Shape(call.args[0])
    number = as_int(dim)
    return world.unknown() if number is None else size_at(world, call.args[0], number)


@operation("Tensor.shape", "numpy.shape")
def shape(world: World, call: Call) -> Value:
    """The sizes of all axes."""
    given = call.arg(0, "a")
    return Shape(given) if given is not None and world.tensor(given) is not None else world.unknown()


@operation("Tensor.dim", "Tensor.ndimension", "Tensor.ndim", "numpy.ndim")
def rank(world: World, call: Call) -> Value:
    """How many axes there are."""
    source = tensor_argument(world, call)
    if isinstance(source, Tensor):
        return Const(len(source.axes), call.place)
    if source is None:
        return world.unknown()
    known = Size.of(len(source.head) + len(source.tail) - source.drop)
    return Num(Size.symbol(Opaque(("rank", source.root))) + known)


@operation("Tensor.__len__")
def length(world: World, call: Call) -> Value:
    """The size of the first axis."""
    return size_at(world, call.args[0], 0) if call.args else world.unknown()


@operation("Tensor.numel", "Tensor.nelement", "torch.numel", "numpy.size")
def numel(world: World, call: Call) -> Value:
    """How many entries there are: the product of all sizes; numpy's size may ask for one axis."""
    source, number = tensor_argument(world, call), as_int(call.arg(1, *DIM))
    if not isinstance(source, Tensor):
        return world.unknown()
    if number is not None:
        return size_at(world, source, number)
    return Num(product(axis.size for axis in source.axes))
