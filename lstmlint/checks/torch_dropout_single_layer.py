"""`dropout` on a recurrent layer of one level: torch drops values between levels only, so nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.events import Built
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.options import default_of
from lstmlint.values import Const, Layer, as_int, is_assumed


@check("torch-dropout-single-layer", on=Built)
def dropout_between_no_layers(built: Built, facts: Facts) -> Iterator[Finding]:
    """A rate above 0 with num_layers=1."""
    layer = built.layer
    if not is_torch_recurrent(layer) or as_int(layer.argument("num_layers")) != 1:
        return
    given = layer.argument("dropout")
    option = default_of(facts.world, given)
    rate = given if option is None else option
    if not isinstance(rate, Const) or isinstance(rate.value, bool) or not _is_positive(rate.value):
        return
    if _built_deeper_elsewhere(layer, facts):
        return
    how = " by default" if is_assumed(layer.argument("num_layers")) else ""
    usual = "" if option is None else ", the option's default,"
    yield Finding(
        built.place,
        f"dropout={rate.value}{usual} drops nothing: num_layers is 1{how}, and torch drops values between layers only",
        because=() if rate.place is None else (Evidence(rate.place, "is the rate"),),
        cure="put an nn.Dropout in front of the layer or behind it, or stack layers with `num_layers=2`",
        confidence=Confidence.LIKELY if how or usual else Confidence.CERTAIN,
    )


def _is_positive(rate: object) -> bool:
    return isinstance(rate, (int, float)) and rate > 0


def _built_deeper_elsewhere(layer: Layer, facts: Facts) -> bool:
    """True where one level is only a parameter's default, and the file builds the layer with more."""
    if not is_assumed(layer.argument("num_layers")):
        return False
    others = [event.layer for event in facts.events(Built) if event.layer.place == layer.place]
    return any((as_int(other.argument("num_layers")) or 0) > 1 for other in others)
