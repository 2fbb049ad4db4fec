"""Generated inputs: Python, of the size asked for, and with nothing wrong in them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.generate import SHAPES, Shape, edited, importing, models, plain
from lstmlint.engine.lint import Means, lint
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.triage import concerns

Write = Callable[[str, str], Path]


def test_plain_files_concern_nobody() -> None:
    for number in range(24):
        ast.parse(plain(number))
        assert not concerns(plain(number).encode())


def test_models_are_right(write: Write) -> None:
    write("models.py", models(1, 3))
    outcome = lint(["models.py"], SettingsFinder(rule_book(), Options(isolated=True)), Means())
    assert (outcome.diagnostics, outcome.failures) == ((), ())
    assert outcome.interpreted == ("models.py",)


def test_each_edit_changes_one_line() -> None:
    text = models(1, 3)
    for number in range(7):
        after = edited(text, number)
        ast.parse(after)
        lines = zip(text.splitlines(), after.splitlines(), strict=True)
        assert sum(one != other for one, other in lines) == 1
    assert len({edited(text, number) for number in range(7)}) == 7


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_shapes_are_python_and_double_in_size(shape: Shape) -> None:
    texts = [shape.text(size) for size in shape.sizes]
    for text in texts:
        ast.parse(text)
        assert concerns(text.encode())
    assert all(larger == 2 * smaller for smaller, larger in pairwise(shape.sizes))
    assert all(len(larger) > 1.5 * len(smaller) for smaller, larger in pairwise(texts[1:]))


def test_files_import_the_one_before() -> None:
    for number in range(1, 5):
        tree = ast.parse(importing(number))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert f"file{number - 1}" in imported
