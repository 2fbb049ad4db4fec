"""What an expression is worth: names, constants, choices.

Subscripts, displays, calls and operators have files of their own.
"""

from __future__ import annotations

import ast
from functools import lru_cache

import libcst as cst

from lstmlint.interpret.definitions import define_lambda
from lstmlint.interpret.iteration import elements
from lstmlint.interpret.joins import join
from lstmlint.interpret.lookup import lookup
from lstmlint.interpret.narrowing import narrow
from lstmlint.interpret.run import EXPRESSIONS, Run, handles
from lstmlint.interpret.scope import Flow, Frame
from lstmlint.interpret.torch.parameters import text_of
from lstmlint.interpret.versions import ask
from lstmlint.sizes import Opaque, Size
from lstmlint.values import (
    Const,
    Num,
    Value,
    as_int,
    assumption,
)


@handles(EXPRESSIONS, cst.Name)
def _name(run: Run, frame: Frame, node: cst.Name) -> Value:
    if node.value in ("True", "False", "None"):
        place = None if frame.unit is None else frame.unit.place(node)
        return Const({"True": True, "False": False, "None": None}[node.value], place)
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
    if (
        isinstance(left, Const)
        and isinstance(right, Const)
        and isinstance(left.value, str)
        and isinstance(right.value, str)
    ):
        return Const(left.value + right.value, left.place)
    return run.unknown(frame, node)


@handles(EXPRESSIONS, cst.FormattedString)
def _formatted(run: Run, frame: Frame, node: cst.FormattedString) -> Value:
    text, is_known = "", True
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            text += part.value
            continue
        value = run.evaluate(frame, part.expression)  # type: ignore[attr-defined]
        is_plain = isinstance(value, Const) and not getattr(part, "format_spec", None)
        is_known = is_known and is_plain
        text += str(value.value) if isinstance(value, Const) and is_plain else text_of(value) or "*"
    if not is_known:
        return run.world.unknown("formatted", text, frame.context, id(node))
    return Const(text, run.at(frame, node))


@handles(EXPRESSIONS, cst.Attribute)
def _attribute(run: Run, frame: Frame, node: cst.Attribute) -> Value:
    owner = run.evaluate(frame, node.value)
    return run.attribute(owner, node.attr.value, run.at(frame, node))


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
    return join(
        run.world, path | {assumption(condition, True)}, kept[0], path | {assumption(condition, False)}, kept[1]
    )


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


@handles(EXPRESSIONS, cst.Lambda)
def _lambda(run: Run, frame: Frame, node: cst.Lambda) -> Value:
    return define_lambda(run, frame, node)


@handles(EXPRESSIONS, cst.StarredElement)
def _starred(run: Run, frame: Frame, node: cst.StarredElement) -> Value:
    return run.evaluate(frame, node.value)
