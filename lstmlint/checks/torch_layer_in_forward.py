"""A layer with weights that forward builds: new random weights in every pass, and none that an optimizer knows.

Keras' `call` is the same thing under another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.catalogue.torch_recurrent import CELL_FAMILIES, RECURRENT_FAMILIES
from lstmlint.checks.construction import ONCE, is_built_each_time, under_way
from lstmlint.checks.facts import Facts
from lstmlint.events import AttributeSet, Built, Called
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.values import Instance, Layer, Unknown

WEIGHTED = (
    RECURRENT_FAMILIES
    | CELL_FAMILIES
    | {"linear", "embedding", "conv1d", "conv2d", "conv3d", "multihead_attention", "transformer", "transformer_layer"}
)
"""Families of torch's layers that start with random weights; a norm starts as the identity."""
KERAS_WEIGHTED = WEIGHTED | {
    "conv1d_transpose",
    "conv2d_transpose",
    "depthwise_conv1d",
    "depthwise_conv2d",
    "multi_head_attention",
}
_CHOSEN = ("weights", "trainable", "kernel_initializer", "embeddings_initializer")
"""Arguments of a Keras layer that may make it one with weights that nobody wants to train."""
_ON_PURPOSE = re.compile(r"random|hyper|reservoir|echo|untrained", re.IGNORECASE)
"""Classes and functions that want weights nobody trains."""


@check("torch-layer-in-forward", on=Built)
def weights_made_in_every_pass(built: Built, facts: Facts) -> Iterator[Finding]:
    """nn.Linear(...) in forward, or layers.Dense(...) in call, or in what these call, applied there."""
    layer = built.layer
    is_torch = layer.spec.framework == "torch"
    if layer.spec.family not in (WEIGHTED if is_torch else KERAS_WEIGHTED) or not is_built_each_time(built):
        return
    calls = facts.calls(layer.id) or _wrapped(layer, facts)
    if not calls or _is_filled(layer, facts) or _is_on_purpose(built):
        return
    if not is_torch and (_is_chosen(layer) or _is_also_built_once(built, facts)):
        return
    yield Finding(
        built.place,
        f"`{shortened(built.place.text)}` is built anew in every {'forward pass' if is_torch else 'call'}, "
        "with new random weights",
        because=(Evidence(calls[0].place, "applies it, untrained"),),
        cure="build it once in `__init__`, where its weights are registered with the model",
    )


def _wrapped(layer: Layer, facts: Facts) -> list[Called]:
    """The applications of what wraps a Keras layer: TimeDistributed, Bidirectional."""
    wrappers = [built.layer for built in facts.events(Built) if built.layer.argument("layer") == layer]
    return [called for wrapper in wrappers for called in facts.calls(wrapper.id)]


def _is_chosen(layer: Layer) -> bool:
    """True for a Keras layer whose weights may be meant as they start."""
    return layer.uncertain or any(name in _CHOSEN for name, _ in layer.arguments)


def _is_also_built_once(built: Built, facts: Facts) -> bool:
    """True where the same line runs in a constructor: `super().__init__(inputs, self.call(inputs))`."""
    return any(
        call.is_layer and call.function in ONCE["keras"]
        for other in facts.events(Built)
        if other.place == built.place
        for call in other.inside
    )


def _is_filled(layer: Layer, facts: Facts) -> bool:
    """True where the program sets the layer's weights."""
    return any(_belongs(event, layer) for event in facts.events(AttributeSet))


def _belongs(event: AttributeSet, layer: Layer) -> bool:
    if isinstance(event.owner, Unknown):
        return isinstance(event.owner.root, tuple) and event.owner.root[:2] == ("attribute", layer.id)
    return event.owner == layer


def _is_on_purpose(built: Built) -> bool:
    calls = under_way(built, built.layer.spec.framework)
    names = [call.function for call in calls]
    names += [call.receiver.cls.name for call in calls if isinstance(call.receiver, Instance)]
    return any(map(_ON_PURPOSE.search, names))
