"""The order in which a class asks its bases."""

from __future__ import annotations

import pytest

from lstmlint.interpret.definitions import ancestry
from lstmlint.values import Class, External
from tests.interpret.programs import run_of

HEAD = "from torch import nn\n"


def line(text: str) -> list[str]:
    """The names of the class that the last line of a program names, and of its bases."""
    run = run_of(f"{HEAD}{text}")
    value = next(iter(run.modules.values())).variables["found"]
    assert isinstance(value, Class)
    found = ancestry(run, value)
    assert all(isinstance(each, (Class, External)) for each in found)
    return [
        each.name if isinstance(each, Class) else each.path for each in found if isinstance(each, (Class, External))
    ]


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("class D: pass\n", ["D"]),
        ("class D(nn.Module): pass\n", ["D", "torch.nn.Module"]),
        ("class A(nn.Module): pass\nclass D(A): pass\n", ["D", "A", "torch.nn.Module"]),
        (
            "class M: pass\nclass A(nn.Module): pass\nclass D(M, A): pass\n",
            ["D", "M", "A", "torch.nn.Module"],
        ),
        (
            "class M(nn.Module): pass\nclass D(M, nn.Module): pass\n",
            ["D", "M", "torch.nn.Module"],
        ),
        (
            "class A(nn.Module): pass\nclass B(A): pass\nclass C(A): pass\nclass D(B, C): pass\n",
            ["D", "B", "C", "A", "torch.nn.Module"],
        ),
        ("class D(D): pass\n", ["D"]),
        ("def f():\n    class D(nn.Module): pass\n    return D\nD = f()\n", ["D", "torch.nn.Module"]),
    ],
)
def test_a_base_comes_behind_all_that_derive_from_it(classes: str, expected: list[str]) -> None:
    assert line(f"{classes}found = D\n") == expected


def test_a_class_that_is_defined_later_is_known_with_its_bases() -> None:
    text = "class A(nn.Module): pass\na = A()\na.x\nclass D(A): pass\nd = D()\nd.x\nfound = D\n"
    assert line(text) == ["D", "A", "torch.nn.Module"]


def test_diamonds_on_diamonds_are_gone_through_once() -> None:
    diamond = "class A{n}(D{m}): pass\nclass B{n}(D{m}): pass\nclass D{n}(A{n}, B{n}): pass\n"
    diamonds = "".join(diamond.format(n=n, m=n - 1) for n in range(1, 41))
    found = line(f"class D0(nn.Module): pass\n{diamonds}found = D40\n")
    assert len(found) == len(set(found)) == 3 * 40 + 2
