"""What files came to before: an unchanged file is neither parsed nor interpreted again.

A result is good as long as the file, the settings, lstmlint and all that the interpretation looked up in other files
are the same. One SQLite file holds all results, so that several processes may share it; one that cannot be read or
written costs a warning. What is stored is JSON and never code: a cache may come with a repository.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import TypeVar

from lstmlint import answers
from lstmlint.answers import FILE, LAYOUT, Answer, digest_of
from lstmlint.engine.records import restored, stored
from lstmlint.findings import Found
from lstmlint.lean import dataclass

_TABLES = {
    "results": "path TEXT PRIMARY KEY, key TEXT, lookups TEXT, found TEXT, made INTEGER",
    "answers": "key TEXT PRIMARY KEY, status INTEGER, said TEXT, lookups TEXT, made INTEGER",
}
_KEPT = 30 * 24 * 3600
"""Seconds that an unused result is kept."""
_MOST = 50_000
_MOST_ANSWERS = 2_000
"""Results and answers that are kept at most; the oldest go first."""
_PATIENCE = 5.0
"""Seconds to wait for another process that writes."""

Reply = TypeVar("Reply")

Lookups = Mapping[tuple[str, tuple[str, ...]], str | None]
"""Where each import was looked for (a folder, the parts of the module's name), and the file it led to."""


@dataclass(frozen=True)
class Result:
    """What is kept of a file: what it came to, and what it looked up elsewhere."""

    found: Found
    lookups: Lookups


@cache
def program() -> str:
    """A fingerprint of lstmlint itself, worked out once in a run."""
    return answers.program()


@dataclass(eq=False)
class ResultCache:
    """The results in one folder. `warn` is called once where the cache is of no use."""

    folder: str
    warn: Callable[[str], None]
    _connection: sqlite3.Connection | None = None
    _is_usable: bool = True
    _is_pruned: bool = False
    _digests: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, key: str, find: Callable[[str, tuple[str, ...]], str | None]) -> Result | None:
        """What a file came to under the same key, as long as `find` leads to the same other files as then."""
        query = "SELECT key, lookups, found FROM results WHERE path = ?"
        row = self._ask(lambda database: database.execute(query, (path,)).fetchone())
        if row is None or row[0] != key:
            return None
        try:
            lookups = {(folder, tuple(parts)): (file, known) for folder, parts, file, known in json.loads(row[1])}
            for place, (file, known) in lookups.items():
                if find(*place) != file or self._digest(file) != known:
                    return None
            return Result(restored(row[2]), {place: file for place, (file, _) in lookups.items()})
        except (ValueError, TypeError, KeyError):
            return None

    def put(self, path: str, key: str, result: Result) -> None:
        """Keeps what a file came to."""
        lookups = [[folder, parts, file, self._digest(file)] for (folder, parts), file in result.lookups.items()]
        row = (path, key, json.dumps(lookups), stored(result.found), int(time.time()))
        self._ask(lambda database: database.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", row))
        self._prune()

    def put_answer(self, key: str, answer: Answer, lookups: Lookups) -> None:
        """Keeps what a run printed."""
        row = (key, *answer, answers.written(lookups), int(time.time()))
        self._ask(lambda database: database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", row))
        self._prune()

    def _prune(self) -> None:
        if not self._is_pruned:
            self._is_pruned = True
            self._ask(_pruned)

    def _digest(self, file: str | None) -> str:
        """The fingerprint of another file, worked out once in a run."""
        if file is None:
            return ""
        if file not in self._digests:
            self._digests[file] = digest_of(file)
        return self._digests[file]

    def look(self) -> None:
        """Opens the cache, so that one of no use is warned of now."""
        self._ask(lambda database: None)

    def _ask(self, question: Callable[[sqlite3.Connection], Reply]) -> Reply | None:
        """What the database answers; None where it is of no use, be it damaged, read-only or locked for too long."""
        if not self._is_usable:
            return None
        try:
            if self._connection is None:
                self._connection = _opened(Path(self.folder))
            return question(self._connection)
        except (sqlite3.Error, OSError) as problem:
            self._is_usable = False
            self.warn(f"the cache in {self.folder} is not used: {problem}")
            return None


def _opened(folder: Path) -> sqlite3.Connection:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)  # another process may be making it
        (folder / ".gitignore").write_text("*\n")
        (folder / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    connection = sqlite3.connect(folder / FILE, timeout=_PATIENCE, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")  # a result lost in a power cut is worked out again
    if not _has_layout(connection):
        connection.execute("BEGIN IMMEDIATE")
        if not _has_layout(connection):  # else another process was quicker
            for table, columns in _TABLES.items():
                connection.execute(f"DROP TABLE IF EXISTS {table}")
                connection.execute(f"CREATE TABLE {table} ({columns})")
            connection.execute(f"PRAGMA user_version = {LAYOUT}")
        connection.execute("COMMIT")
    return connection


def _has_layout(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone() == (LAYOUT,))


def _pruned(database: sqlite3.Connection) -> None:
    """Drops what is old or too much."""
    for table, most in (("results", _MOST), ("answers", _MOST_ANSWERS)):
        database.execute(f"DELETE FROM {table} WHERE made < ?", (int(time.time()) - _KEPT,))
        database.execute(
            f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} ORDER BY made DESC LIMIT -1 OFFSET ?)",
            (most,),
        )
