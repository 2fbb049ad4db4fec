"""Decorators of the program are applied; those of libraries, and what nobody can follow, leave a function as it is."""

from __future__ import annotations

import pytest

from lstmlint.values import Class, Const, Function, Instance, Tensor, Tuple
from tests.interpret.programs import run_of, variables_of

LAYER = """
import functools
import torch
from torch import nn

{decorator}

class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 5)

    {above}
    def forward(self, x):
        return self.rnn(x)

x = torch.zeros(2, 3, 4)
result = Layer()(x)
"""
TURNING = """
def turned(method):
    @functools.wraps(method)
    def inner(self, x, *rest, **options):
        return method(self, x.transpose(0, 1), *rest, **options)[0].transpose(0, 1)

    return inner
"""
SPELT = {
    "plain": (TURNING, "@turned"),
    "called": (TURNING + "\ndef with_options(flag):\n    return turned\n", "@with_options(True)"),
    "below another library's": (TURNING, "@torch.no_grad()\n    @turned"),
    "partial": (TURNING + "\nagain = functools.partial(turned)\n", "@again"),
}


@pytest.mark.parametrize("spelling", SPELT)
def test_a_method_is_what_its_decorator_gives(spelling: str) -> None:
    decorator, above = SPELT[spelling]
    found = variables_of(LAYER.format(decorator=decorator, above=above))
    x, result = found["x"], found["result"]
    assert isinstance(x, Tensor)
    assert isinstance(result, Tensor)
    assert [axis.id for axis in result.axes[:2]] == [axis.id for axis in x.axes[:2]]


@pytest.mark.parametrize(
    "above", ["", "@torch.no_grad()", "@torch.jit.export", "@whatever.unknown(3)", "@functools.lru_cache", "@missing"]
)
def test_others_leave_it_as_it_is(above: str) -> None:
    result = variables_of(LAYER.format(decorator="", above=above))["result"]
    assert isinstance(result, Tuple)
    assert len(result.items) == 2


def test_a_decorator_that_keeps_the_function_keeps_it() -> None:
    same = "def same(method):\n    print(method)\n    return method"
    assert isinstance(variables_of(LAYER.format(decorator=same, above="@same"))["result"], Tuple)


def test_two_decorators_are_applied_from_the_inner_to_the_outer() -> None:
    found = variables_of("""
        def plus(function):
            return lambda x: function(x) + 1

        def times(function):
            return lambda x: function(x) * 10

        @plus
        @times
        def first(x):
            return x

        @times
        @plus
        def second(x):
            return x

        results = (first(2), second(2))
    """)
    assert found["results"] == Tuple((Const(21), Const(30)))


def test_a_decorated_function_that_calls_itself_ends() -> None:
    found = variables_of("""
        def same(function):
            def inner(n):
                return function(n)
            return inner

        @same
        def down(n):
            return 0 if n == 0 else down(n - 1)

        result = down(1)
    """)
    assert found["result"] == Const(0)


def test_a_method_called_on_its_class_gets_its_object() -> None:
    found = variables_of("""
        class Base:
            def __init__(self, width):
                self.width = width

            def doubled(self):
                return self.width * 2

        result = Base.doubled(Base(4))
    """)
    assert found["result"] == Const(8)


REGISTRY = """
from torch import nn

MODELS = {}

def register(name):
    def note(made):
        MODELS[name] = made
        return made
    return note

def noted(function):
    MODELS[function.__name__] = function
    return function

@register("one")
class One(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.rnn = nn.LSTM(3, width)

@register(
    "two",
)
@torch.jit.script
class Two:
    pass

@noted
def three(width):
    return nn.GRU(3, width)

model = MODELS["one"](7)
layer = MODELS["three"](8)
other = MODELS["two"]
"""


def test_what_decorators_note_in_a_table_is_found_there() -> None:
    run = run_of(REGISTRY)
    found = run.frames[0].variables
    assert isinstance(found["model"], Instance)
    assert found["model"].cls.name == "One"
    assert found["layer"].argument("hidden_size") == Const(8)  # type: ignore[attr-defined]
    assert isinstance(found["other"], Class)
    assert isinstance(found["three"], Function)
