"""What a test expects to go wrong, or to differ: what is built and called only there is wrong on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

from lstmlint.interpret.run import Run
from lstmlint.syntax.parse import NodePlace

_TROUBLE = frozenset((
    "raises",
    "warns",
    "deprecated_call",
    "assertRaises",
    "assertRaisesRegex",
    "assertWarns",
    "assertWarnsRegex",
    "assert_raises",
    "assert_raises_regex",
    "assert_warns",
))
"""Context managers of pytest, unittest and numpy whose body is to raise or to warn."""
_SAME = frozenset(["allclose", "isclose", "equal", "array_equal", "array_equiv"])
_DIFFERENT = frozenset(["assertNotEqual", "assertNotAlmostEqual", "assertNotAllClose", "assertNotAllEqual"])


def expects_trouble(manager: cst.BaseExpression) -> bool:
    """True for `pytest.raises(...)`, `self.assertWarns(...)` and their kin."""
    return _name(manager.func if isinstance(manager, cst.Call) else manager) in _TROUBLE


def expects_difference(node: cst.BaseExpression) -> bool:
    """True for what is asserted of two tensors that are to differ: `not torch.allclose(a, b)`, `assertFalse(...)`."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return _compares(node.expression, cst.Equal)
    if isinstance(node, cst.Call):
        name = _name(node.func)
        if name == "assertFalse":
            return bool(node.args) and _compares(node.args[0].value, cst.Equal)
        return name in _DIFFERENT or (name == "any" and _compares(_subject(node), cst.NotEqual))
    return False


@contextmanager
def on_purpose(run: Run, expression: cst.BaseExpression | None = None) -> Iterator[None]:
    """Forgets what is said inside: all of it, or what an expression says itself and not the functions that it calls."""
    world = run.world
    events, claims, depth = len(world.events), len(world.claims), len(world.inside)
    yield
    nodes = set() if expression is None else set(_nodes(expression))
    world.events[events:] = [each for each in world.events[events:] if nodes and len(each.inside) > depth]
    world.claims[claims:] = [
        each for each in world.claims[claims:] if isinstance(each.place, NodePlace) and each.place.node not in nodes
    ] if nodes else []


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _name(function: cst.BaseExpression) -> str:
    """The last part of a dotted name."""
    name = function.attr if isinstance(function, cst.Attribute) else function
    return name.value if isinstance(name, cst.Name) else ""


def _compares(node: cst.BaseExpression | None, operator: type[cst.BaseCompOp]) -> bool:
    """True for a comparison of whole tensors, whatever makes one truth of it."""
    if isinstance(node, cst.Comparison):
        return len(node.comparisons) == 1 and isinstance(node.comparisons[0].operator, operator)
    if not isinstance(node, cst.Call):
        return False
    name = _name(node.func)
    return name in _SAME or (name in ("all", "bool", "item") and _compares(_subject(node), operator))


def _subject(call: cst.Call) -> cst.BaseExpression | None:
    """What `torch.all(a == b)` or `(a == b).all()` is about."""
    if call.args:
        return call.args[0].value
    return call.func.value if isinstance(call.func, cst.Attribute) else None
