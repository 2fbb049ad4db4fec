"""How sure a batch norm's momentum is the other framework's, and what is said of it."""

from __future__ import annotations

import pytest

from lstmlint.findings import Confidence, Finding
from tests.checks.found import assert_silent, assert_well_formed, findings

TORCH = """
    from torch import nn

    rnn = nn.LSTM(4, 8)
    norm = nn.BatchNorm1d(8, {arguments})
    """
KERAS = """
    from keras import layers

    rnn = layers.LSTM(8)
    norm = layers.BatchNormalization({arguments})
    """


def only(text: str) -> Finding:
    """The one finding in a program."""
    ((rule, found),) = findings(text)
    assert rule == "foreign-convention"
    assert_well_formed(found)
    return found


@pytest.mark.parametrize("arguments", ("momentum=0.59, eps=1e-3", "momentum=0.89", "momentum=1.0", "momentum=momentum"))
def test_torch_numbers_that_may_be_meant_are_silent(arguments: str) -> None:
    assert_silent(TORCH.format(arguments=arguments))


@pytest.mark.parametrize("arguments", ("momentum=0.41, epsilon=1e-5", "momentum=0.11", "momentum=0.0", "**options"))
def test_keras_numbers_that_may_be_meant_are_silent(arguments: str) -> None:
    assert_silent(KERAS.format(arguments=arguments))


@pytest.mark.parametrize(
    ("template", "arguments", "confidence"),
    [
        (TORCH, "momentum=0.9", Confidence.LIKELY),
        (TORCH, "momentum=0.6, eps=0.001", Confidence.LIKELY),
        (TORCH, "momentum=0.999, eps=1e-3", Confidence.CERTAIN),
        (KERAS, "momentum=0.1", Confidence.LIKELY),
        (KERAS, "momentum=0.4, epsilon=0.00001", Confidence.LIKELY),
        (KERAS, "momentum=0.05, epsilon=1e-5", Confidence.CERTAIN),
    ],
)
def test_the_epsilon_makes_sure(template: str, arguments: str, confidence: Confidence) -> None:
    assert only(template.format(arguments=arguments)).confidence is confidence


def test_the_cure_is_the_same_number_in_the_own_convention() -> None:
    assert only(TORCH.format(arguments="momentum=0.997")).cure == "write momentum=0.003"
    assert only(KERAS.format(arguments="momentum=0.01")).cure == "write momentum=0.99"
    found = only(TORCH.format(arguments="0.8"))
    assert "lands on eps" in found.message and "momentum=0.2" in found.cure
