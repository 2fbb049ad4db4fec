"""Gives memory back to the system.

Parsing allocates and frees in small pieces outside Python. On Linux the C library keeps what is free between two pieces
in use, and over some hundred files that adds up to more than all that is in use.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache

ROOM = 50_000_000
"""Bytes by which a process may grow; then another takes its place. What Python frees it seldom gives back."""


def give_back() -> None:
    """Hands what is free back to the system, where its C library knows how."""
    _trim()(0)


def resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not say so."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * _page()
    except (OSError, ValueError, IndexError):
        return 0


@cache
def _page() -> int:
    return os.sysconf("SC_PAGE_SIZE")


@cache
def _trim() -> Callable[[int], object]:
    if sys.platform != "linux":
        return lambda kept: None
    import ctypes  # a run over a few files does without

    try:
        found: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library than GNU's
        return lambda kept: None
    return found
