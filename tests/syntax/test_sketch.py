"""What a file defines, found without a tree of the whole: the same as the index finds."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

import lstmlint
from lstmlint.source import SourceFile
from lstmlint.syntax import sketch
from lstmlint.syntax.index import ClassEntry, Lines, index
from lstmlint.syntax.sketch import Sketch

FILES = [*sorted(Path(lstmlint.__file__).parent.rglob("*.py")), Path(ast.__file__), Path(__file__)]
HARD = {
    "a text that looks like code": '''
        TEXT = """
        class Net: pass
        """
        class Other: pass
    ''',
    "quotes in comments and in texts": """
        a = 1  # it's three: '''
        b = "''' # "
        class Net: pass
    """,
    "lines inside brackets": """
        sizes = [
        1,
        two,
        ]
        net = 3
    """,
    "arguments in the first column": """
        class Before: pass
        def f(
        first=1,
        second=2):
            pass
        def zero(): pass
    """,
    "a condition and its other branch": """
        if fast:
            from quick import Net
        else:
            class Net: pass
        try:
            import cell
        except ImportError:
            cell = None
    """,
    "a name that is bound twice": """
        class Net: pass
        from other import Net
        x = 1
        x, y = 2, 3
        y = z = 4
        u = 5; v = 6
    """,
    "decorators": """
        @register(
            "net",
        )
        @other
        class Net:
            def forward(self): ...

        @cache
        async def load(): ...
    """,
    "a path that goes on": """
        total = 1 + \\
        2
        rest = 3
    """,
    "annotations": """
        size: int = 3
        sizes: dict[str, int] = {"a": 1}
        empty: int
    """,
}


def names_of(text: str) -> set[str]:
    """Every word of a text: more than it binds."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)} | set(
        index(ast.parse(text)).bindings
    )


def check(text: str) -> None:
    """Holds every name of a text against the index."""
    known, whole = Sketch(SourceFile("file.py", text)), index(ast.parse(text))
    for name in sorted(names_of(text)):
        found, expected = known.binding(name), whole.binding(name)
        if isinstance(expected, Lines) and isinstance(found, Lines):
            assert found.first == expected.first  # a stretch may take the blank lines behind it
        else:
            assert found == expected
    assert [lines.first for lines in known.stars] == [lines.first for lines in whole.stars]


@pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
def test_what_is_hard_to_tell_apart_is_found_as_the_index_finds_it(text: str) -> None:
    check(dedent(text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_files_are_found_as_the_index_finds_them(path: Path) -> None:
    check(path.read_text(encoding="utf-8"))


def test_star_imports_are_known() -> None:
    assert Sketch(SourceFile("file.py", "from a import *\nx = 1\n")).stars == (Lines(1, 1),)


def test_only_what_is_asked_for_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(sketch, "parse", lambda source, old=sketch.parse: [read.append(source.text), old(source)][1])
    known = Sketch(SourceFile("file.py", "import os\nclass One:\n    pass\nclass Two:\n    pass\n"))
    assert isinstance(known.binding("Two"), ClassEntry)
    assert not any("One" in text for text in read)


def test_a_file_that_python_cannot_read_has_nothing_to_look_up() -> None:
    assert Sketch(SourceFile("file.py", "from a import (\nx = 1 1\n")).binding("a") is None
