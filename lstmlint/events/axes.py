"""What happened to the axes of a tensor: entries taken, axes reduced, reshaped, dropped, put in and joined."""

from __future__ import annotations

from lstmlint.events.base import Event
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Axis, OpenTensor, Slice, Tensor, Value


@dataclass(frozen=True, kw_only=True)
class Selected(Event):
    """One entry of an axis was taken, which drops the axis: `x[:, -1]`, `x.select(1, 0)`, `x[-1]`.

    `index` is the number where it is known; `last` is True for -1 and for size - 1. `alone` is False where the same
    subscript also cuts another axis (`x[:, -1, :half]`). `meant` is the axis whose last position, or running number,
    the index was worked out as; the program may have applied it to another one. `kept` is True where the axis stays
    with that one entry, which is told of for the last one only: `x[:, -1:]`, `x.narrow(1, n - 1, 1)`. `named` is
    where the axis was named, if it was by an argument.
    """

    source: Tensor
    position: int
    axis: Axis
    index: int | None
    last: bool
    result: Tensor
    alone: bool = True
    meant: int | None = None
    kept: bool = False
    named: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Gathered(Event):
    """One entry of an axis was taken for each sample: `x.gather(1, where)`, `x[torch.arange(n), lengths - 1]`.

    `counted` is what goes through the samples where that is written.
    """

    source: Tensor
    position: int
    positions: Value
    result: Tensor
    counted: Value | None = None


@dataclass(frozen=True, kw_only=True)
class Zipped(Event):
    """Several things were walked along together; a tensor is walked along its first axis.

    `lengths` are the numbers of their elements, unknown ones as numbers of their own.
    """

    parts: tuple[Value, ...]
    lengths: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Sliced(Event):
    """Some entries of an axis were taken, which keeps the axis: `h_n[:2]`, `x[:, 1:]`."""

    source: Tensor
    position: int
    axis: Axis
    part: Slice
    result: Tensor


@dataclass(frozen=True, kw_only=True)
class Windowed(Event):
    """Windows were cut along an axis: it counts the windows now, and their entries stand on a new last axis, `steps`.

    `x.unfold(1, 8, 1)`, numpy's `sliding_window_view(x, 8, axis=1)`.
    """

    source: Tensor
    position: int
    steps: Axis
    result: Tensor


@dataclass(frozen=True, kw_only=True)
class Reduced(Event):
    """An axis was summed, averaged, maximised (`how`: sum, mean, max, ...) or normalised over (softmax)."""

    source: Tensor
    position: int
    axis: Axis
    how: str


@dataclass(frozen=True, kw_only=True)
class Pooled(Event):
    """A one-dimensional pooling ran over the last axis. `window` is the kernel size given, None for adaptive ones."""

    source: Tensor
    window: Value | None = None


@dataclass(frozen=True, kw_only=True)
class Reshaped(Event):
    """view, reshape or flatten of a tensor of known rank.

    `scrambled` is True only where it is proved that elements of different entries are mixed: the target is a
    permutation of the source's axes, or starts with an axis that is not the first. `moved` names the axes concerned.
    """

    source: Tensor
    result: Tensor
    scrambled: bool
    moved: tuple[Axis, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Squeezed(Event):
    """An axis was to be dropped because it has one entry, `x.squeeze(0)`; where it has more, nothing happens.

    `position` and `axis` are None for `x.squeeze()`, which drops every axis that happens to have one entry.
    """

    source: Tensor
    position: int | None
    axis: Axis | None
    result: Tensor


@dataclass(frozen=True, kw_only=True)
class Inserted(Event):
    """An axis with one entry was put into a tensor: `x.unsqueeze(1)`, `x[:, None]`, `x.view(len(x), 1, -1)`."""

    source: Tensor | OpenTensor
    axis: Axis


@dataclass(frozen=True, kw_only=True)
class StateRepeated(Event):
    """A final state, (layers or 1, batch, hidden), was repeated along axis 0: `h_n.repeat(steps, 1, 1)`."""

    source: Tensor
    result: Tensor


@dataclass(frozen=True, kw_only=True)
class Joined(Event):
    """torch.cat, stack, Concatenate and the like. `axis` is the joined axis of the first part (None for stack)."""

    how: str
    parts: tuple[Value, ...]
    position: int | None
    axis: Axis | None
    result: Value
    each: str = ""
    """What the loop goes over that made each part in another round, as written; empty where no loop did."""


@dataclass(frozen=True, kw_only=True)
class Combined(Event):
    """Several tensors were computed with entry by entry: `a + b`, Keras' Add, Average and the like."""

    how: str
    parts: tuple[Tensor, ...]
    result: Value
