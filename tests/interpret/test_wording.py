"""How calls are named in messages."""

from __future__ import annotations

import pytest

from lstmlint.interpret.registry import Call
from lstmlint.interpret.wording import LONGEST, argument_text, callee, callee_text, shortened
from tests.interpret.torch_worlds import At


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("self.rnn(x)", "self.rnn"),
        ("self.layers[0](x, (h, c))", "self.layers[0]"),
        ("self.get(0)(x)", "self.get(0)"),
        ("nn.LSTM(3, 5)(x)", "nn.LSTM(3, 5)"),
        ("rnn(\n    x,\n)", "rnn"),
        ("name", "name"),
    ),
)
def test_what_is_called(text: str, expected: str) -> None:
    assert callee_text(At(text)) == expected
    assert callee(Call("name", (), {}, At(text))) == expected


def test_a_call_without_text_has_its_name() -> None:
    assert callee(Call("forward", (), {}, At(""))) == "forward"


def test_long_code_is_cut_and_stays_on_one_line() -> None:
    cut = shortened("x" * 100 + "\n + y")
    assert len(cut) == LONGEST and cut.endswith(" ...")
    assert shortened("a\n    + b") == "a + b"


def test_arguments_as_written() -> None:
    call = Call("f", (), {}, At("f(x)"), ("x",))
    assert argument_text(call, 0, "it") == "x"
    assert argument_text(call, 1, "it") == "it"
