"""Axes of size 1: put in, taken away where they are or may be 1, stretched."""

from __future__ import annotations

import pytest

from lstmlint.events import Inserted
from lstmlint.sizes import Size
from lstmlint.values import OpenTensor, Role, Tensor, Unknown
from tests.interpret.ops.bench import Bench, ids, size, sizes


def test_squeeze_keeps_what_is_longer() -> None:
    bench = Bench()
    h = Tensor((bench.axis(2, Role.STACK), *bench.tensor(None, 8).axes))
    assert bench.call("Tensor.squeeze", h, 0) == h
    layers = bench.axis()
    both = Tensor((bench.world.axis(layers.size * Size.of(2), Role.STACK), *h.axes[1:]))
    assert bench.call("Tensor.squeeze", both, 0) == both
    assert bench.call("torch.squeeze", h) == h


def test_squeeze_believes_the_writer() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 8)
    assert ids(bench.call("Tensor.squeeze", x, 0)) == ids(x)[1:]
    assert ids(bench.call("Tensor.squeeze", bench.tensor(3, 1, 8), 1)) != []
    assert sizes(bench.call("Tensor.squeeze", bench.tensor(3, 1, 8), 1)) == [3, 8]


def test_squeeze_without_an_axis_drops_known_ones_only() -> None:
    bench = Bench()
    x = bench.tensor(None, 1, 8)
    assert ids(bench.call("Tensor.squeeze", x)) == [x.axes[0].id, x.axes[2].id]


def test_expand_to_the_size_of_an_axis_is_that_axis() -> None:
    bench = Bench()
    x, z = bench.tensor(None, None, 4), bench.tensor(None, 8)
    thin = bench.call("Tensor.unsqueeze", z, 1)
    for found in (
        bench.call("Tensor.expand", thin, -1, size(x.axes[1]), -1),
        bench.call("Tensor.repeat", thin, 1, size(x.axes[1]), 1),
    ):
        assert ids(found) == [z.axes[0].id, x.axes[1].id, z.axes[1].id]


def test_expand_keeps_an_axis_that_is_no_one() -> None:
    bench = Bench()
    seed = bench.tensor(2, 1, 8)
    batch = bench.axis()
    found = bench.call("Tensor.expand", seed, 2, size(batch), 8)
    assert ids(found) == [seed.axes[0].id, batch.id, seed.axes[2].id]


def test_each_way_to_put_an_axis_in_is_told() -> None:
    for name, arguments in (
        ("Tensor.unsqueeze", (1,)),
        ("numpy.expand_dims", ((1,),)),
        ("Tensor.view", (3, 1, 8)),
        ("torch.reshape", ([3, 1, -1],)),
        ("einops.rearrange", ("b f -> b 1 f",)),
    ):
        bench = Bench()
        z = bench.tensor(3, 8)
        found = bench.call(name, z, *arguments)
        assert [(one.source, one.axis.id) for one in bench.events(Inserted)] == [(z, ids(found)[1])], name


def test_a_subscript_of_none_is_told_and_others_are_not() -> None:
    bench = Bench()
    z = bench.tensor(3, 8)
    found = bench.item(z, slice(None), None)
    assert [one.axis.id for one in bench.events(Inserted)] == [ids(found)[1]]
    bench.item(found, slice(None), 0)
    bench.call("Tensor.squeeze", found, 1)
    bench.call("Tensor.view", found, 3, 1, 8)
    assert len(bench.events(Inserted)) == 1


def test_an_axis_in_front_of_an_unknown_rank_is_told() -> None:
    bench = Bench()
    found = bench.call("Tensor.unsqueeze", OpenTensor("x"), 0)
    assert isinstance(found, OpenTensor)
    assert [one.axis for one in bench.events(Inserted)] == list(found.head)


@pytest.mark.parametrize("dim", [3, -4, "a"])
def test_axes_out_of_range_give_nothing(dim: object) -> None:
    bench = Bench()
    assert isinstance(bench.call("Tensor.squeeze", bench.tensor(3, 5), dim), Unknown)
    assert isinstance(bench.call("Tensor.unsqueeze", bench.tensor(3, 5), dim), Unknown)


def test_unknown_rank_grows_and_shrinks_at_its_ends() -> None:
    bench = Bench()
    x = OpenTensor("x")
    for dim in (0, -1):
        grown = bench.call("Tensor.unsqueeze", x, dim)
        assert isinstance(grown, OpenTensor) and len(grown.head + grown.tail) == 1
        assert bench.call("Tensor.squeeze", grown, dim) == x
