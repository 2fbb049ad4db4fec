"""Which files a run looks at: those named, and the Python files below the folders named.

What is named is taken as it is. Below a folder, what .gitignore and the configuration leave out is left out, and so are
hidden folders, environments and what was built or installed. Links to folders are not followed, so no loop is walked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from lstmlint.engine.errors import UsageError
from lstmlint.engine.patterns import IgnoreFiles
from lstmlint.engine.settings import Settings, SettingsFinder
from lstmlint.lean import dataclass
from lstmlint.source import ReadProblem

SKIPPED = frozenset({"build", "dist", "node_modules", "site-packages"})
ENVIRONMENT = "pyvenv.cfg"
"""The file that marks a folder as a virtual environment."""


@dataclass(frozen=True)
class Target:
    """A file to look at: its path as the user will read it, its absolute path, and what applies to it."""

    path: str
    absolute: str
    settings: Settings

    @property
    def rules(self) -> frozenset[str]:
        """The names of the rules that apply to this file."""
        return self.settings.rules - self.settings.ignored_in(self.absolute)


@dataclass(frozen=True)
class _Folder:
    path: str
    absolute: str
    ignore_files: IgnoreFiles
    """Those of the folders above."""


@dataclass(frozen=True)
class _Listing:
    """A folder that has been listed, and what decides which of its entries count."""

    folder: _Folder
    entries: tuple[os.DirEntry[str], ...]
    ignore_files: IgnoreFiles
    settings: Settings

    @property
    def is_environment(self) -> bool:
        return any(entry.name == ENVIRONMENT for entry in self.entries)

    def files(self) -> Iterator[Target]:
        """The Python files that count."""
        for entry in self.entries:
            if _is_python(entry) and not self._leaves_out(entry.path):
                yield Target(os.path.join(self.folder.path, entry.name), entry.path, self.settings)

    def folders(self) -> list[_Folder]:
        """The folders that are walked next."""
        return [
            _Folder(os.path.join(self.folder.path, entry.name), entry.path, self.ignore_files)
            for entry in self.entries
            if _is_folder(entry) and not self._leaves_out(entry.path + "/")
        ]

    def _leaves_out(self, path: str) -> bool:
        return self.ignore_files.ignores(path) or self.settings.excludes(path)


def discover(paths: Iterable[str], finder: SettingsFinder) -> Iterator[Target | ReadProblem]:
    """The files of a run, each once, in the order of the paths and of the names below them.

    A path that does not exist is a usage error; a folder that cannot be listed is a problem that is reported.
    """
    paths = list(paths)
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
    seen: set[str] = set()
    for path in paths:
        for target in _below(path, finder):
            key = target.absolute if isinstance(target, Target) else target.path
            if key not in seen:
                seen.add(key)
                yield target


def _below(path: str, finder: SettingsFinder) -> Iterator[Target | ReadProblem]:
    absolute = os.path.abspath(path)
    if os.path.isdir(absolute):
        if not _is_force_excluded(absolute + "/", finder.inside(absolute)):
            shown = "" if path == os.curdir else path
            yield from _walk(_Folder(shown, absolute, IgnoreFiles.above(absolute)), finder)
    else:
        settings = finder.inside(os.path.dirname(absolute))
        if not _is_force_excluded(absolute, settings):
            yield Target(path, absolute, settings)


def _is_force_excluded(absolute: str, settings: Settings) -> bool:
    return settings.options.force_exclude and settings.excludes(absolute)


def _walk(top: _Folder, finder: SettingsFinder) -> Iterator[Target | ReadProblem]:
    pending = [top]
    while pending:
        folder = pending.pop()
        listing = _listed(folder, finder)
        if isinstance(listing, ReadProblem):
            yield listing
        elif folder is top or not listing.is_environment:
            yield from listing.files()
            pending += reversed(listing.folders())


def _listed(folder: _Folder, finder: SettingsFinder) -> _Listing | ReadProblem:
    try:
        entries = sorted(os.scandir(folder.absolute), key=lambda entry: entry.name)
    except OSError as problem:
        return ReadProblem(folder.path or os.curdir, f"cannot list the folder: {problem.strerror or problem}")
    ignore_files = folder.ignore_files.inside(folder.absolute, {entry.name for entry in entries})
    return _Listing(folder, tuple(entries), ignore_files, finder.inside(folder.absolute))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """True for a real folder that is neither hidden nor one that is skipped by its name."""
    if entry.name.startswith(".") or entry.name in SKIPPED:
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_python(entry: os.DirEntry[str]) -> bool:
    """True for a regular file, or a link to one, that is named *.py: no pipe, no link that leads nowhere."""
    if not entry.name.endswith(".py"):
        return False
    try:
        return entry.is_file()
    except OSError:
        return False
