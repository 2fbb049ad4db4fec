"""What runs printed before: the same run over the same files prints it again, with next to nothing imported.

An answer is good as long as the command line, the files it names, the configurations above them, lstmlint and all that
was looked up in other files are the same. Answers lie in the SQLite file of all that is kept (`engine.store`), where
`engine.cache` puts them; here they are only read, and whatever is wrong with that file is left for the long way to say.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping

from lstmlint import __version__
from lstmlint.names.locate import module_file

try:  # what `hashlib` has, which imports OpenSSL besides
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

FILE = "results.sqlite"
"""The database in a cache's folder."""
LAYOUT = 5
"""Grows where the tables change; results of another layout are dropped."""

Answer = tuple[int, str]
"""The number that a run ends with, and what it prints."""

_ENDS = "\0"
"""Separates the parts of a text that is stored: no path can hold it."""


def digest(*parts: bytes) -> str:
    """A short fingerprint of some bytes."""
    whole = blake2b(digest_size=16)
    for part in parts:
        whole.update(len(part).to_bytes(8, "little"))
        whole.update(part)
    return str(whole.hexdigest())


def digest_of(file: str | None) -> str:
    """The fingerprint of what stands in a file; empty for no file."""
    if file is None:
        return ""
    try:
        with open(file, "rb") as stream:
            return digest(stream.read())
    except OSError:
        return "gone"


def program() -> str:
    """A fingerprint of lstmlint itself, its rule book and the Python that runs it; edits to its sources count."""
    package = os.path.dirname(os.path.abspath(__file__))
    rules = os.path.join(os.path.dirname(package), "rules")
    times = [*_times(package), *(_times(rules) if os.path.isdir(rules) else ())]
    return digest(__version__.encode(), f"{max(times)} {len(times)}".encode(), sys.version.encode())


def _times(folder: str) -> Iterator[int]:
    """When the sources and pages below a folder were changed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((".py", ".md")):
                yield entry.stat().st_mtime_ns
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                yield from _times(entry.path)


def written(lookups: Mapping[tuple[str, tuple[str, ...]], str | None]) -> str:
    """What was looked up elsewhere, as `recalled` reads it: folder, module, the file it led to, and its fingerprint."""
    return _ENDS.join(
        part
        for (folder, parts), file in lookups.items()
        for part in (folder, ".".join(parts), file or "", digest_of(file))
    )


def recalled(folder: str, key: str) -> Answer | None:
    """The answer under a key, where all that was looked up elsewhere is as it was."""
    file = os.path.join(folder, FILE)
    if not os.path.isfile(file):
        return None
    import sqlite3

    try:
        database = sqlite3.connect(f"file:{_quoted(file)}?mode=ro", uri=True, timeout=1.0)
        if database.execute("PRAGMA user_version").fetchone() != (LAYOUT,):
            return None
        row = database.execute("SELECT status, said, lookups FROM answers WHERE key = ?", (key,)).fetchone()
    except sqlite3.Error:
        return None
    if row is None or not isinstance(row[0], int) or not all(isinstance(text, str) for text in row[1:]):
        return None
    status, said, lookups = row
    return (status, said) if _still_hold(lookups.split(_ENDS) if lookups else ()) else None


def _still_hold(lookups: Iterable[str]) -> bool:
    """True where each module is still found where it was, with the same in it."""
    parts = iter(lookups)
    return all(
        (module_file(folder, tuple(filter(None, module.split(".")))) or "") == file
        and digest_of(file or None) == fingerprint
        for folder, module, file, fingerprint in zip(parts, parts, parts, parts, strict=False)
    )


def _quoted(path: str) -> str:
    """A path as a URI has it."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
