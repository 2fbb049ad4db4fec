"""What files came to before: an unchanged file is neither parsed nor interpreted again.

A result is good as long as the file, the settings, lstmlint and all that the interpretation looked up in other files
are the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from lstmlint import answers
from lstmlint.answers import Answer
from lstmlint.engine.records import restored, stored
from lstmlint.engine.store import Store
from lstmlint.findings import Found
from lstmlint.lean import dataclass

Lookups = Mapping[tuple[str, tuple[str, ...]], str | None]
"""Where each import was looked for (a folder, the parts of the module's name), and the file it led to."""


@dataclass(frozen=True)
class Result:
    """What is kept of a file: what it came to, and what it looked up elsewhere."""

    found: Found
    lookups: Lookups


@dataclass(eq=False)
class ResultCache:
    """The results that a store keeps. `digest` says what stands in another file (None: in no file)."""

    store: Store
    digest: Callable[[str | None], str]

    def get(self, path: str, key: str, find: Callable[[str, tuple[str, ...]], str | None]) -> Result | None:
        """What a file came to under the same key, as long as `find` leads to the same other files as then."""
        row = self.store.row("key, lookups, found", "results", path)
        if row is None or row[0] != key:
            return None
        try:
            lookups = {(folder, tuple(parts)): (file, known) for folder, parts, file, known in json.loads(row[1])}
            for place, (file, known) in lookups.items():
                if find(*place) != file or self.digest(file) != known:
                    return None
            return Result(restored(row[2]), {place: file for place, (file, _) in lookups.items()})
        except (ValueError, TypeError, KeyError):
            return None

    def put(self, path: str, key: str, result: Result) -> None:
        """Keeps what a file came to."""
        lookups = [[folder, parts, file, self.digest(file)] for (folder, parts), file in result.lookups.items()]
        self.store.put("results", [(path, key, json.dumps(lookups), stored(result.found))])


def put_answer(store: Store, key: str, answer: Answer, lookups: Lookups) -> None:
    """Keeps what a run printed."""
    store.put("answers", [(key, *answer, answers.written(lookups))])
