"""A mask that is made, lost on the way, and missing where a recurrent layer would use it.

Padded steps are then read like any others. Also: `Masking` behind an `Embedding`, which masks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.catalogue.keras_recurrent import RECURRENT_FAMILIES
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import is_first, is_keras, quoted
from lstmlint.events import Called
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.keras_masks import LOST, MASKED
from lstmlint.interpret.keras_recurrent import wrapped
from lstmlint.source import Place
from lstmlint.values import Const, Layer, Note, Tensor

RULE = "keras-mask"


@check(RULE, on=Called)
def mask_lost_before(called: Called, facts: Facts) -> Iterator[Finding]:
    """A recurrent layer reads what a layer without masks made of masked steps."""
    notes = _lost_before(called)
    if notes is None or not is_first(facts, called, _lost_at) or _in_a_layer_of_its_own(called, notes[1], facts):
        return
    made, lost = notes
    if made.layer is None or lost.layer is None:
        return
    yield Finding(
        lost.place,
        f"{quoted(lost.layer)} loses the mask, so {quoted(called.layer)} reads the padding like data",
        because=(Evidence(made.place, "makes the mask"), Evidence(called.place, "would skip masked steps")),
        cure="hand the mask over: `mask=...`, or use a layer that keeps it",
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


def _is_recurrent(layer: Layer) -> bool:
    inner = wrapped(layer) if layer.spec.family == "bidirectional" else layer
    return is_keras(inner) and inner is not None and inner.spec.family in RECURRENT_FAMILIES


def _in_a_layer_of_its_own(called: Called, lost: Note, facts: Facts) -> bool:
    """True where the mask is lost inside another object of the program, which may compute a mask of its own."""
    losing = next((one for one in facts.events(Called) if one.place == lost.place and one.layer == lost.layer), None)
    if losing is None:
        return True
    objects = [[inside.receiver for inside in one.inside if inside.receiver is not None] for one in (losing, called)]
    return any(receiver not in objects[1] for receiver in objects[0])


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
