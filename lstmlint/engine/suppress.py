"""What comments suppress, and the comments that suppress nothing.

A comment is called unused only where every rule it means has run: of the others nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace

from lstmlint.engine.analyse import tool_diagnostic
from lstmlint.engine.settings import Settings
from lstmlint.findings import Diagnostic, Fix, Safety
from lstmlint.lean import dataclass
from lstmlint.rulebook import RuleBook
from lstmlint.source import SourceFile
from lstmlint.syntax.pragmas import Kind, Suppression, suppressions, without

UNUSED = "unused-suppression"
_BARE = ""
"""Stands for the missing name of a comment that means every rule."""


@dataclass
class _Comment:
    """A suppression, the rules that each of its names means, and the names that have suppressed something."""

    suppression: Suppression
    meanings: dict[str, frozenset[str]]
    used: set[str] = field(default_factory=set)

    def suppresses(self, diagnostic: Diagnostic) -> bool:
        """True where a finding is suppressed; the names that do it are used from then on."""
        if not self.suppression.covers(diagnostic.span.line):
            return False
        names = {name for name, rules in self.meanings.items() if diagnostic.rule in rules}
        self.used |= names
        return bool(names)

    def unused(self, ran: frozenset[str]) -> list[str]:
        """The names that suppress nothing though all they mean has run."""
        return [name for name, rules in self.meanings.items() if rules and rules <= ran and name not in self.used]

    @property
    def unknown(self) -> list[str]:
        """The names that mean no rule."""
        return [name for name, rules in self.meanings.items() if not rules]


def suppress(
    diagnostics: Iterable[Diagnostic], source: SourceFile, settings: Settings, ran: frozenset[str]
) -> list[Diagnostic]:
    """The findings of a file that no comment suppresses, and those about its comments.

    `ran` are the names of the rules that have run on the file; empty, nothing is said of comments.
    """
    comments = [_Comment(found, _meanings(found, settings.book)) for found in suppressions(source)]
    left = _left(diagnostics, comments)
    if UNUSED not in ran:
        return left
    about = [found for comment in comments for found in _about(comment, ran - {UNUSED}, source, settings)]
    left += _left(about, comments)
    # Only now is it known which comments were of use against findings about comments.
    return left + [found for comment in comments for found in _idle(comment, frozenset({UNUSED}), source, settings)]


def _left(diagnostics: Iterable[Diagnostic], comments: list[_Comment]) -> list[Diagnostic]:
    """The findings that no comment suppresses. Of two comments that cover a finding, both are used."""
    left = []
    for diagnostic in diagnostics:
        suppressing = [comment for comment in comments if comment.suppresses(diagnostic)]
        if not suppressing:
            left.append(diagnostic)
    return left


def _meanings(suppression: Suppression, book: RuleBook) -> dict[str, frozenset[str]]:
    """The names of a comment with the rules they mean.

    A `noqa` may shorten a code, as other tools let it. A bare comment does not silence what is said of comments, itself
    among them.
    """
    if suppression.kind is Kind.MALFORMED:
        return {}
    if not suppression.names:
        return {_BARE: frozenset(book.by_name) - {UNUSED}}
    if suppression.kind is Kind.NOQA:
        return {name: frozenset(rule.name for rule in book.begins_with(name)) for name in suppression.names}
    rules = {name: book.find(name) for name in suppression.names}
    return {name: frozenset({rule.name} if rule else ()) for name, rule in rules.items()}


def _about(comment: _Comment, ran: frozenset[str], source: SourceFile, settings: Settings) -> list[Diagnostic]:
    """What is wrong with a comment: not understood, a name that is no rule, a name that suppresses nothing."""
    span = comment.suppression.span
    wrong = []
    if comment.suppression.kind is Kind.MALFORMED:
        found = tool_diagnostic(UNUSED, f"`{comment.suppression.text}` is not understood", span, settings)
        wrong.append(replace(found, cure="write `# lstmlint: ignore[rule]` or `# lstmlint: ignore-file[rule]`"))
    for name in comment.unknown:
        nearest = settings.book.nearest(name)
        found = tool_diagnostic(UNUSED, f"`{name}` is no rule", span, settings)
        wrong.append(replace(found, cure=f"did you mean `{nearest}`?" if nearest else ""))
    return wrong + _idle(comment, ran, source, settings)


def _idle(comment: _Comment, ran: frozenset[str], source: SourceFile, settings: Settings) -> list[Diagnostic]:
    """One finding for the names of a comment that suppress nothing, with the fix that removes them."""
    names = comment.unused(ran)
    if not names:
        return []
    whole = len(names) == len(comment.meanings)
    listed = comment.suppression.text if whole else "`, `".join(names)
    found = tool_diagnostic(UNUSED, f"`{listed}` suppresses nothing", comment.suppression.span, settings)
    title = "remove the comment" if whole else f"remove `{'`, `'.join(names)}` from the comment"
    edit = without(source, comment.suppression, frozenset(names))
    return [replace(found, fix=Fix(title, Safety.SAFE, (edit,)))]
