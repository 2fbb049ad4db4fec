"""Fills the tables of handlers, operations and applications by importing every module below this package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from lstmlint import interpret

_PACKAGES = (interpret.ops, interpret, interpret.keras, interpret.tensorflow, interpret.torch)


@cache
def load() -> None:
    """Imports the package's modules once; each registers what it knows."""
    for package in _PACKAGES:
        for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
            if module != "program":
                importlib.import_module(f"{package.__name__}.{module}")
