"""Concrete syntax on demand: libcst parses only the definitions and statements that the interpreter asks for.

A stretch of indented lines is parsed as the body of an `if 1:` put in front of it, so that columns stay as they are.
Positions are worked out only when a place is reported: libcst's metadata costs far more than its parse.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import field
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, cast

import libcst as cst

from lstmlint.lean import dataclass
from lstmlint.source import SourceFile, Span
from lstmlint.syntax.cutting import cut
from lstmlint.syntax.index import Lines
from lstmlint.syntax.written import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libcst.metadata import CodeRange

WRAPPER = "if 1:\n"
LONGEST = 400_000
"""Characters beyond which a single definition is not worth a concrete tree (generated data, minified code)."""

MOST = 400_000
"""Characters of source whose syntax a process keeps."""


@dataclass(eq=False)
class Parsed:
    """The syntax of some lines, wherever they stand."""

    module: cst.Module
    statements: Sequence[cst.BaseStatement]
    source: str = ""
    _texts: dict[int, str] = field(default_factory=dict)

    @cached_property
    def positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        """Where every node stands."""
        from libcst.metadata import MetadataWrapper, PositionProvider

        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        return cast("Mapping[cst.CSTNode, CodeRange]", wrapper.resolve(PositionProvider))

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node on one line."""
        if type(node) is cst.Name:  # isinstance() goes the long way of abstract base classes
            return node.value
        key = id(node)
        if key not in self._texts:
            text = written(node)
            self._texts[key] = " ".join((self.module.code_for_node(node) if text is None else text).split())
        return self._texts[key]


@dataclass(eq=False)
class Unit:
    """A stretch of a file that was parsed by itself."""

    path: str
    offset: int
    """What to add to a line of the parsed text to get the file's line."""
    parsed: Parsed

    @property
    def statements(self) -> Sequence[cst.BaseStatement]:
        """The statements of the stretch."""
        return self.parsed.statements

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node on one line."""
        return self.parsed.text(node)

    def mentions(self, name: str) -> int:
        """How often a name stands in the stretch, comments left out."""
        word = re.compile(rf"\b{re.escape(name)}\b")
        return sum(len(word.findall(line.partition("#")[0])) for line in self.parsed.source.splitlines())

    def place(self, node: cst.CSTNode) -> NodePlace:
        """The place of a node of this unit."""
        return NodePlace(self, node)


@dataclass(frozen=True)
class NodePlace:
    """A node as a place in the source; two places of one node are equal."""

    unit: Unit = field(repr=False)
    node: cst.CSTNode = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NodePlace) and self.node is other.node

    def __hash__(self) -> int:
        return id(self.node)

    @property
    def span(self) -> Span:
        """The node's lines and columns in the file."""
        found = self.unit.parsed.positions.get(self.node)
        if found is None:
            return Span(self.unit.path, 1, 1, 1, 1)
        offset = self.unit.offset
        return Span(
            self.unit.path,
            found.start.line + offset,
            found.start.column + 1,
            found.end.line + offset,
            found.end.column + 1,
        )

    @property
    def text(self) -> str:
        """The node's source on one line."""
        return self.unit.text(self.node)


class Kept:
    """Syntax that was parsed before: a process that lives on parses only what has changed since.

    The same text may stand in a program more than once, and each place needs nodes of its own: they are told apart by
    which of them it is.
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        """Characters of source that are kept; their trees take a hundred times as much."""
        self._parsed: dict[tuple[str, int], Parsed | None] = {}
        self._characters = 0

    def parsed(self, text: str, number: int) -> Parsed | None:
        """The syntax of whole lines, or None where libcst cannot read them; of the `number`-th such text of a run."""
        key = text, number
        found = self._parsed.pop(key) if key in self._parsed else self._new(text)
        self._parsed[key] = found  # the last used are last
        while self._characters > self.most and len(self._parsed) > 1:
            (oldest, _) = next(iter(self._parsed))
            del self._parsed[next(iter(self._parsed))]
            self._characters -= len(oldest)
        return found

    def _new(self, text: str) -> Parsed | None:
        self._characters += len(text)
        return _parse(text)


KEPT = Kept()
_DEFINES = re.compile(r"(async\s+)?(def|class)\b")
_NOTHING = "def nothing(): pass\n"


@dataclass(eq=False)
class Syntax:
    """The parsed definitions of the files of a run, each of which is parsed once."""

    _units: dict[tuple[str, Lines], Unit | None] = field(default_factory=dict)
    _numbers: Counter[str] = field(default_factory=Counter)
    """How often each text was met."""

    def unit(self, source: SourceFile, stretch: Lines) -> Unit | None:
        """The syntax of whole lines of a file, or None where libcst cannot read them."""
        key = source.path, stretch
        if key not in self._units:
            text = "\n".join(line.replace("\f", " ") for line in source.lines[stretch.first - 1 : stretch.last]) + "\n"
            self._numbers[text] += 1
            parsed = KEPT.parsed(text, self._numbers[text]) if len(text) <= LONGEST else None
            before = 2 if text[:1] in " \t" else 1
            self._units[key] = None if parsed is None else Unit(source.path, stretch.first - before, parsed)
        return self._units[key]

    def decorators(self, source: SourceFile, stretch: Lines) -> tuple[Sequence[cst.Decorator], Unit] | None:
        """The decorators of a definition, read without its body; None where libcst cannot read them."""
        lines = source.lines[stretch.first - 1 : stretch.last]
        above = takewhile(lambda line: _DEFINES.match(line) is None, lines)
        text = "".join(f"{line}\n" for line in above) + _NOTHING
        self._numbers[text] += 1
        parsed = KEPT.parsed(text, self._numbers[text])
        node = parsed.statements[0] if parsed is not None else None
        if parsed is None or not isinstance(node, cst.FunctionDef):
            return None
        return node.decorators, Unit(source.path, stretch.first - 1, parsed)


def _parse(text: str) -> Parsed | None:
    indented = text[:1] in " \t"
    whole = WRAPPER + text if indented else text
    module = next(filter(None, map(_module, dict.fromkeys((cut(whole), whole)))), None)
    if module is None:
        return None
    statements: Sequence[cst.BaseStatement] = module.body
    if indented:
        statements = cast("Sequence[cst.BaseStatement]", cst.ensure_type(module.body[0], cst.If).body.body)
    return Parsed(module, statements, text)


def _module(text: str) -> cst.Module | None:
    try:
        return cst.parse_module(text)
    except (cst.ParserSyntaxError, RecursionError, ValueError):
        return None
