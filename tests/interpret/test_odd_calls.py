"""Calls as nobody would write them: what an operation cannot make sense of is unknown, and never raises."""

from __future__ import annotations

import random
from functools import cache

import pytest

from lstmlint.interpret.calls import call_library
from lstmlint.interpret.registry import OPERATIONS, Call
from lstmlint.interpret.run import Run
from lstmlint.values import Const, Num, Shape, Slice, Tuple, Value
from tests.interpret.programs import run_of
from tests.interpret.torch_worlds import At

PROGRAM = """
import keras
import tensorflow as tf
import torch

layer = torch.nn.GRU(3, 5, 2)
stack = torch.nn.Sequential(torch.nn.Linear(3, 4))
known = torch.zeros(2, 3, 4)
single = torch.zeros(())
result = layer(known)
numbers = [1, 2]
entries = {"a": 1}
sample = []
for each in range(count):
    sample.append(known)
symbolic = keras.Input((3, 4))
model = keras.Model(symbolic, keras.layers.LSTM(5)(symbolic))
sequential = keras.Sequential([keras.Input((3, 4)), keras.layers.LSTM(5)])
data = tf.data.Dataset.from_tensor_slices(known)
function = lambda given: given


class Module(torch.nn.Module):
    pass


module = Module()
unknown = whatever
"""
KEYWORDS = ("dim", "axis", "size", "hidden_size", "batch_first", "dtype", "x", "y", "shape", "n", "units", "dims")
CALLS = 4
"""How often each operation is called; the first time with nothing at all."""


@cache
def given() -> tuple[Run, list[Value]]:
    """A program's run, and values of every kind."""
    run = run_of(PROGRAM)
    named = [value for name, value in run.frames[0].variables.items() if not name.startswith("__")]
    plain = [Const(value) for value in (0, -1, None, 1.5, "x", "", True, (), 10**9, b"x", ...)]
    tensor, unknown = run.frames[0].variables["known"], run.frames[0].variables["unknown"]
    size = next(axis.size for axis in tensor.axes)  # type: ignore[attr-defined]
    composed: list[Value] = [
        Tuple(()),
        Tuple((Const(-7), Const("a"))),
        Tuple((tensor, tensor)),
        Shape(tensor),
        Shape(unknown),
        Slice(None, None, Const(0)),
        Num(size * size),
        run.world.new_list([]),
        run.world.new_list([tensor, Const(1)]),
        run.world.new_dict({}),
    ]
    return run, [*named, *plain, *composed]


@pytest.mark.parametrize("library", sorted({path.partition(".")[0] for path in OPERATIONS} | {"builtins"}))
def test_no_operation_raises(library: str) -> None:
    run, values = given()
    for path in sorted(path for path in {*OPERATIONS, *run.library} if path.partition(".")[0] == library):
        chosen = random.Random(path)
        for number in range(CALLS):
            args = tuple(chosen.choices(values, k=chosen.choice((0, 1, 1, 2, 2, 3, 4)) if number else 0))
            names = chosen.sample(KEYWORDS, k=chosen.choice((0, 1, 2)) if number else 0)
            kwargs = {name: chosen.choice(values) for name in names}
            call = Call(path, args, kwargs, At(f"{path}()"), ("",) * len(args))
            assert isinstance(call_library(run, path, call), Value)
        run.steps = 0


@pytest.mark.parametrize(
    "text",
    (
        "'a' * None",
        "10**9 * 'a'",
        "2 ** 'a'",
        "'a' * 3 * 'b'",
        "10**9 ** 3",
        "[0] * 10**9",
        "keras.Sequential.compile(loss='mse')",
        "torch.zeros(2, -3, 4)[:, :-2]",
    ),
)
def test_nor_does_an_expression(text: str) -> None:
    assert run_of(f"import keras\nimport torch\nlayer = torch.nn.GRU(3, 5)\nlayer({text})\n").steps
