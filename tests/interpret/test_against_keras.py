"""Whatever the interpreter claims of a tensor, Keras must give: ranks, and every size, over random models.

Functional models are claimed from an input of which more or less is said; what a subclassed model computes is claimed
once with the real input's sizes known, and once with an unknown input, in terms of whose sizes the claims are made.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

pytest.importorskip("keras")

from lstmlint.events import Returned
from lstmlint.values import Tensor, Tuple, Value
from lstmlint.world import World
from tests.interpret.drawing import amount
from tests.interpret.generated import SIZES
from tests.interpret.held import mistaken
from tests.interpret.keras_generated import INPUTS, KerasProgram
from tests.interpret.keras_programs import DRAWN, NAMES, STRUCTURES, program
from tests.interpret.programs import run_of

PROGRAMS = amount(210)
MOST_UNKNOWN = 0.1

seen: Counter[str] = Counter()


def mistakes(made: KerasProgram, world: World, claimed: dict[str, Value]) -> dict[str, str]:
    """What is wrong in the claims on a program's tensors, by name."""
    start = world.tensor(claimed["v0"])
    assert isinstance(start, Tensor)
    sizes = {axis.id: size for axis, size in zip(start.axes, SIZES, strict=True)}
    found = {name: mistaken(world, claimed[name], shape, sizes, seen) for name, shape in made.shapes.items()}
    return {name: text for name, text in found.items() if text}


def functional(made: KerasProgram, start: str) -> dict[str, str]:
    """A functional model behind an input that is written so."""
    run = run_of(made.functional(start))
    return mistakes(made, run.world, next(iter(run.modules.values())).variables)


def subclassed(made: KerasProgram) -> dict[str, str]:
    """A model's `call` on an input whose sizes are known."""
    run = run_of(made.subclassed("", f"result = Net()(tf.zeros({SIZES}))"))
    result = next(iter(run.modules.values())).variables["result"]
    assert isinstance(result, Tuple), result
    return mistakes(made, run.world, dict(zip(made.shapes, result.items, strict=True)))


def unknown(made: KerasProgram) -> dict[str, str]:
    """A model's `call` on an input of which nothing is known but that it has three axes."""
    world = run_of(made.subclassed("a, b, c = v0.shape", "Net()")).world
    value = next(event.value for event in world.events if isinstance(event, Returned))
    assert isinstance(value, Tuple), value
    return mistakes(made, world, dict(zip(made.shapes, value.items, strict=True)))


def shown(made: KerasProgram, name: str) -> str:
    """The part of a program that leads to one tensor."""
    return made.subclassed("", "", until=name) if made.in_class else made.functional(INPUTS[0], until=name)


def check(seed: int) -> None:
    """One program, in all its forms."""
    made = program(seed)
    found = subclassed(made) or unknown(made) if made.in_class else functional(made, Random(seed).choice(INPUTS))
    for name, text in found.items():
        pytest.fail(f"program {seed}: {name} is {text}\n{shown(made, name)}")


@pytest.mark.filterwarnings("ignore")
def test_every_claimed_shape_is_what_keras_gives() -> None:
    """Every modelled layer and function takes part, and little is left open: silence would pass."""
    for seed in range(PROGRAMS):
        check(seed)
    assert not [name for name in (*NAMES, *STRUCTURES) if not DRAWN[name]]
    assert seen["tensors"] > 5 * PROGRAMS
    assert seen["unknown"] <= MOST_UNKNOWN * seen["tensors"], seen
    assert seen["unknown axes"] <= MOST_UNKNOWN * seen["axes"], seen
