"""The input of a model: the program's own, made so large that batch and steps differ, or made up from what is known.

Changing one sample or one step changes values alone: what pads stays padding, what counts lengths stays a length.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lstmlint.verify.contracts import Configured, Parameter
from lstmlint.verify.worker.flatten import replaced, tensors
from lstmlint.verify.worker.torch_recording import is_tensor

torch: Any = importlib.import_module("torch")

PRIMES = (5, 7, 11, 13, 17, 19, 23)


@dataclass(frozen=True)
class Input:
    """The arguments of a call of the model, and which sizes in them are batch and time (0: none)."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    batch: int = 0
    steps: int = 0
    own: bool = True
    """True where it is the program's own."""

    @property
    def tensors(self) -> list[Any]:
        """All tensors of the input."""
        return list(tensors((self.args, self.kwargs), is_tensor))

    @property
    def main(self) -> Any | None:
        """The tensor that is the data: the first with two axes or more that is no mask."""
        return next((each for each in self.tensors if each.dim() >= 2 and each.dtype != torch.bool), None)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of all tensors."""
        return tuple(tuple(each.shape) for each in self.tensors)

    def copy(self) -> Input:
        """The same input, so that what a model does to it in place is not seen by the next run."""
        args, kwargs = replaced((self.args, self.kwargs), is_tensor, lambda each: each.detach().clone())
        return replace(self, args=args, kwargs=kwargs)

    def converted(self, dtype: Any) -> Input:
        """The same input with floating-point numbers of another precision."""

        def convert(tensor: Any) -> Any:
            return tensor.to(dtype) if tensor.dtype.is_floating_point else tensor

        args, kwargs = replaced((self.args, self.kwargs), is_tensor, convert)
        return replace(self, args=args, kwargs=kwargs)


def varied(given: Input, words: int) -> Input:
    """Tokens that are all zeros, which stand for any, as different ones of so many; all else as it is."""
    main: Any = given.main

    def change(tensor: Any) -> Any:
        plain = tensor.dim() < 2 or tensor.dtype.is_floating_point or tensor.dtype == torch.bool or tensor.is_meta
        if plain or words < 3 or tensor is not main or bool(tensor.any()):
            return tensor
        generator = torch.Generator().manual_seed(2)
        return torch.randint(1, words, tensor.shape, generator=generator).to(tensor.dtype)

    args, kwargs = replaced((given.args, given.kwargs), is_tensor, change)
    return replace(given, args=args, kwargs=kwargs)


def primes(taken: Iterable[int]) -> tuple[int, int]:
    """Two sizes that no size of the model is, or is a multiple of."""
    sizes = set(taken)
    free = [prime for prime in PRIMES if not any(size and size % prime == 0 for size in sizes)]
    rest = [prime for prime in PRIMES if prime not in free]
    first, second = (free + rest)[:2]
    return min(first, second), max(first, second)


def measured(given: Input) -> Input:
    """The input with its own first two sizes taken for batch and time, in whichever order."""
    main = given.main
    if main is None:
        return given
    has_steps = main.dim() >= 3 or not main.dtype.is_floating_point
    return replace(given, batch=int(main.shape[0]), steps=int(main.shape[1]) if has_steps else 0)


def resized(given: Input, taken: Iterable[int]) -> Iterator[Input]:
    """The input with other sizes, the best first, the input as it is last."""
    given = measured(given)
    if given.main is None or not given.batch:
        yield given
        return
    small, large = primes(taken)
    for batch, steps in ((small, large), (small, given.steps), (given.batch, large)):
        if (batch, steps) != (given.batch, given.steps) and (steps or batch != given.batch):
            yield _with_sizes(given, batch, steps if given.steps else 0)
    yield given


def _with_sizes(given: Input, batch: int, steps: int) -> Input:
    main = given.main

    def change(tensor: Any) -> Any:
        result = tensor
        for axis, size in enumerate(_sizes(tensor, given, tensor is main, batch, steps)):
            if size != tensor.shape[axis]:
                index = torch.arange(size) % tensor.shape[axis]
                result = result.index_select(axis, index)
        return _as_lengths(tensor, result, given.steps, steps) if _counts(tensor, given.steps) else result

    args, kwargs = replaced((given.args, given.kwargs), is_tensor, change)
    return replace(given, args=args, kwargs=kwargs, batch=batch, steps=steps)


def _sizes(tensor: Any, given: Input, is_main: bool, batch: int, steps: int) -> list[int]:
    """The new sizes of a tensor: of the data by position, of others by their old size."""
    sizes = [int(size) for size in tensor.shape]
    features = tensor.dtype.is_floating_point and tensor.dim() >= 2
    if is_main:
        sizes[0] = batch
        if given.steps:
            sizes[1] = steps
        return sizes
    for axis, size in enumerate(tensor.shape):
        if features and axis == tensor.dim() - 1 and tensor.dim() >= 3:
            continue
        if size == given.batch and (axis == 0 or given.batch != given.steps):
            sizes[axis] = batch
        elif given.steps and size == given.steps:
            sizes[axis] = steps
    return sizes


def _counts(tensor: Any, steps: int) -> bool:
    """True for a tensor that may hold lengths."""
    if tensor.dim() != 1 or tensor.dtype.is_floating_point or tensor.dtype == torch.bool or not steps:
        return False
    return bool(tensor.numel()) and 0 < int(tensor.max()) <= steps and int(tensor.max()) == steps


def _as_lengths(before: Any, tensor: Any, old: int, new: int) -> Any:
    lengths = torch.where(tensor == old, torch.full_like(tensor, new), tensor.clamp(max=new))
    falling = bool((before[:-1] >= before[1:]).all())
    return lengths.sort(descending=True).values if falling else lengths


def changed_sample(given: Input, axis: int, sample: int, generator: Any) -> Input:
    """The input with other values for one sample, which stands on `axis` of the data."""
    size = int(given.main.shape[axis]) if given.main is not None else 0
    main = given.main

    def change(tensor: Any) -> Any:
        where = axis if tensor is main else _axis_of_size(tensor, size, axis)
        return tensor if where is None or _is_control(tensor) else _changed(tensor, where, sample, generator)

    args, kwargs = replaced((given.args, given.kwargs), is_tensor, change)
    return replace(given, args=args, kwargs=kwargs)


def changed_step(given: Input, axis: int, step: int, generator: Any) -> Input:
    """The input with other values at one time step of all samples; only the data has steps."""
    main = given.main
    args, kwargs = replaced(
        (given.args, given.kwargs),
        is_tensor,
        lambda tensor: _changed(tensor, axis, step, generator) if tensor is main else tensor,
    )
    return replace(given, args=args, kwargs=kwargs)


def _axis_of_size(tensor: Any, size: int, preferred: int) -> int | None:
    axes = [axis for axis, length in enumerate(tensor.shape) if length == size]
    return preferred if preferred in axes else next(iter(axes), None)


def _is_control(tensor: Any) -> bool:
    """True for what says how data are to be read: lengths, masks."""
    return tensor.dtype == torch.bool or (tensor.dim() <= 1 and not tensor.dtype.is_floating_point)


def _changed(tensor: Any, axis: int, entry: int, generator: Any) -> Any:
    if entry >= tensor.shape[axis]:
        return tensor
    part = tensor.select(axis, entry)
    result = tensor.clone()
    result.select(axis, entry).copy_(_other(part, tensor, generator))
    return result


def _other(part: Any, whole: Any, generator: Any) -> Any:
    """Other values of the same kind: numbers drawn anew, tokens for tokens; zeros among tokens may pad and stay."""
    if part.dtype.is_floating_point:
        scale = max(float(whole.std()) if whole.numel() > 1 else 1.0, 1e-3)
        noise = torch.randn(part.shape, generator=generator, dtype=torch.float64) * scale
        return (part.double() + noise).to(part.dtype)
    if part.is_complex():
        return part * 1.5 + torch.randn(part.shape, generator=generator)
    tokens = whole[whole != 0]
    if not tokens.numel() or int(tokens.max()) == int(tokens.min()):
        return part
    low, high = int(tokens.min()), int(tokens.max())
    shift = torch.randint(1, high - low + 1, part.shape, generator=generator)
    moved = low + (part - low + shift.to(part.dtype)) % (high - low + 1)
    return torch.where(part == 0, part, moved)


def made_up(
    parameters: tuple[Parameter, ...], configured: Configured | None, taken: Iterable[int], generator: Any
) -> Input:
    """An input from what the analyser knows of a model's parameters."""
    batch, steps = primes(taken)
    letters = {"B": batch, "N": batch, "T": steps, "L": steps, "S": steps}
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for parameter in parameters:
        if not parameter.required:
            continue
        name = parameter.name.lower()
        if not args and configured is not None and configured.shape:
            shape = [letters[size] if size in letters else int(size) for size in configured.shape]
            integer = configured.dtype.startswith(("int", "long"))
            args.append(_filled(shape, integer or parameter.integer, generator))
        elif "len" in name and parameter.rank <= 1:
            args.append(torch.tensor(sorted((steps - index % 2 for index in range(batch)), reverse=True)))
        elif "mask" in name:
            args.append(torch.ones(batch, steps, dtype=torch.bool))
        elif any(word in name for word in ("hidden", "state", "hx", "h0", "memory")) and args:
            args.append(None)
        else:
            rank = parameter.rank or (2 if parameter.integer else 3)
            shape = [batch, steps, steps + 2, steps + 4][:rank]
            args.append(_filled(shape, parameter.integer, generator))
    return Input(tuple(args), kwargs, batch, steps, own=False)


def _filled(shape: list[int], integer: bool, generator: Any) -> Any:
    if integer:
        return torch.randint(1, 4, shape, generator=generator)
    return torch.randn(shape, generator=generator)
