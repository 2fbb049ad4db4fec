"""Every operation is total: whatever it is given, it gives a value and raises nothing."""

from __future__ import annotations

from itertools import product

import pytest

from lstmlint.interpret import ops
from lstmlint.interpret.registry import OPERATIONS, Call
from lstmlint.values import NONE, Const, External, Num, OpenTensor, Role, Shape, Slice, Tensor, Tuple, Value
from tests.interpret.ops.bench import At, Bench, size

ops.load()
OWNERS = ("torch.", "Tensor.", "numpy.", "einops.", "operator.", "scipy.")
OURS = sorted(name for name, found in OPERATIONS.items() if found.__module__.startswith(ops.__name__))
NAMES = ("dim", "axis", "dims", "keepdim", "size", "shape", "other", "index", "end", "newshape", "out")


def strange(bench: Bench) -> list[Value]:
    """Values of every kind, sensible and not."""
    tensor = bench.tensor(3, None, 5)
    state = Tensor((bench.axis(4, Role.STACK), *tensor.axes[1:]))
    world = bench.world
    return [
        tensor,
        state,
        Tensor(()),
        OpenTensor("root", tail=(bench.axis(7),)),
        world.unknown("thing"),
        Const(0),
        Const(-1),
        Const(7),
        Const(2.5),
        Const(True),
        NONE,
        Const("b t f -> t (b f)"),
        Const(...),
        size(tensor.axes[1]),
        Num(size(tensor.axes[1]).size - size(tensor.axes[0]).size),
        bench.value((1, -1)),
        bench.value([tensor, tensor]),
        bench.value([]),
        world.new_list([world.unknown()], open_ended=True),
        Tuple((tensor, state)),
        Shape(tensor),
        Shape(world.unknown("thing")),
        Slice(Const(1), None, None),
        External("torch.float32"),
        world.new_dict({}),
    ]


@pytest.mark.parametrize("name", [name for name in OURS if name.startswith(OWNERS)])
def test_nothing_raises(name: str) -> None:
    bench = Bench()
    values = strange(bench)
    calls = [(), *((value,) for value in values), *product(values[:4], values)]
    if OURS[[OPERATIONS[other] for other in OURS].index(OPERATIONS[name])] == name:
        calls += product(values[:8], values)
        calls += [(first, second, third) for first in values[:3] for second in values for third in values[::3]]
    for args in calls:
        assert isinstance(OPERATIONS[name](bench.world, Call(name, args, {}, At("f(x)"))), Value), args
    for keyword, value in product(NAMES, values):
        for args in ((), (values[0],)):
            call = Call(name, args, {keyword: value}, At("f(x)"), open_ended=keyword == "out")
            assert isinstance(OPERATIONS[name](bench.world, call), Value), (keyword, value)


def test_subscripts_raise_nothing() -> None:
    bench = Bench()
    values = strange(bench)
    for source in values[:4]:
        if isinstance(source, (Tensor, OpenTensor)):
            for subscripts in [*((value,) for value in values), *product(values, values)]:
                assert isinstance(bench.item(source, *subscripts), Value), subscripts


def test_there_are_many() -> None:
    assert len([name for name in OURS if name.startswith("Tensor.")]) > 250
    assert len([name for name in OURS if name.startswith("torch.")]) > 300
    assert len([name for name in OURS if name.startswith("numpy.")]) > 200
