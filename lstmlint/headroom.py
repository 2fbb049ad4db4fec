"""Room for the work on one file: deep recursion, and no search for garbage in between."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

NESTING = 5_000
"""Python frames that may nest: the interpreter and libcst's visitors take a dozen and more for each level of a file."""


@contextmanager
def headroom() -> Iterator[None]:
    """Lets Python nest deeply, and leaves cyclic garbage for later: what is made for a file is needed to the end."""
    limit, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(limit, NESTING))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()
