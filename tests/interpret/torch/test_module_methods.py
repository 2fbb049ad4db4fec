"""Methods and wrappers of modules hand back what they were given."""

from __future__ import annotations

import pytest

from lstmlint.values import Const, Unknown
from tests.interpret.torch_worlds import build, new_world, operate, shape, tensor


@pytest.mark.parametrize(
    "name", ("torch.nn.Module.to", "torch.nn.Module.eval", "torch.compile", "torch.nn.DataParallel")
)
def test_the_module_itself(name: str) -> None:
    world = new_world()
    layer = build(world, "LSTM", 7, 11)
    assert operate(world, name, layer, Const("cuda")) == layer
    assert isinstance(operate(world, name), Unknown)


def test_forward_is_a_call() -> None:
    world = new_world()
    result = operate(world, "torch.nn.Module.forward", build(world, "Linear", 7, 11), tensor(world, 3, 7))
    assert shape(result) == (3, 11)
    assert isinstance(operate(world, "torch.nn.Module.forward"), Unknown)
