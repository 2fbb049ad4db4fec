"""What operations on tensors do to named axes: one file per family, found by importing this package.

Each operation is a function of the world and a call, registered under the library names and `Tensor.` methods it
speaks for. It is total: arguments that make no sense, or that are not known, give an unknown value.
"""

from __future__ import annotations

import importlib
from functools import cache

from lstmlint.modules import below


@cache
def load() -> None:
    """Imports every module of this package, which registers its operations."""
    for module in below(__name__, __path__):
        importlib.import_module(module)
