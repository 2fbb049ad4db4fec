"""Puts together what the runs of a torch model have shown."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lstmlint.verify.contracts import UNKNOWN, Call, Fault, ModelPlan, Observation, Seen, SeenLayer
from lstmlint.verify.worker.hypotheses import Hypothesis
from lstmlint.verify.worker.torch_building import Built, sized
from lstmlint.verify.worker.torch_proofs import look_further
from lstmlint.verify.worker.torch_recording import BUILT, Record
from lstmlint.verify.worker.torch_reruns import Findings
from lstmlint.verify.worker.torch_runs import Examination, leading_axes

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn

ONE_BY_ONE = frozenset({"tanh", "relu", "sigmoid", "gelu", "leaky_relu", "elu", "dropout", "Tanh", "ReLU", "Dropout"})
"""What changes the numbers of a sequence and leaves them in their places."""


def observation(
    examination: Examination, plan: ModelPlan, built: Built, fault: Fault | None, shapes_only: bool = False
) -> Observation:
    """What was seen of a model; where it did not run to its end, what was seen until then."""
    known = {name for name, _ in built.model.named_modules()}  # what a run adds to its copy is no part of the model
    named = (examination.ran_on or built.model).named_modules()
    paths = {id(module): name for name, module in named if name in known}
    ran = fault is None or fault.stage == "size"
    given = examination.given
    seen = Observation(
        plan.name,
        built.text,
        ran,
        given.own,
        (given.batch, given.steps),
        fault=fault,
        parameters=sum(parameter.numel() for parameter in sized(built.model)),
        on_meta=shapes_only,
        inputs=given.shapes,
        outputs=tuple(tuple(each.shape) for each in examination.outputs),
        classes=tuple(sorted({type(module).__name__ for module in built.model.modules()})),
    )
    whole = ran and not shapes_only
    hypotheses = [examination.suppose(axis) for axis in leading_axes(given)] if whole else []
    chosen = _chosen(examination, plan, hypotheses)
    found = look_further(examination, plan, chosen) if whole else Findings()
    records = examination.base.records
    last = list(_last_steps(records))
    calls = tuple(_call(number, record, chosen, found, paths, last) for number, record in enumerate(records))
    return replace(
        seen,
        batch_axis=chosen.axis if chosen else UNKNOWN,
        consistent=tuple(each.axis for each in hypotheses if each.holds or each.is_open),
        calls=calls,
        layers=_layers(examination, calls, paths, found),
        proofs=tuple(found.proofs),
    )


def _chosen(examination: Examination, plan: ModelPlan, hypotheses: list[Hypothesis]) -> Hypothesis | None:
    """The axis that the analyser believes to be the batch, else one along which samples stay apart, else the first."""
    believed = {belief.line: belief.batch for belief in plan.beliefs}
    for number, record in enumerate(examination.base.records):
        line = record.place.line if record.place else 0
        if record.kind == "layer" and isinstance(record.owner, nn.RNNBase) and line in believed:
            for hypothesis in hypotheses:
                merged = hypothesis.merged(number)
                if merged is not None and merged.inputs[:1] == [believed[line]]:
                    return hypothesis
    return next((each for each in hypotheses if each.holds), next(iter(hypotheses), None))


def _last_steps(records: list[Record]) -> Iterator[Any]:
    """The last steps of layers of two directions whose backward half is not what the backward direction ends with."""
    steps_on: dict[int, int] = {}
    for number, record in enumerate(records):
        layer = record.owner
        if isinstance(layer, nn.RNNBase) and layer.bidirectional and len(record.outputs) > 1:
            output, state = record.outputs[:2]
            if output.dim() == 3 and not output.is_meta:
                axis = 1 if layer.batch_first else 0
                width = state.shape[-1]
                if not torch.equal(output.select(axis, -1)[..., width:], state[-1]):
                    steps_on[number] = axis
        elif record.name in ONE_BY_ONE and record.origins and record.origins[0] in {(each, 0) for each in steps_on}:
            steps_on[number] = steps_on[record.origins[0][0]]
        if number in steps_on:
            yield record.outputs[0].select(steps_on[number], -1)


def _call(
    number: int, record: Record, chosen: Hypothesis | None, found: Findings, paths: dict[int, str], last: list[Any]
) -> Call:
    merged = chosen.merged(number) if chosen else None
    inputs = _seen(record.inputs, merged.inputs if merged else [])
    inputs = [replace(each, origin=origin) for each, origin in zip(inputs, record.origins, strict=False)] or inputs
    outputs = _seen(record.outputs, merged.outputs if merged else [])
    early, short = found.early.get(number, []), found.short.get(number, [])
    outputs = [
        replace(
            each,
            early=early[position] if position < len(early) else each.early,
            short=short[position] if position < len(short) else False,
            one_step=any(torch.equal(step, record.outputs[position]) for step in last),
        )
        for position, each in enumerate(outputs)
    ]
    return Call(
        record.kind,
        record.name,
        record.place,
        tuple(inputs),
        tuple(outputs),
        paths.get(id(record.owner), ""),
        record.owner.__dict__.get(BUILT) if isinstance(record.owner, nn.Module) else None,
        bool(merged and merged.begins),
        number in found.differing,
        around=merged.around if merged else (),
    )


def _seen(values: list[Any], states: list[int]) -> list[Seen]:
    known = [*states, *[UNKNOWN] * len(values)]
    return [Seen(tuple(each.shape), state) for each, state in zip(values, known, strict=False)]


def _layers(
    examination: Examination, calls: tuple[Call, ...], paths: dict[int, str], found: Findings
) -> tuple[SeenLayer, ...]:
    layers: dict[int, SeenLayer] = {}
    for record, call in zip(examination.base.records, calls, strict=True):
        module = record.owner
        if not isinstance(module, (nn.RNNBase, nn.RNNCellBase)):
            continue
        known = layers.get(id(module))
        if known is not None:
            layers[id(module)] = replace(known, calls=known.calls + 1)
            continue
        layers[id(module)] = SeenLayer(
            path=paths.get(id(module), ""),
            family=type(module).__name__,
            built=module.__dict__.get(BUILT),
            called=record.place,
            batch_first=bool(getattr(module, "batch_first", False)),
            layers=int(getattr(module, "num_layers", 1)),
            directions=2 if getattr(module, "bidirectional", False) else 1,
            dropout=float(getattr(module, "dropout", 0.0)),
            registered=id(module) in paths,
            inputs=tuple(each.shape for each in call.inputs),
            outputs=tuple(each.shape for each in call.outputs),
            calls=1,
            sample=call.inputs[0].sample if call.inputs else UNKNOWN,
            dead=tuple(found.dead.get(paths.get(id(module), ""), ())),
        )
    return tuple(layers.values())
