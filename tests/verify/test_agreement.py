"""What is said where the analyser inferred other axes of a layer's input than were seen, and where it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lstmlint.verify.agreement import disagreement
from lstmlint.verify.contracts import Belief, Observation, Place, SeenLayer

CALLED, BUILT = Place("model.py", 12), Place("model.py", 5)
LAYER = SeenLayer("rnn", "LSTM", BUILT, CALLED, True, 1, 1, 0.0, True, ((7, 9, 3),), ((7, 8),), 1, 0)
RUN = Observation("Net", ran=True, own_input=True, sizes=(7, 9))
KERAS = Belief(12, 0, (20, 9, 3), 5, (0,))
TORCH = Belief(12, 0, (20, 30, 3), 5)


@pytest.mark.parametrize(
    "belief",
    [
        KERAS,
        TORCH,
        replace(KERAS, shape=(0, 0, 0)),
        replace(KERAS, shape=(20, 9, 0)),
        replace(KERAS, line=13, shape=(20, 9, 4)),
        replace(KERAS, shape=()),
    ],
)
def test_what_fits_is_not_reported(belief: Belief) -> None:
    assert disagreement(RUN, LAYER, (belief,)) == ""


def test_one_of_several_beliefs_of_a_line_is_enough() -> None:
    assert disagreement(RUN, LAYER, (replace(KERAS, shape=(20, 9, 5)), KERAS)) == ""


def test_a_size_that_is_the_run_s_batch_is_not_reported() -> None:
    turned = replace(LAYER, inputs=((9, 7, 3),))
    assert disagreement(RUN, turned, (replace(KERAS, shape=(9, 20, 3)),)) == ""


def test_the_steps_of_a_made_up_input_are_not_compared() -> None:
    assert disagreement(replace(RUN, own_input=False), LAYER, (replace(KERAS, shape=(20, 6, 3)),)) == ""


@pytest.mark.parametrize(
    ("belief", "said"),
    [
        (replace(KERAS, shape=(20, 9, 4)), "inferred (20, 9, 4)"),
        (replace(KERAS, shape=(20, 6, 3)), "inferred (20, 6, 3)"),
        (replace(KERAS, shape=(0, 3)), "inferred (?, 3)"),
        (replace(TORCH, shape=(20, 30, 4)), "inferred (20, 30, 4)"),
    ],
)
def test_another_rank_or_size_is_reported(belief: Belief, said: str) -> None:
    assert disagreement(RUN, LAYER, (belief,)) == said


def test_a_layer_whose_call_is_not_known_is_found_by_where_it_is_built() -> None:
    shared = replace(LAYER, called=None)
    assert disagreement(RUN, shared, (replace(KERAS, line=30),)) == ""
    assert disagreement(RUN, shared, (replace(KERAS, line=30, shape=(20, 9, 4)),)) == "inferred (20, 9, 4)"
    assert disagreement(RUN, shared, (replace(KERAS, built=6, shape=(20, 9, 4)),)) == ""
