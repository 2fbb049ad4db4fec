"""Fills the tables of handlers, operations and applications by importing every module below this package."""

from __future__ import annotations

import importlib
from functools import cache

from lstmlint import interpret
from lstmlint.modules import below

_PROGRAM = f"{interpret.__name__}.program"
"""Where interpreting begins: it asks for the others, and registers nothing."""


@cache
def load() -> None:
    """Imports the package's modules once; each registers what it knows."""
    for module in below(interpret.__name__, interpret.__path__):
        if module != _PROGRAM:
            importlib.import_module(module)
