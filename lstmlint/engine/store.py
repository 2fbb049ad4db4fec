"""The one SQLite file that holds all that is kept from run to run, so that several processes may share it.

One that cannot be read or written costs a warning. What is stored is text and numbers and never code: a cache may come
with a repository.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from lstmlint.answers import FILE, LAYOUT
from lstmlint.lean import dataclass


class _Table(NamedTuple):
    columns: str
    most: int
    """Rows that are kept at most; the oldest go first."""


_TABLES = {
    "results": _Table("path TEXT PRIMARY KEY, key TEXT, lookups TEXT, found TEXT, made INTEGER", 50_000),
    "answers": _Table("key TEXT PRIMARY KEY, status INTEGER, said TEXT, lookups TEXT, made INTEGER", 2_000),
    "contents": _Table("path TEXT PRIMARY KEY, mark TEXT, kind INTEGER, digest TEXT, made INTEGER", 200_000),
    "reached": _Table("key TEXT PRIMARY KEY, what TEXT, facts TEXT, made INTEGER", 10),
}
_KEPT = 30 * 24 * 3600
"""Seconds that an unused row is kept."""
_PATIENCE = 5.0
"""Seconds to wait for another process that writes."""
_AT_ONCE = 500
"""Rows that one query asks for; SQLite takes no more than 999 values in some of its builds."""

Reply = TypeVar("Reply")


@dataclass(eq=False)
class Store:
    """What is kept in one folder. `warn` is called once where it is of no use."""

    folder: str
    warn: Callable[[str], None]
    _connection: sqlite3.Connection | None = None
    _is_usable: bool = True
    _is_pruned: bool = False

    def look(self) -> None:
        """Opens the file, so that one of no use is warned of now."""
        self._ask(lambda database: None)

    def row(self, columns: str, table: str, key: str) -> tuple[Any, ...] | None:
        """Some columns of the row with a primary key."""
        rows = self.rows(columns, table, [key])
        return rows[0] if rows else None

    def rows(self, columns: str, table: str, keys: Iterable[str]) -> list[tuple[Any, ...]]:
        """Some columns of the rows with these primary keys, as far as there are any, in no order."""
        name = _TABLES[table].columns.partition(" ")[0]

        def asked(database: sqlite3.Connection) -> list[tuple[Any, ...]]:
            found = []
            for some in _portions([key for key in keys if _is_storable(key)]):
                query = f"SELECT {columns} FROM {table} WHERE {name} IN ({','.join('?' * len(some))})"
                found += database.execute(query, some).fetchall()
            return found

        return self._ask(asked) or []

    def put(self, table: str, rows: Iterable[tuple[str | int, ...]]) -> None:
        """Keeps rows, without their last column, when they were made, in place of those with the same keys."""
        made = int(time.time())
        stamped = [(*row, made) for row in rows if all(map(_is_storable, row))]

        def asked(database: sqlite3.Connection) -> None:
            query = f"INSERT OR REPLACE INTO {table} VALUES ({','.join('?' * len(stamped[0]))})"
            with _transaction(database):
                database.executemany(query, stamped)
                if not self._is_pruned:
                    _prune(database)
            self._is_pruned = True

        if stamped:
            self._ask(asked)

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


def _portions(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]


def _is_storable(value: str | int) -> bool:
    """False for what stands for a file name that is no text."""
    try:
        return not isinstance(value, str) or value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def _opened(folder: Path) -> sqlite3.Connection:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)  # another process may be making it
        (folder / ".gitignore").write_text("*\n")
        (folder / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    connection = sqlite3.connect(folder / FILE, timeout=_PATIENCE, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")  # a result lost in a power cut is worked out again
    if not _has_layout(connection):
        with _transaction(connection):
            if not _has_layout(connection):  # else another process was quicker
                for name, table in _TABLES.items():
                    connection.execute(f"DROP TABLE IF EXISTS {name}")
                    connection.execute(f"CREATE TABLE {name} ({table.columns})")
                connection.execute(f"PRAGMA user_version = {LAYOUT}")
    return connection


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All that is written inside, or nothing of it; other processes wait."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.rollback()
        raise
    database.execute("COMMIT")


def _has_layout(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone() == (LAYOUT,))


def _prune(database: sqlite3.Connection) -> None:
    """Drops what is old or too much."""
    for name, table in _TABLES.items():
        database.execute(f"DELETE FROM {name} WHERE made < ?", (int(time.time()) - _KEPT,))
        database.execute(
            f"DELETE FROM {name} WHERE rowid IN (SELECT rowid FROM {name} ORDER BY made DESC LIMIT -1 OFFSET ?)",
            (table.most,),
        )
