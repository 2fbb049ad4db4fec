"""What the files of a run have in common while they are analysed: the project they belong to, and earlier results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lstmlint.engine.discover import Target
from lstmlint.engine.memory import give_back
from lstmlint.findings import Found
from lstmlint.lean import dataclass
from lstmlint.names.locate import Locator
from lstmlint.names.reach import Reach

if TYPE_CHECKING:
    from lstmlint.engine.cache import ResultCache
    from lstmlint.engine.recall import Recall
    from lstmlint.engine.settings import Settings
    from lstmlint.names.project import Project

OFTEN = 32
"""After so many files, memory is given back."""


@dataclass(eq=False)
class Surroundings:
    """Where imports are looked up and where results are kept; both are brought in only when a file needs them."""

    roots: tuple[Path, ...]
    """The folders in which imports are looked up besides those of the importing file's packages."""
    cache_folder: str | None
    warn: Callable[[str], None]
    """Takes what the user should know about the cache."""
    lives_on: bool = False
    """True where what the parts of a file come to is kept in memory, for when it is linted again."""
    lookups: dict[tuple[str, tuple[str, ...]], str | None] = field(default_factory=dict)
    """Where the modules of all files were looked for, and what was found; noted where results are kept."""
    _interpreted: int = 0
    """How many files were interpreted."""
    _descriptions: dict[tuple[int, frozenset[str]], tuple[Settings, bytes]] = field(default_factory=dict)
    """With the settings themselves, so that their number stays theirs."""

    @cached_property
    def _reach(self) -> Reach:
        """What the modules of the project define that involves a recurrent layer."""
        return Reach(Locator(tuple(map(str, self.roots))))

    def concerns(self, data: bytes, target: Target) -> bool:
        """True where a file with these bytes has something to interpret."""
        return self._reach.concerns(data, target.absolute)

    @cached_property
    def project(self) -> Project:
        """The one project of all files."""
        from lstmlint.names.project import Project  # a run that interprets nothing need not import it

        return Project(self.roots, self._reach)

    @cached_property
    def cache(self) -> ResultCache | None:
        """The results of earlier runs; None where none are kept."""
        if self.cache_folder is None:
            return None
        from lstmlint.engine.cache import ResultCache

        return ResultCache(self.cache_folder, self.warn)

    def recall(self, target: Target) -> Recall | None:
        """What the parts of a file came to when it was linted before; None where the process does not live on."""
        if not self.lives_on:
            return None
        from lstmlint.engine.recall import Recall

        return Recall(self.project, self._described(target))

    def _described(self, target: Target) -> bytes:
        """All settings that decide on what a file comes to."""
        settings, rules = target.settings, target.rules
        if (id(settings), rules) not in self._descriptions:
            own = [settings.book.by_name[name] for name in sorted(rules)]
            text = f"{settings.configuration} {own} {self.roots}"
            self._descriptions[id(settings), rules] = settings, text.encode()
        return self._descriptions[id(settings), rules][1]

    def _found(self, find: Callable[[], Found]) -> Found:
        self._interpreted += 1
        if self._interpreted % OFTEN == 0:
            give_back()
        return find()

    def remembered(self, data: bytes, target: Target, find: Callable[[], Found]) -> Found:
        """What a file with these bytes comes to: what it came to in an earlier run, or what `find` finds now."""
        if self.cache is None:
            return self._found(find)
        from lstmlint.answers import digest
        from lstmlint.engine.cache import Result, program

        key = digest(data, self._described(target), program().encode())
        known = self.cache.get(target.absolute, key, self.project.file_of)
        if known is not None:
            self.lookups.update(known.lookups)
            return known.found
        self.project.looked.clear()
        found = self._found(find)
        self.lookups.update(self.project.looked)
        self.cache.put(target.absolute, key, Result(found, dict(self.project.looked)))
        return found
