"""What an expression is worth: names, constants, displays, subscripts, choices. Calls and arithmetic have files of their own."""

from __future__ import annotations

import ast
from functools import lru_cache

import libcst as cst

from lstmlint.events import UsedAsTensor
from lstmlint.interpret.conditions import decide
from lstmlint.interpret.assignment import assign
from lstmlint.interpret.definitions import define_lambda
from lstmlint.interpret.iteration import elements, special, unpack_starred
from lstmlint.interpret.joins import alternative, join, known_choices, settled
from lstmlint.interpret.lookup import lookup
from lstmlint.interpret.ops.indexing import index
from lstmlint.interpret.narrowing import narrow
from lstmlint.interpret.run import EXPRESSIONS, Run, handles
from lstmlint.interpret.samples import notice_cut
from lstmlint.interpret.scope import Flow, Frame
from lstmlint.interpret.shapes import shape_item
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.versions import ask
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
    assumption,
    compatible,
)


@handles(EXPRESSIONS, cst.Name)
def _name(run: Run, frame: Frame, node: cst.Name) -> Value:
    if node.value in ("True", "False", "None"):
        return Const({"True": True, "False": False, "None": None}[node.value], frame.unit and frame.unit.place(node))
    found = lookup(run, frame, node.value)
    return run.unknown(frame, node) if found is None else found


@handles(EXPRESSIONS, cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString)
def _literal(run: Run, frame: Frame, node: cst.Integer | cst.Float | cst.SimpleString) -> Value:
    assert frame.unit is not None
    known, value = _constant(node.value)
    return Const(value, frame.unit.place(node)) if known else run.unknown(frame, node)


@lru_cache(maxsize=4096)
def _constant(text: str) -> tuple[bool, object]:
    """What a literal is worth, and whether Python can read it."""
    if text.isdecimal() and (text == "0" or text[0] != "0"):
        return True, int(text)
    try:
        return True, ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False, None


@handles(EXPRESSIONS, cst.Ellipsis)
def _ellipsis(run: Run, frame: Frame, node: cst.Ellipsis) -> Value:
    return Const(...)


@handles(EXPRESSIONS, cst.ConcatenatedString)
def _concatenated(run: Run, frame: Frame, node: cst.ConcatenatedString) -> Value:
    left, right = run.evaluate(frame, node.left), run.evaluate(frame, node.right)
    if isinstance(left, Const) and isinstance(right, Const) and isinstance(left.value, str) and isinstance(right.value, str):
        return Const(left.value + right.value, left.place)
    return run.unknown(frame, node)


@handles(EXPRESSIONS, cst.FormattedString)
def _formatted(run: Run, frame: Frame, node: cst.FormattedString) -> Value:
    text = ""
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            text += part.value
            continue
        value = run.evaluate(frame, part.expression)  # type: ignore[attr-defined]
        if not isinstance(value, Const) or getattr(part, "format_spec", None):
            return run.unknown(frame, node)
        text += str(value.value)
    return Const(text, run.at(frame, node))


@handles(EXPRESSIONS, cst.Attribute)
def _attribute(run: Run, frame: Frame, node: cst.Attribute) -> Value:
    owner = run.evaluate(frame, node.value)
    return run.attribute(owner, node.attr.value, run.at(frame, node))


@handles(EXPRESSIONS, cst.Tuple)
def _tuple(run: Run, frame: Frame, node: cst.Tuple) -> Value:
    place = run.at(frame, node)
    items, closed = _items(run, frame, node.elements)
    if not closed:
        return run.world.new_list(items, open_ended=True)
    assert frame.unit is not None
    names = tuple(frame.unit.text(element.value) for element in node.elements)
    return Tuple(tuple(items), names=names if len(names) == len(items) else (), place=place)


@handles(EXPRESSIONS, cst.List, cst.Set)
def _list(run: Run, frame: Frame, node: cst.List | cst.Set) -> Value:
    items, closed = _items(run, frame, node.elements)
    return run.world.new_list(items, open_ended=not closed)


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
    entries: dict[object, Value] = {}
    open_ended = False
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
        if isinstance(key, Const):
            entries[key.value] = value
        else:
            open_ended = True
    return run.world.new_dict(entries, open_ended)


@handles(EXPRESSIONS, cst.IfExp)
def _if(run: Run, frame: Frame, node: cst.IfExp) -> Value:
    verdict, condition = ask(run, frame, node.test)
    if verdict is not None:
        return run.evaluate(frame, node.body if verdict else node.orelse)
    kept: list[Value] = []

    def take(branch: cst.BaseExpression, taken: bool) -> Flow:
        narrow(run, frame, node.test, taken)
        kept.append(run.evaluate(frame, branch))
        return Flow.NEXT

    path = run.world.path
    run.branch(frame, condition, lambda: take(node.body, True), lambda: take(node.orelse, False))
    flag = condition[1] if isinstance(condition, tuple) and condition[0] == "truth" else condition
    numbers = as_int(kept[0]), as_int(kept[1])
    if numbers[0] is not None and numbers[1] is not None and numbers[0] != numbers[1]:
        return Num(Size.symbol(Opaque(("choice", flag, *numbers))))
    return join(run.world, path | {assumption(condition, True)}, kept[0], path | {assumption(condition, False)}, kept[1])


@handles(EXPRESSIONS, cst.NamedExpr)
def _named(run: Run, frame: Frame, node: cst.NamedExpr) -> Value:
    value = run.evaluate(frame, node.value)
    if isinstance(node.target, cst.Name):
        frame.variables[node.target.value] = value
    return value


@handles(EXPRESSIONS, cst.Await)
def _await(run: Run, frame: Frame, node: cst.Await) -> Value:
    return run.evaluate(frame, node.expression)


@handles(EXPRESSIONS, cst.Yield)
def _yield(run: Run, frame: Frame, node: cst.Yield) -> Value:
    if isinstance(node.value, cst.From):
        source = run.evaluate(frame, node.value.item)
        frame.yields += elements(run, source, run.at(frame, node))[0]
    elif node.value is not None:
        frame.yields.append(run.evaluate(frame, node.value))
    return run.unknown(frame, node)


@handles(EXPRESSIONS, cst.ListComp, cst.SetComp, cst.GeneratorExp)
def _comprehension(run: Run, frame: Frame, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> Value:
    kept: list[Value] = []
    closed = _comprehend(run, frame, node.for_in, lambda: kept.append(run.evaluate(frame, node.elt)))
    return run.world.new_list(kept, open_ended=not closed)


@handles(EXPRESSIONS, cst.DictComp)
def _dict_comprehension(run: Run, frame: Frame, node: cst.DictComp) -> Value:
    entries: dict[object, Value] = {}
    states = {"closed": True}

    def keep() -> None:
        key, value = run.evaluate(frame, node.key), run.evaluate(frame, node.value)
        if isinstance(key, Const):
            entries[key.value] = value
        else:
            entries[("any", len(entries))] = value
            states["closed"] = False

    closed = _comprehend(run, frame, node.for_in, keep)
    return run.world.new_dict(entries, open_ended=not (closed and states["closed"]))


def _comprehend(run: Run, frame: Frame, clause: cst.CompFor, keep: object) -> bool:
    """Runs a comprehension's body for each known element; False where how often it runs is not known."""
    saved = dict(frame.variables)
    source = run.evaluate(frame, clause.iter)
    items, closed = elements(run, source, run.at(frame, clause.iter))
    for item in items:
        assign(run, frame, clause.target, item)
        if not all(_passes(run, frame, test.test, closed) for test in clause.ifs):
            continue
        closed = closed and not any(decide(run, frame, test.test)[0] is None for test in clause.ifs)
        if clause.inner_for_in is not None:
            closed = _comprehend(run, frame, clause.inner_for_in, keep) and closed
        else:
            keep()  # type: ignore[operator]
    own = set(frame.variables) - set(saved)
    for name in own:
        del frame.variables[name]
    frame.variables.update(saved)
    return closed


def _passes(run: Run, frame: Frame, test: cst.BaseExpression, closed: bool) -> bool:
    return decide(run, frame, test)[0] is not False


@handles(EXPRESSIONS, cst.Lambda)
def _lambda(run: Run, frame: Frame, node: cst.Lambda) -> Value:
    return define_lambda(run, frame, node)


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
    found = _taken(run, source, subscripts, place)
    if isinstance(subscripts[0], Slice) and isinstance(source, (Tensor, OpenTensor, Unknown)):
        notice_cut(run.world, source, subscripts[0], found, place)
    return found


def _taken(run: Run, source: Value, subscripts: tuple[Value, ...], place: NodePlace) -> Value:
    world = run.world
    first = subscripts[0]
    if len(subscripts) == 1 and isinstance(first, Tuple):
        subscripts = first.items or (first,)
        first = subscripts[0]
    if isinstance(source, Tuple):
        return _tuple_item(run, source, subscripts, place)
    if isinstance(source, ListRef):
        return _list_item(run, source, first)
    if isinstance(source, DictRef):
        entries = world.entries(source)
        if isinstance(first, Const) and first.value in entries:
            return entries[first.value]
        if len(entries) and not isinstance(first, Const):
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
    if run.world.ranks.get(source.root) is not None or len(subscripts) > 1 or isinstance(first, Slice):
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
        bounds = [None if part is None else as_int(part) for part in (first.lower, first.upper, first.step)]
        given = (first.lower, first.upper, first.step)
        if all(part is None or bound is not None for part, bound in zip(given, bounds, strict=True)):
            return Tuple(source.items[slice(*bounds)])
    return run.world.unknown()


def _list_item(run: Run, source: ListRef, first: Value) -> Value:
    items = run.world.items(source)
    number = as_int(first)
    if run.world.is_open(source):
        return items[0] if len(items) == 1 and not isinstance(first, Slice) else _any_of(run, list(items))
    if number is not None and -len(items) <= number < len(items):
        return items[number]
    if isinstance(first, Slice):
        given = (first.lower, first.upper, first.step)
        bounds = [None if part is None else as_int(part) for part in given]
        if all(part is None or bound is not None for part, bound in zip(given, bounds, strict=True)):
            return run.world.new_list(items[slice(*bounds)])
        return run.world.new_list(items, open_ended=True)
    return _any_of(run, list(items))


def _any_of(run: Run, items: list[Value]) -> Value:
    """One of several values, nobody knows which: each under a condition of its own."""
    distinct = list(dict.fromkeys(items))
    if len(distinct) == 1:
        return distinct[0]
    if not distinct or len(distinct) > 4 or any(isinstance(item, (Unknown, OneOf)) for item in distinct):
        return run.world.unknown()
    group = run.world.number()
    return OneOf(tuple((alternative(group, number, len(distinct)), item) for number, item in enumerate(distinct)))


@handles(EXPRESSIONS, cst.StarredElement)
def _starred(run: Run, frame: Frame, node: cst.StarredElement) -> Value:
    return run.evaluate(frame, node.value)
