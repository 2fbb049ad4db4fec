"""Entries that run again once a rank is known: nothing is said twice, nothing that was kept gets lost."""

from __future__ import annotations

import pytest

from lstmlint.events import Built, Called
from lstmlint.values import Tensor
from tests.interpret.programs import run_of, world_of

HEAD = "import torch\nimport torch.nn as nn\n"
BUILD = "    def __init__(self):\n        super().__init__()\n        self.rnn = nn.LSTM(3, 5)\n"


@pytest.mark.parametrize(
    "text",
    [
        "def read(x):\n    y = x + 1\n    return nn.LSTM(3, 5)(y)\n",
        "class Net(nn.Module):\n    rnn = nn.LSTM(3, 5)\n    def forward(self, x):\n        return self.rnn(x)\n",
        "class Net(nn.Module):\n" + BUILD + "    def forward(self, x):\n        return self.rnn(x)\n",
        "def read(x, rnn=nn.LSTM(3, 5)):\n    return rnn(x)\n",
        "rnn = nn.LSTM(3, 5)\ndef read(x):\n    return rnn(x)\n",
    ],
)
def test_a_layer_is_built_and_called_once(text: str) -> None:
    events = world_of(HEAD + text).events
    assert [sum(isinstance(event, kind) for event in events) for kind in (Built, Called)] == [1, 1]


def test_what_came_before_the_layer_knows_the_rank_that_the_layer_shows() -> None:
    text = "def read(x):\n    turned = x.transpose(0, 1)\n    return nn.LSTM(3, 5)(x), nn.GRU(3, 5)(turned)\n"
    called = [event for event in world_of(HEAD + text).events if isinstance(event, Called)]
    first, second = (event.source for event in called)
    assert isinstance(first, Tensor) and isinstance(second, Tensor)
    assert [axis.id for axis in first.axes[:2]] == [axis.id for axis in reversed(second.axes[:2])]


def test_an_object_whose_attributes_changed_on_the_way_is_itself_again() -> None:
    forward = (
        "    def forward(self, x):\n        self.rnns = [*getattr(self, 'rnns', []), 1]\n        return self.rnn(x)\n"
    )
    run = run_of(HEAD + "class Net(nn.Module):\n" + BUILD + forward)
    (net,) = run.instances
    attributes = run.world.heap[net.address]
    assert isinstance(attributes, dict)
    assert len(run.world.items(attributes["rnns"])) == 1


def test_a_rank_that_a_later_entry_shows_reaches_an_earlier_one() -> None:
    text = (
        "class Net(nn.Module):\n    def __init__(self, table):\n        super().__init__()\n"
        "        self.rnn = nn.LSTM(3, 5)\n        self.table = table\n        self.turned = table.transpose(0, 1)\n"
        "    def forward(self):\n        return self.rnn(self.table), nn.GRU(3, 5)(self.turned)\n"
    )
    called = [event for event in world_of(HEAD + text).events if isinstance(event, Called)]
    assert all(isinstance(event.source, Tensor) for event in called)


def test_branches_keep_what_each_of_them_stored() -> None:
    text = (
        "class Box: pass\nbox = Box()\nbox.kept = 1\nbox.changed = 2\n"
        "if flag:\n    box.changed = 2\nelse:\n    if other:\n        box.new = 3\n"
        "kept, changed = box.kept, box.changed\n"
    )
    run = run_of(text)
    variables = next(iter(run.modules.values())).variables
    assert [getattr(variables[name], "value", None) for name in ("kept", "changed")] == [1, 2]
