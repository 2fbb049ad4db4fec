"""torch's arguments by position that a Keras layer takes for others: sizes in torch's order, a padding in numbers.

`Conv1D(in_channels, out_channels, 5)` is as many filters as there are features, a kernel as long as there should be
filters, and strides of 5. Keras can do that, so names or sizes have to say that it is not meant, on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import is_keras
from lstmlint.events import Built
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.sizes import Size
from lstmlint.values import Layer, Tensor, as_int, as_size

RULE = "foreign-argument"
CONVOLUTIONS = frozenset({"conv1d", "conv2d", "conv3d", "conv1d_transpose", "conv2d_transpose"})
"""Families whose constructors begin with filters, kernel_size, strides, padding."""
LONG = 16
"""Kernels from here on are longer than most; filters are as many."""

_KIND = r"_?(channels?|features?|dims?|size|planes|ch)"
_IN = re.compile(rf"(n_)?in(put)?s?{_KIND}|(c|ch|n|dim|channels|features)_?in|(n|num)_?(features|inputs)|inplanes")
_OUT = re.compile(
    rf"(n_)?(out|output|hidden|hid){_KIND}|(c|ch|n|dim|channels|features)_?out|n?hid|n_?hidden|hidden(_units)?"
    r"|units|planes|((n|num)_?)?filters|channels|d_?model"
)
"""Names of what a layer reads, and of what it gives; no kernel is called so."""


@check(RULE, on=Built)
def padding_in_numbers(built: Built, facts: Facts) -> Iterator[Finding]:
    """`Conv1D(64, 5, padding=2)`: Keras pads by a word, and raises at a number."""
    layer = built.layer
    padding = as_int(layer.argument("padding")) if _is_convolution(layer) else None
    if padding is not None:
        yield Finding(
            built.place,
            f"`padding` is {padding}, as torch takes it: Keras' {layer.spec.name} takes a word",
            cure='write `padding="same"`, or `padding="valid"` for none',
        )


@check(RULE, on=Built)
def sizes_in_the_order_of_torch(built: Built, facts: Facts) -> Iterator[Finding]:
    """`Conv1D(in_channels, out_channels, 5)`."""
    layer = built.layer
    if not _is_convolution(layer) or len(built.positional) < 2 or not facts.is_first_at_its_place(built):
        return
    read, given = (_last_name(built, position) for position in (0, 1))
    evidence = tuple(_as_wide_as_its_input(built, facts))
    is_width = _OUT.fullmatch(given) is not None
    if not is_width:
        evidence = (*evidence, *_read_by_another(built, facts)) if evidence else ()
    if len(evidence) < 2 and not (is_width and (evidence or _IN.fullmatch(read))):
        return
    name, (first, second, *rest) = layer.spec.name, map(shortened, built.positional_texts)
    better = f"{name}({', '.join([second, *rest])})" if rest else f"{name}({second}, ...)"
    yield Finding(
        built.place,
        f"Keras' {name} takes filters and kernel_size: these are `{first}` filters with a kernel of `{second}`",
        because=evidence,
        cure=f"Keras infers what the layer reads: write `{better}`",
        confidence=Confidence.LIKELY,
    )


def _is_convolution(layer: Layer) -> bool:
    return is_keras(layer) and layer.spec.family in CONVOLUTIONS and not layer.uncertain


def _last_name(built: Built, position: int) -> str:
    """The name that an argument ends with, in small letters: `self.conf.in_channels`."""
    texts = built.positional_texts
    return texts[position].rpartition(".")[2].lower() if position < len(texts) else ""


def _as_wide_as_its_input(built: Built, facts: Facts) -> Iterator[Evidence]:
    """A call of the layer with as many features as it gets filters."""
    filters = as_size(built.positional[0])
    for called in facts.calls(built.layer.id):
        source = called.source
        if isinstance(source, Tensor) and source.axes and filters is not None and source.axes[-1].size == filters:
            yield Evidence(called.place, f"gives it {_counted(filters)} features, as many as it gets filters")
            return


def _counted(size: Size) -> str:
    return "its" if size.known is None else str(size.known)


def _read_by_another(built: Built, facts: Facts) -> Iterator[Evidence]:
    """Another convolution whose first size is this one's second, as where each reads what the one before gives."""
    sizes = [as_int(value) for value in built.positional]
    if len(sizes) < 3 or sizes[0] is None or sizes[1] is None or sizes[1] < max(LONG, sizes[0] + 1):
        return
    for other in facts.events(Built):
        if not _is_convolution(other.layer) or other.place == built.place or len(other.positional) < 3:
            continue
        if as_int(other.positional[0]) == sizes[1]:
            yield Evidence(other.place, f"begins with the {sizes[1]} that stands second here")
            return
