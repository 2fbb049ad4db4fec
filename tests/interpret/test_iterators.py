"""Iterators of Python, itertools and functools: what is claimed of their items is what Python gives."""

from __future__ import annotations

from typing import Any

import pytest

from lstmlint.interpret.counting import count_of
from lstmlint.values import Const, Layer, ListRef, Num, Tensor, Tuple, Value
from lstmlint.world import World
from tests.interpret.programs import run_of, variables_of

IMPORTS = """
import functools
import operator
from itertools import chain, cycle, islice, pairwise, product, repeat, starmap

few, none, many = [3, 1, 4, 1, 5], [], list(range(40))
pairs = [(1, 2), (3, 4)]
"""
CLOSED = (
    "list(filter(lambda one: one > 2, few))",
    "list(filter(None, [0, 2, 0, 3]))",
    "list(starmap(lambda a, b: a * b, pairs))",
    "list(chain.from_iterable(pairs))",
    "list(chain.from_iterable([few, none]))",
    "list(pairwise(few))",
    "list(pairwise(none))",
    "list(pairwise([7]))",
    "list(product(pairs, [5, 6]))",
    "list(product(few, none))",
    "list(islice(few, 2))",
    "list(islice(few, 1, 4))",
    "list(islice(few, 1, None, 2))",
    "list(islice(few, 9))",
    "list(repeat(7, 3))",
    "list(repeat(7, times=2))",
    "[functools.reduce(lambda a, b: a + b, few)]",
    "[functools.reduce(lambda f, g: g - f, few, 10)]",
    "[functools.reduce(operator.add, none, 1)]",
)
SAMPLED = (
    "list(filter(lambda one: one % 2, many))",
    "list(starmap(lambda a, b: a, zip(many, many)))",
    "list(pairwise(many))",
    "list(product(few, few))",
    "list(islice(many, 30))",
    "list(islice(cycle(few), 12))",
    "list(repeat(7, 20))",
)


def plain(world: World, value: Value) -> Any:
    """A value as Python has it, for those that the expressions give."""
    if isinstance(value, (Tuple, ListRef)):
        items = value.items if isinstance(value, Tuple) else world.items(value)
        return tuple(plain(world, item) for item in items)
    return value.value if isinstance(value, Const) else value.size.known if isinstance(value, Num) else None


def real(expression: str) -> list[Any]:
    names: dict[str, Any] = {}
    exec(f"{IMPORTS}\nresult = {expression}", names)
    return list(names["result"])


@pytest.mark.parametrize("expression", CLOSED)
def test_few_items_are_what_python_gives(expression: str) -> None:
    run = run_of(f"{IMPORTS}\nresult = {expression}")
    found = run.frames[0].variables["result"]
    assert isinstance(found, ListRef)
    assert not run.world.is_open(found)
    assert list(plain(run.world, found)) == real(expression)


@pytest.mark.parametrize("expression", SAMPLED)
def test_of_many_items_some_are_known_and_more_are_told_of(expression: str) -> None:
    run = run_of(f"{IMPORTS}\nresult = {expression}")
    found = run.frames[0].variables["result"]
    assert isinstance(found, ListRef)
    assert run.world.is_open(found)
    length = count_of(run.world, found)
    assert length is None or length.known == len(real(expression))
    assert {item for item in plain(run.world, found) if item is not None} <= set(real(expression))


def test_what_is_reduced_over_an_unknown_number_is_unknown_unless_it_stays_as_it_is() -> None:
    found = variables_of("""
        import functools, operator, torch
        tensors = [torch.zeros(2, 3) for _ in range(count)]
        total = functools.reduce(operator.add, tensors)
        joined = functools.reduce(lambda a, b: torch.cat([a, b]), tensors)
    """)
    assert type(found["total"]).__name__ == "Tensor"
    assert type(found["joined"]).__name__ == "Unknown"


LAYERS = """
import torch
first = torch.nn.GRU(3, 5)
layers = [first]
for number in {count}:
    layers.append(torch.nn.GRU(5, 5))
met = []
for layer in layers:
    met.append(layer)
"""


@pytest.mark.parametrize("count", ["range(2)", "numbers"])
def test_what_is_known_to_come_first_comes_once(count: str) -> None:
    run = run_of(LAYERS.format(count=count))
    variables = run.frames[0].variables
    met = variables["met"]
    assert isinstance(met, ListRef)
    assert isinstance(variables["first"], Layer)
    assert run.world.items(met).count(variables["first"]) == 1


ROWS = """
import torch
rows = []
for number in range(read()):
    rows.append((torch.zeros(number, 3), number, "x"))
{body}
"""


def test_the_columns_of_an_open_list_of_rows_are_open_lists() -> None:
    run = run_of(ROWS.format(body="arrays, numbers, texts = zip(*rows)"))
    arrays, numbers, texts = (run.frames[0].variables[name] for name in ("arrays", "numbers", "texts"))
    for column in (arrays, numbers, texts):
        assert isinstance(column, ListRef) and run.world.is_open(column)
    assert isinstance(arrays, ListRef) and all(isinstance(item, Tensor) for item in run.world.items(arrays))
    assert isinstance(texts, ListRef) and {plain(run.world, item) for item in run.world.items(texts)} == {"x"}


def test_rows_of_several_lengths_have_no_columns() -> None:
    run = run_of(ROWS.format(body="rows.append((1, 2))\ncolumns = list(zip(*rows))"))
    columns = run.frames[0].variables["columns"]
    assert isinstance(columns, ListRef) and run.world.is_open(columns)
