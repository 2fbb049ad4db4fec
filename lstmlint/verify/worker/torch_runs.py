"""Runs of one torch model: as it is, and with one sample changed at a time, each held against the first."""

from __future__ import annotations

import copy
import importlib
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lstmlint.verify.contracts import UNKNOWN
from lstmlint.verify.worker.flatten import tensors
from lstmlint.verify.worker.hypotheses import Hypothesis
from lstmlint.verify.worker.samples import Change
from lstmlint.verify.worker.torch_inputs import Input, changed_sample
from lstmlint.verify.worker.torch_recording import Recorder, Watch, is_tensor
from lstmlint.verify.worker.torch_samples import axis_of

torch: Any = importlib.import_module("torch")


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
            seed_all(seed)
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

    def first(self, unbounded: bool = False) -> None:
        """The run that all others are held against; `unbounded`: its tensors take no memory."""
        self.base = Recorder(unbounded=unbounded)
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


def seed_all(seed: int) -> None:
    """Starts every source of chance anew that a model may draw from."""
    torch.manual_seed(seed)
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed)


def as_plain(result: Any) -> Any:
    """A model's result as containers: also of the objects with attributes that libraries return."""
    if is_tensor(result) or isinstance(result, (tuple, list, dict)):
        return result
    return dict(vars(result)) if hasattr(result, "__dict__") else result


def leading_axes(given: Input) -> Iterator[int]:
    """The axes of the input that can be the batch: of at least two entries, the first two at most."""
    main = given.main
    if main is None:
        return
    for axis in (0, 1) if given.steps else (0,):
        if int(main.shape[axis]) > 1:
            yield axis
