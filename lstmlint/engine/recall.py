"""What the parts of files came to before, in a process that lives on: after an edit one part is interpreted, not all.

A part comes to the same as before as long as its lines are the same, wherever they now stand, and so is all that was
looked up in other files.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

from lstmlint.answers import digest
from lstmlint.findings import Found, with_spans
from lstmlint.interpret.linted import Linted
from lstmlint.lean import dataclass
from lstmlint.names.project import Project
from lstmlint.source import Span
from lstmlint.syntax.index import Lines, lines_of

MOST = 2_000
"""Parts that are kept; those that were not asked for the longest go first."""


@dataclass(frozen=True)
class _Known:
    """What a part came to, the lines it stood in, and what it looked up elsewhere."""

    found: Found
    stood: tuple[Lines, ...]
    lookups: dict[tuple[str, tuple[str, ...]], tuple[str | None, str]]
    """Where modules were looked for, the file that was found, and a fingerprint of what stood in it."""


_KNOWN: OrderedDict[str, _Known] = OrderedDict()
"""By the part's text and the settings."""


@dataclass(eq=False)
class Recall:
    """What was kept, as one run over a file asks for it."""

    project: Project
    described: bytes
    """All settings that decide on what a file comes to."""
    digest: Callable[[str | None], str]
    """Says what stands in another file (None: in no file)."""

    def found(self, part: Linted, find: Callable[[], Found]) -> Found:
        """What a part of a file comes to: what it came to before, or what `find` finds now."""
        key = self._key(part)
        known = _KNOWN.get(key)
        stands = tuple(map(lines_of, part.body))
        if known is not None and self._is_good(known):
            _KNOWN.move_to_end(key)
            return known.found if known.stood == stands else _moved(known, part.source.path, stands)
        before = dict(self.project.looked)
        self.project.looked.clear()
        found = find()
        lookups = {place: (file, self.digest(file)) for place, file in self.project.looked.items()}
        self.project.looked.update(before)
        if all(_stretch(span, stands) is not None for span in _spans(found) if span.path == part.source.path):
            _KNOWN[key] = _Known(found, stands, lookups)
            if len(_KNOWN) > MOST:
                _KNOWN.popitem(last=False)
        return found

    def _key(self, part: Linted) -> str:
        texts = (part.file.text(lines_of(entry)) for entry in part.body)
        said = part.said
        rest = (sorted(part.involved), said.keras_2, sorted(said.resets), said.ports, sorted(said.read_elsewhere))
        return digest(self.described, part.source.path.encode(), repr(rest).encode(), *map(_bytes, texts))

    def _is_good(self, known: _Known) -> bool:
        """True where all that was looked up in other files is as it was."""
        find = self.project.file_of
        return all(
            find(*place) == file and self.digest(file) == fingerprint
            for place, (file, fingerprint) in known.lookups.items()
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _spans(found: Found) -> Iterator[Span]:
    for diagnostic in found.diagnostics:
        yield diagnostic.span
        yield from (reason.span for reason in diagnostic.because)
        yield from (edit.span for edit in (diagnostic.fix.edits if diagnostic.fix else ()))


def _stretch(span: Span, stands: tuple[Lines, ...]) -> int | None:
    """Which stretch of a part holds a place."""
    held = (number for number, lines in enumerate(stands) if lines.first <= span.line and span.end_line <= lines.last)
    return next(held, None)


def _moved(known: _Known, path: str, stands: tuple[Lines, ...]) -> Found:
    """What a part came to, with the lines as they now are."""

    def moved(span: Span) -> Span:
        number = _stretch(span, known.stood) if span.path == path else None
        if number is None:
            return span
        by = stands[number].first - known.stood[number].first
        return replace(span, line=span.line + by, end_line=span.end_line + by)

    return replace(known.found, diagnostics=tuple(with_spans(each, moved) for each in known.found.diagnostics))
