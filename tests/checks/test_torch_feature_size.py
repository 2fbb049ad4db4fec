"""How sure a misfit of widths is, and what is said of it; the programs of the rule book say where it is found."""

from __future__ import annotations

import pytest

from lstmlint.findings import Confidence, Finding
from tests.checks.found import assert_silent, assert_well_formed, findings

RULE = "torch-feature-size"


def model(parameters: str, layer: str, head: str) -> str:
    """A recurrent layer and a dense head, each as written."""
    return f"""
        import torch
        from torch import nn

        class Model(nn.Module):
            def __init__(self, {parameters}):
                super().__init__()
                self.rnn = {layer}
                self.head = {head}

            def forward(self, x):
                output, _ = self.rnn(x)
                return self.head(output)
        """


def only(text: str) -> Finding:
    """The one finding of the rule in a program."""
    (found,) = [finding for rule, finding in findings(text) if rule == RULE]
    assert_well_formed(found)
    return found


@pytest.mark.parametrize(
    ("layer", "head"),
    [
        ("nn.GRU(4, hidden)", "nn.Linear(hidden, 2)"),
        ("nn.GRU(4, hidden)", "nn.Linear(width, 2)"),
        ("nn.GRU(4, hidden)", "nn.Linear(hidden + width, 2)"),
        ("nn.GRU(4, 8)", "nn.Linear(8 + width, 2)"),
        ("nn.GRU(4, hidden)", "nn.Linear(**options)"),
        ("nn.GRU(4, hidden)", "nn.LayerNorm([hidden])"),
        ("nn.GRU(4, hidden, **options)", "nn.Linear(2 * hidden, 2)"),
        ("nn.GRU(4, hidden, bidirectional=flag)", "nn.Linear(2 * hidden, 2)"),
        ("nn.GRU(4, hidden, bidirectional=flag)", "nn.Linear(hidden, 2)"),
        ("nn.LSTM(4, hidden, proj_size=width)", "nn.Linear(hidden, 2)"),
        ("nn.GRU(4, hidden // 2, bidirectional=True)", "nn.Linear(hidden, 2)"),
    ],
)
def test_widths_that_may_be_equal_are_silent(layer: str, head: str) -> None:
    assert_silent(model("hidden, width, flag, options", layer, head))


def test_symbols_that_cannot_be_equal_are_certain() -> None:
    found = only(model("hidden", "nn.GRU(4, hidden, bidirectional=True)", "nn.Linear(hidden, 2)"))
    assert found.confidence is Confidence.CERTAIN
    assert "2 times as wide" in found.message
    assert "both directions" in found.cure


def test_one_default_is_likely() -> None:
    found = only(model("hidden=8", "nn.GRU(4, hidden)", "nn.Linear(10, 2)"))
    assert found.confidence is Confidence.LIKELY
    assert "in_features=10" in found.message and "8 wide" in found.message


def test_the_same_default_twice_is_likely() -> None:
    found = only(model("hidden=8", "nn.GRU(4, hidden, bidirectional=True)", "nn.Linear(hidden, 2)"))
    assert found.confidence is Confidence.LIKELY


def test_defaults_of_two_parameters_are_hardly_evidence() -> None:
    found = only(model("hidden=8, width=10", "nn.GRU(4, hidden)", "nn.Linear(width, 2)"))
    assert found.confidence is Confidence.POSSIBLE


def test_a_projection_is_named() -> None:
    found = only(model("hidden", "nn.LSTM(4, 12, proj_size=5)", "nn.Linear(12, 2)"))
    assert any("proj_size" in evidence.text for evidence in found.because)
