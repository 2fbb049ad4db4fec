"""Lengths of lists of which only a sample is known: through branches and loops, and what is made of them."""

from __future__ import annotations

import pytest

from lstmlint.interpret.counting import count_after, count_of_range, shortest
from lstmlint.interpret.run import join_heaps
from lstmlint.sizes import Opaque, Size
from lstmlint.values import ALWAYS, Const, ListRef, Num, Slice, Tensor, Tuple, Value
from lstmlint.world import Heap, Listed, World
from tests.interpret.programs import run_of

N = Size.symbol(Opaque("n"))
HEAD = "import numpy as np\nimport torch\nfrom torch import nn\nfrom torch.utils.data import DataLoader\n"
RNN = "rnn = nn.GRU(3, 4)\n"


def length(text: str, name: str = "found") -> int | None:
    """How many items a variable has in the end, where that is known as a number."""
    run = run_of(HEAD + RNN + text)
    value = run.frames[0].variables[name]
    assert isinstance(value, ListRef), value
    size = run.world.length_of(value)
    return None if size is None else size.known


def sizes(text: str, name: str = "found") -> list[int | None]:
    """The sizes of an array."""
    run = run_of(HEAD + RNN + text)
    value = run.frames[0].variables[name]
    assert isinstance(value, Tensor), value
    return [axis.size.known for axis in value.axes]


UNSURE = {
    "an append under a condition": "if i % 3:\n        found.append(i)",
    "an append in one of the branches": "if flag:\n        found.append(i)\n    else:\n        pass",
    "a round that may be left": "if flag:\n        break\n    found.append(i)",
    "a round that may be cut short": "if flag:\n        continue\n    found.append(i)",
    "a condition on the list": "if len(found) < 5:\n        found.append(i)",
    "a condition that the first rounds do not meet": "other.append(i)\n    if len(other) > 5:\n        found.append(i)",
    "another change": "found.append(i)\n    found.pop()",
    "an append in a loop inside": "for j in range(i):\n        found.append(j)",
    "an append in an attempt": "try:\n        found.append(load(i))\n    except KeyError:\n        pass",
    "a context that may swallow errors": "with suppress(KeyError):\n        found.append(load(i))",
    "another name of it": "found.append(i)\n    again.append(i)",
}


@pytest.mark.parametrize("body", UNSURE.values(), ids=UNSURE)
def test_a_length_is_unknown_behind(body: str) -> None:
    assert length(f"found, other = [], []\nagain = found\nfor i in range(40):\n    {body}\n") is None


SURE = {
    "found = []\nfor i in range(40):\n    found.append(i)": 40,
    "found = [1, 2]\nfor i in range(40):\n    found.append(i)\n    found.append(i)": 82,
    "found = []\nfor i in range(40):\n    with torch.no_grad():\n        found.append(i)": 40,
    "found = []\nfor i in range(40):\n    if i % 2:\n        i = i + 1\n    found.append(i)": 40,
    "found = []\nfor epoch in range(3):\n    for i in range(40):\n        found.append(i)": 120,
    "found = [row for row in np.zeros((40, 3))]": 40,
    "found = [i for i in range(0, 40, 2)]": 20,
    "found = list(enumerate(np.zeros((40, 3))))": 40,
    "found = list(zip(range(40), range(30)))": 30,
    "found = sorted(range(40))": 40,
    "found = [i for i in range(40)][5:-5]": 30,
    "found = [i for i in range(40)] + [1, 2]": 42,
    "found = [0] * 40": 40,
    "found = list(range(40))\nfound.sort()\nfound.reverse()\nfound.insert(0, 1)": 41,
    "found = list(range(40))\nif flag:\n    found.append(1)\nelse:\n    found.append(2)": 41,
    "found = list(set([1, 2, 1]))": 2,
    "it = iter([1, 2, 3])\nnext(it)\nfound = list(it)": 2,
}


@pytest.mark.parametrize("text", SURE)
def test_a_length_is_known(text: str) -> None:
    assert length(text) == SURE[text]


LOST = {
    "list(range(40))": ["found.pop()", "found.remove(1)", "del found[0]", "found[2:4] = []", "found.extend(flag)"],
    "[i for i in range(40) if i % 3]": ["pass"],
    "[flag() for i in range(40) for j in range(i)]": ["pass"],
    "{i % 3 for i in range(40)}": ["pass"],
    "list(range(flag, 40, 7))": ["pass"],
    "iter(range(40))": ["next(found)"],
}


@pytest.mark.parametrize(("made", "change"), [(made, change) for made, changes in LOST.items() for change in changes])
def test_a_length_is_lost(made: str, change: str) -> None:
    assert length(f"found = {made}\n{change}\n") is None


def test_what_runs_for_each_of_many_items_changes_other_lists_so_often() -> None:
    assert length("found = []\nother = [found.append(i) for i in range(40)]") is None


def test_a_copy_is_a_list_of_its_own() -> None:
    text = "import copy\nfirst = list(range(40))\nfound = copy.copy(first)\nfirst.append(1)\n"
    assert (length(text), length(text, "first")) == (40, 41)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("np.stack([x[i:i + 4] for i in range(len(x) - 4)])", [26, 4, 3]),
        ("torch.stack([torch.zeros(3) for i in range(20)], 1)", [3, 20]),
        ("np.array([[i, i] for i in range(20)])", [20, 2]),
        ("torch.tensor([float(i) for i in range(20)])", [20]),
        ("nn.utils.rnn.pad_sequence([torch.zeros(n, 3) for n in range(1, 21)])", [None, 20, 3]),
        ("nn.utils.rnn.pad_sequence([torch.zeros(n, 3) for n in range(1, 21)], batch_first=True)", [20, None, 3]),
        ("np.concatenate([x[:i] for i in range(20)])", [None, 3]),
        ("torch.stack([step * 2 for step in torch.zeros(5, 30, 3).unbind(1)])", [30, 5, 3]),
    ],
)
def test_arrays_are_as_long_as_the_lists_they_are_made_of(text: str, expected: list[int | None]) -> None:
    assert sizes(f"x = np.zeros((30, 3))\nfound = {text}\n") == expected


@pytest.mark.parametrize(("count", "batch"), [(40, 8), (8, 8), (41, None)])
def test_a_loader_knows_how_many_samples_a_list_has(count: int, batch: int | None) -> None:
    text = f"for found in DataLoader([torch.zeros(5, 3) for i in range({count})], batch_size=8):\n    pass\n"
    assert sizes(text) == [batch, 5, 3]


def joined(one: Listed, other: Listed) -> Listed:
    """What becomes of a list that is the one on one branch and the other on the other."""
    world = World()
    heaps = []
    for stored in (one, other):
        heaps.append(Heap({1: Listed((), False)}))
        heaps[-1][1] = stored
    found = join_heaps(world, ALWAYS, heaps[0], ALWAYS, heaps[1])[1]
    assert isinstance(found, Listed)
    return found


DATA_SET = """
class Rows:
    def __init__(self, data):
        self.data = [row * 2 for row in data]
    def __len__(self):
        return len(self.data) - 10
    def __getitem__(self, number):
        return self.data[number], number

rows = Rows(torch.zeros(90, 5, 3))
whole = TensorDataset(torch.zeros(90, 5, 3))
train, test = random_split(whole, [80, 10])
shares = random_split(whole, [0.5, 0.5])

def together(samples):
    return torch.stack([sample for sample, in samples]), len(samples)
"""


@pytest.mark.parametrize(
    ("loader", "batch"),
    [
        ("rows, batch_size=8", 8),
        ("rows, batch_size=9", None),
        ("train, batch_size=8", 8),
        ("test, batch_size=8", None),
        ("test, batch_size=16", 10),
        ("shares[0], batch_size=5", None),
        ("Subset(whole, range(64)), batch_size=16", 16),
        ("Subset(whole, rows), batch_size=16", None),
        ("whole, batch_size=9, collate_fn=together", 9),
        ("whole, batch_size=8, collate_fn=together", None),
    ],
)
def test_a_loader_asks_a_data_set_for_its_length(loader: str, batch: int | None) -> None:
    head = "from torch.utils.data import Subset, TensorDataset, random_split\n"
    assert sizes(f"{head}{DATA_SET}for found, *_ in DataLoader({loader}):\n    pass\n") == [batch, 5, 3]


@pytest.mark.parametrize("share", ["int(0.8 * len(x))", "int(len(x) * .8)", "len(x) - int(len(x) / 5)"])
def test_a_share_of_a_known_length_is_known(share: str) -> None:
    assert sizes(f"x = np.zeros((30, 3))\nfound = x[:{share}]\n") == [24, 3]


ITEM: Value = Const(1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Listed((ITEM,), True, N), Listed((ITEM,), True, N), N),
        (Listed((ITEM,), True, N), Listed((ITEM, ITEM), True, N), N),
        (Listed((ITEM,), True, N), Listed((ITEM,), True, N + N), None),
        (Listed((ITEM,), True, N), Listed((ITEM,), True), None),
        (Listed((ITEM,), True, N), Listed((ITEM,), False), None),
        (Listed((ITEM,), True, Size.of(2)), Listed((ITEM, ITEM), False), Size.of(2)),
        (Listed((ITEM,), False), Listed((ITEM, ITEM), False), None),
        (Listed((ITEM,), False), Listed((ITEM,), False), Size.of(1)),
    ],
)
def test_branches_that_meet_keep_a_length_only_where_they_agree(
    one: Listed, other: Listed, expected: Size | None
) -> None:
    assert joined(one, other).known_length == joined(other, one).known_length == expected


def test_a_length_goes_with_what_the_list_held() -> None:
    world = World()
    ref = world.new_list([ITEM], open_ended=True, length=N)
    before, world.heap = world.heap, Heap(world.heap)
    world.set_items(ref, [ITEM], True)
    assert world.length_of(ref) is None
    world.heap = before
    assert world.length_of(ref) == N


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((N,), N),
        ((2, N), N - Size.of(2)),
        ((N, 0, -1), N),
        ((0, N + N, 2), N),
        ((0, N, 2), None),
        ((5, 2), Size.of(0)),
        ((0, 10, 3), Size.of(4)),
        ((0, 10, 0), None),
        ((Size.symbol(Opaque(("step", 1))),), None),
        ((), None),
    ],
)
def test_ranges(bounds: tuple[Size | int, ...], expected: Size | None) -> None:
    values: list[Value] = [Const(bound) if isinstance(bound, int) else Num(bound) for bound in bounds]
    assert count_of_range(values) == expected


@pytest.mark.parametrize(
    ("lower", "upper", "step", "expected"),
    [
        (1, None, None, N - Size.of(1)),
        (1, -2, None, N - Size.of(3)),
        (None, None, -1, N),
        (None, 0, None, None),
        (None, 3, None, None),
        (-3, None, None, None),
        (None, None, 2, None),
    ],
)
def test_slices(lower: int | None, upper: int | None, step: int | None, expected: Size | None) -> None:
    cut = Slice(*(None if bound is None else Const(bound) for bound in (lower, upper, step)))
    assert count_after(N, cut) == expected


def test_the_shortest_of_several() -> None:
    longer = N + Size.of(2)
    assert shortest([N, longer]) == shortest([longer, N, N]) == N
    assert shortest([N, Size.of(3)]) is None
    assert shortest([N, None]) is None


def test_a_number_that_changes_with_the_rounds_is_no_length() -> None:
    run = run_of(f"{HEAD}{RNN}for i in range(40):\n    found = [j for j in range(i)], len([1] * i)\n")
    value = run.frames[0].variables["found"]
    assert isinstance(value, Tuple)
    first = value.items[0]
    assert isinstance(first, ListRef)
    assert run.world.length_of(first) is None
