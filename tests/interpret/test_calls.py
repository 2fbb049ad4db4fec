"""Calls of the program's own functions: how far and how often they are followed, and in which order."""

from __future__ import annotations

import pytest

from lstmlint.events import Built, Called
from lstmlint.interpret.run import CALLED, STEPS
from lstmlint.values import Tensor
from tests.interpret.programs import run_of, world_of

HEAD = "import torch\nfrom torch import nn\nlayer = nn.LSTM(3, 4)\n"


def built(text: str) -> int:
    return sum(isinstance(event, Built) for event in world_of(HEAD + text).events) - 1


BUILD = "def build():\n    return nn.LSTM(3, 4)\n"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("layers = [build() for _ in range(4)]\n", 4),
        ("layers = []\nfor i in range(8):\n    for j in range(8):\n        layers.append(build())\n", 64),
        ("build()\n" * (CALLED + 10), CALLED + 10),
        ("def many():\n" + "    build()\n" * (CALLED + 10) + "many()\n", CALLED + 10),
        ("def rows():\n    for i in range(8):\n        build()\n" + "rows()\nrows()\n" * 8, 128),
    ],
)
def test_calls_that_a_program_writes_out_are_all_followed(text: str, count: int) -> None:
    assert built(BUILD + text) == count


def test_one_expression_of_an_entry_is_followed_so_often_and_no_further() -> None:
    loops = "".join(f"{'    ' * n}for i{n} in range(8):\n" for n in range(3))
    assert built(f"{BUILD}{loops}            build()\n") == CALLED


def calling_twice(count: int) -> str:
    calls = "".join(f"def f{n}(x):\n    f{n - 1}(x)\n    return f{n - 1}(x)\n" for n in range(1, count))
    return f"{HEAD}def f0(x):\n    return layer(x)\n{calls}"


def test_a_few_functions_that_call_twice_are_followed_to_the_end() -> None:
    assert sum(isinstance(event, Called) for event in world_of(calling_twice(6)).events) == 2**5


def test_steps_do_not_double_with_each_function_that_calls_twice() -> None:
    smaller, larger = (run_of(calling_twice(count)).steps for count in (20, 40))
    assert larger < 2.4 * smaller
    assert larger < STEPS


def test_what_is_cut_off_by_its_depth_is_taken_up_again_from_the_top() -> None:
    once = "".join(f"def f{n}(x):\n    return f{n - 1}(x)\n" for n in range(1, 80))
    text = f"{HEAD}def f0(x):\n    return layer(x)\n{once}"
    assert run_of(text).steps < 80 * 8


@pytest.mark.parametrize("mention", ["", "def first():\n    return later\n"])
def test_a_function_that_another_calls_is_run_with_what_it_is_given(mention: str) -> None:
    text = "def inner(x):\n    return layer(x)\ndef later(y=None):\n    return inner(torch.zeros(5, 2, 3))\n"
    (called,) = [event for event in world_of(HEAD + text + mention).events if isinstance(event, Called)]
    assert isinstance(called.source, Tensor)
    assert [axis.size.known for axis in called.source.axes] == [5, 2, 3]
