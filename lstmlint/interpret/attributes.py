"""Attributes of every kind of value: objects of the program, classes, libraries, tensors, layers, containers."""

from __future__ import annotations

from lstmlint.catalogue.torch_recurrent import CELL_FAMILIES, RECURRENT_FAMILIES
from lstmlint.interpret.contents import CONTENT
from lstmlint.interpret.definitions import ancestry, library_bases
from lstmlint.interpret.joins import known_choices
from lstmlint.interpret.keras.arrays import array_attribute, of_attribute
from lstmlint.interpret.keras.functional import attribute as model_end
from lstmlint.interpret.ops.trail import STATE
from lstmlint.interpret.registry import OPERATIONS, Call
from lstmlint.interpret.run import ATTRIBUTES, Run, handles
from lstmlint.interpret.scope import ClassInfo, Frame
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.versions import note_attribute
from lstmlint.names.canonical import canonical
from lstmlint.source import Place
from lstmlint.values import (
    ALWAYS,
    ANY,
    NONE,
    Bound,
    Class,
    Const,
    DictRef,
    External,
    Function,
    Instance,
    Layer,
    ListRef,
    Method,
    Num,
    OneOf,
    OpenTensor,
    Packed,
    Partial,
    Shape,
    Super,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_bool,
)
from lstmlint.weights import Weight

LAYER = "<layer>"
"""The attribute that holds the library layer which an object of a derived class is."""
TUPLE_METHODS = frozenset({"index", "count", "_fields", "_asdict"})
_KEEP_FLAGS = RECURRENT_FAMILIES | CELL_FAMILIES
PLAIN = frozenset({"device", "dtype", "requires_grad", "is_cuda", "itemsize", "layout"})


@handles(ATTRIBUTES, External)
def _library(run: Run, owner: External, name: str, place: Place) -> Value:
    note_attribute(run, f"{owner.path}.{name}", place)
    return External(canonical(f"{owner.path}.{name}"))


@handles(ATTRIBUTES, Instance)
def _instance(run: Run, owner: Instance, name: str, place: Place) -> Value:
    run.world.reads.add(name)
    found = instance_attribute(run, owner, name, place)
    if found is not None:
        return found
    if name == "__dict__":
        return run.library["builtins.vars"](run.world, Call("builtins.vars", (owner,), {}, place))
    for base in library_bases(run, owner.cls):
        if known_method(base, name) is not None:
            return Method(owner, name)
    stored = stored_attributes(run, owner)
    content, inner = stored.get(CONTENT), stored.get(LAYER)
    if content is not None and f"{'dict' if isinstance(content, DictRef) else 'list'}.{name}" in OPERATIONS:
        return Method(content, name)
    if inner is not None:
        return run.attribute(inner, name, place)
    return run.world.unknown("attribute", run.cls(owner.cls).ident, owner.address, name)


def known_method(base: str, name: str) -> str | None:
    """The operation that stands for a method of a library class; torch modules and Keras layers share theirs."""
    framework = "torch.nn.Module" if base.startswith(("torch.nn", "lightning")) else "keras.Layer"
    return next((path for path in (f"{base}.{name}", f"{framework}.{name}") if path in OPERATIONS), None)


def stored_attributes(run: Run, owner: Instance) -> dict[str, Value]:
    """What was assigned to an object's attributes so far."""
    stored = run.world.heap.get(owner.address)
    return stored if isinstance(stored, dict) else {}


def keeps_state(run: Run, owner: Instance) -> bool:
    """True where an object has kept a recurrent layer's state, which it may start from when it is called again."""
    kept = [inner for value in stored_attributes(run, owner).values() for inner in _inside(value)]
    return any(isinstance(value, Tensor) and value.noted(STATE) for value in kept)


def _inside(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Tuple) else (value,)


def instance_attribute(run: Run, owner: Instance, name: str, place: Place) -> Value | None:
    """An attribute of an object: assigned, from its class, or a bound method; None where nobody defines it."""
    stored = stored_attributes(run, owner)
    if name in stored:
        return stored[name]
    if name == "__class__":
        return owner.cls
    found = class_attribute(run, owner.cls, name)
    if isinstance(found, Function):
        return bind(run, found, owner, place)
    if found is None and ANY in stored and not name.startswith("_"):
        return stored[ANY]
    return found


def bind(run: Run, function: Function, owner: Value, place: Place) -> Value:
    """A function of a class as an attribute of an object: a bound method, or what a property gives."""
    info = run.function(function)
    if info.is_property:
        return run.call(Bound(function, owner), Call(info.name, (), {}, place))
    if info.is_static or info.owner is None:
        return function
    return Bound(function, owner)


def own_method(run: Run, owner: Instance, name: str, given: int) -> Value | None:
    """A method of an object that the program defines for so many arguments, bound; None where it does not."""
    found = class_attribute(run, owner.cls, name)
    info = run.function(found) if isinstance(found, Function) else None
    parsed = None if info is None else info.syntax(run.syntax)
    if not isinstance(found, Function) or parsed is None or len(parsed[0].params.params) != given + 1:
        return None
    return Bound(found, owner)


def class_attribute(run: Run, cls: Class, name: str, after: Class | None = None) -> Value | None:
    """A method or class attribute of a class or its bases in the program; with `after`, behind that class only."""
    line = ancestry(run, cls)
    if after is not None and after in line:
        line = line[line.index(after) + 1 :]
    for ancestor in line:
        if isinstance(ancestor, Class):
            info = run.cls(ancestor)
            if name in info.methods:
                return info.methods[name]
            attributes = class_attributes(run, info)
            if name in attributes:
                return attributes[name]
    return None


def class_attributes(run: Run, info: ClassInfo) -> dict[str, Value]:
    """The class-level assignments of a class, run when first asked for."""
    if info.attributes is None:
        info.attributes = {}
        run.opened.append(info)
        frame = Frame(info.closure.file, info.unit, parent=info.closure, context=("class", info.ident))
        path, run.world.path = run.world.path, ALWAYS
        if info.entry is not None:
            for lines in info.entry.statements:
                unit = run.syntax.unit(info.closure.file.source, lines)
                if unit is not None:
                    frame.unit = unit
                    run.execute(frame, unit.statements)
        elif info.node is not None:
            run.execute(frame, [child for child in info.node.body.body if not hasattr(child, "decorators")])
        run.world.path = path
        info.attributes = frame.variables
        info.fields = tuple(name for name in frame.variables if not name.startswith("_"))
    return info.attributes


@handles(ATTRIBUTES, Class)
def _class(run: Run, owner: Class, name: str, place: Place) -> Value:
    if name == "__name__":
        return Const(owner.name)
    found = class_attribute(run, owner, name)
    if isinstance(found, Function) and run.function(found).is_class_method:
        return Bound(found, owner)
    if found is None:
        for base in library_bases(run, owner):
            return External(f"{base}.{name}")
    return run.world.unknown("attribute", run.cls(owner).ident, name) if found is None else found


@handles(ATTRIBUTES, Super)
def _super(run: Run, owner: Super, name: str, place: Place) -> Value:
    receiver = owner.owner
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    if isinstance(cls, Class):
        found = class_attribute(run, cls, name, owner.after)
        if isinstance(found, Function):
            return bind(run, found, receiver, place)
        if found is not None:
            return found
    return Method(owner, name)


@handles(ATTRIBUTES, Tensor, OpenTensor)
def _tensor(run: Run, owner: Tensor | OpenTensor, name: str, place: Place) -> Value:
    if name == "shape":
        return Shape(owner)
    if name in ("ndim", "T", "mT", "H", "mH", "data", "real", "imag", "grad") and f"Tensor.{name}" in OPERATIONS:
        return OPERATIONS[f"Tensor.{name}"](run.world, Call(f"Tensor.{name}", (owner,), {}, place))
    if name == "data":
        return owner
    if name == "ndim":
        return Const(len(owner.axes)) if isinstance(owner, Tensor) else run.world.unknown()
    if name in PLAIN:
        return run.world.unknown("plain", name)
    if name == "values":
        return owner
    return Method(owner, name)


@handles(ATTRIBUTES, Unknown)
def _unknown(run: Run, owner: Unknown, name: str, place: Place) -> Value:
    run.world.reads.add(name)
    tensor = run.world.tensor(owner)
    if isinstance(tensor, Tensor):
        return _tensor(run, tensor, name, place)
    if name == "shape":
        return Shape(owner)
    array = of_attribute(run.world, owner, name, place)
    if array is not None:
        return array
    if f"Tensor.{name}" in OPERATIONS and name not in ("data", "T"):
        return Method(owner, name)
    return run.world.unknown("attribute", owner.root, name)


@handles(ATTRIBUTES, Tuple)
def _tuple(run: Run, owner: Tuple, name: str, place: Place) -> Value:
    if name in TUPLE_METHODS or name.startswith("__"):
        return Method(owner, name)
    if owner.names and name in owner.names:
        return owner.items[owner.names.index(name)]
    if name in ("values", "indices") and len(owner.items) == 2:
        return owner.items[name == "indices"]
    needs_tensor(run.world, owner, place, f"used as a tensor in `{place.text}`")
    return run.world.unknown()


@handles(ATTRIBUTES, Packed)
def _packed(run: Run, owner: Packed, name: str, place: Place) -> Value:
    if f"Packed.{name}" in OPERATIONS:
        return Method(owner, name)
    if name == "data" and owner.of is None:
        entries = run.world.axes_of(("packed", owner.time.id), 1)
        return Tensor((*entries, *owner.features), owner.trail)
    return run.world.unknown("packed", owner.batch, owner.time, name)


@handles(ATTRIBUTES, Layer)
def _layer(run: Run, owner: Layer, name: str, place: Place) -> Value:
    known = known_method(owner.spec.path, name)
    if known is not None:
        return Method(owner, name)
    found = model_end(run.world, owner, name) or _argument(owner, name)
    if found is not None:
        return found
    if owner.spec.family == "dataset" and name == "tensors":
        return Tuple(owner.inner)
    if owner.spec.framework == "keras" and (array := of_attribute(run.world, owner, name, place)) is not None:
        return array
    alias = {"units": "units", "out_features": "out_features"}.get(name)
    found = owner.argument(alias) if alias else None
    return run.world.unknown("attribute", owner.id, name) if found is None else found


def _argument(owner: Layer, name: str) -> Value | None:
    """What a layer keeps of an argument; the `bias` of a torch layer that is not recurrent is the parameter itself."""
    found = owner.argument(name)
    is_flag = name != "bias" or owner.spec.framework != "torch" or owner.spec.family in _KEEP_FLAGS
    return found if is_flag else NONE if as_bool(found) is False else None


@handles(ATTRIBUTES, Weight)
def _array(run: Run, owner: Weight, name: str, place: Place) -> Value:
    return array_attribute(run.world, owner, name) or Method(owner, name)


@handles(ATTRIBUTES, OneOf)
def _one_of(run: Run, owner: OneOf, name: str, place: Place) -> Value:
    found = []
    before = run.world.path
    for path, choice in known_choices(owner):
        run.world.path = before | path
        found.append((path, run.attribute(choice, name, place)))
    run.world.path = before
    values = {value for _, value in found}
    if len(values) == 1:
        return values.pop()
    if any(isinstance(value, (Unknown, OneOf)) for value in values):
        return run.world.unknown()
    return OneOf(tuple(found))


@handles(ATTRIBUTES, ListRef, DictRef, Const, Shape, Num, Function, Bound, Partial, Method)
def _method(run: Run, owner: Value, name: str, place: Place) -> Value:
    if isinstance(owner, DictRef):
        entries = run.world.entries(owner)
        if name in entries and f"dict.{name}" not in OPERATIONS:
            return entries[name]
    if isinstance(owner, Function) and name == "__name__":
        return Const(owner.name)
    return Method(owner, name)
