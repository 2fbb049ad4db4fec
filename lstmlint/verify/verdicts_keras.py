"""What an observation means for the findings of single rules about Keras."""

from __future__ import annotations

from lstmlint.findings import Diagnostic
from lstmlint.verify.contracts import Call, Observation
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
    steps = _steps_of_target(diagnostic, observation)
    if steps:
        given, wanted = observation.outputs[0], observation.targets[0]
        said = f"the model gives {given}, and the target {wanted} has a value for each of {steps} steps"
        return Verdict.CONFIRMED, said
    return Verdict.NOT_REACHED, "the layer ran, and nothing that was run wants a sequence of it"


def _steps_of_target(diagnostic: Diagnostic, observation: Observation) -> int:
    """The steps that the layer reads, if the target has as many and the output has not; 0: not so."""
    for call in calls_at(diagnostic, observation):
        steps = call.inputs[0].shape[1] if call.inputs and len(call.inputs[0].shape) == 3 else 0
        if steps > 1 and observation.targets and observation.outputs:
            output, target = observation.outputs[0][1:], observation.targets[0][1:]
            if steps in target and steps not in output:
                return steps
    return 0


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
    """A mask that comes in and does not go on, or that is never made though some rows end in zeros."""
    for call in calls_at(diagnostic, observation):
        if call.masked == (True, False):
            return Verdict.CONFIRMED, f"`{call.path or call.name}` was given a mask, and what it gave had none"
        if call.masked == (True, True):
            return Verdict.REFUTED, f"`{call.path}` was given a mask and handed it on"
        if call.name == "Embedding" and call.masked == (False, False) and call.inputs and call.inputs[0].padded:
            return Verdict.CONFIRMED, f"`{call.path}` was given rows that end in zeros, and what it gave had no mask"
    return _mask_of_nothing(diagnostic, observation) or _mask_on_the_way(diagnostic, observation)


def _mask_of_nothing(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A Masking that keeps every step though what comes before it reads padding."""
    padded = any(seen.padded for call in observation.calls for seen in call.inputs)
    for call in calls_at(diagnostic, observation):
        if call.name == "Masking" and padded:
            if call.hidden:
                return Verdict.REFUTED, f"`{call.path}` hides {call.hidden} steps"
            return Verdict.CONFIRMED, f"some rows end in zeros, and `{call.path}` hides no step of them"
    return None


def _mask_on_the_way(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A mask that one layer makes and that does not reach another, both named by the finding."""
    named = [
        call
        for call in observation.calls
        if call.kind == "layer" and any(within(each, diagnostic, evidence=True) for each in (call.place, call.built))
    ]
    makers = [number for number, call in enumerate(named) if call.masked == (False, True)]
    for reader in named[makers[0] + 1 :] if makers else ():
        maker = named[makers[0]]
        if reader.masked[0]:
            return Verdict.REFUTED, f"`{reader.path}` was given the mask of `{maker.path}`"
        return Verdict.CONFIRMED, f"`{maker.path}` made a mask, and what `{reader.path}` was given had none"
    return None


STATES = ("h", "c")


def _swapped(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """An LSTM that is given the second state of another for its first, where the finding names the one or the other."""
    calls = observation.calls
    for reader in calls:
        for one, other in zip(reader.inputs[1:], reader.inputs[2:], strict=False):
            (giver, first), (same, second) = one.origin, other.origin
            if reader.name != "LSTM" or giver < 0 or giver != same:
                continue
            about = [place for call in (reader, calls[giver]) for place in (call.place, call.built)]
            said = _misplaced(calls[giver], first, second)
            if said and any(within(place, diagnostic, evidence=True) for place in about):
                return Verdict.CONFIRMED, f"`{reader.path}` was given {said} of `{calls[giver].path}` for (h, c)"
    return None


def _misplaced(giver: Call, first: int, second: int) -> str:
    """What two results of a layer are, if they are not its h and c."""
    if giver.name == "Bidirectional" and len(giver.outputs) == 3 and {first, second} == {1, 2}:
        return "the h of both directions"
    swapped = first == second + 1 and first % 2 == 0
    return "(c, h)" if swapped and giver.name in ("LSTM", "Bidirectional") else ""


def _of_one_direction(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """Two states that are put together: of the two directions of a layer, or h and c of one of them."""
    for call in observation.calls:
        origins = [seen.origin for seen in call.inputs if seen.origin[0] >= 0]
        if len(origins) != 2 or origins[0][0] != origins[1][0]:
            continue
        giver = observation.calls[origins[0][0]]
        here = within(call.place, diagnostic) or within(call.built, diagnostic)
        if not here and not any(within(each, diagnostic, evidence=True) for each in (giver.place, giver.built)):
            continue
        places = sorted(position for _, position in origins)
        if giver.name == "Bidirectional" and len(giver.outputs) == 5:
            if places in ([1, 2], [3, 4]):
                side = "forward" if places == [1, 2] else "backward"
                return Verdict.CONFIRMED, f"h and c of the {side} layer of `{giver.path}` are put together here"
            if places in ([1, 3], [2, 4]):
                state = STATES[places[0] - 1]
                return Verdict.REFUTED, f"{state} of both directions of `{giver.path}` is put together here"
    return None


def _unpacked(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """States of one direction put together, states in the wrong order, or a direction that is dropped."""
    said = _of_one_direction(diagnostic, observation) or _swapped(diagnostic, observation)
    for proof in observation.proofs if said is None else ():
        built = [call.built for call in observation.calls if call.place == proof.place]
        is_dropped = proof.rule == "dead-layer" and "direction" in proof.message
        if is_dropped and any(within(each, diagnostic, evidence=True) for each in (proof.place, *built)):
            return Verdict.CONFIRMED, proof.message
    return said


def _initial_state(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    return _second_state(diagnostic, observation) or _swapped(diagnostic, observation)


def _second_state(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """A state that changes nothing."""
    for call in calls_at(diagnostic, observation):
        if call.ignores:
            return Verdict.CONFIRMED, f"another second state does not move anything that `{call.path}` gives"
    return None


def _opposite_orders(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """Two directions side by side, of which one has its first step last."""
    same = _same_direction(diagnostic, observation)
    if same is not None:
        return same
    for call in observation.calls:
        about = within(call.built, diagnostic, evidence=True) or within(call.place, diagnostic, evidence=True)
        if about and any(seen.opposed for seen in call.outputs):
            said = f"in what `{call.path or call.name}` gives, some features have the first step last"
            return Verdict.CONFIRMED, said
    return None


def _same_direction(diagnostic: Diagnostic, observation: Observation) -> tuple[Verdict, str] | None:
    """Two parts side by side that come from one layer, or from two that both read from the beginning."""
    recurrent = {layer.path: layer for layer in observation.layers}
    for call in calls_at(diagnostic, observation):
        givers = [observation.calls[seen.origin[0]] for seen in call.inputs if seen.origin[0] >= 0]
        parts = [giver for giver in givers if giver.path in recurrent]
        if len(parts) != 2:
            continue
        one, other = parts
        if one.inputs[0].origin != other.inputs[0].origin:
            return Verdict.REFUTED, "the two parts were computed from two tensors"
        if one.path == other.path:
            return Verdict.CONFIRMED, f"both parts are what `{one.path}` gives"
        if not (recurrent[one.path].backwards or recurrent[other.path].backwards):
            return Verdict.CONFIRMED, f"`{one.path}` and `{other.path}` both read from the first step on"
    return None


OWN: dict[str, Judge] = {
    "keras-bidirectional-by-hand": _opposite_orders,
    "keras-missing-return-sequences": _needs_sequence,
    "keras-extra-return-sequences": _wants_vector,
    "keras-input-shape": _one_step,
    "keras-mask": _mask_lost,
    "keras-initial-state": _initial_state,
    "keras-return-state-unpack": _unpacked,
}
"""How the findings of a rule are judged where it takes more than seeing samples mix or an exception."""
