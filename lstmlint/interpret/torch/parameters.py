"""Writes to the weights and biases of torch's recurrent layers, however they are reached.

`layer.weight_ih_l0.data = ...`, `.copy_(...)`, `setattr`, a state dictionary, `load_state_dict`: each is told of as one
`ParameterSet` event that names the layer and the parameter.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace

from lstmlint.catalogue.torch_recurrent import CELL_FAMILIES, RECURRENT_FAMILIES
from lstmlint.events import Built, ParameterSet
from lstmlint.interpret.registry import Call
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Const, DictRef, Instance, Layer, Unknown, Value
from lstmlint.weights import Weight
from lstmlint.world import World

_SLOT = re.compile(r"(?:(?P<prefix>.*)\.)?(?P<name>(?:weight|bias)_(?:ih|hh)(?:_l?(?:\d+|\*))?(?:_reverse)?)")
_NAMED = re.compile(r"(?:weight|bias)_(?:ih|hh)")
_TAKEN = ("parameters", "named_parameters")
_LISTS = ("all_weights", "_flat_weights")
STATE_DICT = "state_dict"
LAYER = "<layer>"


@dataclass(frozen=True)
class Slot:
    """A parameter of a recurrent layer. `layer` is None where it is not known which layer of the program it is."""

    owner: Hashable
    layer: Layer | None
    name: str


def text_of(value: Value | None) -> str | None:
    """A text, with a star for each part of it that is not known; None for what is no text."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    if isinstance(value, Unknown) and isinstance(value.root, tuple) and value.root[:1] == ("formatted",):
        return str(value.root[1])
    return None


def attribute_slot(world: World, owner: Value, name: str) -> Slot | None:
    """The parameter that an attribute is, `layer.weight_ih_l0`, `layer.weight_ih_l0.data`; None for any other."""
    if isinstance(owner, Unknown) and name == "data":
        return slot_of(world, owner)
    match = _SLOT.fullmatch(name)
    if match is None or match["prefix"]:
        return None
    layer = _layer(world, owner)
    if layer is not None:
        return Slot(layer.id, layer, name)
    return Slot(owner.root, None, name) if isinstance(owner, Unknown) else None


def slot_of(world: World, value: Value) -> Slot | None:
    """The parameter that a value is, or stands for a part of; a Slot without a name for any of a layer's parameters."""
    root = value.root if isinstance(value, Unknown) else None
    while isinstance(root, tuple) and len(root) == 3:
        kind, owner, name = root
        if kind == "attribute" and isinstance(name, str) and (match := _SLOT.fullmatch(name)) and not match["prefix"]:
            return Slot(owner, _built(world, owner), name)
        if kind == "item" and isinstance(owner, tuple) and owner[:1] == (STATE_DICT,) and isinstance(name, str):
            return dictionary_slot(world, Unknown(owner), name)
        root = owner
    return Slot(None, None, "") if _is_any(value) else None


def _built(world: World, identity: Hashable) -> Layer | None:
    """The layer with an identity."""
    layers = (event.layer for event in world.events if isinstance(event, Built))
    return next((layer for layer in layers if layer.id == identity), None)


def _is_any(value: Value) -> bool:
    """True for what came out of a module's parameters one by one."""
    root = value.root if isinstance(value, Unknown) else None
    while isinstance(root, tuple) and root:
        if root[0] in _TAKEN or root[-1] in _LISTS:
            return True
        root = root[1] if len(root) > 1 else None
    return False


def dictionary_slot(world: World, owner: Value, key: str) -> Slot | None:
    """The parameter that a key of a state dictionary names, `"encoder.lstm.weight_ih_l0"`."""
    match = _SLOT.fullmatch(key)
    if match is None:
        return None
    prefix = match["prefix"] or ""
    root = owner.root if isinstance(owner, Unknown) else getattr(owner, "address", None)
    is_state = isinstance(root, tuple) and root[:1] == (STATE_DICT,)
    layer = _layer(world, _below(world, root[1], prefix)) if isinstance(root, tuple) and is_state else None
    return Slot((root, prefix), None, match["name"]) if layer is None else Slot(layer.id, layer, match["name"])


def by_name(world: World, pairs: Value) -> Value | None:
    """`dict(module.named_parameters())`: as good as the state dictionary; None for other pairs."""
    root = pairs.root if isinstance(pairs, Unknown) else None
    is_named = isinstance(root, tuple) and root[:1] == ("named_parameters",) and len(root) > 1
    return world.unknown(STATE_DICT, *root[1:]) if isinstance(root, tuple) and is_named else None


def _below(world: World, module: Value, prefix: str) -> Value:
    """The module inside another one that a dotted path leads to."""
    for name in prefix.split(".") if prefix else ():
        stored = world.heap.get(module.address) if isinstance(module, Instance) else None
        found = stored.get(name) if isinstance(stored, dict) else None
        if found is None:
            return Const(None)
        module = found
    return module


def _layer(world: World, owner: Value) -> Layer | None:
    if isinstance(owner, Instance):
        stored = world.heap.get(owner.address)
        owner = stored.get(LAYER, owner) if isinstance(stored, dict) else owner
    if not isinstance(owner, Layer) or owner.spec.framework != "torch":
        return None
    return owner if owner.spec.family in RECURRENT_FAMILIES | CELL_FAMILIES else None


def note_write(world: World, slot: Slot | None, value: Value | None, place: Place, complete: bool = False) -> None:
    """Tells of a write to a parameter; `value` is None for numbers that come from nowhere else.

    In a loop over a dictionary with parameters for keys, it is told of where the parameter is named.
    """
    if slot is not None and world.ports:
        if world.rounds and _NAMED.search(place.text) is None:
            place = world.slot_places.get((slot.owner, slot.name), place)
        event = ParameterSet(place=place, owner=slot.owner, layer=slot.layer, name=slot.name, value=value)
        world.emit(replace(event, complete=complete))


def note_item(world: World, owner: Value, key: Value | None, value: Value, place: Place) -> None:
    """`state["lstm.weight_ih_l0"] = array`, an entry of a dictionary display, `layer.weight_ih_l0.data[:] = array`."""
    if isinstance(owner, Weight):
        world.rewritten.add(owner.root)
    named = slot_of(world, key) if isinstance(owner, DictRef) and isinstance(key, Unknown) else None
    if named is not None:
        world.slot_places[named.owner, named.name] = place
    text = text_of(key)
    if text is None:
        note_write(world, slot_of(world, owner), value if key == Const(...) else None, place)
    elif isinstance(owner, (DictRef, Unknown)):
        note_write(world, dictionary_slot(world, owner, text), value, place)
    if isinstance(owner, DictRef) and text is not None:
        world.entry_places[owner.address, text] = place


def note_entries(world: World, call: Call) -> None:
    """`module.load_state_dict({...})`: a write for each entry; any parameter where these are not known."""
    module, given, place = call.owner, call.arg(1, "state_dict"), call.place
    complete = call.arg(2, "strict") != Const(False)
    if not isinstance(given, DictRef):
        is_state = isinstance(given, Unknown) and isinstance(given.root, tuple) and given.root[:1] == (STATE_DICT,)
        note_write(world, None if is_state else Slot(None, None, ""), None, place)
        return
    for key, value in world.entries(given).items():
        match = _SLOT.fullmatch(key) if isinstance(key, str) else None
        layer = None if match is None else _layer(world, _below(world, module, match["prefix"] or ""))
        if isinstance(key, str) and match is not None and layer is not None:
            written = _place_of_entry(world, given, key)
            note_write(world, Slot(layer.id, layer, match["name"]), value, written or place, complete)


def _place_of_entry(world: World, owner: DictRef, key: str) -> Place | None:
    """Where an entry was written; one of a dictionary made out of another, where that one got it if no other did."""
    own = world.entry_places.get((owner.address, key))
    places = {place for (_, name), place in world.entry_places.items() if name == key}
    return own or (places.pop() if len(places) == 1 else None)


def note_filled(world: World, call: Call) -> None:
    """`layer.weight_ih_l0.copy_(array)`, `layer.bias_hh_l0.zero_()`, `nn.init.zeros_(layer.bias_hh_l0)`."""
    if world.ports and call.args:
        is_copy = call.name.rpartition(".")[2] in ("copy_", "set_")
        note_write(world, slot_of(world, call.owner), call.arg(1, "other", "src") if is_copy else None, call.place)
