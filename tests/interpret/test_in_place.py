"""Methods that change their tensor: what the variable holds afterwards, held against torch, which runs the lines."""

from __future__ import annotations

import pytest
import torch

from lstmlint.interpret.ops.trail import RANDOM
from lstmlint.values import Instance, OpenTensor, Tensor, Value
from tests.interpret.programs import run_of, variables_of

HEAD = "import torch\nfrom torch import nn\n"


def value_of(lines: str) -> Value:
    """The variable `x` behind some lines that begin with a tensor (3, 1, 4)."""
    return variables_of(f"{HEAD}x = torch.zeros(3, 1, 4)\n{lines}\n")["x"]


def sizes(value: Value) -> list[int | None]:
    """The sizes of a tensor's axes."""
    assert isinstance(value, Tensor)
    return [axis.size.known for axis in value.axes]


@pytest.mark.parametrize(
    "lines",
    [
        "x.unsqueeze(0)",
        "x.transpose(0, 1)",
        "y = x.unsqueeze_",
        "x.mul_(2)",
        "x.unsqueeze_(0)",
        "x.transpose_(0, 1)",
        "x.squeeze_()",
        "x.squeeze_(1)",
        "x.squeeze_(1).t_()",
        "x.squeeze_(1)\nx.t_()",
        "x.swapaxes_(0, 2)",
        "y = x.squeeze_(1)",
        "if True:\n    x.transpose_(0, 1)",
        "x.squeeze_(1).add_(torch.zeros(4))",
    ],
)
def test_the_variable_has_the_shape_that_torch_gives_it(lines: str) -> None:
    names: dict[str, object] = {}
    exec(f"{HEAD}x = torch.zeros(3, 1, 4)\n{lines}\n", names)
    real = names["x"]
    assert isinstance(real, torch.Tensor)
    assert sizes(value_of(lines)) == list(real.shape)


def test_an_object_s_attribute_changes() -> None:
    text = f"{HEAD}class Box: pass\nbox = Box()\nbox.x = torch.zeros(3, 1, 4)\nbox.x.squeeze_(1)\nx = box.x\n"
    assert sizes(variables_of(text)["x"]) == [3, 4]


def test_a_branch_that_may_not_be_taken_leaves_both_shapes() -> None:
    value = value_of("import somewhere\nif somewhere.flag():\n    x.squeeze_(1)")
    assert not isinstance(value, Tensor)


def test_something_unknown_gets_an_axis() -> None:
    text = f"{HEAD}import somewhere\nx = somewhere.load()\nx.unsqueeze_(0)\n"
    value = variables_of(text)["x"]
    assert isinstance(value, OpenTensor) and [axis.is_single for axis in value.head] == [True]


def test_a_method_of_one_s_own_changes_nothing() -> None:
    text = "class Box:\n    def transpose_(self, a, b): return 3\nbox = Box()\nbox.transpose_(0, 1)\n"
    assert isinstance(variables_of(text)["box"], Instance)


@pytest.mark.parametrize("filled", ["x.zero_()", "x.fill_(1.0)", "nn.init.zeros_(x)", "nn.init.constant_(x, 2.0)"])
def test_what_is_filled_is_random_no_more(filled: str) -> None:
    value = value_of(f"x = torch.empty(3, 1, 4)\n{filled}")
    assert isinstance(value, Tensor) and value.noted(RANDOM) is None


@pytest.mark.parametrize("filled", ["x.normal_()", "nn.init.xavier_uniform_(x)"])
def test_what_is_filled_at_random_is_a_weight_as_often(filled: str) -> None:
    value = value_of(f"x = nn.Parameter(torch.empty(3, 1, 4))\n{filled}")
    assert isinstance(value, Tensor) and value.noted(RANDOM) is None


def test_functions_keep_their_own_variables() -> None:
    run = run_of(f"{HEAD}x = torch.zeros(3, 1, 4)\ndef turn(x):\n    x.squeeze_(1)\n    return x\ny = turn(x)\n")
    variables = next(iter(run.modules.values())).variables
    assert sizes(variables["y"]) == [3, 4]
