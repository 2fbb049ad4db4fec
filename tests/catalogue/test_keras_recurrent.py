"""Every recurrent Keras layer with every combination of its options: what comes back, against the installed Keras."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")

from lstmlint.values import Layer, Value  # noqa: E402
from lstmlint.world import World  # noqa: E402
from tests.interpret.keras_worlds import apply, build, deep_shape, new_world, tensor  # noqa: E402

BATCH, TIME, FEATURES, UNITS, OTHER, FILTERS, KERNEL = 3, 5, 7, 11, 13, 2, 3


def combinations(*names: str) -> list[dict[str, bool]]:
    """Every way of giving some flags."""
    return [dict(zip(names, choice, strict=True)) for choice in itertools.product((False, True), repeat=len(names))]


FLAGS = combinations("return_sequences", "return_state", "go_backwards", "stateful")
BIDIRECTIONAL_FLAGS = [
    flags
    for flags in combinations("return_sequences", "return_state", "stateful")
    if not (flags["return_state"] and flags["stateful"])
]
"""Keras 3.15 raises for a stateful Bidirectional that returns its state, and for go_backwards inside Bidirectional."""


def real_shape(result: object) -> object:
    """The shapes of what Keras returned, nested as it is."""
    if isinstance(result, (tuple, list)):
        return tuple(real_shape(item) for item in result)
    return tuple(np.shape(result))


def check(world: World, mine: Layer, theirs: Callable[..., object], sizes: tuple[int, ...]) -> Value:
    """Holds the shapes that the interpreter predicts against those of a real call."""
    result = apply(world, mine, tensor(world, *sizes))
    assert deep_shape(world, result) == real_shape(theirs(np.zeros(sizes, "float32")))
    return result


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_recurrent_layers(name: str, flags: dict[str, bool]) -> None:
    world = new_world()
    theirs = getattr(keras.layers, name)(UNITS, **flags)
    check(world, build(world, name, UNITS, **flags), theirs, (BATCH, TIME, FEATURES))


@pytest.mark.parametrize("flags", BIDIRECTIONAL_FLAGS, ids=str)
@pytest.mark.parametrize("merge_mode", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_bidirectional(name: str, merge_mode: str | None, flags: dict[str, bool]) -> None:
    world = new_world()
    theirs = keras.layers.Bidirectional(getattr(keras.layers, name)(UNITS, **flags), merge_mode=merge_mode)
    mine = build(world, "Bidirectional", build(world, name, UNITS, **flags), merge_mode=merge_mode)
    check(world, mine, theirs, (BATCH, TIME, FEATURES))


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("cells", [("LSTMCell",), ("GRUCell",), ("LSTMCell", "GRUCell"), ("SimpleRNNCell", "LSTMCell")])
@pytest.mark.parametrize("how", ["list", "StackedRNNCells"])
def test_rnn_over_cells(cells: tuple[str, ...], how: str, flags: dict[str, bool]) -> None:
    world = new_world()
    units = (UNITS, OTHER)
    theirs = [getattr(keras.layers, name)(width) for name, width in zip(cells, units, strict=False)]
    mine = [build(world, name, width) for name, width in zip(cells, units, strict=False)]
    if how == "list":
        their_cell, my_cell = (theirs[0], mine[0]) if len(cells) == 1 else (theirs, mine)
    else:
        their_cell, my_cell = keras.layers.StackedRNNCells(theirs), build(world, "StackedRNNCells", mine)
    layer = keras.layers.RNN(their_cell, **flags)
    check(world, build(world, "RNN", my_cell, **flags), layer, (BATCH, TIME, FEATURES))


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("rank", [1, 2])
def test_convolutional_lstm(rank: int, flags: dict[str, bool]) -> None:
    world = new_world()
    sizes = (BATCH, TIME, *(7, 5)[:rank], 1)
    theirs = getattr(keras.layers, f"ConvLSTM{rank}D")(FILTERS, KERNEL, padding="same", **flags)
    mine = build(world, f"ConvLSTM{rank}D", FILTERS, KERNEL, padding="same", **flags)
    check(world, mine, theirs, sizes)


@pytest.mark.parametrize("name", ["LSTMCell", "GRUCell", "SimpleRNNCell"])
def test_cells(name: str) -> None:
    world = new_world()
    states = [np.zeros((BATCH, UNITS), "float32")] * (2 if name == "LSTMCell" else 1)
    theirs = getattr(keras.layers, name)(UNITS)(np.zeros((BATCH, FEATURES), "float32"), states)
    mine = apply(world, build(world, name, UNITS), tensor(world, BATCH, FEATURES))
    predicted = deep_shape(world, mine)
    assert isinstance(predicted, tuple)
    output, rest = real_shape(theirs)  # type: ignore[misc]
    assert predicted[0] == output
    assert predicted[1] == (rest if isinstance(rest[0], tuple) else (rest,))


@pytest.mark.parametrize("sequences", [False, True])
def test_time_distributed(sequences: bool) -> None:
    world = new_world()
    theirs = keras.layers.TimeDistributed(keras.layers.LSTM(UNITS, return_sequences=sequences))
    mine = build(world, "TimeDistributed", build(world, "LSTM", UNITS, return_sequences=sequences))
    check(world, mine, theirs, (BATCH, OTHER, TIME, FEATURES))
    dense = build(world, "TimeDistributed", build(world, "Dense", UNITS))
    check(world, dense, keras.layers.TimeDistributed(keras.layers.Dense(UNITS)), (BATCH, TIME, FEATURES))


def test_which_state_is_which() -> None:
    """Bidirectional returns forward h, forward c, backward h, backward c: by value, not by shape."""
    x = np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)).astype("float32")
    layer = keras.layers.Bidirectional(keras.layers.LSTM(UNITS, return_sequences=True, return_state=True))
    output, first, _, third, _ = (np.asarray(part) for part in layer(x))
    assert np.array_equal(first, output[:, -1, :UNITS])
    assert np.array_equal(third, output[:, 0, UNITS:])
    world = new_world()
    inner = build(world, "LSTM", UNITS, return_state=True)
    result = apply(world, build(world, "Bidirectional", inner), tensor(world, BATCH, TIME, FEATURES))
    states = [item.state for item in result.items]  # type: ignore[attr-defined]
    assert states == [None, "forward h", "forward c", "backward h", "backward c"]
