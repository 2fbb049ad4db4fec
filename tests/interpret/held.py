"""Holds what the interpreter claims of tensors against the shapes that a framework gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from lstmlint.sizes import AxisSize, Quotient, Size, Symbol
from lstmlint.values import Tensor, Value
from lstmlint.world import World


def evaluated(size: Size, sizes: Mapping[Any, int]) -> int | None:
    """A symbolic size with the sizes of some axes, and other symbols, filled in; None where another one takes part."""
    total = 0
    for monomial, factor in size.terms:
        values = [_symbol(symbol, sizes) for symbol in monomial]
        if any(value is None for value in values):
            return None
        total += factor * prod(value for value in values if value is not None)
    return total


def _symbol(symbol: Symbol, sizes: Mapping[Any, int]) -> int | None:
    if isinstance(symbol, AxisSize):
        return sizes.get(symbol.axis)
    if isinstance(symbol, Quotient):
        above, below = evaluated(symbol.dividend, sizes), evaluated(symbol.divisor, sizes)
        return None if above is None or not below else above // below
    return sizes.get(symbol)


def mistaken(
    world: World, claimed: Value, real: Sequence[int | None], sizes: Mapping[Any, int], seen: Counter[str]
) -> str:
    """What is wrong in the claim on one tensor, "" where nothing is; counts what was claimed and what was left open.

    `sizes`: those of the axes that the claims are made in terms of. A size that is None is not compared.
    """
    seen["tensors"] += 1
    value = world.tensor(claimed)
    if not isinstance(value, Tensor):
        seen["unknown"] += 1
        return ""
    if len(value.axes) != len(real):
        return f"claimed of rank {len(value.axes)}, is {tuple(real)}"
    for axis, size in zip(value.axes, real, strict=True):
        known = evaluated(axis.size, sizes)
        seen["axes"] += 1
        seen["unknown axes"] += known is None
        if None not in (known, size) and known != size:
            return f"claimed to be {value.axes}, is {tuple(real)}"
    return ""
