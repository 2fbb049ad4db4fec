"""A batch norm's momentum in the other framework's convention: the weight of the old mean, or of the new one.

Keras' moving mean becomes `momentum * old + (1 - momentum) * new`, torch's `(1 - momentum) * old + momentum * new`.
Torch's 0.1 is Keras' 0.9. A number alone is convincing at the far end only, where the mean of the last batch all but
replaces what was learned before; the other framework's epsilon beside it says more.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.events import Built
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.values import Const, Layer, Value

RULE = "foreign-convention"
_EPSILON = {"torch": 1e-5, "keras": 1e-3}
"""Each framework's default epsilon of a batch norm."""
_OTHER = {"torch": "keras", "keras": "torch"}
_POSSESSIVE = {"torch": "torch's", "keras": "Keras'"}
_PARAMETER = {"torch": "eps", "keras": "epsilon"}
_SURE, _DOUBTFUL = 0.9, 0.6
"""The least weight of the last batch that no one means, and that no one means who also took over the epsilon."""


@check(RULE, on=Built)
def momentum_of_the_other_framework(built: Built, facts: Facts) -> Iterator[Finding]:
    """A momentum that gives nearly all weight to the last batch."""
    layer, framework = built.layer, built.layer.spec.framework
    momentum = _number(layer.argument("momentum")) if _is_batch_norm(layer) else None
    if momentum is None or layer.argument("track_running_stats") == Const(False):
        return
    newest = momentum if framework == "torch" else 1.0 - momentum
    epsilon = layer.argument(_PARAMETER[framework])
    is_taken_over = _number(epsilon) == _EPSILON[_OTHER[framework]]
    if not (_DOUBTFUL if is_taken_over else _SURE) <= round(newest, 9) < 1.0:
        return
    other = _POSSESSIVE[_OTHER[framework]]
    yield Finding(
        built.place,
        f"momentum={momentum:g} is {other} convention: here the last batch makes up {newest:.4g} of the moving mean",
        because=_reasons(built, layer.argument("momentum"), epsilon if is_taken_over else None, other),
        cure=f"write momentum={round(1.0 - momentum, 9):g}",
        confidence=Confidence.CERTAIN if is_taken_over and newest >= _SURE else Confidence.LIKELY,
    )


def _is_batch_norm(layer: Layer) -> bool:
    return "BatchNorm" in layer.spec.name and not layer.uncertain


def _number(value: Value | None) -> float | None:
    if not isinstance(value, Const) or isinstance(value.value, bool) or not isinstance(value.value, (int, float)):
        return None
    return float(value.value)


def _reasons(built: Built, momentum: Value | None, epsilon: Value | None, other: str) -> tuple[Evidence, ...]:
    found = []
    if isinstance(momentum, Const) and momentum.place is not None and momentum.place.span.line != built.place.span.line:
        found.append(Evidence(momentum.place, f"`{shortened(momentum.place.text)}` is the momentum"))
    if isinstance(epsilon, Const):
        found.append(Evidence(epsilon.place or built.place, f"the epsilon is {other} default too"))
    return tuple(found)


@check(RULE, on=Built)
def momentum_in_the_place_of_eps(built: Built, facts: Facts) -> Iterator[Finding]:
    """`nn.BatchNorm1d(64, 0.8)`: Keras' habit of naming the momentum first, which torch reads as eps."""
    layer = built.layer
    if layer.spec.framework != "torch" or not _is_batch_norm(layer) or len(built.positional) < 2:
        return
    value = _number(built.positional[1])
    if value is None or not 0.5 <= value < 1.0:
        return
    yield Finding(
        built.place,
        f"`{shortened(built.positional_texts[1])}` lands on eps, which is added to the variance, not on momentum",
        cure=f"write momentum={round(1.0 - value, 9):g}, which is what Keras calls {value:g}",
        confidence=Confidence.CERTAIN,
    )
