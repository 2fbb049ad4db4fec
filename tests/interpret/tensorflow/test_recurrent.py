"""TensorFlow 1's recurrent functions: what comes back, against the installed TensorFlow's own."""

from __future__ import annotations

import os
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf: Any = pytest.importorskip("tensorflow")

from lstmlint.events import Called  # noqa: E402
from lstmlint.values import ListRef, Role, Tensor, Tuple, Unknown, Value  # noqa: E402
from lstmlint.world import World  # noqa: E402
from tests.interpret.programs import run_of  # noqa: E402

HEAD = """
import tensorflow.compat.v1 as tf
from tensorflow.python.keras.layers.legacy_rnn import rnn_cell_impl as rnn

x = tf.zeros([3, 5, 7])
"""
PROGRAMS = {
    "lstm": "tf.nn.dynamic_rnn(rnn.LSTMCell(4), x, dtype=tf.float32)",
    "basic lstm": "tf.nn.dynamic_rnn(rnn.BasicLSTMCell(num_units=4), inputs=x, dtype=tf.float32)",
    "gru": "tf.nn.dynamic_rnn(rnn.GRUCell(4), x, dtype=tf.float32)",
    "plain": "tf.nn.dynamic_rnn(rnn.BasicRNNCell(4), x, dtype=tf.float32)",
    "time-major": "tf.nn.dynamic_rnn(rnn.LSTMCell(4), tf.transpose(x, [1, 0, 2]), dtype=tf.float32, time_major=True)",
    "batch-major as said": "tf.nn.dynamic_rnn(rnn.LSTMCell(4), x, None, None, tf.float32, None, False, False)",
    "projected": "tf.nn.dynamic_rnn(rnn.LSTMCell(4, num_proj=2), x, dtype=tf.float32)",
    "two cells": "tf.nn.dynamic_rnn(rnn.MultiRNNCell([rnn.LSTMCell(n) for n in (4, 6)]), x, dtype=tf.float32)",
    "two GRU cells": "tf.nn.dynamic_rnn(rnn.MultiRNNCell([rnn.GRUCell(4), rnn.GRUCell(6)]), x, dtype=tf.float32)",
    "wrapped": "tf.nn.dynamic_rnn(rnn.DropoutWrapper(rnn.GRUCell(4), output_keep_prob=0.5), x, dtype=tf.float32)",
    "both ways": "tf.nn.bidirectional_dynamic_rnn(rnn.LSTMCell(4), rnn.LSTMCell(6), x, dtype=tf.float32)",
    "both ways, joined": (
        "tf.concat(tf.nn.bidirectional_dynamic_rnn(rnn.GRUCell(4), rnn.GRUCell(6), x, dtype=tf.float32)[0], 2)"
    ),
    "static": "tf.nn.static_rnn(rnn.LSTMCell(4), tf.unstack(x, axis=1), dtype=tf.float32)",
    "static, the last": "tf.nn.static_rnn(rnn.GRUCell(4), tf.unstack(x, 5, 1), dtype=tf.float32)[0][-1]",
    "static both ways": (
        "tf.nn.static_bidirectional_rnn(rnn.LSTMCell(4), rnn.GRUCell(6), tf.unstack(x, axis=1), dtype=tf.float32)"
    ),
    "one step": "rnn.LSTMCell(4)(x[:, 0], rnn.LSTMCell(4).zero_state(3, tf.float32))",
    "one step of two cells": (
        "(lambda cell: cell(x[:, 0], cell.zero_state(3, tf.float32)))("
        "rnn.MultiRNNCell([rnn.GRUCell(4), rnn.GRUCell(6)]))"
    ),
    "from a state": (
        "tf.nn.dynamic_rnn(rnn.LSTMCell(4), x,"
        " initial_state=rnn.LSTMStateTuple(c=tf.zeros([3, 4]), h=tf.zeros([3, 4])))[1].h"
    ),
    "embedded": "tf.nn.embedding_lookup(tf.zeros([9, 2]), tf.zeros([3, 5], tf.int32))",
}


def claimed(world: World, value: Value) -> Any:
    """The known sizes of a value's tensors, nested as the value is."""
    if isinstance(value, (Tuple, ListRef)):
        items = value.items if isinstance(value, Tuple) else world.items(value)
        return [claimed(world, item) for item in items]
    return [axis.size.known for axis in value.axes] if isinstance(value, Tensor) else value


def real(expression: str) -> Any:
    """The shapes that TensorFlow gives, nested as its result is."""
    scope: dict[str, Any] = {}
    with tf.Graph().as_default():
        exec(HEAD, scope)
        found = eval(expression, scope)
    return shapes(found)


def shapes(value: Any) -> Any:
    return [shapes(item) for item in value] if isinstance(value, (list, tuple)) else value.shape.as_list()


def variables(text: str) -> tuple[World, dict[str, Value]]:
    run = run_of(HEAD + text)
    return run.world, next(iter(run.modules.values())).variables


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_what_comes_back(name: str) -> None:
    world, found = variables(f"result = {PROGRAMS[name]}")
    assert claimed(world, found["result"]) == real(PROGRAMS[name])


@pytest.mark.parametrize(
    "cell", ["tf.nn.rnn_cell.LSTMCell", "tf.contrib.rnn.LSTMCell", "tf.contrib.rnn.BasicLSTMCell", "rnn.LSTMCell"]
)
def test_a_cell_by_all_its_names(cell: str) -> None:
    _, found = variables(f"outputs, state = tf.nn.dynamic_rnn({cell}(4), x)\nh = state.h\nc = state[0]")
    assert isinstance(found["h"], Tensor) and found["h"].state == "h"
    assert isinstance(found["c"], Tensor) and found["c"].state == "c"


def test_axes_keep_their_identity() -> None:
    _, found = variables(
        """
words = tf.placeholder(tf.int32, [None, None])
table = tf.get_variable("table", [9, 2])
embedded = tf.nn.embedding_lookup(table, words)
outputs, state = tf.nn.dynamic_rnn(rnn.GRUCell(4), embedded)
scores = tf.layers.dense(outputs, 10)
"""
    )
    words, scores, state = found["words"], found["scores"], found["state"]
    assert isinstance(words, Tensor) and isinstance(scores, Tensor) and isinstance(state, Tensor)
    assert scores.axes[:2] == words.axes
    assert state.axes[0] == words.axes[0]
    assert scores.axes[2].size.known == 10


def test_axes_are_claimed_as_they_are_read() -> None:
    world, found = variables("tf.nn.dynamic_rnn(rnn.GRUCell(4), x, time_major=True)")
    source = found["x"]
    assert isinstance(source, Tensor)
    for axis, role in zip(source.axes[:2], (Role.TIME, Role.BATCH), strict=True):
        assert [claim.role for claim in world.claims if claim.axis == axis.id] == [role]


def test_a_state_of_as_many_rows_says_which_axis_is_the_batch() -> None:
    world, found = variables(
        """
feed = tf.placeholder(tf.float32, [None, None, 7])
cell = rnn.LSTMCell(4)
tf.nn.dynamic_rnn(cell, feed, initial_state=cell.zero_state(tf.shape(feed)[0], tf.float32))
"""
    )
    feed = found["feed"]
    assert isinstance(feed, Tensor)
    stated = [claim for claim in world.claims if claim.axis == feed.axes[0].id and claim.kind == "state"]
    assert {claim.role for claim in stated} == {Role.BATCH}


@pytest.mark.parametrize(
    "line",
    [
        "result = tf.nn.dynamic_rnn()",
        "result = tf.nn.dynamic_rnn(cell, x)[0]",
        "result = tf.nn.dynamic_rnn(rnn.LSTMCell(4), unknown)[0]",
        "result = tf.nn.dynamic_rnn(rnn.LSTMCell(4), x, time_major=unknown)[0]",
        "result = tf.nn.static_rnn(rnn.LSTMCell(4), unknown)[0]",
        "result = tf.nn.bidirectional_dynamic_rnn(None, 3, unknown)[0][0]",
        "result = tf.nn.static_bidirectional_rnn()",
        "result = rnn.MultiRNNCell(unknown)(x[:, 0], 0)[1]",
        "result = tf.placeholder(tf.float32)",
        "result = tf.nn.embedding_lookup()",
        "result = tf.layers.dense()",
        "result = tf.get_variable('w')",
        "result = rnn.LSTMStateTuple()",
        "result = rnn.DropoutWrapper()",
    ],
)
def test_what_is_not_known_stays_unknown(line: str) -> None:
    _, found = variables(line)
    assert isinstance(found["result"], (Unknown, Tuple, Tensor))


def test_each_function_is_told_as_a_call() -> None:
    world, _ = variables("outputs, state = tf.nn.dynamic_rnn(rnn.GRUCell(4), x)")
    called = next(event for event in world.events if isinstance(event, Called))
    assert (called.layer.spec.name, called.layer.spec.framework) == ("dynamic_rnn", "tensorflow")
