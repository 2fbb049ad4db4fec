"""LSTM cells written by hand, held against the numbers that they give: an output is stale where it ignores its step."""

from __future__ import annotations

from itertools import product
from math import exp, tanh
from typing import Any

import pytest

from lstmlint.events import StaleOutput
from tests.interpret.programs import world_of

UPDATES = (
    "f * {old} + i * tanh(g)",
    "tanh(g) * i + {old} * f",
    "add(mul(f, {old}), mul(i, tanh(g)))",
)
OUTPUTS = ("o * tanh({cell})", "tanh({cell}) * o", "mul(o, tanh(norm({cell})))")
CELLS = ("c", "c_next", "old")
BODIES = (
    "{new} = {update}\n    h = {output}\n    return h, {new}",
    "h = {output}\n    {new} = {update}\n    return h, {new}",
    "h, {new} = {output}, {update}\n    return h, {new}",
    "{new}, h = {update}, {output}\n    return [h, ({new}, h)]",
    "{new} = {update}\n    return {output}, {new}",
    "return {output}, {update}",
    "old = c\n    {new} = {update}\n    return {output}, {new}",
    "{new} = {update}\n    if h is None:\n        return h, c\n    return {output}, {new}",
)
BEFORE = "i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)"
PROGRAM = "def OwnLSTM(h, c, i, f, g, o):\n    {before}\n    {body}\n"


def add(one: float, other: float) -> float:
    return one + other


def mul(one: float, other: float) -> float:
    return one * other


def norm(x: float) -> float:
    return x / 2


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def programs() -> list[str]:
    """Each order of the two equations, each way to write them, and a new name or the old one for the new state."""
    found = []
    for body, update, output, new, cell in product(BODIES, UPDATES, OUTPUTS, CELLS[:2], CELLS):
        old = "old" if "old = c" in body else "c"
        parts = {"new": new, "update": update.format(old=old), "output": output.format(cell=cell)}
        found.append(PROGRAM.format(before=BEFORE, body=body.format(**parts)))
    return list(dict.fromkeys(found))


def is_stale(program: str) -> bool | None:
    """Whether the output stays the same where only the candidate changes; None for a program that fails."""
    names: dict[str, Any] = {"tanh": tanh, "sigmoid": sigmoid, "norm": norm, "add": add, "mul": mul}
    exec(program, names)
    try:
        one, other = (names["OwnLSTM"](0.1, 0.2, 0.3, 0.4, candidate, 0.6)[0] for candidate in (0.5, 0.9))
    except NameError:
        return None
    return bool(one == other)


@pytest.mark.parametrize("program", [program for program in programs() if is_stale(program) is not None])
def test_an_output_is_told_of_where_it_does_not_depend_on_its_step(program: str) -> None:
    found = [event for event in world_of(program).events if isinstance(event, StaleOutput)]
    is_seen = "if h is None" not in program  # what stands between the two may have changed the state
    assert len(found) == int(bool(is_stale(program)) and is_seen)
