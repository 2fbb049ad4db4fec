"""The quick way to the source of an expression, held against libcst's own."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

import lstmlint
from lstmlint.syntax.written import written

SOURCES = sorted(Path(lstmlint.__file__).parent.rglob("*.py"))
QUOTED = (
    "x",
    "self.rnn(x, (h, c))",
    "( self . rnn )( x )",
    "a [ 0 , : , ::2 ]",
    "f(*args, **kwargs, k = 1)",
    "((a + b)) * -c[..., 1 :]",
    "torch.zeros([2, 3 ,], dtype=torch.float32)",
    "(yield)",
)


@pytest.mark.parametrize("text", QUOTED)
def test_an_expression_is_written_as_it_stood(text: str) -> None:
    node = cst.parse_expression(text)
    assert written(node) in (None, text)


@pytest.mark.parametrize("text", ["x", "self.rnn(x, (h, c))", "x[:, -1]", "a * b", "x.view(-1, 2 * n)"])
def test_what_is_quoted_most_takes_the_quick_way(text: str) -> None:
    assert written(cst.parse_expression(text)) == text


@pytest.mark.parametrize("text", ["f(\n    x,  # the input\n)", "lambda: 0", "a if b else c"])
def test_everything_else_is_left_to_libcst(text: str) -> None:
    assert written(cst.parse_expression(text)) is None


def test_every_node_of_real_code_is_written_as_libcst_writes_it() -> None:
    compared = 0
    for source in SOURCES:
        module = cst.parse_module(source.read_text(encoding="utf-8"))
        nodes: list[cst.CSTNode] = [module]
        while nodes:
            node = nodes.pop()
            nodes += node.children
            text = written(node) if isinstance(node, cst.BaseExpression) else None
            if text is not None:
                compared += 1
                assert text == module.code_for_node(node)
    assert compared > 10_000
