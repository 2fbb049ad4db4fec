"""einsum and einops: operations whose text names the axes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lstmlint.events import Reshaped
from lstmlint.interpret.ops.crossing import Target
from lstmlint.interpret.ops.join import aligned, parts_of
from lstmlint.interpret.ops.matching import Match, match
from lstmlint.interpret.ops.reduce import tell
from lstmlint.interpret.ops.reshape import finished
from lstmlint.interpret.ops.shape import axis_of_size, broadcast, tell_inserted, tensor_argument
from lstmlint.interpret.ops.trail import TRANSPOSED, TURNED, joint_trail, noted
from lstmlint.interpret.registry import Call, operation
from lstmlint.lean import dataclass
from lstmlint.sizes import ONE
from lstmlint.source import Place
from lstmlint.values import Axis, Const, ListRef, Num, Tensor, Tuple, Value, as_size
from lstmlint.world import World

ELLIPSIS = "..."


@operation("torch.einsum", "numpy.einsum")
def einsum(world: World, call: Call) -> Value:
    """Axes by the letters of the equation; a letter given to several operands is the first axis longer than 1."""
    text = call.arg(0, "equation", "subscripts")
    operands: Sequence[Value] = call.args[1:]
    if len(operands) == 1 and isinstance(operands[0], (Tuple, ListRef)):
        operands = parts_of(world, operands[0])[0]
    if not isinstance(text, Const) or not isinstance(text.value, str):
        return world.unknown()
    inputs, arrow, output = text.value.replace(" ", "").partition("->")
    terms = [_letters(term) for term in inputs.split(",")]
    if len(terms) != len(operands):
        return world.unknown()
    named: dict[str, Axis] = {}
    rests: list[tuple[Axis, ...]] = []
    tensors: list[Tensor] = []
    for term, value in zip(terms, operands, strict=True):
        tensor = world.tensor(value, None if ELLIPSIS in term else len(term))
        if not isinstance(tensor, Tensor) or not _name(term, tensor.axes, named, rests):
            return world.unknown()
        tensors.append(tensor)
    wanted = _letters(output) if arrow else _implied(terms)
    axes: list[Axis] = []
    for letter in wanted:
        if letter != ELLIPSIS and letter not in named:
            return world.unknown()
        axes += broadcast(rests) if letter == ELLIPSIS else (named[letter],)
    return Tensor(tuple(axes), joint_trail(tensors))


def _letters(term: str) -> list[str]:
    return re.findall(r"\.\.\.|\w", term)


def _implied(terms: Sequence[Sequence[str]]) -> list[str]:
    """The output where none is written: the letters that stand once, in alphabetical order."""
    letters = [letter for term in terms for letter in term]
    once = sorted(letter for letter in set(letters) if letter != ELLIPSIS and letters.count(letter) == 1)
    return [ELLIPSIS, *once] if ELLIPSIS in letters else once


def _name(term: Sequence[str], axes: tuple[Axis, ...], named: dict[str, Axis], rests: list[tuple[Axis, ...]]) -> bool:
    """Notes which axis each letter of a term is; False where they do not fit."""
    spare = len(axes) - len(term) + 1
    if (ELLIPSIS not in term and spare != 1) or spare < 0:
        return False
    position = 0
    for letter in term:
        if letter == ELLIPSIS:
            rests.append(axes[position : position + spare])
            position += spare
            continue
        if letter not in named or named[letter].is_single:
            named[letter] = axes[position]
        position += 1
    return True


# einops


@dataclass(frozen=True)
class Pattern:
    """One side of an einops pattern: groups of names, one for each axis; an empty group is an axis of size 1."""

    groups: tuple[tuple[str, ...], ...]
    rest: int | None = None
    """Which group is an ellipsis on its own, which stands for any number of axes."""

    @property
    def names(self) -> list[str]:
        """All names in order."""
        return [name for group in self.groups for name in group]


def _pattern(text: str) -> Pattern:
    found = re.findall(r"\(([^()]*)\)|(\.\.\.|\w+)", text)
    groups = [tuple(name for name in [*inner.split(), plain] if name not in ("", "1")) for inner, plain in found]
    rest = next((place for place, (_, plain) in enumerate(found) if plain == ELLIPSIS), None)
    return Pattern(tuple(groups), rest)


@operation("einops.rearrange", "einops.reduce", "einops.repeat")
def einops(world: World, call: Call) -> Value:
    """Axes by the names of the pattern: split on its left side, ordered, merged and repeated on its right side."""
    text = call.arg(1, "pattern")
    if not isinstance(text, Const) or not isinstance(text.value, str) or call.open_ended:
        return world.unknown()
    left, _, right = (_pattern(side) for side in text.value.partition("->"))
    source = _einops_source(world, call, left)
    if source is None:
        return world.unknown()
    lengths = {name: value for name, value in call.kwargs.items() if name not in ("pattern", "reduction", "tensor")}
    splits: list[Match] = []
    named = _named(world, source.axes, left, lengths, splits)
    if named is None:
        return world.unknown()
    if call.name.endswith("reduce"):
        _tell_reduced(world, call, source, left, right)
    if splits:
        source = _taken_apart(world, source, [axis for name in left.names for axis in named[name]], splits, call.place)
    for name in right.names:
        if name not in named:
            axis = axis_of_size(world, lengths.get(name))
            named[name] = (world.axis() if axis is None else axis,)
    axes: list[Axis] = []
    for place, group in enumerate(right.groups):
        members = [axis for name in group for axis in named[name]]
        axes += members if place == right.rest else [_merged(world, members)]
    result = replace(source, axes=tuple(axes))
    if sorted(left.names) == sorted(right.names) and any(len(group) > 1 for group in right.groups):
        ordered = replace(source, axes=tuple(axis for name in right.names for axis in named[name]))
        world.emit(Reshaped(place=call.place, source=ordered, result=result, scrambled=False))
    order = [right.names.index(name) for name in left.names[:2] if name in right.names]
    tell_inserted(world, source, result, call.place)
    is_matrix = len(source.axes) == len(result.axes) == 2
    swapped = len(order) == 2 and order[1] < order[0] and (is_matrix or len(result.axes) > 2)
    kind = TURNED if is_matrix else TRANSPOSED
    return noted(result, kind, call.place) if swapped else result


def _einops_source(world: World, call: Call, left: Pattern) -> Tensor | None:
    """The tensor of an einops call; a list of tensors is stacked in front."""
    rank = None if ELLIPSIS in left.names else len(left.groups)
    given = call.arg(0, "tensor")
    if isinstance(given, (ListRef, Tuple)) and not (isinstance(given, Tuple) and given.layer is not None):
        parts, closed = parts_of(world, given)
        tensors = [tensor for tensor in aligned(world, parts, call) or [] if isinstance(tensor, Tensor)]
        if not tensors or len(tensors) < len(parts):
            return None
        first = world.axis(as_size(Const(len(parts))) if closed else None)
        source = Tensor((first, *broadcast(tensor.axes for tensor in tensors)), joint_trail(tensors))
        return source if rank in (None, len(source.axes)) else None
    tensor = tensor_argument(world, call, 0, "tensor", rank=rank)
    return tensor if isinstance(tensor, Tensor) else None


def _taken_apart(world: World, source: Tensor, axes: Sequence[Axis], splits: Sequence[Match], place: Place) -> Tensor:
    """The tensor with the groups of the left side as axes of their own, which is a reshape."""
    moved = tuple(axis for split in splits for axis in split.moved)
    return finished(world, source, Match(tuple(axes), any(split.scrambled for split in splits), moved), place)


def _named(
    world: World, axes: tuple[Axis, ...], left: Pattern, lengths: Mapping[str, Value], splits: list[Match]
) -> dict[str, tuple[Axis, ...]] | None:
    """The axes behind each name of the left side; an ellipsis stands for several. Adds what is split to `splits`."""
    spare = len(axes) - len(left.groups) + 1
    if spare < 0 or (ELLIPSIS not in left.names and spare != 1):
        return None
    named: dict[str, tuple[Axis, ...]] = {}
    position = 0
    for number, group in enumerate(left.groups):
        if number == left.rest:
            named[ELLIPSIS] = axes[position : position + spare]
            position += spare
            continue
        if len(group) == 1:
            named[group[0]] = (axes[position],)
        elif group:
            split = _split(world, axes[position], group, lengths)
            named.update({name: (part,) for name, part in zip(group, split.axes, strict=True)})
            splits.append(split)
        position += 1
    return named


def _split(world: World, axis: Axis, group: Sequence[str], lengths: Mapping[str, Value]) -> Match:
    """A composed axis taken apart, as a reshape would; without lengths it is what it was composed of."""
    targets = []
    for name in group:
        value = lengths.get(name)
        size = None if value is None else as_size(value)
        targets.append(Target(size, value.axis if isinstance(value, Num) else None, inferred=size is None))
    if sum(target.inferred for target in targets) <= 1:
        return match(world, (axis,), targets)
    whole = axis.parts if len(axis.parts) == len(group) else tuple(world.axis(target.size) for target in targets)
    return Match(whole)


def _merged(world: World, axes: Sequence[Axis]) -> Axis:
    """The axis that a group of the right side becomes."""
    return match(world, axes, [Target(None, inferred=True)]).axes[0] if axes else world.axis(ONE)


def _tell_reduced(world: World, call: Call, source: Tensor, left: Pattern, right: Pattern) -> None:
    how = call.arg(2, "reduction")
    if ELLIPSIS in left.names:
        return
    for position, group in enumerate(left.groups):
        if group and not set(group) & set(right.names):
            word = how.value if isinstance(how, Const) and isinstance(how.value, str) else "reduce"
            tell(world, source, position, word, call.place)
