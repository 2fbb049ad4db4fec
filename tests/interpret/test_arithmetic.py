"""Operators on tensors: what comparing gives, and when."""

from __future__ import annotations

import pytest

from lstmlint.interpret.ops.trail import MASK
from lstmlint.values import Tensor, Unknown, Value
from tests.interpret.programs import variables_of

HEAD = "import torch\nlengths = torch.tensor([3, 1, 2])\nx = torch.zeros(3, 7)\n"


def compared(text: str) -> Value:
    """What an expression is behind some definitions."""
    return variables_of(f"{HEAD}found = {text}\n")["found"]


def sizes(value: Value) -> list[int | None]:
    """The sizes of a tensor's axes."""
    assert isinstance(value, Tensor)
    return [axis.size.known for axis in value.axes]


@pytest.mark.parametrize("operator", ("<", "<=", ">", ">=", "==", "!="))
def test_comparing_stretches_both_sides_and_gives_truths(operator: str) -> None:
    found = compared(f"torch.arange(7)[None, :] {operator} lengths[:, None]")
    assert sizes(found) == [3, 7]
    assert isinstance(found, Tensor) and found.noted(MASK)


def test_the_tensor_may_stand_on_the_right() -> None:
    assert sizes(compared("0 < x")) == [3, 7]


def test_what_nothing_is_known_of_is_taken_for_a_number() -> None:
    assert sizes(compared("x != padding_index")) == [3, 7]


def test_unless_an_axis_waits_to_be_stretched() -> None:
    assert isinstance(compared("torch.arange(7)[None, :] < somewhere.lengths"), Unknown)


@pytest.mark.parametrize("text", ("0 < x < 1", "x in lengths", "x is not lengths"))
def test_other_comparisons_give_no_mask(text: str) -> None:
    found = compared(text)
    assert not isinstance(found, Tensor) or not found.noted(MASK)
