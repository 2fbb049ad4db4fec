"""An outline that was put together from stretches is that of the whole file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmlint.source import SourceFile
from lstmlint.syntax import outline as outlines
from lstmlint.syntax.outline import Outlines, outline
from lstmlint.syntax.tree import SyntaxProblem

FILES = sorted(Path(__file__).resolve().parents[2].joinpath("lstmlint").rglob("*.py"))
TEXTS = {
    "empty": "",
    "comments alone": "# one\n\n# two",
    "a docstring alone": '"""Words.\n\nMore words."""\n',
    "decorators and definitions": "import a\n\n\n@a.b\n@c(\n    1\n)\nclass D(E):\n    x = 1; y = 2\n",
    "inner classes": "class A:\n    class B:\n        class C:\n            def f(self): pass\n    def g(self): pass\n",
    "branches": "try:\n    import a\nexcept ImportError:\n    a = None\nelse:\n    b = 1\nfinally:\n    c = 2\nd = a\n",
    "brackets that end in the first column": "a = [\n    1,\n]\nb = f(\n)\n",
    "texts that begin lines": 'a = """\ndef f():\n    pass\n"""\ndef g(): pass\n',
    "several statements on a line": "a = 1; b = 2\nfrom c import *; d = 3\n",
    "names bound twice": "def f(): pass\nf = 1\ndef f(): return 2\n",
    "a line that goes on": "a = 1 + \\\n2\nb = a\n",
    "tabs and form feeds": "def f():\n\treturn 1\n\f\ndef g():\n\tpass\n",
}
WRONG = {
    "indented at first": "    a = 1\nb = 2\n",
    "a bracket at first": ")\na = 1\n",
    "an open bracket": "a = (\nb = 2\n",
    "an open text": 'a = 1\nb = """\nc = 3\n',
    "a line that goes on at the end": "a = 1\nb = \\",
    "a line that goes on into nothing": "a = 1\n\\\n",
    "nested too deeply": "a = 1\nb = " + "(" * 2_000 + ")" * 2_000 + "\n",
    "NUL": "a = 1\nb = \0\n",
}


def put_together(text: str) -> object:
    return Outlines().outline(SourceFile("model.py", text))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts(text: str) -> None:
    assert put_together(text) == outline(SourceFile("model.py", text))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_files(file: Path) -> None:
    source = SourceFile("model.py", file.read_text(encoding="utf-8"))
    assert Outlines().outline(source) == outline(source)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_of_the_whole(text: str) -> None:
    found = put_together(text)
    assert isinstance(found, SyntaxProblem)
    assert found == outline(SourceFile("model.py", text))


PIECES = ["a = 1\n", "def f():\n", "    return a\n", '"""', "'''", "(", ")\n", "\n", "# b\n", "@a\n", "class C: pass\n",
          "\\\n", "else:\n", "if a:\n", "    b\n", "from c import *\n", ";", "f'{a}'\n"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_any_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert put_together(text) == outline(SourceFile("model.py", text))


def test_only_what_was_edited_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    parse = outlines.parse
    monkeypatch.setattr(outlines, "parse", lambda source: [read.append(source.text), parse(source)][1])
    known = Outlines()
    text = "import a\ndef f():\n    return 1\ndef g():\n    return 2\n"
    known.outline(SourceFile("model.py", text))
    read.clear()
    known.outline(SourceFile("model.py", "# more\n" + text.replace("2", "3")))
    assert read == ["def g():\n    return 3\n"]


def test_old_stretches_are_forgotten() -> None:
    known = Outlines(most=3)
    for number in range(10):
        known.outline(SourceFile("model.py", f"a = {number}\n"))
    assert len(known._known) == 3
