"""Where the file of an imported module lies, asked often and of many files: each folder is listed once.

The same rules as `Project.find` has, which looks up few modules and remembers each look for the results that are kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

MAXIMUM = 2_000_000
"""Bytes beyond which another file is not read for the sake of one name."""

MOST = 5_000
"""Modules of which it is kept where they lie. Whoever imports one again mostly does so soon."""

_NAMES = """abc argparse collections copy dataclasses datetime einops enum functools itertools json keras lightning
    logging math matplotlib numpy os pandas pathlib pickle pytorch_lightning random re scipy sklearn sys
    tensorflow tf tf_keras time torch tqdm transformers typing warnings"""
LIBRARIES = frozenset(_NAMES.split())
"""Top-level packages that are never looked for among the project's files."""

Found = tuple["str | None", "str | None"]
"""Where a module lies: its file, and its folder if it is a package, with an `__init__.py` or without."""
_NOWHERE: Found = (None, None)


def import_roots(paths: Iterable[str]) -> tuple[str, ...]:
    """Where a run over some paths looks up imports: their folders and the working folder, each also in its `src`."""
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in map(os.path.abspath, paths)]
    candidates = [os.path.join(folder, inner) for folder in (*folders, os.getcwd()) for inner in ("", "src")]
    return tuple(folder for folder in dict.fromkeys(map(os.path.normpath, candidates)) if os.path.isdir(folder))


def module_file(folder: str, parts: tuple[str, ...]) -> str | None:
    """The file of a module, by the parts of its name, that lies in a folder: the module's own, or its package's."""
    target = os.path.join(folder, *parts)
    candidates = [f"{target}.py"] if parts else []
    candidates.append(os.path.join(target, "__init__.py"))
    return next(filter(os.path.isfile, candidates), None)


class Locator:
    """Looks modules up in the packages around the importing file, and in some folders besides.

    A plain class, as all that `lstmlint.quick` needs: dataclasses cost more to import than a short run takes.
    """

    def __init__(self, roots: tuple[str, ...]) -> None:
        self.roots = roots
        self.listed: dict[str, frozenset[str]] = {}
        """The folders looked into so far, and what lies there under a name that a module can have."""
        self._starts: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str, int, str], Found] = {}

    def find(self, module: str, level: int, folder: str) -> Found:
        """A module as imported by a file in a folder; `level` counts the dots of a relative import."""
        key = folder, level, module
        if key not in self._found:
            if len(self._found) >= MOST:
                self._found.clear()
            starts = (_above(folder, level - 1),) if level else self._starts_of(folder)
            parts = [part for part in module.split(".") if part]
            found = [self._walk(start, parts) for start in starts]
            with_file = next((each for each in found if each[0]), None)
            self._found[key] = with_file or next((each for each in found if each[1]), _NOWHERE)
        return self._found[key]

    def tried(self, module: str, level: int, folder: str) -> list[tuple[str, tuple[str, ...]]]:
        """The folders that `find` looks in for a module, with the parts of its name."""
        parts = tuple(part for part in module.split(".") if part)
        starts = (_above(folder, level - 1),) if level else self._starts_of(folder)
        return [(start, parts) for start in starts]

    def inside(self, folder: str, parts: Sequence[str]) -> str | None:
        """The file of a module, by the parts of its name, that lies in a folder: the module's own, or its package's."""
        return self._walk(folder, parts)[0]

    def _starts_of(self, folder: str) -> tuple[str, ...]:
        """The importing file's folder, those of the packages around it, and the roots."""
        if folder not in self._starts:
            around = [folder]
            while "__init__.py" in self.listing(around[-1]) and os.path.dirname(around[-1]) != around[-1]:
                around.append(os.path.dirname(around[-1]))
            self._starts[folder] = tuple(dict.fromkeys((*around, *self.roots)))
        return self._starts[folder]

    def _walk(self, folder: str, parts: Sequence[str]) -> Found:
        for number, part in enumerate(parts):
            entries = self.listing(folder)
            if number == len(parts) - 1 and f"{part}.py" in entries:
                return os.path.join(folder, f"{part}.py"), None
            if part not in entries:
                return _NOWHERE
            folder = os.path.join(folder, part)
        return os.path.join(folder, "__init__.py") if "__init__.py" in self.listing(folder) else None, folder

    def listing(self, folder: str) -> frozenset[str]:
        """What lies in a folder under a name that a module can have; nothing where it is no folder."""
        if folder not in self.listed:
            try:
                self.listed[folder] = frozenset(filter(_is_module, os.listdir(folder)))
            except OSError:
                self.listed[folder] = frozenset()
        return self.listed[folder]


def _is_module(name: str) -> bool:
    """True for the name of a module's file or folder; what running Python leaves behind is none."""
    return name.endswith(".py") or ("." not in name and name != "__pycache__")


def _above(folder: str, levels: int) -> str:
    for _ in range(levels):
        folder = os.path.dirname(folder)
    return folder
