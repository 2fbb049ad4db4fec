"""Which files use something recurrent that another file defines, as an earlier run found out.

The answers of one run are good together, as long as every file and every folder that was consulted for any of them is
as it was: one that has changed may be imported by all. Nothing is opened to find that out (`engine.contents`).
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

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
        self._folders: dict[str, str] = {}
        """What was consulted for that in earlier runs, with fingerprints."""
        self._is_new = False

    def concerns(self, path: str) -> bool:
        """True where a file that uses a framework imports something recurrent from the project."""
        if path not in self._users:
            with open(path, "rb", buffering=0) as stream:
                self._users[path] = self.reach.concerns(stream.read(), path)
            self._is_new = True
        return self._users[path]

    def recall(self, store: Store, program: str) -> None:
        """Takes over the answers of an earlier run, if all of them still hold."""
        row = store.row("what", "reached", self._key(program))
        try:
            files, folders, users = json.loads(row[0]) if row else ({}, {}, {})
            self.contents.recall(store, program, (path for path in files if path not in users))
            listing = self.reach.locator.listing
            if all(_fingerprint(listing(folder)) == known for folder, known in folders.items()) and all(
                self.contents.digest(path) == known for path, known in files.items()
            ):
                self._files, self._folders = dict(files), dict(folders)
                self._users = {path: bool(concerns) for path, concerns in users.items()}
        except (ValueError, TypeError, AttributeError):
            return

    def keep(self, store: Store, program: str) -> None:
        """Keeps the answers for later runs, unless something was changed while this one went."""
        files = {path: self.contents.digest(path) for path in self.reach.consulted}
        if self._is_new and all(map(self.contents.is_settled, files)):
            folders = {folder: _fingerprint(names) for folder, names in self.reach.locator.listed.items()}
            what = ({**self._files, **files}, {**self._folders, **folders}, self._users)
            store.put("reached", [(self._key(program), json.dumps(what))])

    def _key(self, program: str) -> str:
        """Where modules are looked up decides on what is found."""
        return digest(program.encode(), *map(os.fsencode, self.reach.locator.roots))


def _fingerprint(names: frozenset[str]) -> str:
    return digest("/".join(sorted(names)).encode("utf-8", "surrogateescape"))
