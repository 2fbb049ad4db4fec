"""Expression statements that throw away what they were written for: a tensor's method that changes nothing in place."""

from __future__ import annotations

import libcst as cst

from lstmlint.events import Discarded
from lstmlint.interpret.ops.trail import is_array
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.values import External, OpenTensor, Tensor, Unknown, Value

_MOVING = """view reshape view_as reshape_as permute transpose swapaxes swapdims movedim t squeeze unsqueeze flatten
    unflatten flip roll expand expand_as repeat repeat_interleave"""
_COMPUTING = """masked_fill masked_scatter index_fill clamp clip add sub mul div softmax log_softmax relu sigmoid tanh
    exp log sqrt neg round"""
_CONVERTING = "detach contiguous to cuda cpu float double half long int type"
METHODS = frozenset(f"{_MOVING} {_COMPUTING} {_CONVERTING}".split())
"""Methods of torch's tensors that return the result and leave the tensor as it is."""
FUNCTIONS = frozenset(
    [f"torch.{name}" for name in f"{_MOVING} {_COMPUTING} cat stack".split()]
    + [f"torch.nn.functional.{name}" for name in ("relu", "softmax", "log_softmax", "normalize", "pad", "dropout")]
)
"""Functions of torch that return the result and leave their arguments as they are."""
_IN_PLACE = frozenset(("out", "inplace"))


def note_discard(run: Run, frame: Frame, node: cst.BaseExpression) -> None:
    """Tells of a call whose result a statement drops, where the call does nothing else."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, (cst.Attribute, cst.Name)):
        return
    if any(arg.keyword is not None and arg.keyword.value in _IN_PLACE for arg in node.args):
        return
    name = _dropped(run, frame, node.func)
    if name:
        run.world.emit(Discarded(place=run.at(frame, node), name=name))


def _dropped(run: Run, frame: Frame, function: cst.Attribute | cst.Name) -> str:
    """The name of a function whose only effect is its result; empty for any other."""
    if isinstance(function, cst.Attribute) and function.attr.value in METHODS and _is_simple(function.value):
        owner = run.evaluate(frame, function.value)
        if not isinstance(owner, External):
            return function.attr.value if _is_tensor(run, owner) else ""
    if not _is_simple(function):
        return ""
    found = run.evaluate(frame, function)
    return found.path if isinstance(found, External) and found.path in FUNCTIONS else ""


def _is_simple(node: cst.BaseExpression) -> bool:
    """True for a dotted name, which may be looked at twice."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def _is_tensor(run: Run, value: Value) -> bool:
    """True for what is surely a torch tensor."""
    if isinstance(value, Unknown):
        return isinstance(run.world.tensor(value), Tensor)
    return isinstance(value, (Tensor, OpenTensor)) and not is_array(value)
