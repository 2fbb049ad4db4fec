"""Every way to write to the parameters of a torch layer is told of as the same event."""

from __future__ import annotations

import pytest

from lstmlint.events import ParameterSet
from tests.interpret.programs import world_of

HEAD = """
    import keras
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.LSTM(4, 8)

    FIRST = "weight_ih_l0"
    model = Model()
    lstm = model.rnn
    bias = keras.layers.LSTM(8).get_weights()[2]
"""


def writes(statements: str) -> list[ParameterSet]:
    world = world_of(HEAD + "".join(f"    {line}\n" for line in statements.splitlines()))
    return [event for event in world.events if isinstance(event, ParameterSet)]


OTHERS = "lstm.hidden_size = 3; model.fc.bias.data = bias; names = {'x': bias}; lstm.bias_ih_l0.requires_grad = False"


@pytest.mark.parametrize("statement", OTHERS.split("; "))
def test_other_writes_are_none(statement: str) -> None:
    assert writes(statement) == []


@pytest.mark.parametrize(
    "statements",
    [
        "lstm.bias_ih_l0.data = bias",
        "lstm.bias_ih_l0 = nn.Parameter(bias)",
        "lstm.bias_ih_l0.data[:] = bias",
        "lstm.bias_ih_l0.data.copy_(bias)",
        "model.rnn.bias_ih_l0.copy_(bias)",
        "getattr(lstm, 'bias_ih_l0').data.copy_(bias)",
        "setattr(lstm, 'bias_ih_l' + '0', bias)",
        "state = model.state_dict()\nstate['rnn.bias_ih_l0'] = bias",
        "model.state_dict()['rnn.bias_ih_l0'].copy_(bias)",
        "for number in range(1):\n    getattr(lstm, f'bias_ih_l{number}').data = bias",
    ],
)
def test_spellings_of_one_write(statements: str) -> None:
    (event,) = writes(statements)
    assert event.name == "bias_ih_l0" and event.layer is not None and event.owner == event.layer.id
    assert event.value == writes("lstm.bias_ih_l0.data = bias")[0].value


def test_numbers_that_come_from_nowhere() -> None:
    statements = ("lstm.bias_hh_l0.data.zero_()", "nn.init.zeros_(lstm.bias_hh_l0)", "lstm.bias_hh_l0.data[2:4] = bias")
    for statement in statements:
        (event,) = writes(statement)
        assert event.name == "bias_hh_l0" and event.value is None


def test_a_dictionary_is_loaded_entry_by_entry() -> None:
    events = writes("state = {'rnn.bias_ih_l0': bias}\nmodel.load_state_dict(state)")
    assert [(event.name, event.layer is not None, event.complete) for event in events] == [
        ("bias_ih_l0", False, False),
        ("bias_ih_l0", True, True),
    ]
    assert events[0].place == events[1].place
    assert not writes("model.load_state_dict({'rnn.bias_ih_l0': bias}, strict=False)")[-1].complete


def test_any_parameter_may_be_meant() -> None:
    for statement in ("nn.init.zeros_(p)", "p.data.fill_(0)", "p.copy_(bias)"):
        (event, *_) = writes(f"for name, p in model.named_parameters():\n    {statement}")
        assert event.name == "" and event.layer is None
    (event,) = writes("model.load_state_dict(torch.load('weights.pt'))")
    assert event.name == ""


def test_a_number_that_is_not_known_is_the_same_everywhere() -> None:
    statements = "getattr(lstm, f'bias_ih_l{n}').data = bias\n    getattr(lstm, 'bias_hh_l%d' % n).zero_()"
    names = {event.name for event in writes(f"for n in count():\n    {statements}")}
    assert names == {"bias_ih_l*", "bias_hh_l*"}
