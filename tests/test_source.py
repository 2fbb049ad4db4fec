"""What a file's text is: line ends, encodings, columns in characters."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.source import ReadProblem, SourceFile, decode


def text_of(data: bytes) -> str:
    source = decode(data, "model.py")
    assert isinstance(source, SourceFile)
    return source.text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"a\r\nb\rc\nd", "a\nb\nc\nd"),
        (b"\xef\xbb\xbfa = 1\n", "a = 1\n"),
        ("# coding: latin-1\ns = 'é'\n".encode("latin-1"), "# coding: latin-1\ns = 'é'\n"),
        (
            "#!python\n# -*- coding: cp1252 -*-\ns = '€'\n".encode("cp1252"),
            "#!python\n# -*- coding: cp1252 -*-\ns = '€'\n",
        ),
        ("s = 'é\u2028'\n".encode(), "s = 'é\u2028'\n"),
    ],
)
def test_the_text_of_bytes(data: bytes, text: str) -> None:
    assert text_of(data) == text


@pytest.mark.parametrize(
    ("data", "said", "line"),
    [
        (b"a = 1\nb = '\xff'\n", "byte 0xff on line 2 is not utf-8", 2),
        (b"# coding: klingon\n", "unknown", 1),
        (b"# coding: hex\n61", "not an encoding of text", 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", "unknown", 1),
        ("a = 1\n".encode("utf-16"), "in UTF-16, by its byte order mark", 1),
        ("a = 1\n".encode("utf-32"), "in UTF-32, by its byte order mark", 1),
        (b"# coding: undefined\n", "not an encoding of text", 1),
    ],
)
def test_bytes_that_are_no_text(data: bytes, said: str, line: int) -> None:
    problem = decode(data, "model.py")
    assert isinstance(problem, ReadProblem)
    assert said in problem.message
    assert problem.line == line


def test_only_line_ends_end_a_line() -> None:
    assert SourceFile("model.py", "a\x0cb\x1cc\u2028d\ne").lines == ("a\x0cb\x1cc\u2028d", "e")


def test_columns_are_characters() -> None:
    source = SourceFile("model.py", "plain\né = '😀'; x")
    assert source.column(1, 3) == 4
    assert source.column(2, len("é = '😀'; ".encode())) == 10
    assert source.column(99, 0) == 1


def test_the_text_of_a_stretch() -> None:
    source = SourceFile("model.py", "first\nsecond\nthird")
    assert source.extract(source.span(1, 3, 1, 5)) == "rs"
    assert source.extract(source.span(1, 3, 3, 3)) == "rst\nsecond\nth"
    assert source.extract(source.span(9, 1, 9, 2)) == ""


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    problem = SourceFile.read(tmp_path / "none.py", "none.py")
    assert problem == ReadProblem("none.py", "No such file or directory")
