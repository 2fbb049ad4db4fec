"""Lean dataclasses beside those of the standard library: the same objects, made later."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pytest

from lstmlint import lean

Decorator = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[1]
KINDS: list[Decorator] = [dataclasses.dataclass, lean.dataclass]
both = pytest.mark.parametrize("dataclass", KINDS, ids=["standard", "lean"])


def point(dataclass: Decorator) -> Any:
    @dataclass(frozen=True)
    class Point:
        """A place."""

        count: ClassVar[int] = 7
        x: int
        y: int = 2
        tags: Sequence[str] = dataclasses.field(default_factory=list)
        seen: int = dataclasses.field(default=0, compare=False, repr=False)

        @cached_property
        def total(self) -> int:
            return self.x + self.y

    return Point


def named(dataclass: Decorator) -> Any:
    """A class that adds to another, some of it by keyword alone."""

    @dataclass(frozen=True, kw_only=True)
    class Named(point(dataclass)):  # type: ignore[misc]
        name: str
        y: int = 5
        made: list[int] = dataclasses.field(default_factory=list, init=False)

    return Named


def mutable(dataclass: Decorator) -> Any:
    @dataclass
    class Mutable:
        values: dict[str, int] = dataclasses.field(default_factory=dict)
        first: int = dataclasses.field(default=3, init=False)

        def __post_init__(self) -> None:
            self.values["made"] = self.first

        def __repr__(self) -> str:
            return "own"

    return Mutable


@both
def test_objects_are_made_compared_and_shown(dataclass: Decorator) -> None:
    cls = point(dataclass)
    one = cls(1)
    assert (one.x, one.y, one.tags, one.seen, one.count, one.total) == (1, 2, [], 0, 7, 3)
    assert one == cls(1, 2, [], seen=9) and one != cls(2) and one != (1, 2, [])
    assert cls(1).tags is not one.tags
    assert repr(one).rpartition(".")[2] == "Point(x=1, y=2, tags=[])"
    assert hash(cls(1, 2, ())) == hash(cls(1, 2, ()))
    with pytest.raises(TypeError):
        cls()
    with pytest.raises(TypeError):
        cls(1, wrong=2)


@both
def test_what_a_base_has_comes_first(dataclass: Decorator) -> None:
    cls = named(dataclass)
    assert repr(cls(1, name="n", seen=4)).rpartition(".")[2] == "Named(x=1, y=5, tags=[], name='n', made=[])"
    assert cls(1, name="n") == cls(1, name="n") != cls(1, name="m")
    assert cls(1, name="n") != point(dataclass)(1)
    with pytest.raises(TypeError):
        cls(1, 2, [], 0, "n")


@both
def test_the_standard_functions_work(dataclass: Decorator) -> None:
    for cls, arguments in ((point(dataclass), {"x": 4}), (named(dataclass), {"x": 4, "name": "n"})):
        assert dataclasses.is_dataclass(cls)
        one = cls(**arguments)
        assert dataclasses.replace(one, y=9).y == 9
        assert dataclasses.asdict(one)["x"] == dataclasses.astuple(one)[0] == 4
        assert [field.name for field in dataclasses.fields(cls)][:4] == ["x", "y", "tags", "seen"]


@both
def test_positional_patterns_match(dataclass: Decorator) -> None:
    cls = point(dataclass)
    match cls(3):
        case cls(x, y):
            assert (x, y) == (3, 2)
        case _:
            pytest.fail("nothing matched")


@both
def test_what_the_class_defines_stays(dataclass: Decorator) -> None:
    cls = mutable(dataclass)
    one = cls()
    assert (repr(one), one.values, one.first) == ("own", {"made": 3}, 3)
    one.first = 5
    assert one != cls()
    with pytest.raises(TypeError):
        hash(one)


@both
def test_objects_without_comparison_are_themselves_alone(dataclass: Decorator) -> None:
    @dataclass(eq=False)
    class Thing:
        size: int

    one = Thing(1)
    assert one != Thing(1) and {one: 1}[one] == 1


@lean.dataclass(frozen=True)
class Carried:
    """What goes from process to process; at the top, where pickle finds it."""

    inner: tuple[int, ...]


def test_objects_come_over_from_other_processes() -> None:
    """The receiving process may never have made an object of the class itself."""
    for one, other in ((Carried((1,)), Carried((1,))), (copy.copy(Carried((2,))), Carried((2,)))):
        assert pickle.loads(pickle.dumps(one)) == other
    dumped = (
        "import pickle, sys; from tests.test_lean import Carried; sys.stdout.buffer.write(pickle.dumps(Carried((1,))))"
    )
    data = subprocess.run([sys.executable, "-c", dumped], capture_output=True, check=True, cwd=ROOT).stdout
    loaded = (
        f"import dataclasses, pickle; one = pickle.loads({data!r});"
        "assert one == pickle.loads(pickle.dumps(one)) and repr(one) == 'Carried(inner=(1,))';"
        "assert dataclasses.replace(one, inner=()).inner == ()"
    )
    subprocess.run([sys.executable, "-c", loaded], check=True, cwd=ROOT)


def test_a_class_of_which_there_is_no_object_has_no_methods_yet() -> None:
    cls = point(lean.dataclass)
    assert "__lean_fields__" not in cls.__dict__
    methods = ("__init__", "__eq__", "__hash__", "__repr__")
    assert not any(callable(cls.__dict__[name]) for name in methods)
    cls(1)
    assert [name for name in methods if callable(cls.__dict__[name])] == ["__init__"]
