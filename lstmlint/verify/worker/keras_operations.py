"""The operations that TensorFlow carries out while a Keras model runs, as TensorFlow itself tells of them."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

PASSED = frozenset({"ReadVariableOp", "Identity", "Cast", "Const", "StopGradient", "NoOp"})
"""What changes no place of any number, or only fetches weights."""


class Listener(Protocol):
    """Who is told of operations."""

    def happened(self, name: str, ingoing: list[Any], outgoing: list[Any]) -> None:
        """An operation that was carried out, with the tensors in and out."""


def operations_of(listener: Listener) -> Callable[[], AbstractContextManager[None]]:
    """A context in which a listener is told of every operation; one that does nothing under another backend."""
    try:
        keras = importlib.import_module("keras")
        callbacks: Any = importlib.import_module("tensorflow.python.framework.op_callbacks")
        if keras.backend.backend() != "tensorflow":
            return contextlib.nullcontext
    except (ImportError, AttributeError):
        return contextlib.nullcontext

    def told(kind: Any, inputs: Any, attributes: Any, outputs: Any, op_name: Any = None, graph: Any = None) -> None:
        name = kind.decode() if isinstance(kind, bytes) else str(kind)
        if graph is None and name not in PASSED:
            ingoing, outgoing = [_numbers(inputs), _numbers(outputs)]
            if outgoing:
                listener.happened(name, ingoing, outgoing)

    @contextlib.contextmanager
    def listening() -> Iterator[None]:
        callbacks.add_op_callback(told)
        try:
            yield
        finally:
            callbacks.remove_op_callback(told)

    return listening


def _numbers(tensors: Sequence[Any]) -> list[Any]:
    """The tensors that hold numbers: no strings, no handles."""
    known = [each for each in tensors if each.dtype.is_numpy_compatible]
    return [each for each in known if each.dtype.name not in ("string", "resource", "variant")]
