"""What ends a run before it begins: the user asked for something that cannot be done."""

from __future__ import annotations

from collections.abc import Iterable

from lstmlint.rulebook import nearest


class UsageError(Exception):
    """Wrong arguments, a path that does not exist, or a bad configuration; the message says which and where."""


def unknown(what: str, text: str, names: Iterable[str]) -> str:
    """The message for a name that does not exist, with the nearest that does."""
    meant = nearest(text, names)
    return f"unknown {what} `{text}`" + (f"; did you mean `{meant}`?" if meant else "")
