"""What an observation means for the findings of single rules about Keras."""

from __future__ import annotations

from lstmlint.findings import Diagnostic
from lstmlint.verify.contracts import Observation
from lstmlint.verify.judging import Judge, Verdict, calls_at, described, within


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


def _opposite_orders(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """Two directions side by side, of which one has its first step last."""
    for call in observation.calls:
        about = within(call.built, diagnostic, evidence=True) or within(call.place, diagnostic, evidence=True)
        if about and any(seen.opposed for seen in call.outputs):
            return Verdict.CONFIRMED, f"in what `{call.path}` gives, some features have the first step last"
    return None


OWN: dict[str, Judge] = {
    "keras-bidirectional-by-hand": _opposite_orders,
    "keras-missing-return-sequences": _needs_sequence,
    "keras-extra-return-sequences": _wants_vector,
    "keras-input-shape": _one_step,
    "keras-mask": _mask_lost,
    "keras-initial-state": _second_state,
}
"""How the findings of a rule are judged where it takes more than seeing samples mix or an exception."""
