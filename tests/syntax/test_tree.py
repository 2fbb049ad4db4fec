"""What has a syntax tree and what does not, however it is nested."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from lstmlint.source import SourceFile
from lstmlint.syntax.tree import DEEPEST, SyntaxProblem, parse

NESTED: dict[str, Callable[[int], str]] = {
    "brackets": lambda levels: "(" * levels + ")" * levels,
    "attributes": lambda levels: "a" + ".b" * levels,
    "calls": lambda levels: "a" + "()" * levels,
    "minuses": lambda levels: "-" * levels + "1",
    "sums": lambda levels: "a" + " + a" * levels,
    "powers": lambda levels: "a" + " ** a" * levels,
    "conditions": lambda levels: "a" + " and a" * levels,
    "choices": lambda levels: "a" + " if a else a" * levels,
    "lambdas": lambda levels: "lambda: " * levels + "1",
    "branches": lambda levels: "if a: pass\n" + "elif a: pass\n" * levels,
    "imports": lambda levels: "import a" + ".b" * levels,
    "comprehensions": lambda levels: "[a" + " for a in a" * levels + "]",
}


def problem(text: str) -> SyntaxProblem:
    found = parse(SourceFile("model.py", text))
    assert isinstance(found, SyntaxProblem)
    return found


@pytest.mark.parametrize("kind", NESTED)
def test_ordinary_nesting_is_read(kind: str) -> None:
    assert isinstance(parse(SourceFile("model.py", NESTED[kind](DEEPEST // 4))), ast.Module)


@pytest.mark.parametrize("levels", [DEEPEST + 1, 2_000, 20_000])
@pytest.mark.parametrize("kind", NESTED)
def test_deep_nesting_is_refused(kind: str, levels: int) -> None:
    assert "nested" in problem(NESTED[kind](levels)).message


def test_long_is_not_deep() -> None:
    long = "a = [" + "1, " * 5_000 + "]\nb = " + " < ".join("a" * 500) + "\n" + "f(a)\n" * 2_000
    assert isinstance(parse(SourceFile("model.py", long)), ast.Module)


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a = 1\nb = )\n", 2, 5, "unmatched"),
        ("é = 'ü' )", 1, 9, "unmatched"),
        ("a = 1\nif a:", 2, 6, "indented block"),
        ("print 'Python 2'\n", 1, 1, "print"),
        ("a = 1\nb = '\0'\n", 2, 6, "NUL"),
        ("a = 1\nb = '\ud800'\n", 2, 6, "surrogate"),
    ],
)
def test_where_a_file_goes_wrong(text: str, line: int, column: int, said: str) -> None:
    found = problem(text)
    assert (found.line, found.column) == (line, column)
    assert said in found.message


def test_warnings_are_not_shown(recwarn: pytest.WarningsRecorder) -> None:
    parse(SourceFile("model.py", "a = '\\d'\nb = 1 is 1\n"))
    assert not recwarn.list
