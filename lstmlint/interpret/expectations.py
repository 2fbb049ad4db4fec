"""What a test expects to go wrong, or to differ: what is built and called only there is wrong on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst

from lstmlint.events import Called
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.source import Place
from lstmlint.syntax.parse import NodePlace
from lstmlint.values import Tensor, Tuple, Value

_NAMES = """raises warns deprecated_call assertRaises assertRaisesRegex assertWarns assertWarnsRegex assert_raises
    assert_raises_regex assert_warns"""
_TROUBLE = frozenset(_NAMES.split())
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
def in_trouble(run: Run) -> Iterator[None]:
    """Forgets what is said inside."""
    events, claims = len(run.world.events), len(run.world.claims)
    yield
    del run.world.events[events:], run.world.claims[claims:]


@contextmanager
def in_difference(run: Run, frame: Frame, expression: cst.BaseExpression) -> Iterator[None]:
    """Forgets what an expression says, and the calls of layers whose outputs it compares.

    What the functions say that are called on the way stays: they may be called elsewhere, too.
    """
    yield
    world, depth = run.world, len(run.world.inside)
    nodes = set(_nodes(expression))
    names = {node.value for node in nodes if isinstance(node, cst.Name)}
    compared = {_output_axis(frame.variables.get(name)) for name in names} - {None}
    places = {
        each.place
        for each in world.events
        if isinstance(each, Called) and len(each.inside) == depth and _output_axis(each.result) in compared
    }

    def is_on_purpose(place: Place) -> bool:
        return place in places or (isinstance(place, NodePlace) and place.node in nodes)

    world.events[:] = [each for each in world.events if len(each.inside) != depth or not is_on_purpose(each.place)]
    world.claims[:] = [each for each in world.claims if not is_on_purpose(each.place)]


def _output_axis(value: Value | None) -> int | None:
    """The identity of the last axis of a tensor, or of the output in a layer's result: each call makes a new one."""
    output = value.items[0] if isinstance(value, Tuple) and value.layer is not None and value.items else value
    return output.axes[-1].id if isinstance(output, Tensor) and output.axes else None


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
