"""Layers that a module keeps in a plain list or dictionary, where torch does not look for modules."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.registration import attribute, contents, has_computed_names, registered
from lstmlint.checks.torch_layer_in_forward import WEIGHTED
from lstmlint.events import AttributeSet, Built
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.torch.sequential import children
from lstmlint.interpret.wording import shortened
from lstmlint.values import DictRef, Instance, Layer, ListRef, Tuple, Value
from lstmlint.world import World

_KINDS = {
    ListRef: ("list", "nn.ModuleList"),
    Tuple: ("tuple", "nn.ModuleList"),
    DictRef: ("dictionary", "nn.ModuleDict"),
}


@check("torch-unregistered-layer", on=AttributeSet)
def layers_in_a_plain_container(event: AttributeSet, facts: Facts) -> Iterator[Finding]:
    """`self.layers = [nn.LSTM(...), ...]`, and a list that is filled later."""
    owner, world = event.owner, facts.world
    if not _is_own(event) or not isinstance(owner, Instance) or not isinstance(event.value, (ListRef, DictRef, Tuple)):
        return
    if attribute(world, owner, event.name) != event.value or has_computed_names(world, owner):
        return
    if _address(event.value) in world.registered or _holds_one(world, event.value):
        return
    made = [facts.built(layer.id) for layer in _lost(facts, event.value)]
    built = [one for one in made if one is not None and _is_built_by(one, owner)]
    used = [call for one in built for call in facts.calls(one.layer.id)]
    if not built or not used:
        return
    kind, container = _KINDS[type(event.value)]
    yield Finding(
        event.place,
        f"`{shortened(event.place.text)}` is a plain {kind}: parameters(), to() and state_dict() miss the layers in it",
        because=(
            Evidence(built[0].place, "is built, and registered nowhere"),
            Evidence(used[0].place, "applies it, untrained"),
        ),
        cure=f"use {container}",
    )


def _address(value: Value) -> int | None:
    """The address of a list or dictionary."""
    return value.address if isinstance(value, (ListRef, DictRef)) else None


def _is_own(event: AttributeSet) -> bool:
    """True where a torch module sets its own attribute."""
    return any(call.is_module and call.receiver == event.owner for call in event.inside)


def _is_built_by(built: Built, owner: Instance) -> bool:
    """True where a module built the layer itself: one that it was handed may be registered by its maker."""
    return any(call.receiver == owner for call in built.inside)


def _holds_one(world: World, value: Value) -> bool:
    """True for `[module]`, the usual way to keep a module from being registered."""
    if isinstance(value, ListRef):
        return len(world.items(value)) < 2 and not world.is_open(value)
    return isinstance(value, Tuple) and len(value.items) < 2


def _lost(facts: Facts, value: Value) -> list[Layer]:
    """The layers with weights in a container that no module knows; of a Sequential that none knows, those inside it."""
    world, known = facts.world, registered(facts)
    found = []
    for item in contents(world, value):
        if isinstance(item, Layer) and item.id not in known:
            inside = children(world, item) if item.spec.family == "sequential" else (item,)
            found += [layer for layer in inside if isinstance(layer, Layer)]
    return [layer for layer in found if layer.spec.framework == "torch" and layer.spec.family in WEIGHTED]
