"""A view or reshape whose target is the source's axes in another order: it mixes the entries.

Final states have a rule of their own (torch-hn-layout), and so have initial ones (torch-initial-state-shape).
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.evidence import same_axes
from lstmlint.checks.facts import Facts
from lstmlint.checks.states import stack_of, tensors_in
from lstmlint.events import Called, Reshaped
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.values import Tensor


@check("torch-view-as-permute", on=Reshaped)
def reshape_in_place_of_permute(reshaped: Reshaped, facts: Facts) -> Iterator[Finding]:
    """`x.view(steps, batch, features)` of (batch, steps, features) data."""
    if not reshaped.scrambled or stack_of(reshaped.source) is not None or is_initial_state(reshaped.result, facts):
        return
    if is_shift(reshaped) or _takes_for_single(reshaped):
        return
    text = shortened(reshaped.place.text)
    yield Finding(
        reshaped.place,
        f"`{text}` does not exchange axes: it cuts the same data in other places and mixes the entries",
        because=_because(reshaped, facts),
        cure="exchange axes with `.transpose(...)` or `.permute(...)`, then reshape neighbours only",
    )


def is_shift(reshaped: Reshaped) -> bool:
    """True for the shift of relative positions: (T, S+1) viewed as (S+1, T), and what is done with it afterwards."""
    padded = any(axis.size.known is None and any(not m for m, _ in axis.size.terms) for axis in reshaped.moved)
    return padded or reshaped.source.noted("scrambled") is not None


def _takes_for_single(reshaped: Reshaped) -> bool:
    """True where the target has a 1 in the place of an axis of unknown size: the program knows it to have one entry."""
    pairs = zip(reshaped.source.axes, reshaped.result.axes, strict=False)
    return any(axis.size.known is None and seen.is_single for axis, seen in pairs)


def _because(reshaped: Reshaped, facts: Facts) -> tuple[Evidence, ...]:
    """What is said of the axes that the reshape moves."""
    claims = {claim.text: claim for axis in reshaped.moved for claim in facts.claims(axis)}
    return tuple(Evidence(claim.place, claim.text) for claim in list(claims.values())[:2])


def is_initial_state(result: Tensor, facts: Facts) -> bool:
    """True where a tensor is given to a recurrent layer as its initial state."""
    return any(
        same_axes(part, result) for called in facts.events(Called) for part in tensors_in(facts.world, called.state)
    )
