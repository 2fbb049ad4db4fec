"""Texts to numbers: what `TextVectorization` makes of a batch of them.

Each text becomes a row of ids. A row that is shorter than the longest of its batch, or than the length that the layer
was told, ends in zeros. Source: Keras 3.15, checked by tests/interpret/keras/test_text.py.
"""

from __future__ import annotations

from lstmlint.interpret.keras.inputs import axis_for, first_input
from lstmlint.interpret.keras.layers import called, paths
from lstmlint.interpret.ops.create import of_data
from lstmlint.interpret.ops.trail import ZEROS_BEHIND, noted
from lstmlint.interpret.registry import Call, application
from lstmlint.values import NONE, Axis, Layer, OpenTensor, Tensor, Unknown, Value, is_stated
from lstmlint.world import World


@application(*paths("TextVectorization"))
def apply_text_vectorization(world: World, layer: Layer, call: Call) -> Value:
    """(B) or (B,1) of texts in, (B,T) of ids out; of one text, (T)."""
    source = of_data(world, first_input(world, call), call.place)
    result = _ids(world, layer, source) if _gives_ids(layer) else None
    if isinstance(result, Tensor) and _is_filled_up(layer, result):
        result = noted(result, ZEROS_BEHIND, layer.place)
    return called(world, layer, call, source, result or world.unknown())


def _gives_ids(layer: Layer) -> bool:
    """True for a layer that is known to cut texts into tokens and to give each of them its number."""
    wanted = {"output_mode": "int", "ragged": False}
    split = layer.argument("split")
    if layer.uncertain or split is None or split == NONE or isinstance(split, Unknown):
        return False
    return all(is_stated(layer.argument(name), value) for name, value in wanted.items())


def _ids(world: World, layer: Layer, texts: Value) -> Tensor | OpenTensor | None:
    """The ids of some texts; of an unknown number of axes where it is not known whether it is one text or a batch."""
    length = layer.argument("output_sequence_length")
    time = axis_for(world, None if length == NONE else length)
    if isinstance(texts, Tensor):
        batch = _batch(texts.axes)
        return None if batch is None else Tensor((*batch, time))
    if isinstance(texts, OpenTensor) and texts.head:
        batch = _batch((*texts.head, *texts.tail))
        return None if batch is None else Tensor((*batch, time))
    ids = world.tensor(OpenTensor(world.unknown().root, (), 0, (time,)))
    return ids if isinstance(ids, (Tensor, OpenTensor)) else None


def _batch(axes: tuple[Axis, ...]) -> tuple[Axis, ...] | None:
    """The axis that counts the texts, of one text none; a further axis may have one entry only."""
    return axes[:1] if all(axis.is_single for axis in axes[1:]) else None


def _is_filled_up(layer: Layer, ids: Tensor) -> bool:
    """True where a text may be shorter than the row it stands in: a length was given, or there are several texts."""
    if layer.argument("output_sequence_length") != NONE:
        return True
    return len(ids.axes) > 1 and not ids.axes[0].is_single
