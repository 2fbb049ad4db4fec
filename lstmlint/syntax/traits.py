"""What each statement of a file's top level binds, mentions and changes: all that decides on what goes together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from lstmlint.lean import dataclass
from lstmlint.syntax.index import Entry, Lines, bound_names, lines_of, nested_statements

_WORD = re.compile(r"[^\W\d]\w*")
_ATTRIBUTE = re.compile(r"\.(\w+)\b([ \t]*=(?!=))?")
"""An attribute, and whether it is assigned to."""
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+(.+)", re.MULTILINE)
_CONSTANT = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.Name, ast.operator, ast.unaryop, ast.expr_context)
_UNCHANGING = frozenset({"getLogger", "device", "TypeVar", "NewType", "namedtuple"})
"""Functions of libraries that give an object which no program changes."""


@dataclass(frozen=True)
class Traits:
    """Of one statement, function or class."""

    bound: frozenset[str]
    """The names that it binds at the top level; a star for all of another module's."""
    words: frozenset[str]
    """Every word that stands in it."""
    changed: frozenset[str]
    """The names of the top level that it binds anew, or whose objects it gives another attribute or item."""
    is_passive: bool
    """True where it only names what is imported, or what never changes."""
    read: frozenset[str]
    """The attributes that it names, but for those that it sets."""
    set: frozenset[str]
    """The attributes that it sets."""


def words_of(text: str) -> frozenset[str]:
    """Every word that stands in a text, comments and quotes included."""
    return frozenset(_WORD.findall(text))


def traits_of(tree: ast.Module, body: Sequence[Entry], lines: Sequence[str]) -> tuple[Traits, ...]:
    """The traits of each entry of a module's body; `lines` is its text."""
    nodes: list[list[ast.stmt]] = [[] for _ in body]
    for number, node in _numbered(tree, body):
        nodes[number].append(node)
    return tuple(_traits(entry, own, lines) for entry, own in zip(body, nodes, strict=True))


def _traits(entry: Entry, nodes: list[ast.stmt], lines: Sequence[str]) -> Traits:
    where = lines_of(entry)
    text = "\n".join(lines[where.first - 1 : where.last])
    bound = frozenset(name for node in nodes for inner in nested_statements(node) for name in bound_names(inner))
    is_passive = all(map(_is_passive, nodes))
    changed = {name for match in _GLOBAL.finditer(text) for name in words_of(match[1])}
    if not is_passive:
        changed |= bound
    if isinstance(entry, Lines):
        changed |= {name for node in nodes for name in _changed(node)}
    attributes = _ATTRIBUTE.findall(text)
    return Traits(
        bound,
        words_of(text),
        frozenset(changed),
        is_passive,
        frozenset(name for name, assigned in attributes if not assigned),
        frozenset(name for name, assigned in attributes if assigned),
    )


def _numbered(tree: ast.Module, body: Sequence[Entry]) -> Iterator[tuple[int, ast.stmt]]:
    """The statements of a module, each with the number of the entry that it is, or is a part of."""
    number = 0
    lines = [lines_of(entry) for entry in body]
    for node in tree.body:
        while number < len(lines) and lines[number].last < node.lineno:
            number += 1
        if number < len(lines) and lines[number].first <= node.lineno:
            yield number, node


def _changed(node: ast.stmt) -> Iterator[str]:
    """The names of what a statement gives another attribute or item."""
    pending: list[ast.AST] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store):
            inner: ast.expr = part
            while isinstance(inner, (ast.Attribute, ast.Subscript)):
                inner = inner.value
            if isinstance(inner, ast.Name):
                yield inner.id
        pending += (child for child in ast.iter_child_nodes(part) if not _is_display(child))


def _is_display(node: ast.AST) -> bool:
    """True for what may be long, and gives nothing another value."""
    is_target = isinstance(node, (ast.List, ast.Tuple)) and isinstance(node.ctx, ast.Store)
    return isinstance(node, (ast.Constant, ast.Dict, ast.List, ast.Set, ast.Tuple)) and not is_target


def _is_passive(node: ast.stmt) -> bool:
    """True for a statement that only names what is imported, or what never changes."""
    if isinstance(node, (ast.Try, ast.If)):
        return all(_is_passive(inner) for inner in nested_statements(node) if inner is not node)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        is_about_itself = all(name.startswith("__") for name in names)  # such as `__all__`
        return len(names) == len(targets) and (is_about_itself or node.value is None or _never_changes(node.value))
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass))


def _never_changes(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        function = value.func
        return (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")) in _UNCHANGING
    pending: list[ast.AST] = [value]
    while pending:
        part = pending.pop()
        if not isinstance(part, _CONSTANT):
            return False
        pending += () if isinstance(part, ast.Constant) else ast.iter_child_nodes(part)
    return True
