"""Binding values to targets: names, attributes, items, and tuples of these."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lstmlint.events import AttributeSet, Unpacked
from lstmlint.interpret.containers import as_key
from lstmlint.interpret.contents import content_of
from lstmlint.interpret.iteration import elements
from lstmlint.interpret.joins import settled
from lstmlint.interpret.keras.arrays import name_arrays
from lstmlint.interpret.ops.indexing import index
from lstmlint.interpret.ops.trail import UNIFORM, without_notes
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.interpret.shapes import name_sizes, shape_items
from lstmlint.interpret.torch.parameters import attribute_slot, note_item, note_write
from lstmlint.syntax.parse import NodePlace
from lstmlint.values import (
    Const,
    DictRef,
    Instance,
    ListRef,
    Num,
    Packed,
    Shape,
    Super,
    Tensor,
    Tuple,
    Value,
    as_int,
)
from lstmlint.weights import Weight


def assign(run: Run, frame: Frame, target: cst.BaseExpression, value: Value) -> None:
    """Binds a value to a target."""
    if isinstance(target, cst.Name):
        _bind_name(run, frame, target, value)
    elif isinstance(target, cst.Attribute):
        owner = run.evaluate(frame, target.value)
        set_attribute(run, owner, target.attr.value, value)
        place = run.at(frame, target)
        run.world.emit(AttributeSet(place=place, owner=owner, name=target.attr.value, value=value))
        if run.world.ports:
            note_write(run.world, attribute_slot(run.world, settled(owner), target.attr.value), value, place)
        if isinstance(value, Num) and value.axis is not None:
            name_sizes(run, (target.attr.value,), (value,), run.at(frame, target))
    elif isinstance(target, (cst.Tuple, cst.List)):
        _unpack(run, frame, target, value)
    elif isinstance(target, cst.Subscript):
        _set_item(run, frame, target, value)


def _bind_name(run: Run, frame: Frame, target: cst.Name, value: Value) -> None:
    scope = frame.module if target.value in frame.globals else frame
    scope.variables[target.value] = value
    if isinstance(value, Num) and value.axis is not None and _is_used(frame, target.value):
        name_sizes(run, (target.value,), (value,), run.at(frame, target))


def _is_used(frame: Frame, name: str) -> bool:
    """False for a function's variable that nothing reads: what it is called was never put to the test."""
    return frame.is_module or frame.unit is None or frame.unit.mentions(name) > 1


def set_attribute(run: Run, owner: Value, name: str, value: Value) -> None:
    """Sets an attribute of an object of the program; attributes of other things are not followed."""
    owner = settled(owner)
    if isinstance(owner, Super):
        owner = owner.owner
    if isinstance(owner, Instance):
        stored = run.world.heap.get(owner.address)
        run.world.heap[owner.address] = {**(stored if isinstance(stored, dict) else {}), name: value}


def _set_item(run: Run, frame: Frame, target: cst.Subscript, value: Value) -> None:
    owner = content_of(run, run.evaluate(frame, target.value), "__setitem__")
    element = target.slice[0].slice
    key = run.evaluate(frame, element.value) if isinstance(element, cst.Index) else None
    world = run.world
    if world.ports:
        is_all = isinstance(element, cst.Slice) and element.lower is None and element.upper is None
        whole = Const(...) if is_all and len(target.slice) == 1 else key
        note_item(world, owner, whole, value, run.at(frame, target))
    if isinstance(owner, Tensor) and owner.noted(UNIFORM) is not None and isinstance(target.value, cst.Name):
        _bind_name(run, frame, target.value, without_notes(owner, UNIFORM))
    if isinstance(owner, DictRef):
        entries = world.entries(owner)
        name, is_known = (("any", len(entries)), False) if key is None else as_key(key, entries)
        world.set_entries(owner, {**entries, name: value}, world.is_open_dict(owner) or not is_known)
    elif isinstance(owner, ListRef) and isinstance(element, cst.Slice):
        world.set_items(owner, world.items(owner), True)
    elif isinstance(owner, ListRef) and not world.is_open(owner):
        items = list(world.items(owner))
        number = as_int(key)
        if number is not None and -len(items) <= number < len(items):
            items[number] = value
            world.set_items(owner, items, False)
        else:
            world.set_items(owner, items, True, world.length_of(owner))


def _text(frame: Frame, node: cst.CSTNode) -> str:
    assert frame.unit is not None
    return frame.unit.text(node)


def _names(frame: Frame, target: cst.Tuple | cst.List) -> tuple[str | tuple[str, ...], ...]:
    found: list[str | tuple[str, ...]] = []
    for element in target.elements:
        if isinstance(element.value, (cst.Tuple, cst.List)):
            found.append(tuple(_text(frame, inner.value) for inner in element.value.elements))
        else:
            found.append(_text(frame, element.value))
    return tuple(found)


def _unpack(run: Run, frame: Frame, target: cst.Tuple | cst.List, value: Value) -> None:
    value = settled(value)
    names = _names(frame, target)
    starred = any(isinstance(element, cst.StarredElement) for element in target.elements)
    place = run.at(frame, target)
    if isinstance(value, (Tuple, Tensor, Packed)):
        run.world.emit(Unpacked(place=place, value=value, names=names, starred=starred))
    items = _items_for(run, frame, target, value, starred)
    if run.world.ports:
        targets = [element.value for element in target.elements]
        items = name_arrays(run.world, _plain(names), items, lambda number: run.at(frame, targets[number]))
    for element, item in zip(target.elements, items, strict=True):
        inner = element.value
        if isinstance(value, Shape) and isinstance(inner, cst.Name):
            frame.variables[inner.value] = item
        else:
            assign(run, frame, inner, item)
    if isinstance(value, Shape) and all(isinstance(name, str) for name in names):
        name_sizes(run, tuple(str(name) for name in names), tuple(items), place)


def _plain(names: tuple[str | tuple[str, ...], ...]) -> tuple[str, ...]:
    """The names of targets; none for a nested one."""
    return tuple(name if isinstance(name, str) else "" for name in names)


def _items_for(run: Run, frame: Frame, target: cst.Tuple | cst.List, value: Value, starred: bool) -> list[Value]:
    """The value for each element of a target, starred ones getting a list."""
    count = len(target.elements)
    place = run.at(frame, target)
    if isinstance(value, Shape) and not starred:
        sizes = shape_items(run, value, count)
        if sizes is not None:
            return list(sizes)
    if isinstance(value, Weight) and not starred:
        return [value.item(number) for number in range(count)]
    found, closed = elements(run, value, place)
    if starred and isinstance(value, Tensor) and value.axes:
        return _starred_entries(run, target, value, place)
    if starred:
        return _starred_items(run, target, found, closed)
    if closed and len(found) == count:
        return found
    if not closed and len(found) == 1 and isinstance(value, (ListRef, Tensor)):
        return [found[0]] * count
    base = ("part", getattr(value, "root", None) or (frame.context, id(target)))
    return [run.world.unknown(*base, number) for number in range(count)]


def _starred_entries(run: Run, target: cst.Tuple | cst.List, value: Tensor, place: NodePlace) -> list[Value]:
    """The entries of a tensor's first axis for each element of a target: `*_, last` takes what `[-1]` does."""
    starred = [isinstance(element, cst.StarredElement) for element in target.elements]
    behind = starred.index(True)
    rest = run.world.new_list([replace(value, axes=value.axes[1:])], open_ended=True)
    before = [index(run.world, value, (Const(number),), place, place.text) for number in range(behind)]
    after = range(behind + 1 - len(starred), 0)
    return [*before, rest, *(index(run.world, value, (Const(number),), place, place.text) for number in after)]


def _starred_items(run: Run, target: cst.Tuple | cst.List, found: list[Value], closed: bool) -> list[Value]:
    count = len(target.elements)
    position = next(i for i, element in enumerate(target.elements) if isinstance(element, cst.StarredElement))
    if not closed or len(found) < count - 1:
        items: list[Value] = [run.world.unknown() for _ in range(count)]
        items[position] = run.world.new_list([run.world.unknown()], open_ended=True)
        return items
    behind = count - position - 1
    middle = found[position : len(found) - behind]
    return [*found[:position], run.world.new_list(middle), *found[len(found) - behind :]]
