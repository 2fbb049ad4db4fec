"""Random programs about lists: made, handed on, changed under conditions and in loops; each statement run by Python.

A program has a few numbers and an array whose sizes it may know or not, lists of numbers `l1`, `l2` ..., and at the end
the arrays that are made of them.
"""

from __future__ import annotations

import copy
import itertools
import random as python_random
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from textwrap import indent
from typing import Any

import numpy as np
import torch

NUMBERS = {"n": 17, "m": 5, "few": 2, "flag": True}
ROWS = 14
LONGEST = 200
IMPORTS = "import copy\nimport itertools\nimport random\n\nimport numpy as np\nimport torch\n"
HELPERS = """
def grow(target, value):
    target.append(value)
    return value


def keep(target, value):
    if value % 3 == 0:
        target.append(value)
    return value
"""
LIBRARIES: dict[str, Any] = {"copy": copy, "itertools": itertools, "random": python_random, "np": np, "torch": torch}
exec(HELPERS, LIBRARIES)
UNFOLLOWED = ("grow(", "keep(", "] = [", " = [v, *")
"""What a loop is taken to do, or not to do, in each round alike, also where a condition stands in its body."""


@dataclass
class ListProgram:
    """The statements so far, and what Python has made of them."""

    random: Random
    statements: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    made: int = 0

    @staticmethod
    def begun(seed: int) -> ListProgram:
        """A program that has its numbers and its array only."""
        return ListProgram(Random(seed), values={**NUMBERS, "x": np.zeros((ROWS, 3))})

    def pick(self, *texts: str) -> str:
        """One of some texts."""
        return self.random.choice(texts)

    @property
    def lists(self) -> list[str]:
        """The names of the lists."""
        return [name for name in self.values if name.startswith("l") and name[1:].isdigit()]

    @property
    def some(self) -> str:
        """A list that is there."""
        return self.random.choice(self.lists[-5:])

    def fresh(self, letter: str = "l") -> str:
        """A new name."""
        self.made += 1
        return f"{letter}{self.made}"

    def run(self, statement: str) -> None:
        """Adds a statement, unless Python cannot run it or a list grows too long by it."""
        names = {**LIBRARIES, **copy.deepcopy(self.values)}
        try:
            exec(statement, names)
        except (IndexError, ValueError, TypeError, NameError, AttributeError, RuntimeError):
            return
        values = {name: value for name, value in names.items() if name not in LIBRARIES}
        if all(len(value) <= LONGEST for value in values.values() if isinstance(value, list)):
            self.statements.append(statement)
            self.values = values

    @property
    def results(self) -> list[str]:
        """The names whose sizes are compared."""
        return [name for name in self.values if name[1:].isdigit()]

    def at_top(self) -> str:
        """The program with all numbers known."""
        numbers = [f"{name} = {value!r}" for name, value in NUMBERS.items() if name != "flag"]
        start = [IMPORTS, HELPERS, "flag = input()", *numbers, f"x = np.zeros(({ROWS}, 3))"]
        return "\n".join([*start, *self.statements])

    def in_function(self) -> str:
        """The program in a function that knows of its numbers and its array nothing but the array's rank."""
        given = "n, m, few, flag, x"
        body = ["a, b = x.shape", *self.statements, f"return {given}, {', '.join(self.results)}"]
        function = [f"def function({given}):", indent("\n".join(body), "    ")]
        return "\n".join([IMPORTS, HELPERS, *function, f"result = function({', '.join(['input()'] * 5)})"])


def _range(p: ListProgram) -> str:
    return p.pick(
        "range(n)", "range(n - 2)", "range(2, n)", "range(0, n, 2)", "range(n, 0, -1)", "range(m * 4)", "range(13)",
        "range(0, 4 * m, m)", "range(n, n + 13)", "range(9)", "range(3)", "range(0)", "range(x.shape[0])", "range(1)",
        "range(len(x) - few)", "range(30, 10, -4)", "range(3, m)", f"range(len({p.some}))", "range(few, n)",
        "range(12)",
    )  # fmt: skip


def _iterable(p: ListProgram) -> str:
    ready = p.some
    return p.pick(
        _range(p), _range(p), f"list({ready})", f"{ready}", f"tuple({ready})", f"reversed({ready})", f"sorted({ready})",
        f"[v for v in {ready}]", f"{ready}[:]", "np.arange(n)", "[1] * n", f"{ready}.copy()", f"map(int, {ready})",
        f"itertools.chain({ready}, {_range(p)})", "(1, 2, 3)", "[3, 1, 4, 1, 5, 9, 2, 6, 5, 3]",
    )  # fmt: skip


def _condition(p: ListProgram, *more: str) -> str:
    return p.pick("flag", "n > 3", f"len({p.some}) > 4", "True", "few == 2", f"{p.some}", *more)


def _new(p: ListProgram) -> str:
    one, other = p.some, p.some
    length = len(p.values[one])
    low, high = p.random.randint(0, min(4, length)), p.random.randint(-min(3, length), 9)  # none reaches over an end
    rest = "1:" if length else ":"
    return p.pick(
        "[]", "[4, 5, 6]", f"[v for v in {_iterable(p)}]", f"[v for v in {_iterable(p)}]", f"list({_iterable(p)})",
        f"[v for v in {_iterable(p)} if v > 3]", f"[v + w for v in {_range(p)} for w in range(2)]",
        f"[i for i, v in enumerate({_iterable(p)})]", "[w for w, *_ in zip(x, range(30), x)]",
        f"[v for v, w in zip({one}, {one}[{rest}])]", "[v for v, w in zip(range(n), range(n + few))]",
        "[3 for row in x]", f"[*{one}, 1]",
        f"[i for i, (v, w) in enumerate(zip({one}, {one}))]", f"sorted({_iterable(p)})", f"{one}.copy()",
        f"list(map(abs, {one}))", f"list(reversed({one}))", f"copy.copy({one})", f"copy.deepcopy({one})", one,
        f"{one}[{low}:{high}]", f"{one}[{low}:]", f"{one}[:{high}]", f"{one}[:{high}]", f"{one}[::-1]", f"{one}[::2]",
        f"{one}[:few]", f"{one} + {other}", f"{one} * 3", f"{one} * few", "[0] * n", "[0, 1] * (n - 3)",
        f"list(set({one}))",
        "list({1, 2, 1})", f"list({{v % 3 for v in {_iterable(p)}}})", f"list(itertools.chain({one}, {other}))",
        f"list(range(len({one})))", f"[grow({one}, v) for v in {_range(p)}]", f"[keep({one}, v) for v in {_range(p)}]",
        f"list(int(v) for v in {_iterable(p)})", f"list(tuple({_iterable(p)}))", f"list(dict.fromkeys({one}))",
        f"list({one} if flag else {other})", f"[{one}.append(1) or 2 for _ in {_range(p)}]",
    )  # fmt: skip


def _change(p: ListProgram, value: str = "7", is_repeated: bool = False) -> str:
    """A statement that changes a list; one that is repeated must not double it."""
    one, other = p.some, p.some
    several = [f"{one}.extend(range({p.random.randint(0, 3)}))"]
    if not is_repeated:
        several += [f"{one}.extend(list({_iterable(p)}))", f"{one} += {other}"]
    return p.pick(
        *[f"{one}.append({value})"] * 6, *several, f"{one}.insert(0, {value})",
        f"{one}.pop()", f"{one}.pop(0)", f"{one}.reverse()", f"{one}.sort()", f"del {one}[0]", f"{one}.clear()",
        f"{one}[0] = {value}", f"{one}[1:3] = [{value}]", f"{one}.remove({one}[0])", f"random.shuffle({one})",
        f"grow({one}, {value})", f"keep({one}, {value})", f"{one} = [{value}, *{one}]",
    )  # fmt: skip


def _assigned(p: ListProgram) -> None:
    p.run(f"{p.fresh()} = {_new(p)}")


def _changed(p: ListProgram) -> None:
    p.run(_change(p))


def _branch(p: ListProgram) -> None:
    way = f"if {_condition(p)}:\n    {_change(p)}\n"
    p.run(way if p.random.random() < 0.5 else f"{way}else:\n    {_change(p)}\n")


def _attempt(p: ListProgram) -> None:
    inside = f"{_change(p)}\n    {_change(p)}"
    if "grow(" not in inside and "keep(" not in inside:  # what a function does before it fails is not followed
        p.run(f"try:\n    {inside}\nexcept IndexError:\n    {_change(p)}")


def _iterator(p: ListProgram) -> None:
    name = p.fresh()
    p.run(f"it = iter({_iterable(p)})\nfirst = next(it, None)\n{name} = list(it)\ndel it")


def _inside(p: ListProgram) -> str:
    """One statement of a loop's body."""
    condition = _condition(p, "v > 4", "v % 2", "v == 0", "v < 1", f"len({p.some}) > 14")
    return p.pick(
        *[f"{p.some}.append(v)"] * 8, _change(p, "v", True), "u = v + 1", "u = 3",
        f"if {condition}:\n    {_change(p, 'v', True)}", f"if {condition}:\n    u = 3", "assert v is not None",
        f"if {condition}:\n    continue", f"if {condition}:\n    break",
        f"for w in {_range(p)}:\n    {_change(p, 'w', True)}",
        f"with torch.no_grad():\n    {p.some}.append(v)", f"{p.some}.append(len({p.some}))",
        f"for w in {_range(p)}:\n    u = w", f"y = [w for w in {_range(p)}]",
    )  # fmt: skip


def _loop(p: ListProgram) -> None:
    if p.random.random() < 0.7:
        p.run(f"{p.fresh()} = []")
    head = p.pick(
        f"for v in list({_iterable(p)}):", f"for v in {_range(p)}:", f"for i, v in enumerate(list({_iterable(p)})):",
        "for i, v in enumerate(np.arange(m, n)):", f"for _, v in list(zip(x, {_range(p)})):", "for v in range(n):",
        f"for v in tuple({p.some}):", "for v, row in enumerate(x):", f"for v in sorted({p.some}):",
    )  # fmt: skip
    body = "\n".join(_inside(p) for _ in range(p.random.randint(1, 3)))
    if "if " not in body or not any(part in body for part in UNFOLLOWED):
        p.run(f"{head}\n{indent(body, '    ')}")
    if p.random.random() < 0.1:
        one = p.some
        p.run(f"for v in {one}:\n    {one}.pop()")


def _while(p: ListProgram) -> None:
    one, other = p.some, p.some
    p.run(f"while len({one}) < 9:\n    {one}.append(1)\n    if {other}:\n        {other}.append(3)")


def _number(p: ListProgram) -> None:
    p.run(f"{p.fresh('c')} = len({p.some})")


def _array(p: ListProgram) -> None:
    one, name = p.some, p.fresh("a")
    p.run(
        p.pick(
            f"{name} = np.array({one})", f"{name} = np.stack([x[0] for _ in {one}])", f"{name} = torch.tensor({one})",
            f"{name} = torch.stack([torch.zeros(2, 3) for _ in {one}], 1)",
            f"{name} = np.array([[v, 1] for v in {one}])",
            f"{name} = np.vstack([x[1] for _ in {one}])",
            f"{name} = np.stack([x[:few] for i in {_range(p)}])",
            f"{name} = torch.nn.utils.rnn.pad_sequence([torch.zeros(4, 3) for _ in {one}])",
            f"{name} = torch.nn.utils.rnn.pad_sequence([torch.zeros(4, 3) for _ in {one}], batch_first=True)",
            f"{name} = np.concatenate([x[:2] for _ in {one}])",
            f"{name} = torch.stack(torch.zeros(3, 19, 2).unbind(1)[1:])",
        )
    )  # fmt: skip


KINDS: list[tuple[Callable[[ListProgram], None], int]] = [
    (_assigned, 8), (_changed, 6), (_loop, 6), (_branch, 2), (_attempt, 1), (_iterator, 1), (_while, 1), (_number, 3),
    (_array, 3),
]  # fmt: skip


def program(seed: int, size: int = 14) -> ListProgram:
    """A program by its number."""
    made = ListProgram.begun(seed)
    made.run("l0 = [1, 2]")
    kinds, weights = zip(*KINDS, strict=True)
    for kind in made.random.choices(kinds, weights, k=size):
        kind(made)
    for _ in range(4):
        _array(made)
        _number(made)
    return made
