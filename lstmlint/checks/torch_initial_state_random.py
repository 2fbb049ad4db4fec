"""An initial state that forward draws anew: each pass starts from other numbers, in evaluation too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.catalogue.torch_recurrent import CELL_FAMILIES
from lstmlint.checks.construction import under_way
from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.checks.states import tensors_in
from lstmlint.events import Called, Randomised
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.ops.trail import RANDOM
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.source import Place
from lstmlint.values import Instance

_DRAWS = frozenset(
    {
        *("randn", "rand", "normal", "randn_like", "rand_like", "normal_", "uniform_"),
        *("standard_normal", "random", "uniform", "random_sample"),
    }
)
"""Functions that draw; a tensor that is only allocated (empty) may be filled by a statement of its own."""
_ON_PURPOSE = re.compile(r"generat|sampl|gan(?![a-z])|vae|nois|random|stochastic|latent|prior|dream", re.IGNORECASE)
"""Classes and functions whose start is meant to be drawn."""


@check("torch-initial-state-random", on=Called)
def drawn_in_every_pass(called: Called, facts: Facts) -> Iterator[Finding]:
    """`h0 = torch.randn(...)` in forward, or in what forward calls, given to a recurrent layer."""
    if not is_torch_recurrent(called.layer) and called.layer.spec.family not in CELL_FAMILIES:
        return
    for tensor in tensors_in(facts.world, called.state):
        note = tensor.noted(RANDOM)
        if note is None or not _is_drawn_in_forward(note.place, facts):
            continue
        yield Finding(
            note.place,
            f"`{shortened(note.place.text)}` draws an initial state anew in every forward pass, in evaluation too",
            because=(Evidence(called.place, f"`{callee_text(called.place)}` starts from it"),),
            cure="use torch.zeros, or leave the state out: zeros are the default; to learn it, make it an nn.Parameter",
        )


def _is_drawn_in_forward(place: Place, facts: Facts) -> bool:
    """True where a place that draws was reached from a module's forward each time, and nothing asks for chance."""
    drawn = [event for event in facts.events(Randomised) if event.place == place]
    return bool(drawn) and all(_is_mistaken(event) for event in drawn)


def _is_mistaken(event: Randomised) -> bool:
    calls = under_way(event)
    if not calls or event.function.rpartition(".")[2] not in _DRAWS:
        return False
    names = [call.function for call in event.inside]
    names += [call.receiver.cls.name for call in event.inside if isinstance(call.receiver, Instance)]
    return not any(map(_ON_PURPOSE.search, names))
