"""Long displays are cut short; everything else stays where it is."""

from __future__ import annotations

import ast

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmlint.source import SourceFile
from lstmlint.syntax.cutting import FEWEST, KEPT, cut
from lstmlint.syntax.index import Lines
from lstmlint.syntax.parse import Syntax

MANY = ", ".join(str(number) for number in range(KEPT))
LINES = "".join(f"    ({number}, 'é'),\n" for number in range(KEPT // 8))


@pytest.mark.parametrize(
    "text",
    [
        "x = [1, 2]\n",
        f"x = [{', '.join(['1'] * FEWEST)}]\n" + "# a comment\n" * KEPT,
        f"x = {MANY}\n",
        f"call({MANY})\n",
        f"x = [nn.LSTM(3, 5), {', '.join(['nn.LSTM(3, 5)'] * KEPT)}]\n",
        f"x = '''[{MANY}]'''\n",
        f"x = [{MANY}\n",
        f"x = {{{'**y, ' * KEPT}}}\n",
    ],
    ids=["short", "long file", "bare tuple", "call", "entries that call", "string", "broken", "unpacked"],
)
def test_what_is_left_alone(text: str) -> None:
    assert cut(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"x = [{MANY}]; y = 1\n",
        f"x = ({MANY},); y = 1\n",
        f"x = {{{MANY}}}; y = 1\n",
        f"x = [\n{LINES}]; y = 1\n",
        f"x = {{\n{LINES.replace(', ', ':').replace('(', '').replace('),', ',')}  }}; y = 1\n",
        f"def f(x, rows=[\n{LINES}    'last one (of all)']): y = 1\n",
        f"x = {{'a': [{MANY}], 'b': [{MANY}]}}; y = 1\n",
    ],
)
def test_what_is_cut_keeps_all_else_in_place(text: str) -> None:
    shown = cut(text)
    assert "*..." in shown
    assert len(shown.strip()) < len(text)
    assert shown.startswith(text[:4]) and shown.endswith(text[-8:])
    names = [ast.walk(ast.parse(each)) for each in (text, shown)]
    places = [[(n.id, n.lineno, n.col_offset) for n in each if isinstance(n, ast.Name)] for each in names]
    assert places[0] == places[1]


ENTRIES = ("1", "'a b'", "-2.5", "(3)", "None", "[1, [2, 3]]", "'''\n'''", "x[0]")


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.sampled_from(ENTRIES), min_size=FEWEST),
    st.sampled_from([", ", ",\n ", " , # text\n"]),
)
def test_what_is_cut_parses(entries: list[str], between: str) -> None:
    text = f"x = [{between.join(entries * (1 + KEPT // sum(map(len, entries))))}]\ny = 1\n"
    unit = Syntax().unit(SourceFile("table.py", text), Lines(1, text.count("\n")))
    assert unit is not None
    assert unit.place(unit.statements[-1]).span.line == text.count("\n")


def test_nobody_takes_what_is_left_for_all() -> None:
    display = cst.ensure_type(cst.parse_expression(cut(f"[{MANY}]").strip()), cst.List)
    assert isinstance(display.elements[-1], cst.StarredElement)
    assert len(display.elements) > FEWEST
