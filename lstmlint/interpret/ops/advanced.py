"""Subscripts that are tensors, lists or masks: many entries at once, along one axis or several together."""

from __future__ import annotations

from collections.abc import Sequence

from lstmlint.interpret.ops.shape import broadcast, resized
from lstmlint.interpret.ops.trail import COUNTED, is_mask
from lstmlint.interpret.wording import shortened
from lstmlint.lean import dataclass
from lstmlint.sizes import Size
from lstmlint.source import Place
from lstmlint.values import Axis, Const, ListRef, OpenTensor, Role, Strength, Tensor, Tuple, Unknown, Value
from lstmlint.world import World


@dataclass(frozen=True)
class Picked:
    """A subscript that picks entries, and the source axis it begins at."""

    position: int
    value: Value | None


def pick(world: World, source: Tensor, picks: Sequence[Picked], place: Place, text: str) -> tuple[Axis, ...] | None:
    """The axes that such subscripts leave in place of those they take up; None where that is not known."""
    pair = counted_pair(world, source, picks)
    if pair is not None:
        return (_claimed(world, source, *pair, place, text),)
    if any(isinstance(one.value, (Unknown, OpenTensor)) or not _is_known(one.value) for one in picks):
        return None
    if len(picks) == 1:
        return _one(world, source, picks[0])
    if any(is_mask(one.value) for one in picks):
        return None
    return broadcast([_positions(world, source, one) for one in picks])


def covers(value: Tensor, axes: Sequence[Axis]) -> bool:
    """True where a subscript is a mask over the next axes rather than a tensor of positions."""
    own = [axis.id for axis in value.axes]
    return is_mask(value) or (len(own) > 1 and own == [axis.id for axis in axes[: len(own)]])


def _is_known(value: Value | None) -> bool:
    return isinstance(value, (Tensor, ListRef, Tuple))


def _one(world: World, source: Tensor, one: Picked) -> tuple[Axis, ...]:
    axis = source.axes[one.position]
    if isinstance(one.value, Tensor) and covers(one.value, source.axes[one.position :]):
        return (resized(world, axis, None),) if len(one.value.axes) == 1 else (world.axis(),)
    return _positions(world, source, one)


def _positions(world: World, source: Tensor, one: Picked) -> tuple[Axis, ...]:
    """The axes of positions along one axis of the source.

    Entries of a sequence that are picked along an axis still run along it; from a table of rows each position of the
    subscript is an entry of its own.
    """
    axis = source.axes[one.position]
    if isinstance(one.value, Tensor):
        own = one.value.axes
        if len(own) == 1 and len(source.axes) > 2 and own[0].id != axis.id:
            return (resized(world, axis, own[0].size),)
        return own
    items = _items(world, one.value)
    if items is None:
        return (resized(world, axis, None),)
    if any(isinstance(item, (Tuple, ListRef)) for item in items):
        return (world.axis(Size.of(len(items))), world.axis())
    truths = [item for item in items if isinstance(item, Const) and isinstance(item.value, bool)]
    count = sum(bool(item.value) for item in truths) if truths else len(items)
    return (resized(world, axis, Size.of(count)),)


def _items(world: World, value: Value | None) -> tuple[Value, ...] | None:
    if isinstance(value, Tuple):
        return value.items
    return world.items(value) if isinstance(value, ListRef) and not world.is_open(value) else None


def counted_pair(world: World, source: Tensor, picks: Sequence[Picked]) -> tuple[Picked, Picked] | None:
    """`x[torch.arange(n), lengths - 1]`: the subscript that counts, and the other one."""
    if len(picks) != 2 or len(source.axes) < 3 or {one.position for one in picks} != {0, 1}:
        return None
    counting = [one for one in picks if _counts(world, one.value)]
    others = [one for one in picks if not _counts(world, one.value)]
    if len(counting) != 1 or is_mask(others[0].value):
        return None
    one_by_one = isinstance(others[0].value, (Unknown, OpenTensor, ListRef, Tuple)) or (
        isinstance(others[0].value, Tensor) and len(others[0].value.axes) == 1
    )
    return (counting[0], others[0]) if one_by_one else None


def _counts(world: World, value: Value | None) -> bool:
    """True for arange and for a range of unknown length."""
    if isinstance(value, Tensor):
        return len(value.axes) == 1 and value.noted(COUNTED) is not None
    return isinstance(value, ListRef) and world.is_open(value)


def claim_step_per_sample(world: World, source: Tensor, counting: Picked, number: Picked, place: Place) -> bool:
    """`x[torch.arange(n), lengths - 1]` where the lengths are not known to be several; False for anything else."""
    if len(source.axes) < 3 or {counting.position, number.position} != {0, 1} or not _counts(world, counting.value):
        return False
    _claimed(world, source, counting, number, place, place.text)
    return True


def _claimed(world: World, source: Tensor, counting: Picked, other: Picked, place: Place, text: str) -> Axis:
    """One entry of one axis for each entry of the other: a step for each sample."""
    batch, time = source.axes[counting.position], source.axes[other.position]
    quoted = shortened(text)
    world.claim(
        batch,
        Role.BATCH,
        Strength.STRUCTURE,
        place,
        f"`{quoted}` goes through axis {counting.position} sample by sample",
    )
    world.claim(
        time, Role.TIME, Strength.STRUCTURE, place, f"`{quoted}` takes one step of axis {other.position} per sample"
    )
    return batch
