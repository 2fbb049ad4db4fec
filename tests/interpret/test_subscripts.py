"""Subscripts of lists and tuples."""

from __future__ import annotations

import pytest

from lstmlint.values import Const, ListRef, Tuple, Unknown, Value, as_int
from tests.interpret.programs import run_of

SAMPLE = "found = []\nfor number in range(n):\n    found.append((number, 1))\n"
"""A list of which nobody knows how many items it has."""


def variable(text: str) -> tuple[Value, list[Value]]:
    """What becomes of the variable `part`, and its items."""
    run = run_of(f"import torch\nlayer = torch.nn.GRU(3, 5)\n{text}\nlayer(part)\n")
    part = run.frames[0].variables["part"]
    items = part.items if isinstance(part, Tuple) else run.world.items(part) if isinstance(part, ListRef) else ()
    return part, list(items)


@pytest.mark.parametrize("display", ("[1, 2]", "(1, 2)", "torch.zeros(1, 2).shape"))
def test_a_step_of_none_raises_and_is_nobodys_business(display: str) -> None:
    part, items = variable(f"part = {display}[::0]")
    assert isinstance(part, (Unknown, ListRef))
    assert display[0] == "[" or not items


@pytest.mark.parametrize("cut", (":2", "1:", "::2", ":width"))
def test_a_part_of_a_list_of_unknown_length_is_such_a_list(cut: str) -> None:
    part, items = variable(f"{SAMPLE}part = found[{cut}]")
    assert isinstance(part, ListRef)
    assert all(isinstance(item, Tuple) for item in items)
    assert items


@pytest.mark.parametrize(
    ("cut", "expected"), ((":", [1, 2, 3]), ("1:", [2, 3]), ("::-1", [3, 2, 1]), ("None:2", [1, 2]), (":-1:2", [1]))
)
@pytest.mark.parametrize("display", ("[1, 2, 3]", "(1, 2, 3)"))
def test_a_part_of_a_known_list_is_known(display: str, cut: str, expected: list[int]) -> None:
    part, items = variable(f"part = {display}[{cut}]")
    assert isinstance(part, (ListRef if display[0] == "[" else Tuple))
    assert list(map(as_int, items)) == expected


def test_an_item_of_a_known_list_is_that_item() -> None:
    assert variable("part = [1, 2, 3][-1]")[0] == Const(3)
