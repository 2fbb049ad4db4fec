"""Displays and comprehensions: tuples, lists, sets and dictionaries as they are written."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import nullcontext

import libcst as cst

from lstmlint.interpret.assignment import assign
from lstmlint.interpret.conditions import decide
from lstmlint.interpret.containers import as_key, new_set
from lstmlint.interpret.counting import count_of
from lstmlint.interpret.iteration import elements, unpack_starred
from lstmlint.interpret.keras.arrays import gathered
from lstmlint.interpret.loops import rounds, sampling
from lstmlint.interpret.run import EXPRESSIONS, Run, handles
from lstmlint.interpret.scope import Frame
from lstmlint.interpret.torch.parameters import note_item
from lstmlint.sizes import Size
from lstmlint.syntax.parse import NodePlace
from lstmlint.values import (
    DictRef,
    Tuple,
    Value,
)


@handles(EXPRESSIONS, cst.Tuple)
def _tuple(run: Run, frame: Frame, node: cst.Tuple) -> Value:
    place = run.at(frame, node)
    items, closed = _items(run, frame, node.elements)
    if not closed:
        return run.world.new_list(items, open_ended=True)
    assert frame.unit is not None
    names = tuple(frame.unit.text(element.value) for element in node.elements)
    return Tuple(tuple(items), names=names if len(names) == len(items) else (), place=place)


@handles(EXPRESSIONS, cst.List)
def _list(run: Run, frame: Frame, node: cst.List) -> Value:
    items, closed = _items(run, frame, node.elements)
    return run.world.new_list(items, open_ended=not closed)


@handles(EXPRESSIONS, cst.Set)
def _set(run: Run, frame: Frame, node: cst.Set) -> Value:
    return new_set(run.world, *_items(run, frame, node.elements))


def _items(run: Run, frame: Frame, nodes: object) -> tuple[list[Value], bool]:
    items: list[Value] = []
    closed = True
    for element in nodes:  # type: ignore[attr-defined]
        value = run.evaluate(frame, element.value)
        if isinstance(element, cst.StarredElement):
            more, known = unpack_starred(run, value, run.at(frame, element.value))
            items += more
            closed = closed and known
        else:
            items.append(value)
    return items, closed


@handles(EXPRESSIONS, cst.Dict)
def _dict(run: Run, frame: Frame, node: cst.Dict) -> Value:
    entries: dict[Hashable, Value] = {}
    open_ended = False
    written: list[tuple[Value, Value, NodePlace]] = []
    for element in node.elements:
        value = run.evaluate(frame, element.value)
        if isinstance(element, cst.StarredDictElement):
            if isinstance(value, DictRef):
                entries.update(run.world.entries(value))
                open_ended = open_ended or run.world.is_open_dict(value)
            else:
                open_ended = True
            continue
        assert isinstance(element, cst.DictElement)
        key = run.evaluate(frame, element.key)
        written.append((key, value, run.at(frame, element.key)))
        name, is_known = as_key(key, entries)
        if is_known:
            entries[name] = value
        open_ended = open_ended or not is_known
    found = run.world.new_dict(entries, open_ended)
    for key, value, place in written if run.world.ports else ():
        note_item(run.world, found, key, value, place)
    return found


@handles(EXPRESSIONS, cst.ListComp, cst.SetComp, cst.GeneratorExp)
def _comprehension(run: Run, frame: Frame, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> Value:
    kept: list[Value] = []
    closed, length = _comprehend(run, frame, node.for_in, lambda: kept.append(run.evaluate(frame, node.elt)))
    if isinstance(node, cst.SetComp):
        return gathered(kept) or new_set(run.world, kept, closed)
    return gathered(kept) or run.world.new_list(kept, open_ended=not closed, length=length)


@handles(EXPRESSIONS, cst.DictComp)
def _dict_comprehension(run: Run, frame: Frame, node: cst.DictComp) -> Value:
    entries: dict[Hashable, Value] = {}
    states = {"closed": True}

    def keep() -> None:
        key, value = run.evaluate(frame, node.key), run.evaluate(frame, node.value)
        name, is_known = as_key(key, entries)
        entries[name] = value
        states["closed"] = states["closed"] and is_known

    closed, _ = _comprehend(run, frame, node.for_in, keep)
    return run.world.new_dict(entries, open_ended=not (closed and states["closed"]))


def _comprehend(run: Run, frame: Frame, clause: cst.CompFor, keep: object) -> tuple[bool, Size | None]:
    """Runs a comprehension's body for each known element; tells whether that is all of them, and how many there are."""
    saved = dict(frame.variables)
    source = run.evaluate(frame, clause.iter)
    place = run.at(frame, clause.iter)
    items, closed = elements(run, source, place)
    length = None if clause.ifs or clause.inner_for_in is not None else count_of(run.world, source)
    with rounds(run.world, place.text, source) as turn, nullcontext() if closed else sampling(run.world):
        for item in items:
            turn()
            assign(run, frame, clause.target, item)
            if not all(_passes(run, frame, test.test, closed) for test in clause.ifs):
                continue
            closed = closed and not any(decide(run, frame, test.test)[0] is None for test in clause.ifs)
            if clause.inner_for_in is not None:
                closed = _comprehend(run, frame, clause.inner_for_in, keep)[0] and closed
            else:
                keep()  # type: ignore[operator]
    own = set(frame.variables) - set(saved)
    for name in own:
        del frame.variables[name]
    frame.variables.update(saved)
    return closed, length


def _passes(run: Run, frame: Frame, test: cst.BaseExpression, closed: bool) -> bool:
    return decide(run, frame, test)[0] is not False
