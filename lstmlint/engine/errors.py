"""What ends a run before it begins: the user asked for something that cannot be done."""

from __future__ import annotations

from collections.abc import Iterable

from lstmlint.rulebook import RuleBook, nearest


class UsageError(Exception):
    """Wrong arguments, a path that does not exist, or a bad configuration; the message says which and where."""


def unknown(what: str, text: str, names: Iterable[str]) -> str:
    """The message for a name that does not exist, with the nearest that does."""
    return f"unknown {what} `{text}`{_meant(nearest(text, names))}"


def unknown_rule(text: str, book: RuleBook) -> str:
    """The message for a name or code that no rule has, with the nearest that one has."""
    return f"unknown rule `{text}`{_meant(book.nearest(text))}"


def _meant(name: str | None) -> str:
    return f"; did you mean `{name}`?" if name else ""
