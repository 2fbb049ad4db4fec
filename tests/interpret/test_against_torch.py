"""Whatever the interpreter claims of a tensor, torch must give: ranks, and every size, over random modules.

Once with the real input's sizes known, and once with an unknown input, whose sizes the claims are made in terms of.
"""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from lstmlint.events import Returned
from lstmlint.values import Tensor, Tuple, Value
from lstmlint.world import World
from tests.interpret.drawing import amount
from tests.interpret.generated import SIZES
from tests.interpret.held import mistaken
from tests.interpret.programs import run_of
from tests.interpret.torch_generated import TorchProgram
from tests.interpret.torch_programs import DRAWN, NAMES, program

PROGRAMS = amount(180)
MOST_UNKNOWN = 0.1

seen: Counter[str] = Counter()


def mistakes(made: TorchProgram, world: World, value: Value, known: bool) -> dict[str, str]:
    """What is wrong in the claims on a program's tensors, by name."""
    assert isinstance(value, Tuple), value
    claimed = dict(zip(made.shapes, value.items, strict=True))
    start = world.tensor(claimed["v0"])
    assert isinstance(start, Tensor)
    sizes = {} if known else {axis.id: size for axis, size in zip(start.axes, SIZES, strict=True)}
    found = {name: mistaken(world, claimed[name], shape, sizes, seen) for name, shape in made.shapes.items()}
    return {name: text for name, text in found.items() if text}


def with_known_sizes(made: TorchProgram) -> dict[str, str]:
    """With the input's sizes written in the program."""
    run = run_of(made.module("", f"result = Net()(torch.zeros{SIZES})"))
    return mistakes(made, run.world, next(iter(run.modules.values())).variables["result"], known=True)


def with_unknown_sizes(made: TorchProgram) -> dict[str, str]:
    """With an input of which nothing is known but that it has three axes."""
    world = run_of(made.module("a, b, c = v0.shape", "Net()")).world
    value = next(event.value for event in world.events if isinstance(event, Returned))
    return mistakes(made, world, value, known=False)


def check(number: int) -> None:
    """One program, in both forms."""
    made = program(number)
    for name, text in (with_known_sizes(made) or with_unknown_sizes(made)).items():
        pytest.fail(f"program {number}: {name} is {text}\n{made.module('', '', until=name)}")


def test_every_claimed_shape_is_what_torch_gives() -> None:
    """Every modelled layer, function and method takes part, and little is left open: silence would pass."""
    torch.set_num_threads(1)
    for number in range(PROGRAMS):
        check(number)
    assert not [name for name in NAMES if not DRAWN[name]]
    assert seen["tensors"] > 5 * PROGRAMS
    assert seen["unknown"] <= MOST_UNKNOWN * seen["tensors"], seen
    assert seen["unknown axes"] <= MOST_UNKNOWN * seen["axes"], seen
