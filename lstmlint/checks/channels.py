"""Layers that look for channels on one axis where they stand on another: (batch, time, features) and torch's order.

What is found here is torch-channels-axis' matter; rules about layouts and widths ask, and leave it to that one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.catalogue.torch_recurrent import RECURRENT_FAMILIES
from lstmlint.checks.facts import Facts
from lstmlint.checks.widths import LAST, given_width, is_same_constant, readers, width
from lstmlint.events import Called, Pooled
from lstmlint.findings import Evidence
from lstmlint.interpret.wording import callee_text
from lstmlint.lean import dataclass
from lstmlint.names.vocabulary import clear_role
from lstmlint.values import Axis, Layer, Num, Role, Tensor, Tuple, Value, as_bool, as_int, compatible

_CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")
_IN_CHANNELS = re.compile(r"(?:in_channels=|Conv1d\((?!\w+=))\s*([\w.]+)\s*[,)]")
"""What a convolution is built with for its channels, where that is a name."""
_MAKERS = (*RECURRENT_FAMILIES, "embedding")
"""Families of layers behind which the features stand last and the axis before them holds steps, words or samples."""


@dataclass(frozen=True)
class Mispooled:
    """A pooling over features: the layer that made them, and what shows that the steps were meant."""

    maker: Called
    evidence: Evidence
    reader: Called | None = None
    """The layer behind the pooling that still wants all features, where that is what shows it."""


def maker_of_features(axis: Axis, facts: Facts) -> Called | None:
    """The embedding or recurrent layer whose features stand on an axis."""
    for called in facts.events(Called):
        output = called.result.items[0] if isinstance(called.result, Tuple) and called.result.items else called.result
        if called.layer.spec.family not in _MAKERS or called.layer.spec.framework != "torch":
            continue
        if isinstance(output, Tensor) and output.axes and output.axes[-1].id == axis.id:
            return called
    return None


def unturned_convolution(called: Called, facts: Facts) -> Called | None:
    """The convolution whose (batch, channels, length) a recurrent layer as wide as the channels reads as it is."""
    source, spec = called.source, called.layer.spec
    if spec.family not in RECURRENT_FAMILIES or not isinstance(source, Tensor) or len(source.axes) != 3:
        return None
    wanted = width(facts.world, called.layer.argument("input_size"))
    channels, last = source.axes[1:]
    if wanted is None or channels.size != wanted or last.size == wanted:
        return None
    found = (other for other in facts.events(Called) if _puts_channels(other, channels))
    return next((other for other in found if compatible(other.path, called.path)), None)


def _puts_channels(called: Called, axis: Axis) -> bool:
    result = called.result
    is_convolution = called.layer.spec.family in _CONVOLUTIONS and isinstance(result, Tensor) and len(result.axes) > 2
    return is_convolution and isinstance(result, Tensor) and result.axes[1].id == axis.id


def convolution_over_steps(called: Called, facts: Facts) -> Called | None:
    """The convolution that takes steps for channels, and whose filters a recurrent layer reads as the steps.

    Names say so: of what it is built with for in_channels, or of what its input is as long as. With a kernel of one
    entry it is a linear layer over the steps, which may be meant.
    """
    source, layer = called.source, called.layer
    if layer.spec.family not in RECURRENT_FAMILIES or as_bool(layer.argument("batch_first")) is not True:
        return None
    if not isinstance(source, Tensor) or len(source.axes) != 3:
        return None
    found = (other for other in facts.events(Called) if _puts_channels(other, source.axes[1]))
    over_steps = (other for other in found if _is_over_steps(other, facts))
    return next((other for other in over_steps if compatible(other.path, called.path)), None)


def _is_over_steps(convolution: Called, facts: Facts) -> bool:
    layer, source = convolution.layer, convolution.source
    kernel, given = layer.argument("kernel_size"), _IN_CHANNELS.search(layer.place.text)
    length = as_int(kernel.items[0]) if isinstance(kernel, Tuple) and kernel.items else as_int(kernel)
    if length is None or length < 2 or not isinstance(source, Tensor) or len(source.axes) != 3:
        return False
    is_named = given is not None and clear_role(given[1]) is Role.TIME
    return is_named or any(claim.role is Role.TIME for claim in facts.claims(source.axes[1]))


def mispooled(pooled: Pooled, facts: Facts) -> Mispooled | None:
    """A pooling that runs over the features of an embedding or a recurrent layer, where the steps were meant."""
    _, second, last = pooled.source.axes
    maker = maker_of_features(last, facts)
    if second.is_single or maker is None or not compatible(maker.path, pooled.path):
        return None
    if isinstance(pooled.window, Num) and second.id == pooled.window.axis != last.id:
        return Mispooled(maker, Evidence(pooled.place, "its window is as long as axis 1"))
    reader = next(_readers_of_all(pooled, maker.layer, facts), None)
    if reader is None:
        return None
    text = f"`{callee_text(reader.place)}` is built for all features as its input"
    return Mispooled(maker, Evidence(reader.place, text), reader)


def _readers_of_all(pooled: Pooled, maker: Layer, facts: Facts) -> Iterator[Called]:
    """The layers behind a pooling that want as many features as there were before.

    Where there are as many steps as features, a layer that reads the steps is one if it is as wide as the features by
    the very number in the source that says how many these are.
    """
    _, second, last = pooled.source.axes
    for axis in (last, second):
        for called, size in readers(axis, facts):
            is_behind = axis is second or called.source != pooled.source
            shorter = isinstance(called.source, Tensor) and called.source.axes[-1].size != last.size
            is_other = shorter or (axis is second and is_same_constant(_width_read(called.layer), given_width(maker)))
            if is_behind and size == last.size and is_other and compatible(called.path, pooled.path):
                yield called


def _width_read(layer: Layer) -> Value | None:
    """What a layer was given for the width of its input."""
    parameter = LAST.get(layer.spec.family)
    return None if parameter is None else layer.argument(parameter)


def reads_pooled_features(called: Called, facts: Facts) -> bool:
    """True for a layer that does not fit only because the features were pooled in front of it."""
    found = (mispooled(pooled, facts) for pooled in facts.events(Pooled))
    return any(wrong is not None and wrong.reader == called for wrong in found)
