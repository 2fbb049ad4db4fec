"""Where a mask comes from and which layer loses it, as notes of the tensors that carry it.

`Embedding(mask_zero=True)` and `Masking` attach a mask to their output; each layer hands it on, or loses it. Keras 3
warns of a layer that loses one, Keras 2 does not. A function that is no layer, `x * 2.0`, loses it without a word.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events.keras import Unmasked
from lstmlint.source import Place
from lstmlint.values import NONE, Layer, Note, Tensor, Value, is_stated
from lstmlint.world import World

MASKED = "masked"
"""A layer attached a mask."""
LOST = "mask-lost"
"""A layer behind it lost the mask."""

LOSING = frozenset(
    {"conv1d", "conv1d_transpose", "depthwise_conv1d", "pool1d", "resize1d", "reshape", "permute", "lambda"}
)
"""Families whose layers lose a mask and keep steps."""
_ENDING = frozenset({"flatten", "global_pool1d", "repeat_vector", "dot"})
"""Families behind which there are no steps that could be masked, or others."""
_JOINING = frozenset({"concatenate", "merge"})


def with_mask(layer: Layer, place: Place, source: Value, parts: tuple[Value, ...], result: Value) -> Value:
    """A layer's result with what has become of the mask of its input (of `parts`, where there are several)."""
    if not isinstance(result, Tensor):
        return result
    if _makes_mask(layer):
        return replace(result, trail=(*without_mask(result.trail), Note(MASKED, layer.place, layer)))
    if layer.spec.family in _ENDING:
        return replace(result, trail=without_mask(result.trail))
    if _hands_on(layer) and is_masked(source):
        return replace(result, trail=(*without_mask(result.trail), *_mask_of(source)))
    if layer.spec.family in _JOINING and any(is_masked(part) for part in parts):
        return replace(result, trail=tuple(note for note in result.trail if note.kind != LOST))
    if layer.spec.family in LOSING and is_masked(source):
        return replace(result, trail=(*without_mask(result.trail), *_mask_of(source), Note(LOST, place, layer)))
    return result


def unmasked(world: World, result: Tensor, place: Place, *parts: Value) -> Tensor:
    """What a function that is no layer makes of some tensors: the mask of any of them is lost."""
    source = next((part for part in parts if is_masked(part)), None)
    if source is None:
        return result
    world.emit(Unmasked(place=place, source=source))
    return replace(result, trail=(*without_mask(result.trail), *_mask_of(source), Note(LOST, place)))


def _makes_mask(layer: Layer) -> bool:
    return layer.spec.family == "masking" or is_stated(layer.argument("mask_zero"), True)


def _hands_on(layer: Layer) -> bool:
    """True for a Lambda that is told what its mask is."""
    return layer.spec.family == "lambda" and layer.argument("mask") != NONE


def is_masked(value: Value) -> bool:
    """True for a tensor that carries a mask."""
    return isinstance(value, Tensor) and value.noted(MASKED) is not None and value.noted(LOST) is None


def without_lost_mask(value: Value) -> Value:
    """A tensor of which it is not known any more whether its mask was lost."""
    if not isinstance(value, Tensor) or value.noted(LOST) is None:
        return value
    return replace(value, trail=without_mask(value.trail))


def _mask_of(value: Value) -> tuple[Note, ...]:
    note = value.noted(MASKED) if isinstance(value, Tensor) else None
    return () if note is None else (note,)


def without_mask(trail: tuple[Note, ...]) -> tuple[Note, ...]:
    """A trail behind a layer that used the mask up."""
    return tuple(note for note in trail if note.kind not in (MASKED, LOST))
