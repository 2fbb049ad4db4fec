"""Subscripts of tensors, `x[:, -1]`: which axes stay, which are dropped, and what that says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from lstmlint.events import Gathered, Selected, Sliced
from lstmlint.interpret.keras.masks import unmasked
from lstmlint.interpret.ops.advanced import Picked, claim_step_per_sample, counted_pair, covers, pick
from lstmlint.interpret.ops.shape import single, tell_inserted
from lstmlint.interpret.ops.slices import is_full, only_entry, reverses, sliced
from lstmlint.interpret.ops.trail import LAST_POSITION, turned_round
from lstmlint.lean import dataclass
from lstmlint.sizes import ONE, Opaque, Size
from lstmlint.source import Place
from lstmlint.values import (
    Axis,
    Const,
    External,
    ListRef,
    Num,
    OpenTensor,
    Slice,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_int,
    as_size,
)
from lstmlint.world import World


class Kind(Enum):
    """What one subscript does."""

    KEPT = "keeps an axis"
    CUT = "a slice"
    DROPPED = "an integer"
    NEW = "None"
    REST = "an ellipsis"
    PICKED = "a tensor or list of positions, or a mask"
    UNSURE = "not known"


@dataclass(frozen=True)
class Step:
    """One subscript, or an axis that no subscript mentions, with the source axis it begins at."""

    kind: Kind
    position: int
    value: Value | None = None


def index(world: World, source: Tensor | OpenTensor, subscripts: tuple[Value, ...], place: Place, text: str) -> Value:
    """What `source[subscripts]` is; `text` is the whole expression as written.

    Integers drop an axis and are told of as Selected; slices and lists keep it; None puts one in.
    """
    if len(subscripts) == 1 and isinstance(subscripts[0], Tuple):
        subscripts = subscripts[0].items
    if isinstance(source, OpenTensor):
        return _of_unknown_rank(world, source, subscripts)
    steps = _steps(source, subscripts)
    if steps is None:
        return world.unknown()
    axes = _axes(world, source, steps, place, text)
    if axes is None:
        return world.unknown()
    result = replace(source, axes=axes)
    for step in steps:
        if step.kind is Kind.CUT and isinstance(step.value, Slice) and reverses(step.value):
            result = turned_round(result, step.position, place)
    result = unmasked(world, result, place, source)
    _tell(world, source, steps, result, place)
    tell_inserted(world, source, result, place)
    return result


def is_last(value: Value | None, axis: Axis) -> bool:
    """True where an index is -1 or provably the size of the axis less one; a number written as it is counts entries."""
    if isinstance(value, Num) and value.last_of == axis.id:
        return True
    if isinstance(value, Const) and value.place is not None and (as_int(value) or 0) > 0:
        return False
    size = None if isinstance(value, Unknown) else as_size(value)
    return size is not None and (size.known == -1 or size + ONE == axis.size)


def _kind(value: Value) -> Kind:
    if isinstance(value, Slice):
        return Kind.KEPT if is_full(value) else Kind.CUT
    if isinstance(value, External) and value.path.endswith(".newaxis"):
        return Kind.NEW
    if isinstance(value, Const):
        if value.value is None:
            return Kind.NEW
        if value.value is Ellipsis:
            return Kind.REST
    if isinstance(value, Num) or as_int(value) is not None or (isinstance(value, Tensor) and not value.axes):
        return Kind.DROPPED
    return Kind.PICKED if isinstance(value, (Tensor, ListRef, Tuple)) else Kind.UNSURE


def _width(kind: Kind, value: Value, left: Sequence[Axis]) -> int:
    """How many axes of the source a subscript takes up."""
    if kind in (Kind.NEW, Kind.REST):
        return 0
    return len(value.axes) if isinstance(value, Tensor) and covers(value, left) else 1


def _steps(source: Tensor, subscripts: Sequence[Value]) -> list[Step] | None:
    kinds = [_kind(value) for value in subscripts]
    if kinds.count(Kind.REST) > 1:
        return None
    steps: list[Step] = []
    position = 0
    for number, (kind, value) in enumerate(zip(kinds, subscripts, strict=True)):
        if kind is Kind.REST:
            behind = sum(
                _width(later, later_value, ())
                for later, later_value in zip(kinds[number + 1 :], subscripts[number + 1 :], strict=True)
            )
            stop = len(source.axes) - behind
            steps += [Step(Kind.KEPT, place) for place in range(position, stop)]
            position = max(position, stop)
            continue
        steps.append(Step(kind, position, value))
        position += _width(kind, value, source.axes[position:])
    if position > len(source.axes):
        return None
    return [*steps, *(Step(Kind.KEPT, place) for place in range(position, len(source.axes)))]


def _axes(world: World, source: Tensor, steps: Sequence[Step], place: Place, text: str) -> tuple[Axis, ...] | None:
    picks = [step for step in steps if step.kind in (Kind.PICKED, Kind.UNSURE)]
    picked: tuple[Axis, ...] = ()
    if picks:
        found = pick(world, source, [Picked(step.position, step.value) for step in picks], place, text)
        if found is None:
            return None
        picked = found
    axes: list[Axis] = []
    goes = _goes_to(steps)
    if picks and goes is None:
        return None
    for number, step in enumerate(steps):
        if picks and number == goes:
            axes += picked
        if step.kind is Kind.NEW:
            axes.append(single(world))
        elif step.kind is Kind.KEPT:
            axes.append(source.axes[step.position])
        elif step.kind is Kind.CUT and isinstance(step.value, Slice):
            axes.append(sliced(world, source.axes[step.position], step.value))
    return tuple(axes)


def _goes_to(steps: Sequence[Step]) -> int | None:
    """The step before which picked axes stand in the result: the first pick, or the front where picks lie apart.

    An integer beside a pick counts as one in numpy but not in torch; where that would make a difference, None.
    """
    picks = [number for number, step in enumerate(steps) if step.kind in (Kind.PICKED, Kind.UNSURE)]
    if not picks:
        return None
    torch = [number for number, step in enumerate(steps) if step.kind is not Kind.DROPPED or number in picks]
    numpy = [number for number, step in enumerate(steps) if step.kind is Kind.DROPPED or number in picks]
    places = []
    for apart in (
        any(steps[number].kind not in (Kind.PICKED, Kind.UNSURE) for number in torch if picks[0] < number < picks[-1]),
        any(number not in numpy for number in range(numpy[0], numpy[-1] + 1)),
    ):
        places.append(0 if apart else picks[0])
    in_front = all(step.kind is Kind.DROPPED for step in steps[: picks[0]])
    return picks[0] if in_front or places[0] == places[1] == picks[0] else (0 if places[0] == places[1] else None)


def _tell(world: World, source: Tensor, steps: Sequence[Step], result: Tensor, place: Place) -> None:
    cuts = [step for step in steps if step.kind in (Kind.CUT, Kind.DROPPED, Kind.PICKED, Kind.UNSURE)]
    numbers = [step for step in cuts if step.kind is Kind.DROPPED and isinstance(step.value, Num)]
    picks = [step for step in cuts if step.kind is Kind.PICKED]
    pair = counted_pair(world, source, [Picked(step.position, step.value) for step in picks])
    if len(numbers) == len(picks) == 1:
        positions = (Picked(picks[0].position, picks[0].value), Picked(numbers[0].position, numbers[0].value))
        pair = positions if claim_step_per_sample(world, source, *positions, place) else None
    if pair is not None and pair[1].value is not None:
        counting, other = pair
        gathered = Gathered(
            place=place,
            source=source,
            position=other.position,
            positions=pair[1].value,
            result=result,
            counted=counting.value,
        )
        world.emit(gathered)
    for step in cuts:
        if step.kind is Kind.CUT and isinstance(step.value, Slice):
            axis = source.axes[step.position]
            _notice_piece(world, axis, step.value, place)
            world.emit(
                Sliced(place=place, source=source, position=step.position, axis=axis, part=step.value, result=result)
            )
        if step.kind is Kind.DROPPED:
            selected(world, source, step.position, step.value, result, place, alone=len(cuts) == 1)
        elif (only := _only_entry(world, step)) is not None:
            selected_last(world, source, step.position, only, result, place, alone=len(cuts) == 1)


def _notice_piece(world: World, axis: Axis, part: Slice, place: Place) -> None:
    """Notes an axis that one slice cuts at one position after the other."""
    if part.lower is not None and part.upper is not None and part.step is None:
        first = world.starts.setdefault((axis.id, place), part.lower)
        if first != part.lower or _runs(part.lower):
            world.pieces.setdefault(axis.id, place)


def _runs(value: Value) -> bool:
    """True for a number that a loop counts up, and what is computed of it."""
    symbols = (symbol for monomial, _ in value.size.terms for symbol in monomial) if isinstance(value, Num) else ()
    return any(isinstance(symbol, Opaque) and _key(symbol)[:1] == ("step",) for symbol in symbols)


def _key(symbol: Opaque) -> tuple[object, ...]:
    return symbol.key if isinstance(symbol.key, tuple) else ()


def _only_entry(world: World, step: Step) -> Value | None:
    """The position of the one entry that a subscript leaves of an axis that it keeps."""
    if isinstance(step.value, Slice):
        return only_entry(step.value)
    if isinstance(step.value, ListRef) and len(world.items(step.value)) == 1 and not world.is_open(step.value):
        return world.items(step.value)[0]
    note = step.value.noted(LAST_POSITION) if isinstance(step.value, Tensor) else None
    return None if note is None else Num(Size.symbol(Opaque(("last", note.axis))), last_of=note.axis)


def named_at(dim: Value | None) -> Place | None:
    """Where an axis was named, if it was by a number."""
    return dim.place if isinstance(dim, Const) else None


def selected_last(
    world: World,
    source: Tensor,
    position: int,
    value: Value,
    result: Tensor,
    place: Place,
    alone: bool = True,
    named: Place | None = None,
) -> None:
    """Tells that an axis was cut down to its last entry, or to what was worked out as the last of another axis."""
    if is_last(value, source.axes[position]) or _meant(value) is not None:
        selected(world, source, position, value, result, place, alone, True, named)


def _meant(value: Value | None) -> int | None:
    """The axis whose last position a number was worked out as, or along whose positions it runs."""
    if not isinstance(value, Num):
        return None
    if value.last_of is not None:
        return value.last_of
    symbol = value.size.terms[0][0] if len(value.size.terms) == 1 else ()
    key = symbol[0].key if len(symbol) == 1 and isinstance(symbol[0], Opaque) else None
    bounds = key[-1] if isinstance(key, tuple) and key[:1] == ("step",) else ()
    return bounds[-1].axis if isinstance(bounds, tuple) and bounds and isinstance(bounds[-1], Num) else None


def selected(
    world: World,
    source: Tensor,
    position: int,
    value: Value | None,
    result: Tensor,
    place: Place,
    alone: bool = True,
    kept: bool = False,
    named: Place | None = None,
) -> None:
    """Tells that one entry of an axis was taken."""
    axis, meant = source.axes[position], _meant(value)
    if position == 1 and world.rounds:
        first = source.axes[0].id
        before = world.picked.setdefault((first, place), as_int(value))
        if meant == axis.id or before != as_int(value):
            world.stepped[first] = place
    world.emit(
        Selected(
            place=place,
            source=source,
            position=position,
            axis=axis,
            index=as_int(value),
            last=is_last(value, axis),
            result=result,
            alone=alone,
            meant=meant,
            kept=kept,
            named=named,
        )
    )


# Tensors of unknown rank


def _of_unknown_rank(world: World, source: OpenTensor, subscripts: Sequence[Value]) -> Value:
    """What is sure from the left (axes in front of the unknown ones) and, behind an ellipsis, from the right."""
    kinds = [_kind(value) for value in subscripts]
    if kinds.count(Kind.REST) > 1:
        return world.unknown()
    if all(kind in (Kind.KEPT, Kind.REST) for kind in kinds):
        return source
    middle = kinds.index(Kind.REST) if Kind.REST in kinds else len(kinds)
    result: OpenTensor | None = _from_left(world, source, subscripts[:middle])
    if result is not None and middle + 1 < len(kinds):
        result = _from_right(world, result, subscripts[middle + 1 :])
    return result or world.unknown()


def _from_left(world: World, source: OpenTensor, subscripts: Sequence[Value]) -> OpenTensor | None:
    head = list(source.head)
    done: list[Axis] = []
    for value in subscripts:
        axis = _edge(world, value, head[0] if head else None)
        if axis is None:
            return None
        done += axis
        if _kind(value) is not Kind.NEW:
            if not head:
                return None
            head.pop(0)
    return replace(source, head=(*done, *head))


def _from_right(world: World, source: OpenTensor, subscripts: Sequence[Value]) -> OpenTensor | None:
    tail = list(source.tail)
    done: list[Axis] = []
    drop = source.drop
    for value in reversed(subscripts):
        axis = _edge(world, value, tail[-1] if tail else None)
        if axis is None:
            return None
        done = [*axis, *done]
        if _kind(value) is Kind.NEW:
            continue
        if tail:
            tail.pop()
        else:
            drop += 1
    return replace(source, drop=drop, tail=(*tail, *done))


def _edge(world: World, value: Value, axis: Axis | None) -> list[Axis] | None:
    """What one subscript makes of an axis (None: one of the unknown ones)."""
    kind = _kind(value)
    if kind is Kind.NEW:
        return [single(world)]
    if kind is Kind.DROPPED:
        return []
    if kind is Kind.KEPT and axis is not None:
        return [axis]
    if kind is Kind.CUT and axis is not None and isinstance(value, Slice):
        return [sliced(world, axis, value)]
    return [world.axis()] if kind is Kind.CUT else None
