"""Finds a layer's facts by its canonical path, over all families.

Every module of this package that defines `LAYERS` takes part: a new family is a new file, registered nowhere.
"""

from __future__ import annotations

import importlib
from functools import cache

import lstmlint.catalogue
from lstmlint.catalogue.spec import LayerSpec
from lstmlint.catalogue.torch_recurrent import OLDER_RNN, REORDERED
from lstmlint.modules import below
from lstmlint.versions import NEWEST, Versions


@cache
def all_layers() -> dict[str, LayerSpec]:
    """Every layer class of the catalogue by its canonical path, families in the order of their modules' names."""
    found: dict[str, LayerSpec] = {}
    for name in below(lstmlint.catalogue.__name__, lstmlint.catalogue.__path__):
        found.update((spec.path, spec) for spec in getattr(importlib.import_module(name), "LAYERS", ()))
    return found


def layer_spec(path: str, versions: Versions = NEWEST) -> LayerSpec | None:
    """What is known of the layer class with a canonical path (`torch.nn.LSTM`); None for anything else."""
    if path == OLDER_RNN.path and versions.torch.before(*REORDERED):
        return OLDER_RNN
    return all_layers().get(path)
