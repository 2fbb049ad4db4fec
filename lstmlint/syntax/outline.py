"""The index of a file with the traits of its entries, put together from its stretches.

Where every stretch between two lines that begin in the first column parses by itself, so does the file, and what is
known of each holds wherever it stands. So a process that lives on parses what was edited, and no more.
"""

from __future__ import annotations

from collections import OrderedDict

from lstmlint.lean import dataclass
from lstmlint.source import SourceFile
from lstmlint.syntax.index import Entry, FileIndex, Lines, index, shifted
from lstmlint.syntax.sketch import statements
from lstmlint.syntax.traits import Traits, traits_of
from lstmlint.syntax.tree import SyntaxProblem, parse

MOST = 5_000
"""Stretches that are kept; those that were not asked for the longest go first."""


@dataclass(frozen=True)
class Outline:
    """What stands at the top level of a file."""

    index: FileIndex
    traits: tuple[Traits, ...]
    """Of each entry of the index's body."""


def outline(source: SourceFile) -> Outline | SyntaxProblem:
    """The outline of a file, or why there is none."""
    tree = parse(source)
    if isinstance(tree, SyntaxProblem):
        return tree
    found = index(tree)
    return Outline(found, traits_of(tree, found.body, source.lines))


class Outlines:
    """Outlines of stretches that were met before."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._known: OrderedDict[str, Outline] = OrderedDict()

    def outline(self, source: SourceFile) -> Outline | SyntaxProblem:
        """As `outline` has it; only the stretches are parsed that were not met before."""
        found = []
        last = 0
        for lines in statements(source.lines):
            if not last and any(map(_says_something, source.lines[: lines.first - 1])):
                return outline(source)
            last = lines.last
            end = "\n" if lines.last < len(source.lines) else ""
            stretch = self._stretch("\n".join(source.lines[lines.first - 1 : lines.last]) + end)
            if stretch is None:
                return outline(source)
            found.append((stretch, lines))
        return _together(found) if last else outline(source)

    def _stretch(self, text: str) -> Outline | None:
        if text in self._known:
            self._known.move_to_end(text)
            return self._known[text]
        found = outline(SourceFile("", text))
        if isinstance(found, SyntaxProblem):
            return None
        self._known[text] = found
        if len(self._known) > self.most:
            self._known.popitem(last=False)
        return found


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _together(stretches: list[tuple[Outline, Lines]]) -> Outline:
    body: list[Entry] = []
    bindings: dict[str, Entry] = {}
    stars: list[Lines] = []
    traits: list[Traits] = []
    for stretch, lines in stretches:
        own = shifted(stretch.index, lines.first - 1)
        body += own.body
        bindings.update(own.bindings)
        stars += own.stars
        traits += stretch.traits
    return Outline(FileIndex(tuple(body), bindings, tuple(stars)), tuple(traits))


OUTLINES = Outlines()
"""Those of this process."""
