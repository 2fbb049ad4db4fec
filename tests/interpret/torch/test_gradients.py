"""Where gradients are recorded and computed, and where a state is cut off from its graph."""

from __future__ import annotations

import pytest

from lstmlint.events import Backward, Called, CutOff, Unfollowed
from lstmlint.interpret.ops.trail import DETACHED, STATE
from lstmlint.values import Tensor, Tuple
from tests.interpret.programs import world_of

HEAD = """
    import torch
    from torch import nn

    gru = nn.GRU(3, 4, batch_first=True)
"""


def calls(program: str) -> list[Called]:
    return [event for event in world_of(HEAD + program).events if isinstance(event, Called)]


@pytest.mark.parametrize("manager", ["torch.no_grad()", "torch.inference_mode()", "torch.set_grad_enabled(False)"])
def test_nothing_is_recorded_inside(manager: str) -> None:
    inside, outside = calls(f"    with {manager}:\n        gru(x)\n    gru(x)\n")
    assert (inside.recorded, outside.recorded) == (False, True)


def test_decorators_switch_recording_off() -> None:
    (found,) = calls("    @torch.no_grad()\n    def run():\n        gru(x)\n\n    run()\n")
    assert not found.recorded


def state_of(event: Called) -> Tensor:
    assert isinstance(event.result, Tuple) and isinstance(event.result.items[1], Tensor)
    return event.result.items[1]


def test_a_state_knows_its_call_and_its_graph() -> None:
    (found,) = calls("    gru(x)\n")
    note = state_of(found).noted(STATE)
    assert note is not None and note.place == found.place and note.layer == found.layer
    assert state_of(found).noted(DETACHED) is None


@pytest.mark.parametrize("cut", ["h.detach()", "h.data", "torch.from_numpy(h.numpy())", "h.clone().detach().to('cpu')"])
def test_a_state_loses_its_graph(cut: str) -> None:
    again = calls(f"    y, h = gru(x)\n    gru(y, {cut})\n")[1].state
    assert isinstance(again, Tensor) and again.noted(DETACHED) is not None


def test_cutting_in_place_is_told() -> None:
    events = world_of(HEAD + "    y, h = gru(x)\n    h.detach_()\n").events
    assert [type(event) for event in events if isinstance(event, CutOff)] == [CutOff]


@pytest.mark.parametrize(
    ("statement", "keeps"),
    [
        ("loss.backward()", False),
        ("scaler.scale(loss).backward()", False),
        ("accelerator.backward(loss)", False),
        ("(total + loss).backward(retain_graph=True)", True),
    ],
)
def test_gradients_are_computed(statement: str, keeps: bool) -> None:
    events = world_of(HEAD + f"    total = 0\n    {statement}\n").events
    assert [event.keeps for event in events if isinstance(event, Backward)] == [keeps]


def test_what_may_reset_is_told() -> None:
    events = world_of(HEAD + "    model.reset_state()\n    optimizer.zero_grad()\n").events
    assert [event.place.text for event in events if isinstance(event, Unfollowed)] == ["model.reset_state()"]
