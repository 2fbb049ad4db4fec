"""What is said to be removed is not in the installed Keras, and what takes its place is."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from lstmlint.catalogue.keras_removed import ARGUMENTS, METHODS, NAMES, Removed


def _exists(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), attribute) or bool(importlib.import_module(name))
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("table", [NAMES, ARGUMENTS, METHODS])
def test_versions_are_those_of_keras_2_and_3(table: dict[str, Removed]) -> None:
    for removed in table.values():
        assert (2,) <= removed.since <= (3,)
        assert removed.cure


@pytest.mark.parametrize("name", ["keras.layers.LSTM", "keras.preprocessing.sequence", *NAMES])
def test_names_are_gone(name: str) -> None:
    assert _exists(name) == (name not in NAMES)


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_arguments_are_refused(argument: str) -> None:
    layers: Any = pytest.importorskip("keras.layers")
    for build in (lambda **given: layers.LSTM(4, **given), lambda **given: layers.Conv1D(4, 3, **given)):
        with pytest.raises(ValueError, match=argument):
            build(**{argument: 3})


@pytest.mark.parametrize("method", METHODS)
def test_methods_are_gone(method: str) -> None:
    keras: Any = pytest.importorskip("keras")
    x = keras.Input((5, 3))
    assert not hasattr(keras.Sequential([x]), method)
    assert not hasattr(keras.Model(x, x), method)
