"""einsum and einops: the text says what becomes of the axes."""

from __future__ import annotations

import pytest

from lstmlint.events import Reduced, Reshaped
from lstmlint.sizes import Size
from lstmlint.values import Tensor, Unknown
from tests.interpret.ops.bench import Bench, ids, size, sizes


def test_einsum_by_letters() -> None:
    bench = Bench()
    out, weights = bench.tensor(None, None, 8), bench.tensor(None, None)
    assert ids(bench.call("torch.einsum", "bth,bt->bh", out, weights)) == [out.axes[0].id, out.axes[2].id]
    assert ids(bench.call("torch.einsum", "...th,ht -> ...h", out, bench.tensor(8, None)))[0] == out.axes[0].id
    assert not bench.events(Reduced)


def test_einsum_says_ranks() -> None:
    bench = Bench()
    found = bench.call("torch.einsum", "bth,bsh->bts", Unknown("q"), Unknown("k"))
    assert isinstance(found, Tensor) and len(found.axes) == 3
    assert bench.world.learned == {"q": 3, "k": 3}


@pytest.mark.parametrize("text", ["bt->b", "bth->bx", "bth,bt->b", Unknown("text")])
def test_einsum_that_does_not_fit(text: object) -> None:
    bench = Bench()
    assert isinstance(bench.call("torch.einsum", text, bench.tensor(3, 5, 8)), Unknown)


def test_rearrange() -> None:
    bench = Bench()
    x, h = bench.tensor(None, None, 4), bench.tensor(2, None, 8)
    turned = bench.call("einops.rearrange", x, "b t f -> t b f")
    assert isinstance(turned, Tensor)
    assert ids(turned) == [x.axes[1].id, x.axes[0].id, x.axes[2].id] and turned.noted("transposed") is not None
    flat = bench.call("einops.rearrange", h, "l b h -> b (l h)")
    assert isinstance(flat, Tensor)
    assert flat.axes[0] == h.axes[1] and flat.axes[1].parts == (h.axes[0], h.axes[2]) and not flat.trail
    assert ids(bench.call("einops.rearrange", x, "b ... -> ... b")) == [x.axes[1].id, x.axes[2].id, x.axes[0].id]
    assert sizes(bench.call("einops.rearrange", x, "b t f -> b t f 1"))[3] == 1


def test_rearrange_splits() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 8)
    flat = bench.call("einops.rearrange", x, "b t f -> (b t) f")
    back = bench.call("einops.rearrange", flat, "(b t) f -> b t f", b=size(x.axes[0]))
    assert ids(back) == ids(x)
    heads = bench.call("einops.rearrange", x, "b t (n d) -> b n t d", n=2)
    assert sizes(heads)[1] == 2 and sizes(heads)[3] == 4 and ids(heads)[2] == x.axes[1].id


def test_rearrange_tells_of_reshapes() -> None:
    bench = Bench()
    h = bench.tensor(6, None, 8)
    bench.call("einops.rearrange", h, "s b h -> b s h")
    bench.call("einops.repeat", h, "s b h -> s b h n", n=2)
    assert not bench.events(Reshaped)
    bench.call("einops.rearrange", h, "(l d) b h -> l b (d h)", d=2)
    apart, merged = bench.events(Reshaped)
    assert ids(apart.source) == ids(h) and sizes(apart.result)[:2] == [3, 2]
    assert [ids(merged.source)[position] for position in (0, 2, 1, 3)] == ids(apart.result)
    assert merged.result.axes[2].parts == apart.result.axes[1::2]
    assert not apart.scrambled and not merged.scrambled


def test_a_split_in_another_order_scrambles() -> None:
    bench = Bench()
    flat = bench.call("einops.rearrange", bench.tensor(5, 7, 8), "b t f -> (b t) f")
    found = bench.call("einops.rearrange", flat, "(t b) f -> b t f", b=5)
    assert [event.scrambled for event in bench.events(Reshaped)] == [False, True]
    assert isinstance(found, Tensor) and found.noted("scrambled") is not None


def test_reduce_and_repeat() -> None:
    bench = Bench()
    x, z = bench.tensor(None, None, 4), bench.tensor(None, 8)
    assert ids(bench.call("einops.reduce", x, "b t f -> b f", "mean")) == [x.axes[0].id, x.axes[2].id]
    assert [(one.position, one.how) for one in bench.events(Reduced)] == [(1, "mean")]
    repeated = bench.call("einops.repeat", z, "b f -> b t f", t=size(x.axes[1]))
    assert ids(repeated) == [z.axes[0].id, x.axes[1].id, z.axes[1].id]


def test_a_list_is_stacked_in_front() -> None:
    bench = Bench()
    step = bench.tensor(None, 8)
    found = bench.call("einops.rearrange", [step, step, step], "t b h -> b t h")
    assert isinstance(found, Tensor)
    assert ids(found)[0] == step.axes[0].id and found.axes[1].size == Size.of(3)


@pytest.mark.parametrize("text", ["b t -> t b", "b t f -> b x", "b t f"])
def test_a_pattern_that_does_not_fit(text: str) -> None:
    bench = Bench()
    found = bench.call("einops.rearrange", bench.tensor(3, 5, 4), text)
    assert isinstance(found, Unknown) or (isinstance(found, Tensor) and len(found.axes) < 3)
