"""What a branch's own condition says of a variable inside the branch: `isinstance(hidden, tuple)`, `x is None`."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from lstmlint.interpret.conditions import truth
from lstmlint.interpret.kinds import is_any, question
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.values import NONE, OneOf, Value


def narrow(run: Run, frame: Frame, test: cst.BaseExpression, taken: bool) -> None:
    """Drops the alternatives of a variable that contradict a condition having gone one way."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        narrow(run, frame, test.expression, not taken)
    elif isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And if taken else cst.Or):
        narrow(run, frame, test.left, taken)
        narrow(run, frame, test.right, taken)
    elif isinstance(test, cst.Name):
        _keep(frame, test.value, taken, truth)
    elif (asked := question(run, frame, test)) is not None:
        if isinstance(asked.subject, cst.Name):
            kinds = asked.kinds
            _keep(frame, asked.subject.value, taken is not asked.is_negated, lambda value: is_any(run, value, kinds))
    elif isinstance(test, cst.Comparison):
        _by_comparison(frame, test, taken)


def _keep(frame: Frame, name: str, taken: bool, judge: Callable[[Value], bool | None]) -> None:
    value = frame.variables.get(name)
    if isinstance(value, OneOf):
        kept = [choice for choice in value.choices if judge(choice[1]) is not (not taken)]
        if kept and len(kept) < len(value.choices):
            frame.variables[name] = kept[0][1] if len(kept) == 1 else OneOf(tuple(kept))


def _by_comparison(frame: Frame, test: cst.Comparison, taken: bool) -> None:
    target = test.comparisons[0]
    if not isinstance(test.left, cst.Name) or not isinstance(target.comparator, cst.Name):
        return
    if target.comparator.value == "None" and isinstance(target.operator, (cst.Is, cst.IsNot)):
        wanted = taken is isinstance(target.operator, cst.Is)
        _keep(frame, test.left.value, wanted, lambda value: value == NONE)
