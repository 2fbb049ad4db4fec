"""The comments that steer lstmlint: `# lstmlint: ignore[...]`, `# lstmlint: ignore-file[...]`, `# noqa: LST101`.

Comments are what Python's tokenizer calls so: the same letters inside a string mean nothing. A comment speaks for the
logical statement it stands on, or, on a line of its own, for the next one, decorators included; of a compound statement
that is the header. A bare `# noqa` belongs to other tools and is left alone.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from enum import Enum

from lstmlint.findings import Edit
from lstmlint.lean import dataclass
from lstmlint.source import SourceFile, Span

_WORTH_READING = re.compile(r"#.*(?:lstmlint\s*:|noqa\s*:.*\bLST)", re.IGNORECASE)
_OWN = re.compile(
    r"#\s*lstmlint\s*:\s*(?:(?P<verb>ignore-file|ignore)(?:\[(?P<names>[^]#]*)])?(?=\s|$))?[^#]*", re.IGNORECASE
)
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<names>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)[^#]*", re.IGNORECASE)
_NAME = re.compile(r"[^,\s]+")
_NOQA_NAME = re.compile(r"LST\w*", re.IGNORECASE)

_NO_PART_OF_A_STATEMENT = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER)


class Kind(Enum):
    """What a steering comment is."""

    IGNORE = "ignore"
    IGNORE_FILE = "ignore-file"
    NOQA = "noqa"
    MALFORMED = "malformed"
    """It addresses lstmlint and says nothing that lstmlint knows."""


@dataclass(frozen=True)
class Suppression:
    """One steering comment: the rules it names as written (none: all rules) and the lines it speaks for."""

    kind: Kind
    span: Span
    text: str
    names: tuple[str, ...]
    first: int
    last: int

    def covers(self, line: int) -> bool:
        """True where a finding on this line is meant."""
        return self.kind is Kind.IGNORE_FILE or self.first <= line <= self.last

    @property
    def names_all(self) -> bool:
        """True for a bare comment, which means every rule."""
        return not self.names


@dataclass(frozen=True)
class _Comment:
    """A comment with the lines of the statement it speaks for; none (0, -1) where no statement follows."""

    token: tokenize.TokenInfo
    first: int
    last: int


def is_steered(source: SourceFile) -> bool:
    """False where no comment of a file can be a steering one."""
    return _WORTH_READING.search(source.text) is not None


def suppressions(source: SourceFile) -> list[Suppression]:
    """The steering comments of a file, in source order."""
    if not is_steered(source):
        return []
    found = [suppression for comment in _comments(source.text) for suppression in _read(source, comment)]
    return sorted(found, key=lambda suppression: (suppression.span.line, suppression.span.column))


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens up to the first that cannot be read."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):
        return


@dataclass
class _Statement:
    """A logical line as it is read: its comments, those on lines of their own before it, and where it stands."""

    before: list[tokenize.TokenInfo]
    inside: list[tokenize.TokenInfo]
    opening: tokenize.TokenInfo | None = None
    last: int = 0


def _statements(text: str) -> Iterator[_Statement]:
    """The logical lines in order; the last has no opening token and holds what stands behind all statements."""
    statement = _Statement([], [])
    for token in _tokens(text):
        if token.type == tokenize.COMMENT:
            (statement.inside if statement.opening else statement.before).append(token)
        elif token.type == tokenize.NEWLINE and statement.opening:
            statement.last = token.start[0]
            yield statement
            statement = _Statement([], [])
        elif token.type not in _NO_PART_OF_A_STATEMENT and statement.opening is None:
            statement.opening = token
    yield statement


def _comments(text: str) -> Iterator[_Comment]:
    """Every comment with the statement it speaks for. What stands before a decorator waits for the definition."""
    waiting: list[tokenize.TokenInfo] = []
    decorated: int | None = None
    for statement in _statements(text):
        waiting += statement.before
        first = statement.opening.start[0] if statement.opening else 0
        last = statement.last if statement.opening else -1
        yield from (_Comment(comment, first, last) for comment in statement.inside)
        if statement.opening and statement.opening.string == "@":
            decorated = decorated or first
        else:
            yield from (_Comment(comment, decorated or first, last) for comment in waiting)
            waiting, decorated = [], None


def _read(source: SourceFile, comment: _Comment) -> Iterator[Suppression]:
    text = comment.token.string
    for match in _OWN.finditer(text):
        kind = Kind(match["verb"].lower()) if match["verb"] else Kind.MALFORMED
        names = tuple(_NAME.findall(match["names"] or ""))
        if match["names"] is not None and not names:
            kind = Kind.MALFORMED
        yield _suppression(source, comment, kind, match, names)
    for match in _NOQA.finditer(text):
        names = tuple(name for name in _NAME.findall(match["names"]) if _NOQA_NAME.fullmatch(name))
        if names:
            yield _suppression(source, comment, Kind.NOQA, match, names)


def _suppression(
    source: SourceFile, comment: _Comment, kind: Kind, match: re.Match[str], names: tuple[str, ...]
) -> Suppression:
    line, column = comment.token.start
    text = match[0].rstrip()
    start = column + match.start() + 1
    span = source.span(line, start, line, start + len(text))
    return Suppression(kind, span, text, names, comment.first, comment.last)


def without(source: SourceFile, suppression: Suppression, dropped: frozenset[str]) -> Edit:
    """The edit that takes names out of a comment; with none left (or none named), the comment goes.

    The names of other tools in a `noqa` stay, and so does other text of the same comment.
    """
    opening, written, closing = _parts(suppression)
    kept = [name for name in written if name not in dropped]
    if kept:
        return Edit(suppression.span, opening + ", ".join(kept) + closing)
    return Edit(_whole(source, suppression.span), "")


def _parts(suppression: Suppression) -> tuple[str, list[str], str]:
    """A comment's text before its names, all names in it, and what stands behind them."""
    pattern = _NOQA if suppression.kind is Kind.NOQA else _OWN
    match = pattern.match(suppression.text)
    if match is None or match["names"] is None:
        return suppression.text, [], ""
    start, end = match.span("names")
    return suppression.text[:start], _NAME.findall(match["names"]), suppression.text[end:]


def _whole(source: SourceFile, span: Span) -> Span:
    """A comment with the blanks that would be left over; with its line where nothing else stands there."""
    line = source.lines[span.line - 1]
    before, behind = line[: span.column - 1].rstrip(), line[span.end_column - 1 :].lstrip()
    if behind:
        return source.span(span.line, span.column, span.line, len(line) - len(behind) + 1)
    if before or span.line == len(source.lines):
        return source.span(span.line, len(before) + 1, span.line, len(line) + 1)
    return source.span(span.line, 1, span.line + 1, 1)
