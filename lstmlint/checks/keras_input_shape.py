"""The declared input of a Keras model against its layers and its data.

`input_shape` and `Input` leave the samples out and take (time, features). What the shape says wrongly shows where a
recurrent layer gets four axes or two, or where the data have the same two sizes in the other order. A window of past
values laid along the features of a single step is declared rightly, and read as no sequence at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.catalogue.keras_recurrent import RECURRENT_FAMILIES, SPATIAL_AXES
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import is_first, is_keras, quoted, shape_text
from lstmlint.events import Called, Entered, Fitted, Reshaped, Sliced
from lstmlint.findings import Confidence, Evidence, Finding, Severity, check
from lstmlint.interpret.keras.recurrent import wrapped
from lstmlint.interpret.wording import shortened
from lstmlint.source import Place
from lstmlint.values import Axis, Claim, Const, Layer, Num, Tensor

RULE = "keras-input-shape"


@check(RULE, on=Called)
def wrong_number_of_axes(called: Called, facts: Facts) -> Iterator[Finding]:
    """`LSTM(8, input_shape=(samples, steps, features))`, `Input((steps,))` in front of a GRU."""
    inner = _recurrent(called.layer)
    source = called.source
    if inner is None or not isinstance(source, Tensor) or source.noted("last-step") is not None:
        return
    if inner.spec.family == "cell_rnn":  # a cell of the program's own may read any number of axes
        return
    declared, wanted = _declared(source, facts), 3 + SPATIAL_AXES.get(inner.spec.family, 0)
    if declared is None or len(source.axes) == wanted:
        return
    extra = len(source.axes) > wanted
    yield Finding(
        declared.place,
        f"{quoted(called.layer)} gets {len(source.axes)} axes, {shape_text(source)}, but reads {wanted}",
        because=(Evidence(called.place, f"reads {_layout(wanted)}"),),
        cure="leave the number of samples out of the shape" if extra else "declare (time, features): Input((steps, 1))",
    )


def _recurrent(layer: Layer) -> Layer | None:
    inner = wrapped(layer) if layer.spec.family == "bidirectional" else layer
    return inner if is_keras(inner) and inner is not None and inner.spec.family in RECURRENT_FAMILIES else None


def _layout(rank: int) -> str:
    return "(batch, time, features)" if rank == 3 else "(batch, time, ..., channels)"


def _declared(tensor: Tensor, facts: Facts) -> Claim | None:
    """Where the program declares the input whose batch a tensor still has."""
    claims = facts.claims(tensor.axes[0]) if tensor.axes else []
    return next((claim for claim in claims if claim.kind == "input"), None)


@check(RULE, on=Entered)
def steps_and_features_exchanged(entered: Entered, facts: Facts) -> Iterator[Finding]:
    """The data have the declared sizes in the other order."""
    if len(entered.declared.axes) != 3 or not is_first(facts, entered, _where):
        return
    declared, given = entered.declared.axes[1:], entered.given.axes[1:]
    sizes = [axis.size for axis in declared]
    if sizes[0] == sizes[1] or sizes != [axis.size for axis in reversed(given)]:
        return
    claim = _declared(entered.declared, facts)
    if claim is None or not _feeds_recurrent(entered.declared.axes[1], facts):
        return
    shapes = f"declares {shape_text(entered.declared)}, but the data are {shape_text(entered.given)}"
    unsized = any(size.known is None for size in sizes)
    yield Finding(
        claim.place,
        "declares axes 1 and 2 of the data in the other order" if unsized else shapes,
        because=(Evidence(entered.place, "gives the data"),),
        cure="declare (time, features), in the order of the data",
    )


@check(RULE, on=Entered)
def samples_declared_as_steps(entered: Entered, facts: Facts) -> Iterator[Finding]:
    """`input_shape=(x.shape[0], x.shape[1])`: the number of samples stands where the steps belong."""
    if len(entered.declared.axes) != 3 or len(entered.given.axes) != 3 or not is_first(facts, entered, _where):
        return
    time, samples = entered.declared.axes[1], entered.given.axes[0]
    if time.id != samples.id or time.is_single or not _feeds_recurrent(time, facts):
        return
    claim = _declared(entered.declared, facts)
    if claim is None:
        return
    yield Finding(
        claim.place,
        "declares the number of samples as the number of steps",
        because=(Evidence(entered.place, "gives the data, whose axis 0 is the same"),),
        cure="leave axis 0 out: `(x.shape[1], x.shape[2])`",
    )


def _where(entered: Entered) -> Place:
    return entered.place


def _feeds_recurrent(time: Axis, facts: Facts) -> bool:
    """True where a recurrent layer reads the declared steps as time."""
    return any(claim.layer is not None and claim.axis == time.id for claim in facts.claims(time))


@check(RULE, on=Fitted)
def window_in_one_step(fitted: Fitted, facts: Facts) -> Iterator[Finding]:
    """`x.reshape(n, 1, look_back)` of windows cut from a series: one step with the past as features."""
    inputs = fitted.inputs
    if not isinstance(inputs, Tensor) or len(inputs.axes) != 3 or not is_first(facts, fitted, _fitted_at):
        return
    _, time, features = inputs.axes
    cut = next((event for event in facts.events(Sliced) if event.axis.id == features.id and _moves(event)), None)
    reshaped = next((event for event in facts.events(Reshaped) if _puts_aside(event, inputs)), None)
    if not time.is_single or features.is_single or cut is None or reshaped is None:
        return
    if not any(_recurrent(called.layer) and _reads_one_step(called) for called in facts.events(Called)):
        return
    yield Finding(
        reshaped.place,
        f"`{shortened(reshaped.place.text)}` makes one step of a window of time: the layer never sees a sequence",
        because=(Evidence(cut.place, "cuts a window out of the series"),),
        cure="put the window along time: (samples, window, 1)",
        confidence=Confidence.LIKELY,
        severity=Severity.WARNING,
    )


def _fitted_at(fitted: Fitted) -> Place:
    return fitted.place


def _moves(cut: Sliced) -> bool:
    """True for a slice that starts at another place each time."""
    lower = cut.part.lower
    return isinstance(lower, Num) and not isinstance(lower, Const) and cut.part.step is None


def _puts_aside(reshaped: Reshaped, inputs: Tensor) -> bool:
    return len(reshaped.source.axes) == 2 and [axis.id for axis in reshaped.result.axes] == [
        axis.id for axis in inputs.axes
    ]


def _reads_one_step(called: Called) -> bool:
    return isinstance(called.source, Tensor) and len(called.source.axes) == 3 and called.source.axes[1].is_single
