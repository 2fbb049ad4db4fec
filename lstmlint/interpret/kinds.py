"""Questions for the kind of a value: `isinstance(x, tuple)`, `torch.is_tensor(x)`, `type(x) is tuple`."""

from __future__ import annotations

import libcst as cst

from lstmlint.interpret.definitions import ancestry
from lstmlint.interpret.ops.trail import is_array
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.lean import dataclass
from lstmlint.values import (
    NONE,
    Class,
    Const,
    DictRef,
    External,
    Instance,
    Layer,
    ListRef,
    Num,
    Packed,
    Tensor,
    Tuple,
    Value,
)

TENSOR = External("torch.Tensor")
IS_TENSOR = frozenset({"torch.is_tensor", "tf.is_tensor"})
"""Functions that ask whether something is a tensor, be it one that torch makes or TensorFlow."""
_BUILTIN: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float,), "str": (str,), "bool": (bool,)}
_CONTAINERS = ("list", "tuple", "dict", "Tensor", "PackedSequence", "ndarray")


@dataclass(frozen=True)
class Question:
    """Whether what an expression gives is of one of some kinds, or whether it is not."""

    subject: cst.BaseExpression
    kinds: tuple[Value, ...]
    is_negated: bool = False


def question(run: Run, frame: Frame, test: cst.BaseExpression) -> Question | None:
    """What a condition asks, if it asks for the kind of something."""
    if isinstance(test, cst.Comparison):
        return _by_type(run, frame, test)
    if not isinstance(test, cst.Call):
        return None
    if isinstance(test.func, cst.Name) and test.func.value == "isinstance" and len(test.args) == 2:
        return Question(test.args[0].value, _kinds(run, frame, test.args[1].value))
    name = test.func.attr if isinstance(test.func, cst.Attribute) else test.func
    if isinstance(name, cst.Name) and name.value == "is_tensor" and len(test.args) == 1:
        callee = run.evaluate(frame, test.func)
        is_known = isinstance(callee, External) and callee.path in IS_TENSOR
        return Question(test.args[0].value, (TENSOR,)) if is_known else None
    return None


def _by_type(run: Run, frame: Frame, test: cst.Comparison) -> Question | None:
    """`type(x) is tuple`, `type(x) != torch.Tensor`, `type(x) in (tuple, list)`; a number's type is left alone."""
    call, target = test.left, test.comparisons[0]
    if len(test.comparisons) > 1 or not isinstance(call, cst.Call) or len(call.args) != 1:
        return None
    if not isinstance(call.func, cst.Name) or call.func.value != "type":
        return None
    if not isinstance(target.operator, (cst.Is, cst.IsNot, cst.Equal, cst.NotEqual, cst.In, cst.NotIn)):
        return None
    kinds = _kinds(run, frame, target.comparator)
    if not all(isinstance(kind, External) and _name(kind) not in ("int", "bool") for kind in kinds):
        return None
    return Question(call.args[0].value, kinds, isinstance(target.operator, (cst.IsNot, cst.NotEqual, cst.NotIn)))


def _kinds(run: Run, frame: Frame, node: cst.BaseExpression) -> tuple[Value, ...]:
    value = run.evaluate(frame, node)
    if isinstance(value, ListRef):
        return run.world.items(value)
    return value.items if isinstance(value, Tuple) else (value,)


def is_any(run: Run, value: Value, kinds: tuple[Value, ...]) -> bool | None:
    """Whether a value is an instance of one of some classes, as far as that is known."""
    answers = [is_instance(run, value, kind) for kind in kinds]
    return True if True in answers else (None if None in answers else False)


def _name(kind: External) -> str:
    return kind.path.rpartition(".")[2]


def is_instance(run: Run, value: Value, kind: Value) -> bool | None:
    """Whether a value is an instance of a class, as far as both are known."""
    if isinstance(kind, External):
        return _is_of_library(value, kind)
    if isinstance(kind, Class) and isinstance(value, Instance):
        return kind in ancestry(run, value.cls) or None
    return None


def _is_of_library(value: Value, kind: External) -> bool | None:
    name = _name(kind)
    if isinstance(value, Const) and name in _BUILTIN:
        return isinstance(value.value, _BUILTIN[name])
    if isinstance(value, Num) and name in ("int", "float", "str", "tuple", "list"):
        return name == "int"
    if isinstance(value, Layer):
        return value.spec.path == kind.path or (None if name in ("Module", "Layer", "Model", "RNNBase") else False)
    if isinstance(value, Tuple):
        return name == "tuple"
    if isinstance(value, Packed):
        return None if name == "tuple" else name == "PackedSequence"  # derives from tuple, but its type is another
    if name in _CONTAINERS:
        return _is_container(value, name)
    if isinstance(value, (ListRef, DictRef)) and name in _BUILTIN:
        return False
    return False if value == NONE else None


def _is_container(value: Value, name: str) -> bool | None:
    if isinstance(value, Tensor) and (name == "ndarray" or is_array(value)):
        return name == "ndarray" if is_array(value) else None  # whose it is, is not known of every tensor
    own = {Tensor: "Tensor", ListRef: "list", DictRef: "dict", Const: ""}.get(type(value))
    return None if own is None else own == name
