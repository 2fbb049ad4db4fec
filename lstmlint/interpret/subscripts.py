"""`x[...]`: entries of containers, axes of tensors, sizes of shapes, and items of what is not known."""

from __future__ import annotations

import libcst as cst

from lstmlint.events import UsedAsTensor
from lstmlint.interpret.containers import as_key
from lstmlint.interpret.contents import content_of
from lstmlint.interpret.counting import count_after
from lstmlint.interpret.iteration import special
from lstmlint.interpret.joins import alternative, known_choices, settled
from lstmlint.interpret.keras.arrays import array_item, of_key
from lstmlint.interpret.ops.indexing import index, named_at, selected
from lstmlint.interpret.run import EXPRESSIONS, Run, handles
from lstmlint.interpret.samples import notice_cut
from lstmlint.interpret.scope import Frame
from lstmlint.interpret.shapes import shape_item
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.sizes import Opaque, Size
from lstmlint.syntax.parse import NodePlace
from lstmlint.values import (
    NONE,
    Const,
    DictRef,
    External,
    ListRef,
    Num,
    OneOf,
    OpenTensor,
    Path,
    Shape,
    Slice,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_int,
    as_slice,
    compatible,
    is_number,
)
from lstmlint.weights import Weight


@handles(EXPRESSIONS, cst.Subscript)
def _subscript(run: Run, frame: Frame, node: cst.Subscript) -> Value:
    source = run.evaluate(frame, node.value)
    subscripts = tuple(_slice(run, frame, element.slice) for element in node.slice)
    place = run.at(frame, node)
    choices = known_choices(source)
    if len(choices) > 1:
        return _item_of_each(run, choices, subscripts, place)
    return _item(run, settled(source), subscripts, place)


def _item_of_each(
    run: Run, choices: tuple[tuple[Path, Value], ...], subscripts: tuple[Value, ...], place: NodePlace
) -> Value:
    """A subscript of one of several values: each on its own branch."""
    before, events = run.world.path, len(run.world.events)
    found = []
    for path, choice in choices:
        if all(compatible(before, frozenset({entry})) for entry in path):
            run.world.path = before | path
            found.append((path, _item(run, choice, subscripts, place)))
    run.world.path = before
    # A value that is a tuple on some branches only may have been told apart by the program.
    run.world.events[events:] = [e for e in run.world.events[events:] if not isinstance(e, UsedAsTensor)]
    if not found or any(isinstance(value, (Unknown, OneOf)) for _, value in found):
        return run.world.unknown()
    return found[0][1] if len({value for _, value in found}) == 1 else OneOf(tuple(found))


def _slice(run: Run, frame: Frame, node: cst.BaseSlice) -> Value:
    if isinstance(node, cst.Slice):
        parts = [None if part is None else run.evaluate(frame, part) for part in (node.lower, node.upper, node.step)]
        return Slice(*(None if part == NONE else part for part in parts))
    assert isinstance(node, cst.Index)
    return run.evaluate(frame, node.value)


def _item(run: Run, source: Value, subscripts: tuple[Value, ...], place: NodePlace) -> Value:
    source = content_of(run, source, "__getitem__")
    if isinstance(source, Weight):
        return array_item(run.world, source, _spread(subscripts))
    found = _taken(run, source, subscripts, place)
    if not isinstance(found, Weight) and len(subscripts) == 1:
        found = of_key(run.world, source, subscripts[0], found, place) or found
    if isinstance(subscripts[0], Slice) and isinstance(source, (Tensor, OpenTensor, Unknown)):
        notice_cut(run.world, source, subscripts[0], found, place)
    return found


def _spread(subscripts: tuple[Value, ...]) -> tuple[Value, ...]:
    """`x[a, b]` where the pair was put together before."""
    first = subscripts[0]
    return first.items or (first,) if len(subscripts) == 1 and isinstance(first, Tuple) else subscripts


def _taken(run: Run, source: Value, subscripts: tuple[Value, ...], place: NodePlace) -> Value:
    world = run.world
    subscripts = _spread(subscripts)
    first = subscripts[0]
    if isinstance(source, Tuple):
        return _tuple_item(run, source, subscripts, place)
    if isinstance(source, ListRef):
        return _list_item(run, source, first, place)
    if isinstance(source, DictRef):
        entries = world.entries(source)
        key, is_known = as_key(first, entries)
        if is_known and key in entries:
            return entries[key]
        if len(entries) and not is_known:
            return _any_of(run, list(entries.values()))
        return world.unknown()
    if isinstance(source, Shape):
        return shape_item(run, source, first)
    if isinstance(source, (Tensor, OpenTensor)):
        return _axes_item(run, source, subscripts, place)
    if isinstance(source, Unknown):
        return _unknown_item(run, source, subscripts, place)
    if isinstance(source, External):
        return source
    return special(run, source, "__getitem__", place, *subscripts)


def _axes_item(run: Run, source: Value, subscripts: tuple[Value, ...], place: NodePlace) -> Value:
    tensor = run.world.tensor(source)
    if tensor is None:
        return run.world.unknown()
    found = index(run.world, tensor, subscripts, place, place.text)
    cuts_only = all(isinstance(subscript, Slice) for subscript in subscripts)
    return run.world.like(tensor) if isinstance(tensor, OpenTensor) and cuts_only and found != tensor else found


def _unknown_item(run: Run, source: Unknown, subscripts: tuple[Value, ...], place: NodePlace) -> Value:
    """A subscript of an unknown: a string key is a dictionary's, several axes are a tensor's."""
    first = subscripts[0]
    if isinstance(first, Const) and isinstance(first.value, str):
        return run.world.unknown("item", source.root, first.value)
    if run.world.rank(source.root) is not None or len(subscripts) > 1 or isinstance(first, Slice):
        return _axes_item(run, source, subscripts, place)
    if isinstance(first, Const):
        return run.world.unknown("item", source.root, repr(first.value))
    return run.world.unknown()


def _tuple_item(run: Run, source: Tuple, subscripts: tuple[Value, ...], place: NodePlace) -> Value:
    first = subscripts[0]
    if len(subscripts) > 1:
        needs_tensor(run.world, source, place, f"indexed by axes in `{place.text}`")
        return run.world.unknown()
    number = as_int(first)
    if number is not None and -len(source.items) <= number < len(source.items):
        if number == -1 and source.part == "state":
            run.world.emit(UsedAsTensor(place=place, value=source, how="indexed with -1, which takes the cell state"))
        return source.items[number]
    if isinstance(first, Slice):
        bounds = as_slice(first)
        return run.world.unknown() if bounds is None else Tuple(source.items[bounds])
    return run.world.unknown()


def _tell_unbound(run: Run, source: ListRef, index: Value, place: NodePlace) -> None:
    """Of a tensor taken apart along an axis one entry is taken: `x.unbind(1)[-1]` is `x[:, -1]`."""
    whole = run.world.unbound.get(source.address)
    if whole is not None and whole.entries and whole.entries == run.world.items(source):
        entry = whole.entries[0]
        if isinstance(entry, Tensor):
            selected(run.world, whole.source, whole.position, index, entry, place, named=named_at(whole.dim))


def _list_item(run: Run, source: ListRef, first: Value, place: NodePlace) -> Value:
    items = run.world.items(source)
    number = as_int(first)
    if number is not None or isinstance(first, Num):
        _tell_unbound(run, source, first, place)
    if isinstance(first, Slice):
        return _part_of_list(run, source, first)
    if run.world.is_open(source):
        return items[0] if len(items) == 1 else _any_of(run, list(items))
    if number is not None and -len(items) <= number < len(items):
        return items[number]
    return _any_of(run, list(items))


def _part_of_list(run: Run, source: ListRef, cut: Slice) -> Value:
    """A slice of a list: of a sample, a sample."""
    items, bounds = run.world.items(source), as_slice(cut)
    if run.world.is_open(source) or bounds is None:
        length = count_after(run.world.length_of(source), cut)
        is_empty = length is not None and length.known == 0
        return run.world.new_list(() if is_empty else items, not is_empty, length)
    return run.world.new_list(items[bounds])


def _any_of(run: Run, items: list[Value]) -> Value:
    """One of several values, nobody knows which: each under a condition of its own."""
    distinct = list(dict.fromkeys(items))
    if len(distinct) == 1:
        return distinct[0]
    if len(distinct) > 4 and all(is_number(item) for item in distinct):
        return Num(Size.symbol(Opaque(("either", run.world.unknown().root))))
    if not distinct or len(distinct) > 4 or any(isinstance(item, (Unknown, OneOf)) for item in distinct):
        return run.world.unknown()
    group = run.world.number()
    return OneOf(tuple((alternative(group, number, len(distinct)), item) for number, item in enumerate(distinct)))
