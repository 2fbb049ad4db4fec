"""Objects of the program's classes: making them, calling them."""

from __future__ import annotations

from lstmlint.catalogue.keras_removed import METHODS
from lstmlint.events import Instantiated
from lstmlint.interpret.attributes import (
    bind,
    class_attribute,
    instance_attribute,
    stored_attributes,
)
from lstmlint.interpret.building import build_library_base, inner_layer
from lstmlint.interpret.contents import CONTENT, before_construction
from lstmlint.interpret.definitions import ancestry, find_method, library_bases
from lstmlint.interpret.keras.callbacks import is_callback, some_model
from lstmlint.interpret.keras.masks import without_lost_mask
from lstmlint.interpret.named_tuples import NAMED_TUPLE, tuple_of
from lstmlint.interpret.records import fields_of
from lstmlint.interpret.registry import Call
from lstmlint.interpret.run import CALLS, Run, handles
from lstmlint.names.canonical import canonical
from lstmlint.source import Place
from lstmlint.values import Class, External, Function, Instance, Value

_PLAIN_BASES = frozenset(("keras.layers.Layer", "keras.Layer", "keras.Model"))
"""Library classes that leave it to the program what becomes of a mask."""
LIMIT = 200
"""Objects made in one run; a program that makes more gets the rest as unknown."""


@handles(CALLS, Class)
def instantiate(run: Run, cls: Class, call: Call) -> Value:
    """A new object: an address, and whatever `__init__` stores there."""
    info = run.cls(cls)
    if len(run.instances) >= LIMIT:
        return run.world.unknown()
    run.built.add(info.ident)
    owner = Instance(run.world.number(), cls)
    run.world.heap[owner.address] = before_construction(run, cls)
    run.instances.append(owner)
    keywords = tuple(call.kwargs.items())
    run.world.emit(Instantiated(place=call.place, cls=cls, positional=call.args, keywords=keywords))
    if _is_callback(run, cls):
        some_model(run.world, owner, call.place)
        if _is_of_this_file(run, cls):
            run.world.callbacks.add(owner.address)
    initializer = find_method(run, cls, "__init__")
    if initializer is not None:
        run.call(bind(run, initializer, owner, call.place), call)
    elif info.is_dataclass:
        _fill_fields(run, owner, call)
    else:
        build_library_base(run, owner, ancestry(run, cls), call)
    for hook in ("__post_init__", "setup"):
        _call_hook(run, owner, hook, call.place)
    return owner


def _call_hook(run: Run, owner: Instance, name: str, place: Place) -> None:
    """Calls a method that a library calls behind the constructor, where the constructor has not done so itself."""
    method = find_method(run, owner.cls, name)
    info = None if method is None else run.function(method)
    if method is None or info is None or info.is_static or (info.ident, owner.address) in run.entered_on:
        return
    run.call(bind(run, method, owner, place), Call(name, (), {}, place))


def _is_callback(run: Run, cls: Class) -> bool:
    """True for a callback of Keras, unless a class of the program has itself what models once had."""
    if not is_callback(library_bases(run, cls)):
        return False
    return all(METHODS.keys().isdisjoint(info.methods) for info in run.classes.values())


def _is_of_this_file(run: Run, cls: Class) -> bool:
    """True for a callback whose methods are in the linted file, all but those that it inherits from Keras."""
    own = [run.cls(ancestor) for ancestor in ancestry(run, cls) if isinstance(ancestor, Class)]
    others = [ancestor for ancestor in ancestry(run, cls) if not isinstance(ancestor, Class)]
    if not all(isinstance(other, External) and is_callback((canonical(other.path),)) for other in others):
        return False
    return all(info.closure.file is run.frames[0].file and info.has_known_bases for info in own)


def _fill_fields(run: Run, owner: Instance, call: Call) -> None:
    """The constructor that a dataclass gets: its fields in order."""
    fields = fields_of(run, owner.cls)
    given = {**dict(zip(fields, call.args, strict=False)), **call.kwargs}
    run.world.heap[owner.address] = given
    if NAMED_TUPLE in library_bases(run, owner.cls) and not call.open_ended:
        assumed = {name: value for name in fields if (value := class_attribute(run, owner.cls, name)) is not None}
        run.world.heap[owner.address] = {**given, CONTENT: tuple_of(run.world, fields, {**assumed, **given})}


@handles(CALLS, Instance)
def call_instance(run: Run, owner: Instance, call: Call) -> Value:
    """Calling an object: its `__call__`, a torch module's `forward`, a Keras model's `call`, or the layer it is."""
    for name in ("forward", "call", "__call__"):
        found = class_attribute(run, owner.cls, name)
        if isinstance(found, Function):
            if name != "call":
                return run.call(bind(run, found, owner, call.place), call)
            _build_keras(run, owner, call)
            value = run.call(bind(run, found, owner, call.place), call)
            return without_lost_mask(value) if _has_a_say_in_masks(run, owner, found) else value
        if found is None and (stored := instance_attribute(run, owner, name, call.place)) is not None:
            return run.call(stored, call)
    inner = inner_layer(run, owner)
    return run.world.unknown() if inner is None else run.call(inner, call)


def _has_a_say_in_masks(run: Run, owner: Instance, method: Function) -> bool:
    """True for a Keras layer of the program that may compute a mask or use the one it gets, or may inherit as much.

    Any other layer loses the mask: Keras 3 warns, and attaches none to what `call` returned.
    """
    bases = [canonical(base.path) if isinstance(base, External) else base for base in ancestry(run, owner.cls)]
    if any(base not in _PLAIN_BASES for base in bases if not isinstance(base, Class)):
        return True
    if "supports_masking" in stored_attributes(run, owner) or _takes_a_mask(run, method):
        return True
    return any(class_attribute(run, owner.cls, name) is not None for name in ("compute_mask", "supports_masking"))


def _takes_a_mask(run: Run, method: Function) -> bool:
    parsed = run.function(method).syntax(run.syntax)
    if parsed is None:
        return True
    parameters = parsed[0].params
    return any(one.name.value == "mask" for one in (*parameters.params, *parameters.kwonly_params))


def _build_keras(run: Run, owner: Instance, call: Call) -> None:
    """Keras calls `build(input_shape)` once before the first `call`."""
    build = find_method(run, owner.cls, "build")
    if build is not None and run.function(build).ident not in run.entered:
        run.call(bind(run, build, owner, call.place), Call("build", (run.world.unknown(),), {}, call.place))
