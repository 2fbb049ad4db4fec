"""Holds a static finding against what was seen: confirmed, refuted, or not reached.

A finding is confirmed only by what it says goes wrong, seen at the place it names: samples that begin to mix there, an
exception raised there, a direction without gradient. It is refuted only where the place was reached and the opposite
was seen. Everything else is not reached, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lstmlint.findings import Confidence, Diagnostic
from lstmlint.verify import verdicts_keras, verdicts_torch
from lstmlint.verify.contracts import MIXED, OWNED, UNCHANGED, UNKNOWN, Call, Fault, Observation, SeenLayer
from lstmlint.verify.judging import Judge, Judged, Verdict, calls_at, described, layers_at, within

OWN = {**verdicts_torch.OWN, **verdicts_keras.OWN}

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
        "keras-time-major",
    }
)
ABOUT_STEPS = frozenset({"torch-view-as-permute", "torch-channels-axis", "keras-reshape-as-transpose"})
"""Rules about what may also happen within each sample: that samples stay apart refutes nothing."""
PARTING = frozenset({"unbind", "split", "chunk", "tensor_split", "__iter__", "Unpack", "Split"})
VIEWS = frozenset({"reshape", "view", "Reshape"})
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
        "torch-hn-bidirectional",
        "torch-pack-mismatch",
        "torch-unregistered-layer",
        "torch-channels-axis",
        "torch-view-as-permute",
    }
)
UNSEEN = {
    "port-cell-equation": "cells written by hand are not compared",
    "torch-softmax-before-ce": "the loss is not run",
    "torch-loss-axes": "the loss is not run",
    "torch-loss-broadcast": "the loss is not run",
    "keras-double-softmax": "the loss is not run",
    "torch-state-carry": "training is not run",
    "torch-weight-port": "weights are not compared",
    "keras-cudnn": "no GPU is used",
    "keras-stateful": "training is not run",
    "foreign-convention": "training is not run",
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
    if rule in ABOUT_STEPS:
        yield _exchanged
    if rule in MIXING:
        yield _mixing
    if rule in RAISING:
        yield _did_not_raise


def _says(fault: Fault) -> str:
    where = f" in {fault.layer}, which {fault.detail}" if fault.layer else ""
    return f"{fault.type}: {fault.message}{where}"


def _raised(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """An exception at the place, at its evidence, or out of a layer that was built there."""
    fault = observation.fault
    if fault is None or fault.stage not in ("import", "build", "forward", "size"):
        return None
    ran = not fault.places or bool(layers_at(diagnostic, observation))
    tuples = ran and diagnostic.rule.endswith("-not-unpacked") and "tuple" in fault.message
    if fault.ours and not fault.places and not tuples:
        return None
    if diagnostic.rule == "torch-pack-mismatch" and fault.stage == "size" and "lengths" not in fault.message:
        return None
    innermost = fault.places[-1] if fault.places else None
    at_place = any(within(place, diagnostic) for place in fault.places) or within(fault.built, diagnostic)
    at_door = diagnostic.rule == "keras-input-shape" and not fault.places and "incompatible with" in fault.message
    if at_place or within(innermost, diagnostic, evidence=True) or tuples or at_door:
        return Verdict.CONFIRMED, f"running it raises {_says(fault)}"
    return None


def _did_not_raise(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    loud = diagnostic.rule in ("torch-output-not-unpacked", "torch-feature-size", "foreign-argument")
    if observation.ran and loud and calls_at(diagnostic, observation):
        return Verdict.REFUTED, "the place was run and nothing was raised"
    return None


def _layout(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A layer that mixes samples, or one that has them where it reads the batch."""
    fault = observation.fault
    refusing = [fault.built, *fault.places[-1:]] if fault is not None and not fault.ours else []
    if fault is not None and "hidden" in fault.message and any(within(each, diagnostic) for each in refusing):
        return Verdict.CONFIRMED, f"its state has the batch where its input has time: {_says(fault)}"
    for layer in layers_at(diagnostic, observation):
        calls = [call for call in observation.calls if (call.built, call.path) == (layer.built, layer.path)]
        accused = layer.batch_first is (diagnostic.rule == "torch-spurious-batch-first")
        if not observation.ran or not calls or not accused:
            continue  # another layer than the one that is meant may be built or called at the same place
        if any(call.begins for call in calls):
            return _premise(diagnostic, observation, layer)
        read = 0 if layer.batch_first else 1
        if layer.sample == read and observation.batch_axis in observation.consistent and _tells(observation):
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


def _exchanged(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A reshape of which the sizes come out in another order; its values never do."""
    calls = calls_at(diagnostic, observation)
    if any(call.begins for call in calls):
        return None
    for call in calls:
        if call.name in VIEWS and call.inputs and _is_permuted(call.inputs[0].shape, call.outputs[0].shape):
            return Verdict.CONFIRMED, f"the sizes change places and the values do not: {described(call)}"
    return None


def _is_permuted(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """True where the same sizes stand in another order, not counting axes of one entry."""
    sizes = [[size for size in shape if size > 1] for shape in (before, after)]
    return len(before) == len(after) and sizes[0] != sizes[1] and sorted(sizes[0]) == sorted(sizes[1])


def _mixing(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """Samples that are apart before the place and mixed after it, or apart after it, too."""
    calls = calls_at(diagnostic, observation)
    if not observation.ran:
        return None
    for call in observation.calls:
        if call.begins and (call in calls or any(within(each, diagnostic) for each in call.around)):
            return Verdict.CONFIRMED, f"samples begin to mix here: {described(call)}"
    if not calls:
        return None
    for call in calls:
        if _parts_samples(call):
            return Verdict.CONFIRMED, f"each part is one sample: {described(call)}"
    if diagnostic.rule == "torch-pack-mismatch":
        later = observation.calls[observation.calls.index(calls[0]) :]
        for call in later:
            if call.begins:
                return Verdict.CONFIRMED, f"samples mix in line {_line(call)}, which reads it: {described(call)}"
    states = [seen.sample for call in calls for seen in (*call.inputs, *call.outputs)]
    followed = MIXED not in states and UNKNOWN not in states and any(state >= 0 for state in states)
    if followed and diagnostic.rule in ABOUT_STEPS:
        return Verdict.NOT_REACHED, "each sample stays apart here; its steps and features were not followed"
    if diagnostic.rule == "torch-hn-layout" and not any(seen.sample == 0 for call in calls for seen in call.outputs):
        return Verdict.NOT_REACHED, f"the samples do not come to the first axis here: {described(calls[0])}"
    if followed and observation.batch_axis in observation.consistent and _tells(observation):
        return Verdict.REFUTED, f"each sample stays apart here: {described(calls[0])}"
    return Verdict.NOT_REACHED, "the place was reached, but the samples could not be followed through it"


def _parts_samples(call: Call) -> bool:
    """True where a tensor is taken apart along the axis of its samples, and the changed sample is in one part alone."""
    states = [seen.sample for seen in call.outputs]
    sample = call.inputs[0].sample if call.inputs else -1
    if call.name not in PARTING or sample < 0 or len(states) != call.inputs[0].shape[sample]:
        return False
    return len(states) > 1 and set(states) <= {OWNED, UNCHANGED, MIXED} and states.count(UNCHANGED) >= len(states) - 2


def _tells(observation: Observation) -> bool:
    """True where batch and time are told apart by their sizes."""
    return observation.sizes[0] != observation.sizes[1]


def _line(call: Call) -> int:
    return call.place.line if call.place else 0
