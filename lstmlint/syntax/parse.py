"""Concrete syntax on demand: libcst parses only the definitions and statements that the interpreter asks for.

A stretch of indented lines is parsed as the body of an `if 1:` put in front of it, so that columns stay as they are.
Positions are worked out only when a place is reported: libcst's metadata costs far more than its parse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, cast

import libcst as cst

from lstmlint.lean import dataclass
from lstmlint.source import Span
from lstmlint.syntax.index import Lines
from lstmlint.syntax.written import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libcst.metadata import CodeRange

WRAPPER = "if 1:\n"
LONGEST = 400_000
"""Characters beyond which a single definition is not worth a concrete tree (generated data, minified code)."""


@dataclass(eq=False)
class Unit:
    """A stretch of a file that was parsed by itself."""

    path: str
    module: cst.Module
    statements: Sequence[cst.BaseStatement]
    offset: int
    """What to add to a line of the unit to get the file's line."""
    _texts: dict[int, str] = field(default_factory=dict)

    @cached_property
    def positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        """Where every node of the unit stands."""
        from libcst.metadata import MetadataWrapper, PositionProvider

        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        return cast("Mapping[cst.CSTNode, CodeRange]", wrapper.resolve(PositionProvider))

    def text(self, node: cst.CSTNode) -> str:
        """The source of a node on one line."""
        if isinstance(node, (cst.Name, cst.Integer)):
            return node.value
        key = id(node)
        if key not in self._texts:
            text = written(node)
            self._texts[key] = " ".join((self.module.code_for_node(node) if text is None else text).split())
        return self._texts[key]

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
        found = self.unit.positions.get(self.node)
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


def parse_lines(path: str, lines: Sequence[str], stretch: Lines) -> Unit | None:
    """The syntax of whole lines of a file, or None where libcst cannot read them.

    `lines` are the file's lines without their ends.
    """
    chosen = [line.replace("\f", " ") for line in lines[stretch.first - 1 : stretch.last]]
    text = "\n".join(chosen) + "\n"
    if len(text) > LONGEST:
        return None
    indented = text[:1] in " \t"
    try:
        module = cst.parse_module(WRAPPER + text if indented else text)
    except (cst.ParserSyntaxError, RecursionError, ValueError):
        return None
    statements: Sequence[cst.BaseStatement] = module.body
    if indented:
        statements = cast("Sequence[cst.BaseStatement]", cst.ensure_type(module.body[0], cst.If).body.body)
    return Unit(path, module, statements, stretch.first - (2 if indented else 1))
