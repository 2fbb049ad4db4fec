"""The notes about a tensor's entries: what keeps them, what ends them."""

from __future__ import annotations

import pytest

from lstmlint.events import Called, LossTaken
from lstmlint.interpret.definitions import Nowhere
from lstmlint.interpret.ops.trail import NEWEST, STATE, TRANSPOSED, either_trail, joint_trail, noted
from lstmlint.values import Note, Tensor
from tests.interpret.programs import world_of

PROGRAM = """
import torch
from torch import nn
from torch.nn import functional as F

scores = torch.zeros(3, 4)
flag = int(input())
F.l1_loss({prediction}, scores)
"""


def kinds(prediction: str) -> set[str]:
    """The notes of an expression that is given to a loss."""
    (taken,) = [e for e in world_of(PROGRAM.format(prediction=prediction)).events if isinstance(e, LossTaken)]
    assert isinstance(taken.prediction, Tensor)
    return {note.kind for note in taken.prediction.trail} & {"softmax", "sigmoid", "dense"}


@pytest.mark.parametrize(
    "prediction",
    [
        "scores",
        "F.log_softmax(scores, 1)",
        "F.softmax(scores, 1).log()",
        "F.softmax(scores, 1) + scores",
        "F.softmax(scores, 1) / 2",
        "F.softmax(scores, 1) @ torch.zeros(4, 5)",
        "nn.ReLU()(nn.Linear(4, 5)(scores))",
        "F.logsigmoid(scores)",
        "scores.softmax(1) if flag else scores",
        "torch.cat([scores.softmax(1), scores])",
        "scores.softmax(1).max(1).values",
        "nn.Dropout(0.5)(scores.sigmoid())",
    ],
)
def test_new_entries_have_any_range(prediction: str) -> None:
    assert kinds(prediction) == set()


@pytest.mark.parametrize(
    "prediction, kind",
    [
        ("F.softmax(scores, 1)", "softmax"),
        ("nn.Softmax(dim=1)(scores)[:, None].squeeze(1)", "softmax"),
        ("scores.softmax(1).detach().float().reshape(-1)", "softmax"),
        ("torch.stack([scores.softmax(1), scores.softmax(0)])", "softmax"),
        ("scores.softmax(1) if flag else scores.softmax(0)", "softmax"),
        ("torch.sigmoid(nn.Linear(4, 5)(scores))", "sigmoid"),
        ("nn.Sequential(nn.Linear(4, 5), nn.Sigmoid())(scores)", "sigmoid"),
        ("nn.Linear(4, 5)(scores.sigmoid()).t()", "dense"),
    ],
)
def test_moved_entries_keep_their_range(prediction: str, kind: str) -> None:
    assert kinds(prediction) == {kind}


def with_notes(kind: str, *lines: int) -> Tensor:
    """A tensor with a note of a kind for each line."""
    return Tensor((), tuple(Note(kind, Nowhere("program.py", line)) for line in lines))


@pytest.mark.parametrize("kind", [STATE, TRANSPOSED])
def test_a_few_notes_of_one_kind_outlast_a_join(kind: str) -> None:
    one, other = with_notes(kind, 1, 2, 3), with_notes(kind, 3, 4)
    assert either_trail(one, other) == with_notes(kind, 1, 2, 3, 4).trail


@pytest.mark.parametrize("further", range(1, 6))
def test_of_many_notes_of_one_kind_the_newest_outlast_a_join_and_as_many_of_them_as_were_odd(further: int) -> None:
    whole = with_notes(TRANSPOSED, *range(NEWEST + further))
    joined = either_trail(with_notes(STATE, 1), whole)
    kept = tuple(note for note in joined if note.kind == TRANSPOSED)
    assert kept == whole.trail[-len(kept) :]
    assert NEWEST <= len(kept) <= NEWEST + 1
    assert len(kept) % 2 == (NEWEST + further) % 2
    assert joined[: len(joined) - len(kept)] == with_notes(STATE, 1).trail


def test_notes_do_not_grow_with_the_lines_that_add_one() -> None:
    tensor = Tensor(())
    for number in range(3 * NEWEST):
        tensor = noted(tensor, TRANSPOSED, Nowhere("program.py", number))
        assert len(tensor.trail) <= NEWEST + 1
        assert len(tensor.trail) % 2 == (number + 1) % 2
    assert tensor.trail[-1].place.span.line == 3 * NEWEST - 1


def test_notes_do_not_grow_with_the_tensors_put_together() -> None:
    parts = [with_notes("sequence", number) for number in range(3 * NEWEST)]
    assert joint_trail(parts) == with_notes("sequence", *range(2 * NEWEST, 3 * NEWEST)).trail


def test_notes_do_not_grow_with_the_branches_in_a_row() -> None:
    branch = "if flags[{n}]:\n    output, state = layer(x, state)\n"
    branches = "".join(branch.format(n=n) for n in range(40))
    start = "import torch\nfrom torch import nn\nlayer, state = nn.GRU(3, 4), torch.zeros(1, 2, 4)\n"
    text = f"{start}x = torch.zeros(5, 2, 3)\n{branches}"
    states = [event.state for event in world_of(text).events if isinstance(event, Called)]
    trails = [len(state.trail) for state in states if isinstance(state, Tensor)]
    assert NEWEST <= max(trails) <= NEWEST + 1
