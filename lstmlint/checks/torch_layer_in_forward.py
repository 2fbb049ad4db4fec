"""A layer with weights that forward builds: new random weights in every pass, and none that an optimizer knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.catalogue.torch_recurrent import CELL_FAMILIES, RECURRENT_FAMILIES
from lstmlint.checks.construction import is_built_each_time, under_way
from lstmlint.checks.facts import Facts
from lstmlint.events import AttributeSet, Built
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.values import Instance, Layer, Unknown

WEIGHTED = (
    RECURRENT_FAMILIES
    | CELL_FAMILIES
    | {"linear", "embedding", "conv1d", "conv2d", "conv3d", "multihead_attention", "transformer", "transformer_layer"}
)
"""Families of layers that start with random weights; a norm starts as the identity."""
_ON_PURPOSE = re.compile(r"random|hyper|reservoir|echo|untrained", re.IGNORECASE)
"""Classes and functions that want weights nobody trains."""


@check("torch-layer-in-forward", on=Built)
def weights_made_in_every_pass(built: Built, facts: Facts) -> Iterator[Finding]:
    """nn.Linear(...) in forward, or in what forward calls, applied there."""
    layer = built.layer
    if layer.spec.framework != "torch" or layer.spec.family not in WEIGHTED or not is_built_each_time(built):
        return
    calls = facts.calls(layer.id)
    if not calls or _is_filled(layer, facts) or _is_on_purpose(built):
        return
    yield Finding(
        built.place,
        f"`{shortened(built.place.text)}` is built anew in every forward pass, with new random weights",
        because=(Evidence(calls[0].place, "applies it, untrained"),),
        cure="build it once in `__init__`, where its weights are registered with the model",
    )


def _is_filled(layer: Layer, facts: Facts) -> bool:
    """True where the program sets the layer's weights."""
    return any(_belongs(event, layer) for event in facts.events(AttributeSet))


def _belongs(event: AttributeSet, layer: Layer) -> bool:
    if isinstance(event.owner, Unknown):
        return isinstance(event.owner.root, tuple) and event.owner.root[:2] == ("attribute", layer.id)
    return event.owner == layer


def _is_on_purpose(built: Built) -> bool:
    names = [call.function for call in under_way(built)]
    names += [call.receiver.cls.name for call in under_way(built) if isinstance(call.receiver, Instance)]
    return any(map(_ON_PURPOSE.search, names))
