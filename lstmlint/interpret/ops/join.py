"""Tensors put together: along an axis they have (cat) or along a new one (stack). Each is told of as Joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from lstmlint.events import Joined
from lstmlint.interpret.counting import count_of
from lstmlint.interpret.keras.masks import unmasked
from lstmlint.interpret.loops import loop_of
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import (
    DIM,
    AnyTensor,
    broadcast,
    position_in,
    resized,
    with_axis,
    with_new_axis,
)
from lstmlint.interpret.ops.trail import joined_trail, joint_state
from lstmlint.interpret.registry import Call, Operation, operation
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.names.vocabulary import clear_role
from lstmlint.sizes import Size
from lstmlint.values import Axis, Const, ListRef, OpenTensor, Role, Strength, Tensor, Tuple, Value, as_int
from lstmlint.world import World

_ROUNDS = re.compile(r"^[\[(][^\[]*\bfor \w+ in range\(([\w.]+)\)[\])]$")
TENSORS = ("tensors", "arrays", "arys", "tup", "seq", "values")


def parts_of(world: World, value: Value | None) -> tuple[tuple[Value, ...], bool]:
    """What is to be joined, and whether that is all of it (else a sample)."""
    if isinstance(value, Tuple):
        return value.items, True
    if isinstance(value, ListRef):
        return world.items(value), not world.is_open(value)
    return (), True


def aligned(world: World, parts: Sequence[Value], call: Call) -> list[AnyTensor] | None:
    """The parts as tensors of one rank: those of unknown rank have the others', as joining them proves."""
    if any(needs_tensor(world, part, call.place, f"given to `{callee(call)}`") for part in parts):
        return None
    found = [world.tensor(part) for part in parts]
    ranks = {len(tensor.axes) for tensor in found if isinstance(tensor, Tensor) and not _is_empty(tensor)}
    if len(ranks) > 1 or not parts:
        return None
    for rank in ranks:
        found = [
            world.tensor(tensor, rank) if isinstance(tensor, OpenTensor) else tensor
            for tensor in found
            if not (isinstance(tensor, Tensor) and _is_empty(tensor))
        ]
    known = [tensor for tensor in found if tensor is not None]
    return known if len(known) == len(found) else None


def _is_empty(tensor: Tensor) -> bool:
    """True for `torch.tensor([])`, which joins with anything."""
    return len(tensor.axes) == 1 and tensor.axes[0].size.known == 0


@operation(*names("cat concat concatenate", "torch"), *names("concatenate concat", "numpy"))
def cat(world: World, call: Call) -> Value:
    """Joined along an axis (0)."""
    parts, closed = parts_of(world, call.arg(0, *TENSORS))
    return joined(world, call, parts, closed, lambda rank: call.arg(1, *DIM) or Const(0))


def joined(world: World, call: Call, parts: Sequence[Value], closed: bool, dim: Callable[[int], Value]) -> Value:
    """The parts one behind the other along the axis that `dim` gives for their rank."""
    tensors = aligned(world, parts, call)
    if not tensors:
        return world.unknown()
    known = [tensor for tensor in tensors if isinstance(tensor, Tensor)]
    if len(known) < len(tensors):
        return _joined_unknown(world, call, parts, tensors, closed, dim(0))
    rank = len(known[0].axes)
    position = position_in(dim(rank), rank)
    if position is None:
        return world.unknown()
    axis = _longer(world, [tensor.axes[position] for tensor in known], closed)
    longest_first = sorted(known, key=lambda tensor: tensor.axes[position].is_single)
    axes = list(broadcast(tensor.axes for tensor in longest_first))
    axes[position] = axis
    result = Tensor(tuple(axes), joined_trail(known), joint_state(known))
    result = unmasked(world, result, call.place, *known)
    _tell(world, call, parts, position, known[0].axes[position], result)
    return result


def _longer(world: World, axes: Sequence[Axis], closed: bool) -> Axis:
    """The axis along which parts are joined: still the one they all have, else a new one."""
    size = sum((axis.size for axis in axes), Size.of(0)) if closed else None
    if len(axes) == 1 and closed:
        return axes[0]
    roles = {axis.role for axis in axes}
    role = roles.pop() if len(roles) == 1 else None
    several = [axis for axis in axes if not axis.is_single]
    if role is Role.FEATURE or len({axis.id for axis in several}) != 1:
        return world.axis(size, role)
    longer = resized(world, several[0], size)
    if len(several) < len(axes) or not all(axis == several[0] for axis in axes):
        return longer
    # So often the whole axis: as if the parts had been stacked first and the two axes merged then.
    times = world.axis(Size.of(len(axes)) if closed else None)
    return replace(longer, parts=(times, several[0]))


def _joined_unknown(
    world: World, call: Call, parts: Sequence[Value], tensors: Sequence[AnyTensor], closed: bool, dim: Value
) -> Value:
    """Of tensors of unknown rank only the last axis can be joined for sure; they all have the rank of the result."""
    first, number = tensors[0], as_int(dim)
    if number != -1 or not isinstance(first, OpenTensor):
        return next((_as_high(world, tensor) for tensor in tensors if isinstance(tensor, OpenTensor)), world.unknown())
    lasts = [tensor.tail[-1] for tensor in tensors if isinstance(tensor, OpenTensor) and tensor.tail]
    size = sum((axis.size for axis in lasts), Size.of(0)) if closed and len(lasts) == len(tensors) else None
    result = with_axis(first, -1, world.axis(size, Role.FEATURE if lasts else None)) or world.unknown()
    _tell(world, call, parts, None, lasts[0] if lasts else None, result)
    return result


def _as_high(world: World, tensor: OpenTensor) -> Value:
    """A tensor of unknown rank that has as many axes as another, and no other axis in common with it for sure."""
    own = len(tensor.head) - tensor.drop + len(tensor.tail)
    root = ("like", tensor.root, world.unknown().root)
    return OpenTensor(root, tail=tuple(world.axis() for _ in range(own))) if own >= 0 else world.unknown()


def _tell(
    world: World,
    call: Call,
    parts: Sequence[Value],
    position: int | None,
    axis: Axis | None,
    result: Value,
    each: str = "",
) -> None:
    how = call.name.rpartition(".")[2]
    how = "cat" if how in ("concat", "concatenate") else how
    world.emit(
        Joined(
            place=call.place,
            how=how,
            parts=tuple(parts),
            position=position,
            axis=axis,
            result=result,
            each=each,
        )
    )


@operation("torch.stack", "numpy.stack")
def stack(world: World, call: Call) -> Value:
    """Joined along a new axis (0)."""
    given = call.arg(0, *TENSORS)
    return stacked(world, call, parts_of(world, given)[0], count_of(world, given), call.arg(1, *DIM) or Const(0))


def stacked(world: World, call: Call, parts: Sequence[Value], count: Size | None, dim: Value) -> Value:
    """The parts, or a sample of so many, side by side along a new axis."""
    tensors, number = aligned(world, parts, call), as_int(dim)
    if not tensors or number is None:
        return world.unknown()
    new = world.axis(count)
    known = [tensor for tensor in tensors if isinstance(tensor, Tensor)]
    whole: AnyTensor = tensors[0]
    if len(known) == len(tensors):
        whole = Tensor(broadcast(tensor.axes for tensor in known), joined_trail(known), joint_state(known))
    result = with_new_axis(whole, number, new)
    if result is None:
        return world.unknown()
    position = result.axes.index(new) if isinstance(result, Tensor) else None
    _name_rounds(world, call, new)
    _tell(world, call, parts, position, None, result, loop_of(world, known) if len(known) == len(tensors) else "")
    return result


def _name_rounds(world: World, call: Call, axis: Axis) -> None:
    """Claims by the name of how many are made: `stack([observe() for _ in range(seq_len)])`."""
    match = _ROUNDS.search(call.texts[0]) if call.texts else None
    role = None if match is None else clear_role(match[1])
    if match is not None and role is not None:
        world.claim(axis, role, Strength.NAME, call.place, f"stacks as many as `{match[1]}` says")


def _by_rank(flat: int | None, along: int) -> Operation:
    """hstack and its kin: vectors are stacked at `flat` (None: joined), others are joined `along` an axis."""

    def operate(world: World, call: Call) -> Value:
        parts, closed = parts_of(world, call.arg(0, *TENSORS))
        tensors = aligned(world, parts, call)
        if not tensors or not isinstance(tensors[0], Tensor):
            return world.unknown()
        if len(tensors[0].axes) == 1 and flat is not None:
            return stacked(world, call, parts, count_of(world, call.arg(0, *TENSORS)), Const(flat))
        return joined(world, call, parts, closed, lambda rank: Const(0 if rank == 1 else along))

    return operate


for _owner in ("torch", "numpy"):
    operation(f"{_owner}.hstack")(_by_rank(None, 1))
    operation(f"{_owner}.vstack", f"{_owner}.row_stack")(_by_rank(0, 0))
    operation(f"{_owner}.column_stack")(_by_rank(1, 1))


@operation("torch.dstack", "numpy.dstack")
def dstack(world: World, call: Call) -> Value:
    """dstack(tensors): matrices are stacked along a new third axis, tensors of rank 3 joined along theirs."""
    parts, closed = parts_of(world, call.arg(0, *TENSORS))
    tensors = aligned(world, parts, call)
    if not tensors or not isinstance(tensors[0], Tensor) or len(tensors[0].axes) < 2:
        return world.unknown()
    if len(tensors[0].axes) == 2:
        return stacked(world, call, parts, count_of(world, call.arg(0, *TENSORS)), Const(2))
    return joined(world, call, parts, closed, lambda rank: Const(2))


@operation("numpy.append")
def append(world: World, call: Call) -> Value:
    """append(array, values, axis): joined along an axis; without one, all in one row."""
    if call.arg(2, "axis") is None or len(call.args) < 2:
        return Tensor((world.axis(),))
    dim = call.arg(2, "axis") or Const(0)
    return joined(world, replace(call, name="numpy.concatenate"), call.args[:2], True, lambda rank: dim)
