"""Examines one Keras model: builds it, runs it on a small batch with one sample or one step changed, and reports."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass, field, replace
from typing import Any

from lstmlint.verify.contracts import UNKNOWN, Call, Fault, ModelPlan, Observation, Request, Seen, SeenLayer
from lstmlint.verify.worker.faults import fault_of, require
from lstmlint.verify.worker.flatten import replaced, tensors
from lstmlint.verify.worker.hypotheses import Hypothesis
from lstmlint.verify.worker.loading import Program
from lstmlint.verify.worker.samples import Change

CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells")
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", *CELLS)


def prepare(request: Request) -> Any:
    """Readies Keras to be watched; gives the function that examines one model."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    require("Keras", str(importlib.import_module("keras").__version__), 3)
    recording = importlib.import_module("lstmlint.verify.worker.keras_recording")
    watch = recording.Watch()

    def examine(program: Program, plan: ModelPlan, early: Any) -> Observation:
        return _examine(watch, program, plan)

    return examine


def _examine(watch: Any, program: Program, plan: ModelPlan) -> Observation:
    building = importlib.import_module("lstmlint.verify.worker.keras_building")

    def explain(error: BaseException, stage: str) -> Fault:
        failing, watch.failing = watch.failing, None
        fault = fault_of(error, stage, program.request)
        if failing is None:
            return fault
        layer, args = failing
        shapes = ", ".join(str(tuple(each.shape)) for each in tensors(args, lambda each: hasattr(each, "shape")))
        place = layer.__dict__.get("_lstmlint_built")
        return replace(fault, layer=type(layer).__name__, built=place, detail=f"was given {shapes}")

    faults: list[Fault] = []
    best: Observation | None = None
    for built in building.builds(program, plan, faults, explain):
        if built.own or best is None:
            observation = _observed(watch, plan, built, explain)
            best = observation if best is None or observation.own_input else best
        if best is not None and best.own_input:
            break
    return best or Observation(plan.name, fault=faults[0] if faults else None)


@dataclass
class Runs:
    """A model with the run that all others are held against."""

    watch: Any
    recording: Any
    arrays: Any
    built: Any
    base: Any = None
    outputs: list[Any] = field(default_factory=list)

    def forward(self, args: Any, kwargs: Any, recorder: Any | None) -> list[Any]:
        """One run in inference mode; states that are kept are forgotten first. The arrays that come out."""
        recording, model = self.recording, self.built.model
        recording.keras.utils.set_random_seed(0)
        for layer in _all_layers(model):
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_state") and layer.built:
                layer.reset_state()
        fed = replaced((args, kwargs), recording.is_tensor, recording.keras.ops.convert_to_tensor)
        with self.watch.recording(recorder):
            result = self.call(*fed)
        return [recording.as_array(each) for each in tensors(result, recording.is_tensor)]

    def call(self, args: Any, kwargs: Any) -> Any:
        """What the model gives in inference mode."""
        model = self.built.model
        try:
            return model(*args, **{"training": False, **kwargs})
        except TypeError as error:
            if "training" not in str(error):
                raise
            return model(*args, **kwargs)

    def changed(self, axis: int, entry: int) -> tuple[Any, Any]:
        """The input with other values at one entry of an axis of the data (of everything, where that is the batch)."""
        batch, main = self.built.batch, self.built.main

        def change(array: Any) -> Any:
            concerned = array is main if axis else array.ndim and array.shape[0] == batch
            return self.arrays.changed(array, axis, entry, 7 + entry) if concerned else array

        args, kwargs = replaced((self.built.args, self.built.kwargs), self.recording.is_tensor, change)
        return args, kwargs

    def suppose(self) -> Hypothesis:
        """Changes the first and the last sample, one at a time."""
        found = Hypothesis(0)
        for sample in (0, self.built.batch - 1):
            change = Change(sample, self.built.batch)
            recorder = self.recording.Recorder(self.base.records, change=change)
            outputs = self.forward(*self.changed(0, sample), recorder)
            found.runs.append(recorder)
            pairs = zip(self.outputs, outputs, strict=False)
            found.states.append([self.arrays.axis_of(before, after, change) for before, after in pairs])
        return found


def _all_layers(model: Any) -> list[Any]:
    flatten = getattr(model, "_flatten_layers", None)
    return list(flatten()) if flatten is not None else [model]


def _observed(watch: Any, plan: ModelPlan, built: Any, explain: Any) -> Observation:
    recording = importlib.import_module("lstmlint.verify.worker.keras_recording")
    arrays = importlib.import_module("lstmlint.verify.worker.keras_arrays")
    shown_by = importlib.import_module("lstmlint.verify.worker.keras_proofs")
    runs = Runs(watch, recording, arrays, built, recording.Recorder())
    steps = int(built.main.shape[1]) if built.main is not None and built.main.ndim >= 2 else 0
    inputs = tuple(tuple(each.shape) for each in built.arrays)
    seen = Observation(plan.name, built.text, False, built.own, (built.batch, steps), inputs=inputs)
    fault: Fault | None = None
    try:
        runs.forward(built.args, built.kwargs, None)  # makes the weights
        runs.outputs = runs.forward(built.args, built.kwargs, runs.base)
    except (Exception, SystemExit) as error:
        fault = replace(explain(error, "forward"), ours=not built.own)
        if built.as_given is not None:  # the number of samples may be written into the model
            return _observed(watch, plan, built.as_given, explain)
    hypothesis = runs.suppose() if fault is None and built.batch > 1 else None
    opposed = _opposed(runs, steps) if hypothesis is not None else frozenset()
    calls = tuple(_call(number, record, hypothesis, opposed) for number, record in enumerate(runs.base.records))
    holds = hypothesis is not None and (hypothesis.holds or hypothesis.is_open)
    return replace(
        seen,
        ran=fault is None,
        fault=fault,
        batch_axis=0 if hypothesis else UNKNOWN,
        consistent=(0,) if holds else (),
        calls=calls,
        layers=_layers(runs.base.records, calls),
        proofs=tuple(shown_by.proofs(runs, plan, steps, RECURRENT)) if holds else (),
        outputs=tuple(tuple(each.shape) for each in runs.outputs),
        targets=built.targets,
        classes=tuple(sorted({type(layer).__name__ for layer in _all_layers(built.model)})),
        parameters=int(sum(weight.size for weight in map(recording.as_array, built.model.weights))),
    )


def _call(number: int, record: Any, hypothesis: Hypothesis | None, opposed: frozenset[int]) -> Call:
    merged = hypothesis.merged(number) if hypothesis else None
    is_layer = record.kind == "layer"
    return Call(
        record.kind,
        record.name,
        record.place,
        _given(record, merged.inputs if merged else []),
        _seen(record.outputs, merged.outputs if merged else [], number in opposed),
        str(record.owner.name) if is_layer else "",
        record.owner.__dict__.get("_lstmlint_built") if is_layer else None,
        bool(merged and merged.begins),
        masked=record.masked,
        hidden=record.hidden,
        ignores=record.ignores,
        around=merged.around if merged else (),
    )


def _seen(values: list[Any], states: list[int], opposed: bool = False) -> tuple[Seen, ...]:
    known = [*states, *[UNKNOWN] * len(values)]
    pairs = zip(values, known, strict=False)
    return tuple(Seen(tuple(each.shape), state, opposed=opposed) for each, state in pairs)


def _given(record: Any, states: list[int]) -> tuple[Seen, ...]:
    """What went into a call, with where it came from."""
    seen = _seen(record.inputs, states)
    origins = (*record.origins, *[(-1, -1)] * len(seen))
    return tuple(
        replace(each, origin=origin, padded=_is_padded(array))
        for each, origin, array in zip(seen, origins, record.inputs, strict=False)
    )


def _is_padded(array: Any) -> bool:
    """True for rows of whole numbers (as numbers of any kind) of which some, not all, end in zeros."""
    if array.ndim != 2 or not array.size or (array != array.round()).any():
        return False
    ends = array[:, -1] == 0
    return bool(ends.any() and array.any(axis=1).all() and array.max() > 1)


def _opposed(runs: Runs, steps: int) -> frozenset[int]:
    """The calls whose result has features in opposite orders of time, by number: a changed first step tells."""
    if steps < 3 or not (runs.built.main.ndim >= 3 or runs.built.main.dtype.kind in "iu"):
        return frozenset()
    change = Change(0, runs.built.batch)
    recorder = runs.recording.Recorder(runs.base.records, change=change, heal=False)
    runs.forward(*runs.changed(1, 0), recorder)
    found = set()
    for number, (record, after) in enumerate(zip(runs.base.records, recorder.raw, strict=False)):
        for before, array in zip(record.outputs, after, strict=False):
            where = runs.arrays.moved(before, array)
            if where is not None and where.ndim == 3 and where.shape[1] == steps:
                by_step = where.any(axis=0)
                at_last_alone = by_step[-1] & ~by_step[:-1].any(axis=0)
                if by_step[0].any() and at_last_alone.any():
                    found.add(number)
    return frozenset(found)


def _layers(records: list[Any], calls: tuple[Call, ...]) -> tuple[SeenLayer, ...]:
    found: dict[int, SeenLayer] = {}
    for record, call in zip(records, calls, strict=True):
        if record.name not in RECURRENT or record.kind != "layer":
            continue
        known = found.get(id(record.owner))
        if known is not None:
            found[id(record.owner)] = replace(known, calls=known.calls + 1)
            continue
        found[id(record.owner)] = SeenLayer(
            call.path,
            record.name,
            call.built,
            call.place,
            batch_first=not getattr(record.owner, "time_major", False),
            layers=1,
            directions=2 if record.name == "Bidirectional" else 1,
            dropout=0.0,
            registered=True,
            inputs=tuple(each.shape for each in call.inputs),
            outputs=tuple(each.shape for each in call.outputs),
            calls=1,
            sample=call.inputs[0].sample if call.inputs else UNKNOWN,
            backwards=bool(getattr(record.owner, "go_backwards", False)),
        )
    return tuple(found.values())
