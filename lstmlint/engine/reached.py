"""Which files use something recurrent that another file defines, as an earlier run found out.

The answers of one run are good together, as long as every file and every folder that was consulted for any of them is
as it was: one that has changed may be imported by all. Where only files have changed, what the text of the others says
still holds, and the answers follow from it. Nothing is opened to find that out (`engine.contents`).
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from lstmlint.answers import digest
from lstmlint.names.reach import Reach

if TYPE_CHECKING:
    from lstmlint.engine.contents import Contents
    from lstmlint.engine.store import Store


class Reached:
    """What `reach` says of files that name nothing recurrent themselves."""

    def __init__(self, reach: Reach, contents: Contents) -> None:
        self.reach = reach
        self.contents = contents
        self._users: dict[str, bool] = {}
        """Files that use a framework, and whether they use something recurrent."""
        self._files: dict[str, str] = {}
        """What was consulted for that in earlier runs, with fingerprints."""
        self._folders: dict[str, str] = {}
        self._is_new = False

    def concerns(self, path: str) -> bool:
        """True where a file that uses a framework imports something recurrent from the project."""
        if path not in self._users:
            self._users[path] = self.reach.brings(path)
            self._is_new = True
        return self._users[path]

    def recall(self, store: Store, program: str) -> None:
        """Takes over what an earlier run found out, as far as it still holds."""
        row = store.row("what", "reached", self._key(program))
        try:
            files, folders, users = json.loads(row[0]) if row else ({}, {}, {})
            listing = self.reach.locator.listing
            if any(_fingerprint(listing(folder)) != known for folder, known in folders.items()):
                return
            self.contents.recall(store, program, (path for path in files if path not in users))
            good = {path for path, known in files.items() if self.contents.digest(path) == known}
            if len(good) < len(files):
                self._take(store.row("facts", "reached", self._key(program)), good)
            else:
                self._files, self._folders = dict(files), dict(folders)
                self._users = {path: bool(concerns) for path, concerns in users.items()}
        except (ValueError, TypeError, AttributeError, IndexError):
            return

    def _take(self, row: tuple[Any, ...] | None, good: set[str]) -> None:
        """Takes over what the texts of files say that have not changed."""
        texts, facts = json.loads(row[0]) if row else ([], [])
        for path, is_named, links in facts:
            if texts[path] in good:
                self.reach.take(texts[path], bool(is_named), None if links is None else _links(texts, links))

    def keep(self, store: Store, program: str) -> None:
        """Keeps the answers for later runs, unless something was changed while this one went."""
        files = {path: self.contents.digest(path) for path in self.reach.consulted}
        if self._is_new and all(map(self.contents.is_settled, files)):
            folders = {folder: _fingerprint(names) for folder, names in self.reach.locator.listed.items()}
            what = ({**self._files, **files}, {**self._folders, **folders}, self._users)
            store.put("reached", [(self._key(program), json.dumps(what), self._facts())])

    def _facts(self) -> str:
        """What the texts of all files say, with numbers in place of paths and names."""
        numbers: dict[str, int] = {}

        def number(part: str | bytes) -> int:
            return numbers.setdefault(part if isinstance(part, str) else part.decode("ascii"), len(numbers))

        facts = [
            (number(path), int(is_named), links and [part and number(part) for part in links])
            for path, is_named, links in self.reach.facts()
        ]
        return json.dumps((list(numbers), facts), separators=(",", ":"))

    def _key(self, program: str) -> str:
        """Where modules are looked up decides on what is found."""
        return digest(program.encode(), *map(os.fsencode, self.reach.locator.roots))


def _links(texts: list[str], numbers: list[Any]) -> tuple[str | bytes | None, ...]:
    """The links of a file: three parts each, the file, the name there or None, and the name here."""
    parts = iter(numbers)
    links = zip(parts, parts, parts, strict=True)
    return tuple(
        part
        for file, name, bound in links
        for part in (texts[file], name if name is None else texts[name].encode(), texts[bound].encode())
    )


def _fingerprint(names: frozenset[str]) -> str:
    return digest("/".join(sorted(names)).encode("utf-8", "surrogateescape"))
