"""What a file defines and where, without a syntax tree of the whole: for files that are asked for a few names.

Statements of the top level begin in the first column. Where such a line stands in a string or inside brackets, what was
cut out does not parse, and the whole file is read after all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from functools import cached_property

from lstmlint.lean import dataclass
from lstmlint.source import SourceFile
from lstmlint.syntax.index import Entry, FileIndex, Lines, index, lines_of
from lstmlint.syntax.tree import SyntaxProblem, parse

_DEFINITION = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_ASSIGNMENT = re.compile(r"(\w+)[ \t]*(?::[^=;]*)?=(?!=)(?![ \t]*\w+[ \t]*=[^=])[^;]*$")
_CONTINUED = re.compile(r"(?:else|elif|except|finally)\b")
"""Keywords that begin a line and no statement."""
_QUOTED = re.compile(r"""(\"{3}|'{3})|#.*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""")
"""What a line holds in which quotes mean something else, or that opens a text of several lines."""
_EMPTY = FileIndex((), {})


@dataclass(eq=False)
class Sketch:
    """Looks the definitions of a file up by name; each is parsed when it is first asked for."""

    source: SourceFile
    _known: dict[str, Entry | None] = field(default_factory=dict)
    _whole: FileIndex | None = None
    """The index of the file, once what was cut out of it did not parse."""

    def binding(self, name: str) -> Entry | None:
        """The last statement of the top level that binds a name, as `FileIndex.binding` has it."""
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    @property
    def stars(self) -> tuple[Lines, ...]:
        """The star imports."""
        return self._rest.stars

    def _find(self, name: str) -> Entry | None:
        other = self._rest.binding(name)
        lines = self._named.get(name) if self._whole is None else None
        if lines is None or (other is not None and lines_of(other).first > lines.first):
            return other
        if _ASSIGNMENT.match(self.source.lines[lines.first - 1]):
            return lines
        found = _indexed(self.source, [lines])
        return self._read_whole().binding(name) if found is None else found.binding(name)

    @cached_property
    def _stretches(self) -> tuple[Lines, ...]:
        return tuple(statements(self.source.lines))

    @cached_property
    def _named(self) -> dict[str, Lines]:
        """Definitions and plain assignments: what they bind shows without parsing them."""
        found: dict[str, Lines] = {}
        for lines in self._stretches:
            name = self._name(lines)
            if name is not None:
                found[name] = lines
        return found

    def _name(self, lines: Lines) -> str | None:
        for number in range(lines.first, lines.last + 1):
            line = self.source.lines[number - 1]
            match = _DEFINITION.match(line) or (_ASSIGNMENT.match(line) if number == lines.first else None)
            if match is not None:
                return match[1]
        return None

    @property
    def _rest(self) -> FileIndex:
        """The index of all other statements; of the whole file where any stretch did not parse by itself."""
        return self._whole or self._unnamed or self._read_whole()

    @cached_property
    def _unnamed(self) -> FileIndex | None:
        return _indexed(self.source, [lines for lines in self._stretches if self._name(lines) is None])

    def _read_whole(self) -> FileIndex:
        tree = parse(self.source)
        self._whole = _EMPTY if isinstance(tree, SyntaxProblem) else index(tree)
        return self._whole


def _indexed(source: SourceFile, stretches: list[Lines]) -> FileIndex | None:
    """The index of some stretches of a file, in its own lines; None where they do not parse."""
    kept: list[str] = []
    for lines in stretches:
        kept += [""] * (lines.first - 1 - len(kept))
        kept += source.lines[lines.first - 1 : lines.last]
    tree = parse(SourceFile(source.path, "\n".join(kept) + "\n"))
    return None if isinstance(tree, SyntaxProblem) else index(tree)


def statements(lines: tuple[str, ...]) -> Iterator[Lines]:
    """The stretches between lines that begin in the first column, decorators with what they decorate."""
    start = 0
    is_decorated = False
    for number in _beginnings(lines):
        line = lines[number - 1]
        if is_decorated or _CONTINUED.match(line):
            is_decorated = line.startswith("@")
            continue
        if start:
            yield Lines(start, number - 1)
        start, is_decorated = number, line.startswith("@")
    if start:
        yield Lines(start, len(lines))


def _beginnings(lines: tuple[str, ...]) -> Iterator[int]:
    """The numbers of lines that begin in the first column, outside of texts of several lines."""
    quote = ""
    for number, line in enumerate(lines, 1):
        if not quote and line and line[0] not in " \t\f#)]}\\":
            yield number
        if '"""' in line or "'''" in line:
            quote = _open_quote(line, quote)


def _open_quote(line: str, quote: str) -> str:
    """The quotes of a text that goes on behind a line; "" where none does."""
    position = 0
    while True:
        if quote:
            end = line.find(quote, position)
            if end < 0:
                return quote
            position, quote = end + 3, ""
        match = _QUOTED.search(line, position)
        if match is None:
            return ""
        position, quote = match.end(), match[1] or ""
