"""Watches torch while a model runs: every layer and every operation that the user's code calls, in order.

Layers of torch are one call each, whatever they do inside; in the user's own modules each operation is seen. A second
run with changed input is held against the first call by call, and can be healed: where samples begin to mix, the result
goes on as if they had not, so that the next mistake shows, too.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lstmlint.verify.contracts import MIXED, OWNED, UNKNOWN, Place
from lstmlint.verify.worker.flatten import replaced, tensors
from lstmlint.verify.worker.places import own_place, places_around
from lstmlint.verify.worker.samples import Change, Compared
from lstmlint.verify.worker.torch_samples import axis_of, healed

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn

TRANSPARENT = ("Sequential", "ModuleList", "ModuleDict", "Module")
MOST_CALLS = 4000
MOST_ELEMENTS = 60_000_000
BUILT = "_lstmlint_built"


@dataclass
class Record:
    """One call of the first run, with copies of what went in and came out."""

    kind: str
    name: str
    place: Place | None
    inputs: list[Any]
    outputs: list[Any]
    owner: Any = None
    origins: tuple[tuple[int, int], ...] = ()
    """For each tensor that went in, which result of which call it is; (-1, -1): of none."""


class Stopped(Exception):
    """The run is too large to be watched."""


def is_tensor(value: Any) -> bool:
    """True for a tensor of torch."""
    return isinstance(value, torch.Tensor)


@dataclass
class Recorder:
    """What one run is to do with each call, and what it has seen."""

    records: list[Record] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    change: Change | None = None
    """None: the first run, which records."""
    heal: bool = False
    keep: bool = False
    diverged: bool = False
    unbounded: bool = False
    elements: int = 0
    failing: list[tuple[Any, tuple[Any, ...]]] = field(default_factory=list)
    """The layers of torch that an exception came through, the innermost first, with what they were given."""
    _made: dict[int, tuple[Any, int, int]] = field(default_factory=dict)
    """By its identity: a tensor that a call gave (kept alive), the number of the call, and which of its results."""
    _copies: dict[int, tuple[Any, int, Any]] = field(default_factory=dict)

    def call(self, kind: str, name: str, owner: Any, run: Callable[[], Any], given: Any) -> Any:
        """Makes a call of the program and notes it."""
        in_place = kind == "operation" and (name == "__setitem__" or (name.endswith("_") and not name.endswith("__")))
        before = self._snapshot(given) if in_place else []
        result = run()
        seen = given[0][:1] if in_place else result
        outgoing = list(tensors(_opened(seen), is_tensor))
        if not outgoing:
            return result
        given_tensors = list(tensors(_opened(given), is_tensor))
        ingoing = before or [self._copied(each) for each in given_tensors]
        if self.change is None:
            record = Record(kind, name, own_place(), ingoing, [_copy(each) for each in outgoing], owner)
            record.origins = tuple(self._made.get(id(each), (None, -1, -1))[1:] for each in given_tensors)
            for position, tensor in enumerate(outgoing):
                self._made[id(tensor)] = tensor, len(self.records), position
            self._record(record)
            return result
        return self._compare(kind, name, ingoing, outgoing, result, in_place)

    def _record(self, record: Record) -> None:
        self.elements += sum(each.numel() for each in record.outputs)
        if len(self.records) >= MOST_CALLS or (self.elements > MOST_ELEMENTS and not self.unbounded):
            raise Stopped(f"more than {len(self.records):,} operations, as of a loop that does not end")
        self.records.append(record)

    def _compare(
        self, kind: str, name: str, ingoing: list[Any], outgoing: list[Any], result: Any, in_place: bool
    ) -> Any:
        number = len(self.compared)
        record = self.records[number] if number < len(self.records) else None
        change = self.change
        assert change is not None
        if record is None or record.name != name or len(record.outputs) != len(outgoing):
            self.diverged = True
        if self.diverged or record is None:
            self.compared.append(Compared([], [UNKNOWN] * len(outgoing), False))
            return result
        inputs = [axis_of(a, b, change) for a, b in zip(record.inputs, ingoing, strict=False)]
        outputs = [axis_of(a, b, change) for a, b in zip(record.outputs, outgoing, strict=True)]
        if not inputs:
            outputs = [UNKNOWN if state == MIXED else state for state in outputs]  # of no value yet, or drawn at random
        begins = MIXED in outputs and not {MIXED, UNKNOWN} & set(inputs)
        raw = [_copy(each) for each in outgoing] if self.keep else []
        around = places_around() if {MIXED, OWNED} & set(outputs) else ()
        self.compared.append(Compared(inputs, outputs, begins, raw, around))
        return self._healed(record, outgoing, result, in_place) if begins and self.heal else result

    def _healed(self, record: Record, outgoing: list[Any], result: Any, in_place: bool) -> Any:
        if type(result).__name__ == "PackedSequence":
            return result
        change = self.change
        assert change is not None
        found = {
            id(after): healed(before, after, change) for before, after in zip(record.outputs, outgoing, strict=True)
        }
        if in_place:
            target = outgoing[0]
            better = found[id(target)]
            if better is not None:
                target.data.copy_(better)
            return result
        return replaced(result, is_tensor, lambda tensor: _or(found.get(id(tensor)), tensor))

    def _snapshot(self, given: Any) -> list[Any]:
        return [self._copied(tensor) for tensor in tensors(_opened(given), is_tensor)]

    def _copied(self, tensor: Any) -> Any:
        """A copy; of a tensor that has not changed since it was last asked for, the same copy."""
        version = tensor._version
        known = self._copies.get(id(tensor))
        if known is not None and known[0] is tensor and known[1] == version:
            return known[2]
        copy = _copy(tensor)
        self._copies[id(tensor)] = (tensor, version, copy)
        return copy


def _or(better: Any | None, tensor: Any) -> Any:
    return tensor if better is None else better


def _copy(tensor: Any) -> Any:
    plain = tensor.detach()
    return plain.to_dense() if plain.layout != torch.strided else plain.clone()


def _opened(value: Any) -> Any:
    """A value with packed sequences laid out again, so that samples have an axis."""
    if type(value).__name__ == "PackedSequence":
        return torch.nn.utils.rnn.pad_packed_sequence.__wrapped__(value, batch_first=True)[0]
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_opened(item) for item in value)
    if type(value) is dict:
        return {key: _opened(item) for key, item in value.items()}
    return value


class Watch:
    """torch as it is while it is watched: one for the life of the process, idle until a recorder is given."""

    def __init__(self) -> None:
        self.recorder: Recorder | None = None
        self.quiet = 0
        self.mode = _mode(self)
        self._patch_modules()
        self._patch_packing()

    @contextmanager
    def recording(self, recorder: Recorder) -> Iterator[None]:
        """Notes calls in a recorder for a while."""
        self.recorder, self.quiet = recorder, 0
        try:
            with self.mode():
                yield
        finally:
            self.recorder = None

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Notes nothing for a while."""
        self.quiet += 1
        try:
            yield
        finally:
            self.quiet -= 1

    def noted(self, kind: str, name: str, owner: Any, run: Callable[[], Any], given: Any) -> Any:
        """Makes a call and notes it, unless it is inside another that is noted."""
        recorder = self.recorder
        if recorder is None or self.quiet:
            return run()
        with self.silence():
            return recorder.call(kind, name, owner, run, given)

    def _patch_modules(self) -> None:
        call, build = nn.Module.__call__, nn.Module.__init__
        watch = self

        def watched(module: Any, *args: Any, **kwargs: Any) -> Any:
            if watch.recorder is None or not is_library(module):
                return call(module, *args, **kwargs)
            name = type(module).__name__
            try:
                return watch.noted("layer", name, module, lambda: call(module, *args, **kwargs), (args, kwargs))
            except Exception:
                if watch.recorder is not None:
                    watch.recorder.failing.append((module, args))
                raise

        def built(module: Any, *args: Any, **kwargs: Any) -> None:
            build(module, *args, **kwargs)
            if type(module).__module__.startswith("torch."):
                module.__dict__[BUILT] = own_place()

        nn.Module.__call__ = watched
        nn.Module.__init__ = built

    def _patch_packing(self) -> None:
        """The functions on packed sequences are one call each: between their parts samples have no axis."""
        module = torch.nn.utils.rnn
        for name in ("pack_padded_sequence", "pad_packed_sequence", "pad_sequence", "pack_sequence"):
            setattr(module, name, self._wrapped(name, getattr(module, name)))

    def _wrapped(self, name: str, function: Any) -> Any:
        def watched(*args: Any, **kwargs: Any) -> Any:
            return self.noted("operation", name, None, lambda: function(*args, **kwargs), (args, kwargs))

        watched.__wrapped__ = function  # type: ignore[attr-defined]
        return watched


def is_library(module: Any) -> bool:
    """True for a layer of torch itself that does something, no container and no class of the user's."""
    kind = type(module)
    return bool(kind.__module__.startswith("torch.nn.")) and kind.__name__ not in TRANSPARENT


def _mode(watch: Watch) -> Any:
    """The class whose instances see every function of torch that is called while they are entered."""

    def see(mode: Any, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        keywords = kwargs or {}
        name = getattr(function, "__name__", str(function))
        if name == "__get__":
            name = str(getattr(getattr(function, "__self__", None), "__name__", name))
        return watch.noted("operation", name, None, lambda: function(*args, **keywords), (args, keywords))

    base = importlib.import_module("torch.overrides").TorchFunctionMode
    return type("Mode", (base,), {"__torch_function__": see})
