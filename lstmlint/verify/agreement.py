"""The recurrent layers that ran, each held against what the analyser inferred of it: what was read as what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lstmlint.verify.contracts import MIXED, Belief, Observation, SeenLayer
from lstmlint.verify.judging import Verdict, layers_at
from lstmlint.verify.running import Verified


@dataclass(frozen=True)
class LayerRow:
    """A recurrent layer in the words of a table."""

    model: str
    layer: str
    line: int
    read_as: str
    observed: str
    verdict: str


def rows(verified: Verified, path: str) -> Iterator[LayerRow]:
    """A row for each recurrent layer of the models of a file, in the order in which they ran."""
    for observation in verified.observations[path]:
        for layer in observation.layers:
            name = f"{observation.name}.{layer.path}" if layer.path else observation.name
            yield LayerRow(
                observation.name,
                f"{name} ({layer.family})",
                layer.built.line if layer.built else 0,
                reading(layer),
                _observed(layer) + _why_shapes(observation),
                _verdict(verified, path, observation, layer),
            )


def _why_shapes(observation: Observation) -> str:
    """Why nothing but shapes was seen, if so."""
    if not observation.on_meta:
        return ""
    return " (shapes only: too large for the memory limit)" if observation.ran else " (shapes only)"


def reading(layer: SeenLayer) -> str:
    """The axes of a layer's input as the layer takes them."""
    rank = len(layer.inputs[0]) if layer.inputs else 3
    if layer.family.endswith("Cell"):
        return "(batch, feature)" if rank == 2 else "(feature)"
    if rank == 2:
        return "(time, feature)"
    return "(batch, time, feature)" if layer.batch_first else "(time, batch, feature)"


def _observed(layer: SeenLayer) -> str:
    shape = str(layer.inputs[0]) if layer.inputs else "?"
    if layer.sample >= 0:
        shape += f", samples on axis {layer.sample}"
    elif layer.sample == MIXED:
        shape += ", samples mixed before it"
    return shape


def _verdict(verified: Verified, path: str, observation: Observation, layer: SeenLayer) -> str:
    about = [
        each
        for each in verified.judged
        if each.diagnostic.span.path == path and layer in layers_at(each.diagnostic, observation)
    ]
    for wanted in (Verdict.CONFIRMED, Verdict.REFUTED):
        codes = [each.diagnostic.code for each in about if each.verdict is wanted]
        if codes:
            return f"{wanted.value} {', '.join(dict.fromkeys(codes))}"
    said = disagreement(observation, layer, verified.beliefs.get(path, ()))
    if said:
        return f"disagrees: {said}"
    if not observation.ran:
        return "the model did not run to its end"
    read = 0 if layer.batch_first or layer.family.endswith("Cell") else 1
    return "agrees" if layer.sample in (read, -1) else ""


def disagreement(observation: Observation, layer: SeenLayer, beliefs: tuple[Belief, ...]) -> str:
    """What the analyser inferred of a layer's input and was not seen: a mistake of the model or of lstmlint."""
    inferred = [belief for belief in beliefs if belief.shape and _is_about(belief, layer)]
    if not inferred or not layer.inputs or any(_fits(each, layer.inputs[0], observation) for each in inferred):
        return ""
    wanted = ", ".join(str(size) if size else "?" for size in inferred[0].shape)
    return f"inferred ({wanted})"


def _is_about(belief: Belief, layer: SeenLayer) -> bool:
    """By the line of the call, else (a Keras layer that a graph holds twice) by that where the layer is built."""
    if layer.called is not None:
        return belief.line == layer.called.line
    return layer.built is not None and belief.built == layer.built.line


def _fits(belief: Belief, seen: tuple[int, ...], observation: Observation) -> bool:
    """The number of axes agrees, and all sizes that are known but those that are chosen for the run."""
    if len(belief.shape) != len(seen):
        return False
    if not observation.own_input:  # a made-up input may go with made-up sizes of the model
        return True
    batch = observation.sizes[0]
    last = len(seen) - 1
    return all(
        wanted in (0, size) or (axis != last and (axis in belief.chosen or (batch > 1 and size % batch == 0)))
        for axis, (wanted, size) in enumerate(zip(belief.shape, seen, strict=True))
    )
