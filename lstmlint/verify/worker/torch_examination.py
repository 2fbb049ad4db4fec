"""Runs one torch model as often as it takes: as it is, with one sample changed, with one step changed, twice over."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from lstmlint.verify.contracts import MIXED, OWNED, UNCHANGED, UNKNOWN, Fault, ModelPlan, Observation, Request
from lstmlint.verify.worker.flatten import tensors
from lstmlint.verify.worker.loading import Program
from lstmlint.verify.worker.torch_building import Built, CannotBuild, builds, sizes_of
from lstmlint.verify.worker.torch_inputs import Input, changed_sample, measured, resized
from lstmlint.verify.worker.torch_recording import BUILT, Compared, Recorder, Watch, is_tensor
from lstmlint.verify.worker.torch_repair import ATTEMPTS, repaired
from lstmlint.verify.worker.torch_samples import Change, axis_of, joined

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn


@dataclass
class Hypothesis:
    """What the model does if the samples stand on this axis of its input."""

    axis: int
    runs: list[Recorder] = field(default_factory=list)
    states: list[list[int]] = field(default_factory=list)
    """What became of each output, by run."""

    @property
    def holds(self) -> bool:
        """True where each sample has an output of its own that no other sample moves."""
        flat = [state for states in self.states for state in states]
        if any(compared.begins for run in self.runs for compared in run.compared):
            return False
        return not {MIXED, UNKNOWN, OWNED} & set(flat) and all(max(states, default=-1) >= 0 for states in self.states)

    @property
    def is_open(self) -> bool:
        """True where the runs cannot be compared."""
        return any(run.diverged for run in self.runs) or all(UNKNOWN in states for states in self.states)

    def merged(self, number: int) -> Compared | None:
        """What all runs say of one call."""
        found = [run.compared[number] for run in self.runs if number < len(run.compared)]
        if not found:
            return None
        sides = ([list(each) for each in zip(*(c.inputs for c in found), strict=False)],)
        outputs = [list(each) for each in zip(*(c.outputs for c in found), strict=False)]
        before, after = [joined(states) for states in sides[0]], [joined(states) for states in outputs]
        begins = any(compared.begins for compared in found)
        apart = not {MIXED, UNKNOWN} & set(before)
        return Compared(before, after, begins or (apart and MIXED in after) or self._loses(before, after))

    def _loses(self, before: list[int], after: list[int]) -> bool:
        """True where one sample is left of all, and no output is each sample's own."""
        if self.holds or not any(state >= 0 for state in before) or any(state >= 0 for state in after):
            return False
        return OWNED in after and after.count(OWNED) + after.count(UNCHANGED) == len(after) == 1


@dataclass
class Examination:
    """One model under examination, with the run that all others are held against."""

    watch: Watch
    model: Any
    given: Input
    base: Recorder = field(default_factory=Recorder)
    run: Any = None
    """How the program calls the model: a function of the model and the names it uses; None: the model is called."""
    ran_on: Any = None
    """The copy of the model that the first run went through."""
    outputs: list[Any] = field(default_factory=list)

    def forward(self, given: Input, recorder: Recorder | None = None, model: Any = None, seed: int | None = 0) -> Any:
        """One run of a fresh copy of the model; the tensors that come out."""
        model = self.fresh() if model is None else model
        fed = given.copy()
        if seed is not None:
            torch.manual_seed(seed)
        call = model if self.run is None else partial(self.run, model)
        if recorder is None:
            result = call(*fed.args, **fed.kwargs)
        else:
            with self.watch.recording(recorder):
                result = call(*fed.args, **fed.kwargs)
        return [each.detach() for each in tensors(as_plain(result), is_tensor)]

    def fresh(self) -> Any:
        """A copy of the model that no run has touched; the model itself where it cannot be copied."""
        try:
            return copy.deepcopy(self.model)
        except Exception:
            return self.model

    def first(self) -> None:
        """The run that all others are held against."""
        self.base = Recorder()
        self.ran_on = self.fresh()
        with torch.no_grad():
            self.outputs = self.forward(self.given, self.base, self.ran_on)

    def suppose(self, axis: int) -> Hypothesis:
        """Changes the first and the last entry of an axis of the input, one at a time."""
        main = self.given.main
        found = Hypothesis(axis)
        size = int(main.shape[axis]) if main is not None else 0
        for sample in (0, size - 1):
            generator = torch.Generator().manual_seed(11 + sample)
            recorder = Recorder(self.base.records, change=Change(sample, size), heal=True)
            with torch.no_grad():
                outputs = self.forward(changed_sample(self.given, axis, sample, generator), recorder)
            found.runs.append(recorder)
            found.states.append(self.states(outputs, Change(sample, size)))
        return found

    def states(self, outputs: list[Any], change: Change) -> list[int]:
        """What became of each output of the model."""
        if len(outputs) != len(self.outputs):
            return [UNKNOWN]
        return [axis_of(before, after, change) for before, after in zip(self.outputs, outputs, strict=True)]


def as_plain(result: Any) -> Any:
    """A model's result as containers: also of the objects with attributes that libraries return."""
    if is_tensor(result) or isinstance(result, (tuple, list, dict)):
        return result
    return dict(vars(result)) if hasattr(result, "__dict__") else result


def prepare(request: Request) -> Any:
    """Readies torch to be watched; gives the function that examines one model."""
    torch.set_num_threads(1)
    watch = Watch()

    def examine(program: Program, plan: ModelPlan) -> Observation:
        return _examine(watch, program, plan)

    return examine


def _examine(watch: Watch, program: Program, plan: ModelPlan) -> Observation:
    from lstmlint.verify.worker.serving import fault_of

    def explain(error: BaseException, stage: str) -> Fault:
        return replace(fault_of(error, stage, program.request), **_circumstances(watch))

    best: Observation | None = None
    try:
        for built in builds(program, plan, explain):
            observation = _observed(watch, plan, built, explain)
            if best is None or (observation.ran and not best.ran):
                best = observation
            if observation.ran or observation.own_input:
                break
    except CannotBuild as problem:
        return Observation(plan.name, fault=problem.fault)
    assert best is not None
    return best


_last: dict[int, Recorder] = {}


def _circumstances(watch: Watch) -> dict[str, Any]:
    """The layer of torch that an exception came out of, and what it was given."""
    recorder = _last.pop(0, None)
    if recorder is None or not recorder.failing:
        return {}
    module, args = recorder.failing[0]
    shapes = ", ".join(str(tuple(each.shape)) for each in tensors(args, is_tensor))
    built = module.__dict__.get(BUILT)
    return {"layer": repr(module).split("\n")[0], "detail": f"was given {shapes}", "built": built}


def _observed(watch: Watch, plan: ModelPlan, built: Built, explain: Any) -> Observation:
    from lstmlint.verify.worker.torch_report import observation

    model = built.model.eval()
    examination, fault = _runnable(Examination(watch, model, measured(built.given), run=built.run), explain)
    return observation(examination, plan, built, fault)


def _runnable(examination: Examination, explain: Any) -> tuple[Examination, Fault | None]:
    """The model with the first input that it takes, and why it did not take the ones before, if that is telling."""
    torch.set_default_dtype(torch.float32)
    given = examination.given
    fault = _tried(examination, explain)
    if not given.own:
        for _ in range(ATTEMPTS):
            better = repaired(examination.given, examination.base.failing) if fault else None
            if better is None:
                break
            examination = replace(examination, given=better, outputs=[])
            fault = _tried(examination, explain)
    if fault is not None:
        return examination, replace(fault, ours=not given.own)
    return _sized(examination, explain)


def _sized(known: Examination, explain: Any) -> tuple[Examination, Fault | None]:
    """The same with batch and steps that differ, in double precision if the model allows both."""
    refused: Fault | None = None
    for other in resized(known.given, sizes_of(known.model)):
        for dtype in (torch.float64, torch.float32):
            examination = replace(known, model=_converted(known, dtype), given=other.converted(dtype), outputs=[])
            fault = _tried(examination, explain, dtype)
            if fault is None:
                return examination, replace(refused, stage="size") if refused and other.own else None
            if dtype == torch.float32 and refused is None:
                refused = fault
    return known, None


def _converted(known: Examination, dtype: Any) -> Any:
    model = known.fresh()
    return model.to(dtype) if dtype != torch.float32 else model


def _tried(examination: Examination, explain: Any, dtype: Any = None) -> Fault | None:
    """Makes the first run; the fault if it raises."""
    torch.set_default_dtype(dtype or torch.float32)
    try:
        examination.first()
    except (Exception, SystemExit) as error:
        _last[0] = examination.base
        fault: Fault = explain(error, "forward")
        return fault
    finally:
        if dtype is None:
            torch.set_default_dtype(torch.float32)
    return None


def leading_axes(given: Input) -> Iterator[int]:
    """The axes of the input that can be the batch: of at least two entries, the first two at most."""
    main = given.main
    if main is None:
        return
    for axis in (0, 1) if given.steps else (0,):
        if int(main.shape[axis]) > 1:
            yield axis
