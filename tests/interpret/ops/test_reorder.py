"""Axes put in another order keep their identity; exchanging the first two of three or more is noted."""

from __future__ import annotations

import pytest

from lstmlint.interpret.ops.trail import ZEROS_BEHIND, noted
from lstmlint.values import Tensor, Unknown
from tests.interpret.ops.bench import Bench, ids
from tests.interpret.torch_worlds import At


@pytest.mark.parametrize(
    ("name", "arguments", "noted"),
    [
        ("Tensor.permute", (0, 2, 1), False),
        ("Tensor.permute", (2, 0, 1), False),
        ("Tensor.transpose", (1, 2), False),
        ("Tensor.mT", (), False),
        ("Tensor.flip", ([0],), False),
        ("Tensor.permute", (1, 0, 2), True),
        ("torch.permute", ((1, 0, 2),), True),
        ("Tensor.transpose", (0, 1), True),
        ("torch.swapaxes", (1, 0), True),
        ("Tensor.movedim", (0, 1), True),
        ("Tensor.T", (), True),
        ("numpy.transpose", ((1, 0, 2),), True),
    ],
)
def test_an_exchange_of_the_first_two_is_noted(name: str, arguments: tuple[object, ...], noted: bool) -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    result = bench.call(name, x, *arguments)
    assert isinstance(result, Tensor)
    assert sorted(ids(result)) == sorted(ids(x))
    assert (result.noted("transposed") is not None) == noted


def test_a_matrix_turned_is_noted_as_a_sequence_turned_once_it_has_features() -> None:
    bench = Bench()
    x = bench.tensor(None, 4)
    for name, arguments in (("Tensor.t", ()), ("Tensor.transpose", (0, 1)), ("Tensor.T", ())):
        result = bench.call(name, x, *arguments)
        assert isinstance(result, Tensor)
        assert ids(result) == ids(x)[::-1] and [note.kind for note in result.trail] == ["turned"]
        vectors = bench.call("Tensor.unsqueeze", result, -1)
        assert isinstance(vectors, Tensor) and [note.kind for note in vectors.trail] == ["transposed"]
        product = bench.call("torch.mul", bench.tensor(None, None), result)
        assert isinstance(product, Tensor) and not product.trail


@pytest.mark.parametrize("arguments", [(0, 1), (0, 0, 1), (0, 3, 1), ("a", 0, 1)])
def test_what_is_no_permutation_gives_nothing(arguments: tuple[object, ...]) -> None:
    bench = Bench()
    assert isinstance(bench.call("Tensor.permute", bench.tensor(3, 5, 4), *arguments), Unknown)


def test_a_permutation_says_the_rank() -> None:
    bench = Bench()
    result = bench.call("Tensor.permute", Unknown("x"), 1, 0, 2)
    assert isinstance(result, Tensor) and len(result.axes) == 3
    assert bench.world.learned["x"] == 3
    bench.call("Tensor.t", Unknown("y"))
    assert bench.world.learned["y"] == 2


def test_there_and_back() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    there = bench.call("Tensor.permute", x, 1, 0, 2)
    assert ids(bench.call("Tensor.transpose", there, 0, 1)) == ids(x)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Tensor.flip", (1,)),
        ("torch.flip", ((-2,),)),
        ("numpy.flip", (1,)),
        ("numpy.fliplr", ()),
        ("keras.ops.flip", (1,)),
        ("tf.reverse", ((1,),)),
        ("tf.reverse_sequence", (Unknown("lengths"), 1)),
    ],
)
def test_steps_turned_round_are_noted_until_they_are_turned_again(name: str, arguments: tuple[object, ...]) -> None:
    bench = Bench()
    x = bench.tensor(3, 5, 4)
    once = bench.call(name, x, *arguments)
    assert isinstance(once, Tensor) and once.axes == x.axes
    assert once.noted("backwards") is not None
    assert bench.call(name, once, *arguments) == x


@pytest.mark.parametrize("arguments", [(), (Unknown("axis"),), ((0, 1),)])
def test_what_is_not_known_to_turn_steps_round_leaves_no_note(arguments: tuple[object, ...]) -> None:
    bench = Bench()
    once = bench.call("torch.flip", bench.tensor(3, 5, 4), 1)
    for x in (bench.tensor(3, 5, 4), once):
        result = bench.call("torch.flip", x, *arguments)
        assert isinstance(result, Tensor) and result.noted("backwards") is None


@pytest.mark.parametrize(("name", "arguments"), [("torch.flip", (0,)), ("torch.flip", (-1,)), ("numpy.flipud", ())])
def test_another_axis_turned_round_says_nothing_of_the_steps(name: str, arguments: tuple[object, ...]) -> None:
    bench = Bench()
    once = bench.call("torch.flip", bench.tensor(3, 5, 4), 1)
    for x in (bench.tensor(3, 5, 4), once):
        assert bench.call(name, x, *arguments) == x


def test_steps_are_turned_again_wherever_they_stand() -> None:
    bench = Bench()
    moved = bench.call("torch.permute", bench.call("torch.flip", bench.tensor(3, 5, 4), 1), (1, 0, 2))
    again = bench.call("torch.flip", moved, 0)
    assert isinstance(again, Tensor) and again.noted("backwards") is None


def test_zeros_behind_sequences_are_behind_them_no_more_when_the_steps_are_turned_round() -> None:
    bench = Bench()
    padded = noted(bench.tensor(3, 5), ZEROS_BEHIND, At("pad(rows)"))
    for name, arguments, kept in (("torch.flip", (0,), True), ("torch.flip", (1,), False), ("numpy.flip", (), False)):
        turned = bench.call(name, padded, *arguments)
        assert isinstance(turned, Tensor)
        assert (turned.noted(ZEROS_BEHIND) is not None) == kept
