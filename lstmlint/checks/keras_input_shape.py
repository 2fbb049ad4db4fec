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
from lstmlint.checks.windows import made_at, turned_windows
from lstmlint.events import Called, Entered, Fitted, Inserted, Reshaped, Sliced, Windowed
from lstmlint.events.keras import Declared, Ran
from lstmlint.findings import Confidence, Evidence, Finding, Severity, check
from lstmlint.interpret.keras.recurrent import wrapped
from lstmlint.interpret.wording import shortened
from lstmlint.source import Place
from lstmlint.values import Axis, Claim, Const, Layer, Num, Tensor, Value

RULE = "keras-input-shape"
_CONVOLUTIONS = frozenset({"conv1d", "conv1d_transpose", "depthwise_conv1d"})
_OVER_TIME = _CONVOLUTIONS | {"pool1d", "global_pool1d", "spatial_dropout1d", "resize1d"}
"""Families of layers that read (batch, time, features), and only that."""
_FITTING = ("fit", "train_on_batch")
_SAMPLES_OUT = "leave the number of samples out of the shape: `x.shape[1:]`"


@check(RULE, on=Called)
def wrong_number_of_axes(called: Called, facts: Facts) -> Iterator[Finding]:
    """`LSTM(8, input_shape=(samples, steps, features))`, `Input((steps,))` in front of a GRU or a convolution."""
    declared, source = _misread(called, facts), called.source
    if declared is None or not isinstance(source, Tensor):
        return
    if not is_first(facts, called, lambda other: _misread_at(other, facts)):
        return
    wanted = _wanted(called.layer)
    extra = len(source.axes) > wanted
    yield Finding(
        declared.place,
        f"{quoted(called.layer)} gets {len(source.axes)} axes, {shape_text(source)}, but reads {wanted}",
        because=(Evidence(called.place, f"reads {_layout(wanted)}"),),
        cure=_SAMPLES_OUT if extra else "declare (time, features): Input((steps, 1))",
    )


def _misread(called: Called, facts: Facts) -> Claim | None:
    """Where the input was declared of which a layer gets more or fewer axes than it reads."""
    source, wanted = called.source, _wanted(called.layer)
    if not wanted or not isinstance(source, Tensor) or source.noted("last-step") is not None:
        return None
    if len(source.axes) == wanted or (called.layer.spec.family in _OVER_TIME and not _is_refused(called, facts)):
        return None
    return _declared(source, facts)


def _misread_at(called: Called, facts: Facts) -> Place | None:
    declared = _misread(called, facts)
    return None if declared is None else declared.place


def _wanted(layer: Layer) -> int:
    """How many axes a recurrent layer reads, or one that reads time as well; 0 for other layers."""
    inner = _recurrent(layer)
    if inner is not None:  # a cell of the program's own may read any number of axes
        return 0 if inner.spec.family == "cell_rnn" else 3 + SPATIAL_AXES.get(inner.spec.family, 0)
    return 3 if is_keras(layer) and layer.spec.family in _OVER_TIME else 0


def _is_refused(called: Called, facts: Facts) -> bool:
    """True where a layer in front of a recurrent one gets the declared axes as they are, but for other features."""
    axes = called.source.axes if isinstance(called.source, Tensor) else ()
    if len(axes) > 3 and called.layer.spec.family in _CONVOLUTIONS and facts.world.keras.before(3):
        return False  # Keras 2 takes further axes in front of time for a batch
    kept = axes[:-1] if len(axes) > 2 else axes
    declared = any(event.tensor.axes[: len(kept)] == kept for event in facts.events(Declared))
    return declared and _feeds_recurrent_layer(called.source, facts)


def _feeds_recurrent_layer(tensor: Value, facts: Facts) -> bool:
    """True where a recurrent layer reads something of the same batch."""
    sources = (called.source for called in facts.events(Called) if _recurrent(called.layer))
    batch = tensor.axes[:1] if isinstance(tensor, Tensor) else ()
    return bool(batch) and any(isinstance(source, Tensor) and source.axes[:1] == batch for source in sources)


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
def samples_declared_beside_steps(entered: Entered, facts: Facts) -> Iterator[Finding]:
    """`Input(shape=x.shape)`, and x is what is fitted: the model wants the axes of the data and one more."""
    place = _with_samples(entered, facts)
    if place is None or not is_first(facts, entered, lambda other: _with_samples(other, facts)):
        return
    fitted = any(_fits_arrays(ran, entered.place) for ran in facts.events(Ran))
    if not fitted or any(_misread_at(called, facts) == place for called in facts.events(Called)):
        return
    yield Finding(
        place,
        f"declares {shape_text(entered.declared)}, but the data are {shape_text(entered.given)}",
        because=(Evidence(entered.place, "gives the data, whose axis 0 is the batch"),),
        cure=_SAMPLES_OUT,
    )


def _fits_arrays(ran: Ran, place: Place) -> bool:
    """True for a model trained there on arrays; what a data set yields may be batched in a way nobody sees."""
    return ran.place == place and ran.method in _FITTING and ran.inputs is ran.data


def _with_samples(entered: Entered, facts: Facts) -> Place | None:
    """Where the input of a recurrent model was declared with an axis in front of those of the data."""
    declared, given = entered.declared.axes, entered.given.axes
    if len(declared) != len(given) + 1 or len(given) < 2 or declared[2:] != given[1:]:
        return None
    claim = _declared(entered.declared, facts)
    return claim.place if claim is not None and _feeds_recurrent_layer(entered.declared, facts) else None


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


@check(RULE, on=Windowed)
def window_read_as_features(windowed: Windowed, facts: Facts) -> Iterator[Finding]:
    """`np.stack(windows, axis=1)` is (samples, columns, window): the columns are read as steps."""
    wrong = turned_windows(windowed, facts)
    if wrong is None or not is_keras(wrong.layer):
        return
    if not is_first(facts, windowed, lambda other: made_at(other, facts)):
        return
    yield Finding(
        wrong.place,
        f"puts the steps of each window last: {quoted(wrong.layer)} reads them as features, and the columns as steps",
        because=wrong.because,
        cure="put the window before the features: (samples, window, features)",
        confidence=Confidence.LIKELY,
        severity=Severity.WARNING,
    )


@check(RULE, on=Fitted)
def window_in_one_step(fitted: Fitted, facts: Facts) -> Iterator[Finding]:
    """`x.reshape(n, 1, look_back)` of windows cut from a series: one step with the past as features."""
    inputs = fitted.inputs
    if not isinstance(inputs, Tensor) or len(inputs.axes) != 3 or not is_first(facts, fitted, _fitted_at):
        return
    _, time, features = inputs.axes
    cut = _cut_out(features, facts)
    reshaped = next((event for event in facts.events(Reshaped) if _puts_aside(event, inputs)), None) or next(
        (event for event in facts.events(Inserted) if event.axis.id == time.id), None
    )
    if not time.is_single or features.is_single or cut is None or reshaped is None:
        return
    if not any(_recurrent(called.layer) and _reads_one_step(called) for called in facts.events(Called)):
        return
    yield Finding(
        reshaped.place,
        f"`{shortened(reshaped.place.text)}` makes one step of a window of time: the layer never sees a sequence",
        because=(Evidence(cut, "cuts a window out of the series"),),
        cure="put the window along time: (samples, window, 1)",
        confidence=Confidence.LIKELY,
        severity=Severity.WARNING,
    )


def _fitted_at(fitted: Fitted) -> Place:
    return fitted.place


def _cut_out(steps: Axis, facts: Facts) -> Place | None:
    """Where the entries of an axis were cut out of a longer one, in windows that move along it."""
    cuts = (event.place for event in facts.events(Sliced) if event.axis.id == steps.id and _moves(event))
    return next(cuts, next((one.place for one in facts.events(Windowed) if one.steps.id == steps.id), None))


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
