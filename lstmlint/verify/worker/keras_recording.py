"""Watches Keras while a model runs: every layer and operation that the user's code or a model calls, in order.

Models and the user's own layers are looked into; a layer of Keras is one call, whatever it wraps, and so is an
operation of a graph. Under TensorFlow the operations between layers are seen as TensorFlow carries them out.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lstmlint.verify.contracts import MIXED, OWNED, UNKNOWN, Place
from lstmlint.verify.worker.flatten import replaced, tensors
from lstmlint.verify.worker.keras_arrays import axis_of, differ, healed
from lstmlint.verify.worker.keras_operations import operations_of
from lstmlint.verify.worker.places import is_own, own_place, places_around
from lstmlint.verify.worker.samples import Change, Compared

keras: Any = importlib.import_module("keras")
numpy: Any = importlib.import_module("numpy")

BUILT, CALLED = "_lstmlint_built", "_lstmlint_called"
"""Where a layer was built, and where a graph was given calls of it."""
MOST_CALLS = 4000
IN_A_ROW = os.path.join("models", "sequential.py")


@dataclass
class Record:
    """One call of the first run, with copies of what went in and came out."""

    name: str
    place: Place | None
    inputs: list[Any]
    outputs: list[Any]
    owner: Any
    kind: str = "layer"
    masked: tuple[bool, bool] = (False, False)
    hidden: int = 0
    ignores: bool = False
    origins: tuple[tuple[int, int], ...] = ()
    """For each tensor that went in, which result of which call it is; below zero: of none, but the same is the same."""


@dataclass
class Recorder:
    """What one run is to do with each call, and what it has seen."""

    records: list[Record] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    change: Change | None = None
    raw: list[list[Any]] = field(default_factory=list)
    heal: bool = True
    spoil: bool = False
    """True where other numbers are to stand at the steps that a mask hides."""
    diverged: bool = False
    _made: dict[int, tuple[Any, int, int]] = field(default_factory=dict)
    """By its identity: a tensor that a call gave (kept alive), the number of the call, and which of its results."""

    def add(self, record: Record, ingoing: list[Any], outgoing: list[Any]) -> None:
        """Notes a call of the first run, with the tensors themselves."""
        number = len(self.records)
        for each in ingoing:  # what no call has made is told apart by numbers below zero
            self._made.setdefault(id(each), (each, -2 - len(self._made), 0))
        record.origins = tuple(self._made[id(each)][1:] for each in ingoing)
        self.records.append(record)
        for position, tensor in enumerate(outgoing):
            self._made[id(tensor)] = tensor, number, position


def is_tensor(value: Any) -> bool:
    """True for a tensor of the backend that holds numbers, no symbol."""
    if isinstance(value, keras.KerasTensor):
        return False
    return isinstance(value, numpy.ndarray) or (hasattr(value, "numpy") and hasattr(value, "shape"))


def as_array(tensor: Any) -> Any:
    """The numbers of a tensor."""
    return numpy.array(tensor if isinstance(tensor, numpy.ndarray) else tensor.numpy())


def is_library(layer: Any) -> bool:
    """True for a layer of Keras itself that is no model."""
    kind = type(layer)
    own = kind.__module__.startswith(("keras.", "keras_", "tensorflow."))
    return own and not isinstance(layer, keras.Model) and kind.__name__ != "InputLayer"


class Watch:
    """Keras as it is while it is watched: one for the life of the process, idle until a recorder is given."""

    def __init__(self) -> None:
        self.recorder: Recorder | None = None
        self.quiet = 0
        self.operations = operations_of(self)
        self.failing: Any = None
        self._patch()

    @contextmanager
    def recording(self, recorder: Recorder | None) -> Iterator[None]:
        """Notes calls in a recorder for a while."""
        self.recorder, self.quiet = recorder, 0
        if recorder is None:
            yield
            return
        try:
            with self.operations():
                yield
        finally:
            self.recorder = None

    def _patch(self) -> None:
        kind = keras.layers.Layer
        call, build = kind.__call__, kind.__init__
        watch = self

        def watched(layer: Any, *args: Any, **kwargs: Any) -> Any:
            recorder = watch.recorder
            caller = sys._getframe(1).f_code.co_filename
            if is_library(layer) and has_symbols(args, kwargs):
                place = layer.__dict__.get(BUILT) if caller.endswith(IN_A_ROW) else own_place()
                layer.__dict__.setdefault(CALLED, set()).add(place)
            try:
                if recorder is None or watch.quiet or not is_library(layer):
                    return call(layer, *args, **kwargs)
                with watch.silence():
                    result = call(layer, *args, **kwargs)
                    return watch.noted(recorder, layer, args, kwargs, result, call, called_at(layer, caller))
            except Exception:
                if watch.failing is None and is_library(layer):
                    watch.failing = (layer, args)
                raise

        def built(layer: Any, *args: Any, **kwargs: Any) -> None:
            build(layer, *args, **kwargs)
            layer.__dict__[BUILT] = own_place()

        kind.__call__ = watched
        kind.__init__ = built
        self._patch_operations()

    def _patch_operations(self) -> None:
        """The operations of graphs, which are no layers."""
        kind = getattr(keras, "Operation", None)
        if kind is None:  # before Keras 3
            return
        call, give = kind.__call__, kind.symbolic_call
        watch = self

        def watched(operation: Any, *args: Any, **kwargs: Any) -> Any:
            recorder = watch.recorder
            if recorder is None or watch.quiet or isinstance(operation, keras.layers.Layer):
                return call(operation, *args, **kwargs)
            with watch.silence():
                result = call(operation, *args, **kwargs)
                place = called_at(operation, sys._getframe(1).f_code.co_filename)
                return watch.noted(recorder, operation, args, kwargs, result, call, place, "operation")

        def given(operation: Any, *args: Any, **kwargs: Any) -> Any:
            if not isinstance(operation, keras.layers.Layer):
                operation.__dict__.setdefault(CALLED, set()).add(own_place())
            return give(operation, *args, **kwargs)

        kind.__call__, kind.symbolic_call = watched, given

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Notes nothing for a while."""
        self.quiet += 1
        try:
            yield
        finally:
            self.quiet -= 1

    def happened(self, name: str, ingoing: list[Any], outgoing: list[Any]) -> None:
        """Notes an operation of TensorFlow that was carried out outside of what is noted as one call."""
        place = own_place() if self.recorder is not None and not self.quiet else None
        if self.recorder is not None and place is not None:  # none of the user's: weights that are made
            with self.silence():
                self.noted(self.recorder, name, ingoing, {}, outgoing, None, place, "operation")

    def noted(
        self,
        recorder: Recorder,
        owner: Any,
        args: Any,
        kwargs: Any,
        result: Any,
        call: Any,
        place: Place | None,
        kind: str = "layer",
    ) -> Any:
        """Notes a call that was made, and heals its result where samples begin to mix."""
        given = list(tensors((args, kwargs), is_tensor))
        ingoing = [as_array(each) for each in given]
        outgoing = list(tensors(result, is_tensor))
        if not outgoing or any(each.dtype == object for each in ingoing):
            return result
        arrays = [as_array(each) for each in outgoing]
        if recorder.change is None:
            name = owner if isinstance(owner, str) else type(owner).__name__
            record = Record(name, place, ingoing, arrays, owner, kind, masks(args, result), hidden_by(result))
            if kind == "layer":
                record.ignores = ignores_second_state(owner, args, kwargs, arrays, call)
            if len(recorder.records) < MOST_CALLS:
                recorder.add(record, given, outgoing)
            return result
        compared = self._compare(recorder, owner, ingoing, arrays, outgoing, result)
        return spoiled(compared) if recorder.spoil and masks(args, result) == (False, True) else compared

    def _compare(
        self, recorder: Recorder, owner: Any, ingoing: list[Any], arrays: list[Any], outgoing: list[Any], result: Any
    ) -> Any:
        number = len(recorder.compared)
        if number >= MOST_CALLS:
            return result
        record = recorder.records[number] if number < len(recorder.records) else None
        change = recorder.change
        assert change is not None
        if record is None or record.owner != owner or len(record.outputs) != len(arrays):
            recorder.diverged = True
        if recorder.diverged or record is None:
            recorder.compared.append(Compared([], [UNKNOWN] * len(arrays), False))
            return result
        inputs = [axis_of(a, b, change) for a, b in zip(record.inputs, ingoing, strict=False)]
        outputs = [axis_of(a, b, change) for a, b in zip(record.outputs, arrays, strict=True)]
        if not inputs:
            outputs = [UNKNOWN if state == MIXED else state for state in outputs]  # drawn at random
        begins = MIXED in outputs and not {MIXED, UNKNOWN} & set(inputs)
        around = places_around() if {MIXED, OWNED} & set(outputs) else ()
        recorder.compared.append(Compared(inputs, outputs, begins, around=around))
        recorder.raw.append(arrays)
        if not begins or not recorder.heal:
            return result
        better = {id(t): healed(a, b, change) for t, a, b in zip(outgoing, record.outputs, arrays, strict=True)}
        return replaced(result, is_tensor, lambda tensor: _as_tensor(better.get(id(tensor)), tensor))


def has_symbols(args: Any, kwargs: Any) -> bool:
    """True where a call puts a layer into a graph, with no numbers."""
    return next(tensors((args, kwargs), lambda each: isinstance(each, keras.KerasTensor)), None) is not None


def called_at(layer: Any, caller: str) -> Place | None:
    """Where the user wrote a call: of a graph, where it was given the call, if that is one place."""
    places = layer.__dict__.get(CALLED, set())
    if is_own(caller) or not places:
        return own_place()
    return next(iter(places)) if len(places) == 1 else None


def _as_tensor(better: Any | None, tensor: Any) -> Any:
    return tensor if better is None else keras.ops.convert_to_tensor(better)


def masks(args: Any, result: Any) -> tuple[bool, bool]:
    """Whether a mask came in with the tensors, and whether one goes on with them."""

    def has(value: Any) -> bool:
        return any(getattr(each, "_keras_mask", None) is not None for each in tensors(value, is_tensor))

    return has(args), has(result)


def spoiled(result: Any) -> Any:
    """A result with other numbers where its mask hides them, and the same mask."""
    mask = getattr(result, "_keras_mask", None)
    if not is_tensor(result) or mask is None:
        return result
    array = as_array(result)
    array[~as_array(mask).astype(bool)] += 1.0
    other = keras.ops.convert_to_tensor(array)
    other._keras_mask = mask
    return other


def hidden_by(result: Any) -> int:
    """How many entries the masks of a result hide."""
    found = (getattr(each, "_keras_mask", None) for each in tensors(result, is_tensor))
    return sum(int((~as_array(mask).astype(bool)).sum()) for mask in found if mask is not None)


def ignores_second_state(layer: Any, args: Any, kwargs: Any, arrays: list[Any], call: Any) -> bool:
    """True where a layer of one state was given two, and another second one changes nothing."""
    states = kwargs.get("initial_state", args[1] if len(args) > 1 else None)
    if type(layer).__name__ not in ("GRU", "SimpleRNN") or not isinstance(states, (list, tuple)) or len(states) < 2:
        return False
    other = [states[0], *[keras.ops.convert_to_tensor(as_array(each) + 1.0) for each in states[1:]]]
    again = call(layer, args[0], **{**kwargs, "initial_state": other})
    return not differ(arrays, [as_array(each) for each in tensors(again, is_tensor)])
