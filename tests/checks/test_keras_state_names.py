"""What the names of states say."""

from __future__ import annotations

import pytest

from lstmlint.checks.keras_state_names import Meaning, meaning, says_output


@pytest.mark.parametrize("name", ["state", "states", "x", "a", "_", "b", "enc", "last", "s1", "both", "batch", "chars"])
def test_names_that_say_nothing(name: str) -> None:
    assert meaning(name) == Meaning(None, None)


@pytest.mark.parametrize(
    "name, direction, kind",
    [
        ("h", None, "h"),
        ("state_h", None, "h"),
        ("encoder_state_c", None, "c"),
        ("hidden", None, "h"),
        ("cell_state", None, "c"),
        ("fh", "forward", "h"),
        ("bc", "backward", "c"),
        ("forward_h", "forward", "h"),
        ("backward_c1", "backward", "c"),
        ("h_fwd", "forward", "h"),
        ("encBwdC", "backward", "c"),
        ("self.state_h", None, "h"),
        ("bwd", "backward", None),
        ("b_h", "backward", "h"),
    ],
)
def test_names_that_say_it(name: str, direction: str | None, kind: str | None) -> None:
    assert meaning(name) == Meaning(direction, kind)


@pytest.mark.parametrize(
    "name, state, wrong",
    [
        ("h", "h", False),
        ("h", "c", True),
        ("h", "forward h", False),
        ("c", "backward h", True),
        ("fh", "backward h", True),
        ("bh", "backward h", False),
        ("state", "c", False),
        ("fh", None, False),
        ("forward", "forward c", False),
        ("fh", "h", False),
    ],
)
def test_contradictions(name: str, state: str | None, wrong: bool) -> None:
    assert meaning(name).contradicts(state) is wrong


def test_outputs() -> None:
    assert says_output("encoder_outputs")
    assert says_output("seq")
    assert not says_output("state_h")
    assert not says_output("layout")
