"""What names of variables say, and what they do not."""

from __future__ import annotations

import pytest

from lstmlint.checks.names import is_output, kind_of_state


@pytest.mark.parametrize("name", ("_", "x", "state", "hc", "feature", "hidden_cell", "channel", "chunk", "each"))
def test_names_that_say_nothing_of_a_state(name: str) -> None:
    assert kind_of_state(name) is None


@pytest.mark.parametrize("name", ("h", "h0", "h_n", "hidden", "self.hidden", "encoder_hidden", "hn", "decHidden"))
def test_names_of_a_hidden_state(name: str) -> None:
    assert kind_of_state(name) == "h"


@pytest.mark.parametrize("name", ("c", "c0", "c_n", "cell", "self.cell", "cell_state", "cn"))
def test_names_of_a_cell_state(name: str) -> None:
    assert kind_of_state(name) == "c"


def test_names_of_an_output() -> None:
    assert all(is_output(name) for name in ("out", "lstm_out", "output", "self.outputs", "rnnOutput"))
    assert not any(is_output(name) for name in ("h", "hidden", "layout", "_"))
