"""Which definitions and statements of a file have to do with each other.

A file of many models falls into parts that share nothing but imports and constants. What is true of one part is true
whatever the others hold, so each is interpreted by itself, and after an edit only the part that was edited.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from lstmlint.syntax.index import Entry, Lines, bound_names, lines_of, nested_statements

Part = tuple[Entry, ...]
"""Entries of a file's top level, in their order."""

_GLOBAL = re.compile(r"^[ \t]+global[ \t]+(.+)", re.MULTILINE)
_NAME = re.compile(r"\w+")
_CONSTANT = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.Name, ast.operator, ast.unaryop, ast.expr_context)
_UNCHANGING = frozenset({"getLogger", "device", "TypeVar", "NewType", "namedtuple"})
"""Functions of libraries that give an object which no program changes."""


def parts(tree: ast.Module, body: Part, text: str, words: Callable[[Lines], Iterable[str]]) -> list[Part]:
    """The parts of a file; `words` gives every word that stands in some of its lines.

    The first part is that of the statements, with all definitions that they lead to; it may be empty. The others hold
    definitions, and of the imports and constants those that they mention. Definitions that mention each other, or that
    mention the same one, are of the same part.
    """
    return _Division(tree, body, text, words).parts()


class _Division:
    """The entries of a file as they are brought together."""

    def __init__(
        self, tree: ast.Module, body: Part, text: str, words: Callable[[Lines], Iterable[str]]
    ) -> None:
        self.body = body
        self.words = [frozenset(words(lines_of(entry))) for entry in self.body]
        self.bound = _bound(tree, body)
        self.passive = _passive(tree, body, self.bound, text)
        self.part = list(range(len(self.body)))
        """For each entry, an earlier one of its part, or itself."""

    def parts(self) -> list[Part]:
        """What is left apart once all that mention each other are brought together."""
        active = [number for number in range(len(self.body)) if number not in self.passive]
        binding: dict[str, list[int]] = {}
        for number in range(len(self.body)):
            for name in self.bound[number]:
                binding.setdefault(name, []).append(number)
        owners = {name: next((n for n in numbers if n not in self.passive), None) for name, numbers in binding.items()}
        for number in active:
            for name in self.words[number] & owners.keys():
                owner = owners[name]
                if owner is not None:
                    self._join(owner, number)
        statements = [number for number in active if isinstance(self.body[number], Lines)]
        for number in statements:
            self._join(statements[0], number)
        first = self._root(statements[0]) if statements else None
        groups: dict[int, list[int]] = {}
        for number in active:
            groups.setdefault(self._root(number), []).append(number)
        own = [] if first is None else groups.pop(first)
        found = [{*own, *self.passive}, *({*group, *self._needed(group, binding)} for group in groups.values())]
        return [tuple(self.body[number] for number in sorted(numbers)) for numbers in found]

    def _join(self, one: int, other: int) -> None:
        self.part[self._root(other)] = self._root(one)

    def _root(self, number: int) -> int:
        while self.part[number] != number:
            self.part[number] = number = self.part[self.part[number]]
        return number

    def _needed(self, group: list[int], binding: dict[str, list[int]]) -> set[int]:
        """The imports and constants that some entries mention, and those that these mention."""
        found = {number for number in self.passive if "*" in self.bound[number]}
        pending = [*group, *found]
        while pending:
            for name in self.words[pending.pop()] & binding.keys():
                news = {number for number in binding[name] if number in self.passive} - found
                found |= news
                pending += news
        return found


def _bound(tree: ast.Module, body: Part) -> list[frozenset[str]]:
    """The names that each entry binds."""
    found: list[set[str]] = [set() for _ in body]
    for number, node in _numbered(tree, body):
        found[number].update(name for inner in nested_statements(node) for name in bound_names(inner))
    return list(map(frozenset, found))


def _numbered(tree: ast.Module, body: Part) -> Iterator[tuple[int, ast.stmt]]:
    """The statements of a module, each with the number of the entry that it is, or is a part of."""
    number = 0
    lines = [lines_of(entry) for entry in body]
    for node in tree.body:
        while number < len(lines) and lines[number].last < node.lineno:
            number += 1
        if number < len(lines) and lines[number].first <= node.lineno:
            yield number, node


def _passive(tree: ast.Module, body: Part, bound: list[frozenset[str]], text: str) -> frozenset[int]:
    """The entries that only name what is imported, or what never changes, and that nothing binds anew."""
    running = [(number, node) for number, node in _numbered(tree, body) if not _is_passive(node)]
    active = {number for number, _ in running}
    changed = {name for match in _GLOBAL.finditer(text) for name in _NAME.findall(match[1])}
    changed |= {name for number in active for name in bound[number]}
    changed |= {name for number, node in running if isinstance(body[number], Lines) for name in _changed(node)}
    bound_anew = {number for number, names in enumerate(bound) if names & changed}
    return frozenset(set(range(len(body))) - active - bound_anew)


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
