"""A convolution, a batch norm or a pooling given (batch, time, features), where it reads (batch, channels, length).

Keras' Conv1D takes the features last, torch's takes them second; ported as it is, a convolution runs along the
features instead of along time. The reverse belongs here, too: (batch, channels, length) that a recurrent layer reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.channels import convolution_over_steps, maker_of_features, mispooled, unturned_convolution
from lstmlint.checks.evidence import is_torch_recurrent, same_axes
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import is_first
from lstmlint.checks.widths import SECOND, given_width, is_one_of_many, is_same_constant, readers, width
from lstmlint.checks.windows import made_at, turned_windows
from lstmlint.events import Called, Pooled, Windowed
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import callee_text
from lstmlint.sizes import Size
from lstmlint.values import Axis, Claim, Role, Strength, Tensor, Value, compatible

RULE = "torch-channels-axis"
_CURE = "turn the input, `x.transpose(1, 2)`, and turn the result back for a recurrent layer"


@check(RULE, on=Called)
def channels_stand_last(called: Called, facts: Facts) -> Iterator[Finding]:
    """A Conv1d, BatchNorm1d or InstanceNorm1d as wide as the last axis of its input."""
    layer, source = called.layer, called.source
    parameter = SECOND.get(layer.spec.family)
    if parameter is None or not isinstance(source, Tensor) or len(source.axes) != 3:
        return
    given, second = layer.argument(parameter), source.axes[1]
    wanted = width(facts.world, given)
    if wanted is None or not compatible(layer.path, called.path) or is_one_of_many(layer, facts):
        return
    evidence = _features_last(called, source, wanted, given, facts)
    if evidence is None:
        return
    name, shown = callee_text(called.place), "" if wanted.known is None else f" {wanted.known}"
    yield Finding(
        called.place,
        f"`{name}` reads axis 1 as its{shown} channels, but these stand last: its input is (batch, length, channels)",
        because=(Evidence(layer.place, f"is built with {parameter}, which is the size of axis 2"), evidence),
        cure=_CURE,
        confidence=Confidence.LIKELY if second.size.known in (None, wanted.known) else Confidence.CERTAIN,
    )


def _features_last(called: Called, source: Tensor, wanted: Size, given: Value | None, facts: Facts) -> Evidence | None:
    """What says that the last axis of a layer's input holds the features, and not the one before it."""
    _, second, last = source.axes
    maker = maker_of_features(last, facts)
    if second.size == wanted and not (maker and is_same_constant(given, given_width(maker.layer))):
        return None
    if any(size == wanted for _, size in readers(second, facts)):
        return None
    if last.size != wanted:
        return _same_tensor_read(called, source, wanted, facts)
    if maker is not None:
        return Evidence(maker.place, f"`{callee_text(maker.place)}` puts its features on the last axis")
    claim = _taken_for_rows(second, called, facts)
    if claim is not None:
        return Evidence(claim.place, claim.text)
    if second.size.known is not None and wanted.known is not None:
        return Evidence(called.place, f"axis 1 has {second.size.known} entries here")
    return None


def _same_tensor_read(called: Called, source: Tensor, wanted: Size, facts: Facts) -> Evidence | None:
    """A recurrent layer of the same width that reads the same tensor as it stands: features last."""
    for other, size in readers(source.axes[-1], facts):
        is_other = size == wanted and is_torch_recurrent(other.layer) and compatible(other.path, called.path)
        if is_other and same_axes(other.source, source):
            return Evidence(other.place, f"`{callee_text(other.place)}` reads the same tensor with the features last")
    return None


def _taken_for_rows(axis: Axis, called: Called, facts: Facts) -> Claim | None:
    """What takes an axis for time or for the batch, by more than a name."""
    found = (claim for claim in facts.claims(axis) if claim.role in (Role.TIME, Role.BATCH))
    heavy = (claim for claim in found if claim.strength > Strength.NAME)
    return next((claim for claim in heavy if compatible(claim.path, called.path)), None)


@check(RULE, on=Pooled)
def features_are_pooled(pooled: Pooled, facts: Facts) -> Iterator[Finding]:
    """A pooling over the features behind a recurrent layer, where what follows shows that steps were meant."""
    wrong = mispooled(pooled, facts)
    if wrong is None:
        return
    made = Evidence(wrong.maker.place, f"`{callee_text(wrong.maker.place)}` puts its features on the last axis")
    yield Finding(
        pooled.place,
        f"`{callee_text(pooled.place)}` pools axis 2, where the features stand: it reads (batch, channels, length)",
        because=(made, wrong.evidence),
        cure=_CURE,
        confidence=Confidence.LIKELY,
    )


@check(RULE, on=Called)
def channels_read_as_steps(called: Called, facts: Facts) -> Iterator[Finding]:
    """A convolution's (batch, channels, length) given to a recurrent layer that is as wide as the channels."""
    convolution = unturned_convolution(called, facts)
    if convolution is None or not compatible(called.layer.path, called.path):
        return
    name, first = callee_text(called.place), callee_text(convolution.place)
    yield Finding(
        called.place,
        f"`{name}` reads the last axis as features, but the channels of `{first}` stand on axis 1",
        because=(
            Evidence(convolution.place, f"`{first}` gives (batch, channels, length)"),
            Evidence(called.layer.place, "is built with input_size, which is the number of channels"),
        ),
        cure="turn what goes into the recurrent layer: `x.transpose(1, 2)` for batch_first=True",
        confidence=Confidence.LIKELY,
    )


@check(RULE, on=Called)
def filters_read_as_steps(called: Called, facts: Facts) -> Iterator[Finding]:
    """A convolution built for as many channels as there are steps, whose filters a recurrent layer takes for steps."""
    convolution = convolution_over_steps(called, facts)
    if convolution is None or not compatible(called.layer.path, called.path):
        return
    name, first = callee_text(called.place), callee_text(convolution.place)
    yield Finding(
        convolution.place,
        f"`{first}` takes the steps for channels and runs along the features: it reads (batch, channels, length)",
        because=(
            Evidence(convolution.layer.place, "is built for as many channels as there are steps"),
            Evidence(called.place, f"`{name}` reads its filters, axis 1, as time"),
        ),
        cure=_CURE,
        confidence=Confidence.LIKELY,
    )


@check(RULE, on=Windowed)
def windows_read_as_features(windowed: Windowed, facts: Facts) -> Iterator[Finding]:
    """Windows of several series, (samples, columns, window), read as if the window stood in front of the columns."""
    wrong = turned_windows(windowed, facts)
    if wrong is None or not is_torch_recurrent(wrong.layer):
        return
    if not is_first(facts, windowed, lambda other: made_at(other, facts)):
        return
    wanted = width(facts.world, wrong.layer.argument("input_size"))
    if wanted not in (None, windowed.steps.size, wrong.columns.size):
        return
    name = callee_text(wrong.layer.place)
    yield Finding(
        wrong.place,
        f"puts the steps of each window last: `{name}` reads them as features, and the columns as steps",
        because=wrong.because,
        cure="put the window before the columns: `x.transpose(1, 2)` for batch_first=True",
        confidence=Confidence.LIKELY,
    )
