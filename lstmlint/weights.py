"""Arrays out of a Keras layer's weights, and what became of them on their way into a torch layer.

Keras keeps a kernel as (features, gates x units) and a bias as (gates x units), a GRU's as (2, gates x units): one row
for the input's side, one for the recurrent side. torch keeps weights as (gates x units, features). Both pack the gates
of an LSTM as i, f, c, o; Keras packs a GRU's as z, r, h, torch as r, z, n.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import field, replace

from lstmlint.lean import dataclass
from lstmlint.sizes import Size
from lstmlint.source import Place
from lstmlint.values import Value

REST = -1
"""A block of gates of which only its start is known: the last one, if it fits."""
EACH = "each"
"""Stands for every array of a list in turn."""


@dataclass(frozen=True)
class Weight(Value):
    """An array of a Keras layer's weights, or a list of such arrays."""

    root: Hashable
    """What it was taken from."""
    place: Place = field(compare=False)
    """Where it was taken."""
    is_named: bool = field(default=False, compare=False)
    """True where only its name says that it is one."""
    items: tuple[Hashable, ...] = ()
    """Which array of a list, which row of an array."""
    start: Size | None = None
    """Where it was cut off by a slice that may be one of a list of arrays, too."""
    is_torch: bool = field(default=False, compare=False)
    is_turned: bool = False
    """True where its two axes were exchanged."""
    is_flat: bool = False
    """True where something was done to it that is right for an array of one axis only."""
    is_cut: bool = False
    """True for the list of its blocks of gates."""
    blocks: tuple[int, ...] = ()
    """Its blocks of gates by their number in Keras, in order; empty: all of them, as Keras packs them."""
    reshaped: Place | None = field(default=None, compare=False)
    joined: Place | None = field(default=None, compare=False)
    summed: Place | None = field(default=None, compare=False)
    """Where its entries were reshaped, its blocks joined, its rows added up."""

    @property
    def source(self) -> tuple[Hashable, tuple[Hashable, ...], tuple[int, ...]]:
        """Which entries of which array these are: the same for two copies of one array."""
        return self.root, self.items, self.blocks

    @property
    def is_list(self) -> bool:
        """True for all arrays of a layer together."""
        return not self.items and isinstance(self.root, tuple) and self.root[:1] == ("weights",) and len(self.root) == 2

    @property
    def is_told_apart(self) -> bool:
        """True where it is known which array of a list it is."""
        return EACH not in self.items

    def item(self, key: Hashable) -> Weight:
        """One array of a list, one row of an array, one block of a list of blocks."""
        if self.is_cut:
            number = key if isinstance(key, int) and key >= 0 else REST
            return replace(self, is_cut=False, blocks=(number,))
        if self.start is None:
            return replace(self, items=(*self.items, key))
        moved = self.start + Size.of(key) if isinstance(key, int) else None
        place = key if moved is None else moved if moved.known is None else moved.known
        return replace(self, items=(*self.items, place), start=None, is_flat=False, blocks=())

    def turned(self) -> Weight | None:
        """Its axes exchanged; None where that may undo a reshape."""
        return None if self.reshaped else replace(self, is_turned=not self.is_turned)

    def reshaped_to(self, rank: int | None, place: Place) -> Weight | None:
        """Its entries in another shape; None where what they mean is lost track of."""
        if rank == 1:
            return replace(self, is_flat=True)
        if rank != 2:
            return None
        return self if self.is_turned else replace(self, reshaped=self.reshaped or place)

    def cut(self, lower: Size | None, upper: Size | None, is_flat: bool) -> Weight | None:
        """A stretch of its gates, taken for a block where it starts at a multiple of its length."""
        if self.blocks or self.is_cut:
            return None
        start = lower or Size.of(0)
        number = _block(start, upper)
        return replace(self, blocks=(number,), is_flat=self.is_flat or is_flat, start=start if is_flat else None)

    def halved(self, is_flat: bool) -> Weight | None:
        """The list of its blocks, however many there are."""
        if self.blocks or self.is_cut:
            return None
        return replace(self, is_cut=True, is_flat=self.is_flat or is_flat)


def _block(start: Size, end: Size | None) -> int:
    """The number of the block from `start` to `end`, where all blocks are equally long."""
    if start.known == 0:
        return 0
    if end is not None:
        number = start.divided_by(end - start)
        return REST if number is None or number.known is None else number.known
    factors = [factor for monomial, factor in start.terms if monomial]
    is_multiple = len(start.terms) == 1 and len(factors) == 1 and factors[0] > 1
    return factors[0] if is_multiple else REST


def joined(parts: Sequence[Value], place: Place, is_flat: bool) -> Weight | None:
    """Blocks of one array put side by side along its gates; None for anything else."""
    found = [part for part in parts if isinstance(part, Weight) and part.blocks and not part.is_cut]
    if len(found) < max(len(parts), 2):
        return None
    first = found[0]
    alike = {replace(part, blocks=(), start=None, is_flat=False) for part in found}
    if len(alike) > 1:
        return None
    blocks = _completed([block for part in found for block in part.blocks])
    is_flat = is_flat or any(part.is_flat for part in found)
    return replace(first, blocks=blocks, start=None, is_flat=is_flat, joined=place)


def _completed(blocks: list[int]) -> tuple[int, ...]:
    """The numbers of all blocks, where just one of them is not known."""
    if blocks.count(REST) != 1:
        return tuple(blocks)
    missing = set(range(len(blocks))) - set(blocks)
    return tuple(blocks) if len(missing) != 1 else tuple(missing.copy().pop() if b == REST else b for b in blocks)


def added(one: Weight, other: Weight, place: Place) -> Weight | None:
    """The sum of two rows of one array; None for any other sum."""
    if not one.items or one.root != other.root or one.items[:-1] != other.items[:-1]:
        return None
    if {one.items[-1], other.items[-1]} != {0, 1} or one.blocks != other.blocks:
        return None
    return replace(one, items=one.items[:-1], summed=place)
