"""Dropout that `model.eval()` does not reach: F.dropout without `training=`, or an nn.Dropout built in forward."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.checks.construction import is_built_each_time, under_way
from lstmlint.checks.facts import Facts
from lstmlint.events import Built, Dropped, Event
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.values import Const, Instance, ListRef, Unknown, Value

RULE = "torch-functional-dropout"
_MODE = re.compile(r"train|eval|infer|test|predict|sampl|phase", re.IGNORECASE)
"""Conditions that ask for the mode."""
ON_PURPOSE = re.compile(
    r"mc(?![a-z])|mc_|monte|bayes|uncertain|sampl|stochastic|nois|corrupt|augment|pre_?net", re.IGNORECASE
)
"""Functions and classes that want chance in every pass; a Tacotron's prenet is one."""
ENSEMBLE = re.compile("ensemble", re.IGNORECASE)
"""What wants chance in every pass, too, if it is made of passes of one model; one of several models does not."""


@check(RULE, on=Dropped)
def training_left_out(dropped: Dropped, facts: Facts) -> Iterator[Finding]:
    """F.dropout(x, p) in a module's forward."""
    if dropped.training is not None or not _drops(dropped.rate, default=True) or not _in_every_mode(dropped, facts):
        return
    text = shortened(dropped.place.text)
    yield Finding(
        dropped.place,
        f"`{text}` drops values after model.eval() too: its `training` is True unless it is given",
        because=_rate(dropped.rate),
        cure="pass `training=self.training`, or use an nn.Dropout built in `__init__`",
    )


@check(RULE, on=Built)
def dropout_built_in_forward(built: Built, facts: Facts) -> Iterator[Finding]:
    """nn.Dropout(p)(x) in a module's forward: a new layer starts in training mode."""
    layer = built.layer
    if layer.spec.framework != "torch" or not layer.spec.family.startswith("dropout"):
        return
    if not is_built_each_time(built) or not _drops(layer.argument("p"), default=False):
        return
    if not _in_every_mode(built, facts) or not facts.calls(layer.id):
        return
    text = shortened(built.place.text)
    yield Finding(
        built.place,
        f"`{text}` drops values after model.eval() too: it is built in forward, and a new layer is in training mode",
        because=_rate(layer.argument("p")),
        cure="build it in `__init__`",
    )


def _drops(rate: Value | None, default: bool) -> bool:
    """True for a rate that is not 0, or that nobody knows and no branch decides."""
    if rate is None:
        return default
    if isinstance(rate, Const):
        return isinstance(rate.value, (int, float)) and rate.value > 0
    return isinstance(rate, Unknown)


def _rate(rate: Value | None) -> tuple[Evidence, ...]:
    return (Evidence(rate.place, "is the rate"),) if isinstance(rate, Const) and rate.place is not None else ()


def _in_every_mode(event: Event, facts: Facts) -> bool:
    """True inside a module's forward, where no condition asks for the mode and no name asks for chance."""
    calls = under_way(event)
    if not calls:
        return False
    asked = [*event.under, *(text for call in event.inside for text in call.under)]
    asked += [name for condition, _ in event.path for name in _names(condition)]
    owners = [call.receiver.cls.name for call in event.inside if isinstance(call.receiver, Instance)]
    named = [*(call.function for call in event.inside), *owners]
    if any(map(_MODE.search, asked)) or any(map(ON_PURPOSE.search, named)):
        return False
    return _is_one_of_several(event, calls[0].receiver, facts) or not any(map(ENSEMBLE.search, named))


def _is_one_of_several(event: Event, model: Value | None, facts: Facts) -> bool:
    """True where a loop goes over several models, of which this is one."""
    lists = (turn.source for turn in event.rounds if isinstance(turn.source, ListRef))
    models = ({item for item in facts.world.items(items) if isinstance(item, Instance)} for items in lists)
    return any(model in several and len(several) > 1 for several in models)


def _names(condition: object) -> Iterator[str]:
    """The names of the attributes and arguments that a condition asks for."""
    if isinstance(condition, tuple) and condition:
        if condition[0] in ("attribute", "item"):
            yield str(condition[-1])
        elif condition[0] == "parameter":
            yield str(condition[2])
        else:
            for part in condition:
                yield from _names(part)
