"""Questions about shapes: sizes remember their axis, and the same question has the same answer."""

from __future__ import annotations

from lstmlint.values import Const, Num, OpenTensor, Shape, Unknown
from tests.interpret.ops.bench import Bench, size


def test_sizes_remember_their_axis() -> None:
    bench = Bench()
    x = bench.tensor(7, None, 4)
    for position in (0, 1, -1):
        assert bench.call("Tensor.size", x, position) == size(x.axes[position])
    assert bench.call("Tensor.__len__", x) == size(x.axes[0])
    assert bench.call("Tensor.size", x) == Shape(x)
    assert isinstance(bench.call("Tensor.size", x, 3), Unknown)


def test_rank_and_number() -> None:
    bench = Bench()
    x = bench.tensor(7, None, 4)
    assert bench.call("Tensor.dim", x) == Const(3)
    assert bench.call("torch.numel", x) == Num(x.axes[0].size * x.axes[1].size * x.axes[2].size)
    assert bench.call("numpy.size", x, 1) == size(x.axes[1])


def test_an_unknown_rank_answers_alike() -> None:
    bench = Bench()
    x = OpenTensor("x")
    first = bench.call("Tensor.size", x, 0)
    assert first == bench.call("Tensor.size", Unknown("x"), 0)
    grown = bench.call("Tensor.unsqueeze", x, 0)
    assert bench.call("Tensor.size", grown, 1) == first
    assert bench.call("Tensor.size", grown, 0) == size(grown.head[0])  # type: ignore[attr-defined]
    narrowed = OpenTensor("x", drop=1, tail=(bench.axis(8),))
    assert bench.call("Tensor.size", narrowed, -1) == size(narrowed.tail[0])
    assert bench.call("Tensor.size", narrowed, -2) == bench.call("Tensor.size", x, -2)
    assert bench.call("Tensor.dim", narrowed) == bench.call("Tensor.dim", x)
    shorter = OpenTensor("x", drop=2, tail=(bench.axis(8),))
    assert bench.call("Tensor.size", shorter, -2) == bench.call("Tensor.size", x, -3)
