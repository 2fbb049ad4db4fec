"""Random chains of operations, each as the model's operation and as real torch's function, on one small tensor.

Every step is drawn for the tensor at hand; sizes are given as plain numbers or as the sizes of the model's axes, as a
program would have them. Steps that may compute with the entries only pick among them (the greatest, copies, slices),
so that entries keep saying where they come from; those that make new entries are marked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import gcd, prod
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from lstmlint.sizes import product
from lstmlint.values import Num, Tensor
from tests.interpret.ops.bench import Bench, size

Draw = Callable[[Any], Any]
Real = Callable[[torch.Tensor], Any]
LARGEST = 4000


@dataclass(frozen=True)
class Step:
    """One operation: its name, what the model's gets behind the tensor, and what torch does.

    `fresh`: the entries are new ones. `views`: a reshape, which may scramble; `whole`: only whole axes of the tensor
    are moved by it. `inside`: the tensor is not the model's first argument but stands somewhere in `arguments`.
    """

    name: str
    arguments: tuple[object, ...]
    real: Real
    keywords: tuple[tuple[str, object], ...] = ()
    fresh: bool = False
    views: bool = False
    whole: bool = True
    inside: bool = False


@dataclass(frozen=True)
class Subject:
    """What a step is drawn for: the model's tensor and the shape it really has; `known`: so does the model."""

    bench: Bench
    model: Tensor
    shape: tuple[int, ...]
    known: bool

    @property
    def rank(self) -> int:
        return len(self.shape)

    def axis(self, draw: Draw, low: int = 0) -> int:
        """An axis, counted from either end."""
        number: int = draw(st.integers(low, self.rank - 1))
        return number - self.rank if draw(st.booleans()) else number

    def written(self, draw: Draw, axes: Sequence[int]) -> object:
        """The size of some axes together: as the model's sizes, or as a plain number where the model knows it."""
        if self.known and draw(st.booleans()):
            return prod(self.shape[axis] for axis in axes)
        if len(axes) == 1:
            return size(self.model.axes[axes[0]])
        return Num(product(self.model.axes[axis].size for axis in axes))


def permute(draw: Draw, x: Subject) -> Step:
    order = draw(st.permutations(range(x.rank)))
    as_tuple = draw(st.booleans())
    return Step("Tensor.permute", (tuple(order),) if as_tuple else tuple(order), lambda t: t.permute(order))


def transpose(draw: Draw, x: Subject) -> Step:
    one, other = x.axis(draw), x.axis(draw)
    name = draw(st.sampled_from(["Tensor.transpose", "torch.transpose", "torch.swapaxes", "Tensor.swapdims"]))
    return Step(name, (one, other), lambda t: t.transpose(one, other))


def reverse_last(draw: Draw, x: Subject) -> Step:
    if x.rank < 2:
        return Step("Tensor.flip", (0,), lambda t: t.flip(0))
    return Step("Tensor.mT", (), lambda t: t.mT)


def movedim(draw: Draw, x: Subject) -> Step:
    one, other = x.axis(draw), x.axis(draw)
    return Step("torch.movedim", (one, other), lambda t: t.movedim(one, other))


def flip(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    return Step("torch.flip", ([axis],), lambda t: t.flip([axis]))


def unsqueeze(draw: Draw, x: Subject) -> Step:
    axis = draw(st.integers(-x.rank - 1, x.rank))
    return Step("Tensor.unsqueeze", (axis,), lambda t: t.unsqueeze(axis))


def squeeze(draw: Draw, x: Subject) -> Step:
    if draw(st.booleans()):
        return Step("torch.squeeze", (), lambda t: t.squeeze())
    axis = x.axis(draw)
    if not x.known and x.shape[axis] != 1:
        return Step("torch.squeeze", (), lambda t: t.squeeze())
    return Step("Tensor.squeeze", (axis,), lambda t: t.squeeze(axis))


def flatten(draw: Draw, x: Subject) -> Step:
    start = draw(st.integers(0, x.rank - 1))
    end = draw(st.integers(start, x.rank - 1))
    return Step("torch.flatten", (start, end), lambda t: t.flatten(start, end), views=True)


def view_regrouped(draw: Draw, x: Subject) -> Step:
    """The sizes in any order, some neighbours merged, one perhaps as -1, with an axis of size 1 perhaps."""
    coprime = all(gcd(one, other) == 1 for one, other in combinations(x.shape, 2))
    order = draw(st.permutations(range(x.rank))) if coprime and draw(st.integers(0, 3)) else list(range(x.rank))
    groups: list[list[int]] = []
    for axis in order:
        if groups and draw(st.integers(0, 2)) == 0:
            groups[-1].append(axis)
        else:
            groups.append([axis])
    plain = [prod(x.shape[axis] for axis in group) for group in groups]
    given = [x.written(draw, group) for group in groups]
    if draw(st.booleans()):
        place = draw(st.integers(0, len(plain) - 1))
        plain[place], given[place] = -1, -1
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(plain)))
        plain.insert(place, 1)
        given.insert(place, 1)
    name = draw(st.sampled_from(["Tensor.view", "Tensor.reshape"]))
    return Step(name, tuple(given), lambda t: t.reshape(plain), views=True)


def view_split(draw: Draw, x: Subject) -> Step:
    """One axis cut into two where its size has a factor."""
    found = [(axis, part) for axis, whole in enumerate(x.shape) for part in range(2, whole) if whole % part == 0]
    if not found:
        return view_regrouped(draw, x)
    axis, part = draw(st.sampled_from(found))
    parts = [part, x.shape[axis] // part]
    plain = [*x.shape[:axis], *parts, *x.shape[axis + 1 :]]
    if draw(st.booleans()):
        return Step(
            "Tensor.unflatten", (axis, tuple(parts)), lambda t: t.unflatten(axis, parts), views=True, whole=False
        )
    given = [x.written(draw, [number]) for number in range(x.rank)]
    given[axis : axis + 1] = [parts[0], -1]
    return Step("torch.reshape", (tuple(given),), lambda t: t.reshape(plain), views=True, whole=False)


def subscript(draw: Draw, x: Subject) -> Step:
    """Integers, slices, None, an ellipsis, a list."""
    plain: list[object] = []
    listed = False
    count = draw(st.integers(1, x.rank))
    rest = draw(st.sampled_from(["", "", "before", "behind"]))
    for whole in x.shape[x.rank - count :] if rest == "before" else x.shape[:count]:
        kind = draw(st.sampled_from(["int", "slice", "all", "all", "list"]))
        if kind == "int":
            plain.append(draw(st.integers(-whole, whole - 1)))
        elif kind == "slice":
            low = draw(st.none() | st.integers(-whole, whole - 1))
            plain.append(slice(low, draw(st.none() | st.integers(-whole, whole)), draw(st.sampled_from([None, 1, 2]))))
        elif kind == "list" and not listed:
            listed = True
            plain.append(draw(st.lists(st.integers(0, whole - 1), min_size=1, max_size=3)))
        else:
            plain.append(slice(None))
    if draw(st.booleans()):
        plain.insert(draw(st.integers(0, len(plain))), None)
    if rest:
        plain.insert(0 if rest == "before" else len(plain), ...)
    return Step("[]", tuple(plain), lambda t: t[tuple(plain)])


def select(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    at = draw(st.integers(0, x.shape[axis] - 1))
    return Step("torch.select", (axis, at), lambda t: t.select(axis, at))


def narrow(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    start = draw(st.integers(0, x.shape[axis] - 1))
    length = draw(st.integers(1, x.shape[axis] - start))
    return Step("Tensor.narrow", (axis, start, length), lambda t: t.narrow(axis, start, length))


def index_select(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    places = draw(st.lists(st.integers(0, x.shape[axis] - 1), min_size=1, max_size=4))
    return Step("torch.index_select", (axis, places), lambda t: t.index_select(axis, torch.tensor(places)))


def greatest(draw: Draw, x: Subject) -> Step:
    """Reductions that pick entries."""
    axis, keep = x.axis(draw), draw(st.booleans())
    if draw(st.booleans()):
        return Step("Tensor.amax", (axis, keep), lambda t: t.amax(axis, keep))
    return Step("Tensor.max", (axis,), lambda t: t.max(axis, keepdim=keep), (("keepdim", keep),))


def least_of_several(draw: Draw, x: Subject) -> Step:
    axes = tuple(draw(st.lists(st.integers(0, x.rank - 1), min_size=1, max_size=2, unique=True)))
    return Step("torch.amin", (axes,), lambda t: t.amin(axes))


def total(draw: Draw, x: Subject) -> Step:
    axis, keep = x.axis(draw), draw(st.booleans())
    name = draw(st.sampled_from(["sum", "mean", "logsumexp", "prod"]))
    function = getattr(torch, name)
    return Step(
        f"torch.{name}", (axis,), lambda t: function(t.double(), axis, keepdim=keep), (("keepdim", keep),), fresh=True
    )


def everything(draw: Draw, x: Subject) -> Step:
    return Step("Tensor.sum", (), lambda t: t.sum(), fresh=True)


def elementwise(draw: Draw, x: Subject) -> Step:
    name, *arguments = draw(st.sampled_from([["relu"], ["abs"], ["clamp", 0], ["contiguous"], ["double"], ["clone"]]))
    return Step(f"Tensor.{name}", tuple(arguments), lambda t: getattr(t, name)(*arguments))


def stretched(draw: Draw, x: Subject) -> Step:
    """With a tensor of ones that has some of the axes, and further ones where there are 1."""
    ones = tuple(n if draw(st.booleans()) else 1 for n in x.shape[draw(st.integers(0, x.rank - 1)) :])
    grown = tuple(
        draw(st.sampled_from([1, 2])) if x.shape[len(x.shape) - len(ones) + a] == 1 else n for a, n in enumerate(ones)
    )
    other = x.bench.tensor(*grown)
    return Step("torch.mul", (other,), lambda t: t * torch.ones(grown, dtype=t.dtype))


def softmax(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    return Step("torch.nn.functional.softmax", (axis,), lambda t: F.softmax(t.double(), axis), fresh=True)


def doubled(draw: Draw, x: Subject) -> Step:
    """Joined with itself."""
    axis = x.axis(draw)
    return Step("torch.cat", ([x.model, x.model], axis), lambda t: torch.cat([t, t], axis), inside=True)


def stacked(draw: Draw, x: Subject) -> Step:
    axis, count = draw(st.integers(-x.rank - 1, x.rank)), draw(st.integers(1, 3))
    return Step("torch.stack", ([x.model] * count, axis), lambda t: torch.stack([t] * count, axis), inside=True)


def expand(draw: Draw, x: Subject) -> Step:
    plain = [draw(st.sampled_from([2, -1])) if n == 1 else draw(st.sampled_from([n, -1])) for n in x.shape]
    if draw(st.integers(0, 2)) == 0:
        plain.insert(0, 2)
    return Step("Tensor.expand", tuple(plain), lambda t: t.expand(plain))


def repeat(draw: Draw, x: Subject) -> Step:
    times = [draw(st.sampled_from([1, 1, 2])) for _ in x.shape]
    if draw(st.integers(0, 2)) == 0:
        times.insert(0, draw(st.sampled_from([1, 2])))
    return Step("Tensor.repeat", tuple(times), lambda t: t.repeat(times))


def interleave(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    return Step("torch.repeat_interleave", (2, axis), lambda t: t.repeat_interleave(2, axis))


def taken_apart(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    name, argument = draw(st.sampled_from([("chunk", 2), ("split", 2), ("tensor_split", 2)]))
    return Step(f"torch.{name}", (argument, axis), lambda t: getattr(torch, name)(t, argument, axis))


def unbind(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    return Step("Tensor.unbind", (axis,), lambda t: t.unbind(axis))


def unfold(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    window = draw(st.integers(1, x.shape[axis]))
    step = draw(st.integers(1, 3))
    return Step("Tensor.unfold", (axis, window, step), lambda t: t.unfold(axis, window, step))


def padded(draw: Draw, x: Subject) -> Step:
    widths = draw(st.lists(st.integers(0, 2), min_size=2, max_size=2)) + (
        [1, 0] if x.rank > 1 and draw(st.booleans()) else []
    )
    return Step("torch.nn.functional.pad", (tuple(widths),), lambda t: F.pad(t, widths), fresh=True)


def matrix_product(draw: Draw, x: Subject) -> Step:
    """By a matrix of its own."""
    if x.rank < 1:
        return everything(draw, x)
    columns = draw(st.sampled_from([1, 2, 9]))
    matrix = x.bench.tensor(x.shape[-1], columns)
    return Step("torch.matmul", (matrix,), lambda t: t.double() @ torch.ones(x.shape[-1], columns).double(), fresh=True)


def squared(draw: Draw, x: Subject) -> Step:
    """By its own transpose: the last axis meets itself."""
    if x.rank < 2:
        return everything(draw, x)
    turned = x.bench.call("Tensor.mT", x.model)
    return Step("torch.matmul", (turned,), lambda t: t.double() @ t.double().mT, fresh=True)


def einsum(draw: Draw, x: Subject) -> Step:
    letters = "abcdefgh"[: x.rank]
    output = "".join(draw(st.permutations(letters))[: draw(st.integers(0, x.rank))])
    text = f"{letters},{letters[-1:]}->{output}" if x.rank else "->"
    other = x.bench.tensor(*x.shape[-1:])
    return Step(
        "torch.einsum",
        (text, x.model, other),
        lambda t: torch.einsum(text, t.double(), torch.ones(x.shape[-1:]).double()),
        fresh=True,
        inside=True,
    )


def pooled(draw: Draw, x: Subject) -> Step:
    if x.rank not in (2, 3):
        return everything(draw, x)
    window = draw(st.integers(1, min(3, x.shape[-1])))
    return Step("torch.nn.functional.max_pool1d", (window,), lambda t: F.max_pool1d(t.double(), window), fresh=True)


def gathered(draw: Draw, x: Subject) -> Step:
    axis = x.axis(draw)
    shape = list(x.shape)
    shape[axis] = draw(st.integers(1, 3))
    index = x.bench.tensor(*shape)
    return Step("torch.gather", (axis, index), lambda t: t.gather(axis, torch.zeros(shape, dtype=torch.long)))


STEPS = [
    *[permute] * 2,
    transpose,
    reverse_last,
    movedim,
    flip,
    unsqueeze,
    squeeze,
    flatten,
    *[view_regrouped] * 8,
    view_split,
    *[subscript] * 4,
    select,
    narrow,
    index_select,
    greatest,
    least_of_several,
    total,
    everything,
    elementwise,
    stretched,
    softmax,
    doubled,
    stacked,
    expand,
    repeat,
    interleave,
    taken_apart,
    unbind,
    unfold,
    padded,
    matrix_product,
    squared,
    einsum,
    pooled,
    gathered,
]


def draw_step(draw: Draw, subject: Subject) -> Step:
    """A step for a tensor of one axis or more, none of them empty."""
    found: Step = draw(st.sampled_from(STEPS))(draw, subject)
    return found
