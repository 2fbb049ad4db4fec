"""The shapes in a torch model, seen on the meta device before anything is run: they take neither memory nor time.

A model is built and called once without numbers. Where that is not possible (a program that looks at numbers, or one
that takes long to come to its model), nothing is said, and the model is run all the same.
"""

from __future__ import annotations

import contextlib
import importlib
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from lstmlint.verify.contracts import Fault, ModelPlan, Observation
from lstmlint.verify.worker.flatten import replaced
from lstmlint.verify.worker.loading import Program
from lstmlint.verify.worker.torch_building import Built, Explain, builds
from lstmlint.verify.worker.torch_inputs import measured
from lstmlint.verify.worker.torch_recording import Watch, is_tensor
from lstmlint.verify.worker.torch_report import observation
from lstmlint.verify.worker.torch_runs import Examination

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn

SECONDS = 2.0
"""The time that may be spent on shapes."""
COPIES = 4
"""Of a model there are as many at once: its own, two of a run, and the gradients."""
NUMBER = 8
"""Bytes of a number in double precision."""
COMPILER = "torch._dynamo"
MOVES = ("to", "cpu", "cuda")


class _Late(BaseException):
    """The time for shapes is over; no `except Exception` of a program may swallow it."""


def shapes_of(watch: Watch, program: Program, plan: ModelPlan, explain: Explain) -> Observation | None:
    """What is seen of a model without numbers; None where it cannot be seen so."""
    with (
        contextlib.suppress(Exception, SystemExit, _Late),
        _at_most(SECONDS),
        _without_compiler(),
        _drawn(),
        torch.device("meta"),
        _staying()(),
    ):
        return _seen(watch, plan, next(builds(program, plan, explain)))
    return None


def is_too_large(seen: Observation, memory: int) -> bool:
    """True for a model that does not fit into so many bytes as often as it has to be copied."""
    return seen.parameters * NUMBER * COPIES > memory


def is_without_numbers(model: Any) -> bool:
    """True for a model that the program keeps from the time when shapes were looked at."""
    return any(parameter.is_meta for parameter in model.parameters())


def _seen(watch: Watch, plan: ModelPlan, built: Built) -> Observation:
    args, kwargs = replaced((built.given.args, built.given.kwargs), is_tensor, lambda each: each.to("meta"))
    given = measured(replace(built.given, args=args, kwargs=kwargs))
    examination = Examination(watch, built.model.eval(), given, run=built.run)
    examination.first(unbounded=True)
    no_fault: Fault | None = None
    return observation(examination, plan, built, no_fault, shapes_only=True)


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Interrupts what takes longer, where the system has a clock for that."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(number: int, frame: Any) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _NoCompiler:
    """Refuses torch's compiler, which torch would import (for seconds) to find out shapes that it does not know."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Says no to one name, and nothing of any other."""
        if name == COMPILER:
            raise ImportError(name)


@contextlib.contextmanager
def _without_compiler() -> Iterator[None]:
    finder: Any = _NoCompiler()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextlib.contextmanager
def _drawn() -> Iterator[None]:
    """Recurrent layers say what shapes they give, instead of taking the steps that would lead to them."""
    kinds = {nn.LSTM: _sequence, nn.GRU: _sequence, nn.RNN: _sequence}
    kinds |= {nn.LSTMCell: _step, nn.GRUCell: _step, nn.RNNCell: _step}
    before = {kind: kind.forward for kind in kinds}
    for kind, forward in kinds.items():
        kind.forward = forward
    try:
        yield
    finally:
        for kind, forward in before.items():
            kind.forward = forward


def _sequence(layer: Any, input: Any, hx: Any = None) -> Any:
    """What a recurrent layer gives; it refuses what it would refuse."""
    batched = input.dim() == 3
    axis = 0 if layer.batch_first else 1
    layer.check_input(input if batched else input.unsqueeze(axis), None)
    if hx is not None and batched:
        layer.check_forward_args(input, hx, None)
    directions = 2 if layer.bidirectional else 1
    batch = [input.shape[axis]] if batched else []
    width = layer.proj_size or layer.hidden_size
    output = input.new_empty((*input.shape[:-1], width * directions))
    hidden = input.new_empty((layer.num_layers * directions, *batch, width))
    cell = input.new_empty((layer.num_layers * directions, *batch, layer.hidden_size))
    return output, ((hidden, cell) if isinstance(layer, nn.LSTM) else hidden)


def _step(layer: Any, input: Any, hx: Any = None) -> Any:
    """What a cell gives."""
    if input.shape[-1] != layer.input_size:
        raise ValueError("the cell reads another number of features")
    hidden = input.new_empty((*input.shape[:-1], layer.hidden_size))
    return (hidden, hidden.clone()) if isinstance(layer, nn.LSTMCell) else hidden


def _staying() -> Callable[[], Any]:
    """A mode in which tensors stay on the meta device wherever the program sends them."""

    def see(mode: Any, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        keywords = dict(kwargs or {})
        if getattr(function, "__name__", "") in MOVES and args and is_tensor(args[0]) and args[0].is_meta:
            dtypes = [each for each in (*args[1:], *keywords.values()) if isinstance(each, torch.dtype)]
            return function(args[0], dtypes[0]) if dtypes else args[0]
        if keywords.get("device") is not None:
            keywords["device"] = "meta"
        return function(*args, **keywords)

    base = importlib.import_module("torch.overrides").TorchFunctionMode
    kind: Callable[[], Any] = type("Staying", (base,), {"__torch_function__": see})
    return kind
