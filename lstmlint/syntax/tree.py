"""The standard syntax tree of a file, or why there is none.

`ast` always reads first: it refuses what is nested too deeply with an exception, where libcst's parser overflows the
stack and ends the process. What `ast` accepts and libcst may not is refused here by its depth.
"""

from __future__ import annotations

import ast
import warnings
from itertools import accumulate

from lstmlint.lean import dataclass
from lstmlint.source import SourceFile

DEEPEST = 300
"""Levels of nesting that are read. libcst's parser bears some 3,000, the interpreter's own recursion fewer."""

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class SyntaxProblem:
    """Why a file has no syntax tree, in the words of a message, and where; line and column count from 1."""

    message: str
    line: int = 1
    column: int = 1
    is_beyond: bool = False
    """True for what Python may well read, and lstmlint does not."""


def parse(source: SourceFile) -> ast.Module | SyntaxProblem:
    """The tree of a file or of a part of one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text)
    except SyntaxError as problem:
        return _located(problem, source)
    except ValueError:
        return _unreadable_character(source)
    except (RecursionError, MemoryError):
        return SyntaxProblem("nested too deeply to be parsed", is_beyond=True)
    return _too_deep(tree, source) or tree


def _located(problem: SyntaxError, source: SourceFile) -> SyntaxProblem:
    if "\0" in source.text:
        return _unreadable_character(source)
    line = min(max(problem.lineno or 1, 1), len(source.lines))
    column = min(max(problem.offset or 1, 1), len(source.lines[line - 1]) + 1)
    return SyntaxProblem(problem.msg, line, column)


def _unreadable_character(source: SourceFile) -> SyntaxProblem:
    """NUL, or half of a surrogate pair: no Python file can hold either."""
    position = next((at for at, char in enumerate(source.text) if char == "\0" or "\ud800" <= char <= "\udfff"), 0)
    before = source.text[:position]
    line = before.count("\n") + 1
    name = "NUL" if source.text[position : position + 1] == "\0" else "surrogate"
    return SyntaxProblem(f"source code cannot contain a {name} character", line, position - before.rfind("\n"))


def _too_deep(tree: ast.Module, source: SourceFile) -> SyntaxProblem | None:
    """The first place that nests too deeply.

    A level takes a character at least, so expressions shorter than the levels that are left are not looked into.
    """
    starts = [0, *accumulate(len(line) + 1 for line in source.lines)]
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    while pending:
        node, level = pending.pop()
        level += _own_levels(node)
        if level > DEEPEST:
            line = getattr(node, "lineno", 1)
            return SyntaxProblem(f"nested more than {DEEPEST} levels deep", line, is_beyond=True)
        for value in vars(node).values():
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST) and (_holds_blocks(child) or _length(child, starts) > DEEPEST - level):
                    pending.append((child, level))
    return None


def _holds_blocks(node: ast.AST) -> bool:
    """True for what holds statements (short as they may be, tabs and all), and for what has no place of its own."""
    return "body" in node._fields or "lineno" not in node._attributes


def _length(node: ast.AST, starts: list[int]) -> int:
    """Characters that a node takes at most."""
    first, last = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
    if first == last:
        return int(node.end_col_offset - node.col_offset)  # type: ignore[attr-defined]
    return int(starts[min(last, len(starts) - 1)] - starts[first - 1])


def _own_levels(node: ast.AST) -> int:
    """How many levels a node takes in a concrete tree, which nests some of what is flat in the standard one."""
    kind = type(node)
    if kind is ast.BoolOp:
        return len(node.values)  # type: ignore[attr-defined]
    if kind in _COMPREHENSIONS:
        return len(node.generators)  # type: ignore[attr-defined]
    return node.name.count(".") if kind is ast.alias else 1  # type: ignore[attr-defined]
