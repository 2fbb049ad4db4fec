"""New tensors: an axis made as long as another one is that axis."""

from __future__ import annotations

import pytest

from lstmlint.events import Filled
from lstmlint.interpret.registry import OPERATIONS, Call
from lstmlint.sizes import Size
from lstmlint.values import External, OpenTensor, Shape, Tensor, Unknown
from tests.interpret.ops.bench import At, Bench, ids, size, sizes


@pytest.mark.parametrize("name", ["torch.zeros", "torch.ones", "torch.randn", "torch.empty", "numpy.random.randn"])
def test_a_size_of_an_axis_is_the_axis(name: str) -> None:
    bench = Bench()
    x = bench.tensor(7, None, 4)
    for axis in x.axes[:2]:
        found = bench.call(name, 2, size(axis), 8)
        assert isinstance(found, Tensor)
        assert found.axes[1].id == axis.id and found.axes[1].size == axis.size
        assert sizes(found)[0] == 2 and sizes(found)[2] == 8


@pytest.mark.parametrize("name", ["torch.zeros", "numpy.zeros", "Tensor.new_zeros", "Tensor.view", "torch.randint"])
def test_what_may_be_a_size_or_a_shape_gives_nothing(name: str) -> None:
    bench = Bench()
    receiver = [bench.tensor(3)] if name.startswith("Tensor") else []
    assert isinstance(bench.call(name, *receiver, Unknown("given")), Unknown)


def test_arguments_nobody_sees_give_nothing() -> None:
    bench = Bench()
    found = OPERATIONS["torch.zeros"](bench.world, Call("torch.zeros", (bench.value(3),), {}, At(""), open_ended=True))
    assert isinstance(found, Unknown)


def test_shapes_of_others() -> None:
    bench = Bench()
    x = bench.tensor(None, 4)
    for found in (
        bench.call("torch.zeros", Shape(x)),
        bench.call("torch.zeros_like", x),
        bench.call("numpy.random.normal", size=Shape(x)),
        bench.call("torch.normal", x, 1.0),
    ):
        assert ids(found) == ids(x)
    assert bench.call("torch.zeros_like", Unknown("x")) == OpenTensor("x")


def test_counting_to_the_size_of_an_axis() -> None:
    bench = Bench()
    x = bench.tensor(None, 4)
    assert ids(bench.call("torch.arange", size(x.axes[0]))) == ids(x)[:1]
    assert ids(bench.call("torch.arange", 0, size(x.axes[0]))) == ids(x)[:1]
    later = bench.call("torch.arange", 1, size(x.axes[0]))
    assert isinstance(later, Tensor)
    assert later.axes[0].size == x.axes[0].size - Size.of(1) and ids(later) != ids(x)[:1]
    assert sizes(bench.call("torch.arange", 0, 10, 2)) == [None]


def test_data() -> None:
    bench = Bench()
    row = bench.tensor(4)
    assert sizes(bench.call("torch.tensor", [[1, 2, 3], [4, 5, 6]])) == [2, 3]
    assert bench.call("torch.tensor", 2.5) == Tensor(())
    assert ids(bench.call("numpy.array", [row, row]))[1] == row.axes[0].id
    assert sizes(bench.call("numpy.array", bench.world.new_list([row], open_ended=True))) == [None, 4]
    assert bench.call("torch.tensor", Unknown("data")) == OpenTensor("data")
    several = bench.call("torch.tensor", [Unknown("item"), Unknown("other")])
    assert isinstance(several, OpenTensor) and [axis.size.known for axis in several.head] == [2] and not several.tail
    assert isinstance(bench.call("torch.tensor", bench.world.new_list([Unknown("item")], open_ended=True)), Unknown)


def test_arrays_and_tensors() -> None:
    bench = Bench()
    array = bench.call("numpy.zeros", (3, 4))
    assert isinstance(array, Tensor) and array.noted("numpy") is not None
    assert bench.call("Tensor.size", array) != Shape(array)
    tensor = bench.call("torch.from_numpy", array)
    assert isinstance(tensor, Tensor) and tensor.noted("numpy") is None
    assert ids(tensor) == ids(array)


def test_random_notes() -> None:
    bench = Bench()
    for name in ("torch.randn", "torch.rand", "torch.empty"):
        found = bench.call(name, 3, 4)
        assert isinstance(found, Tensor) and found.noted("random") is not None
    zeros = bench.call("torch.zeros", 3)
    assert isinstance(zeros, Tensor) and zeros.noted("random") is None
    filled = bench.call("Tensor.normal_", bench.call("torch.zeros", 3))
    assert isinstance(filled, Tensor) and filled.noted("random") is not None


def test_a_source_of_random_numbers_is_a_library_class() -> None:
    bench = Bench()
    assert bench.call("numpy.random.default_rng", 0) == External("numpy.random.Generator")


def test_constructor_by_sizes_or_data() -> None:
    bench = Bench()
    weight, x = bench.tensor(30, 4), bench.tensor(None, 4)
    made = bench.call("Tensor.new", weight, 2, size(x.axes[0]), 8)
    assert ids(made)[1] == x.axes[0].id
    assert sizes(bench.call("torch.FloatTensor", [1, 2, 3])) == [3]
    assert sizes(bench.call("torch.Tensor", 5)) == [5]
    assert ids(bench.call("torch.Tensor", Shape(x))) == ids(x)


def test_tensors_of_one_entry_are_told() -> None:
    bench = Bench()
    x = bench.tensor(3, 8)
    zeros = [
        bench.call("torch.zeros", 1, 3, 8),
        bench.call("Tensor.new_zeros", x, 3, 8),
        bench.call("torch.ones_like", x),
    ]
    bench.call("torch.randn", 1, 3, 8)
    bench.call("torch.arange", 3)
    assert [one.result for one in bench.events(Filled)] == zeros
