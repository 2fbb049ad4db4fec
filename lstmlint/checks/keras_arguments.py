"""Arguments on a Keras layer that belong elsewhere: to torch, to another spelling, to another call.

The rule is that of torch's layers too; what is Keras' own stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.catalogue.counterparts import OF_TORCH, to_keras
from lstmlint.catalogue.spec import LayerSpec
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import is_keras, quoted
from lstmlint.events import Built, BuiltByName, Misplaced
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.values import Const, Layer, Num, Unknown, Value, as_int

RULE = "foreign-argument"
ALIKE = 0.8
"""How similar a keyword must be to a parameter to be taken for its misspelling."""

_KERAS_2 = {"time_major", "batch_input_shape", "batch_shape", "batch_size", "weights", "input_length", "dynamic"} | {
    "implementation",
    "input_dtype",
    "fused",
    "virtual_batch_size",
    "adjustment",
    "sparse",
    "experimental_autocast",
}
_KERAS_1 = (
    {"output_dim", "init", "inner_init", "forget_bias_init", "inner_activation", "consume_less", "keep_dims"}
    | {"W_regularizer", "U_regularizer", "b_regularizer", "dropout_W", "dropout_U", "nb_filter", "filter_length"}
    | {"border_mode", "subsample_length", "nb_row", "nb_col", "subsample", "dim_ordering", "mode", "concat_axis"}
)
ONCE_KERAS = _KERAS_1 | _KERAS_2
"""Keywords that some version of Keras takes or took: another rule's matter."""

_SIZE = re.compile(
    r"(^|_)(hidden|units?|size|dim|dims|width|neurons)(_|\d|$)|(^|_)(features|channels|classes|labels|tags|outputs)$"
)


@check(RULE, on=Built)
def keyword_of_something_else(built: Built, facts: Facts) -> Iterator[Finding]:
    """A keyword that the layer does not take, and what was meant."""
    layer = built.layer
    if not is_keras(layer) or not layer.spec.path.startswith("keras.layers."):
        return
    for keyword in built.foreign:
        if keyword not in ONCE_KERAS:
            yield from _explained(built, keyword)


def _explained(built: Built, keyword: str) -> Iterator[Finding]:
    layer, name = built.layer, built.layer.spec.name
    inner = layer.argument("layer")
    if isinstance(inner, Layer) and inner.spec.takes(keyword):
        yield Finding(
            built.place,
            f"`{keyword}` stands on {name}, but it belongs to {quoted(inner)} inside",
            because=(Evidence(inner.place, f"takes `{keyword}`"),),
            cure=f"write it inside: `{inner.spec.name}(..., {keyword}=...)`",
        )
        return
    spelt = _misspelt(layer.spec, keyword)
    counterpart = to_keras(keyword)
    if spelt is not None and (counterpart is None or layer.spec.spelt(keyword) is not None):
        yield Finding(
            built.place, f"{name} has no argument `{keyword}`: it is spelt `{spelt}`", cure=f"write `{spelt}`"
        )
    elif counterpart is not None:
        yield Finding(built.place, f"`{keyword}` is torch's argument, Keras' {name} does not take it", cure=counterpart)


def _misspelt(spec: LayerSpec, keyword: str) -> str | None:
    """The parameter that a keyword is a misspelling of."""
    same = spec.spelt(keyword)
    if same is not None:
        return same
    known = [parameter.name for parameter in (*spec.parameters, *spec.keyword_only)] + ["name", "dtype", "input_shape"]
    from difflib import get_close_matches  # needed where an argument is misspelt

    close = get_close_matches(keyword.lower(), known, 1, ALIKE)
    return close[0] if close else None


@check(RULE, on=BuiltByName)
def keyword_of_torch_on_any_layer(built: BuiltByName, facts: Facts) -> Iterator[Finding]:
    """`getattr(keras.layers, kind)(..., bidirectional=True)`: whichever layer it is, it does not take that."""
    for keyword in built.keywords:
        if built.module == "keras.layers" and keyword in OF_TORCH:
            message = f"`{keyword}` is torch's argument, no layer of Keras takes it"
            yield Finding(built.place, message, cure=to_keras(keyword) or "")


@check(RULE, on=Built)
def size_in_the_place_of_an_activation(built: Built, facts: Facts) -> Iterator[Finding]:
    """`LSTM(n_features, hidden)`: torch's (input_size, hidden_size) land on (units, activation)."""
    if not is_keras(built.layer) or built.layer.uncertain or not built.layer.spec.path.startswith("keras.layers."):
        return
    for position, (parameter, value) in enumerate(zip(built.layer.spec.parameters, built.positional, strict=False)):
        if not parameter.name.endswith("activation") or position == 0:
            continue
        text = built.positional_texts[position] if position < len(built.positional_texts) else ""
        sure = _is_number(value)
        if sure or (isinstance(value, Unknown) and _SIZE.search(text)):
            yield _landed(built, parameter.name, shortened(text) or "the size", sure)
            return


def _is_number(value: Value) -> bool:
    is_flag = isinstance(value, Const) and isinstance(value.value, bool)
    return is_flag or isinstance(value, Num) or as_int(value) is not None


def _landed(built: Built, parameter: str, text: str, sure: bool) -> Finding:
    name, first = built.layer.spec.name, built.layer.spec.parameters[0].name
    return Finding(
        built.place,
        f"`{text}` lands on `{parameter}`: Keras' {name} takes one size by position, `{first}`",
        cure=f"Keras infers the number of features: write `{name}({text})`",
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
    )


@check(RULE, on=Built)
def layers_one_by_one(built: Built, facts: Facts) -> Iterator[Finding]:
    """`keras.Sequential(first, second)`: torch takes the layers one by one, Keras takes one list."""
    if built.layer.spec.path != "keras.Sequential" or len(built.positional) < 2:
        return
    if all(isinstance(value, Layer) for value in built.positional[:2]):
        yield Finding(
            built.place,
            "keras.Sequential takes one list of layers, not the layers one by one as torch's does",
            cure="put the layers into a list: `Sequential([...])`",
        )


@check(RULE, on=Misplaced)
def keyword_on_another_call(misplaced: Misplaced, facts: Facts) -> Iterator[Finding]:
    """`model.add(LSTM(24), input_shape=...)`: the keyword is the layer's."""
    layer, keyword = misplaced.layer, misplaced.keyword
    if layer is None or not is_keras(layer):
        return
    inner = layer.argument("layer")
    if isinstance(inner, Layer) and inner.spec.takes(keyword) and not layer.spec.takes(keyword):
        layer = inner
    if layer.spec.takes(keyword):
        message = f"`{keyword}` stands on `{misplaced.call}`, but it belongs to {quoted(layer)}"
        cure = f"write it inside: `{layer.spec.name}(..., {keyword}=...)`"
    elif to_keras(keyword) is not None:
        message = f"`{keyword}` is torch's argument, `{misplaced.call}` does not take it"
        cure = to_keras(keyword) or ""
    else:
        return
    yield Finding(misplaced.place, message, because=(Evidence(layer.place, "is built here"),), cure=cure)
