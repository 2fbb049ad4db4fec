"""What a file defines and where, from the standard `ast`: about ten times cheaper than a concrete syntax tree.

The index says which lines each statement, class and method takes and which names it mentions. The interpreter asks
`parse` for the concrete syntax of only those it needs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import field, replace

from lstmlint.lean import dataclass


@dataclass(frozen=True)
class Lines:
    """A stretch of whole lines, from 1, both ends included."""

    first: int
    last: int


@dataclass(frozen=True)
class FunctionEntry:
    """A function or method and where it is."""

    name: str
    lines: Lines
    decorators: tuple[str, ...]


@dataclass(frozen=True)
class ClassEntry:
    """A class: its bases as source text, its methods by name, and the lines of its other statements."""

    name: str
    lines: Lines
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    methods: dict[str, FunctionEntry] = field(hash=False)
    statements: tuple[Lines, ...] = ()
    classes: tuple[ClassEntry, ...] = ()
    line: int = 0
    """The line of the word `class`, behind the decorators."""


Entry = FunctionEntry | ClassEntry | Lines


def lines_of(entry: Entry) -> Lines:
    """Where an entry stands."""
    return entry if isinstance(entry, Lines) else entry.lines


@dataclass(frozen=True)
class FileIndex:
    """A module's statements in order: functions and classes by entry, everything else by its lines."""

    body: tuple[Entry, ...]
    bindings: dict[str, Lines | FunctionEntry | ClassEntry] = field(hash=False)
    """For each name bound at the top level, the last statement that binds it (looking into if and try)."""
    stars: tuple[Lines, ...] = ()
    """The statements of the top level that hold star imports, each once; not those that are there for types alone.

    A package that loads its modules when they are asked for names hundreds of them there.
    """

    def binding(self, name: str) -> Entry | None:
        """The statement that binds a name of the top level."""
        return self.bindings.get(name)


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return int(min([node.lineno, *(decorator.lineno for decorator in decorators)]))


def _lines(node: ast.stmt) -> Lines:
    return Lines(_first_line(node), node.end_lineno or node.lineno)


def _texts(nodes: list[ast.expr]) -> tuple[str, ...]:
    return tuple(_text(node) for node in nodes)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_text(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{_text(node.func)}()"
    if isinstance(node, ast.Subscript):
        return _text(node.value)
    return "?"


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> FunctionEntry:
    return FunctionEntry(node.name, _lines(node), _texts(node.decorator_list))


def _one_line(node: ast.stmt, parent: ast.stmt) -> bool:
    return node.lineno == parent.lineno


def _class(node: ast.ClassDef) -> ClassEntry:
    methods: dict[str, FunctionEntry] = {}
    statements: list[Lines] = []
    classes: list[ClassEntry] = []
    for child in node.body:
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            entry = _function(child)
            setter = any(text.endswith((".setter", ".deleter")) for text in entry.decorators)
            if not setter or child.name not in methods:
                methods[child.name] = entry
        elif isinstance(child, ast.ClassDef):
            classes.append(_class(child))
        elif not _one_line(child, node) and not _is_text(child):
            statements.append(_lines(child))
    return ClassEntry(
        node.name,
        _lines(node),
        _texts(node.bases),
        _texts(node.decorator_list),
        methods,
        _merged(statements),
        tuple(classes),
        node.lineno,
    )


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _merged(statements: list[Lines]) -> tuple[Lines, ...]:
    """Statements that share a line (`a = 1; b = 2`) are one stretch."""
    merged: list[Lines] = []
    for lines in statements:
        if merged and lines.first <= merged[-1].last:
            merged[-1] = Lines(merged[-1].first, max(lines.last, merged[-1].last))
        else:
            merged.append(lines)
    return tuple(merged)


def nested_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """A statement and those inside its if, try and with blocks."""
    yield node
    if isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
        for field_name in ("body", "orelse", "finalbody"):
            for child in getattr(node, field_name, []):
                yield from nested_statements(child)
        for handler in getattr(node, "handlers", []):
            for child in handler.body:
                yield from nested_statements(child)


def _stars(node: ast.stmt) -> Iterator[ast.ImportFrom]:
    """The star imports in a statement, but for what stands under `if TYPE_CHECKING:` and never runs."""
    running = [node]
    if isinstance(node, ast.If) and _text(node.test).rpartition(".")[2] == "TYPE_CHECKING":
        running = node.orelse
    for statement in running:
        for inner in nested_statements(statement):
            if isinstance(inner, ast.ImportFrom) and any(alias.name == "*" for alias in inner.names):
                yield inner


def bound_names(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds itself, and not by the statements inside it."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    else:
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        for target in targets:
            if target is not None:
                names = (child for child in ast.walk(target) if isinstance(child, ast.Name))
                yield from (name.id for name in names if isinstance(name.ctx, ast.Store))


def index(tree: ast.Module) -> FileIndex:
    """The index of a parsed module."""
    body: list[Entry] = []
    bindings: dict[str, Lines | FunctionEntry | ClassEntry] = {}
    stars: list[Lines] = []
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        entry: Entry
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            entry = _function(node)
        elif isinstance(node, ast.ClassDef):
            entry = _class(node)
        else:
            entry = _lines(node)
            if body and isinstance(body[-1], Lines) and entry.first <= body[-1].last:
                entry = Lines(body.pop().first, max(entry.last, node.end_lineno or 0))  # type: ignore[union-attr]
        body.append(entry)
        stars += [entry if isinstance(entry, Lines) else _lines(inner) for inner in _stars(node)]
        for inner in nested_statements(node):
            for name in bound_names(inner):
                bindings[name] = entry
    return FileIndex(tuple(body), bindings, tuple(dict.fromkeys(stars)))


def shifted(found: FileIndex, by: int) -> FileIndex:
    """The index of lines that stand further down by some."""
    moved: dict[int, Entry] = {}

    def move(entry: Entry) -> Entry:
        if id(entry) not in moved:
            moved[id(entry)] = _moved(entry, by)
        return moved[id(entry)]

    bindings = {name: move(entry) for name, entry in found.bindings.items()}
    return FileIndex(tuple(map(move, found.body)), bindings, tuple(_further(lines, by) for lines in found.stars))


def _further(lines: Lines, by: int) -> Lines:
    return Lines(lines.first + by, lines.last + by)


def _moved(entry: Entry, by: int) -> Entry:
    if isinstance(entry, Lines):
        return _further(entry, by)
    if isinstance(entry, FunctionEntry):
        return replace(entry, lines=_further(entry.lines, by))
    return _moved_class(entry, by)


def _moved_class(entry: ClassEntry, by: int) -> ClassEntry:
    return replace(
        entry,
        lines=_further(entry.lines, by),
        methods={name: replace(each, lines=_further(each.lines, by)) for name, each in entry.methods.items()},
        statements=tuple(_further(each, by) for each in entry.statements),
        classes=tuple(_moved_class(each, by) for each in entry.classes),
        line=entry.line + by,
    )
