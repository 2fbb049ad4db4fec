"""A recurrent layer's tuple used as a tensor; any other value is none of this module's business."""

from __future__ import annotations

import pytest

from lstmlint.events import UsedAsTensor
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.values import ALWAYS, Const, OneOf, Tuple, Unknown, Value
from tests.interpret.torch_worlds import At, build, new_world


@pytest.mark.parametrize("value", (Const(1), Unknown("x"), Tuple((Const(1), Const(2)))))
def test_other_values_are_left_alone(value: Value) -> None:
    world = new_world()
    assert not needs_tensor(world, value, At("x + 1"), "added")
    assert world.events == []


def test_a_tuple_on_some_branches_only_is_left_alone() -> None:
    world = new_world()
    result = Tuple((Const(1), Const(2)), layer=build(world, "GRU", 7, 11), part="result")
    assert not needs_tensor(world, OneOf(((ALWAYS, result), (ALWAYS, Const(1)))), At("x + 1"), "added")
    assert world.events == []


def test_a_layers_tuple_is_said_at_its_use() -> None:
    world = new_world()
    result = Tuple((Const(1), Const(2)), layer=build(world, "GRU", 7, 11), part="result")
    assert needs_tensor(world, result, At("x + 1"), "added to in `x + 1`")
    assert world.events == [UsedAsTensor(place=At("x + 1"), value=result, how="added to in `x + 1`")]
