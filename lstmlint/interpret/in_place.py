"""Methods that change their tensor (`x.unsqueeze_(0)`, `h.zero_()`): the variable they are called on gets the result.

Other names of the same tensor keep what they were: values have no identity.
"""

from __future__ import annotations

import libcst as cst

from lstmlint.interpret.assignment import set_attribute
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.values import External, Method, OpenTensor, Tensor, Unknown, Value

_MOVING = frozenset(f"{name}_" for name in ("unsqueeze", "squeeze", "transpose", "t", "swapaxes", "swapdims", "resize"))
"""Methods that leave the tensor with other axes."""
_REFILLING = frozenset(f"{name}_" for name in ("normal", "uniform", "random", "exponential", "log_normal", "bernoulli"))
"""Methods that fill a tensor at random, as one does once with a weight: that says nothing of how it is used."""
_FILLING = frozenset(f"torch.nn.init.{name}_" for name in ("zeros", "ones", "constant", "eye", "dirac"))
"""Functions that fill their first argument with known entries."""


def note_change(run: Run, frame: Frame, node: cst.Call, callee: Value, result: Value) -> None:
    """Binds what was called on, or given, to the result of a call that changes it in place."""
    if isinstance(callee, Method) and callee.name.endswith("_") and isinstance(node.func, cst.Attribute):
        if _is_changed(callee, result):
            _rebind(run, frame, _root(node.func.value), result)
    elif isinstance(callee, External) and callee.path in _FILLING and node.args and isinstance(result, Tensor):
        _rebind(run, frame, node.args[0].value, result)


def _is_changed(callee: Method, result: Value) -> bool:
    """True where a method surely works on a tensor and says what becomes of it."""
    if callee.name in _MOVING:
        return isinstance(callee.owner, (Tensor, OpenTensor, Unknown))
    if callee.name in _REFILLING or not isinstance(callee.owner, Tensor) or not isinstance(result, Tensor):
        return False
    return [axis.id for axis in result.axes] == [axis.id for axis in callee.owner.axes]


def _root(node: cst.BaseExpression) -> cst.BaseExpression:
    """The variable behind a chain of such methods: `x` in `x.squeeze_(0).t_()`."""
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value.endswith("_"):
        node = node.func.value
    return node


def _rebind(run: Run, frame: Frame, node: cst.BaseExpression, value: Value) -> None:
    if isinstance(node, cst.Name):
        scope = frame.module if node.value in frame.globals else frame
        if node.value in scope.variables:
            scope.variables[node.value] = value
    elif isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
        set_attribute(run, run.evaluate(frame, node.value), node.attr.value, value)
