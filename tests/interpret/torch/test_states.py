"""Initial states: what they say of the axes of the input beside them."""

from __future__ import annotations

import pytest

from lstmlint.values import Role
from tests.interpret.programs import world_of

HEAD = "import torch, somewhere\nfrom torch import nn\n"


def said(text: str, *kinds: str) -> list[tuple[Role, str]]:
    """The claims of some kinds that a program makes, without repetition."""
    world = world_of(HEAD + text)
    return list(dict.fromkeys((claim.role, claim.kind) for claim in world.claims if claim.kind in kinds))


HANDED = """
encoder = nn.GRU(4, 8, batch_first={first})
decoder = nn.GRU(4, 8, batch_first={second})
x = somewhere.read()
_, hidden = encoder(x)
output, _ = decoder(x, hidden)
"""


@pytest.mark.parametrize(("first", "second"), [(True, True), (False, False)])
def test_a_state_from_a_layer_of_the_same_layout_says_nothing_new(first: bool, second: bool) -> None:
    assert said(HANDED.format(first=first, second=second), "handed", "state") == []


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
def test_a_state_whose_samples_are_read_as_steps(first: bool, second: bool) -> None:
    assert said(HANDED.format(first=first, second=second), "handed") == [(Role.BATCH, "handed")]


def test_a_state_made_for_the_other_axis_by_its_number() -> None:
    text = "layer = nn.GRU(4, 8, batch_first={})\nlayer(torch.zeros(6, 3, 4), torch.zeros(1, 3, 8))\n"
    assert said(text.format(True), "state") == [(Role.BATCH, "state")]
    world = world_of(HEAD + text.format(True))
    read = next(claim.axis for claim in world.claims if claim.layer is not None and claim.role is Role.TIME)
    assert read in [claim.axis for claim in world.claims if claim.kind == "state"]
    world = world_of(HEAD + text.format(False))
    read = next(claim.axis for claim in world.claims if claim.layer is not None and claim.role is Role.TIME)
    assert read not in [claim.axis for claim in world.claims if claim.kind == "state"]


CARRIED = """
layer = nn.GRU(4, 8)
data = torch.zeros(24, 3, 4)
hidden = torch.zeros(1, 3, 8)
{loop}
"""


@pytest.mark.parametrize(
    "loop",
    [
        "for piece in data.split(6):\n    output, hidden = layer(piece, hidden)",
        "for i in range(0, 24, 6):\n    output, hidden = layer(data[i : i + 6], hidden.detach())",
        "for i in range(0, somewhere.stop(), 6):\n    output, hidden = layer(data[i : i + 6], hidden)",
    ],
)
def test_pieces_that_a_state_goes_on_through_follow_each_other_in_time(loop: str) -> None:
    assert said(CARRIED.format(loop=loop), "carried") == [(Role.TIME, "carried")]


@pytest.mark.parametrize(
    "loop",
    [
        "for piece in data.split(6):\n    output, _ = layer(piece, hidden)",
        "for i in range(0, 24, 6):\n    output, _ = layer(data[i : i + 6])",
        "output, hidden = layer(data[:6], hidden)\noutput, hidden = layer(data[:6], hidden)",
    ],
)
def test_pieces_without_a_state_that_goes_on_say_nothing(loop: str) -> None:
    assert said(CARRIED.format(loop=loop), "carried") == []
