"""Whatever the interpreter claims of a tensor, torch must give: ranks, and every size, over random modules.

Once with the real input's sizes known, and once with an unknown input, whose sizes the claims are made in terms of.
"""

from __future__ import annotations

from collections import Counter

import torch
from hypothesis import HealthCheck, given, settings

from lstmlint.events import Returned
from lstmlint.values import Tensor, Tuple, Value
from lstmlint.world import World
from tests.interpret.generated import SIZES, Program, programs
from tests.interpret.held import evaluated
from tests.interpret.programs import run_of

EXAMPLES = 300
MOST_UNKNOWN = 0.1

seen: Counter[str] = Counter()


def hold(world: World, claimed: Value, real: list[torch.Tensor], sizes: dict[int, int], program: str) -> None:
    """Holds every claimed shape against the real one."""
    assert isinstance(claimed, Tuple), program
    for number, (item, tensor) in enumerate(zip(claimed.items, real, strict=True)):
        seen["tensors"] += 1
        value = world.tensor(item)
        if not isinstance(value, Tensor):
            seen["unknown"] += 1
            continue
        assert len(value.axes) == tensor.dim(), f"rank of v{number}\n{program}"
        for axis, size in zip(value.axes, tensor.shape, strict=True):
            known = evaluated(axis.size, sizes)
            seen["axes"] += 1
            seen["unknown axes"] += known is None
            assert known is None or known == size, f"v{number}: {value.axes} is {tuple(tensor.shape)}\n{program}"


def check_known(program: Program) -> None:
    """With the input's sizes written in the program."""
    text = program.text(f"result = Net()(torch.zeros{SIZES})")
    run = run_of(text)
    variables = next(iter(run.modules.values())).variables
    hold(run.world, variables["result"], program.tensors, {}, text)


def check_unknown(program: Program) -> None:
    """With an input of which nothing is known but that it has three axes."""
    program.body.insert(0, "a, b, c = v0.shape")
    text = program.text("Net()")
    program.body.pop(0)
    world = run_of(text).world
    returned = [event for event in world.events if isinstance(event, Returned)]
    value = returned[0].value
    assert isinstance(value, Tuple), text
    first = world.tensor(value.items[0])
    assert isinstance(first, Tensor), text
    sizes = {axis.id: size for axis, size in zip(first.axes, SIZES, strict=True)}
    hold(world, value, program.tensors, sizes, text)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs())
def test_every_claimed_shape_is_what_torch_gives(program: Program) -> None:
    check_known(program)
    check_unknown(program)


def test_at_most_one_tensor_in_ten_is_unknown() -> None:
    seen.clear()
    test_every_claimed_shape_is_what_torch_gives()
    assert seen["tensors"] > EXAMPLES
    assert seen["unknown"] <= MOST_UNKNOWN * seen["tensors"], seen
    assert seen["unknown axes"] <= MOST_UNKNOWN * seen["axes"], seen
