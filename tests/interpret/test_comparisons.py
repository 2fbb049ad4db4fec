"""Tensors compared with tensors and numbers are masks: what they are as values and as subscripts."""

from __future__ import annotations

import pytest

from lstmlint.events import Called
from lstmlint.interpret.ops.trail import is_mask
from lstmlint.values import Const, Tensor, Unknown, Value
from tests.interpret.programs import variables_of, world_of

HEAD = """
import torch, somewhere
from torch import nn
x = torch.zeros(3, 5, 4)
rows = torch.zeros(3, 5)
lengths = torch.zeros(3)
pad = somewhere.pad()
"""


def value_of(expression: str) -> Value:
    """What an expression over x (3, 5, 4), rows (3, 5) and lengths (3,) is."""
    return variables_of(f"{HEAD}value = {expression}\n")["value"]


def sizes(value: Value) -> list[int | None]:
    """The sizes of a tensor's axes."""
    assert isinstance(value, Tensor)
    return [axis.size.known for axis in value.axes]


@pytest.mark.parametrize(
    "expression", ["3 > 2", "pad == 3", "x is None", "x in (1, 2)", "rows.shape[0] > 2", "'a' == pad"]
)
def test_what_is_no_comparison_of_tensors_is_no_mask(expression: str) -> None:
    assert not is_mask(value_of(expression))


@pytest.mark.parametrize(
    "expression", ["(x > 0).float()", "(rows != 0).sum(1)", "1 - rows", "(x > 0) * 2.5 + rows[0, 0]"]
)
def test_what_is_computed_of_a_mask_is_none(expression: str) -> None:
    assert not is_mask(value_of(expression))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x > 0", [3, 5, 4]),
        ("0 < x", [3, 5, 4]),
        ("rows != pad", [3, 5]),
        ("rows == rows", [3, 5]),
        ("torch.arange(5)[None, :] < lengths[:, None]", [3, 5]),
        ("torch.arange(5) < lengths.unsqueeze(1)", [3, 5]),
        ("lengths.unsqueeze(1) >= torch.arange(5)", [3, 5]),
        ("(rows > 0) & (rows < 3)", [3, 5]),
        ("(rows > 0) | (rows == 7)", [3, 5]),
        ("~(rows > 0)", [3, 5]),
        ("(rows > 0) * (rows < 3)", [3, 5]),
    ],
)
def test_a_comparison_of_a_tensor_is_a_mask_of_both_shapes_together(expression: str, expected: list[int]) -> None:
    value = value_of(expression)
    assert is_mask(value) and sizes(value) == expected


def test_what_is_not_known_to_fit_gives_nothing() -> None:
    assert isinstance(value_of("torch.arange(5)[None, :] < pad"), Unknown)


def test_a_mask_as_subscript_takes_up_the_axes_that_it_covers() -> None:
    value = value_of("x[torch.arange(5)[None, :] < lengths[:, None]]")
    assert isinstance(value, Tensor) and len(value.axes) == 2 and value.axes[-1].size.known == 4


def test_numbers_are_still_decided() -> None:
    assert value_of("x.shape[0] == 3") == Const(True)


def test_each_side_is_looked_at_once() -> None:
    text = f"{HEAD}layer = nn.GRU(4, 8)\nvalue = layer(x)[0] > layer(x)[0]\n"
    assert len([event for event in world_of(text).events if isinstance(event, Called)]) == 2
