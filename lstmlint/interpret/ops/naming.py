"""The library names under which one operation is known."""

from __future__ import annotations


def names(which: str, *owners: str) -> tuple[str, ...]:
    """Each of some names, parted by blanks, in each of some modules or classes."""
    return tuple(f"{owner}.{name}" for owner in owners for name in which.split())
