"""Operators: arithmetic on numbers, sizes, strings, containers and tensors; comparisons and `and`/`or` as values."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from lstmlint.interpret.conditions import compare, decide, truth
from lstmlint.interpret.counting import count_of, total
from lstmlint.interpret.joins import join, settled
from lstmlint.interpret.keras.arrays import sum_of
from lstmlint.interpret.registry import OPERATIONS, Call
from lstmlint.interpret.run import EXPRESSIONS, Run, handles
from lstmlint.interpret.scope import Flow, Frame
from lstmlint.interpret.torch.parameters import text_of
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.sizes import Opaque, Size
from lstmlint.source import Place
from lstmlint.values import (
    Const,
    DictRef,
    ListRef,
    Num,
    OpenTensor,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_size,
    assumption,
    is_assumed,
)

_CONSTANT: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Subtract": operator.sub,
    "Multiply": operator.mul,
    "Divide": operator.truediv,
    "FloorDivide": operator.floordiv,
    "Modulo": operator.mod,
    "Power": operator.pow,
}
_TENSOR = {
    "Add": "torch.add",
    "Subtract": "torch.sub",
    "Multiply": "torch.mul",
    "Divide": "torch.div",
    "FloorDivide": "torch.div",
    "Power": "torch.pow",
    "Modulo": "torch.remainder",
    "MatrixMultiply": "torch.matmul",
    "BitAnd": "operator.and_",
    "BitOr": "operator.or_",
    "BitXor": "operator.xor",
}
_COMPARING: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "operator.eq",
    cst.NotEqual: "operator.ne",
    cst.LessThan: "operator.lt",
    cst.LessThanEqual: "operator.le",
    cst.GreaterThan: "operator.gt",
    cst.GreaterThanEqual: "operator.ge",
}
_PLACEHOLDER = re.compile(r"%[a-z]")
LARGEST = 10**9
"""Numbers beyond this are not computed with."""
LONGEST = 10_000
"""Characters of a text beyond which it is not repeated: `"x" * 10**9` is not worth the memory."""


@handles(EXPRESSIONS, cst.BinaryOperation)
def _binary(run: Run, frame: Frame, node: cst.BinaryOperation) -> Value:
    left, right = run.evaluate(frame, node.left), run.evaluate(frame, node.right)
    return arithmetic(run, frame, node, type(node.operator).__name__, left, right)


def arithmetic(run: Run, frame: Frame, node: cst.CSTNode, name: str, left: Value, right: Value) -> Value:
    """`left OPERATOR right`, the operator by the name of its syntax node."""
    left, right = _as_tensor(run, settled(left)), _as_tensor(run, settled(right))
    place = run.at(frame, node)
    if isinstance(left, Const) and isinstance(right, Const):
        return _constants(run, name, left, right)
    if name == "Add" and (both := sum_of(left, right, place)) is not None:
        return both
    if name in ("Add", "Modulo") and (text := _text(name, left, right)) is not None:
        return run.world.unknown("formatted", text, frame.context, id(node))
    if any(isinstance(side, (Tensor, OpenTensor)) for side in (left, right)):
        return tensors(run, name, left, right, place)
    if isinstance(left, (Tuple, ListRef)) or isinstance(right, (Tuple, ListRef)):
        return _containers(run, name, left, right, place)
    if isinstance(left, DictRef) and isinstance(right, DictRef) and name == "BitOr":
        world = run.world
        merged = {**world.entries(left), **world.entries(right)}
        return world.new_dict(merged, world.is_open_dict(left) or world.is_open_dict(right))
    return _sizes(run, frame, node, name, left, right)


def _text(name: str, left: Value, right: Value) -> str | None:
    """A text of which parts are not known, with a star for each of them; None for what is no text."""
    one, other = text_of(left), text_of(right)
    if name == "Modulo":
        return None if one is None else _PLACEHOLDER.sub("*", one)
    if one is None and other is None:
        return None
    return f"{'*' if one is None else one}{'*' if other is None else other}"


def _as_tensor(run: Run, value: Value) -> Value:
    """An unknown thing that is known to be a tensor, as that tensor."""
    if isinstance(value, Unknown) and run.world.rank(value.root) is not None:
        return run.world.tensor(value) or value
    return value


def _constants(run: Run, name: str, left: Const, right: Const) -> Value:
    function = _CONSTANT.get(name)
    if function is None or _is_too_much(name, left.value, right.value):
        return run.world.unknown()
    try:
        return Const(function(left.value, right.value), left.place, left.assumed or right.assumed)
    except (TypeError, ValueError, ArithmeticError):
        return run.world.unknown()


def _is_too_much(name: str, left: object, right: object) -> bool:
    """True where a result would take long, or much memory."""
    numbers = [side for side in (left, right) if isinstance(side, (int, float))]
    texts = [side for side in (left, right) if isinstance(side, (str, bytes))]
    if any(abs(number) > LARGEST for number in numbers):
        return True
    if name == "Power":
        return len(numbers) < 2 or abs(numbers[1]) > 64
    return name == "Multiply" and any(len(text) * abs(number) > LONGEST for text in texts for number in numbers)


def _sizes(run: Run, frame: Frame, node: cst.CSTNode, name: str, left: Value, right: Value) -> Value:
    if isinstance(left, Unknown) and isinstance(right, Unknown) and _looks_like_tensor(run, left, right):
        return run.unknown(frame, node)
    a, b = _number(left), _number(right)
    if a is None or b is None:
        one, other = _constant(left), _constant(right)
        if one is not None and other is not None:
            return _constants(run, name, one, other)
        sides = [side for side in (left, right) if isinstance(side, Unknown)]
        return run.world.like(sides[0]) if len(sides) == 1 else run.unknown(frame, node)
    result = None
    if name == "Add":
        result = a + b
    elif name == "Subtract":
        result = a - b
    elif name == "Multiply":
        result = a * b
    elif name == "FloorDivide":
        result = a.floor_divided_by(b)
    elif name == "Divide":
        result = a.divided_by(b) if b.known != 0 else None
    elif name == "Modulo":
        result = Size.symbol(Opaque(("modulo", a, b)))
    if result is None or len(result.terms) > 12:
        return run.unknown(frame, node)
    below = left.axis if name == "Subtract" and isinstance(left, Num) and right == Const(1) else None
    return Num(result, assumed=is_assumed(left) or is_assumed(right), last_of=below)


def _constant(value: Value) -> Const | None:
    """A number that is known, wherever it comes from, as a constant."""
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return value
    known = value.size.known if isinstance(value, Num) else None
    return None if known is None else Const(known, assumed=is_assumed(value))


def _looks_like_tensor(run: Run, left: Unknown, right: Unknown) -> bool:
    ranks = run.world.ranks
    return ranks.get(left.root) is not None or ranks.get(right.root) is not None


def _number(value: Value) -> Size | None:
    """A value as a size in arithmetic; a known flag counts as 0 or 1."""
    if isinstance(value, Const) and isinstance(value.value, bool):
        return Size.of(int(value.value))
    return as_size(value)


def _containers(run: Run, name: str, left: Value, right: Value, place: Place) -> Value:
    world = run.world
    if isinstance(left, (Tuple, ListRef)) and isinstance(right, (Tuple, ListRef)) and name == "Add":
        if isinstance(left, Tuple) and isinstance(right, Tuple):
            return Tuple(left.items + right.items)
        items = [*_items(run, left), *_items(run, right)]
        is_open = any(isinstance(side, ListRef) and world.is_open(side) for side in (left, right))
        return world.new_list(items, is_open, total([count_of(world, left), count_of(world, right)]))
    container, factor = (left, right) if isinstance(left, (Tuple, ListRef)) else (right, left)
    if name == "Multiply" and isinstance(container, ListRef):
        times = factor.value if isinstance(factor, Const) else None
        if isinstance(times, int) and 0 <= times <= 16 and not world.is_open(container):
            return world.new_list(_items(run, container) * times)
        return world.new_list(_items(run, container), True, _times(world.length_of(container), factor))
    if name == "Multiply" and isinstance(container, Tuple) and isinstance(factor, Const) and not container.layer:
        return (
            Tuple(container.items * factor.value)
            if isinstance(factor.value, int) and factor.value <= 16
            else world.unknown()
        )
    if isinstance(container, Tuple):
        needs_tensor(world, container, place, f"computed with in `{place.text}`")
    return world.unknown()


def _times(length: Size | None, factor: Value) -> Size | None:
    """How many items a list has that is repeated; None for what may be no number."""
    times = as_size(factor) if isinstance(factor, (Const, Num)) else None
    if length is None or times is None:
        return None
    return length * times if times.known is None or times.known >= 0 else Size.of(0)


def _items(run: Run, value: Tuple | ListRef) -> tuple[Value, ...]:
    return value.items if isinstance(value, Tuple) else run.world.items(value)


def tensors(run: Run, name: str, left: Value, right: Value, place: Place) -> Value:
    """An operator of which one side at least is a tensor."""
    for side in (left, right):
        if needs_tensor(run.world, side, place, f"computed with in `{place.text}`"):
            return run.world.unknown()
    operation = OPERATIONS.get(_TENSOR.get(name, ""))
    if operation is None:
        return run.world.unknown()
    return operation(run.world, Call(_TENSOR[name], (left, right), {}, place))


@handles(EXPRESSIONS, cst.UnaryOperation)
def _unary(run: Run, frame: Frame, node: cst.UnaryOperation) -> Value:
    if isinstance(node.operator, cst.Not):
        verdict, _ = decide(run, frame, node)
        return run.unknown(frame, node) if verdict is None else Const(verdict, run.at(frame, node))
    value = settled(run.evaluate(frame, node.expression))
    if isinstance(value, Const) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
        if isinstance(node.operator, cst.Minus):
            return Const(-value.value, value.place, value.assumed)
        return value if isinstance(node.operator, cst.Plus) else run.unknown(frame, node)
    if isinstance(value, (Tensor, OpenTensor)):
        return value
    size = None if isinstance(value, Unknown) else as_size(value)
    if size is not None and isinstance(node.operator, cst.Minus):
        return Num(size * Size.of(-1))
    return run.unknown(frame, node)


@handles(EXPRESSIONS, cst.Comparison)
def _comparison(run: Run, frame: Frame, node: cst.Comparison) -> Value:
    name = _COMPARING.get(type(node.comparisons[0].operator))
    if len(node.comparisons) > 1 or name is None:
        verdict, _ = decide(run, frame, node)
        return run.unknown(frame, node) if verdict is None else Const(verdict, run.at(frame, node))
    verdict, left, right = compare(run, frame, node)
    if verdict is not None:
        return Const(verdict, run.at(frame, node))
    sides = _as_tensor(run, settled(left)), _as_tensor(run, settled(right))
    place = run.at(frame, node)
    return run.unknown(frame, node) if _is_none_a_tensor(sides) else _truths(run, name, sides, place)


def _is_none_a_tensor(sides: tuple[Value, Value]) -> bool:
    return not any(isinstance(side, (Tensor, OpenTensor)) for side in sides)


def _truths(run: Run, name: str, sides: tuple[Value, Value], place: Place) -> Value:
    """A tensor compared entry by entry. An unknown thing beside one that need not be stretched is a number."""
    operands: tuple[Value, ...] = sides
    if any(isinstance(side, Tensor) and not any(axis.is_single for axis in side.axes) for side in sides):
        operands = tuple(side for side in sides if not isinstance(side, Unknown))
    return OPERATIONS[name](run.world, Call(name, operands, {}, place))


@handles(EXPRESSIONS, cst.BooleanOperation)
def _boolean(run: Run, frame: Frame, node: cst.BooleanOperation) -> Value:
    """`a or b` is one of its sides; a known left side decides which."""
    left = run.evaluate(frame, node.left)
    verdict = truth(left)
    is_or = isinstance(node.operator, cst.Or)
    if verdict is not None:
        return left if verdict is is_or else run.evaluate(frame, node.right)
    kept: list[Value] = [left]

    def take() -> Flow:
        kept.append(run.evaluate(frame, node.right))
        return Flow.NEXT

    key = ("node", id(node), frame.context)
    path = run.world.path
    run.branch(frame, key, lambda: Flow.NEXT, take)
    return join(run.world, path | {assumption(key, True)}, kept[0], path | {assumption(key, False)}, kept[1])
