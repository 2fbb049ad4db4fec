"""Fills the tables of handlers, operations and applications by importing every module below this package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from lstmlint import interpret

_PROGRAM = f"{interpret.__name__}.program"
"""Where interpreting begins: it asks for the others, and registers nothing."""


@cache
def load() -> None:
    """Imports the package's modules once; each registers what it knows."""
    for module in pkgutil.walk_packages(interpret.__path__, f"{interpret.__name__}."):
        if module.name != _PROGRAM:
            importlib.import_module(module.name)
