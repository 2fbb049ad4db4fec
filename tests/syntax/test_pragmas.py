"""Which comments steer lstmlint, which lines they speak for, and how they are taken out."""

from __future__ import annotations

import pytest

from lstmlint.findings import Edit
from lstmlint.source import SourceFile
from lstmlint.syntax.pragmas import Kind, Suppression, suppressions, without


def read(text: str) -> list[Suppression]:
    return suppressions(SourceFile("model.py", text))


def only(text: str) -> Suppression:
    (suppression,) = read(text)
    return suppression


def apply(text: str, edit: Edit) -> str:
    lines = text.split("\n")
    before = "\n".join([*lines[: edit.span.line - 1], lines[edit.span.line - 1][: edit.span.column - 1]])
    behind = "\n".join([lines[edit.span.end_line - 1][edit.span.end_column - 1 :], *lines[edit.span.end_line :]])
    return before + edit.replacement + behind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1  # noqa",
        "x = 1  # noqa: E501, F401",
        "x = '# lstmlint: ignore'",
        '"""\n# lstmlint: ignore-file\n"""',
        "x = f'# noqa: LST101 {y}'",
        "x = 1  # about lstmlint",
        "# see the manual of lstmlint, ignore what it says",
    ],
)
def test_what_is_no_suppression(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("comment", "kind", "names"),
    [
        ("# lstmlint: ignore", Kind.IGNORE, ()),
        ("#lstmlint:ignore[LST101]", Kind.IGNORE, ("LST101",)),
        ("# lstmlint: ignore[torch-hn-layout, LST105]", Kind.IGNORE, ("torch-hn-layout", "LST105")),
        ("# lstmlint: ignore[LST101] checked by hand", Kind.IGNORE, ("LST101",)),
        ("# lstmlint: ignore-file", Kind.IGNORE_FILE, ()),
        ("# lstmlint: ignore-file[LST101]", Kind.IGNORE_FILE, ("LST101",)),
        ("# noqa: LST101", Kind.NOQA, ("LST101",)),
        ("# NOQA:E501,lst101", Kind.NOQA, ("lst101",)),
        ("# noqa: F401 LST1, E501", Kind.NOQA, ("LST1",)),
        ("# type: ignore  # lstmlint: ignore[LST101]", Kind.IGNORE, ("LST101",)),
        ("# lstmlint: disable=LST101", Kind.MALFORMED, ()),
        ("# lstmlint: ignore[]", Kind.MALFORMED, ()),
        ("# lstmlint: ignore[LST101", Kind.MALFORMED, ()),
        ("# lstmlint: ignores", Kind.MALFORMED, ()),
    ],
)
def test_what_a_comment_says(comment: str, kind: Kind, names: tuple[str, ...]) -> None:
    suppression = only(f"x = 1  {comment}\n")
    assert (suppression.kind, suppression.names) == (kind, names)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = 1\nb = 2  # lstmlint: ignore\nc = 3\n", (2, 2)),
        ("# lstmlint: ignore\n\n# more words\na = 1\nb = 2\n", (4, 4)),
        ("a = call(\n    1,  # lstmlint: ignore\n    2,\n)\nb = 2\n", (1, 4)),
        ("a = call(\n    # lstmlint: ignore\n    2,\n)\nb = 2\n", (1, 4)),
        ("a = 1 + \\\n    2  # lstmlint: ignore\n", (1, 2)),
        ("def f(\n    x,\n):  # lstmlint: ignore\n    return x\n", (1, 3)),
        ("class A:\n    # lstmlint: ignore\n    def f(self):\n        pass\n", (3, 3)),
        ("# lstmlint: ignore\n@wraps\n@cached(\n    1)\ndef f(\n    x):\n    pass\n", (2, 6)),
        ("@wraps  # lstmlint: ignore\ndef f():\n    pass\n", (1, 1)),
        ("if x:\n    a = 1\n# lstmlint: ignore\nelse:\n    a = 2\n", (4, 4)),
        ("x = '''\n# lstmlint: ignore[not-this]\n'''  # lstmlint: ignore\n", (1, 3)),
        ("a = 1; b = 2  # lstmlint: ignore\n", (1, 1)),
        ("a = 1  # lstmlint: ignore", (1, 1)),
        ("a = 1\n\f\nb = 2  # lstmlint: ignore\n", (3, 3)),
    ],
)
def test_which_lines_a_comment_speaks_for(text: str, lines: tuple[int, int]) -> None:
    suppression = only(text)
    assert (suppression.first, suppression.last) == lines


def test_a_comment_behind_everything_covers_nothing() -> None:
    suppression = only("a = 1\n# lstmlint: ignore\n")
    assert not any(suppression.covers(line) for line in range(5))


def test_a_file_comment_covers_every_line_wherever_it_stands() -> None:
    suppression = only("a = 1\n# lstmlint: ignore-file\n")
    assert suppression.covers(1)
    assert suppression.covers(1000)


def test_comments_before_an_error_are_read_all_the_same() -> None:
    assert only("# lstmlint: ignore-file\nx = (\n").kind is Kind.IGNORE_FILE


def test_the_span_is_that_of_the_comment_in_characters() -> None:
    span = only("é = 'ü'  # lstmlint: ignore[LST101]\n").span
    assert (span.line, span.column, span.end_column) == (1, 10, 36)


@pytest.mark.parametrize(
    ("text", "dropped", "expected"),
    [
        ("a = 1  # lstmlint: ignore\nb = 2\n", "", "a = 1\nb = 2\n"),
        ("a = 1  # lstmlint: ignore[x]\nb = 2\n", "x", "a = 1\nb = 2\n"),
        ("a = 1  # lstmlint: ignore[x, y] why\n", "x", "a = 1  # lstmlint: ignore[y] why\n"),
        ("# lstmlint: ignore[x]\na = 1\n", "x", "a = 1\n"),
        ("if a:\n    # lstmlint: ignore[x]\n    a = 1\n", "x", "if a:\n    a = 1\n"),
        ("a = 1\n# lstmlint: ignore", "", "a = 1\n"),
        ("a = 1  # type: int  # lstmlint: ignore[x]\n", "x", "a = 1  # type: int\n"),
        ("a = 1  # lstmlint: ignore[x]  # type: int\n", "x", "a = 1  # type: int\n"),
        ("a = 1  # noqa: E501, LST101\n", "LST101", "a = 1  # noqa: E501\n"),
        ("a = 1  # noqa: LST101\n", "LST101", "a = 1\n"),
        ("a = 1  # noqa: LST101,E501,LST102\n", "LST101 LST102", "a = 1  # noqa: E501\n"),
    ],
)
def test_how_a_comment_is_taken_out(text: str, dropped: str, expected: str) -> None:
    edit = without(SourceFile("model.py", text), only(text), frozenset(dropped.split()))
    assert apply(text, edit) == expected
