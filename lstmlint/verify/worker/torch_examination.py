"""Examines one torch model: builds it, finds an input that it takes, runs it as often as it takes, and reports."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lstmlint.verify.contracts import Fault, ModelPlan, Observation, Request
from lstmlint.verify.worker.faults import OUT_OF_MEMORY, fault_of, require
from lstmlint.verify.worker.flatten import tensors
from lstmlint.verify.worker.loading import Program
from lstmlint.verify.worker.torch_building import Built, CannotBuild, Explain, builds, sizes_of
from lstmlint.verify.worker.torch_inputs import measured, resized
from lstmlint.verify.worker.torch_recording import BUILT, Recorder, Watch, is_tensor
from lstmlint.verify.worker.torch_repair import ATTEMPTS, repaired
from lstmlint.verify.worker.torch_report import observation
from lstmlint.verify.worker.torch_runs import Examination
from lstmlint.verify.worker.torch_shapes import is_too_large, is_without_numbers, shapes_of

torch: Any = importlib.import_module("torch")

Early = Callable[[Observation], None]
"""Tells what is seen of a model's shapes before it is run."""


def prepare(request: Request) -> Any:
    """Readies torch to be watched; gives the function that examines one model."""
    require("torch", torch.__version__, 2)
    torch.set_num_threads(1)
    watch = Watch()

    def examine(program: Program, plan: ModelPlan, early: Early) -> Observation:
        return _examine(watch, program, plan, early)

    return examine


def _examine(watch: Watch, program: Program, plan: ModelPlan, early: Early) -> Observation:
    def explain(error: BaseException, stage: str) -> Fault:
        return replace(fault_of(error, stage, program.request), **_circumstances(watch))

    shapes = shapes_of(watch, program, plan, explain)
    _last.clear()
    if shapes is not None:
        early(shapes)
        if is_too_large(shapes, program.request.memory):
            return shapes
    best = _best(watch, program, plan, explain)
    lost = not best.ran and (best.fault is None or best.fault.type == OUT_OF_MEMORY)
    return shapes if shapes is not None and lost else best


def _best(watch: Watch, program: Program, plan: ModelPlan, explain: Explain) -> Observation:
    """The most telling run: on the program's own input, if there is one."""
    best: Observation | None = None
    try:
        for built in builds(program, plan, explain):
            if is_without_numbers(built.model):
                continue
            observation = _observed(watch, plan, built, explain)
            if best is None or (observation.ran and not best.ran) or observation.own_input:
                best = observation
            if observation.own_input:
                break
    except CannotBuild as problem:
        best = Observation(plan.name, fault=problem.fault)
    return best or Observation(plan.name)


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
