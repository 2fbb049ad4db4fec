"""Python's own functions, as far as model code uses them to build layers and to walk over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lstmlint.interpret.building import some_member
from lstmlint.interpret.conditions import truth
from lstmlint.interpret.containers import list_items, new_set, set_named
from lstmlint.interpret.counting import count_of
from lstmlint.interpret.iteration import elements
from lstmlint.interpret.iterators import ITERATORS, copied, slice_of
from lstmlint.interpret.keras.arrays import gathered
from lstmlint.interpret.kinds import IS_TENSOR, TENSOR, is_instance
from lstmlint.interpret.loops import note_origin
from lstmlint.interpret.records import as_dictionary, attributes_of
from lstmlint.interpret.registry import Call, Operation
from lstmlint.interpret.run import Run
from lstmlint.interpret.shapes import axis_at, size_of
from lstmlint.interpret.torch.parameters import attribute_slot, by_name, note_write, text_of
from lstmlint.sizes import Opaque, Size
from lstmlint.values import (
    ANY,
    NONE,
    Const,
    DictRef,
    External,
    Instance,
    ListRef,
    Num,
    OpenTensor,
    Partial,
    Shape,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_int,
    as_size,
    is_assumed,
)
from lstmlint.world import World

_OF_CHECKPOINT = ("use_reentrant", "context_fn", "determinism_check", "debug", "early_stop", "preserve_rng_state")
"""The arguments of torch.utils.checkpoint.checkpoint itself (torch 2.13)."""


def library(run: Run) -> dict[str, Operation]:
    """The builtins as operations that know their run."""
    table: dict[str, Callable[[Run, Call], Value]] = {
        **ITERATORS,
        "builtins.len": _len,
        "builtins.slice": _slice,
        "builtins.list": _list,
        "builtins.tuple": _to_tuple,
        "builtins.sorted": _list,
        "builtins.set": _set,
        "builtins.dict": _dict,
        "collections.OrderedDict": _dict,
        "collections.defaultdict": _open_dict,
        "types.SimpleNamespace": _namespace,
        "argparse.Namespace": _namespace,
        "dataclasses.field": _field,
        "dataclasses.asdict": as_dictionary,
        "attrs.asdict": as_dictionary,
        "attr.asdict": as_dictionary,
        "builtins.vars": attributes_of,
        "builtins.int": _int,
        "builtins.float": _float,
        "builtins.bool": _bool,
        "builtins.str": _string,
        "builtins.min": _extreme,
        "builtins.max": _extreme,
        "builtins.getattr": _getattr,
        "builtins.setattr": _setattr,
        "builtins.hasattr": _hasattr,
        "builtins.isinstance": _isinstance,
        **dict.fromkeys(IS_TENSOR, _isinstance),
        "builtins.callable": _unknown,
        "functools.partial": _partial,
        "torch.utils.checkpoint.checkpoint": _checkpoint,
        "copy.copy": copied,
        "copy.deepcopy": copied,
        "typing.cast": _second,
        "tqdm.tqdm": _first,
        "tqdm.auto.tqdm": _first,
        "tqdm.notebook.tqdm": _first,
    }
    return {name: _with(run, function) for name, function in table.items()}


def _with(run: Run, function: Callable[[Run, Call], Value]) -> Operation:
    def operate(world: World, call: Call) -> Value:
        found = function(run, call)
        note_origin(world, found, call)
        return found

    return operate


def _first(run: Run, call: Call) -> Value:
    return call.args[0] if call.args else run.world.unknown()


def _second(run: Run, call: Call) -> Value:
    return call.args[1] if len(call.args) > 1 else run.world.unknown()


def _unknown(run: Run, call: Call) -> Value:
    return run.world.unknown()


def _len(run: Run, call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, (Tuple, ListRef, DictRef)):
        items, more = list_items(run.world, value)
        length = count_of(run.world, value) or Size.symbol(Opaque(("length of list", value)))
        return Num(length) if more else Const(len(items), call.place)
    if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
        return Const(len(value.value))
    tensor = run.world.tensor(value) if isinstance(value, (Tensor, OpenTensor, Unknown)) else None
    if tensor is not None:
        axis = axis_at(tensor, 0)
        return Num(Size.symbol(Opaque(("length", value)))) if axis is None else size_of(axis)
    if isinstance(value, Shape):
        inner = run.world.tensor(value.of)
        return Const(len(inner.axes)) if isinstance(inner, Tensor) else run.world.unknown()
    return run.world.unknown()


def _slice(run: Run, call: Call) -> Value:
    return slice_of(call.args[:3]) if call.args else run.world.unknown()


def _list(run: Run, call: Call) -> Value:
    if not call.args:
        return run.world.new_list(())
    items, closed = elements(run, call.args[0], call.place)
    array = gathered(items)
    if array is not None:
        return array
    found = run.world.new_list(items, open_ended=not closed, length=count_of(run.world, call.args[0]))
    if call.name == "builtins.list" and isinstance(call.args[0], ListRef) and call.args[0].address in run.world.unbound:
        run.world.unbound[found.address] = run.world.unbound[call.args[0].address]
    return found


def _to_tuple(run: Run, call: Call) -> Value:
    if not call.args:
        return Tuple(())
    source = call.args[0]
    items, closed = elements(run, source, call.place)
    if closed:
        layer, part = (source.layer, source.part) if isinstance(source, Tuple) else (None, "")
        return Tuple(tuple(items), layer, part)
    return gathered(items) or run.world.new_list(items, open_ended=True, length=count_of(run.world, source))


def _set(run: Run, call: Call) -> Value:
    items, closed = elements(run, call.args[0], call.place) if call.args else ([], True)
    return new_set(run.world, items, closed)


def _dict(run: Run, call: Call) -> Value:
    entries: dict[object, Value] = {}
    more = call.open_ended
    source = call.arg(0)
    named = None if source is None or call.kwargs else by_name(run.world, source)
    if named is not None:
        return named
    if isinstance(source, DictRef):
        entries.update(run.world.entries(source))
        more = more or run.world.is_open_dict(source)
    elif source is not None:
        pairs, closed = elements(run, source, call.place)
        more = more or not closed
        for pair in pairs:
            if isinstance(pair, Tuple) and len(pair.items) == 2 and isinstance(pair.items[0], Const):
                entries[pair.items[0].value] = pair.items[1]
            else:
                more = True
    entries.update(call.kwargs)
    return run.world.new_dict(entries, more)


def _open_dict(run: Run, call: Call) -> Value:
    return run.world.new_dict({}, open_ended=True)


def _field(run: Run, call: Call) -> Value:
    """The default of a dataclass's field. One made by a factory is made once here, as nobody compares identities."""
    factory = call.kwargs.get("default_factory")
    if factory is not None:
        return run.call(factory, Call("default_factory", (), {}, call.place))
    return call.kwargs.get("default") or run.world.unknown()


def _namespace(run: Run, call: Call) -> Value:
    return run.world.new_dict(dict(call.kwargs), call.open_ended)


def _int(run: Run, call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, Const):
        try:
            return Const(int(value.value), value.place, value.assumed)
        except (TypeError, ValueError):
            return run.world.unknown()
    if isinstance(value, Num):
        return value
    return run.world.unknown("int", value.root) if isinstance(value, Unknown) else run.world.unknown()


def _float(run: Run, call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(float(value.value), value.place, value.assumed)
    return Num(Size.symbol(Opaque(("float", run.world.unknown().root))))


def _bool(run: Run, call: Call) -> Value:
    verdict = truth(call.args[0]) if call.args else False
    return run.world.unknown() if verdict is None else Const(verdict, call.place)


def _string(run: Run, call: Call) -> Value:
    value = call.arg(0)
    if isinstance(value, Const):
        return Const(str(value.value))
    number = None if value is None else as_int(value)
    return run.world.unknown() if number is None else Const(str(number))


def _extreme(run: Run, call: Call) -> Value:
    values: tuple[Value, ...] = call.args
    if len(values) == 1:
        values, more = list_items(run.world, values[0])
        if more:
            return run.world.unknown()
    numbers = [value.value for value in values if isinstance(value, Const) and isinstance(value.value, (int, float))]
    choose = min if call.name.endswith("min") else max
    if numbers and len(numbers) == len(values):
        return Const(choose(numbers), call.place, any(is_assumed(value) for value in values))
    sizes = [as_size(value) for value in values]
    if all(size is not None for size in sizes) and not any(isinstance(value, Unknown) for value in values):
        return Num(Size.symbol(Opaque((call.name, tuple(sizes)))))
    return run.world.unknown()


def _getattr(run: Run, call: Call) -> Value:
    owner, name = call.arg(0), call.arg(1)
    slot = None if owner is None or isinstance(name, Const) else attribute_slot(run.world, owner, text_of(name) or "")
    if slot is not None:
        return run.world.unknown("attribute", slot.owner, slot.name)
    if owner is None or not isinstance(name, Const) or not isinstance(name.value, str):
        if isinstance(owner, External) and len(call.args) == 2:
            return some_member(run.world, owner.path)
        stored = run.world.heap.get(owner.address) if isinstance(owner, Instance) else None
        return stored[ANY] if isinstance(stored, dict) and ANY in stored else run.world.unknown()
    found = run.attribute(owner, name.value, call.place)
    default = call.arg(2)
    return default if default is not None and isinstance(found, Unknown) and isinstance(owner, Instance) else found


def _setattr(run: Run, call: Call) -> Value:
    owner, name, value = call.arg(0), call.arg(1), call.arg(2)
    if owner is not None and run.world.ports:
        note_write(run.world, attribute_slot(run.world, owner, text_of(name) or ""), value, call.place)
    if isinstance(owner, Instance) and value is not None:
        set_named(run.world, owner, name, value)
    return NONE


def _hasattr(run: Run, call: Call) -> Value:
    owner, name = call.arg(0), call.arg(1)
    stored = run.world.heap.get(owner.address) if isinstance(owner, Instance) else None
    if isinstance(stored, dict) and isinstance(name, Const) and name.value in stored:
        return Const(True, call.place)
    return run.world.unknown()


def _isinstance(run: Run, call: Call) -> Value:
    value, kind = call.arg(0), TENSOR if call.name in IS_TENSOR else call.arg(1)
    verdict = is_instance(run, value, kind) if value is not None and kind is not None else None
    return run.world.unknown() if verdict is None else Const(verdict, call.place)


def _checkpoint(run: Run, call: Call) -> Value:
    """Calls what it is given, to compute it once more behind the backward pass."""
    if not call.args:
        return run.world.unknown()
    kwargs = {name: value for name, value in call.kwargs.items() if name not in _OF_CHECKPOINT}
    return run.call(call.args[0], replace(call, args=call.args[1:], kwargs=kwargs, texts=call.texts[1:]))


def _partial(run: Run, call: Call) -> Value:
    if not call.args:
        return run.world.unknown()
    return Partial(call.args[0], call.args[1:], tuple(call.kwargs.items()), call.place)
