"""The source of an expression, put together from its tree for the kinds that are quoted all the time.

libcst writes any node, at the cost of a context manager or two for each of its parts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

_Writer = Callable[[Any], str]


class _Other(Exception):
    """Raised at what is not written here: rare kinds, and line ends or comments between the parts."""


def written(node: cst.CSTNode) -> str | None:
    """The source of a node; None where it takes libcst to write it."""
    try:
        return _write(node)
    except _Other:
        return None


def _write(node: cst.CSTNode) -> str:
    writer = _WRITERS.get(type(node))
    if writer is None:
        raise _Other
    text = writer(node)
    if getattr(node, "lpar", None):
        for left, right in zip(reversed(node.lpar), node.rpar, strict=True):  # type: ignore[attr-defined]
            text = f"({_space(left.whitespace_after)}{text}{_space(right.whitespace_before)})"
    return text


def _space(whitespace: object) -> str:
    if type(whitespace) is cst.SimpleWhitespace:
        return whitespace.value
    raise _Other


def _comma(comma: object) -> str:
    if type(comma) is cst.Comma:
        return f"{_space(comma.whitespace_before)},{_space(comma.whitespace_after)}"
    return ""


def _value(node: cst.Name | cst.Integer | cst.Float | cst.SimpleString) -> str:
    return node.value


def _attribute(node: cst.Attribute) -> str:
    dot = node.dot
    return f"{_write(node.value)}{_space(dot.whitespace_before)}.{_space(dot.whitespace_after)}{_write(node.attr)}"


def _call(node: cst.Call) -> str:
    arguments = "".join(map(_argument, node.args))
    return f"{_write(node.func)}{_space(node.whitespace_after_func)}({_space(node.whitespace_before_args)}{arguments})"


def _argument(arg: cst.Arg) -> str:
    text = f"{arg.star}{_space(arg.whitespace_after_star)}"
    if arg.keyword is not None:
        equal = arg.equal
        if not isinstance(equal, cst.AssignEqual):
            raise _Other
        text += f"{_write(arg.keyword)}{_space(equal.whitespace_before)}={_space(equal.whitespace_after)}"
    return f"{text}{_write(arg.value)}{_comma(arg.comma)}{_space(arg.whitespace_after_arg)}"


def _subscript(node: cst.Subscript) -> str:
    inside = "".join(f"{_write(element.slice)}{_comma(element.comma)}" for element in node.slice)
    opening = f"{_space(node.whitespace_after_value)}[{_space(node.lbracket.whitespace_after)}"
    return f"{_write(node.value)}{opening}{inside}{_space(node.rbracket.whitespace_before)}]"


def _index(node: cst.Index) -> str:
    if node.star:
        raise _Other
    return _write(node.value)


def _slice(node: cst.Slice) -> str:
    parts = [_bound(node.lower), _colon(node.first_colon), _bound(node.upper)]
    return "".join([*parts, _colon(node.second_colon), _bound(node.step)])


def _bound(node: cst.BaseExpression | None) -> str:
    return "" if node is None else _write(node)


def _colon(colon: object) -> str:
    if type(colon) is cst.Colon:
        return f"{_space(colon.whitespace_before)}:{_space(colon.whitespace_after)}"
    return ""


def _elements(node: cst.Tuple | cst.List) -> str:
    texts = []
    for element in node.elements:
        if not isinstance(element, cst.Element):
            raise _Other
        texts.append(f"{_write(element.value)}{_comma(element.comma)}")
    return "".join(texts)


def _list(node: cst.List) -> str:
    inside = f"{_space(node.lbracket.whitespace_after)}{_elements(node)}{_space(node.rbracket.whitespace_before)}"
    return f"[{inside}]"


_SIGNS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.MatrixMultiply: "@",
    cst.Minus: "-",
}


def _binary(node: cst.BinaryOperation) -> str:
    operator: Any = node.operator
    sign = _SIGNS.get(type(operator))
    if sign is None:
        raise _Other
    middle = f"{_space(operator.whitespace_before)}{sign}{_space(operator.whitespace_after)}"
    return f"{_write(node.left)}{middle}{_write(node.right)}"


def _unary(node: cst.UnaryOperation) -> str:
    sign = _SIGNS.get(type(node.operator))
    if sign is None:
        raise _Other
    return f"{sign}{_space(node.operator.whitespace_after)}{_write(node.expression)}"


_WRITERS: dict[type[cst.CSTNode], _Writer] = {
    **dict.fromkeys((cst.Name, cst.Integer, cst.Float, cst.SimpleString), _value),
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Subscript: _subscript,
    cst.Index: _index,
    cst.Slice: _slice,
    cst.Tuple: _elements,
    cst.List: _list,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
}
