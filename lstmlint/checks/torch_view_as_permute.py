"""A view or reshape whose target is the source's axes in another order: it mixes the entries.

Final states have a rule of their own (torch-hn-layout), and so have initial ones (torch-initial-state-shape).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.checks.evidence import same_axes
from lstmlint.checks.facts import Facts
from lstmlint.checks.states import stack_of, tensors_in
from lstmlint.events import Built, Called, Reshaped
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.values import Tensor

_KERAS = re.compile(r"(tf|ops|K|keras\.\w+|tf\.keras\.\w+|layers|tfl|L)\.reshape\b|([\w.]+\.)?Reshape\b")


@check("torch-view-as-permute", on=Reshaped)
def reshape_in_place_of_permute(reshaped: Reshaped, facts: Facts) -> Iterator[Finding]:
    """`x.view(steps, batch, features)` of (batch, steps, features) data."""
    if not mixes_entries(reshaped) or is_for_keras(reshaped, facts):
        return
    if stack_of(reshaped.source) is not None or is_initial_state(reshaped.result, facts):
        return
    text = shortened(reshaped.place.text)
    yield Finding(
        reshaped.place,
        f"`{text}` does not exchange axes: it cuts the same data in other places and mixes the entries",
        because=said_of_axes(reshaped, facts),
        cure="exchange axes with `.transpose(...)` or `.permute(...)`, then reshape neighbours only",
    )


def mixes_entries(reshaped: Reshaped) -> bool:
    """True for a reshape that is proved to mix entries, and not by something that is meant to."""
    return reshaped.scrambled and not is_shift(reshaped) and not _takes_for_single(reshaped)


def is_for_keras(reshaped: Reshaped, facts: Facts) -> bool:
    """True where a reshape is written for Keras: by one of its functions, or in a program without torch's layers."""
    frameworks = {built.layer.spec.framework for built in facts.events(Built)}
    return "keras" in frameworks and ("torch" not in frameworks or _KERAS.match(reshaped.place.text) is not None)


def is_shift(reshaped: Reshaped) -> bool:
    """True for the shift of relative positions: (T, S+1) viewed as (S+1, T), and what is done with it afterwards."""
    padded = any(axis.size.known is None and any(not m for m, _ in axis.size.terms) for axis in reshaped.moved)
    return padded or reshaped.source.noted("scrambled") is not None


def _takes_for_single(reshaped: Reshaped) -> bool:
    """True where the target has a 1 in the place of an axis of unknown size: the program knows it to have one entry."""
    pairs = zip(reshaped.source.axes, reshaped.result.axes, strict=False)
    return any(axis.size.known is None and seen.is_single for axis, seen in pairs)


def said_of_axes(reshaped: Reshaped, facts: Facts) -> tuple[Evidence, ...]:
    """What is said of the axes that the reshape moves."""
    claims = {claim.text: claim for axis in reshaped.moved for claim in facts.claims(axis)}
    return tuple(Evidence(claim.place, claim.text) for claim in list(claims.values())[:2])


def is_initial_state(result: Tensor, facts: Facts) -> bool:
    """True where a tensor is given to a recurrent layer as its initial state."""
    return any(
        same_axes(part, result) for called in facts.events(Called) for part in tensors_in(facts.world, called.state)
    )
