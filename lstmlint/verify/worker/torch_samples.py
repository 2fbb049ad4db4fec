"""What became of one changed sample in a tensor: it still stands alone on one axis, or others moved too.

A tensor of the run with the changed sample is held against the same tensor of the run without. An axis that samples
share with steps (batch x time, merged by a reshape) has as many samples as it is a multiple of the batch.
"""

from __future__ import annotations

import importlib
from typing import Any

from lstmlint.verify.contracts import MIXED, OWNED, UNCHANGED, UNKNOWN
from lstmlint.verify.worker.samples import Change, rows_of

torch: Any = importlib.import_module("torch")

TOLERANCE = {"torch.float64": 1e-9, "torch.float32": 2e-5, "torch.float16": 2e-2, "torch.bfloat16": 5e-2}


def moved(before: Any, after: Any) -> Any | None:
    """Where two tensors differ, None where they cannot be compared."""
    if before.shape != after.shape or before.dtype != after.dtype:
        return None
    if not before.dtype.is_floating_point:
        return before != after
    scale = before.abs()[torch.isfinite(before)].max().item() if torch.isfinite(before).any() else 1.0
    limit = TOLERANCE.get(str(before.dtype), 1e-6) * max(scale, 1e-6)
    differs = (before - after).abs() > limit
    return differs | (torch.isnan(before) != torch.isnan(after))


def axis_of(before: Any, after: Any, change: Change) -> int:
    """The axis on which the changed sample stands alone, or what else became of it."""
    differs = moved(before, after)
    if differs is None:
        return UNKNOWN
    if not bool(differs.any()):
        return UNCHANGED
    if before.dim() == 0:
        return UNKNOWN  # a loss, a mean for a log: one number for all samples is no mistake in itself
    axes = _ordered(before, change)
    return next((axis for axis in axes if _stands_alone(differs, axis, change)), MIXED if axes else OWNED)


def _ordered(tensor: Any, change: Change) -> list[int]:
    """The axes that can hold all samples, those that hold nothing else first."""
    fitting = [axis for axis, size in enumerate(tensor.shape) if size and size % change.of == 0]
    return sorted(fitting, key=lambda axis: (tensor.shape[axis] != change.of, axis))


def _stands_alone(differs: Any, axis: int, change: Change) -> bool:
    others = tuple(other for other in range(differs.dim()) if other != axis)
    along = differs.any(dim=others) if others else differs
    found = set(along.nonzero().flatten().tolist())
    return any(found <= rows for rows in rows_of(differs.shape[axis], change))


def healed(before: Any, after: Any, change: Change) -> Any | None:
    """The tensor as if only the sample's own entries had moved; None where it has no axis for samples."""
    if before.shape != after.shape:
        return None
    for axis in _ordered(before, change):
        rows = sorted(rows_of(before.shape[axis], change)[0])
        index = torch.tensor(rows, device=before.device)
        result = before.clone()
        result.index_copy_(axis, index, after.detach().index_select(axis, index))
        return result
    return None
