"""Which parameter of a layer says how wide its input is, and along which axis."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.events import Called
from lstmlint.interpret.joins import known_choices
from lstmlint.sizes import Size
from lstmlint.values import Axis, Const, Layer, ListRef, Path, Tensor, Tuple, Value, as_size
from lstmlint.world import World

LAST = {
    "linear": "in_features",
    "lstm": "input_size",
    "gru": "input_size",
    "rnn": "input_size",
    "lstm_cell": "input_size",
    "gru_cell": "input_size",
    "rnn_cell": "input_size",
    "layer_norm": "normalized_shape",
    "multihead_attention": "embed_dim",
    "transformer_layer": "d_model",
}
"""The parameter that says how wide a layer's input is along its last axis, by the layer's family."""
SECOND = {"conv1d": "in_channels", "batch_norm1d": "num_features", "instance_norm1d": "num_features"}
"""The same for layers that read (batch, channels, length)."""
GIVEN = ("out_features", "embedding_dim", "hidden_size", "out_channels", "embed_dim")
"""The parameters that say how wide a layer's output is."""


def width(world: World, value: Value | None) -> Size | None:
    """A width as it was given; a layer norm's may be a list of one number."""
    items = value.items if isinstance(value, Tuple) else world.items(value) if isinstance(value, ListRef) else None
    if items is None:
        return as_size(value)
    return as_size(items[0]) if len(items) == 1 else None


def given_width(layer: Layer) -> Value | None:
    """What a layer was given for the width of its output."""
    return next((value for name, value in layer.arguments if name in GIVEN), None)


def is_same_constant(one: Value | None, other: Value | None) -> bool:
    """True for two widths that are one and the same number in the source."""
    return isinstance(one, Const) and isinstance(other, Const) and one.place is not None and one.place == other.place


def readers(axis: Axis, facts: Facts) -> Iterator[tuple[Called, Size]]:
    """The calls of layers that read an axis as the last one of their input, and how wide they are built for it."""
    for called in facts.events(Called):
        parameter, source = LAST.get(called.layer.spec.family), called.source
        if parameter is None or not isinstance(source, Tensor) or not source.axes or source.axes[-1].id != axis.id:
            continue
        size = width(facts.world, called.layer.argument(parameter))
        if size is not None:
            yield called, size


def is_one_of_many(layer: Layer, facts: Facts) -> bool:
    """True where a layer is in a list of different layers whose number, and so whose order, is not known."""
    heap = facts.world.heap.values()
    stored = [held for held in heap if isinstance(held, tuple) and len(held) == 2 and held[1] is True]
    lists = [[choice for item in items for _, choice in known_choices(item)] for items, _ in stored]
    return any(len(layers) > 1 and layer in layers for layers in lists)


def is_picked(path: Path) -> bool:
    """True where one of several values was taken and nobody knows which: it may go with what it is used on."""
    return any(isinstance(condition, tuple) and condition[:1] == ("pick",) for condition, _ in path)
