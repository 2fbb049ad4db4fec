"""Entry by entry: which axes, notes and states come through."""

from __future__ import annotations

import pytest

from lstmlint.values import NONE, Const, External, OpenTensor, Tensor, Unknown
from tests.interpret.ops.bench import Bench, ids, size, sizes


@pytest.mark.parametrize(
    "name", ["Tensor.relu", "torch.nn.functional.dropout", "Tensor.contiguous", "Tensor.detach", "Tensor.to"]
)
def test_everything_stays(name: str) -> None:
    bench = Bench()
    turned = bench.call("Tensor.transpose", bench.tensor(None, None, 4), 0, 1)
    assert bench.call(name, turned) == turned
    unknown = OpenTensor("x", tail=(bench.axis(8),))
    assert bench.call(name, unknown) == unknown


def test_a_module_on_its_way_to_a_device_stays_what_it_is() -> None:
    bench = Bench()
    assert bench.call("Tensor.to", Unknown("model"), "cpu") == Unknown("model")


def test_arithmetic_does_not_make_a_number_a_size() -> None:
    bench = Bench()
    assert bench.call("numpy.sqrt", Unknown("n")) != Unknown("n")


def test_numbers_change_nothing() -> None:
    bench = Bench()
    x = bench.tensor(None, 4)
    for other in (2, 0.5, size(x.axes[0]), External("math.pi")):
        assert ids(bench.call("operator.mul", x, other)) == ids(x)
        assert ids(bench.call("torch.add", other, x)) == ids(x)


def test_axes_are_aligned_from_the_right() -> None:
    bench = Bench()
    x, row, column = bench.tensor(None, None, 4), bench.tensor(4), bench.tensor(None, 1)
    assert ids(bench.call("torch.add", row, x))[:2] == ids(x)[:2]
    assert ids(bench.call("torch.mul", column, x)) == [x.axes[0].id, column.axes[0].id, x.axes[2].id]
    assert ids(bench.call("operator.sub", x, column)) == ids(x)


def test_an_unknown_operand_is_taken_to_fit_into_a_sequence() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    assert ids(bench.call("operator.mul", Unknown("mask"), out)) == ids(out)
    weights = bench.tensor(None, None, 1)
    assert ids(bench.call("operator.mul", weights, Unknown("out")))[2] != weights.axes[2].id


def test_positions_added_to_an_unknown_input_do_not_say_its_rank() -> None:
    bench = Bench()
    assert isinstance(bench.call("operator.add", Unknown("x"), bench.tensor(50, 8)), Unknown)


def test_a_bias_added_to_an_unknown_rank() -> None:
    bench = Bench()
    x = OpenTensor("x", tail=(bench.axis(8),))
    assert bench.call("torch.add", x, bench.tensor(8)) == x
    assert bench.call("torch.add", x, 1) == x


def test_random_entries_are_random_only_alone() -> None:
    bench = Bench()
    noise, mean = bench.call("torch.randn", 3, 4), bench.tensor(3, 4)
    scaled = bench.call("operator.mul", noise, 2)
    assert isinstance(scaled, Tensor) and scaled.noted("random") is not None
    sample = bench.call("operator.add", mean, noise)
    assert isinstance(sample, Tensor) and sample.noted("random") is None
    cleared = bench.call("Tensor.zero_", noise)
    assert isinstance(cleared, Tensor) and cleared.noted("random") is None


def test_where_takes_the_axes_of_all_three() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    mask = bench.call("operator.gt", Tensor(x.axes[:2]), 0)
    stretched = bench.call("Tensor.unsqueeze", mask, -1)
    assert ids(bench.call("torch.where", stretched, x, Const(0.0))) == ids(x)
    assert ids(bench.call("Tensor.masked_fill", x, stretched, 0)) == ids(x)
    assert isinstance(bench.call("torch.where", mask), Unknown)


def test_nothing_of_nothing() -> None:
    bench = Bench()
    assert isinstance(bench.call("torch.relu", NONE), Unknown)
    assert isinstance(bench.call("operator.add", [1], [2]), Unknown)
    assert sizes(bench.call("torch.add", bench.tensor(3, 1), bench.tensor(5))) == [3, 5]
