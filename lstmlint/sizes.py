"""Symbolic sizes: what a dimension, a width or a count is, as far as the source tells.

A size is a polynomial with integer coefficients over symbols that stand for positive integers nobody wrote down
(the size of an input's axis, a constructor argument without a default). `2 * hidden`, `layers * directions` and
`hidden // 2` are all sizes. Two sizes can be proved equal, proved different, or neither; only proofs count.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property

from lstmlint.lean import dataclass

Symbol = Hashable
Monomial = tuple[Symbol, ...]


@dataclass(frozen=True)
class AxisSize:
    """The symbol for the size of an axis whose size the source does not give."""

    axis: int

    def __repr__(self) -> str:
        return f"size of axis {self.axis}"


@dataclass(frozen=True)
class Opaque:
    """The symbol for a positive integer that is known only by where it comes from (`key`)."""

    key: Hashable

    def __repr__(self) -> str:
        return f"{self.key}"


@dataclass(frozen=True, repr=False)
class Presumed(Opaque):
    """The symbol for an unknown thing that was computed with as with a number; it may as well be an array."""


@dataclass(frozen=True)
class Quotient:
    """The symbol for `dividend // divisor` where the division is not known to be exact."""

    dividend: Size
    divisor: Size


_COUNTERS = (("step",), ("modulo",), ("either",), ("sample",), ("element",), ("length of list",))
"""How the keys of numbers begin that may be another one in each round of a loop, or on each branch."""
LARGEST = 60
"""Symbols that a size may be made of, those inside other symbols included. A larger one is known by a fingerprint."""


def _weight(part: object) -> int:
    """How many symbols something is made of."""
    if isinstance(part, Size):
        return part.weight
    if isinstance(part, tuple):
        return sum(map(_weight, part))
    if isinstance(part, Quotient):
        return 1 + part.dividend.weight + part.divisor.weight
    return 1 + _weight(part.key) if isinstance(part, Opaque) else 1


def _is_presumed(symbol: object) -> bool:
    if isinstance(symbol, Quotient):
        return symbol.dividend.is_presumed or symbol.divisor.is_presumed
    if isinstance(symbol, Presumed):
        return True
    parts = symbol.key if isinstance(symbol, Opaque) and isinstance(symbol.key, tuple) else ()
    return any(isinstance(part, Size) and part.is_presumed for part in parts)


def _is_counter(part: object) -> bool:
    """True for a symbol, or a part of its key, that is a loop's counter or was computed from one."""
    if isinstance(part, Size):
        return part.has_counter
    if isinstance(part, Quotient):
        return part.dividend.has_counter or part.divisor.has_counter
    if isinstance(part, tuple):
        return part[:1] in _COUNTERS or any(map(_is_counter, part))
    return isinstance(part, Opaque) and _is_counter(part.key)


def _order(monomial: Monomial) -> tuple[int, str]:
    return len(monomial), repr(monomial)


@dataclass(frozen=True)
class Size:
    """A polynomial: pairs of a product of symbols and its coefficient, in a fixed order, no zero coefficients."""

    terms: tuple[tuple[Monomial, int], ...]

    @staticmethod
    def of(number: int) -> Size:
        """The size that is exactly `number`."""
        return Size((((), number),) if number else ())

    @staticmethod
    def symbol(symbol: Symbol) -> Size:
        """The size that is one unknown positive integer."""
        return Size((((symbol,), 1),))._bounded()

    @staticmethod
    def _from(terms: Mapping[Monomial, int]) -> Size:
        kept = [(monomial, factor) for monomial, factor in terms.items() if factor]
        if len(kept) > 1:
            kept.sort(key=lambda term: _order(term[0]))
        return Size(tuple(kept))._bounded()

    @cached_property
    def weight(self) -> int:
        """How many symbols it is made of."""
        return sum(1 + _weight(monomial) for monomial, _ in self.terms)

    def _bounded(self) -> Size:
        """The size itself, or a symbol for it where it has grown past use: sums of products of sums grow fast."""
        if self.weight <= LARGEST:
            return self
        from hashlib import blake2b  # few sizes grow so

        fingerprint = blake2b(repr(self).encode(), digest_size=16).hexdigest()
        return Size((((Presumed(fingerprint) if self.is_presumed else Opaque(fingerprint),), 1),))

    @property
    def known(self) -> int | None:
        """The number this size is, or None where a symbol takes part."""
        if not self.terms:
            return 0
        if len(self.terms) == 1 and not self.terms[0][0]:
            return self.terms[0][1]
        return None

    @property
    def sole_axis(self) -> int | None:
        """The axis whose size this is exactly, or None."""
        if len(self.terms) == 1 and self.terms[0][1] == 1 and len(self.terms[0][0]) == 1:
            symbol = self.terms[0][0][0]
            if isinstance(symbol, AxisSize):
                return symbol.axis
        return None

    @property
    def is_presumed(self) -> bool:
        """True where an unknown thing takes part that need not be a number."""
        return any(_is_presumed(symbol) for monomial, _ in self.terms for symbol in monomial)

    @property
    def has_counter(self) -> bool:
        """True where a loop's counter or its like takes part: another number in each round, which may be 0."""
        return any(_is_counter(monomial) for monomial, _ in self.terms)

    @property
    def minimum(self) -> int | None:
        """The least value this size can take, every symbol being at least 1; None where it is not bounded so."""
        least = 0
        for monomial, factor in self.terms:
            if monomial and factor < 0:
                return None
            least += factor
        return least

    def __add__(self, other: Size) -> Size:
        terms = dict(self.terms)
        for monomial, factor in other.terms:
            terms[monomial] = terms.get(monomial, 0) + factor
        return Size._from(terms)

    def __sub__(self, other: Size) -> Size:
        return self + other._times(-1)

    def _times(self, number: int) -> Size:
        return Size(tuple((monomial, factor * number) for monomial, factor in self.terms)) if number else Size(())

    def __mul__(self, other: Size) -> Size:
        for one, another in ((self, other), (other, self)):
            if one.known is not None:
                return another._times(one.known)
        terms: dict[Monomial, int] = {}
        for left, a in self.terms:
            for right, b in other.terms:
                monomial = tuple(sorted(left + right, key=repr))
                terms[monomial] = terms.get(monomial, 0) + a * b
        return Size._from(terms)

    def divided_by(self, other: Size) -> Size | None:
        """The exact quotient where `other` is one product of symbols that divides every term; else None."""
        if len(other.terms) != 1:
            return Size.of(1) if self == other and other.terms else None
        divisor, factor = other.terms[0]
        terms: dict[Monomial, int] = {}
        for monomial, coefficient in self.terms:
            rest = list(monomial)
            for symbol in divisor:
                if symbol not in rest:
                    return None
                rest.remove(symbol)
            if coefficient % factor:
                return None
            terms[tuple(rest)] = coefficient // factor
        return Size._from(terms)

    def floor_divided_by(self, other: Size) -> Size | None:
        """`self // other`: exact where it divides, a symbol of its own where not, None for a division by zero."""
        if other.known == 0:
            return None
        if self.known is not None and other.known is not None:
            return Size.of(self.known // other.known)
        exact = self.divided_by(other)
        return exact if exact is not None else Size.symbol(Quotient(self, other))

    def cannot_equal(self, other: Size) -> bool:
        """True only where the two are different for every choice of positive integers."""
        gap = self - other
        return (gap.minimum or 0) > 0 or (gap._times(-1).minimum or 0) > 0

    def exceeds(self, number: int) -> bool:
        """True only where this size is above `number` for every choice of positive integers."""
        return self.minimum is not None and self.minimum > number

    def __repr__(self) -> str:
        if not self.terms:
            return "0"
        return " + ".join("*".join([*([] if f == 1 and m else [str(f)]), *map(repr, m)]) for m, f in self.terms)


ONE = Size.of(1)


def product(sizes: Iterable[Size]) -> Size:
    """The product of some sizes; of none, 1."""
    total = ONE
    for size in sizes:
        total = total * size
    return total
