"""What a loop or an unpacking gets out of a value: known elements one by one, or a sample of an unknown number."""

from __future__ import annotations

from lstmlint.interpret.containers import keys_of
from lstmlint.interpret.contents import content_of
from lstmlint.interpret.ops.indexing import index
from lstmlint.interpret.registry import OPERATIONS, Call
from lstmlint.interpret.run import Run
from lstmlint.sizes import Opaque, Size
from lstmlint.source import Place
from lstmlint.values import (
    DictRef,
    Instance,
    Layer,
    ListRef,
    Num,
    OneOf,
    OpenTensor,
    Partial,
    Shape,
    Tensor,
    Tuple,
    Unknown,
    Value,
)
from lstmlint.weights import EACH, Weight

UNROLLED = 8
"""Loops over up to this many known elements are run element by element."""


def elements(run: Run, source: Value, place: Place) -> tuple[list[Value], bool]:
    """The elements that iterating a value gives, and whether that is all of them (else they are a sample)."""
    world = run.world
    source = content_of(run, source, "__iter__")
    if isinstance(source, Tuple):
        return list(source.items), True
    if isinstance(source, ListRef):
        return list(world.items(source)), not world.is_open(source)
    if isinstance(source, DictRef):
        keys = keys_of(world, source)
        return keys or [world.unknown()], bool(keys) and not world.is_open_dict(source)
    if isinstance(source, Weight):
        return [source.item(EACH)], False
    if isinstance(source, Shape):
        tensor = world.tensor(source.of)
        if isinstance(tensor, Tensor):
            return [Num(axis.size, axis.id) for axis in tensor.axes], True
    if isinstance(source, (Tensor, OpenTensor)):
        return [_along_first(run, source, place)], False
    if isinstance(source, (Layer, Instance, Partial)):
        found = special(run, source, "__iter__", place)
        return elements(run, found, place) if isinstance(found, (ListRef, Tuple)) else ([found], False)
    if isinstance(source, OneOf):
        return _alternatives(run, source, place), False
    if isinstance(source, Unknown):
        if world.rank(source.root) is not None:
            return [_along_first(run, source, place)], False
        return [world.unknown("element", source.root)], False
    return [world.unknown()], False


def _alternatives(run: Run, source: OneOf, place: Place) -> list[Value]:
    found = [item for _, choice in source.choices for item in elements(run, choice, place)[0]]
    return list(dict.fromkeys(found)) or [run.world.unknown()]


def _along_first(run: Run, source: Value, place: Place) -> Value:
    """One entry of a tensor along its first axis, as a loop over the tensor gives it."""
    tensor = run.world.tensor(source)
    if tensor is None:
        return run.world.unknown()
    step = Num(Size.symbol(Opaque(("step", run.world.number()))))
    return index(run.world, tensor, (step,), place, place.text)


def unpack_starred(run: Run, value: Value, place: Place) -> tuple[list[Value], bool]:
    """What `*value` adds to a call or display, and whether that is all of it."""
    value = content_of(run, value, "__iter__")
    if isinstance(value, (Tuple, ListRef, Shape)):
        found, closed = elements(run, value, place)
        return (found, True) if closed else (found, False)
    return [], False


def special(run: Run, owner: Value, name: str, place: Place, *args: Value) -> Value:
    """Calls a special method (`__iter__`, `__getitem__`) of a layer or object, where anybody knows it."""
    if isinstance(owner, Layer):
        for path in (owner.spec.path, f"{owner.spec.framework}.Layer"):
            operation = OPERATIONS.get(f"{path}.{name}")
            if operation is not None:
                return operation(run.world, Call(f"{path}.{name}", (owner, *args), {}, place))
        return run.world.unknown()
    if isinstance(owner, Instance):
        return run.call_method(owner, name, Call(name, args, {}, place))
    return run.world.unknown()
