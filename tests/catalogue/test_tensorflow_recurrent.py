"""TensorFlow 1's recurrent functions and cells against what the installed TensorFlow still has of them."""

from __future__ import annotations

import inspect
import os
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf: Any = pytest.importorskip("tensorflow")
cells: Any = pytest.importorskip("tensorflow.python.keras.layers.legacy_rnn.rnn_cell_impl")

from lstmlint.catalogue.spec import REQUIRED, LayerSpec  # noqa: E402
from lstmlint.catalogue.tensorflow_recurrent import FUNCTIONS, LAYERS, WRAPPERS  # noqa: E402


def parameters(function: Any) -> list[tuple[str, object]]:
    """The named parameters of a function with their defaults, without self."""
    return [
        (name, REQUIRED if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.name)
def test_parameters_of_cells(spec: LayerSpec) -> None:
    expected = parameters(getattr(cells, spec.name).__init__)
    assert [(parameter.name, parameter.default) for parameter in spec.parameters] == expected


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_parameters_of_functions(spec: LayerSpec) -> None:
    expected = parameters(getattr(tf.compat.v1.nn, spec.name))
    assert [parameter.name for parameter in spec.parameters] == [name for name, _ in expected]
    assert dict(expected).get("time_major", False) is False


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrappers_take_the_cell_first(name: str) -> None:
    cell = cells.GRUCell(4)
    given = {"DeviceWrapper": {"device": "/cpu:0"}}.get(name, {})
    assert getattr(cells, name)(cell, **given).output_size == cell.output_size
