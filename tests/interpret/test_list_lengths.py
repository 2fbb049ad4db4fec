"""However many items a list is said to have, Python must count, over random programs; what is made of lists too.

Once with all numbers written in the program, and once in a function that is given them, whose claims are in terms of
them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from lstmlint.sizes import Presumed, Size
from lstmlint.values import ListRef, Tensor, Tuple, Unknown, Value, as_size
from lstmlint.world import World
from tests.interpret.drawing import amount
from tests.interpret.held import evaluated, mistaken
from tests.interpret.list_programs import NUMBERS, ROWS, ListProgram, program
from tests.interpret.programs import run_of

PROGRAMS = amount(120)

seen: Counter[str] = Counter()


def length(world: World, value: Value) -> Size | None:
    """How many items a list has, or what number a number is, as far as the interpreter says."""
    return world.length_of(value) if isinstance(value, ListRef) else as_size(value)


def wrong(world: World, claimed: Value, real: Any, sizes: Mapping[Any, int]) -> str:
    """What is wrong in the claim on one list, number or array, "" where nothing is."""
    if not isinstance(real, (list, int)):
        return mistaken(world, claimed, real.shape, sizes, seen) if 0 not in real.shape else ""
    count = real if isinstance(real, int) else len(real)
    size = length(world, claimed)
    known = None if size is None else evaluated(size, sizes)
    seen["counts"] += 1
    seen["unknown counts"] += known is None
    return "" if known in (None, count) else f"claimed to be {size}, is {count}"


def fail(number: int, made: ListProgram, text: str, name: str, told: str) -> None:
    pytest.fail(f"program {number}: {name} is {told}\n{text}\n{made.values[name]!r}")


def with_known_numbers(number: int, made: ListProgram) -> None:
    text = made.at_top()
    run = run_of(text)
    variables = next(iter(run.modules.values())).variables
    for name in made.results:
        told = wrong(run.world, variables[name], made.values[name], {})
        if told:
            fail(number, made, text, name, told)


def with_unknown_numbers(number: int, made: ListProgram) -> None:
    text = made.in_function()
    run = run_of(text)
    world, value = run.world, next(iter(run.modules.values())).variables["result"]
    assert isinstance(value, Tuple), value
    first, second, third, _, array, *claimed = value.items
    sizes: dict[Any, int] = {}
    for given, name in ((first, "n"), (second, "m"), (third, "few")):
        assert isinstance(given, Unknown)
        sizes[Presumed(given.root)] = int(NUMBERS[name])
    tensor = world.tensor(array)
    assert isinstance(tensor, Tensor)
    sizes.update({axis.id: size for axis, size in zip(tensor.axes, (ROWS, 3), strict=True)})
    for name, one in zip(made.results, claimed, strict=True):
        told = wrong(world, one, made.values[name], sizes)
        if told:
            fail(number, made, text, name, told)


def test_every_claimed_length_is_what_python_counts() -> None:
    for number in range(PROGRAMS):
        made = program(number)
        with_known_numbers(number, made)
        with_unknown_numbers(number, made)
    assert seen["counts"] > 10 * PROGRAMS
    assert seen["unknown counts"] < 0.5 * seen["counts"], seen
