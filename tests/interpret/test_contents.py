"""Objects of classes that derive from lists and dictionaries."""

from __future__ import annotations

import pytest

from lstmlint.values import Const, Unknown, Value
from tests.interpret.programs import run_of

PROGRAM = """
import torch
from collections import OrderedDict, UserList
from typing import Dict

layer = torch.nn.GRU(3, 5)


class Sizes(dict):
    unit = "step"

    def of(self, name):
        return self[f"{{name}}_size"]

    def is_known(self, name):
        return "yes" if name in self else "no"


class Ordered(OrderedDict):
    def __init__(self, first, **more):
        super().__init__(**more)
        self["first"] = first


class Late(Dict[str, int]):
    def __init__(self, first):
        dict.__init__(self, first=first)


class Folded(dict):
    def __getitem__(self, key):
        return 7

    def __contains__(self, key):
        return True


class Stack(UserList):
    def __init__(self, *items):
        super().__init__(items)

    def last(self):
        return self[-1]

    def total(self):
        found = 0
        for item in self:
            found += item
        return found


{lines}
layer(found)
"""


def found(lines: str) -> Value:
    """What becomes of the variable `found`."""
    return run_of(PROGRAM.format(lines=lines)).frames[0].variables["found"]


@pytest.mark.parametrize(
    "lines",
    (
        "found = Late(3)['first']",
        "found = Late(3)['second']",
        "found = Sizes(torch.load('sizes'))['first']",
        "found = Sizes(a_size=3).b_size",
        "found = Sizes(a_size=3).b",
        "sizes = Sizes()\nsizes[torch.load('name')] = 3\nfound = sizes['b']",
    ),
)
def test_what_may_have_come_from_elsewhere_is_not_known(lines: str) -> None:
    assert isinstance(found(lines), Unknown)


@pytest.mark.parametrize("lines", ("found = Late(3).get('second')", "found = 'first' in Late(3)"))
def test_what_a_constructor_may_have_filled_in_is_open(lines: str) -> None:
    assert not isinstance(found(lines), Const)


@pytest.mark.parametrize(
    "lines", ("found = Folded(a=3)['a']", "folded = Folded()\nfolded['a'] = 3\nfound = folded['a']")
)
def test_a_method_of_the_class_goes_first(lines: str) -> None:
    assert found(lines) == Const(7)


@pytest.mark.parametrize(
    ("lines", "expected"),
    (
        ("found = Sizes(a_size=3).of('a')", 3),
        ("sizes = Sizes()\nsizes['a_size'] = 4\nfound = sizes.of('a')", 4),
        ("found = Sizes({'a': 3})['a']", 3),
        ("found = Sizes({'a': 3}).get('b', 5)", 5),
        ("found = Sizes(a=3).unit", "step"),
        ("found = Sizes(a=3).is_known('a')", "yes"),
        ("found = Sizes(a=3).is_known('b')", "no"),
        ("sizes = Sizes(a=3)\nsizes.update(a=4)\nfound = sizes['a']", 4),
        ("found = [value for key, value in Sizes(a=3, b=4).items() if key == 'b'][0]", 4),
        ("found = Ordered(3, second=4)['first']", 3),
        ("found = Ordered(3, second=4)['second']", 4),
        ("found = Stack(3, 4).last()", 4),
        ("stack = Stack(3)\nstack.append(5)\nfound = stack.last()", 5),
        ("found = Stack(3, 4, 5).total()", 12),
    ),
)
def test_what_was_put_in_comes_out(lines: str, expected: object) -> None:
    assert found(lines) == Const(expected)
