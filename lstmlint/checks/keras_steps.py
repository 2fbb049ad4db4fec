"""Which layer dropped or kept the time axis of a Keras tensor, and which layers and losses want it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lstmlint.catalogue.keras_recurrent import RECURRENT_FAMILIES, SPATIAL_AXES
from lstmlint.catalogue.lookup import layer_spec
from lstmlint.checks.facts import Facts, SomeEvent
from lstmlint.events import Called, Fitted, Unpacked
from lstmlint.events.keras import Averaged
from lstmlint.interpret.wording import shortened
from lstmlint.source import Place
from lstmlint.values import Axis, Layer, Note, Tensor, Tuple, Value, is_assumed

Result = TypeVar("Result")
ATTENTION = frozenset({"attention", "multi_head_attention"})
"""Layers that accept (batch, feature) and then mix the samples of a batch."""

WANTED_RANKS = {
    "bidirectional": 3,
    "time_distributed": 3,
    "conv1d": 3,
    "conv1d_transpose": 3,
    "depthwise_conv1d": 3,
    "pool1d": 3,
    "global_pool1d": 3,
    "spatial_dropout1d": 3,
    "resize1d": 3,
    "conv3d": 5,
    "pool3d": 5,
    "global_pool3d": 5,
    **{family: 3 + SPATIAL_AXES.get(family, 0) for family in RECURRENT_FAMILIES},
    **dict.fromkeys(ATTENTION, 3),
}
"""How many axes, batch and time included, the Keras layers that read a sequence want, by family."""


def wanted_rank(layer: Layer) -> int | None:
    """How many axes a Keras layer wants where it wants a time axis among them; None for a layer that takes any."""
    if not is_keras(layer):
        return None
    dims = layer.argument("dims") if layer.spec.family == "permute" else None
    if isinstance(dims, Tuple) and len(dims.items) > 1:
        return len(dims.items) + 1
    return WANTED_RANKS.get(layer.spec.family)


def is_keras(layer: Layer | None) -> bool:
    """True for a Keras layer."""
    return layer is not None and layer.spec.framework == "keras"


def quoted(layer: Layer) -> str:
    """A layer as the user built it, shortened."""
    return f"`{shortened(layer.place.text)}`"


def chosen(note: Note | None) -> Layer | None:
    """The layer behind a note, unless its return_sequences is only the default of a function's parameter."""
    layer = None if note is None else note.layer
    if layer is None:
        return None
    flag = layer.argument("return_sequences")
    return None if is_assumed(flag) else layer


def output_of(value: Value) -> Value:
    """The output tensor of what a recurrent layer returned, states or not."""
    return value.items[0] if isinstance(value, Tuple) and value.items else value


def origin(facts: Facts, note: Note) -> Called | None:
    """The call that left a note about the time axis on its output: the first whose result has it."""
    for called in facts.events(Called):
        output = output_of(called.result)
        if isinstance(output, Tensor) and output.noted(note.kind) == note and called.layer.spec.family != "model":
            return called
    return None


def time_before(facts: Facts, note: Note) -> Axis | None:
    """The time axis that the layer behind a note read; None where its input had none or is not known."""
    called = origin(facts, note)
    source = None if called is None else called.source
    return source.axes[1] if isinstance(source, Tensor) and len(source.axes) >= 3 else None


def loss_family(path: str | None) -> str | None:
    """The family of a Keras loss by its class path (elementwise_loss ...), None for other paths."""
    spec = None if path is None else layer_spec(path)
    return spec.family if spec is not None and spec.framework == "keras" else None


BY_HAND = "keras.losses.MeanSquaredError"
"""The loss that the mean of a squared difference comes to."""


def first_by_hand(
    averaged: Averaged, facts: Facts, look: Callable[[Facts, str, Value, Value], Result | None]
) -> Result | None:
    """What `look` finds in a loss written by hand, given its name, the output and the target; the first that it finds.

    The difference of the two was averaged: a target is what came with an input, or went to fit.
    """
    one, other = averaged.parts
    sides = (pair for pair in ((one, other), (other, one)) if _is_target(pair[1], facts))
    return next((found for pair in sides if (found := look(facts, BY_HAND, *pair)) is not None), None)


def _is_target(tensor: Tensor, facts: Facts) -> bool:
    if any(fitted.target == tensor for fitted in facts.events(Fitted)):
        return True
    pairs = (event.value for event in facts.events(Unpacked) if len(event.names) in (2, 3))
    return any(
        isinstance(pair, Tuple) and len(pair.items) > 1 and pair.items[1] == tensor != pair.items[0] for pair in pairs
    )


def shape_text(tensor: Tensor) -> str:
    """A tensor's shape for a message: (batch, 14, ?)."""
    sizes = ["batch", *("?" if axis.size.known is None else str(axis.size.known) for axis in tensor.axes[1:])]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def is_first(facts: Facts, event: SomeEvent, place: Callable[[SomeEvent], Place | None]) -> bool:
    """True where no earlier event of the same kind leads to a finding at the same place."""
    own = place(event)
    for earlier in facts.events(type(event)):
        if earlier is event:
            return True
        if place(earlier) == own:
            return False
    return True
