"""Does a condition hold? True, False, or unknown with a key, the same key wherever the same question is asked.

A question that a branch around it has answered already is not asked again: that keeps `if self.time_major` at the top
of a function and `if self.time_major` at its end on the same side.
"""

from __future__ import annotations

from collections.abc import Hashable

import libcst as cst

from lstmlint.interpret.contents import content_of
from lstmlint.interpret.kinds import Question, is_any, question
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.sizes import Quotient, Size
from lstmlint.values import (
    NONE,
    Bound,
    Class,
    Const,
    DictRef,
    External,
    Function,
    Instance,
    Layer,
    ListRef,
    Num,
    OneOf,
    Packed,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_size,
    assumption,
)
from lstmlint.weights import Weight

Verdict = tuple[bool | None, Hashable]
_THINGS = (Tensor, Layer, Instance, Function, Bound, Class, Packed, Weight)


def decide(run: Run, frame: Frame, test: cst.BaseExpression) -> Verdict:
    """Whether a condition holds, and the key of the question where that is not known."""
    return _remembered(run, *_judge(run, frame, test))


def compare(run: Run, frame: Frame, test: cst.Comparison) -> tuple[bool | None, Value, Value]:
    """Whether a comparison of two values holds, as far as that is known, and the two values."""
    left = run.evaluate(frame, test.left)
    right = run.evaluate(frame, test.comparisons[0].comparator)
    return _remembered(run, *_compared(run, frame, test, left, right))[0], left, right


def _remembered(run: Run, verdict: bool | None, key: Hashable) -> Verdict:
    """What a branch around it has answered already."""
    if verdict is None:
        for answer in (True, False):
            if assumption(key, answer) in run.world.path:
                return answer, key
    return verdict, key


def _judge(run: Run, frame: Frame, test: cst.BaseExpression) -> Verdict:
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        verdict, key = decide(run, frame, test.expression)
        return (None, _negated(key)) if verdict is None else (not verdict, key)
    if isinstance(test, cst.BooleanOperation):
        return _boolean(run, frame, test)
    asked = question(run, frame, test)
    if asked is not None:
        return _of_kind(run, frame, asked)
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        left = run.evaluate(frame, test.left)
        return _compared(run, frame, test, left, run.evaluate(frame, test.comparisons[0].comparator))
    if isinstance(test, cst.Comparison):
        for side in (test.left, *(part.comparator for part in test.comparisons)):
            run.evaluate(frame, side)
        return None, ("node", id(test), frame.context)
    value = run.evaluate(frame, test)
    if isinstance(value, DictRef) and isinstance(test, cst.Name) and not run.world.is_open_dict(value):
        return bool(run.world.entries(value)), key_of(value, test, frame)
    return truth(value), key_of(value, test, frame)


def _negated(key: Hashable) -> Hashable:
    return key[1] if isinstance(key, tuple) and key[0] == "not" else ("not", key)


def key_of(value: Value, node: cst.CSTNode, frame: Frame) -> Hashable:
    """The key of "is this value true?"."""
    if isinstance(value, Unknown):
        return "truth", value.root
    if isinstance(value, External):
        return "truth", value.path
    return "node", id(node), frame.context


def truth(value: Value) -> bool | None:
    """Python's truth of a value, None where it is not known."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, (Layer, Instance, Function, Bound, Class, Packed)):
        return True
    if isinstance(value, Tuple):
        return bool(value.items)
    return None


def _boolean(run: Run, frame: Frame, test: cst.BooleanOperation) -> Verdict:
    stops = isinstance(test.operator, cst.Or)
    left, left_key = decide(run, frame, test.left)
    if left is stops:
        return stops, left_key
    right, right_key = decide(run, frame, test.right)
    if left is not None:
        return right, right_key
    if right is stops:
        return stops, right_key
    if right is not None:
        return None, left_key
    return None, ("or" if stops else "and", left_key, right_key)


def _compared(run: Run, frame: Frame, test: cst.Comparison, left: Value, right: Value) -> Verdict:
    operator = test.comparisons[0].operator
    if isinstance(operator, (cst.Is, cst.IsNot)):
        verdict, key = identical(left, right)
        return _flip(verdict, key, isinstance(operator, cst.IsNot))
    if isinstance(operator, (cst.Equal, cst.NotEqual)):
        verdict, key = equal(left, right)
        return _flip(verdict, key or ("node", id(test), frame.context), isinstance(operator, cst.NotEqual))
    if isinstance(operator, (cst.In, cst.NotIn)):
        return _flip(_contains(run, left, right), ("in", root_of(left), id(test)), isinstance(operator, cst.NotIn))
    verdict = _ordered(left, operator, right)
    if any(isinstance(side, Num) and side.axis is not None for side in (left, right)):
        return verdict, ("ordered", type(operator).__name__, root_of(left), root_of(right))
    return verdict, ("node", id(test), frame.context)


def _of_kind(run: Run, frame: Frame, asked: Question) -> Verdict:
    value = run.evaluate(frame, asked.subject)
    verdict = is_any(run, value, asked.kinds)
    key = None if verdict is not None else ("isinstance", root_of(value), tuple(map(root_of, asked.kinds)))
    return _flip(verdict, key, asked.is_negated)


def _flip(verdict: bool | None, key: Hashable, flipped: bool) -> Verdict:
    if not flipped:
        return verdict, key
    return (None, _negated(key)) if verdict is None else (not verdict, key)


def root_of(value: Value) -> Hashable:
    """What a question about a value is keyed by."""
    return value.root if isinstance(value, Unknown) else value


def identical(left: Value, right: Value) -> Verdict:
    """Whether two values are one and the same (`is`), and the key of that question."""
    if right == NONE:
        if left == NONE:
            return True, None
        if isinstance(left, (Const, Num, Tuple, ListRef, DictRef, External, *_THINGS)):
            return False, None
        if isinstance(left, OneOf) and NONE not in [choice for _, choice in left.choices]:
            return False, None
        return None, ("none", root_of(left))
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value is right.value, None
    if isinstance(left, External) and isinstance(right, External):
        return left == right, None
    if _is_other_than_constant(left, right):
        return False, None
    return None, ("is", root_of(left), root_of(right))


def equal(left: Value, right: Value) -> Verdict:
    """Whether two values are equal, and the key of that question."""
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value == right.value, None
    if _is_other_than_constant(left, right):
        return False, None
    a, b = as_size(left), as_size(right)
    if a is not None and b is not None and not isinstance(left, Unknown) and not isinstance(right, Unknown):
        if a == b:
            return True, None
        if a.cannot_equal(b) and not _counts_from_zero(a) and not _counts_from_zero(b):
            return False, None
    return None, ("equal", root_of(left), root_of(right))


def _is_other_than_constant(left: Value, right: Value) -> bool:
    """True for a container or a layer beside a number, text, flag or None."""
    return isinstance(right, Const) and isinstance(left, (Tuple, ListRef, DictRef, Layer))


def _counts_from_zero(size: Size) -> bool:
    """True where a loop's counter, a remainder or a quotient takes part: these may be 0, which no size is."""
    return size.has_counter or any(isinstance(symbol, Quotient) for monomial, _ in size.terms for symbol in monomial)


def _contains(run: Run, left: Value, right: Value) -> bool | None:
    right = content_of(run, right, "__contains__")
    if isinstance(left, Const):
        if isinstance(right, Const) and isinstance(right.value, str) and isinstance(left.value, str):
            return left.value in right.value
        if isinstance(right, DictRef) and not run.world.is_open_dict(right):
            return left.value in run.world.entries(right)
        items = right.items if isinstance(right, Tuple) else None
        if isinstance(right, ListRef) and not run.world.is_open(right):
            items = run.world.items(right)
        if items is not None and all(isinstance(item, Const) for item in items):
            return left in items
    return None


def _ordered(left: Value, operator: cst.BaseCompOp, right: Value) -> bool | None:
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            if isinstance(operator, cst.LessThan):
                return bool(left.value < right.value)
            if isinstance(operator, cst.LessThanEqual):
                return bool(left.value <= right.value)
            if isinstance(operator, cst.GreaterThan):
                return bool(left.value > right.value)
            if isinstance(operator, cst.GreaterThanEqual):
                return bool(left.value >= right.value)
        except TypeError:
            return None
    return None
