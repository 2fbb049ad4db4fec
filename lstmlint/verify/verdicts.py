"""Holds a static finding against what was seen: confirmed, refuted, or not reached.

A finding is confirmed only by what it says goes wrong, seen at the place it names: samples that begin to mix there, an
exception raised there, a direction without gradient. It is refuted only where the place was reached and the opposite
was seen. Everything else is not reached, with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from lstmlint.findings import Confidence, Diagnostic
from lstmlint.verify.contracts import MIXED, UNKNOWN, Call, Fault, Observation, Place, Seen, SeenLayer


class Verdict(Enum):
    """What running says of a finding."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Judged:
    """A finding with its verdict, why, and the model whose run decided."""

    diagnostic: Diagnostic
    verdict: Verdict
    reason: str
    model: str = ""


Judge = Callable[[Diagnostic, Observation], "tuple[Verdict, str] | None"]
"""Says what one observation means for a finding; None where it means nothing."""

MIXING = frozenset(
    {
        "torch-last-step-wrong-axis",
        "torch-hn-layout",
        "torch-view-as-permute",
        "torch-pack-mismatch",
        "torch-padded-last-step",
        "torch-batch-axis-operation",
        "torch-channels-axis",
        "torch-initial-state-shape",
        "keras-reshape-as-transpose",
    }
)
LAYOUT = frozenset({"torch-missing-batch-first", "torch-spurious-batch-first"})
RAISING = frozenset(
    {
        "torch-output-not-unpacked",
        "torch-state-unpack",
        "torch-feature-size",
        "torch-initial-state-structure",
        "torch-initial-state-shape",
        "foreign-argument",
        "torch-positional-argument",
        "keras-return-state-unpack",
        "keras-removed-api",
        "keras-time-major",
        "keras-missing-return-sequences",
        "keras-input-shape",
        "keras-initial-state",
        "keras-extra-return-sequences",
        "keras-stateful",
        "torch-hn-layout",
        "torch-view-as-permute",
    }
)
UNSEEN = {
    "torch-softmax-before-ce": "the loss is not run",
    "torch-loss-axes": "the loss is not run",
    "torch-loss-broadcast": "the loss is not run",
    "keras-double-softmax": "the loss is not run",
    "torch-state-carry": "training is not run",
    "torch-weight-port": "weights are not compared",
    "keras-cudnn": "no GPU is used",
}
"""Rules about what verify does not do, with the reason."""


def judge(diagnostic: Diagnostic, observations: Iterable[Observation]) -> Judged:
    """The verdict on a finding. One model that confirms it outweighs another that does not."""
    found: list[Judged] = []
    for observation in observations:
        for look in _looks(diagnostic.rule):
            said = look(diagnostic, observation)
            if said is not None:
                found.append(Judged(diagnostic, *said, observation.name))
                break
    for verdict in (Verdict.CONFIRMED, Verdict.REFUTED, Verdict.NOT_REACHED):
        for judged in found:
            if judged.verdict is verdict:
                return judged
    return Judged(diagnostic, Verdict.NOT_REACHED, UNSEEN.get(diagnostic.rule, "no run came to this place"))


def _looks(rule: str) -> Iterator[Judge]:
    if rule in RAISING:
        yield _raised
    if rule in LAYOUT:
        yield _layout
    if rule in OWN:
        yield OWN[rule]
    if rule in MIXING:
        yield _mixing
    if rule in RAISING:
        yield _did_not_raise


def within(place: Place | None, diagnostic: Diagnostic, evidence: bool = False) -> bool:
    """True where a place overlaps the lines of a finding, or with `evidence` those of what speaks for it."""
    if place is None:
        return False
    spans = [diagnostic.span, *(reason.span for reason in diagnostic.because if evidence)]
    last = max(place.end_line, place.line)
    return any(
        place.line <= span.end_line
        and span.line <= last
        and _absolute(span.path) == place.file
        and _columns(place, span)
        for span in spans
    )


@lru_cache(maxsize=256)
def _absolute(path: str) -> str:
    return os.path.abspath(path)


def _columns(place: Place, span: object) -> bool:
    """True where two places of one line overlap in columns, too, as far as the columns are known."""
    line, column = getattr(span, "line", 0), getattr(span, "column", 0)
    one_line = place.line == place.end_line == line == getattr(span, "end_line", 0)
    if not one_line or not place.column or not column:
        return True
    return place.column < getattr(span, "end_column", 0) and column < place.end_column


def calls_at(diagnostic: Diagnostic, observation: Observation) -> list[Call]:
    """The calls that were made at a finding's place, or of a layer that was built there."""
    return [
        call for call in observation.calls if within(call.place, diagnostic) or within(call.built, diagnostic)
    ]


def layers_at(diagnostic: Diagnostic, observation: Observation) -> list[SeenLayer]:
    """The recurrent layers that a finding is about: built or called at its place, or called where its evidence is."""
    own = [layer for layer in observation.layers if within(layer.built, diagnostic) or within(layer.called, diagnostic)]
    return own or [layer for layer in observation.layers if within(layer.called, diagnostic, evidence=True)]


def _says(fault: Fault) -> str:
    where = f" in {fault.layer}, which {fault.detail}" if fault.layer else ""
    return f"{fault.type}: {fault.message}{where}"


def _raised(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """An exception at the place, at its evidence, or out of a layer that was built there."""
    fault = observation.fault
    if fault is None or fault.stage not in ("build", "forward", "size") or (fault.ours and not fault.places):
        return None
    innermost = fault.places[-1] if fault.places else None
    at_place = any(within(place, diagnostic) for place in fault.places) or within(fault.built, diagnostic)
    tuples = not fault.places and diagnostic.rule.endswith("-not-unpacked") and "tuple" in fault.message
    if at_place or within(innermost, diagnostic, evidence=True) or tuples:
        return Verdict.CONFIRMED, f"running it raises {_says(fault)}"
    return None


def _did_not_raise(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    loud = diagnostic.rule in ("torch-output-not-unpacked", "torch-feature-size", "foreign-argument")
    if observation.ran and loud and calls_at(diagnostic, observation):
        return Verdict.REFUTED, "the place was run and nothing was raised"
    return None


def _layout(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A layer that mixes samples, or one that has them where it reads the batch."""
    for layer in layers_at(diagnostic, observation):
        calls = [call for call in observation.calls if (call.built, call.path) == (layer.built, layer.path)]
        if not observation.ran or not calls:
            continue
        if any(call.begins for call in calls):
            return _premise(diagnostic, observation, layer)
        read = 0 if layer.batch_first else 1
        if layer.sample == read and observation.batch_axis in observation.consistent:
            return Verdict.REFUTED, (
                f"`{layer.path}` was given {_shape(layer)} with the samples on axis {layer.sample}, where it reads them"
            )
        return Verdict.NOT_REACHED, f"`{layer.path}` was reached, but its samples could not be followed"
    return None


def _premise(diagnostic: Diagnostic, observation: Observation, layer: SeenLayer) -> tuple[Verdict, str]:
    """Samples mix if they stand where the finding says; that they do stands firm where nothing else is consistent."""
    shown = f"`{layer.path}` was given {_shape(layer)}; a change of one sample (axis {layer.sample}) moves others"
    other = [axis for axis in observation.consistent if axis != observation.batch_axis]
    if other and diagnostic.confidence is not Confidence.CERTAIN:
        return Verdict.NOT_REACHED, f"{shown}; but the model is consistent with samples on axis {other[0]} of its input"
    return Verdict.CONFIRMED, shown


def _shape(layer: SeenLayer) -> str:
    return str(layer.inputs[0]) if layer.inputs else "something"


def _mixing(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """Samples that are apart before the place and mixed after it, or apart after it, too."""
    calls = calls_at(diagnostic, observation)
    if not observation.ran or not calls:
        return None
    for call in calls:
        if call.begins:
            return Verdict.CONFIRMED, f"samples begin to mix here: {described(call)}"
    if diagnostic.rule == "torch-pack-mismatch":
        later = observation.calls[observation.calls.index(calls[0]) :]
        for call in later:
            if call.begins:
                return Verdict.CONFIRMED, f"samples mix in line {_line(call)}, which reads it: {described(call)}"
    states = [seen.sample for call in calls for seen in (*call.inputs, *call.outputs)]
    followed = MIXED not in states and UNKNOWN not in states and any(state >= 0 for state in states)
    if followed and observation.batch_axis in observation.consistent:
        return Verdict.REFUTED, f"each sample stays apart here: {described(calls[0])}"
    return Verdict.NOT_REACHED, "the place was reached, but the samples could not be followed through it"


def _line(call: Call) -> int:
    return call.place.line if call.place else 0


def described(call: Call) -> str:
    """A call in words: what it was given, with the axis of the samples, and what came out."""
    given = ", ".join(_with_axis(seen.shape, seen.sample) for seen in call.inputs[:2])
    gave = ", ".join(_with_axis(seen.shape, seen.sample) for seen in call.outputs[:2])
    return f"`{call.name.strip('_')}` got {given or 'nothing'} and gave {gave}"


def _with_axis(shape: tuple[int, ...], sample: int) -> str:
    if sample >= 0:
        return f"{shape} with samples on axis {sample}"
    return f"{shape} with samples mixed" if sample == MIXED else str(shape)


def _final_state(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A final state whose first axis, layers x directions, goes on where the batch belongs."""
    for call in calls_at(diagnostic, observation):
        state = next((seen for seen in call.inputs if seen.sample == 1 and len(seen.shape) == 3), None)
        kept = next((seen for seen in call.outputs if seen.sample == 1 and len(seen.shape) == 3), None)
        if state is not None and kept is not None and not call.begins and kept.shape[0] == state.shape[0]:
            return Verdict.CONFIRMED, f"the first axis is not the batch: {described(call)}"
    return None


def _two_directions(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """Half of a summary that an early step does not reach, a direction without gradient, or twice the samples."""
    calls = calls_at(diagnostic, observation)
    if not observation.ran or not calls:
        return None
    batch = observation.sizes[0] if observation.batch_axis == 0 else observation.sizes[1]
    for call in calls:
        if any(seen.early == (True, False) for seen in call.outputs):
            return Verdict.CONFIRMED, "changing the first step moves one half of it only: the other has read one step"
        doubled = [
            seen.shape
            for seen in call.outputs
            for given in call.inputs
            if len(given.shape) == len(seen.shape) and (batch, 2 * batch) in _pairs(given, seen)
        ]
        if doubled:
            return Verdict.CONFIRMED, f"{doubled[0]} came out for a batch of {batch}"
    for layer in observation.layers:
        if layer.directions == 2 and layer.dead and layer.dead != ("all",):
            part = layer.dead[0].split(" ")[0]
            return Verdict.CONFIRMED, f"the {part} direction of `{layer.path}` gets no gradient"
    if all(layer.directions == 1 for layer in observation.layers):
        return Verdict.REFUTED, "the layer runs in one direction only"
    return Verdict.NOT_REACHED, "the place was reached, and running shows neither the one nor the other"


def _pairs(one: Seen, other: Seen) -> list[tuple[int, int]]:
    return list(zip(one.shape, other.shape, strict=True))


def _state_unpacked(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A state that is taken apart along its first axis at the place."""
    for call in calls_at(diagnostic, observation):
        if call.name in ("unbind", "__iter__") and call.inputs and len(call.inputs[0].shape) >= 2:
            return Verdict.CONFIRMED, f"a state of shape {call.inputs[0].shape} is taken apart into its layers here"
    return None


def _padded(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    for call in calls_at(diagnostic, observation):
        if any(seen.short for seen in call.outputs):
            return Verdict.CONFIRMED, "for the sample that is shorter than the others, it is all zeros"
    return None


def _single_layer_dropout(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    for layer in layers_at(diagnostic, observation):
        if layer.dropout > 0 and layer.layers == 1:
            return Verdict.CONFIRMED, f"`{layer.path}` was built with one layer and dropout={layer.dropout:g}"
        return Verdict.REFUTED, f"`{layer.path}` was built with {layer.layers} layers and dropout={layer.dropout:g}"
    return None


def _not_registered(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    calls = [call for call in calls_at(diagnostic, observation) if call.kind == "layer"]
    if not calls:
        return None
    loose = [call for call in calls if not call.path]
    if loose:
        return Verdict.CONFIRMED, f"the {loose[0].name} that ran is no part of the model: its weights are never trained"
    return Verdict.REFUTED, "the layers that ran are all part of the model"


def _random(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    calls = calls_at(diagnostic, observation)
    if not observation.ran or not calls:
        return None
    if any(call.differs for call in calls):
        return Verdict.CONFIRMED, "the same batch gives two answers in evaluation mode: this is drawn anew each time"
    return Verdict.REFUTED, "the same batch gives the same here both times"


def _length_one(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    for layer in layers_at(diagnostic, observation):
        shape = layer.inputs[0] if layer.inputs else ()
        if observation.ran and len(shape) == 3:
            steps = shape[1] if layer.batch_first else shape[0]
            if steps == 1 and layer.calls == 1:
                return Verdict.CONFIRMED, f"`{layer.path}` was called once and given {shape}: one step"
            return Verdict.REFUTED, f"`{layer.path}` was given {shape}, in {layer.calls} calls"
    return None


def _needs_sequence(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """One vector where a sequence is wanted: what reads it mixes samples, or the target has an axis more."""
    if not observation.ran or not calls_at(diagnostic, observation):
        return None
    readers = [call for call in observation.calls if call.begins and within(call.built, diagnostic, evidence=True)]
    readers += [call for call in observation.calls if call.begins and within(call.place, diagnostic, evidence=True)]
    if readers:
        return Verdict.CONFIRMED, f"samples begin to mix in what reads it: {described(readers[0])}"
    target = _target_of_other_rank(observation)
    if target and len(observation.outputs[0]) < len(target):
        return Verdict.CONFIRMED, f"the model gives {observation.outputs[0]}, and the target is {target}"
    if any(len(seen.shape) >= 3 for call in calls_at(diagnostic, observation) for seen in call.outputs):
        return Verdict.REFUTED, "the layer gave a sequence"
    return Verdict.NOT_REACHED, "the layer ran, and nothing that was run wants a sequence of it"


def _target_of_other_rank(observation: Observation) -> tuple[int, ...]:
    """The shape of the target, where the output has another number of axes (not counting axes of one entry)."""
    if not observation.outputs or not observation.targets:
        return ()
    output, target = observation.outputs[0], observation.targets[0]
    real = [size for size in output[1:] if size > 1], [size for size in target[1:] if size > 1]
    return target if len(output) != len(target) and real[0] != real[1] else ()


def _wants_vector(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A vector for each step where the target has one for each sample."""
    calls = calls_at(diagnostic, observation)
    if not observation.ran or not calls:
        return None
    target = _target_of_other_rank(observation)
    if target and len(observation.outputs[0]) > len(target):
        return Verdict.CONFIRMED, f"the model gives {observation.outputs[0]}, and the target is {target}"
    if all(len(seen.shape) < 3 for call in calls for seen in call.outputs):
        return Verdict.REFUTED, "the layer gave one vector for each sample"
    return Verdict.NOT_REACHED, "the layer gave a sequence, and no target was seen"


def _one_step(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A recurrent layer that is given a single step."""
    if not observation.ran or "step" not in diagnostic.message:
        return None
    for layer in observation.layers:
        if layer.inputs and len(layer.inputs[0]) == 3:
            shape = layer.inputs[0]
            if shape[1] == 1:
                return Verdict.CONFIRMED, f"`{layer.path}` was given {shape}: one step"
            return Verdict.REFUTED, f"`{layer.path}` was given {shape}"
    return None


def _mask_lost(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A mask that comes in and does not go on."""
    for call in calls_at(diagnostic, observation):
        if call.masked == (True, False):
            return Verdict.CONFIRMED, f"`{call.path}` was given a mask, and what it gave had none"
        if call.masked == (True, True):
            return Verdict.REFUTED, f"`{call.path}` was given a mask and handed it on"
    return None


def _second_state(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A state that changes nothing."""
    for call in calls_at(diagnostic, observation):
        if call.ignores:
            return Verdict.CONFIRMED, f"another second state does not move anything that `{call.path}` gives"
    return None


OWN: dict[str, Judge] = {
    "keras-missing-return-sequences": _needs_sequence,
    "keras-extra-return-sequences": _wants_vector,
    "keras-input-shape": _one_step,
    "keras-mask": _mask_lost,
    "keras-initial-state": _second_state,
    "torch-hn-layout": _final_state,
    "torch-hn-bidirectional": _two_directions,
    "torch-state-unpack": _state_unpacked,
    "torch-padded-last-step": _padded,
    "torch-dropout-single-layer": _single_layer_dropout,
    "torch-layer-in-forward": _not_registered,
    "torch-unregistered-layer": _not_registered,
    "torch-functional-dropout": _random,
    "torch-initial-state-random": _random,
    "torch-length-one-sequence": _length_one,
}
