"""`dropout` on a recurrent layer of one level: torch drops values between levels only, so nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.events import Built
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.options import default_of
from lstmlint.values import Const, Layer, as_int, is_assumed

RULE = "torch-dropout-single-layer"


@check(RULE, on=Built)
def dropout_between_no_layers(built: Built, facts: Facts) -> Iterator[Finding]:
    """A rate above 0 with num_layers=1."""
    layer = built.layer
    rate = _rate_for_nothing(layer, facts)
    if rate is None:
        return
    how = " by default" if is_assumed(layer.argument("num_layers")) else ""
    usual = ", the option's default," if rate != layer.argument("dropout") else ""
    yield Finding(
        built.place,
        f"dropout={rate.value}{usual} drops nothing: num_layers is 1{how}, and torch drops values between layers only",
        because=() if rate.place is None else (Evidence(rate.place, "is the rate"),),
        cure="put an nn.Dropout in front of the layer or behind it, or stack layers with `num_layers=2`",
        confidence=Confidence.LIKELY if how or usual else Confidence.CERTAIN,
    )


@check(RULE, on=Built)
def built_otherwise(built: Built, facts: Facts) -> Iterator[Finding]:
    """Takes back what the defaults alone say of a layer that somebody builds with other values."""
    layer = built.layer
    if not is_torch_recurrent(layer) or "dropout" not in dict(layer.arguments):
        return
    if not is_assumed(layer.argument("num_layers")) and _rate_for_nothing(layer, facts) is None:
        yield Finding(built.place, "")


def _rate_for_nothing(layer: Layer, facts: Facts) -> Const | None:
    """The rate above 0 of a layer with nothing between its layers."""
    if not is_torch_recurrent(layer) or as_int(layer.argument("num_layers")) != 1:
        return None
    given = layer.argument("dropout")
    rate = default_of(facts.world, given) or given
    if not isinstance(rate, Const) or isinstance(rate.value, bool) or not isinstance(rate.value, (int, float)):
        return None
    return rate if rate.value > 0 else None
