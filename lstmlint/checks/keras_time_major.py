"""Time first, where Keras reads (batch, time, features), or the other way round.

Keras 2 had `time_major`; Keras 3 has no such choice. Data of the other layout, turned as torch wants it by default, is
taken silently: the layer then runs along the batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lstmlint.catalogue.keras_recurrent import RECURRENT_FAMILIES
from lstmlint.catalogue.keras_removed import TIME_MAJOR
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_removed_api import knows_of_versions
from lstmlint.checks.keras_steps import is_first, is_keras, quoted
from lstmlint.events import Built, Called, Entered, Fitted, Joined, Selected
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.keras.recurrent import wrapped
from lstmlint.interpret.wording import shortened
from lstmlint.names.vocabulary import clear_role
from lstmlint.source import Place
from lstmlint.values import Axis, Claim, Const, Layer, Role, Strength, Tensor, Value, as_bool, compatible

RULE = "keras-time-major"
_KERAS_OWN = ("input", "fit")
"""What claims that Keras makes of any input it is given."""
_OF_A_MODEL = ("call", "__call__", "train_step")
"""Methods that compute with a model's input."""
_COUNTED = re.compile(r"range\(([\w.]+)\)")
_OF_A_WAVE = re.compile("sample", re.IGNORECASE)
"""Frames of so many samples each are a recording cut into pieces, and no batch."""


@check(RULE, on=Built)
def time_major_was_removed(built: Built, facts: Facts) -> Iterator[Finding]:
    """`LSTM(32, time_major=True)`, and the default spelled out."""
    layer = built.layer
    if not is_keras(layer) or TIME_MAJOR not in built.foreign or knows_of_versions(built, facts):
        return
    is_default = dict(built.keywords)[TIME_MAJOR] == Const(False)
    yield Finding(
        built.place,
        f"`{TIME_MAJOR}` was removed in Keras 3, its {layer.spec.name} always reads (batch, time, features)",
        cure="leave it out" if is_default else "leave it out, and give the layer the batch first",
    )


@check(RULE, on=Called)
def batch_read_as_time(called: Called, facts: Facts) -> Iterator[Finding]:
    """The first two axes were exchanged, and what the layer reads as time is the batch."""
    layer, source = called.layer, called.source
    if not reads_batch_first(layer, facts) or not isinstance(source, Tensor) or len(source.axes) < 3:
        return
    turned = source.noted("transposed")
    claim = _batch(called, source, facts)
    if turned is None or claim is None or source.axes[0].is_single:
        return
    yield _along_the_batch(called, Evidence(turned.place, "puts time first"), claim, Confidence.CERTAIN)


def _along_the_batch(called: Called, first: Evidence, claim: Claim, confidence: Confidence) -> Finding:
    return Finding(
        called.place,
        f"{quoted(called.layer)} reads (batch, time, features), but its input is time-major: it runs along the batch",
        because=(first, Evidence(claim.place, claim.text)),
        cure="give the layer the batch first",
        confidence=confidence,
    )


@check(RULE, on=Joined)
def steps_stacked_in_front_of_the_batch(joined: Joined, facts: Facts) -> Iterator[Finding]:
    """`stack(steps)` inside a model, and what the layer behind it reads as time is the model's batch.

    Outside of a model tensors may be stacked whose first axis another model takes for its batch: a sequence of frames.
    """
    axes = joined.result.axes if isinstance(joined.result, Tensor) else ()
    if joined.how != "stack" or joined.position != 0 or len(axes) < 3 or axes[0].is_single:
        return
    batches = [claim for claim in facts.said(axes[1]) if claim.role is Role.BATCH and _is_of_model(joined, claim)]
    if not batches:
        return
    wanted = [axis.id for axis in axes[:2]]
    for called in facts.events(Called):
        source = called.source
        if not isinstance(source, Tensor) or [axis.id for axis in source.axes[:2]] != wanted:
            continue
        claim = next((claim for claim in batches if compatible(claim.path, called.path)), None)
        if claim is not None and reads_batch_first(called.layer, facts) and not _is_confirmed(called, source, facts):
            first = Evidence(joined.place, "stacks along a new axis in front of the batch")
            yield _along_the_batch(called, first, claim, Confidence.LIKELY)
            return


@check(RULE, on=Joined)
def rounds_stacked_as_samples(joined: Joined, facts: Facts) -> Iterator[Finding]:
    """`stack(rows)` of what each round of `range(steps)` gave for each of `n_envs`: by these names time is first."""
    axes = joined.result.axes if isinstance(joined.result, Tensor) else ()
    rounds = _COUNTED.fullmatch(joined.each)
    if joined.how != "stack" or joined.position != 0 or len(axes) < 3 or rounds is None:
        return
    said = facts.said(axes[1])
    if clear_role(rounds[1]) is not Role.TIME or {claim.role for claim in said} != {Role.BATCH}:
        return
    if any(claim.kind not in _KERAS_OWN for claim in facts.said(axes[0])):
        return
    layer = _reader(axes, facts)
    if layer is None:
        return
    yield Finding(
        joined.place,
        f"{quoted(layer)} reads (batch, time, features), but this puts the time first",
        because=(
            Evidence(joined.place, f"stacks what each round of `{joined.each}` gave"),
            Evidence(said[0].place, said[0].text),
        ),
        cure="stack them along axis 1",
        confidence=Confidence.LIKELY,
    )


def _reader(axes: Sequence[Axis], facts: Facts) -> Layer | None:
    """The layer that reads two axes as batch and time, directly or as the input of a model."""
    wanted = [axis.id for axis in axes[:2]]
    given = [entered.declared for entered in facts.events(Entered) if _first_two(entered.given) == wanted]
    read = [wanted, *map(_first_two, given)]
    found = (called for called in facts.events(Called) if _first_two(called.source) in read)
    return next((called.layer for called in found if reads_batch_first(called.layer, facts)), None)


def _first_two(value: Value) -> list[int]:
    return [axis.id for axis in value.axes[:2]] if isinstance(value, Tensor) else []


def _is_of_model(joined: Joined, claim: Claim) -> bool:
    """True where what says that an axis is the batch says so of the model in which tensors are stacked."""
    is_inside = any(call.function in _OF_A_MODEL for call in joined.inside)
    return claim.kind == "input" or (claim.strength is Strength.FACT and is_inside)


@check(RULE, on=Called)
def samples_said_to_be_steps(called: Called, facts: Facts) -> Iterator[Finding]:
    """What the layer reads as the batch is said to be time, and what it reads as time to be the batch."""
    source = called.source
    if not reads_batch_first(called.layer, facts) or not isinstance(source, Tensor):
        return
    said = _said_otherwise(source, called, facts)
    if said:
        yield _read_otherwise(called.layer, called.place, said)


@check(RULE, on=Entered)
def samples_given_as_steps(entered: Entered, facts: Facts) -> Iterator[Finding]:
    """The same, of what a model is given that a layer of the model reads."""
    wanted = [axis.id for axis in entered.declared.axes[:2]]
    said = _said_otherwise(entered.given, entered, facts) if len(entered.declared.axes) > 2 else ()
    reading = (called for called in facts.events(Called) if said and reads_batch_first(called.layer, facts))
    for called in reading:
        if isinstance(called.source, Tensor) and [axis.id for axis in called.source.axes[:2]] == wanted:
            yield _read_otherwise(called.layer, entered.place, said)
            return


def _read_otherwise(layer: Layer, place: Place, said: tuple[Claim, ...]) -> Finding:
    return Finding(
        place,
        f"{quoted(layer)} reads (batch, time, features), but its input has the time first",
        because=tuple(Evidence(claim.place, claim.text) for claim in said),
        cure="give the layer the batch first",
        confidence=Confidence.LIKELY,
    )


def _said_otherwise(source: Tensor, event: Called | Entered, facts: Facts) -> tuple[Claim, ...]:
    """What says that the first axis is time, and the second the batch; nothing where another says what Keras says."""
    if len(source.axes) < 3 or source.noted("transposed") or any(axis.is_single for axis in source.axes[:2]):
        return ()
    said = [
        [claim for claim in facts.said(axis) if claim.kind not in _KERAS_OWN and compatible(claim.path, event.path)]
        for axis in source.axes[:2]
    ]
    if {claim.role for claim in said[0]} != {Role.TIME} or {claim.role for claim in said[1]} != {Role.BATCH}:
        return ()
    if all(_OF_A_WAVE.search(claim.text) for claim in said[1]):
        return ()
    return said[0][0], said[1][0]


@check(RULE, on=Selected)
def last_step_of_a_turned_sequence(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """Time stands first, a layer reads it as the batch, and the last step is taken from the front: `sequence[-1]`."""
    if selected.position or not selected.last or len(selected.source.axes) != 3 or not facts.drops(selected):
        return
    called = next((event for event in facts.events(Called) if _is_turned(event, selected, facts)), None)
    if called is None or not is_first(facts, selected, lambda other: other.place) or selected.axis.is_single:
        return
    assert isinstance(called.source, Tensor)
    yield Finding(
        called.place,
        f"{quoted(called.layer)} reads (batch, time, features), but its input has the time first",
        because=(
            *_time_first(called.source, facts),
            Evidence(selected.place, f"`{shortened(selected.place.text)}` takes axis 0 for time as well"),
        ),
        cure="give the layer the batch first, and take the last step with `[:, -1]`",
        confidence=Confidence.LIKELY,
    )


def _is_turned(called: Called, selected: Selected, facts: Facts) -> bool:
    """True for the layer whose sequence a subscript is of, if its input was turned and nothing says that it should."""
    source, wanted = called.source, [axis.id for axis in selected.source.axes[:2]]
    if not reads_batch_first(called.layer, facts) or not isinstance(source, Tensor) or len(source.axes) != 3:
        return False
    if [axis.id for axis in source.axes[:2]] != wanted or source.axes[1].is_single:
        return False
    if not any(_time_first(source, facts)):
        return False
    if _batch(called, source, facts) is not None or not compatible(called.path, selected.path):
        return False
    return not _is_confirmed(called, source, facts)


def _time_first(source: Tensor, facts: Facts) -> Iterator[Evidence]:
    """What put the time first, or says of the first axis that it is time."""
    notes = [note for note in source.trail if note.kind == "transposed"]
    if len(notes) % 2:
        yield Evidence(notes[-1].place, "exchanges the first two axes")
    elif not notes:
        claims = (claim for claim in facts.claims(source.axes[0]) if claim.role is Role.TIME)
        others = (claim for claim in claims if not _is_a_layers(claim, facts))
        yield from (Evidence(claim.place, claim.text) for claim in islice(others, 1))


def _is_confirmed(called: Called, source: Tensor, facts: Facts) -> bool:
    """True where something else than such layers takes the first axis for the batch, or the second for time."""
    return any(
        claim.role is role and claim.place != called.place and not _is_a_layers(claim, facts)
        for axis, role in ((source.axes[0], Role.BATCH), (source.axes[1], Role.TIME))
        for claim in facts.claims(axis)
    )


def _is_a_layers(claim: Claim, facts: Facts) -> bool:
    """True for what a layer claims that reads every sequence so, whatever it is given."""
    built = None if claim.layer is None else facts.built(claim.layer)
    return built is not None and reads_batch_first(built.layer, facts)


def _batch(called: Called, source: Tensor, facts: Facts) -> Claim | None:
    """What takes the axis that the layer reads as time for the batch, unless something takes the first for it too."""
    if _is_confirmed(called, source, facts):
        return None
    claims = (claim for claim in facts.claims(source.axes[1]) if claim.role is Role.BATCH)
    meant = (claim for claim in claims if compatible(claim.path, called.path))
    return max(meant, key=lambda claim: claim.strength, default=None)


def reads_batch_first(layer: Layer, facts: Facts) -> bool:
    """True for a recurrent layer, in a wrapper or not, that is not told to read time first."""
    inner = _recurrent(layer)
    if inner is None or as_bool(inner.argument(TIME_MAJOR) or Const(False)) is not False:
        return False
    built = [facts.built(one.id) for one in (layer, inner)]
    return not any(event is not None and TIME_MAJOR in event.foreign for event in built)


def _recurrent(layer: Layer) -> Layer | None:
    """A recurrent layer itself, or the one in a wrapper."""
    inner = wrapped(layer) if layer.spec.family == "bidirectional" else layer
    known = is_keras(layer) and inner is not None and inner.spec.family in RECURRENT_FAMILIES
    return inner if known else None


@check(RULE, on=Called)
def time_read_as_batch(called: Called, facts: Facts) -> Iterator[Finding]:
    """Keras 2's `time_major=True` on data that has the batch first."""
    inner, source = _recurrent(called.layer), called.source
    if inner is None or not as_bool(inner.argument(TIME_MAJOR) or Const(False)):
        return
    if not isinstance(source, Tensor) or len(source.axes) < 3 or source.axes[1].is_single:
        return
    claims = [[claim for claim in facts.claims(axis) if claim.layer is None] for axis in source.axes[:2]]
    first = [claim for claim in claims[0] if claim.role is Role.BATCH and compatible(claim.path, called.path)]
    agreeing = [claim for claim in claims[0] if claim.role is Role.TIME]
    agreeing += [claim for claim in claims[1] if claim.role is Role.BATCH]
    if not first or agreeing or max(claim.strength for claim in first) < Strength.STRUCTURE:
        return
    claim = max(first, key=lambda claim: claim.strength)
    yield Finding(
        called.place,
        f"{quoted(called.layer)} reads (time, batch, features), but its input is batch-major: it runs along the batch",
        because=(Evidence(claim.place, claim.text), Evidence(inner.place, f"is told `{TIME_MAJOR}=True`")),
        cure=f"leave `{TIME_MAJOR}` out",
    )


@check(RULE, on=Fitted)
def samples_on_the_second_axis(fitted: Fitted, facts: Facts) -> Iterator[Finding]:
    """`fit(x, y)` with x turned: its second axis has as many entries as y has samples, its first has not."""
    inputs, target = fitted.inputs, fitted.target
    if not isinstance(inputs, Tensor) or not isinstance(target, Tensor) or len(inputs.axes) < 3 or not target.axes:
        return
    turned, samples = inputs.noted("transposed"), target.axes[0].size
    first, second = inputs.axes[0].size, inputs.axes[1].size
    if turned is None or second != samples or not first.cannot_equal(samples):
        return
    yield Finding(
        fitted.place,
        "the input is time-major, but Keras reads (batch, time, features)",
        because=(Evidence(turned.place, "puts time first"),),
        cure="leave the batch first",
        confidence=Confidence.CERTAIN,
    )
