"""What became of one changed sample in an array: the numpy side of what `torch_samples` does for torch."""

from __future__ import annotations

import importlib
from typing import Any

from lstmlint.verify.contracts import MIXED, OWNED, UNCHANGED, UNKNOWN
from lstmlint.verify.worker.samples import Change, rows_of

numpy: Any = importlib.import_module("numpy")

TOLERANCE = 2e-5


def moved(before: Any, after: Any) -> Any | None:
    """Where two arrays differ, None where they cannot be compared."""
    if before.shape != after.shape or before.dtype != after.dtype or before.dtype.kind not in "fiubc":
        return None
    if before.dtype.kind != "f":
        return before != after
    finite = before[numpy.isfinite(before)]
    limit = TOLERANCE * max(float(numpy.abs(finite).max()) if finite.size else 1.0, 1e-6)
    return (numpy.abs(before - after) > limit) | (numpy.isnan(before) != numpy.isnan(after))


def differ(before: list[Any], after: list[Any]) -> bool:
    """True where any of some arrays moved."""
    if len(before) != len(after):
        return True
    found = [moved(one, other) for one, other in zip(before, after, strict=True)]
    return any(where is None or bool(where.any()) for where in found)


def axis_of(before: Any, after: Any, change: Change) -> int:
    """The axis on which the changed sample stands alone, or what else became of it."""
    differs = moved(before, after)
    if differs is None:
        return UNKNOWN
    if not bool(differs.any()):
        return UNCHANGED
    if before.ndim == 0:
        return UNKNOWN
    axes = ordered(before, change)
    for axis in axes:
        others = tuple(other for other in range(before.ndim) if other != axis)
        found = set(numpy.flatnonzero(differs.any(axis=others)).tolist())
        if any(found <= rows for rows in rows_of(before.shape[axis], change)):
            return axis
    return MIXED if axes else OWNED


def ordered(array: Any, change: Change) -> list[int]:
    """The axes that can hold all samples, those that hold nothing else first."""
    fitting = [axis for axis, size in enumerate(array.shape) if size and size % change.of == 0]
    return sorted(fitting, key=lambda axis: (array.shape[axis] != change.of, axis))


def healed(before: Any, after: Any, change: Change) -> Any | None:
    """The array as if only the sample's own entries had moved; None where it has no axis for samples."""
    if before.shape != after.shape:
        return None
    for axis in ordered(before, change):
        rows = sorted(rows_of(before.shape[axis], change)[0])
        result = before.copy()
        index: list[Any] = [slice(None)] * before.ndim
        index[axis] = rows
        result[tuple(index)] = after[tuple(index)]
        return result
    return None


def resized(array: Any, size: int) -> Any:
    """An array with so many samples: the first ones, again and again."""
    return array[numpy.arange(size) % array.shape[0]]


def varied(array: Any, words: int) -> Any:
    """Tokens that are all zeros, which stand for any, as different ones of so many; all else as it is."""
    if array.dtype.kind not in "iu" or array.ndim < 2 or words < 3 or array.any():
        return array
    return numpy.random.default_rng(2).integers(1, words, array.shape).astype(array.dtype)


def changed(array: Any, axis: int, entry: int, seed: int) -> Any:
    """An array with other values at one entry of an axis: numbers drawn anew, tokens for tokens; zeros stay."""
    if array.ndim <= axis or entry >= array.shape[axis] or array.dtype.kind not in "fiu":
        return array
    random = numpy.random.default_rng(seed)
    index: list[Any] = [slice(None)] * array.ndim
    index[axis] = entry
    part, result = array[tuple(index)], array.copy()
    if array.dtype.kind == "f":
        noise = random.standard_normal(part.shape) * max(float(array.std()), 1e-3)
        pads = array.any() and not array.all()
        result[tuple(index)] = numpy.where(part == 0, part, part + noise) if pads else part + noise
        return result
    tokens = array[array != 0]
    if not tokens.size or tokens.max() == tokens.min():
        return array
    low, high = int(tokens.min()), int(tokens.max())
    shift = random.integers(1, high - low + 1, part.shape)
    other = low + (part.astype("int64") - low + shift) % (high - low + 1)
    result[tuple(index)] = numpy.where(part == 0, part, other).astype(array.dtype)
    return result
