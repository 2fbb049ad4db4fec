"""What is interpreted at once: a part of a file, or all of it, with what the rest of the file says about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import field, replace

from lstmlint.interpret.keras.arrays import is_about_ports
from lstmlint.interpret.versions import asks_for_keras_2, resetting
from lstmlint.lean import dataclass
from lstmlint.names.project import ModuleFile, Project
from lstmlint.source import SourceFile
from lstmlint.syntax.index import ClassEntry, Entry, FunctionEntry, Lines
from lstmlint.syntax.outline import Outline
from lstmlint.syntax.parse import Syntax
from lstmlint.syntax.parts import Part, parts
from lstmlint.syntax.traits import Traits


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
    body: tuple[Entry, ...]
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


def whole(source: SourceFile, outline: Outline, project: Project) -> Linted:
    """All of a file."""
    index, text = outline.index, source.text
    said = Said(asks_for_keras_2(text), resetting(text), is_about_ports(text))
    return Linted(ModuleFile(source, index), index.body, project.involved(source), said)


def parts_of(source: SourceFile, outline: Outline, project: Project) -> list[Linted]:
    """The parts of a file in which something runs."""
    linted = whole(source, outline, project)
    statements, *others = parts(linted.body, outline.traits)
    concerned = [part for part in others if _names(linted, part) & linted.involved]
    return list(_divided(linted, outline.traits, [statements, *concerned] if statements else concerned))


def _names(linted: Linted, part: Part) -> set[str]:
    entries = (linted.body[number] for number in part)
    return {entry.name for entry in entries if not isinstance(entry, Lines)}


def _divided(linted: Linted, traits: tuple[Traits, ...], divided: list[Part]) -> Iterator[Linted]:
    """The parts of a file, each with what it has to know of the others."""
    reads = Counter(name for each in traits for name in each.read)
    for part in divided:
        own = Counter(name for number in part for name in traits[number].read)
        written = frozenset().union(*(traits[number].set for number in part))
        elsewhere = frozenset(name for name in written if reads[name] > own[name])
        yield replace(
            linted,
            body=tuple(linted.body[number] for number in part),
            involved=linted.involved & _names(linted, part),
            said=replace(linted.said, read_elsewhere=elsewhere),
        )
