"""Probabilities where a Keras loss takes logits, and logits where it takes probabilities.

`from_logits` says which of the two a loss takes, and it is False unless it is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import quoted
from lstmlint.events import Event, Fitted, LossTaken
from lstmlint.events.keras import Compiled
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.keras.losses import loss_path
from lstmlint.interpret.ops.trail import DENSE, SIGMOID, SOFTMAX
from lstmlint.interpret.wording import shortened
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Const, Layer, Note, Tensor, Value, compatible

RULE = "keras-double-softmax"
MISTAKEN = {True: (SOFTMAX, SIGMOID), False: (DENSE,)}
"""By whether a loss takes logits: the notes of what is something else."""


@dataclass(frozen=True)
class Mistake:
    """A loss and a prediction that is not what the loss takes it for."""

    event: Event
    note: Note
    loss: Place
    named: str
    """The loss's path or name."""

    @property
    def place(self) -> Place:
        """Where the finding stands: where the probabilities are made, or else where the loss is chosen."""
        return self.loss if self.note.kind == DENSE else self.made

    @property
    def made(self) -> Place:
        """Where the range of the prediction is decided."""
        return self.note.place if self.note.layer is None else self.note.layer.place


@check(RULE, on=Event)
def taken_for_the_other(event: Event, facts: Facts) -> Iterator[Finding]:
    """A loss given to compile, with what the model gives, and a loss called by hand."""
    mistake = _mistakes(facts).get(id(event))
    if mistake is None:
        return
    yield _probabilities(mistake) if mistake.note.kind != DENSE else _logits(mistake)


def _probabilities(mistake: Mistake) -> Finding:
    function = "sigmoid" if _is_binary(mistake.named) else "softmax"
    flag = "from_logits=True" if "with_logits" not in mistake.named else "the loss function"
    return Finding(
        mistake.place,
        f"`{shortened(mistake.made.text)}` gives probabilities, and the loss takes them for logits",
        because=(Evidence(mistake.loss, f"applies a {function} itself: {flag}"),),
        cure=f"leave out the {mistake.note.kind}, or let the loss take probabilities",
    )


def _logits(mistake: Mistake) -> Finding:
    function = "sigmoid" if _is_binary(mistake.named) else "softmax"
    layer = mistake.note.layer
    given = f"`{shortened(mistake.made.text)}`" if layer is None else quoted(layer)
    return Finding(
        mistake.place,
        f"the loss takes probabilities and gets logits: {given} has no activation",
        because=(Evidence(mistake.made, "gives values of any size and sign"),),
        cure=f'give the loss from_logits=True, or the last layer activation="{function}"',
    )


def _is_binary(named: str) -> bool:
    return "inary" in named or "sigmoid" in named or "weighted" in named


@lru_cache(maxsize=1)
def _mistakes(facts: Facts) -> dict[int, Mistake]:
    """The first event that shows each mistake, by the event's identity."""
    found: dict[Place, Mistake] = {}
    for event in facts.events(Event):
        mistake = _mistake(event)
        if mistake is not None:
            found.setdefault(mistake.place, mistake)
    return {id(mistake.event): mistake for mistake in found.values()}


def _mistake(event: Event) -> Mistake | None:
    if isinstance(event, LossTaken):
        prediction, place, named = event.prediction, event.place, event.loss
    elif isinstance(event, (Compiled, Fitted)) and event.loss_value is not None:
        prediction, place = event.output, _written(event.loss_value, event.place)
        named = loss_path(event.loss_value) or ""
    else:
        return None
    if event.from_logits is None or not isinstance(prediction, Tensor):
        return None
    note = next((note for kind in MISTAKEN[event.from_logits] if (note := prediction.noted(kind))), None)
    if note is None or (note.layer is not None and not compatible(note.layer.path, event.path)):
        return None
    return Mistake(event, note, place, named)


def _written(loss: Value, otherwise: Place) -> Place:
    """Where a loss given to compile was written."""
    if isinstance(loss, Layer):
        return loss.place
    return loss.place if isinstance(loss, Const) and loss.place is not None else otherwise
