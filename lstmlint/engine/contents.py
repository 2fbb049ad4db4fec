"""What stands in files, as far as most runs want to know it: a fingerprint, and what triage says.

A file that has not changed since an earlier run is not even opened: its size, its times and its number on the disk are
what they were when it was last read. A file that was written shortly before that run, or in its course, is read again:
a second edit within the same tick of the clock would leave no trace.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from lstmlint import triage
from lstmlint.answers import digest

if TYPE_CHECKING:
    from lstmlint.engine.store import Store

PLAIN, USES, NAMES = range(3)
"""A file without anything recurrent; one that uses a framework, and may import what is; one that names it."""
TICK = 3_000_000_000
"""Nanoseconds by which a file must be older than a run that trusts in it. Some file systems count in steps of 2 s."""


class Content(NamedTuple):
    """What stands in a file."""

    kind: int
    """`PLAIN`, `USES` or `NAMES`."""
    digest: str


class Contents:
    """What stands in the files of a run; each is looked at once."""

    def __init__(self, has_digests: bool) -> None:
        self.has_digests = has_digests
        """False where nobody asks for fingerprints, so that none are worked out."""
        self._began = time.time_ns()
        self._by = ""
        self._then: dict[str, tuple[str, int, str]] = {}
        """The mark, the kind and the digest of files in earlier runs."""
        self._now: dict[str, Content | None] = {}
        self._new: list[tuple[str, str, int, str]] = []
        """What later runs may trust in."""
        self._young: set[str] = set()

    def recall(self, store: Store, program: str, paths: Iterable[str]) -> None:
        """Reads what earlier runs have kept of some files; `program` is a fingerprint of what says the kinds."""
        reader = os.geteuid() if hasattr(os, "geteuid") else 0  # another user may not be able to read a file
        self._by = f"{program[:16]} {reader}"
        rows = store.rows("path, mark, kind, digest", "contents", paths)
        self._then.update((path, (mark, kind, known)) for path, mark, kind, known in rows)

    def keep(self, store: Store) -> None:
        """Keeps what is new since it was recalled for later runs."""
        store.put("contents", self._new)
        self._new = []

    def of(self, path: str) -> Content | None:
        """What stands in a file; None for one that cannot be read, and for a pipe, which can be read once only."""
        if path not in self._now:
            try:
                self._now[path] = self._look(path)
            except (OSError, ValueError):
                self._now[path] = None
        return self._now[path]

    def digest(self, path: str | None) -> str:
        """A fingerprint of what stands in a file; empty for no file."""
        if path is None:
            return ""
        found = self.of(path)
        return "gone" if found is None else found.digest

    def is_settled(self, path: str) -> bool:
        """False where a file was changed while the run went, or too shortly before to tell."""
        self.of(path)
        return path not in self._young

    def _look(self, path: str) -> Content | None:
        found = os.stat(path)
        mark = f"{self._by} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino} {found.st_dev}"
        then = self._then.get(path)
        if then is not None and then[0] == mark and then[1] in (PLAIN, USES, NAMES):
            return Content(then[1], then[2])
        if not stat.S_ISREG(found.st_mode):
            return None
        with open(path, "rb", buffering=0) as stream:
            data = stream.read()
        content = Content(_kind(data), digest(data) if self.has_digests else "")
        if max(found.st_mtime_ns, found.st_ctime_ns) + TICK < self._began:
            self._new.append((path, mark, *content))
        else:
            self._young.add(path)
        return content


def _kind(data: bytes) -> int:
    if triage.concerns(data):
        return NAMES
    return USES if triage.mentions_framework(data) else PLAIN
