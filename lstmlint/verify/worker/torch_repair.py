"""Mends an input that was made up: what a layer refuses says what it wants.

Every size that is free is another prime, so a wrong size in front of a layer names the axis of the input it comes from.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

from lstmlint.verify.worker.flatten import replaced, tensors
from lstmlint.verify.worker.torch_inputs import Input
from lstmlint.verify.worker.torch_recording import is_tensor

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn

ATTEMPTS = 8


def wanted(module: Any) -> tuple[int, int] | None:
    """The size that a layer wants on an axis of its input: (axis, size); None where it takes any."""
    if isinstance(module, nn.RNNBase):
        return -1, int(module.input_size)
    if isinstance(module, nn.RNNCellBase):
        return -1, int(module.input_size)
    if isinstance(module, nn.Linear):
        return -1, int(module.in_features)
    if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
        return 1, int(module.in_channels)
    if isinstance(module, nn.BatchNorm1d):
        return 1, int(module.num_features)
    if isinstance(module, nn.LayerNorm):
        return -1, int(module.normalized_shape[-1])
    return None


def rank_wanted(module: Any) -> int | None:
    """The number of axes that a layer wants."""
    if isinstance(module, nn.RNNBase):
        return 3
    if isinstance(module, nn.Conv2d):
        return 4
    return 3 if isinstance(module, nn.Conv1d) else None


def repaired(given: Input, failing: list[tuple[Any, tuple[Any, ...]]]) -> Input | None:
    """The input as the innermost layer that refused it would have it; None where that says nothing."""
    if not failing:
        return None
    module, arguments = failing[0]
    fed = next(tensors(arguments, is_tensor), None)
    if fed is None:
        return None
    if isinstance(module, nn.Embedding):
        return _as_tokens(given, fed, int(module.num_embeddings))
    rank = rank_wanted(module)
    if rank is not None and fed.dim() != rank and given.main is not None and given.main.dim() == fed.dim():
        return _with_rank(given, rank, wanted(module))
    main = given.main
    if rank is not None and fed.dim() == rank + 1 and main is not None and main.dim() == 2 and not given.own:
        return _replaced(given, lambda tensor: tensor[:, 0].clone() if tensor is main else tensor)
    demand = wanted(module)
    if demand is None or fed.dim() <= max(demand[0], 0):
        return None
    have, want = int(fed.shape[demand[0]]), demand[1]
    if have == want or have in (given.batch, given.steps):
        return None
    return _with_size(given, have, want)


def _as_tokens(given: Input, fed: Any, count: int) -> Input | None:
    def change(tensor: Any) -> Any:
        same = tensor.shape == fed.shape
        if same and tensor.dim() > 2:
            tensor = tensor.select(2, 0)  # tokens of three axes are rare, and a guessed rank is not known
        if not same or (not tensor.dtype.is_floating_point and int(tensor.max()) < count):
            return tensor
        return (tensor.abs() * 7).long() % max(count - 1, 1) + (1 if count > 1 else 0)

    return _replaced(given, change)


def _with_size(given: Input, have: int, want: int) -> Input | None:
    def change(tensor: Any) -> Any:
        result = tensor
        for axis, size in enumerate(tensor.shape):
            if size == have:
                index = torch.arange(want) % have
                result = result.index_select(axis, index)
        return result

    return _replaced(given, change)


def _with_rank(given: Input, rank: int, demand: tuple[int, int] | None) -> Input | None:
    main = given.main
    sizes = [given.batch, given.steps, given.steps + 2, given.steps + 4][:rank]
    if demand is not None:
        sizes[demand[0]] = demand[1]
    return _replaced(given, lambda tensor: torch.randn(sizes) if tensor is main else tensor)


def _replaced(given: Input, change: Any) -> Input | None:
    args, kwargs = replaced((given.args, given.kwargs), is_tensor, change)
    result = replace(given, args=args, kwargs=kwargs)
    same = all(a is b for a, b in zip(result.tensors, given.tensors, strict=True))
    return None if same else result
