"""A loss that expects logits or log-probabilities and gets something else: probabilities, or bare scores.

The range of a tensor's entries travels with it as a note, from the softmax through methods, attributes and functions
to the loss; whatever computes new entries on the way ends the note, and so does a branch that goes without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.catalogue.losses import loss_spec
from lstmlint.checks.facts import Facts
from lstmlint.events import Called, Event, LossTaken, Reduced
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.ops.trail import DENSE, SIGMOID, SOFTMAX
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.source import Place
from lstmlint.values import Note, Tensor

RULE = "torch-softmax-before-ce"
LOGITS = {
    "CrossEntropyLoss": ("log_softmax", (SOFTMAX, SIGMOID)),
    "BCEWithLogitsLoss": ("sigmoid", (SIGMOID, SOFTMAX)),
}
"""Losses that want logits: what they apply themselves, and what must not have been applied before."""
_SAYS_SO = re.compile(r"prob(a|s|_|$)")
"""A name of what gives probabilities: `predict_proba`."""
LOGARITHMS = {"NLLLoss": (SOFTMAX, SIGMOID, DENSE), "CTCLoss": (SOFTMAX,), "KLDivLoss": (SOFTMAX,)}
"""Losses that want log-probabilities, and what no log-probability comes out of."""


@check(RULE, on=LossTaken)
def probabilities_given_as_logits(taken: LossTaken, facts: Facts) -> Iterator[Finding]:
    """CrossEntropyLoss(softmax(x)), BCEWithLogitsLoss(sigmoid(x))."""
    name = _name(taken)
    if name not in LOGITS:
        return
    own, wrong = LOGITS[name]
    note = _note(taken, wrong)
    if note is None:
        return
    place = _place(note, facts)
    text = shortened(place.text)
    method = _giver_of_probabilities(note, taken, facts)
    if method:
        yield Finding(
            taken.place,
            f"`{callee_text(taken.place)}` reads logits, and `{method}` gives it probabilities",
            because=(Evidence(place, "turns the logits into probabilities, which is what it is for"),),
            cure=f"hand it the logits that `{method}` starts from: it applies {own} itself",
        )
        return
    yield Finding(
        place,
        f"`{text}` turns the logits into probabilities, and the loss reads them as logits",
        because=(Evidence(taken.place, f"applies {own} itself"),),
        cure=f"hand the logits to the loss, and apply the {note.kind} only where probabilities are wanted",
    )


@check(RULE, on=LossTaken)
def no_logarithm_before_the_loss(taken: LossTaken, facts: Facts) -> Iterator[Finding]:
    """NLLLoss(softmax(x)), NLLLoss(linear(x))."""
    note = _note(taken, LOGARITHMS.get(_name(taken), ()))
    if note is None:
        return
    given = "the scores of a dense layer" if note.kind == DENSE else "probabilities"
    cure = "use log_softmax there"
    if _name(taken) == "NLLLoss":
        cure = "use log_softmax there, or logits with cross_entropy"
    yield Finding(
        taken.place,
        f"`{callee_text(taken.place)}` wants log-probabilities and gets {given}: no logarithm was taken",
        because=(Evidence(note.place, f"gives {given}"),),
        cure=cure,
    )


def _giver_of_probabilities(note: Note, taken: LossTaken, facts: Facts) -> str:
    """The function that the loss's own function asks for probabilities, where others ask it too; else nothing.

    What is at fault then is that call: the function does what its other callers expect, or what its name says. A
    forward is the model itself.
    """
    chains = {tuple(inside.function for inside in event.inside) for event in _events_at(note.place, facts)}
    own = tuple(inside.function for inside in taken.inside)
    methods = {chain[-1] for chain in chains if chain[:-1] == own and chain[-1] not in ("forward", "__call__")}
    others = {chain[-1] for chain in chains if chain and chain[:-1] != own}
    return next((name for name in sorted(methods) if name in others or _SAYS_SO.search(name)), "")


def _events_at(place: Place, facts: Facts) -> list[Event]:
    return [event for event in (*facts.events(Reduced), *facts.events(Called)) if event.place == place]


def _name(taken: LossTaken) -> str:
    """The name of the loss's class, whichever form was called."""
    loss = loss_spec(taken.loss)
    return "" if loss is None else loss.path.rpartition(".")[2]


def _place(note: Note, facts: Facts) -> Place:
    """Where the range was made: where the layer was built if one call applied several, as nn.Sequential does."""
    applied = {called.layer.id for called in facts.events(Called) if called.place == note.place}
    return note.layer.place if note.layer is not None and len(applied) > 1 else note.place


def _note(taken: LossTaken, kinds: tuple[str, ...]) -> Note | None:
    """The note of one of some kinds that a loss's prediction carries."""
    prediction = taken.prediction
    if not isinstance(prediction, Tensor):
        return None
    return next((note for kind in kinds if (note := prediction.noted(kind))), None)
