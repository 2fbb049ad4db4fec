"""Names in other files of the linted project, found lazily through the import that brings them."""

from __future__ import annotations

import os
from dataclasses import field
from functools import cached_property
from pathlib import Path

from lstmlint.lean import dataclass
from lstmlint.names.locate import MAXIMUM, Locator
from lstmlint.names.reach import Reach, names_recurrent
from lstmlint.source import ReadProblem, SourceFile
from lstmlint.syntax.index import FileIndex, Lines
from lstmlint.syntax.sketch import Sketch
from lstmlint.syntax.traits import words_of

MOST = 4_000_000
"""Characters of other files that are kept from one linted file to the next."""


@dataclass(eq=False)
class ModuleFile:
    """A file of the project with its index, or with what stands in for one in a file that is only imported from."""

    source: SourceFile
    index: FileIndex | Sketch

    _words: dict[Lines, frozenset[str]] = field(default_factory=dict)
    _recurrent: dict[Lines, bool] = field(default_factory=dict)

    def text(self, stretch: Lines) -> str:
        """Some lines of the file."""
        return "\n".join(self.source.lines[stretch.first - 1 : stretch.last])

    def words(self, stretch: Lines) -> frozenset[str]:
        """Every word that stands in some lines of the file."""
        if stretch not in self._words:
            self._words[stretch] = words_of(self.text(stretch))
        return self._words[stretch]

    def names_recurrent(self, stretch: Lines) -> bool:
        """True where a recurrent layer stands in some lines of the file, or what goes only with one."""
        if stretch not in self._recurrent:
            self._recurrent[stretch] = names_recurrent(self.text(stretch))
        return self._recurrent[stretch]


@dataclass(eq=False)
class Project:
    """The roots of a run and the files read so far. One object serves all files of a run."""

    roots: tuple[Path, ...] = ()
    reach: Reach | None = None
    """What the modules of the project define that involves a recurrent layer; made where it is asked for."""
    _files: dict[Path, ModuleFile | None] = field(default_factory=dict)
    _paths: dict[tuple[str, tuple[str, ...]], str | None] = field(default_factory=dict)
    looked: dict[tuple[str, tuple[str, ...]], str | None] = field(default_factory=dict)
    """Which modules were looked for in which folders, and what was found; whoever wants to know empties it first."""

    def find(self, module: str, level: int, importer: str) -> ModuleFile | None:
        """The file of an imported module, or None where it is not a file of the project.

        `level` counts the leading dots of a relative import; `importer` is the path of the importing file.
        """
        path = self._locate(module, level, importer)
        if path is None:
            return None
        found = self._files.pop(path) if path in self._files else self._load(path)
        self._files[path] = found  # the last used are last
        return found

    def forget(self, most: int = MOST) -> None:
        """Drops files that have not been used for long; to be asked for between two linted files."""
        left = sum(len(file.source.text) for file in self._files.values() if file is not None) - most
        for path, file in list(self._files.items()):
            if left <= 0:
                return
            del self._files[path]
            left -= 0 if file is None else len(file.source.text)

    def involved(self, source: SourceFile) -> frozenset[str]:
        """The definitions at a file's top level that involve a recurrent layer, be it one of another file."""
        if self.reach is None:
            self.reach = Reach(self.locator)
        data = source.text.encode("utf-8", "replace")
        found = self.reach.involved(data, source.path)
        for folder, parts in self.reach.looked_for(data, source.path):
            self.file_of(folder, parts)
        return found

    @cached_property
    def locator(self) -> Locator:
        """Looks modules up; the same one as `reach` has."""
        return Locator(tuple(map(str, self.roots))) if self.reach is None else self.reach.locator

    def file_of(self, folder: str, parts: tuple[str, ...]) -> str | None:
        """The file of a module, by the parts of its name, that would lie in a folder."""
        key = folder, parts
        if key not in self._paths:
            self._paths[key] = self.locator.inside(folder, parts)
        self.looked[key] = self._paths[key]
        return self._paths[key]

    def _locate(self, module: str, level: int, importer: str) -> Path | None:
        for folder, parts in self.locator.tried(module, level, os.path.dirname(importer)):
            found = self.file_of(folder, parts)
            if found is not None:
                return Path(found)
        return None

    def loaded(self, path: str) -> ModuleFile | None:
        """A file found before, by its path."""
        return self._files.get(Path(path))

    def _load(self, path: Path) -> ModuleFile | None:
        try:
            if path.stat().st_size > MAXIMUM:
                return None
        except OSError:
            return None
        source = SourceFile.read(path)
        if isinstance(source, ReadProblem):
            return None
        return ModuleFile(source, Sketch(source))
