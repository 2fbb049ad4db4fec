"""Several axes cut into several others by one reshape: what proves that entries are mixed.

A scramble is proved where whole axes stand in another order than in the source, or where one stands behind other data
than before. Sizes that agree by chance prove nothing: numbers that could as well be parts of the axes before them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import prod

from lstmlint.lean import dataclass
from lstmlint.sizes import Size, product
from lstmlint.values import Axis

Links = dict[int, tuple[int, int]]
"""Target dimensions that name a source axis: the atoms that axis consists of, from start to end."""


@dataclass(frozen=True)
class Target:
    """One dimension of a reshape's target: its size (None for a -1 that does not resolve) and the axis it names."""

    size: Size | None
    axis: int | None = None
    inferred: bool = False

    @property
    def is_single(self) -> bool:
        """True where it is known to have one entry."""
        return self.size is not None and self.size.known == 1


class Crossing:
    """Several axes cut into several others between two boundaries: which of them are named, and where they stand."""

    def __init__(self, atoms: Sequence[Axis], dims: Sequence[Target], links: Links) -> None:
        self.atoms = atoms
        self.dims = dims
        self.linked = set(links)
        self.candidates: dict[int, list[int]] = {}
        for place, dim in enumerate(self.dims):
            if place in links:
                self.candidates[place] = list(range(*links[place]))
            elif self._is_unambiguous(dim):
                found = [number for number, atom in enumerate(self.atoms) if atom.size == dim.size]
                if found:
                    self.candidates[place] = found

    def _is_unambiguous(self, dim: Target) -> bool:
        same = [other for other in self.dims if other.size == dim.size]
        explicit = [other for other in same if not other.inferred]
        return dim.size is not None and (len(same) == 1 or explicit == [dim])

    def swapped(self) -> tuple[Axis, ...]:
        """The axes that stand in another order in the target than in the source."""
        moved: set[int] = set()
        for early, late in combinations(sorted(self.candidates), 2):
            if min(self.candidates[early]) > max(self.candidates[late]):
                moved |= {*self.candidates[early], *self.candidates[late]}
        return tuple(self.atoms[number] for number in sorted(moved))

    def regrouped(self) -> tuple[Axis, ...]:
        """The axes, where known numbers show that they are merged in another order than the one they stand in."""
        left = [atom.size.known for atom in self.atoms]
        wanted = [dim.size.known if dim.size is not None else None for dim in self.dims]
        known = [size for size in (*left, *wanted) if size is not None]
        if len(known) < len(left) + len(wanted) or self._is_nested():
            return ()
        return tuple(self.atoms) if _covers(known[: len(left)], known[len(left) :]) else ()

    def displaced(self) -> tuple[tuple[Axis, ...], tuple[Axis, ...]]:
        """The axes around one that stands behind other data than before: where that is proved, and where possible."""
        possible: tuple[Axis, ...] = ()
        for place, candidates in self.candidates.items():
            passed = product_or_none([dim.size for dim in self.dims[:place]])
            before = [product(atom.size for atom in self.atoms[:number]) for number in candidates]
            around = self.atoms[: max(candidates) + 1] if min(candidates) else self.atoms[: max(candidates) + 2]
            if place in self.linked:
                before = before[:1]
            elif self._may_be_coincidence(place):
                continue
            if passed is None:
                if place in self.linked and min(candidates) == 0:
                    possible = possible or tuple(around)
            elif all(passed.cannot_equal(size) for size in before):
                return tuple(around), ()
            elif all(passed != size for size in before):
                possible = possible or tuple(around)
        return (), possible

    def _may_be_coincidence(self, place: int) -> bool:
        """True where a size that equals an axis' may as well be a part of the axes before it."""
        size, first = self.dims[place].size, self.atoms[0].size
        if place == 0:
            return size is not None and first.divided_by(size) is not None
        return self._is_nested()

    def _is_nested(self) -> bool:
        """True where all sizes are numbers and every cut of one side lies inside or beside the cuts of the other."""
        cuts = set()
        for sizes in ([atom.size for atom in self.atoms], [dim.size for dim in self.dims]):
            for number in range(len(sizes)):
                passed = product_or_none(sizes[number:])
                if passed is None or not passed.known:
                    return False
                cuts.add(passed.known)
        ordered = sorted(cuts)
        return all(large % small == 0 for small, large in pairwise(ordered))


def _covers(left: Sequence[int], wanted: Sequence[int]) -> bool:
    """True where some numbers can be parted into groups with the wanted products."""
    if not wanted:
        return not left
    groups = (group for count in range(1, len(left) + 1) for group in combinations(range(len(left)), count))
    return any(
        prod(left[number] for number in group) == wanted[0]
        and _covers([size for number, size in enumerate(left) if number not in group], wanted[1:])
        for group in groups
    )


def product_or_none(sizes: Sequence[Size | None]) -> Size | None:
    """The product of some sizes; None where one of them is not known."""
    known = [size for size in sizes if size is not None]
    return product(known) if len(known) == len(sizes) else None
