"""TensorFlow 1's dynamic functions: which claims speak against their layout, and what is a last sample."""

from __future__ import annotations

import pytest

from lstmlint.findings import Confidence
from tests.checks.found import assert_found, assert_silent

RULE = "keras-time-major"
HEAD = """
import tensorflow.compat.v1 as tf

n_steps, batch_size, n_input = 28, 16, 4
cell = tf.nn.rnn_cell.LSTMCell(8)
"""


@pytest.mark.parametrize(
    "program",
    [
        # Nothing says what the axes are.
        "x = tf.placeholder(tf.float32, [None, None, 4])\ntf.nn.dynamic_rnn(cell, x, time_major=True)",
        "x = tf.placeholder(tf.float32, [n_steps, batch_size, n_input])\ntf.nn.dynamic_rnn(cell, x, time_major=True)",
        "x = tf.placeholder(tf.float32, [batch_size, n_steps, n_input])\ntf.nn.dynamic_rnn(cell, x)",
        # A flag that is not known.
        "x = tf.placeholder(tf.float32, [None, n_steps, 4])\ntf.nn.dynamic_rnn(cell, x, time_major=flag())[0][-1]",
        # One entry along time, or one sample.
        "x = tf.placeholder(tf.float32, [1, n_steps, 4])\noutputs, _ = tf.nn.dynamic_rnn(cell, x)\noutputs[-1]",
        # The input is no output, and neither is the first entry the last.
        "x = tf.placeholder(tf.float32, [None, n_steps, 4])\no, _ = tf.nn.dynamic_rnn(cell, x)\nx[-1]\no[0]",
        # A stack of cells has a tuple of states, of which the last is the top's.
        "x = tf.placeholder(tf.float32, [None, n_steps, 4])\n_, states = tf.nn.dynamic_rnn("
        "tf.nn.rnn_cell.MultiRNNCell([cell, cell]), x)\nstates[-1].h",
    ],
)
def test_silent(program: str) -> None:
    assert_silent(HEAD + program)


def test_names_of_sizes_are_likely() -> None:
    program = f"{HEAD}x = tf.placeholder(tf.float32, [n_steps, None, n_input])\ntf.nn.dynamic_rnn(cell, x)  # error"
    found = assert_found(program, RULE)
    assert found[0].confidence is Confidence.LIKELY
    assert found[0].cure == "give it `time_major=True`, or the batch first"


def test_a_state_sized_by_the_batch_weighs_more_than_a_name() -> None:
    text = (
        f"{HEAD}x = tf.placeholder(tf.float32, [n_steps, None, n_input])\nstart = cell.zero_state(tf.shape(x)[0], 0)\n"
    )
    assert_silent(f"{text}tf.nn.dynamic_rnn(cell, x, initial_state=start)")


def test_what_is_turned_is_read_as_it_is_said() -> None:
    text = f"{HEAD}x = tf.placeholder(tf.float32, [None, n_steps, n_input])\ny = tf.transpose(x, [1, 0, 2])\n"
    assert_silent(f"{text}outputs, _ = tf.nn.dynamic_rnn(cell, y, time_major=True)\noutputs[-1]")
    assert_found(f"{text}outputs, _ = tf.nn.dynamic_rnn(cell, y)  # error\noutputs[-1]", RULE)


@pytest.mark.parametrize(("taken", "cure"), [("outputs[-1]", "outputs[:, -1]"), ("outputs[n - 1]", "outputs[:, -1]")])
def test_the_last_sample(taken: str, cure: str) -> None:
    text = f"{HEAD}x = tf.placeholder(tf.float32, [None, n_steps, n_input])\noutputs, _ = tf.nn.dynamic_rnn(cell, x)\n"
    found = assert_found(f"{text}n = tf.shape(outputs)[0]\ny = {taken}  # error", RULE)
    assert f"`{cure}`" in found[0].cure
    assert found[0].because[0].text == "`tf.nn.dynamic_rnn` reads and returns (batch, time, features)"
