"""What the files of a run have in common while they are analysed: the project they belong to, and earlier results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lstmlint.answers import digest, program
from lstmlint.engine.contents import NAMES, USES, Contents
from lstmlint.engine.discover import Target
from lstmlint.engine.memory import give_back
from lstmlint.engine.reached import Reached
from lstmlint.findings import Found
from lstmlint.lean import dataclass
from lstmlint.names.locate import Locator
from lstmlint.names.reach import Reach
from lstmlint.source import SourceFile
from lstmlint.syntax.outline import OUTLINES, Outline, outline
from lstmlint.syntax.tree import SyntaxProblem

if TYPE_CHECKING:
    from lstmlint.engine.cache import ResultCache
    from lstmlint.engine.recall import Recall
    from lstmlint.engine.settings import Settings
    from lstmlint.engine.store import Store
    from lstmlint.names.project import Project

OFTEN = 32
"""After so many files, memory is given back."""
MANY = 50
"""Files of which it costs less to ask what earlier runs know than to read them."""


def _silent(text: str) -> None:
    """Other processes say nothing: the first one has said it."""


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
    concerned: set[str] = field(default_factory=set)
    """The files of which it is known that they have something to interpret."""

    @cached_property
    def _reach(self) -> Reach:
        """What the modules of the project define that involves a recurrent layer."""
        return Reach(Locator(tuple(map(str, self.roots))))

    @cached_property
    def _contents(self) -> Contents:
        """What stands in the files that are looked at, or that results depend on."""
        return Contents(self.cache_folder is not None or self.lives_on)

    @cached_property
    def _reached(self) -> Reached:
        """Which files use something recurrent of other files."""
        return Reached(self._reach, self._contents)

    @cached_property
    def _program(self) -> str:
        """A fingerprint of lstmlint itself."""
        return program()

    def elsewhere(self) -> Surroundings:
        """The same for other processes, which take over what is known in memory, if they are copies of this one."""
        from lstmlint.engine.parallel import start_method

        theirs = Surroundings(self.roots, self.cache_folder, _silent, concerned=self.concerned)
        if start_method() == "fork":
            theirs.__dict__.update(_reach=self._reach, _contents=self._contents)
        return theirs

    def learn(self, targets: Sequence[Target]) -> None:
        """Reads what earlier runs know of some files, where these are so many that it pays."""
        if self.cache_folder is not None and len(targets) >= MANY:
            self._contents.recall(self.store, self._program, (target.absolute for target in targets))
            self._reached.recall(self.store, self._program)

    def keep(self, targets: Sequence[Target]) -> None:
        """Keeps what this run knows of its files for later ones, where these will ask."""
        if self.cache_folder is not None and len(targets) >= MANY:
            self._reached.keep(self.store, self._program)
            self._contents.keep(self.store)

    def is_concerned(self, target: Target) -> bool | None:
        """Whether a file has something to interpret; None where nothing can be said before it is read for good."""
        content = self._contents.of(target.absolute)
        if content is None:
            return None
        if (content.kind == USES and self._reached.concerns(target.absolute)) or content.kind == NAMES:
            self.concerned.add(target.absolute)
        return target.absolute in self.concerned

    def concerns(self, data: bytes, target: Target) -> bool:
        """True where a file with these bytes has something to interpret."""
        return target.absolute in self.concerned or self._reach.concerns(data, target.absolute)

    @cached_property
    def project(self) -> Project:
        """The one project of all files."""
        from lstmlint.names.project import Project  # a run that interprets nothing need not import it

        return Project(self.roots, self._reach)

    @cached_property
    def store(self) -> Store:
        """What earlier runs have kept."""
        from lstmlint.engine.store import Store

        assert self.cache_folder is not None
        return Store(self.cache_folder, self.warn)

    @cached_property
    def cache(self) -> ResultCache | None:
        """The results of earlier runs; None where none are kept."""
        if self.cache_folder is None:
            return None
        from lstmlint.engine.cache import ResultCache

        return ResultCache(self.store, self._contents.digest)

    def outline(self, source: SourceFile) -> Outline | SyntaxProblem:
        """What stands at the top level of a file; what is the same as before is not parsed again."""
        return OUTLINES.outline(source) if self.lives_on else outline(source)

    def recall(self, target: Target) -> Recall | None:
        """What the parts of a file came to when it was linted before; None where the process does not live on."""
        if not self.lives_on:
            return None
        from lstmlint.engine.recall import Recall

        return Recall(self.project, self._described(target), self._contents.digest)

    def _described(self, target: Target) -> bytes:
        """All settings that decide on what a file comes to."""
        settings, rules = target.settings, target.rules
        if (id(settings), rules) not in self._descriptions:
            own = [settings.book.by_name[name] for name in sorted(rules)]
            text = f"{settings.configuration} {own} {self.roots}"
            self._descriptions[id(settings), rules] = settings, text.encode()
        return self._descriptions[id(settings), rules][1]

    def known(self, target: Target) -> Found | None:
        """What a file came to in an earlier run, where nothing has changed that it came from."""
        content = self._contents.of(target.absolute)
        if self.cache is None or content is None:
            return None
        key = self._result_key(content.digest, target)
        result = self.cache.get(target.absolute, key, self.project.file_of)
        if result is None:
            return None
        self.lookups.update(result.lookups)
        return result.found

    def remembered(self, data: bytes, target: Target, find: Callable[[], Found]) -> Found:
        """What `find` finds in a file with these bytes, kept for later runs."""
        self._interpreted += 1
        if self._interpreted % OFTEN == 0:
            give_back()
        self.project.forget()
        if self.cache is None:
            return find()
        from lstmlint.engine.cache import Result

        self.project.looked.clear()
        found = find()
        looked = dict(self.project.looked)
        self.lookups.update(looked)
        self.cache.put(target.absolute, self._result_key(digest(data), target), Result(found, looked))
        return found

    def _result_key(self, content: str, target: Target) -> str:
        return digest(content.encode(), self._described(target), self._program.encode())
