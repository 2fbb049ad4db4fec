"""One expression, computed twice: by real torch or numpy, and by the model on named axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy
import torch

from lstmlint.interpret.ops.matching import atoms_of
from lstmlint.values import Axis, External, ListRef, Num, Shape, Tensor, Tuple, Value
from tests.interpret.ops.bench import Bench

PROPERTIES = ("T", "mT", "data", "ndim", "shape")
SIZES = {"B": 3, "T": 5, "F": 4, "H": 8, "S": 2, "N": 30}
"""Batch, time, features, hidden features, layers x directions, rows of a table."""
Expression = Callable[[Any], Any]


@dataclass(frozen=True)
class Twin:
    """A value of the model that is used like the real one."""

    bench: Bench
    value: Value

    def __getattr__(self, name: str) -> Any:
        if isinstance(self.value, Tuple) and name in ("values", "indices"):
            return Twin(self.bench, self.value.items[name == "indices"])
        if name in PROPERTIES:
            return twin(self.bench, self.bench.call(f"Tensor.{name}", self.value))
        return Library(self.bench, f"Tensor.{name}", (self.value,))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(self.value, (Tuple, ListRef)):
            items = self.value.items if isinstance(self.value, Tuple) else self.bench.world.items(self.value)
            return Twin(self.bench, items[key])
        assert isinstance(self.value, Tensor)
        keys = key if isinstance(key, tuple) else (key,)
        return Twin(self.bench, self.bench.item(self.value, *(plain(self.bench, one) for one in keys)))

    def __iter__(self) -> Iterator[Twin]:
        assert isinstance(self.value, Tuple)
        return (Twin(self.bench, item) for item in self.value.items)

    def _operate(self, name: str, other: Any) -> Twin:
        return Twin(self.bench, self.bench.call(f"operator.{name}", self.value, plain(self.bench, other)))

    def __add__(self, other: Any) -> Twin:
        return self._operate("add", other)

    def __sub__(self, other: Any) -> Twin:
        return self._operate("sub", other)

    def __mul__(self, other: Any) -> Twin:
        return self._operate("mul", other)

    def __gt__(self, other: Any) -> Twin:
        return self._operate("gt", other)

    def __matmul__(self, other: Any) -> Twin:
        return self._operate("matmul", other)


@dataclass(frozen=True)
class Library:
    """A name of a library, or a method with its receiver."""

    bench: Bench
    path: str
    receiver: tuple[Value, ...] = ()

    def __getattr__(self, name: str) -> Library:
        return Library(self.bench, f"{self.path}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = (*self.receiver, *(plain(self.bench, arg) for arg in args))
        found = self.bench.call(self.path, *given, **{key: plain(self.bench, arg) for key, arg in kwargs.items()})
        return twin(self.bench, found)


def twin(bench: Bench, value: Value) -> Any:
    """What the model gives, to be used on: a library name, a shape as its sizes, else a twin."""
    if isinstance(value, External):
        return Library(bench, value.path)
    if isinstance(value, Shape) and isinstance(value.of, Tensor):
        return [Twin(bench, Num(axis.size, axis.id)) for axis in value.of.axes]
    return Twin(bench, value)


def plain(bench: Bench, given: Any) -> object:
    """An argument as the bench takes it."""
    if isinstance(given, Twin):
        return given.value
    if isinstance(given, Library):
        return External(given.path)
    if isinstance(given, (list, tuple)):
        return type(given)(plain(bench, item) for item in given)
    if isinstance(given, slice):
        return slice(*(plain(bench, part) for part in (given.start, given.stop, given.step)))
    return given


def model(bench: Bench) -> tuple[SimpleNamespace, dict[int, str]]:
    """The names an expression may use, on the model's side, and what its axes are called."""
    axes = {letter: bench.axis(whole) for letter, whole in SIZES.items()}
    values: dict[str, Any] = {
        name: Twin(bench, Tensor(tuple(axes[letter] for letter in letters))) for name, letters in TENSORS.items()
    }
    values |= {f"a_{name}": Twin(bench, bench.call("numpy.array", values[name].value)) for name in ("x", "xt", "m")}
    for name, path in (("torch", "torch"), ("F", "torch.nn.functional"), ("np", "numpy"), ("nn", "torch.nn")):
        values[name] = Library(bench, path)
    return SimpleNamespace(**values), {axis.id: letter for letter, axis in axes.items()}


TENSORS = {"x": "BTF", "xt": "TBF", "o": "BTH", "ot": "TBH", "h": "SBH", "m": "BF", "z": "BH", "table": "NF", "w": "BT"}


def real() -> SimpleNamespace:
    """The names an expression may use, real."""
    values: dict[str, Any] = {
        name: torch.ones([SIZES[letter] for letter in letters]) for name, letters in TENSORS.items()
    }
    values |= {f"a_{name}": values[name].numpy() for name in ("x", "xt", "m")}
    return SimpleNamespace(torch=torch, F=torch.nn.functional, np=numpy, nn=torch.nn, **values)


def called(axis: Axis, names: dict[int, str]) -> str:
    """An axis by its letter: `?` for a new one, `1` for one of size 1, several letters for a merged one."""
    if axis.id in names:
        return names[axis.id]
    if axis.is_single:
        return "1"
    return "".join(names.get(atom.id, "?") for atom in atoms_of(axis)) if axis.parts else "?"


def shape_of(found: Any) -> tuple[int, ...]:
    """The shape of what torch or numpy gave."""
    return tuple(getattr(found, "shape", ()))
