"""Which axes a row-major reshape merges, splits and keeps, and when it is proved to mix entries.

Source and target are walked from both ends: where the products of the sizes passed so far are equal, both sides have
passed the same data. Between two such boundaries lie one axis that is kept, axes that are merged, an axis that is
split, or a crossing of several axes into several. A crossing is a scramble where whole axes stand in another order, or
where one stands behind other data than before. What cannot be proved gives new axes and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from lstmlint.interpret.ops.crossing import Crossing, Links, Target, product_or_none
from lstmlint.lean import dataclass
from lstmlint.sizes import ONE, AxisSize, Size, Symbol, product
from lstmlint.values import Axis, Role
from lstmlint.world import World


@dataclass(frozen=True)
class Match:
    """The axes of a reshape's result, whether it is proved to scramble, and the source axes concerned."""

    axes: tuple[Axis, ...]
    scrambled: bool = False
    moved: tuple[Axis, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What becomes of the axes between two boundaries."""

    axes: tuple[Axis, ...]
    scrambled: bool = False
    moved: tuple[Axis, ...] = ()


Boundary = tuple[int, int]


def atoms_of(axis: Axis) -> tuple[Axis, ...]:
    """The axes that an axis was merged from, down to those that were never merged, without those of size 1."""
    if axis.parts:
        return tuple(atom for part in axis.parts for atom in atoms_of(part))
    return () if axis.is_single else (axis,)


def resolved(axes: Sequence[Axis], targets: Sequence[Target]) -> list[Target]:
    """The targets with a -1 worked out, where the sizes divide exactly."""
    left = [atom.size for axis in axes for atom in atoms_of(axis)]
    right = []
    for target in targets:
        if target.size is None:
            continue
        if target.size in left:
            left.remove(target.size)
        else:
            right.append(target.size)
    quotient = product(left).divided_by(product(right))
    return [replace(target, size=quotient) if target.size is None else target for target in targets]


def match(world: World, axes: Sequence[Axis], targets: Sequence[Target]) -> Match:
    """What a reshape makes of some axes; at most one target may be without a size."""
    axes = _measured(axes, targets)
    found = _Reshape(world, tuple(axes), tuple(resolved(axes, targets))).match()
    if found.scrambled and _says_one(world, axes, targets):
        return Match(tuple(world.axis(target.size) for target in targets))
    return found


def _measured(axes: Sequence[Axis], targets: Sequence[Target]) -> Sequence[Axis]:
    """The axes with the size of the only one that is not known, which the number of entries tells."""
    unknown = [axis for axis in axes if axis.size == Size.symbol(AxisSize(axis.id)) and not axis.parts]
    if len(unknown) != 1:
        return axes
    others = product(axis.size for axis in axes if axis is not unknown[0]).known
    total = product_or_none([target.size for target in targets])
    if total is None or total.known is None or not others or total.known % others or total.known == others:
        return axes
    size = Size.of(total.known // others)
    return [replace(axis, size=size) if axis is unknown[0] else axis for axis in axes]


def _says_one(world: World, axes: Sequence[Axis], targets: Sequence[Target]) -> bool:
    """True where a 1 written in the place of an axis of unknown size says that it is one, and nothing is mixed then.

    `x.view(1, width, -1)` of (batch, width * steps) is written by somebody who knows that the batch is one.
    """
    for place, (axis, target) in enumerate(zip(axes, targets, strict=False)):
        if target.is_single and target.axis is None and axis.size.known is None and not axis.parts:
            single = [*axes[:place], replace(axis, size=ONE), *axes[place + 1 :]]
            if not _Reshape(world, tuple(single), tuple(resolved(single, targets))).match().scrambled:
                return True
    return False


class _Reshape:
    """One reshape: the source as atoms, the target without its dimensions of size 1."""

    def __init__(self, world: World, axes: tuple[Axis, ...], targets: tuple[Target, ...]) -> None:
        self.world = world
        self.axes = axes
        self.targets = targets
        self.dims = [target for target in targets if not target.is_single]
        self.atoms: list[Axis] = []
        self.wholes: dict[tuple[int, int], Axis] = {}
        for axis in axes:
            start = len(self.atoms)
            self.atoms += atoms_of(axis)
            if len(self.atoms) > start:
                self.wholes[start, len(self.atoms)] = axis
        self.names = {axis.id for axis in axes} | {atom.id for atom in self.atoms}
        self.links = self._links()

    def match(self) -> Match:
        """Works out the result, boundary by boundary."""
        if any(size is not None and size.known == 0 for size in (*self._sizes(), *(t.size for t in self.dims))):
            return Match(tuple(self._fresh(target) for target in self.targets))
        boundaries = self._boundaries()
        outcomes = [self._between(one, other) for one, other in pairwise(boundaries)]
        kept = [axis for outcome in outcomes for axis in outcome.axes]
        moved = tuple(axis for outcome in outcomes for axis in outcome.moved)
        return Match(self._with_singles(kept, boundaries), any(o.scrambled for o in outcomes), moved)

    def _sizes(self) -> list[Size]:
        return [axis.size for axis in self.wholes.values()]

    def _fresh(self, target: Target) -> Axis:
        return self.world.axis(target.size)

    def _links(self) -> Links:
        spans: dict[int, list[tuple[int, int]]] = {}
        owners = dict(self.wholes)
        for place, atom in enumerate(self.atoms):
            owners.setdefault((place, place + 1), atom)
        for span, axis in owners.items():
            spans.setdefault(axis.id, []).append(span)
        links: Links = {}
        for place, dim in enumerate(self.dims):
            found = spans.get(dim.axis, []) if dim.axis is not None else []
            if len(found) == 1 and dim.size is not None and not dim.size.cannot_equal(owners[found[0]].size):
                links[place] = found[0]
        return links

    # Boundaries

    def _boundaries(self) -> list[Boundary]:
        """Pairs of how many atoms and how many dimensions lie before a point that both sides pass alike."""
        swapped = self._permuted_range()
        chain = [(0, 0), (len(self.atoms), len(self.dims))]
        for pair in sorted(self._equal_products()):
            if swapped is None or not swapped[0] < pair[1] < swapped[1]:
                chain = self._with(chain, pair)
        for place, (start, stop) in self.links.items():
            if self._is_believed(chain, place, start):
                chain = self._with(chain, (start, place), (stop, place + 1))
        return chain

    def _with(self, chain: list[Boundary], *pairs: Boundary) -> list[Boundary]:
        """The chain with boundaries more, or as it was where they do not fit into it."""
        longer = sorted({*chain, *pairs})
        return longer if _rises(longer) and all(self._respects_links(pair) for pair in pairs) else chain

    def _equal_products(self) -> set[Boundary]:
        sizes = [atom.size for atom in self.atoms]
        wanted = [dim.size for dim in self.dims]
        return {
            (i, j)
            for i in range(1, len(sizes))
            for j in range(1, len(wanted))
            if _same(sizes[:i], wanted[:j]) or _same(sizes[i:], wanted[j:])
        }

    def _permuted_range(self) -> tuple[int, int] | None:
        """From where to where the target's dimensions are the source's whole axes in another order, if they are."""
        sizes, wanted = self._sizes(), [dim.size for dim in self.dims]
        if len(sizes) != len(wanted) or sizes == wanted or len(set(sizes)) < len(sizes) or set(sizes) != set(wanted):
            return None
        if len(sizes) != len(self.atoms):
            return None
        differing = [place for place, size in enumerate(sizes) if size != wanted[place]]
        return differing[0], differing[-1] + 1

    def _is_believed(self, chain: list[Boundary], place: int, start: int) -> bool:
        """True where a named axis stands behind something in source and target that may well be the same data."""
        atoms, dims = max(boundary for boundary in chain if boundary[1] <= place)
        if atoms >= start or dims >= place:
            return False
        passed = product_or_none([dim.size for dim in self.dims[dims:place]])
        if passed is None:
            return True
        own = {symbol for atom in self.atoms for symbol in symbols_of(atom.size)}
        before = product(atom.size for atom in self.atoms[atoms:start])
        return not own & symbols_of(passed) and not passed.cannot_equal(before)

    def _respects_links(self, boundary: Boundary) -> bool:
        atoms, dims = boundary
        return all(stop <= atoms if place < dims else start >= atoms for place, (start, stop) in self.links.items())

    # What lies between two boundaries

    def _between(self, one: Boundary, other: Boundary) -> Outcome:
        atoms, dims = self.atoms[one[0] : other[0]], self.dims[one[1] : other[1]]
        if not atoms or not dims:
            return Outcome(tuple(self._fresh(dim) for dim in dims))
        if len(dims) == 1:
            return Outcome((self._merged(one[0], other[0], dims[0]),))
        if len(atoms) == 1:
            return Outcome(self._split(atoms[0], dims))
        return self._crossing(one, other)

    def _merged(self, start: int, stop: int, dim: Target) -> Axis:
        atoms = self.atoms[start:stop]
        whole = self.wholes.get((start, stop)) or (atoms[0] if len(atoms) == 1 else None)
        size = product(atom.size for atom in atoms)
        if dim.size is not None and dim.size.cannot_equal(size):
            return self._fresh(dim)
        if whole is not None:
            return whole
        features = all(atom.role not in (None, Role.BATCH, Role.TIME) for atom in atoms)
        return replace(self.world.axis(size, Role.FEATURE if features else None), parts=tuple(atoms))

    def _split(self, atom: Axis, dims: Sequence[Target]) -> tuple[Axis, ...]:
        others = product(dim.size for dim in dims if dim.size is not None)
        roles: list[Role | None] = [Role.FEATURE if atom.role is Role.FEATURE else None] * len(dims)
        if atom.role is Role.STACK and len(dims) == 2:
            roles = [Role.LAYER, Role.DIRECTION]
        elif atom.directions is not None and dims[0].size == Size.of(2):
            roles[0] = Role.DIRECTION
        rest = atom.size.floor_divided_by(others)
        sized = [replace(dim, size=rest) if dim.size is None else dim for dim in dims]
        return tuple(self._made(dim, role) for dim, role in zip(sized, roles, strict=True))

    def _made(self, dim: Target, role: Role | None = None) -> Axis:
        """A new axis; one made as long as an axis of another tensor is treated as that axis."""
        if dim.axis is not None and dim.size is not None and dim.axis not in self.names:
            self.names.add(dim.axis)
            return Axis(dim.axis, dim.size, role)
        return self.world.axis(dim.size, role)

    def _crossing(self, one: Boundary, other: Boundary) -> Outcome:
        links = {
            place - one[1]: (start - one[0], stop - one[0])
            for place, (start, stop) in self.links.items()
            if one[1] <= place < other[1] and one[0] <= start and stop <= other[0]
        }
        crossing = Crossing(self.atoms[one[0] : other[0]], self.dims[one[1] : other[1]], links)
        swapped = crossing.swapped() or crossing.regrouped()
        if swapped:
            return Outcome(tuple(self._fresh(dim) for dim in crossing.dims), True, swapped)
        proved, possible = crossing.displaced()
        if proved or possible:
            return Outcome(tuple(self._fresh(dim) for dim in crossing.dims), bool(proved), proved or possible)
        return Outcome(tuple(self._made(dim) for dim in crossing.dims))

    # Axes of size 1

    def _with_singles(self, kept: list[Axis], boundaries: list[Boundary]) -> tuple[Axis, ...]:
        """The result with its dimensions of size 1: those of the source between the same axes, or new ones."""
        spare: dict[int, list[Axis]] = {}
        passed = 0
        for axis in self.axes:
            passed += len(atoms_of(axis))
            if axis.is_single:
                spare.setdefault(passed, []).append(axis)
        found: list[Axis] = []
        at = {dims: atoms for atoms, dims in boundaries}
        for used, singles in enumerate(self._singles_between()):
            own = _lasting(spare.get(at[used], []) if used in at else [], singles)
            found += own[:singles] + [self.world.axis(ONE) for _ in range(singles - len(own))]
            found += kept[used : used + 1]
        return _layers_and_directions(tuple(found), self.axes)

    def _singles_between(self) -> list[int]:
        """How many dimensions of size 1 are wanted before each other one, and behind the last."""
        counts = [0]
        for target in self.targets:
            if target.is_single:
                counts[-1] += 1
            else:
                counts.append(0)
        return counts


def _lasting(axes: list[Axis], wanted: int) -> list[Axis]:
    """The axes of size 1 that stay where fewer are wanted: a state's layers go before its batch does."""
    others = [axis for axis in axes if axis.role is not Role.STACK]
    return others if wanted <= len(others) < len(axes) else axes


def _rises(boundaries: Sequence[Boundary]) -> bool:
    """True where each boundary lies behind the one before on both sides."""
    pairs = list(pairwise(boundaries))
    return len(pairs) == 1 or all(one[0] < other[0] and one[1] < other[1] for one, other in pairs)


def symbols_of(size: Size) -> set[Symbol]:
    """The symbols that take part in a size."""
    return {symbol for monomial, _ in size.terms for symbol in monomial}


def _same(sizes: Sequence[Size], wanted: Sequence[Size | None]) -> bool:
    passed = product_or_none(wanted)
    return passed is not None and product(sizes) == passed


def _layers_and_directions(found: tuple[Axis, ...], axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """Tells layers from directions where one of them is 1: (2, B, H) seen as (1, 2, B, H) or (2, 1, B, H)."""
    if len(found) != len(axes) + 1 or not axes or axes[0].role is not Role.STACK or len(found) < 2:
        return found
    first, second = found[:2]
    if first.is_single and second == axes[0] and second.size.known == 2:
        return (replace(first, role=Role.LAYER), replace(second, role=Role.DIRECTION), *found[2:])
    if first == axes[0] and second.is_single and not first.is_single:
        return (replace(first, role=Role.LAYER), replace(second, role=Role.DIRECTION), *found[2:])
    return found
