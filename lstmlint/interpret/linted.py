"""What is interpreted at once: a part of a file, or all of it, with what the rest of the file says about it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import field, replace

from lstmlint.interpret.keras.arrays import is_about_ports
from lstmlint.interpret.versions import asks_for_keras_2, resetting
from lstmlint.lean import dataclass
from lstmlint.names.project import ModuleFile, Project
from lstmlint.source import SourceFile
from lstmlint.syntax.index import ClassEntry, FunctionEntry, Lines, index, lines_of
from lstmlint.syntax.parse import Syntax
from lstmlint.syntax.parts import Part, parts

_ATTRIBUTE = re.compile(r"\.(\w+)\b([ \t]*=(?!=))?")
"""An attribute, and whether it is assigned to."""


@dataclass(frozen=True)
class Said:
    """What the text of a file says about all of it, or about one part of it."""

    keras_2: bool
    """It asks for a Keras before 3."""
    resets: frozenset[str]
    """The functions that name a reset of a Keras layer's states."""
    ports: bool
    """It names torch's parameters and Keras."""
    read_elsewhere: frozenset[str] = frozenset()
    """The attributes that the part sets and that another part reads."""


@dataclass(frozen=True)
class Linted:
    """The part of a file that a run is about."""

    file: ModuleFile
    body: Part
    """The statements of the file's top level that belong to it."""
    involved: frozenset[str]
    """The names of the definitions that involve a recurrent layer. What else there is waits until it is used."""
    said: Said
    syntax: Syntax = field(default_factory=Syntax)
    """One for all parts of a file."""

    @property
    def source(self) -> SourceFile:
        """The file's text."""
        return self.file.source

    @property
    def definitions(self) -> list[FunctionEntry | ClassEntry]:
        """The functions and classes."""
        return [entry for entry in self.body if not isinstance(entry, Lines)]


def whole(source: SourceFile, tree: ast.Module, project: Project) -> Linted:
    """All of a file."""
    found, text = index(tree), source.text
    said = Said(asks_for_keras_2(text), resetting(text), is_about_ports(text))
    return Linted(ModuleFile(source, found), found.body, project.involved(source), said)


def parts_of(source: SourceFile, tree: ast.Module, project: Project) -> list[Linted]:
    """The parts of a file in which something runs."""
    linted = whole(source, tree, project)
    statements, *others = parts(tree, linted.body, source.text, linted.file.words)
    concerned = [body for body in others if _names(body) & linted.involved]
    return list(_divided(linted, [statements, *concerned] if statements else concerned))


def _names(body: Part) -> set[str]:
    return {entry.name for entry in body if not isinstance(entry, Lines)}


def _divided(linted: Linted, bodies: list[Part]) -> Iterator[Linted]:
    """The parts of a file, each with what it has to know of the others."""
    if len(bodies) == 1:
        yield replace(linted, body=bodies[0])
        return
    attributes = {lines: _attributes(linted.file.text(lines)) for lines in map(lines_of, linted.body)}
    reads = Counter(name for read, _ in attributes.values() for name in read)
    for body in bodies:
        own = Counter(name for entry in body for name in attributes[lines_of(entry)][0])
        written = {name for entry in body for name in attributes[lines_of(entry)][1]}
        elsewhere = frozenset(name for name in written if reads[name] > own[name])
        said = replace(linted.said, read_elsewhere=elsewhere)
        yield replace(linted, body=body, involved=linted.involved & _names(body), said=said)


def _attributes(text: str) -> tuple[set[str], set[str]]:
    """The attributes that some lines read, and those that they set."""
    read: set[str] = set()
    written: set[str] = set()
    for name, assigned in _ATTRIBUTE.findall(text):
        (written if assigned else read).add(name)
    return read, written
