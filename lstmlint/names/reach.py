"""Does a file that names no recurrent layer use one that another file of the project builds?

Decided on bytes, as `triage` does: which definitions of a module involve a recurrent layer, and which of them a file
imports. Only what lies few imports away is looked at, and what is found out of a file is kept for a whole run.
"""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate

from lstmlint import triage
from lstmlint.names.locate import LIBRARIES, MAXIMUM, Found, Locator

TYPE_CHECKING = False  # as in `typing`, which takes longer to import than a short run
if TYPE_CHECKING:
    from typing import Any

DISTANCE = 2
"""Imports from the file to the definition that names a recurrent layer: one on the way may be of a package or model."""
_IMPORT = re.compile(rb"import\b[ \t]*(\([^)]{0,5000}\)|[^\n#;]*)")
_STATEMENT = re.compile(rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import\b[ \t]*(?:\([^)]{0,5000}\)|[^\n]*)", re.MULTILINE)
_FROM = re.compile(rb"from[ \t]+(\.*)([\w.]*)")
_IMPORTED = re.compile(rb"#[^\n]*|(\*|\w+)(?:[ \t]+as[ \t]+(\w+))?")
_MODULE = re.compile(rb"([\w.]+)(?:[ \t]+as[ \t]+(\w+))?")
_NAMES = (*triage.LAYERS, b"Bidirectional", b"ic_rnn")
_USED = re.compile(rb"(?:%s)\w*(\()?|getattr\((?:nn|layers|torch\.nn)(,)" % b"|".join(_NAMES))
"""A recurrent layer, with the bracket behind it; any layer by a name that is worked out."""
_COMPANION = re.compile(b"|".join(whole for wholes in triage.COMPANIONS.values() for whole in wholes))
"""What goes only with a recurrent layer that another definition builds."""
_BEGINNINGS = (*_NAMES, b"getattr(")
"""What `_USED` begins with: searching for each takes a fifth of the time that the expression would."""
_DEFINITION = re.compile(rb"^(?:(?:class|def|async[ \t]+def)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]+)?=(?!=))", re.MULTILINE)
_NONE: frozenset[bytes] = frozenset()
_STEPS = {ord("("): 1, ord(")"): -1}

_Link = tuple[str, "bytes | None", bytes]
"""The file a name is imported from, the name there (a star: all, None: the module), and what it is called here."""


class Reach:
    """What the modules of a project define that involves a recurrent layer, worked out where it is asked for."""

    def __init__(self, locator: Locator) -> None:
        self.locator = locator
        self._named: dict[str, bool] = {}
        """Whether a file names a recurrent layer itself."""
        self._imports: dict[str, tuple[str | bytes | None, ...]] = {}
        """The parts of a file's links, one after the other: there are many of them."""
        self._texts: dict[str | bytes, str | bytes] = {}
        """Each name and path once: the same ones are imported everywhere."""
        self._defined: dict[tuple[str, int], frozenset[bytes]] = {}

    @property
    def consulted(self) -> Collection[str]:
        """The files on which depends what was said so far, besides what the locator has listed."""
        return self._named

    def concerns(self, data: bytes, path: str) -> bool:
        """True where a file names something recurrent, or a framework's user imports it from the project."""
        if triage.concerns(data):
            return True
        if not triage.mentions_framework(data) or len(data) > MAXIMUM:
            return False
        self._look(path, data)
        return self.brings(path, data)

    def brings(self, path: str, data: bytes | None = None) -> bool:
        """True where a file works with something recurrent that it imports; read only if that cannot be said so."""
        brought = self._brought(path, DISTANCE, data)
        return bool(brought) and _works_with(_bytes(path) if data is None else data, brought)

    def facts(self) -> Iterator[tuple[str, bool, tuple[str | bytes | None, ...] | None]]:
        """What the text of each file says: whether it names something recurrent, and its links, if these are known."""
        for path, is_named in self._named.items():
            yield path, is_named, self._imports.get(path)

    def take(self, path: str, is_named: bool, links: tuple[str | bytes | None, ...] | None) -> None:
        """Takes over a fact about a file that has not changed, where no folder that was listed has."""
        self._named[path] = is_named
        if links is not None:
            self._imports[path] = links

    def involved(self, data: bytes, path: str) -> frozenset[str]:
        """The definitions at a file's top level that involve a recurrent layer, or the parameters or packing of one."""
        companions = [match.start() for match in _COMPANION.finditer(data)]
        return frozenset(map(_text, _involved(data, self._brought(path, DISTANCE, data), companions)))

    def looked_for(self, data: bytes, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Where `involved` looks for the modules that a file names, found or not, and the other files that it reads."""
        for module, level in _modules(data):
            if level or module.partition(".")[0] not in LIBRARIES:
                yield from self.locator.tried(module, level, os.path.dirname(path))
        near = {target for target, _, _ in self._imported(path, data)}
        for file in sorted(near | {target for each in near for target, _, _ in self._imported(each, None)}):
            folder, name = os.path.split(file)
            yield folder, (name.removesuffix(".py"),)

    def _look(self, path: str, data: bytes) -> None:
        """Takes these bytes for what stands in a file."""
        if path not in self._named:
            self._named[path] = triage.concerns(data)

    def _imported(self, path: str, data: bytes | None) -> Iterator[_Link]:
        """What a file imports from other files of the project."""
        if path not in self._imports:
            data = _bytes(path) if data is None else data
            self._look(path, data)
            links = (part for link in self._links(data, os.path.dirname(path)) for part in link)
            self._imports[path] = tuple(part and self._texts.setdefault(part, part) for part in links)
        parts: Iterator[Any] = iter(self._imports[path])
        return zip(parts, parts, parts, strict=True)

    def _links(self, data: bytes, folder: str) -> Iterator[_Link]:
        """What a file imports from other files of the project, wherever the statement stands."""
        for match in _IMPORT.finditer(data):
            start = match.start()
            before = data[data.rfind(b"\n", 0, start) + 1 : start]
            if before.strip():
                yield from self._from(before, match[1], folder)
            else:
                for dotted, bound in _MODULE.findall(match[1]):
                    file, _ = self.locator.find(_text(dotted), 0, folder)
                    if file is not None:
                        yield file, None, bound or dotted

    def _from(self, before: bytes, names: bytes, folder: str) -> Iterator[_Link]:
        """`from MODULE import NAMES`; a name may be a module itself."""
        file, package = self._source(before, folder)
        for name, bound in _IMPORTED.findall(names) if file or package else ():
            if name and file is not None:
                yield file, name, bound or name
            if name and package is not None:
                inner = self.locator.inside(package, [_text(name)])
                if inner is not None:
                    yield inner, None, bound or name

    def _source(self, before: bytes, folder: str) -> Found:
        """The module that `from X` means, where the project has it."""
        source = _FROM.fullmatch(before.strip())
        return self.locator.find(_text(source[2]), len(source[1]), folder) if source else (None, None)

    def _brought(self, path: str, distance: int, data: bytes | None = None) -> set[bytes]:
        """The recurrent names that a file imports, as it calls them."""
        found: set[bytes] = set()
        for target, name, bound in self._imported(path, data):
            names = self._definitions(target, distance - 1)
            if not names:
                continue
            if name is None:
                found |= _used(_bytes(path) if data is None else data, bound, names)
            elif name == b"*":
                found |= names
            elif name in names:
                found.add(bound)
        return found

    def _definitions(self, path: str, distance: int) -> frozenset[bytes]:
        """The names of a module that involve a recurrent layer, its own and those that it imports and hands on."""
        key = path, distance
        if key not in self._defined:
            brought = self._brought(path, distance) if distance > 0 else set()
            if path not in self._named:
                self._look(path, _bytes(path))
            concerned = bool(brought) or self._named[path]
            self._defined[key] = frozenset(_built(_bytes(path), brought)) if concerned else _NONE
        return self._defined[key]


def _modules(data: bytes) -> Iterator[tuple[str, int]]:
    """The modules that a file imports, with the dots of relative imports counted."""
    for match in _IMPORT.finditer(data):
        before = data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()].strip()
        source = _FROM.fullmatch(before)
        if source is not None:
            yield _text(source[2]), len(source[1])
        elif not before:
            yield from ((_text(dotted), 0) for dotted, _ in _MODULE.findall(match[1]))


def _used(data: bytes, module: bytes, names: frozenset[bytes]) -> set[bytes]:
    """Which of these names a file uses of a module that it imports as a whole, as it calls them."""
    used = names.intersection(re.findall(re.escape(module) + rb"\.(\w+)", data))
    return {module + b"." + name for name in used}


def _works_with(data: bytes, names: set[bytes]) -> bool:
    """True where a file does more with one of these names than to import it and to hand it on."""
    rest = _STATEMENT.sub(b"", data)
    return any(re.search(rb"(?<![\w'\"])%s\b" % re.escape(name), rest) for name in names if name in rest)


def _bytes(path: str) -> bytes:
    """What stands in a file; nothing where it is none that the interpreter would read."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAXIMUM:
            return b""
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return b""


def _text(name: bytes) -> str:
    return name.decode("ascii", "replace")


def names_recurrent(text: str) -> bool:
    """True where a recurrent layer stands in some lines of code, or what goes only with one."""
    data = text.encode("utf-8", "replace")
    return bool(used_at(data)) or _COMPANION.search(data) is not None


def used_at(data: bytes) -> list[int]:
    """Where recurrent layers stand in code: called, or taken from a library. Prose names them otherwise."""
    found, end = [], 0
    for start in sorted(start for text in _BEGINNINGS for start in _occurrences(data, text)):
        match = _USED.match(data, start) if start >= end else None
        if match is not None:
            end = match.end()
            if match.lastindex or _is_taken(data, start):
                found.append(start)
    return found


def _occurrences(data: bytes, text: bytes) -> Iterator[int]:
    start = data.find(text)
    while start >= 0:
        yield start
        start = data.find(text, start + 1)


def _is_taken(data: bytes, start: int) -> bool:
    """True for a name behind a dot: `nn.LSTM`, `layers.CuDNNLSTM`."""
    while start and (data[start - 1 : start].isalnum() or data[start - 1 : start] == b"_"):
        start -= 1
    return data[start - 1 : start] == b"." and data[start - 2 : start - 1].isalnum()


def _is_tested(data: bytes, start: int) -> bool:
    """True for a name inside the brackets of `isinstance`."""
    opening = data.rfind(b"isinstance(", max(0, start - 300), start)
    depths = accumulate(_STEPS.get(byte, 0) for byte in data[opening + len(b"isinstance(") : start])
    return opening >= 0 and min(depths, default=0) >= 0


def _built(data: bytes, brought: set[bytes]) -> set[bytes]:
    """The definitions of another file that involve a recurrent layer.

    One that only tests for it (`isinstance(module, nn.LSTM)`, as what sets up weights does) brings none to its users.
    """
    return _involving(data, brought, [at for at in used_at(data) if not _is_tested(data, at)])


def _involved(data: bytes, brought: set[bytes], further: Iterable[int] = ()) -> set[bytes]:
    """The definitions of a file that involve a recurrent layer; `further` are other offsets whose definitions count."""
    return _involving(data, brought, [*used_at(data), *further])


def _involving(data: bytes, brought: set[bytes], offsets: Iterable[int]) -> set[bytes]:
    """The definitions at some offsets, and those that name one of them; and what was brought in, to be handed on."""
    definitions = list(_DEFINITION.finditer(data))
    starts = [match.start() for match in definitions]
    names = [match[1] or match[2] for match in definitions]
    stretches = [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=False)]
    used = (bisect_right(starts, at) - 1 for at in offsets)
    found = brought | {names[place] for place in used if place >= 0}
    news = found
    while news:
        rest = [(name, text) for name, text in zip(names, stretches, strict=True) if name not in found]
        news = {name for name, text in rest if any(_uses(text, word) for word in news)}
        found = found | news
    return found


def _uses(text: bytes, word: bytes) -> bool:
    return word in text and _whole(word).search(text) is not None


@lru_cache(maxsize=1024)
def _whole(word: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\b%s\b" % re.escape(word))
