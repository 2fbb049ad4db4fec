"""The (output, state) tuple of a recurrent layer used as if it were the output alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.events import Built, Inside, UsedAsTensor
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.torch.sequential import children, handed_on, is_recurrent, takes_tensor
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.source import Place
from lstmlint.values import Layer

RULE = "torch-output-not-unpacked"
RETURNS = {"lstm": "(output, (h_n, c_n))"}


@check(RULE, on=UsedAsTensor)
def result_used_as_tensor(used: UsedAsTensor, facts: Facts) -> Iterator[Finding]:
    """A layer's result given to another layer, indexed by axes or computed with."""
    layer = used.value.layer
    if layer is None or used.value.part != "result" or not is_torch_recurrent(layer):
        return
    over = _handed_over(used)
    if over is None or over.place is None:
        yield _finding(layer, used.place, used.how)
    elif next(other for other in facts.events(UsedAsTensor) if _is_handed_over_at(other, over.place)) is used:
        there = Evidence(used.place, "only a tensor will do")
        if any((call.place, call.rounds) == (over.place, over.rounds) for call in facts.calls(layer.id)):
            yield _finding(layer, layer.place, "passed on to what stands behind it", there)  # both inside one call
        else:
            yield _finding(layer, over.place, f"given to `{callee_text(over.place)}`", there)


def _handed_over(used: UsedAsTensor) -> Inside | None:
    """The first call of a function that was given the tuple to use: the mistake is its caller's, or a Sequential's."""
    return next((call for call in used.inside if used.value in call.given), None)


def _is_handed_over_at(used: UsedAsTensor, place: Place) -> bool:
    over = _handed_over(used)
    return over is not None and over.place == place


@check(RULE, on=Built)
def followed_in_sequential(built: Built, facts: Facts) -> Iterator[Finding]:
    """A recurrent layer in front of another layer in nn.Sequential that nobody in the file calls or takes apart."""
    if built.layer.spec.path != "torch.nn.Sequential":
        return
    elements = children(facts.world, built.layer)
    for element, following in pairwise(elements):
        if is_recurrent(element) and isinstance(element, Layer) and takes_tensor(following):
            if facts.calls(element.id):
                return
            assert isinstance(following, Layer)
            yield _finding(element, element.place, handed_on(following))


def _finding(layer: Layer, place: Place, how: str, *more: Evidence) -> Finding:
    returned = RETURNS.get(layer.spec.family, "(output, h_n)")
    inside = how.startswith("passed on")
    return Finding(
        place,
        f"the tuple {returned} that nn.{layer.spec.name} returns is {how}, which takes the output alone"
        if inside
        else f"the tuple {returned} that nn.{layer.spec.name} returns is {how}",
        because=(Evidence(layer.place, f"`{shortened(layer.place.text)}` returns {returned}"), *more),
        cure="put a small module behind the layer whose forward returns the first item"
        if inside
        else "unpack it: `output, _ = ...`, or take `[0]`",
    )
