"""The index of a file: what stands where, by the standard syntax tree."""

from __future__ import annotations

import ast
from textwrap import dedent

from lstmlint.syntax.index import ClassEntry, FileIndex, FunctionEntry, Lines, index


def indexed(text: str) -> FileIndex:
    """The index of a text."""
    return index(ast.parse(dedent(text)))


def test_docstrings_are_no_statements() -> None:
    assert indexed('"""Only this."""\n').body == ()


def test_statements_on_one_line_are_one_stretch() -> None:
    assert indexed("a = 1; b = 2\nc = 3\n").body == (Lines(1, 1), Lines(2, 2))


def test_a_decorated_function_starts_at_its_decorator() -> None:
    (entry,) = indexed("@cache\n@other(1)\ndef f():\n    return 1\n").body
    assert isinstance(entry, FunctionEntry)
    assert (entry.lines, entry.decorators) == (Lines(1, 4), ("cache", "other()"))


def test_a_class_lists_methods_bases_and_its_other_statements() -> None:
    (entry,) = indexed(
        '''
        class Net(nn.Module, Base[int]):
            """Words."""
            width = 3
            depth = 4; height = 5
            def forward(self, x):
                return x
            class Inner: pass
        '''
    ).body
    assert isinstance(entry, ClassEntry)
    assert entry.bases == ("nn.Module", "Base")
    assert list(entry.methods) == ["forward"]
    assert entry.statements == (Lines(4, 4), Lines(5, 5))
    assert [inner.name for inner in entry.classes] == ["Inner"]


def test_a_property_keeps_its_getter() -> None:
    (entry,) = indexed(
        """
        class A:
            @property
            def x(self): return 1
            @x.setter
            def x(self, value): pass
        """
    ).body
    assert isinstance(entry, ClassEntry)
    assert entry.methods["x"].decorators == ("property",)


def test_names_bound_inside_try_and_if_are_found() -> None:
    found = indexed(
        "try:\n    import torch\nexcept ImportError:\n    torch = None\nif 1:\n    a, (b, c) = f()\n"
    ).bindings
    assert set(found) >= {"torch", "a", "b", "c"}
    assert found["torch"] == Lines(1, 4)


def test_names_that_are_only_written_into_are_not_bound() -> None:
    found = indexed("import os\nos.environ['X'] = '1'\nmodel.size = n\ngetattr(a, b).data = c\n").bindings
    assert found == {"os": Lines(1, 1)}


def test_star_imports_are_listed() -> None:
    assert indexed("from torch.nn import *\nimport os\n").stars == (Lines(1, 1),)
    assert indexed("if x:\n    from a import *\n    from b import *\n").stars == (Lines(1, 3),)
    assert indexed("if typing.TYPE_CHECKING:\n    from a import *\n    from b import c\n").stars == ()
    assert indexed("if TYPE_CHECKING:\n    from a import *\nelse:\n    from b import *\n").stars == (Lines(1, 4),)
