"""nn.Sequential: its children in order, however they were added, and what becomes of a value that goes through them.

The children are the layer's `inner` values as built; once one is added they are kept in the world under the layer's
identity. A child that is not known (a star of an unknown list) makes the result unknown, never the children before it.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.catalogue.lookup import all_layers
from lstmlint.catalogue.torch_recurrent import RECURRENT_FAMILIES
from lstmlint.events import Built
from lstmlint.interpret.registry import Call, application, operation
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import shortened
from lstmlint.values import Const, DictRef, Layer, ListRef, Slice, Tuple, Unknown, Value, as_int, as_slice
from lstmlint.world import World

PATH = "torch.nn.Sequential"
SPEC = all_layers()[PATH]


def children(world: World, layer: Layer) -> tuple[Value, ...]:
    """The elements of a Sequential in order; unknown ones stand for any number of elements."""
    stored = world.heap.get(layer.id)
    if isinstance(stored, tuple):
        return tuple(stored[0])
    own = tuple(child for value in layer.inner for child in _listed(world, value))
    return (*own, world.unknown()) if layer.uncertain else own


def _listed(world: World, value: Value) -> tuple[Value, ...]:
    if isinstance(value, DictRef):
        return tuple(world.entries(value).values())
    if isinstance(value, ListRef):
        return (*world.items(value), *((world.unknown(),) if world.is_open(value) else ()))
    return (value,)


def takes_tensor(layer: Value) -> bool:
    """True for a torch layer that reads one tensor and so cannot take a recurrent layer's tuple."""
    return isinstance(layer, Layer) and layer.spec.framework == "torch" and layer.spec.family != "sequential"


def is_recurrent(layer: Value) -> bool:
    """True for nn.LSTM, nn.GRU and nn.RNN, which return a tuple."""
    return isinstance(layer, Layer) and layer.spec.framework == "torch" and layer.spec.family in RECURRENT_FAMILIES


@operation(PATH)
def build_sequential(world: World, call: Call) -> Value:
    """nn.Sequential(*children), or of one dictionary of children by name."""
    layer = Layer(world.number(), SPEC, (), call.place, call.open_ended, inner=call.args, path=world.path)
    world.emit(
        Built(
            place=call.place,
            layer=layer,
            positional=call.args,
            positional_texts=call.texts,
            keywords=tuple(call.kwargs.items()),
            foreign=tuple(call.kwargs),
            owner=world.target,
        )
    )
    return layer


@application(PATH)
def apply_sequential(world: World, layer: Layer, call: Call) -> Value:
    """Applies the children one after the other to the first argument."""
    value = call.arg(0, "input")
    if value is None or world.apply is None:
        return world.unknown()
    for child in children(world, layer):
        if isinstance(child, Unknown):
            return world.unknown()
        if takes_tensor(child) and isinstance(child, Layer) and _hands_on_tuple(world, value, child):
            return world.unknown()
        value = world.apply(child, replace(call, args=(value,), kwargs={}))
    return value


def _hands_on_tuple(world: World, value: Value, child: Layer) -> bool:
    """Says where a recurrent layer's tuple reaches a child that takes a tensor: at the recurrent layer."""
    if not isinstance(value, Tuple) or value.layer is None:
        return False
    return needs_tensor(world, value, value.layer.place, handed_on(child))


def handed_on(child: Layer) -> str:
    """How a Sequential's next element is named as the receiver of a tuple."""
    return f"passed on to `{shortened(child.place.text)}` by nn.Sequential"


@operation(f"{PATH}.append", f"{PATH}.add_module", f"{PATH}.register_module")
def add_child(world: World, call: Call) -> Value:
    """Adds an element behind the others; (layer, element) or (layer, name, element)."""
    container = call.args[0] if call.args else None
    child = call.args[-1] if len(call.args) > 1 else call.kwargs.get("module")
    if not isinstance(container, Layer) or child is None:
        return world.unknown()
    before = children(world, container)
    if before and is_recurrent(before[-1]) and takes_tensor(child):
        _added_behind(world, before[-1], child)
    world.heap[container.id] = ((*before, child), False)
    return container


def _added_behind(world: World, recurrent: Value, child: Value) -> None:
    if isinstance(recurrent, Layer) and isinstance(child, Layer):
        result = Tuple((world.unknown(), world.unknown()), layer=recurrent, part="result")
        needs_tensor(world, result, recurrent.place, handed_on(child))


@operation(f"{PATH}.extend")
def extend(world: World, call: Call) -> Value:
    """Adds the elements of a list, or of another Sequential."""
    if len(call.args) != 2 or not isinstance(call.args[0], Layer):
        return world.unknown()
    container, more = call.args
    known = children(world, more) if isinstance(more, Layer) else _listed(world, more)
    if isinstance(container, Layer):
        world.heap[container.id] = ((*children(world, container), *known), False)
    return container


@operation(f"{PATH}.insert")
def insert(world: World, call: Call) -> Value:
    """Puts an element in front of the one with a number."""
    if len(call.args) != 3 or not isinstance(call.args[0], Layer):
        return world.unknown()
    container, position, child = call.args
    own = list(children(world, container)) if isinstance(container, Layer) else []
    number = as_int(position)
    own.insert(len(own) if number is None else number, child if number is not None else world.unknown())
    if isinstance(container, Layer):
        world.heap[container.id] = (tuple(own), False)
    return container


@operation(f"{PATH}.__iter__", f"{PATH}.children")
def iterate(world: World, call: Call) -> Value:
    """The children as a list."""
    if not call.args or not isinstance(call.args[0], Layer):
        return world.unknown()
    known = children(world, call.args[0])
    is_open = any(isinstance(child, Unknown) for child in known)
    return world.new_list([child for child in known if not isinstance(child, Unknown)], open_ended=is_open)


@operation(f"{PATH}.__getitem__")
def child_at(world: World, call: Call) -> Value:
    """One child by its number, or a Sequential of some."""
    if len(call.args) != 2 or not isinstance(call.args[0], Layer):
        return world.unknown()
    layer, key = call.args
    known = children(world, layer) if isinstance(layer, Layer) else ()
    number = as_int(key)
    if any(isinstance(child, Unknown) for child in known):
        return world.unknown()
    if number is not None and -len(known) <= number < len(known):
        return known[number]
    if isinstance(key, Slice) and isinstance(layer, Layer):
        bounds = as_slice(key)
        if bounds is not None:
            return replace(layer, id=world.number(), inner=known[bounds])
    return world.unknown()


@operation(f"{PATH}.__len__")
def count(world: World, call: Call) -> Value:
    """How many children there are."""
    if not call.args or not isinstance(call.args[0], Layer):
        return world.unknown()
    known = children(world, call.args[0])
    return world.unknown() if any(isinstance(child, Unknown) for child in known) else Const(len(known))
