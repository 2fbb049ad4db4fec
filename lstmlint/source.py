"""A file's text and places in it."""

from __future__ import annotations

import io
import os
import tokenize
from functools import cached_property
from pathlib import Path
from typing import Protocol

from lstmlint.lean import dataclass
from lstmlint.triage import wide_encoding


@dataclass(frozen=True)
class Span:
    """A stretch of a file: lines and columns count from 1, columns in characters, the end column is past the end."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Place(Protocol):
    """Where something stands in the source. Cheap to make and to keep: the span is worked out when asked for."""

    @property
    def span(self) -> Span:
        """The lines and columns."""

    @property
    def text(self) -> str:
        """The source text, as the user wrote it."""


@dataclass(frozen=True)
class ReadProblem:
    """Why a file could not be read as Python text, in the words of a message, and on which line."""

    path: str
    message: str
    line: int = 1


@dataclass(frozen=True)
class SourceFile:
    r"""A Python file: its path as the user gave it, and its text with every line end as `\n`.

    Lines and columns are those of the file on disk: `\r\n` and a lone `\r` end a line for Python, so each becomes
    one `\n`; a byte order mark is no character. Nothing else ends a line (a form feed or U+2028 does for
    `str.splitlines`, which is therefore never asked).
    """

    path: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends; line 1 is `lines[0]`. A text that ends in a line end has a last empty line."""
        return tuple(self.text.split("\n"))

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """A stretch of this file, in lines and columns that count from 1."""
        return Span(self.path, line, column, end_line, end_column)

    def extract(self, span: Span) -> str:
        """The text of a stretch of this file, its line ends as `\\n`."""
        lines = list(self.lines[span.line - 1 : span.end_line])
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)

    def column(self, line: int, utf8_offset: int) -> int:
        """The column, from 1 and in characters, of an offset in UTF-8 bytes, which the standard trees have."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return utf8_offset + 1
        return len(text.encode(errors="surrogatepass")[:utf8_offset].decode(errors="ignore")) + 1

    @staticmethod
    def read(path: str | os.PathLike[str], shown: str | None = None) -> SourceFile | ReadProblem:
        """Reads and decodes a file. `shown` is the path that positions carry, by default the path itself."""
        name = os.fspath(path) if shown is None else shown
        try:
            data = Path(path).read_bytes()
        except OSError as problem:
            return ReadProblem(name, problem.strerror or type(problem).__name__)
        return decode(data, name)


def decode(data: bytes, path: str) -> SourceFile | ReadProblem:
    """The text of a file's bytes, by its byte order mark, its PEP 263 comment, or as UTF-8."""
    wide = wide_encoding(data)
    if wide is not None:
        return ReadProblem(path, f"the file is in {wide}, by its byte order mark, which Python does not read")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        return ReadProblem(path, "the encoding that the file declares is unknown, or its first lines are not UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        return ReadProblem(path, f"byte {data[problem.start]:#04x} on line {line} is not {encoding}", line)
    except (LookupError, ValueError):
        return ReadProblem(path, f"{encoding} is not an encoding of text that can be read here")
    return SourceFile(path, text.replace("\r\n", "\n").replace("\r", "\n"))
