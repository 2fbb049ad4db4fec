"""Tuples whose items have names: what is known of their items is what Python gives."""

from __future__ import annotations

from typing import Any

import pytest

from lstmlint.values import Const, Unknown
from tests.interpret.programs import variables_of

PROGRAM = """
import collections
from collections import namedtuple
from typing import NamedTuple

Pair = namedtuple("Pair", "first second")
Listed = collections.namedtuple("Listed", ["first", "second"])
Spaced = namedtuple("Spaced", "first, second")


class Typed(NamedTuple):
    first: int
    second: int = 2


class Longer(NamedTuple):
    first: int
    second: int = 2

    def total(self):
        return self.first + self.second


rows = [Pair(1, 2), Pair(second=2, first=1)]
columns = Pair(*zip(*rows))
"""


PAIRS = (
    "Pair(1, 2)",
    "Pair(1, second=2)",
    "Pair(*(1, 2))",
    "Listed(1, 2)",
    "Spaced(second=2, first=1)",
    "rows[1]",
    "Typed(1, 2)",
    "Typed(1)",
    "Typed(first=1)",
    "Longer(1)",
)


@pytest.mark.parametrize("made", PAIRS)
@pytest.mark.parametrize("form", ["(one.first, one.second)", "(one[0], one[-1])", "(*one,)", "tuple(one)"])
def test_items_by_name_and_in_order(made: str, form: str) -> None:
    assert _item(f"one = {made}\na, b = {form}", "ab") == [1, 2]
    assert _item(f"a, b = {made}", "ab") == [1, 2]


def test_rows_turned_into_columns() -> None:
    assert _item("a, b = columns.first\nc, d = columns.second", "abcd") == [1, 1, 2, 2]


def test_methods_are_still_there() -> None:
    assert _item("a = Longer(1).total()", "a") == [3]


@pytest.mark.parametrize("made", ["Pair(*given)", "namedtuple('P', given)(1, 2)", "Pair(1, 2, 3)", "Pair(1).second"])
def test_what_is_not_given_is_not_known(made: str) -> None:
    assert isinstance(variables_of(f"{PROGRAM}\nfrom somewhere import given\none = {made}")["one"], Unknown)


def _item(text: str, names: str) -> list[Any]:
    variables = variables_of(f"{PROGRAM}\n{text}")
    found = [variables[name] for name in names]
    assert [value for value in found if not isinstance(value, Const)] == []
    return [value.value for value in found if isinstance(value, Const)]
