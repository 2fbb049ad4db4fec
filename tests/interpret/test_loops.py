"""Which loops and rounds an event stands in."""

from __future__ import annotations

import pytest

from lstmlint.events import Called
from lstmlint.values import Layer
from tests.interpret.programs import world_of

HEAD = """
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    gru = nn.GRU(3, 4, batch_first=True)
    state = None
"""


def calls(program: str) -> list[Called]:
    return [event for event in world_of(HEAD + program).events if isinstance(event, Called)]


def test_no_loop_no_round() -> None:
    assert calls("    gru(torch.zeros(1, 2, 3))")[0].rounds == ()


@pytest.mark.parametrize("wrapper", ["{}", "enumerate({})", "zip({}, names)", "list({})"])
def test_a_loader_is_found_behind_what_wraps_it(wrapper: str) -> None:
    loop = wrapper.format("DataLoader(data, 4, shuffle=True)")
    found = calls(f"    for batch in {loop}:\n        output, state = gru(x, state)\n")
    assert [event.rounds[0].number for event in found] == [0, 1]
    assert all(isinstance(event.rounds[0].source, Layer) for event in found)


def test_rounds_nest_in_functions_and_comprehensions() -> None:
    function = "    def run(pieces):\n        return [gru(piece) for piece in pieces]\n\n"
    found = calls(f"{function}    for epoch in range(2):\n        run([x, y])\n")
    assert [tuple(one.number for one in event.rounds) for event in found] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert found[0].rounds[1].loop != found[2].rounds[1].loop
    assert [len(call.rounds) for call in found[0].inside] == [1]
