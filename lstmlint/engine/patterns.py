"""Patterns as in .gitignore: what a configuration excludes, and what .gitignore files leave out of a folder.

pathspec does the matching, and is imported only where a pattern has to be matched: a run without any does not pay.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lstmlint.lean import dataclass

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True)
class Patterns:
    """Lines of patterns that are read from a folder; paths are absolute and carry a trailing slash for a folder."""

    root: str
    lines: tuple[str, ...]

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        return _compile(self.lines)

    def verdict(self, path: str) -> bool | None:
        """True where the patterns match, False where one takes it back (`!keep.py`), None where none speaks of it."""
        prefix = self.root if self.root.endswith(os.sep) else self.root + os.sep
        if not self.lines or not path.startswith(prefix):
            return None
        return self._spec.check_file(path[len(prefix) :].replace(os.sep, "/")).include

    def match(self, path: str) -> bool:
        """True where the patterns match a path or a folder above it."""
        return self.verdict(path) is True


def _compile(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:  # git leaves out a line that is no pattern and reads the others
        return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class IgnoreFiles:
    """The .gitignore files that speak of a folder, the outermost first. The innermost that says anything decides."""

    files: tuple[Patterns, ...] = ()

    def ignores(self, path: str) -> bool:
        """True where a path is left out; a folder carries a trailing slash."""
        verdicts = (patterns.verdict(path) for patterns in reversed(self.files))
        return next((verdict for verdict in verdicts if verdict is not None), False)

    def inside(self, folder: str, names: Iterable[str]) -> IgnoreFiles:
        """Those that speak of what is in a folder with these entries; a repository of its own begins anew."""
        inherited = () if ".git" in names else self.files
        own = [Path(folder, ".gitignore")] if ".gitignore" in names else []
        if ".git" in names:
            own.insert(0, Path(folder, ".git", "info", "exclude"))
        read = (Patterns(folder, _lines(file)) for file in own)
        return IgnoreFiles((*inherited, *(patterns for patterns in read if patterns.lines)))

    @staticmethod
    def above(folder: str) -> IgnoreFiles:
        """Those of the repository that a folder is in, from its top down to the folder's parent.

        A folder that they leave out was asked for by name: then they have no say in it.
        """
        parents = list(Path(folder).parents)
        top = next((depth for depth, parent in enumerate(parents) if (parent / ".git").exists()), None)
        if top is None or Path(folder, ".git").exists():
            return IgnoreFiles()
        found = IgnoreFiles()
        for parent in reversed(parents[: top + 1]):
            found = found.inside(str(parent), [name for name in (".git", ".gitignore") if (parent / name).exists()])
        return IgnoreFiles() if found.ignores(folder + "/") else found


def _lines(file: Path) -> tuple[str, ...]:
    try:
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ()
    return tuple(line for line in text.split("\n") if line.strip() and not line.startswith("#"))
