"""Reductions and normalisations tell along which axis they run; over everything they tell nothing."""

from __future__ import annotations

import pytest

from lstmlint.events import Pooled, Reduced
from lstmlint.values import NONE, OpenTensor, Tensor, Tuple, Unknown
from tests.interpret.ops.bench import Bench, ids, sizes


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "argmax", "norm", "std", "all"])
def test_everything_at_once_is_quiet(name: str) -> None:
    bench = Bench()
    assert bench.call(f"Tensor.{name}", bench.tensor(3, None, 4)) == Tensor(())
    assert not bench.events(Reduced)


def test_an_unknown_thing_may_be_a_table() -> None:
    bench = Bench()
    assert isinstance(bench.call("Tensor.sum", Unknown("frame")), Unknown)
    assert isinstance(bench.call("Tensor.max", Unknown("frame")), Unknown)


@pytest.mark.parametrize(
    ("name", "arguments", "how"),
    [
        ("Tensor.mean", (1,), "mean"),
        ("torch.sum", (-2,), "sum"),
        ("Tensor.amax", (1,), "max"),
        ("Tensor.max", (1,), "max"),
        ("torch.logsumexp", (1,), "logsumexp"),
        ("Tensor.softmax", (1,), "softmax"),
        ("torch.nn.functional.log_softmax", (1,), "log_softmax"),
        ("torch.nn.functional.normalize", (2, 1), "normalize"),
        ("Tensor.std", (1,), "std"),
    ],
)
def test_one_axis_is_told_of(name: str, arguments: tuple[object, ...], how: str) -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    bench.call(name, out, *arguments)
    assert [(one.position, one.axis, one.how) for one in bench.events(Reduced)] == [(1, out.axes[1], how)]


def test_several_axes_are_told_of_one_by_one() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    assert ids(bench.call("torch.mean", out, dim=(0, -1))) == [out.axes[1].id]
    assert [one.position for one in bench.events(Reduced)] == [0, 2]


@pytest.mark.parametrize(("rank", "position"), [(1, 0), (2, 1), (3, 0), (4, 1)])
def test_softmax_without_an_axis_takes_torchs_own(rank: int, position: int) -> None:
    bench = Bench()
    x = bench.tensor(*[None] * rank)
    assert ids(bench.call("torch.nn.functional.softmax", x)) == ids(x)
    assert ids(bench.call("torch.nn.functional.softmax", x, NONE)) == ids(x)
    assert [one.position for one in bench.events(Reduced)] == [position] * 2


def test_torch_gives_pairs_and_numpy_values() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    pair = bench.call("Tensor.max", out, 1)
    assert isinstance(pair, Tuple) and len(pair.items) == 2
    array = bench.call("numpy.array", out)
    for found in (bench.call("Tensor.max", array, 1), bench.call("Tensor.max", out, axis=1)):
        assert ids(found) == [out.axes[0].id, out.axes[2].id]


def test_a_kept_axis_is_a_new_one_that_stretches() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    mean = bench.call("Tensor.mean", out, 1, keepdim=True)
    assert sizes(mean)[1] == 1 and ids(mean)[1] != out.axes[1].id
    assert ids(bench.call("operator.sub", mean, out)) == ids(out)


def test_unknown_rank_from_the_end() -> None:
    bench = Bench()
    x = OpenTensor("x", tail=(bench.axis(8),))
    assert bench.call("Tensor.sum", x, -1) == OpenTensor("x")
    assert bench.call("Tensor.sum", OpenTensor("x"), -1) == OpenTensor("x", drop=1)
    assert isinstance(bench.call("Tensor.sum", x, 1), Unknown)


def test_a_window_as_long_as_the_axis_is_a_reduction() -> None:
    bench = Bench()
    x = bench.tensor(None, 8, None)
    found = bench.call("torch.nn.functional.max_pool1d", x, bench.call("Tensor.size", x, 2))
    assert sizes(found)[2] == 1
    assert [(one.position, one.how) for one in bench.events(Reduced)] == [(2, "max")]
    bench.call("torch.nn.functional.max_pool1d", x, 2)
    assert len(bench.events(Reduced)) == 1


def test_a_pooling_over_the_last_of_three_axes_is_told() -> None:
    bench = Bench()
    x, length = bench.tensor(None, 8, None), bench.value(2)
    bench.call("torch.nn.functional.avg_pool1d", x, length)
    bench.call("torch.nn.functional.adaptive_max_pool1d", x, 1)
    assert [(one.source, one.window) for one in bench.events(Pooled)] == [(x, length), (x, None)]
    bench.call("torch.nn.functional.max_pool2d", x, 2)
    bench.call("torch.nn.functional.max_pool1d", bench.tensor(8, None), 2)
    assert len(bench.events(Pooled)) == 2
