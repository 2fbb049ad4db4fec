"""Long displays cut short before libcst parses them: what a table of data holds beyond its first entries is not read.

libcst takes ten times as long as Python for the same text, and a generated table is most of the file it stands in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from lstmlint.lean import dataclass

KEPT = 16_000
"""Bytes of a display's entries that are kept, or a little more."""
FEWEST = 64
"""Entries that are kept in any case; long ones are cut inside."""

_CALL = re.compile(rb"\w\s*\(")
_LINE_END = re.compile(rb"\n")


def cut(text: str) -> str:
    """The text with the later entries of long displays replaced by `*...`, so that nobody takes the rest for all.

    All other text stays in its line and column. Entries that call something are left alone.
    """
    if len(text) <= KEPT:
        return text
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    data = text.encode()
    found, done = [], 0
    for first, last, stars in sorted(_Displays(data).cuts(tree)):
        found += [data[done:first].decode(), _filled(data[first:last].decode(), stars)]
        done = last
    return "".join([*found, data[done:].decode()])


def _filled(text: str, stars: str) -> str:
    """A starred entry, and blanks up to the line and column in which a text ends."""
    lines = text.split("\n")
    entry = f"{stars}..."
    if len(lines) == 1:
        return entry.ljust(len(text))
    return "\n".join([entry, *[""] * (len(lines) - 2), " " * len(lines[-1])])


@dataclass
class _Displays:
    """The bytes of a text, in which the standard library's trees give positions."""

    data: bytes
    starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.starts = [0, *(found.end() for found in _LINE_END.finditer(self.data))]

    def cuts(self, tree: ast.AST) -> Iterator[tuple[int, int, str]]:
        """What is cut of the displays in a tree: from where to where, and the stars of what stands there instead."""
        pending = [tree]
        while pending:
            node = pending.pop()
            entries = _entries(node)
            number = self._number(entries)
            if number is not None and not self._calls(entries[number:]):
                yield *self._stretch(entries[number:]), "**" if isinstance(node, ast.Dict) else "*"
                children: list[ast.AST] = [part for entry in entries[:number] for part in entry]
            else:
                children = [*ast.iter_child_nodes(node)]
            pending += [child for child in children if self._is_long(child)]

    def _number(self, entries: Sequence[Sequence[ast.expr]]) -> int | None:
        """The first of the entries that are cut off."""
        if len(entries) <= FEWEST:
            return None
        end = self._stretch(entries[:1])[0] + KEPT
        return next((n for n in range(FEWEST, len(entries)) if self._stretch(entries[n : n + 1])[0] > end), None)

    def _calls(self, entries: Sequence[Sequence[ast.expr]]) -> bool:
        if not _CALL.search(self.data, *self._stretch(entries)):
            return False
        return any(isinstance(inner, ast.Call) for entry in entries for part in entry for inner in ast.walk(part))

    def _stretch(self, entries: Sequence[Sequence[ast.expr]]) -> tuple[int, int]:
        first, last = entries[0][0], entries[-1][-1]
        end = self.starts[(last.end_lineno or 1) - 1] + (last.end_col_offset or 0)
        return self.starts[first.lineno - 1] + first.col_offset, end

    def _is_long(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.expr | ast.stmt):
            return True
        first, last = self.starts[node.lineno - 1], self.starts[(node.end_lineno or 1) - 1]
        return last + (node.end_col_offset or 0) - first - node.col_offset > KEPT


def _entries(node: ast.AST) -> Sequence[Sequence[ast.expr]]:
    """The entries of a display in brackets, each with its key where it has one; none for anything else."""
    if isinstance(node, ast.Dict):
        pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        return pairs if len(pairs) == len(node.values) else ()
    if isinstance(node, ast.Tuple):
        is_bare = bool(node.elts) and node.col_offset == node.elts[0].col_offset
        return () if is_bare else [(entry,) for entry in node.elts]
    return [(entry,) for entry in node.elts] if isinstance(node, ast.List | ast.Set) else ()
