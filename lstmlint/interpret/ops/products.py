"""Products of tensors: which axes meet and vanish, which stay side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstmlint.interpret.ops.reduce import tell
from lstmlint.interpret.ops.shape import AnyTensor, broadcast, listed, position_in, tensor_argument, with_axis
from lstmlint.interpret.ops.trail import DENSE, joint_trail, noted, recomputed
from lstmlint.interpret.registry import Call, operation
from lstmlint.values import Axis, OpenTensor, Role, Tensor, Value, as_int
from lstmlint.world import World

SECOND = ("other", "mat2", "vec", "tensor", "b", "x2", "vec2")


def product_of(world: World, axes: Sequence[Axis], *parts: Tensor) -> Tensor:
    """A product's result: no longer the state of a layer, nor random where one factor is not."""
    return Tensor(tuple(axes), joint_trail(parts))


def _factors(world: World, call: Call, rank: int | None = None, start: int = 0) -> tuple[AnyTensor, AnyTensor] | None:
    one = tensor_argument(world, call, start, "input", "self", "a", "x1", "batch1", "mat1", "mat", rank=rank)
    other = tensor_argument(world, call, start + 1, *SECOND, rank=rank)
    return None if one is None or other is None else (one, other)


@operation(
    "torch.matmul", "Tensor.matmul", "numpy.matmul", "operator.matmul", "Tensor.__matmul__", "torch.linalg.matmul"
)
def matmul(world: World, call: Call) -> Value:
    """(..., n, m) by (..., m, p); a vector has m only. The axes in front are aligned as in elementwise operations."""
    factors = _factors(world, call)
    if factors is None:
        return world.unknown()
    one, other = factors
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return multiplied(world, one, other)
    if isinstance(other, Tensor) and len(other.axes) == 2:
        return with_axis(one, -1, other.axes[1]) or world.unknown()
    return world.unknown()


def multiplied(world: World, one: Tensor, other: Tensor) -> Value:
    """The matrix product of two tensors of known ranks."""
    if not one.axes or not other.axes:
        return world.unknown()
    rows = one.axes[-2:-1]
    columns = other.axes[-1:] if len(other.axes) > 1 else ()
    front = broadcast((one.axes[:-2], other.axes[:-2]))
    return product_of(world, (*front, *rows, *columns), one, other)


@operation("torch.bmm", "Tensor.bmm")
def bmm(world: World, call: Call) -> Value:
    """(b, n, m) by (b, m, p)."""
    return _of_rank(world, call, 3)


@operation("torch.mm", "Tensor.mm")
def mm(world: World, call: Call) -> Value:
    """(n, m) by (m, p)."""
    return _of_rank(world, call, 2)


@operation("torch.baddbmm", "Tensor.baddbmm")
def baddbmm(world: World, call: Call) -> Value:
    """A tensor plus the product of the second and third, (b, n, m) by (b, m, p)."""
    return _of_rank(world, call, 3, 1)


@operation("torch.addmm", "Tensor.addmm")
def addmm(world: World, call: Call) -> Value:
    """A tensor plus the product of the second and third, (n, m) by (m, p)."""
    return _of_rank(world, call, 2, 1)


def _of_rank(world: World, call: Call, rank: int, start: int = 0) -> Value:
    factors = _factors(world, call, rank, start)
    if factors is None or not isinstance(factors[0], Tensor) or not isinstance(factors[1], Tensor):
        return world.unknown()
    return multiplied(world, factors[0], factors[1])


@operation("torch.mv", "Tensor.mv", "torch.dot", "Tensor.dot", "torch.inner", "torch.vdot", "numpy.dot", "numpy.inner")
def dot(world: World, call: Call) -> Value:
    """The last axis of the first by the last but one of the second (inner: the last; of a vector: its only one)."""
    factors = _factors(world, call)
    if factors is None or not isinstance(factors[0], Tensor) or not isinstance(factors[1], Tensor):
        return world.unknown()
    one, other = factors[0], factors[1]
    if not one.axes or not other.axes:
        whole = one if one.axes else other
        return product_of(world, whole.axes, one, other)
    last = call.name.endswith("inner") or len(other.axes) == 1
    rest = other.axes[:-1] if last else (*other.axes[:-2], other.axes[-1])
    return product_of(world, (*one.axes[:-1], *rest), one, other)


@operation("torch.outer", "Tensor.outer", "Tensor.ger", "torch.ger", "numpy.outer")
def outer(world: World, call: Call) -> Value:
    """(n) by (m): every entry of one by every entry of the other."""
    factors = _factors(world, call, 1)
    if factors is None or not isinstance(factors[0], Tensor) or not isinstance(factors[1], Tensor):
        return world.unknown()
    return product_of(world, (*factors[0].axes, *factors[1].axes), *(factors[0], factors[1]))


@operation("torch.tensordot", "numpy.tensordot")
def tensordot(world: World, call: Call) -> Value:
    """The last `dims` (2) axes of the first by the first of the second, or a pair of lists of axes."""
    factors = _factors(world, call)
    if factors is None or not isinstance(factors[0], Tensor) or not isinstance(factors[1], Tensor):
        return world.unknown()
    one, other = factors[0], factors[1]
    given = call.arg(2, "dims", "axes")
    count = 2 if given is None else as_int(given)
    met = [set(range(-(count or 0), 0)), set(range(count or 0))]
    pair = listed(world, given)
    if pair is not None and len(pair) == 2:
        met = []
        for side, value in zip((one, other), pair, strict=True):
            found = [position_in(item, len(side.axes)) for item in listed(world, value) or (value,)]
            met.append({place for place in found if place is not None})
    elif count is None or not 0 <= count <= min(len(one.axes), len(other.axes)):
        return world.unknown()
    axes = [
        axis
        for side, gone in zip((one, other), met, strict=True)
        for place, axis in enumerate(side.axes)
        if place not in gone and place - len(side.axes) not in gone
    ]
    return product_of(world, axes, one, other)


@operation("torch.nn.functional.linear")
def linear(world: World, call: Call) -> Value:
    """(..., in) by a weight (out, in): the last axis is a new one."""
    source, weight = tensor_argument(world, call), tensor_argument(world, call, 1, "weight")
    if source is None:
        return world.unknown()
    size = weight.axes[0].size if isinstance(weight, Tensor) and len(weight.axes) == 2 else None
    result = with_axis(source, -1, world.axis(size, Role.FEATURE))
    if not isinstance(result, Tensor):
        return result or world.unknown()
    return noted(recomputed(replace(result, state=None)), DENSE, call.place)


@operation("torch.nn.functional.scaled_dot_product_attention")
def attention(world: World, call: Call) -> Value:
    """(..., queries, E), (..., keys, E), (..., keys, V): every query looks at all keys, the last axis but one."""
    query, key, value = (
        tensor_argument(world, call, place, name) for place, name in enumerate(("query", "key", "value"))
    )
    if isinstance(key, Tensor) and len(key.axes) > 1:
        tell(world, key, len(key.axes) - 2, "attention", call.place)
    if query is None:
        return world.unknown()
    if isinstance(value, Tensor) and value.axes:
        found = with_axis(query, -1, value.axes[-1]) or world.unknown()
    else:
        found = query if isinstance(query, OpenTensor) else with_axis(query, -1, world.axis()) or query
    return recomputed(found) if isinstance(found, Tensor) else found


@operation("torch.cdist")
def distances(world: World, call: Call) -> Value:
    """(..., n, m) and (..., p, m): (..., n, p)."""
    factors = _factors(world, call)
    if factors is None or not isinstance(factors[0], Tensor) or not isinstance(factors[1], Tensor):
        return world.unknown()
    one, other = factors[0], factors[1]
    front = broadcast((one.axes[:-2], other.axes[:-2]))
    return product_of(world, (*front, *one.axes[-2:-1], *other.axes[-2:-1]), one, other)
