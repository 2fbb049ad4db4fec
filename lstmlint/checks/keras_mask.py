"""A mask that is made, lost on the way, and missing where a recurrent layer would use it.

Padded steps are then read like any others, as `Flatten` and a maximum read them at once. Also: `Masking` behind an
`Embedding`, which masks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.catalogue.keras_recurrent import RECURRENT_FAMILIES
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import is_first, is_keras, output_of, quoted
from lstmlint.events import Called, Entered
from lstmlint.events.keras import Unmasked
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.keras.masks import LOST, MASKED, is_masked
from lstmlint.interpret.keras.recurrent import wrapped
from lstmlint.interpret.ops.trail import ZEROS_BEHIND
from lstmlint.interpret.wording import shortened
from lstmlint.source import Place
from lstmlint.values import Const, Layer, Note, Tensor, is_stated

RULE = "keras-mask"
_MAXIMUM = (
    "padded steps take part in the maximum",
    "lower the masked steps first, or use GlobalAveragePooling1D, which leaves them out",
)
_OWN = "set `self.supports_masking = True` in a layer that treats every step alike, or hand the mask over: `mask=...`"
_OTHER = "hand the mask over: `mask=...`, or use a layer that keeps it"
_TAKING_ALL = {
    "GlobalMaxPooling1D": _MAXIMUM,
    "GlobalMaxPool1D": _MAXIMUM,
    "Flatten": ("padded steps get weights like any others", "read the last step, or use GlobalAveragePooling1D"),
}
"""Layers that drop a mask and every trace of it, by name: what that means and what helps."""


@check(RULE, on=Called)
def mask_lost_before(called: Called, facts: Facts) -> Iterator[Finding]:
    """A recurrent layer reads what a layer without masks made of masked steps."""
    notes = _lost_before(called)
    if notes is None or not is_first(facts, called, _lost_at):
        return
    made, lost = notes
    if made.layer is None:
        return
    losing = f"`{shortened(lost.place.text)}`" if lost.layer is None else quoted(lost.layer)
    yield Finding(
        lost.place,
        f"{losing} loses the mask, so {quoted(called.layer)} reads the padding like data",
        because=(Evidence(made.place, "makes the mask"), Evidence(called.place, "would skip masked steps")),
        cure=_OWN if _in_a_layer_of_its_own(lost, facts) else _OTHER,
    )


def _lost_before(called: Called) -> tuple[Note, Note] | None:
    """Where the mask of a recurrent layer's input was made and where it was lost."""
    if not _is_recurrent(called.layer) or called.masked or not isinstance(called.source, Tensor):
        return None
    made, lost = called.source.noted(MASKED), called.source.noted(LOST)
    return None if made is None or lost is None else (made, lost)


def _lost_at(called: Called) -> Place | None:
    notes = _lost_before(called)
    return None if notes is None else notes[1].place


def _in_a_layer_of_its_own(lost: Note, facts: Facts) -> bool:
    """True where the mask is lost inside a layer of the program's own."""
    losing = next((one for one in facts.events(Unmasked) if one.place == lost.place), None)
    return losing is not None and any(inside.function == "call" for inside in losing.inside)


def _is_recurrent(layer: Layer) -> bool:
    inner = wrapped(layer) if layer.spec.family == "bidirectional" else layer
    return is_keras(inner) and inner is not None and inner.spec.family in RECURRENT_FAMILIES


@check(RULE, on=Called)
def padding_taken_in(called: Called, facts: Facts) -> Iterator[Finding]:
    """`GlobalMaxPooling1D` and `Flatten` in front of a `Dense` take all steps, masked ones too."""
    source = called.source
    text, cure = _TAKING_ALL.get(called.layer.spec.name, ("", ""))
    if not text or not is_keras(called.layer) or not isinstance(source, Tensor) or not is_masked(source):
        return
    made = source.noted(MASKED)
    if made is None or not is_first(facts, called, _place) or not (_is_pooling(called) or _feeds_dense(called, facts)):
        return
    yield Finding(
        called.place,
        f"{quoted(called.layer)} does not look at the mask: {text}",
        because=(Evidence(made.place, "makes the mask"),),
        cure=cure,
        confidence=Confidence.LIKELY if source.noted("sequence") else Confidence.CERTAIN,
    )


def _is_pooling(called: Called) -> bool:
    return called.layer.spec.family == "global_pool1d"


def _feeds_dense(called: Called, facts: Facts) -> bool:
    """True where a layer with a weight for each entry reads the result."""
    return any(other.layer.spec.family == "linear" and other.source == called.result for other in facts.events(Called))


@check(RULE, on=Called)
def padding_read_last(called: Called, facts: Facts) -> Iterator[Finding]:
    """Ids padded with zeros behind the sequence, an embedding without a mask, and a state after the last step."""
    padded = _padding_of(called, facts)
    if padded is None or not is_first(facts, called, lambda e: e.layer.place if _padding_of(e, facts) else None):
        return
    reader = next((one for one in facts.events(Called) if _ends_on(one, called)), None)
    if reader is None:
        return
    yield Finding(
        called.layer.place,
        f"{quoted(called.layer)} makes no mask, so {quoted(reader.layer)} reads the padding last",
        because=(
            Evidence(padded.place, "puts zeros behind the shorter sequences"),
            Evidence(reader.place, "returns its state after the last step"),
        ),
        cure="give the Embedding mask_zero=True",
        confidence=Confidence.LIKELY,
    )


def _padding_of(called: Called, facts: Facts) -> Note | None:
    """Where the ids were padded behind that an embedding without a mask reads."""
    layer, source = called.layer, called.source
    if layer.spec.path != "keras.layers.Embedding" or layer.uncertain or not isinstance(source, Tensor):
        return None
    if not is_stated(layer.argument("mask_zero"), False):
        return None
    given = [entered.given for entered in facts.events(Entered) if entered.declared.axes == source.axes]
    return next((note for tensor in (source, *given) if (note := tensor.noted(ZEROS_BEHIND))), None)


def _ends_on(reader: Called, embedding: Called) -> bool:
    """True for a recurrent layer that reads the vectors as they are and returns its last step."""
    source, vectors, output = reader.source, embedding.result, output_of(reader.result)
    if not _is_recurrent(reader.layer) or reader.masked or not isinstance(output, Tensor):
        return False
    if not isinstance(source, Tensor) or not isinstance(vectors, Tensor) or source.axes != vectors.axes:
        return False
    backwards = reader.layer.argument("go_backwards")
    return output.noted("last-step") is not None and not is_masked(source) and backwards in (None, Const(False))


@check(RULE, on=Called)
def masking_of_vectors(called: Called, facts: Facts) -> Iterator[Finding]:
    """`Masking` looks for steps that are all zeros; an embedding of random vectors has none."""
    if called.layer.spec.family != "masking" or not is_first(facts, called, _place):
        return
    source = called.source
    embedding = next((one.layer for one in facts.events(Called) if _embeds(one) and one.result == source), None)
    if embedding is None or not isinstance(source, Tensor):
        return
    yield Finding(
        called.place,
        f"{quoted(called.layer)} masks nothing: no vector of {quoted(embedding)} is all zeros",
        because=(Evidence(embedding.place, "gives a vector for the padding too"),),
        cure="give the Embedding mask_zero=True, and leave out Masking",
        confidence=Confidence.LIKELY,
    )


def _embeds(called: Called) -> bool:
    """True for an embedding of random vectors: none given, no initializer of its own."""
    layer = called.layer
    if layer.spec.path != "keras.layers.Embedding" or layer.uncertain:
        return False
    given = dict(layer.arguments)
    return not ({"weights", "embeddings_initializer"} & set(given)) and given.get("trainable") in (None, Const(True))


def _place(called: Called) -> Place:
    return called.place
