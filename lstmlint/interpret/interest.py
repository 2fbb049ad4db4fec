"""What is worth running though nobody calls it: what may meet a recurrent layer of the object it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from lstmlint.interpret.attributes import stored_attributes
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame, FunctionInfo
from lstmlint.triage import LAYERS
from lstmlint.values import (
    Bound,
    DictRef,
    Function,
    Instance,
    Layer,
    ListRef,
    OneOf,
    Packed,
    Partial,
    Tensor,
    Tuple,
    Value,
)

_NAMES = re.compile(r"[^\W\d]\w*")
_ITSELF = frozenset({"forward", "call", "super", "__call__"})
"""Words by which a method calls the object, beside `self(...)`, or what the object derives from."""
_RECURRENT = (*(name.decode() for name in LAYERS), "Bidirectional", "TimeDistributed", "Sequential", "Model")
"""Parts of the names of layers that are recurrent or hold other layers."""


def concerned_methods(run: Run, owner: Instance, methods: list[Function], involved: frozenset[str]) -> list[Function]:
    """Those of an object's methods that name a recurrent layer, what holds one, or a method that does.

    `involved` are the definitions of the file that involve a recurrent layer.
    """
    wanted = involved | holding_attributes(run, owner) | _ITSELF
    found = {method for method in methods if _is_concerned(run, method, wanted)}
    users: dict[str, list[Function]] = {method.name: [] for method in methods}
    for method in methods:
        for name in _words(run, method) & users.keys():
            users[name].append(method)
    pending = list(found)
    while pending:
        news = set(users[pending.pop().name]) - found
        found |= news
        pending += news
    return [method for method in methods if method in found]


def handed_out(run: Run) -> Iterator[FunctionInfo]:
    """The functions inside functions that nobody has called, if they name a recurrent layer or what holds one.

    They were given to something that is not followed: an optimiser's step, a trainer, a hook.
    """
    for info in list(run.functions.values()):
        if info.node is None or info.ident in run.entered or info.closure.file is not run.frames[0].file:
            continue
        if isinstance(info.node, cst.FunctionDef) and info.owner is None and info.closure.parent is not None:
            text = "" if info.unit is None else info.unit.text(info.node)
            if any(_holds(run, value, set()) for value in _mentioned(info, text)):
                yield info


def _mentioned(info: FunctionInfo, text: str) -> Iterator[Value]:
    """What a function's text names of the variables around it."""
    scope: Frame | None = info.closure
    words = frozenset(_NAMES.findall(text))
    while scope is not None:
        yield from (value for name, value in scope.variables.items() if name in words)
        scope = scope.parent


def _words(run: Run, method: Function) -> frozenset[str]:
    info = run.function(method)
    return frozenset() if info.entry is None else info.closure.file.words(info.entry.lines)


def _is_concerned(run: Run, method: Function, wanted: frozenset[str]) -> bool:
    info = run.function(method)
    if info.entry is None or not _words(run, method).isdisjoint(wanted):
        return True
    file, lines = info.closure.file, info.entry.lines
    return "self(" in file.text(lines) or file.names_recurrent(lines)


def holding_attributes(run: Run, owner: Instance) -> frozenset[str]:
    """The attributes of an object that are, hold or may hold a recurrent layer, or what came out of one."""
    attributes = stored_attributes(run, owner)
    return frozenset(name for name, value in attributes.items() if _holds(run, value, {owner.address}))


def _holds(run: Run, value: Value, seen: set[int]) -> bool:
    """True also for layers that may hold others: what a Sequential or a model is made of may be unknown."""
    if isinstance(value, Layer):
        return _is_recurrent(value) or any(_holds(run, inner, seen) for inner in value.inner)
    if isinstance(value, Tensor):
        return value.state is not None
    if isinstance(value, (Tuple, OneOf)):
        return any(_holds(run, inner, seen) for inner in _inside(value))
    if isinstance(value, (Instance, ListRef, DictRef)):
        if value.address in seen:
            return False
        seen.add(value.address)
        return any(_holds(run, inner, seen) for inner in _stored(run, value))
    return isinstance(value, (Packed, Bound, Partial))


def _is_recurrent(layer: Layer) -> bool:
    return any(part in layer.spec.name for part in _RECURRENT)


def _inside(value: Tuple | OneOf) -> tuple[Value, ...]:
    return value.items if isinstance(value, Tuple) else tuple(inner for _, inner in value.choices)


def _stored(run: Run, value: Instance | ListRef | DictRef) -> tuple[Value, ...]:
    if isinstance(value, ListRef):
        return run.world.items(value)
    if isinstance(value, DictRef):
        return tuple(run.world.entries(value).values())
    return tuple(stored_attributes(run, value).values())
