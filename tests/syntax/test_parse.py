"""Single definitions parsed by libcst: columns and lines stay those of the file."""

from __future__ import annotations

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmlint.source import SourceFile, Span
from lstmlint.syntax.index import Lines
from lstmlint.syntax.parse import LONGEST, Kept, Syntax, Unit

TEXT = '''import torch

class Net:
    def forward(self, x):
        text = """
left of the margin
"""
        return self.rnn(x)[
    0]
'''


def unit_of(text: str, stretch: Lines) -> Unit | None:
    """The syntax of some lines of a text."""
    return Syntax().unit(SourceFile("net.py", text), stretch)


def test_the_places_of_an_indented_method_are_the_files() -> None:
    unit = unit_of(TEXT, Lines(4, 9))
    assert unit is not None
    method = cst.ensure_type(unit.statements[0], cst.FunctionDef)
    assert unit.place(method.name).span == Span("net.py", 4, 9, 4, 16)
    last = cst.ensure_type(cst.ensure_type(method.body.body[-1], cst.SimpleStatementLine).body[0], cst.Return)
    assert last.value is not None
    place = unit.place(last.value)
    assert place.span == Span("net.py", 8, 16, 9, 7)
    assert place.text == "self.rnn(x)[ 0]"


def test_the_places_of_a_top_level_statement_are_the_files() -> None:
    unit = unit_of(TEXT, Lines(1, 1))
    assert unit is not None
    assert unit.place(unit.statements[0]).span == Span("net.py", 1, 1, 1, 13)


@pytest.mark.parametrize("text", ["def f(:\n", "x = (\n", "x = 1 +\n"])
def test_what_does_not_parse_is_none(text: str) -> None:
    assert unit_of(text, Lines(1, 1)) is None


def test_a_definition_beyond_the_limit_is_not_parsed() -> None:
    assert unit_of("x = " + "1" * LONGEST, Lines(1, 1)) is None


@given(indent=st.integers(0, 9), before=st.integers(0, 5), name=st.sampled_from(["f", "name", "größe"]))
def test_a_definition_is_found_at_any_indent_behind_any_lines(indent: int, before: int, name: str) -> None:
    margin = " " * indent
    lines = ["pass"] * before + [f"{margin}def {name}(a):", f"{margin}  return a"]
    unit = unit_of("\n".join(lines), Lines(before + 1, before + 2))
    assert unit is not None
    function = cst.ensure_type(unit.statements[0], cst.FunctionDef)
    start = indent + 5
    assert unit.place(function.name).span == Span("net.py", before + 1, start, before + 1, start + len(name))


def test_equal_texts_of_one_program_have_nodes_of_their_own() -> None:
    source = SourceFile("net.py", "f(x)\nf(x)\n")
    syntax = Syntax()
    one, other = syntax.unit(source, Lines(1, 1)), syntax.unit(source, Lines(2, 2))
    assert one is not None
    assert other is not None
    assert one.place(one.statements[0]) != other.place(other.statements[0])
    assert other.place(other.statements[0]).span.line == 2


def test_what_has_only_moved_is_not_parsed_again() -> None:
    one, moved = unit_of("f(x)\n", Lines(1, 1)), unit_of("\n\nf(x)\n", Lines(3, 3))
    assert one is not None
    assert moved is not None
    assert moved.parsed is one.parsed
    assert moved.place(moved.statements[0]).span.line == 3


def test_the_least_recently_used_is_dropped() -> None:
    kept = Kept(most=8)
    first, second = kept.parsed("a()\n", 1), kept.parsed("b()\n", 1)
    assert kept.parsed("a()\n", 1) is first
    kept.parsed("c()\n", 1)
    assert kept.parsed("a()\n", 1) is first
    assert kept.parsed("b()\n", 1) is not second


def test_what_is_larger_than_all_that_is_kept_is_parsed_all_the_same() -> None:
    assert Kept(most=1).parsed("a()\n", 1) is not None
