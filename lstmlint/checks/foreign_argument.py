"""Keras' arguments on a torch layer, and misspelt ones. Keras' side stands in keras_arguments."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.catalogue.counterparts import OF_KERAS, TORCH_NAMES, to_torch
from lstmlint.catalogue.spec import LayerSpec
from lstmlint.checks.facts import Facts
from lstmlint.events import Built, BuiltByName, Misplaced
from lstmlint.findings import Evidence, Finding, check
from lstmlint.interpret.wording import shortened

RULE = "foreign-argument"
ALIKE = 0.8
"""How similar a keyword must be to a parameter to be taken for its misspelling."""

_ANYTHING = frozenset({"identity", "sequential", "module_list", "module_dict", "activation", "loss"})
"""Families whose constructors are too lenient, or whose arguments changed too often, to say anything."""


@check(RULE, on=Built)
def keyword_of_keras(built: Built, facts: Facts) -> Iterator[Finding]:
    """A keyword that a torch layer does not take, and what it is called there."""
    spec = built.layer.spec
    if spec.framework != "torch" or spec.family in _ANYTHING:
        return
    for keyword in built.foreign:
        cure = _cure(spec, keyword)
        if cure is not None:
            yield Finding(built.place, _message(spec, keyword), cure=cure)


def _message(spec: LayerSpec, keyword: str) -> str:
    if to_torch(keyword) is None or _misspelt(spec, keyword) is not None:
        return f"nn.{spec.name} has no argument `{keyword}`"
    return f"`{keyword}` is Keras' argument, nn.{spec.name} does not take it"


def _cure(spec: LayerSpec, keyword: str) -> str | None:
    if keyword == "proj_size":
        return "only nn.LSTM has a projection"
    if keyword in TORCH_NAMES and not spec.takes(TORCH_NAMES[keyword]):
        return None
    spelt = _misspelt(spec, keyword)
    return f"write `{spelt}`" if spelt is not None else to_torch(keyword)


def _misspelt(spec: LayerSpec, keyword: str) -> str | None:
    """The parameter that a keyword is a misspelling of; a name of Keras' own is none."""
    same = spec.spelt(keyword)
    if same is not None or to_torch(keyword) is not None:
        return same
    known = [parameter.name for parameter in (*spec.parameters, *spec.keyword_only)]
    from difflib import get_close_matches  # needed where an argument is misspelt

    close = get_close_matches(keyword.lower(), known, 1, ALIKE)
    return close[0] if close else None


@check(RULE, on=BuiltByName)
def keyword_of_keras_on_any_layer(built: BuiltByName, facts: Facts) -> Iterator[Finding]:
    """`getattr(nn, kind)(..., return_sequences=True)`: whichever layer it is, it does not take that."""
    for keyword in built.keywords:
        if built.module == "torch.nn" and keyword in OF_KERAS:
            message = f"`{keyword}` is Keras' argument, no layer of torch.nn takes it"
            yield Finding(built.place, message, cure=to_torch(keyword) or "")


@check(RULE, on=Misplaced)
def keyword_of_keras_at_a_call(misplaced: Misplaced, facts: Facts) -> Iterator[Finding]:
    """`lstm(x, training=True)`, `lstm(x, initial_state=h)`: what Keras takes at a call."""
    layer = misplaced.layer
    cure = to_torch(misplaced.keyword)
    if layer is None or layer.spec.framework != "torch" or cure is None:
        return
    yield Finding(
        misplaced.place,
        f"`{misplaced.keyword}` is Keras' argument, a call of nn.{layer.spec.name} takes the input and the state only",
        because=(Evidence(layer.place, f"`{shortened(layer.place.text)}` is built here"),),
        cure=cure,
    )
