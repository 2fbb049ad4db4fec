"""A new tensor's axes are what the names of its sizes say, where the names are plain."""

from __future__ import annotations

import pytest

from lstmlint.values import Role, Strength
from tests.interpret.programs import run_of

SIZES = "batch_size, seq_len, n, t, width = 6, 9, 6, 9, 3"
HEAD = f"import numpy as np\nimport torch\nlayer = torch.nn.GRU(3, 5)\n{SIZES}\n"


def claimed(text: str) -> list[tuple[Role, Strength, int]]:
    """The roles claimed by names, how strongly, and the position of each axis."""
    run = run_of(f"{HEAD}made = {text}\nlayer(whatever)\n")
    places = {axis.id: number for number, axis in enumerate(run.frames[0].variables["made"].axes)}  # type: ignore[attr-defined]
    return [(one.role, one.strength, places[one.axis]) for one in run.world.claims if one.axis in places]


@pytest.mark.parametrize("text", ("torch.randn(6, 9, 3)", "torch.zeros(n, t, width)", "torch.zeros((n, t))"))
def test_numbers_and_letters_say_nothing(text: str) -> None:
    assert claimed(text) == []


@pytest.mark.parametrize(
    "text",
    (
        "torch.randn(seq_len, batch_size, width)",
        "torch.zeros((seq_len, batch_size, width))",
        "torch.zeros(1).new_zeros(seq_len, batch_size, width)",
        "torch.randint(0, 7, (seq_len, batch_size))",
        "np.random.randn(seq_len, batch_size, width)",
        "np.zeros(shape=(seq_len, batch_size, width))",
    ),
)
def test_plain_names_do(text: str) -> None:
    assert claimed(text) == [(Role.TIME, Strength.NAME, 0), (Role.BATCH, Strength.NAME, 1)]


def test_one_plain_name_is_enough() -> None:
    assert claimed("torch.randn(n, seq_len, width)") == [(Role.TIME, Strength.NAME, 1)]


def test_the_greatest_of_some_lengths_counts_steps() -> None:
    assert claimed("torch.zeros(n, max(len(row) for row in rows))") == [(Role.TIME, Strength.NAME, 1)]


def test_a_view_names_the_axes_that_were_not_there_before() -> None:
    assert claimed("torch.randn(54 * 3).view(seq_len, batch_size, -1)") == [
        (Role.TIME, Strength.NAME, 0),
        (Role.BATCH, Strength.NAME, 1),
    ]


@pytest.mark.parametrize(
    "text",
    (
        "torch.randn(6, 9, 3).view(batch_size, 9, 3)",
        "torch.randn(6, 9, 3).view(seq_len, batch_size, 3)",
        "torch.randn(54, 3).view(seq_len, -1)",
    ),
)
def test_a_view_names_no_axis_it_keeps_or_mixes_and_no_rows(text: str) -> None:
    assert claimed(text) == []
