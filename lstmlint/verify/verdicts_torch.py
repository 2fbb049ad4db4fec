"""What an observation means for the findings of single rules about torch."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.findings import Diagnostic
from lstmlint.verify.contracts import Call, Observation, Seen
from lstmlint.verify.judging import Judge, Verdict, calls_at, described, layers_at, within


def _final_state(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A final state whose first axis, layers x directions, goes on where the batch belongs."""
    for call in calls_at(diagnostic, observation):
        state = next((seen for seen in call.inputs if seen.sample == 1 and len(seen.shape) == 3), None)
        kept = next((seen for seen in call.outputs if seen.sample == 1 and len(seen.shape) == 3), None)
        if state is not None and kept is not None and not call.begins and kept.shape[0] == state.shape[0]:
            return Verdict.CONFIRMED, f"the first axis is not the batch: {described(call)}"
        if state is not None:
            dead = _half_dead(observation, state.shape[0])
            if dead:
                return Verdict.CONFIRMED, f"{dead} gets no gradient: of the layers and directions, some are left out"
    return None


def _half_dead(observation: Observation, states: int) -> str:
    """A direction without gradient in a layer that has so many states."""
    for layer in observation.layers:
        if layer.directions == 2 and layer.layers * 2 == states and layer.dead and layer.dead != ("all",):
            direction, _, number = layer.dead[0].partition(" ")
            return f"the {direction} direction of `{layer.path}` (layer {number})"
    return ""


def _two_directions(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """Half of a summary that an early step does not reach, a direction without gradient, or twice the samples."""
    calls = calls_at(diagnostic, observation)
    if not calls:
        return None
    batch = observation.sizes[1] if observation.batch_axis == 1 else observation.sizes[0]
    for call in calls:
        if any(seen.early == (True, False) for seen in call.outputs):
            return Verdict.CONFIRMED, "changing the first step moves one half of it only: the other has read one step"
        if any(seen.one_step for seen in call.outputs):
            return Verdict.CONFIRMED, "its second half is not what the backward direction ends with"
        doubled = [
            seen.shape
            for seen in call.outputs
            for given in call.inputs
            if len(given.shape) == len(seen.shape) and (batch, 2 * batch) in _pairs(given, seen)
        ]
        if doubled:
            return Verdict.CONFIRMED, f"{doubled[0]} came out for a batch of {batch}"
    if not observation.ran:
        return None
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
    for call in observation.calls:
        for seen in call.inputs:
            giver = observation.calls[seen.origin[0]] if seen.origin[0] >= 0 else None
            if giver is None or giver.name != "LSTM" or seen.origin[1] != 2 or call.name.startswith(("LSTM", "GRU")):
                continue
            named = any(within(each, diagnostic, evidence=True) for each in (giver.place, giver.built))
            if named or within(call.place, diagnostic):
                return Verdict.CONFIRMED, f"`{call.name.strip('_')}` reads c_n of `{giver.path}`, its cell state"
    return None


def _cell_first(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """An LSTM that is given what it gave itself, or another, as (c_n, h_n)."""
    for call in calls_at(diagnostic, observation):
        for one, other in zip(call.inputs[1:], call.inputs[2:], strict=False):
            (giver, first), (same, second) = one.origin, other.origin
            if giver >= 0 and giver == same and (first, second) == (2, 1) and observation.calls[giver].name == "LSTM":
                return Verdict.CONFIRMED, f"`{call.path}` was given c_n of `{observation.calls[giver].path}` for h_0"
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
    calls = [call for call in observation.calls if call.kind == "layer" and _is_meant(call, diagnostic)]
    if not calls:
        return None
    loose = [call for call in calls if not call.path]
    if loose:
        return Verdict.CONFIRMED, f"the {loose[0].name} that ran is no part of the model: its weights are never trained"
    return Verdict.REFUTED, "the layers that ran are all part of the model"


def _is_meant(call: Call, diagnostic: Diagnostic) -> bool:
    """True for a layer that was called at a finding's place, or built in its lines or those of its evidence."""
    built = replace(call.built, column=0) if call.built is not None else None
    return within(call.place, diagnostic) or within(built, diagnostic, evidence=True)


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


def _mixed_state(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A recurrent layer whose state comes out of a call that mixes samples."""
    for call in calls_at(diagnostic, observation):
        for seen in call.inputs[1:]:
            giver = observation.calls[seen.origin[0]] if seen.origin[0] >= 0 else None
            if giver is not None and giver.begins:
                return Verdict.CONFIRMED, f"samples begin to mix in what gives the state: {described(giver)}"
    return None


OWN: dict[str, Judge] = {
    "torch-hn-layout": _final_state,
    "torch-hn-bidirectional": _two_directions,
    "torch-state-unpack": _state_unpacked,
    "torch-initial-state-structure": _cell_first,
    "torch-initial-state-shape": _mixed_state,
    "torch-padded-last-step": _padded,
    "torch-dropout-single-layer": _single_layer_dropout,
    "torch-layer-in-forward": _not_registered,
    "torch-unregistered-layer": _not_registered,
    "torch-functional-dropout": _random,
    "torch-initial-state-random": _random,
    "torch-length-one-sequence": _length_one,
}
"""How the findings of a rule are judged where it takes more than seeing samples mix or an exception."""
