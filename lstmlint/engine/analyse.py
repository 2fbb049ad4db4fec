"""One file from its bytes to diagnostics: triage, decoding, parsing, interpreting, checking.

The interpreter and libcst, which cost far more to import than Python to start, are imported where a file first needs
them; so are the checks.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial

from lstmlint.engine.discover import Target
from lstmlint.engine.settings import Settings
from lstmlint.engine.surroundings import Surroundings
from lstmlint.findings import Confidence, Diagnostic, Finding, Found, GivenUp, Reason
from lstmlint.headroom import headroom
from lstmlint.lean import dataclass
from lstmlint.source import ReadProblem, SourceFile, Span, decode
from lstmlint.syntax.outline import Outline
from lstmlint.syntax.pragmas import is_steered
from lstmlint.syntax.tree import SyntaxProblem

LARGEST = 4_000_000
"""Bytes of a file that is read. What people write is far below; a literal of 10 MB takes gigabytes as a tree."""

SYNTAX_ERROR = "syntax-error"
UNREADABLE_FILE = "unreadable-file"


@dataclass(frozen=True)
class Analysed:
    """What one file came to.

    A diagnostic's span can lie in another file of the project, where the mistake is what that file does with this one's
    data.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    ran: frozenset[str] = frozenset()
    """The rules whose checks have run."""
    given_up: tuple[GivenUp, ...] = ()
    is_interpreted: bool = False
    """False where the file has nothing to interpret or cannot be read."""
    is_steered: bool = False
    """True where a comment of the file addresses lstmlint."""
    source: SourceFile | None = None
    """The file, where it is known without reading it again, and its findings or comments will ask for it."""


NOTHING = Analysed()
"""What a file came to that has nothing to interpret, as have most files of a tree."""


def analyse(data: bytes, target: Target, surroundings: Surroundings) -> Analysed:
    """Looks at the bytes of a file. What the interpreter raises is not caught here.

    The surroundings are asked for their project only where there is something to interpret.
    """
    if not surroundings.concerns(data, target):
        return NOTHING
    path, settings = target.absolute, target.settings
    source = _decoded(data, path)
    if isinstance(source, ReadProblem):
        return Analysed((tool_diagnostic(UNREADABLE_FILE, source.message, _start(source), settings),))
    found = surroundings.remembered(data, target, lambda: _found(source, target, surroundings))
    return analysed(found, target, source)


def analysed(found: Found, target: Target, source: SourceFile | None = None) -> Analysed:
    """A file by what interpreting it came to, now or in an earlier run."""
    book = target.settings.book
    is_read = not any(diagnostic.rule == SYNTAX_ERROR for diagnostic in found.diagnostics)
    ran = frozenset(rule for rule in target.rules if is_read and not book.by_name[rule].is_observed)
    if source is not None:
        source.__dict__.pop("lines", None)  # most are not asked for again, and they take as much as the text
    kept = source if found.diagnostics or found.is_steered else None
    return Analysed(found.diagnostics, ran, found.given_up, True, found.is_steered, kept)


def _decoded(data: bytes, path: str) -> SourceFile | ReadProblem:
    if path.endswith(".ipynb"):
        return ReadProblem(path, "notebooks are not read; `jupyter nbconvert --to script` makes a Python file of one")
    return decode(data, path) if len(data) <= LARGEST else ReadProblem(path, _too_large(data))


def _found(source: SourceFile, target: Target, surroundings: Surroundings) -> Found:
    return replace(_looked_into(source, target, surroundings), is_steered=is_steered(source))


@headroom()
def _looked_into(source: SourceFile, target: Target, surroundings: Surroundings) -> Found:
    settings = target.settings
    found = surroundings.outline(source)
    if isinstance(found, SyntaxProblem):
        span = Span(source.path, found.line, found.column, found.line, found.column)
        if found.is_beyond:
            return Found((tool_diagnostic(UNREADABLE_FILE, f"not checked: {found.message}", span, settings),))
        message = "does not parse as Python {}.{}: ".format(*sys.version_info) + _uncapitalised(found.message)
        return Found((tool_diagnostic(SYNTAX_ERROR, message, span, settings),))
    return _interpreted(source, found, target, surroundings)


def unreadable(problem: ReadProblem, settings: Settings) -> Diagnostic:
    """The diagnostic for a file or folder that cannot be read."""
    return tool_diagnostic(UNREADABLE_FILE, problem.message, _start(problem), settings)


def tool_diagnostic(rule: str, message: str, span: Span, settings: Settings) -> Diagnostic:
    """A diagnostic of a rule about the run itself: nothing about it is uncertain."""
    code = settings.book.by_name[rule].code
    return Diagnostic(span, rule, code, settings.severity(rule), Confidence.CERTAIN, message)


def _too_large(data: bytes) -> str:
    return f"too large to be read: {len(data) / 1e6:.1f} MB, of at most {LARGEST / 1e6:.1f}"


def _start(problem: ReadProblem) -> Span:
    return Span(problem.path, problem.line, 1, problem.line, 1)


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _interpreted(source: SourceFile, outline: Outline, target: Target, surroundings: Surroundings) -> Found:
    from lstmlint.checks import all_checks, find
    from lstmlint.interpret.linted import Linted, parts_of
    from lstmlint.interpret.program import interpret
    from lstmlint.interpret.run import STEPS_IN_ALL

    settings, project, recall = target.settings, surroundings.project, surroundings.recall(target)
    checks = [check for check in all_checks() if check.rule in target.rules]

    def look_at(part: Linted) -> Found:
        world = interpret(part, project, settings.configuration.versions)
        diagnostics = tuple(_diagnostic(rule, finding, settings) for rule, finding in find(world, checks))
        return Found(diagnostics, world.given_up, world.steps)

    whole = Found()
    for part in parts_of(source, outline, project) if checks else ():
        if whole.steps > STEPS_IN_ALL:
            first = next((entry.name for entry in part.definitions), "the top level")
            given_up = GivenUp(source.path, f"{first}, and what follows it", f"{STEPS_IN_ALL:,} steps in all")
            return replace(whole, given_up=(*whole.given_up, given_up))
        found = look_at(part) if recall is None else recall.found(part, partial(look_at, part))
        whole = _together(whole, found)
    return whole


def _together(one: Found, other: Found) -> Found:
    return Found(one.diagnostics + other.diagnostics, one.given_up + other.given_up, one.steps + other.steps)


def _diagnostic(rule: str, finding: Finding, settings: Settings) -> Diagnostic:
    return Diagnostic(
        span=finding.place.span,
        rule=rule,
        code=settings.book.by_name[rule].code,
        severity=settings.severity(rule, finding),
        confidence=finding.confidence,
        message=finding.message,
        because=tuple(Reason(evidence.place.span, evidence.text) for evidence in finding.because),
        cure=finding.cure,
    )
