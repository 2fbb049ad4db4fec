"""Objects taken for dictionaries of their attributes."""

from __future__ import annotations

import pytest

from lstmlint.values import Const, DictRef, Unknown, Value, is_assumed
from tests.interpret.programs import run_of

PROGRAM = """
import torch
from dataclasses import asdict, dataclass, field
from types import SimpleNamespace

layer = torch.nn.GRU(3, 5)


@dataclass
class Base:
    width: int
    depth: int = 1


@dataclass
class Options(Base):
    rate: float = 0.5
    inner: Base = field(default_factory=lambda: Base(7))


class Plain:
    def __init__(self, width):
        self.width = width
        self.depth = 2


class Loose:
    def __init__(self, **options):
        for name, value in torch.load("options").items():
            setattr(self, name, value)


class Named:
    def __init__(self):
        for name in torch.load("names"):
            setattr(self, name, 1)


{lines}
layer(found)
"""


def variables(lines: str) -> tuple[Value, bool]:
    """What becomes of the variable `found`, and whether it is a dictionary that may hold more."""
    run = run_of(PROGRAM.format(lines=lines))
    value = run.frames[0].variables["found"]
    return value, isinstance(value, DictRef) and run.world.is_open_dict(value)


@pytest.mark.parametrize(
    "lines", ("found = asdict(Plain(3))", "found = vars(torch.load('a'))", "found = asdict(torch.load('a'))")
)
def test_other_things_are_not_known(lines: str) -> None:
    assert isinstance(variables(lines)[0], Unknown)


@pytest.mark.parametrize("lines", ("found = vars(Loose())", "found = Named().__dict__"))
def test_attributes_of_unknown_names_leave_it_open(lines: str) -> None:
    assert variables(lines)[1]


@pytest.mark.parametrize(
    ("lines", "expected"),
    (
        ("found = asdict(Options(3, rate=0.1))['width']", 3),
        ("found = asdict(Options(3, rate=0.1))['rate']", 0.1),
        ("found = asdict(Options(3))['inner']['width']", 7),
        ("options = Options(3)\noptions.depth = 4\nfound = asdict(options)['depth']", 4),
        ("found = asdict(obj=Options(3, 2))['depth']", 2),
        ("found = vars(Plain(3))['width']", 3),
        ("found = Plain(3).__dict__['depth']", 2),
        ("found = vars(Options(3, 2))['depth']", 2),
        ("found = vars(SimpleNamespace(width=3))['width']", 3),
        ("found = [name for name in asdict(Options(3))][0]", "width"),
        ("found = len(asdict(Options(3)))", 4),
    ),
)
def test_what_an_object_was_given_is_in_the_dictionary(lines: str, expected: object) -> None:
    value, _ = variables(lines)
    assert value == Const(expected)
    assert not is_assumed(value)


@pytest.mark.parametrize("name", ("depth", "rate"))
def test_what_nobody_gave_is_assumed(name: str) -> None:
    assert is_assumed(variables(f"found = asdict(Options(3))['{name}']")[0])


def test_a_dictionary_of_fields_holds_these_alone() -> None:
    assert variables("found = asdict(Options(3))") != (variables("found = 1")[0], True)
    assert not variables("found = asdict(Options(3))")[1]
