"""TextVectorization against the real one: the axes it gives, and whether zeros stand behind a shorter text."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")

import numpy as np  # noqa: E402

from lstmlint.interpret.ops.trail import ZEROS_BEHIND  # noqa: E402
from lstmlint.values import OpenTensor, Tensor, Unknown, Value  # noqa: E402
from lstmlint.world import World  # noqa: E402
from tests.interpret.keras_worlds import apply, build, layers_of, new_world, operate, shape, tensor  # noqa: E402

WORDS = ["a", "b", "c"]
TEXTS = np.array(["a b c", "c", "b a"])
IDS: tuple[dict[str, object], ...] = (
    {},
    {"output_sequence_length": 5},
    {"output_sequence_length": 2},
    {"split": "character"},
    {"ngrams": 2},
)
OTHERS: tuple[dict[str, object], ...] = (
    {"split": None},
    {"ragged": True},
    {"output_mode": "multi_hot"},
    {"output_mode": "count"},
)


def claimed(world: World, source: Value, **arguments: object) -> Value:
    """What the layer is said to give."""
    return apply(world, build(world, "TextVectorization", **arguments), source)


def has_zeros_behind(value: Value) -> bool:
    return isinstance(value, Tensor) and value.noted(ZEROS_BEHIND) is not None


@pytest.mark.parametrize("arguments", OTHERS, ids=str)
def test_what_gives_no_filled_up_ids_is_left_open(arguments: dict[str, object]) -> None:
    world = new_world()
    assert isinstance(claimed(world, tensor(world, 3), **arguments), Unknown)
    real = keras.layers.TextVectorization(vocabulary=WORDS, **arguments)(TEXTS)
    is_count = arguments.get("output_mode") is not None
    rows = real.to_list() if arguments.get("ragged") else np.asarray(real).tolist()
    assert is_count or not any(isinstance(row, list) and row[-1] == 0 for row in rows)


def test_what_is_not_known_is_left_open() -> None:
    world = new_world()
    for arguments in ({"output_mode": world.unknown()}, {"ragged": world.unknown()}, {"split": world.unknown()}):
        assert isinstance(claimed(world, tensor(world, 3), **arguments), Unknown)
    uncertain = build(world, "TextVectorization", uncertain=True)
    assert isinstance(apply(world, uncertain, tensor(world, 3)), Unknown)
    assert isinstance(claimed(world, tensor(world, 3, 2)), Unknown)


@pytest.mark.parametrize("arguments", IDS, ids=str)
@pytest.mark.parametrize("sizes", [(3,), (3, 1), (), (1,)], ids=str)
def test_the_ids_of_texts(arguments: dict[str, object], sizes: tuple[int, ...]) -> None:
    texts = TEXTS[: sizes[0]].reshape(sizes) if sizes else TEXTS[1]
    real = np.asarray(keras.layers.TextVectorization(vocabulary=WORDS, **arguments)(texts))
    world = new_world()
    ids = claimed(world, tensor(world, *sizes), **arguments)
    length = arguments.get("output_sequence_length")
    assert shape(ids) == (*real.shape[:-1], length)
    assert length in (None, real.shape[-1])
    # One text is as long as itself, and may be shorter than a length that was given.
    assert has_zeros_behind(ids) == (length is not None or sizes[:1] == (3,))
    assert has_zeros_behind(ids) or not (real == 0).any()


def test_the_batch_is_that_of_the_texts() -> None:
    world = new_world()
    texts = tensor(world, None, 1)
    ids = claimed(world, texts)
    assert isinstance(ids, Tensor)
    assert ids.axes[0] == texts.axes[0]
    ids = claimed(world, OpenTensor(("texts",), texts.axes[:1]))
    assert isinstance(ids, Tensor)
    assert (ids.axes[0], len(ids.axes)) == (texts.axes[0], 2)


def test_texts_of_which_nothing_is_known_are_one_or_many() -> None:
    world = new_world()
    ids = claimed(world, world.unknown(), output_sequence_length=5)
    assert isinstance(ids, OpenTensor)
    assert [axis.size.known for axis in ids.tail] == [5]
    world.ranks[ids.root] = 1
    again = world.tensor(ids)
    assert isinstance(again, Tensor)
    assert len(again.axes) == 2


def test_a_list_of_texts() -> None:
    world = new_world()
    ids = apply(world, build(world, "TextVectorization"), ["a b", "c"])
    assert shape(ids) in ((2, None), (None, None))
    assert has_zeros_behind(ids)
    assert not has_zeros_behind(apply(world, build(world, "TextVectorization"), ["a b"]))


def test_a_layer_of_a_model() -> None:
    world = new_world()
    texts = operate(world, "keras.Input", (1,))
    model = layers_of(
        world, build(world, "TextVectorization"), build(world, "Embedding", 9, 7), build(world, "LSTM", 11)
    )
    assert shape(operate(world, "keras.Sequential.__call__", model, texts)) == (None, 11)
