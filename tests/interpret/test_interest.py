"""What of a file is run though nobody calls it: what involves a recurrent layer, and nothing else."""

from __future__ import annotations

import pytest

from lstmlint.values import Tuple
from tests.interpret.programs import run_of

NET = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 5)
        self.parts = nn.ModuleList([self.rnn])
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        return self.rnn(x)[0]

    {method}


class Plain(nn.Module):
    def forward(self, x):
        return unheard(x)


def unheard(x):
    return x
"""


def entered(text: str) -> set[str]:
    """The names of the functions that a run over a program has called."""
    run = run_of(text)
    return {info.name for info in run.functions.values() if info.ident in run.entered}


@pytest.mark.parametrize(
    "body",
    ["return x + 1", "return self.head(x)", "return [other(x) for other in self.others]"],
)
def test_methods_without_a_recurrent_layer_are_left_alone(body: str) -> None:
    assert "own" not in entered(NET.format(method=f"def own(self, x):\n        {body}"))


@pytest.mark.parametrize(
    "body",
    [
        "return self.rnn(x)",
        "return self(x)",
        "return self.forward(x)",
        "return super().forward(x)",
        "return [part(x) for part in self.parts]",
        "return nn.GRU(3, 5)(x)",
        "return nn.utils.rnn.pad_packed_sequence(x)",
        "return Net()",
    ],
)
def test_methods_that_meet_one_are_run(body: str) -> None:
    assert "own" in entered(NET.format(method=f"def own(self, x):\n        {body}"))


def test_a_method_that_calls_such_a_method_is_run() -> None:
    both = "def own(self, x):\n        return self.inner(x)\n\n    def inner(self, x):\n        return self.rnn(x)"
    assert {"own", "inner"} <= entered(NET.format(method=both))


def test_definitions_without_a_recurrent_layer_wait_until_they_are_used() -> None:
    assert "unheard" not in entered(NET.format(method=""))
    used = NET.format(method="def own(self, x):\n        return self.rnn(unheard(x))")
    assert "unheard" in entered(used)


INNER = """
import torch
from torch import nn

other = nn.Linear(3, 5)

def main(inputs, optimizer):
    net = nn.LSTM(3, 5)

    def closure():
        return net(inputs)

    def told():
        print("done")

    def called():
        return net(inputs)

    called()
    optimizer.step(closure)
    whatever(told)
"""


def test_a_function_inside_that_is_handed_out_is_run_where_it_names_a_recurrent_layer() -> None:
    assert entered(INNER) == {"main", "closure", "called"}


def test_what_a_checkpoint_is_given_is_called() -> None:
    run = run_of("""
        import torch
        from torch.utils.checkpoint import checkpoint

        layer = torch.nn.GRU(3, 5)
        x = torch.zeros(2, 4, 3)
        plain, again = layer(x), checkpoint(layer, x, use_reentrant=False)
    """)
    variables = run.frames[0].variables
    assert type(variables["plain"]) is type(variables["again"]) is Tuple
    assert len(variables["again"].items) == 2  # type: ignore[union-attr]
