"""Minibatches cut by hand: `x[i:i + n]` beside `y[i:i + n]` takes the same samples of two arrays.

One slice alone may as well be a stretch of time; the same moving slice of two different arrays is the batch.
"""

from __future__ import annotations

from collections.abc import Hashable

from lstmlint.sizes import Opaque, Size
from lstmlint.source import Place
from lstmlint.values import Axis, Num, OpenTensor, Role, Slice, Strength, Tensor, Unknown, Value
from lstmlint.world import World


def notice_cut(world: World, source: Value, cut: Slice, result: Value, place: Place) -> None:
    """Remembers a cut by a moving slice; the second array that is cut alike makes both first axes the batch."""
    key = _moving(cut)
    axis = _first_axis(world, result)
    if key is None:
        return
    origin = _origin(source)
    cuts = world.cuts.setdefault(key, [])
    others = [other for other in cuts if other[0] != origin]
    for _, other_axis, other_place in others[:1]:
        text = f"takes the same samples as `{other_place.text}`"
        if axis is not None:
            world.claim(axis, Role.BATCH, Strength.STRUCTURE, place, text)
        if other_axis is not None:
            world.claim(
                other_axis, Role.BATCH, Strength.STRUCTURE, other_place, f"takes the same samples as `{place.text}`"
            )
    cuts.append((origin, axis, place))


def _moving(cut: Slice) -> Hashable | None:
    """The key of a slice that starts at something that changes; None for fixed ones."""
    if cut.lower is None or cut.step is not None:
        return None
    moves = isinstance(cut.lower, Num) and _steps(cut.lower.size)
    return (cut.lower, cut.upper) if moves else None


def _steps(size: Size) -> bool:
    return any(
        isinstance(symbol, Opaque) and isinstance(symbol.key, tuple) and symbol.key[:1] == ("step",)
        for monomial, _ in size.terms
        for symbol in monomial
    )


def _origin(source: Value) -> Hashable:
    if isinstance(source, (Unknown, OpenTensor)):
        return source.root
    return tuple(axis.id for axis in source.axes) if isinstance(source, Tensor) else source


def _first_axis(world: World, result: Value) -> Axis | None:
    tensor = world.tensor(result)
    return tensor.axes[0] if isinstance(tensor, Tensor) and tensor.axes else None
