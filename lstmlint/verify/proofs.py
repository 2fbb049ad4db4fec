"""What running shows beyond the static findings, as diagnostics of rules of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lstmlint.checks.torch_functional_dropout import ON_PURPOSE
from lstmlint.verify.contracts import MIXED, Call, Fault, Observation, Place, Proof
from lstmlint.verify.judging import Judged, Verdict, described, within
from lstmlint.verify.verdicts import LAYOUT, MIXING

BATCH_MIXING, SHAPE_ERROR, DEAD_LAYER, STATE_LEAK = "batch-mixing", "shape-error", "dead-layer", "state-leak"
ABOUT_SHAPES = re.compile(r"\b(sizes?|shapes?|dim|dimensions?|expected|mat1|rank|ndim)\b|incompatible", re.IGNORECASE)
ABOUT_KINDS = re.compile(
    r"same d?type|weight dtype|scalar type|same device|type \(.*\) and \w+ type|expected to be an? \w+ tensor but"
)
"""Words of messages about numbers of another kind or in another place, not about sizes."""
ABOUT_MIXING = LAYOUT | MIXING | {"keras-missing-return-sequences"}
"""Static rules whose confirmed findings say already that samples are mixed."""
ABOUT_DIRECTIONS = frozenset({"torch-hn-bidirectional", "torch-state-unpack", "keras-return-state-unpack"})
"""Static rules whose confirmed findings say already that nothing depends on a direction."""
TELLING = ("RuntimeError", "ValueError", "IndexError", "InvalidArgumentError")


@dataclass(frozen=True)
class Shown:
    """A proof about a model."""

    model: str
    proof: Proof


def proofs(observations: Iterable[Observation], judged: Iterable[Judged]) -> Iterator[Shown]:
    """The proofs that no confirmed finding says already."""
    confirmed = [each for each in judged if each.verdict is Verdict.CONFIRMED]
    for observation in observations:
        own = [each for each in confirmed if each.model == observation.name]
        mixing = _batch_mixing(observation)
        is_said = any(each.diagnostic.rule in ABOUT_MIXING for each in own)
        if mixing is not None and not is_said and not any(_says_the_same(mixing, each) for each in confirmed):
            yield Shown(observation.name, mixing)
        wrong = _shape_error(observation)
        if wrong is not None and not own:
            yield Shown(observation.name, wrong)
        for proof in observation.proofs:
            on_purpose = proof.rule == STATE_LEAK and any(map(ON_PURPOSE.search, observation.classes))
            if not on_purpose and not any(_says_the_same(proof, each) for each in own):
                yield Shown(observation.name, proof)


def _says_the_same(proof: Proof, judged: Judged) -> bool:
    if proof.rule == DEAD_LAYER and judged.diagnostic.rule in ABOUT_DIRECTIONS:
        return True
    return within(proof.place, judged.diagnostic, evidence=True)


def _batch_mixing(observation: Observation) -> Proof | None:
    """Along no leading axis of the input do samples stay apart: then whichever is the batch is mixed."""
    if not observation.ran or observation.consistent or observation.batch_axis < 0:
        return None
    begins = next((call for call in observation.calls if call.begins), None)
    call = begins or _first_given_mixed(observation)
    if call is None or _may_be_unbatched(observation) or _is_graph(observation) or _gives_pairs(observation):
        return None
    because: tuple[tuple[Place, str], ...] = ()
    if call.built is not None and call.built != call.place:
        because = ((call.built, f"`{call.path or call.name}` was built here"),)
    size = observation.sizes[observation.batch_axis] if observation.batch_axis < 2 else 0
    where = "they begin to mix here" if begins else "what is done between layers mixes them before this one"
    shown = f"changing one of {size} samples moves the output of others; {where}: {described(call)}"
    return Proof(BATCH_MIXING, call.place, shown, because)


def _first_given_mixed(observation: Observation) -> Call | None:
    """The first layer that is given mixed samples, where only layers are watched: what mixed them was not seen."""
    if any(call.kind == "operation" for call in observation.calls):
        return None
    return next((call for call in observation.calls if any(seen.sample == MIXED for seen in call.inputs)), None)


def _is_graph(observation: Observation) -> bool:
    """True where the input says how samples go together: a matrix with a row and a column for each."""
    batch = observation.sizes[0] if observation.batch_axis == 0 else observation.sizes[1]
    return any(shape.count(batch) > 1 for shape in observation.inputs)


def _gives_pairs(observation: Observation) -> bool:
    """True where an output has a row and a column for each sample: each is compared with every other on purpose."""
    batch = observation.sizes[observation.batch_axis] if observation.batch_axis < 2 else 0
    return batch > 1 and any(shape.count(batch) > 1 for shape in observation.outputs)


def _may_be_unbatched(observation: Observation) -> bool:
    """True where a recurrent layer reads one sequence only, which may be all that there is."""
    shapes = [layer.inputs[0] for layer in observation.layers if layer.inputs]
    return any(len(shape) < 3 or 1 in shape[:2] for shape in shapes)


def _shape_error(observation: Observation) -> Proof | None:
    fault = observation.fault
    if fault is None or not is_shape_error(fault) or not observation.own_input or fault.ours:
        return None
    because: tuple[tuple[Place, str], ...] = ()
    if fault.built is not None:
        because = ((fault.built, f"{fault.layer} was built here"),)
    detail = f"; {fault.layer} {fault.detail}" if fault.layer else ""
    return Proof(SHAPE_ERROR, fault.places[-1], f"`{observation.recipe}` raises {fault.message}{detail}", because)


def is_shape_error(fault: Fault) -> bool:
    """True for an exception about sizes that the framework raised in a model, not the user in a statement."""
    theirs = fault.origin in ("framework", "sizes") or bool(fault.layer) or fault.type == "InvalidArgumentError"
    return (
        fault.stage == "forward"
        and bool(fault.places)
        and fault.type in TELLING
        and theirs
        and fault.origin != "raise"
        and bool(fault.layer or ABOUT_SHAPES.search(fault.message))
        and not ABOUT_KINDS.search(fault.message)
    )
