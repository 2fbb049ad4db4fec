"""select, narrow, gather, split: functions that take entries or stretches of an axis."""

from __future__ import annotations

import pytest

from lstmlint.events import Selected
from lstmlint.sizes import Size
from lstmlint.values import ListRef, Num, OpenTensor, Role, Tensor, Tuple, Unknown
from tests.interpret.ops.bench import Bench, ids, size, sizes


def test_gathering_classes_says_nothing() -> None:
    bench = Bench()
    scores = bench.tensor(None, 10)
    result = bench.call("Tensor.gather", scores, 1, bench.tensor(None, 1))
    assert ids(result) == ids(scores)
    tokens = bench.tensor(None, None, 10)
    bench.call("torch.gather", tokens, 2, bench.tensor(None, None, 1))
    bench.call("torch.gather", tokens, 1, bench.tensor(None, 3, 10))
    assert not bench.world.claims


@pytest.mark.parametrize("dim", [0, 1])
def test_gathering_one_step_per_sample(dim: int) -> None:
    bench = Bench()
    out, lengths = bench.tensor(None, None, 8), bench.tensor(None)
    shape = [1, -1, 1] if dim == 0 else [-1, 1, 1]
    last = bench.call("Tensor.view", bench.call("torch.sub", lengths, 1), *shape)
    index = bench.call("Tensor.expand", last, -1, -1, size(out.axes[2]))
    result = bench.call("Tensor.gather", out, dim, index)
    assert ids(bench.call("Tensor.squeeze", result, dim)) == [out.axes[1 - dim].id, out.axes[2].id]
    assert [claim.role for claim in bench.claims(out.axes[dim])] == [Role.TIME]
    assert [claim.role for claim in bench.claims(out.axes[1 - dim])] == [Role.BATCH]


def test_gathering_by_something_unknown_keeps_the_axes() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    result = bench.call("torch.gather", out, 1, Unknown("index"))
    assert ids(result) == ids(out) and not bench.world.claims
    assert bench.world.learned["index"] == 3


def test_select_is_told_like_a_subscript() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    result = bench.call("Tensor.select", out, 1, Num(out.axes[1].size - Size.of(1)))
    assert ids(result) == [out.axes[0].id, out.axes[2].id]
    told = bench.events(Selected)[0]
    assert (told.position, told.last, told.alone) == (1, True, True)


def test_narrow_keeps_the_axis() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    result = bench.call("torch.narrow", out, 0, 0, 4)
    assert ids(result) == ids(out) and sizes(result)[0] == 4
    assert bench.call("torch.narrow", out, 0, 0, size(out.axes[0])) == out


def test_halves_of_features_by_symbols() -> None:
    bench = Bench()
    width = bench.axis()
    out = Tensor((bench.axis(), bench.world.axis(width.size * Size.of(2))))
    for found in (bench.call("torch.chunk", out, 2, -1), bench.call("torch.split", out, size(width), 1)):
        assert isinstance(found, Tuple)
        assert [ids(item)[1] for item in found.items] == [out.axes[1].id] * 2
        assert all(isinstance(item, Tensor) and item.axes[1].size == width.size for item in found.items)


def test_pieces_of_unknown_number_are_a_sample() -> None:
    bench = Bench()
    x = bench.tensor(None, 4)
    for found in (bench.call("torch.split", x, 2), bench.call("Tensor.unbind", x)):
        assert isinstance(found, ListRef) and bench.world.is_open(found)


def test_a_text_is_not_split() -> None:
    bench = Bench()
    assert isinstance(bench.call("Tensor.split", Unknown("line"), ","), Unknown)


def test_unknown_rank_from_the_end() -> None:
    bench = Bench()
    x = OpenTensor("x", tail=(bench.axis(8),))
    assert bench.call("Tensor.select", x, -1, 0) == OpenTensor("x")
    assert isinstance(bench.call("Tensor.select", x, 1, 0), Unknown)
