"""Symbolic sizes: what is proved holds for every choice of positive integers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lstmlint.sizes import LARGEST, ONE, Opaque, Presumed, Quotient, Size, product

NAMES = ("hidden", "layers", "directions")
N, M = Size.symbol(Opaque("n")), Size.symbol(Opaque("m"))
numbers = st.fixed_dictionaries({name: st.integers(1, 9) for name in NAMES})


def worth(size: Size, values: dict[str, int]) -> int:
    """The number that a size is for some values of its symbols."""
    total = 0
    for monomial, factor in size.terms:
        for symbol in monomial:
            if isinstance(symbol, Quotient):
                factor *= worth(symbol.dividend, values) // worth(symbol.divisor, values)
            else:
                factor *= values[str(symbol)]
        total += factor
    return total


leaves = st.one_of(st.integers(0, 4).map(Size.of), st.sampled_from(NAMES).map(Size.symbol))
sizes = st.recursive(
    leaves,
    lambda inner: st.tuples(inner, inner, st.sampled_from("+-*")).map(
        lambda drawn: {"+": Size.__add__, "-": Size.__sub__, "*": Size.__mul__}[drawn[2]](drawn[0], drawn[1])
    ),
    max_leaves=6,
)


@given(sizes, sizes, numbers)
def test_arithmetic_is_that_of_the_integers(one: Size, other: Size, values: dict[str, int]) -> None:
    assert worth(one + other, values) == worth(one, values) + worth(other, values)
    assert worth(one * other, values) == worth(one, values) * worth(other, values)
    assert worth(one - one, values) == 0


@given(sizes, sizes, numbers)
def test_sizes_said_to_differ_differ(one: Size, other: Size, values: dict[str, int]) -> None:
    if one.cannot_equal(other):
        assert worth(one, values) != worth(other, values)


@given(sizes, st.integers(0, 5), numbers)
def test_the_minimum_is_a_bound(size: Size, number: int, values: dict[str, int]) -> None:
    if size.minimum is not None:
        assert worth(size, values) >= size.minimum
    if size.exceeds(number):
        assert worth(size, values) > number


@given(sizes, sizes, numbers)
def test_an_exact_quotient_multiplies_back(one: Size, other: Size, values: dict[str, int]) -> None:
    quotient = (one * other).divided_by(other)
    if quotient is not None:
        assert worth(quotient, values) * worth(other, values) == worth(one * other, values)


@given(sizes, st.integers(1, 4), numbers)
def test_floor_division_is_pythons(size: Size, divisor: int, values: dict[str, int]) -> None:
    quotient = size.floor_divided_by(Size.of(divisor))
    assert quotient is not None
    assert worth(quotient, values) == worth(size, values) // divisor


def test_nothing_is_divided_by_zero() -> None:
    assert Size.symbol("hidden").floor_divided_by(Size.of(0)) is None


def test_the_product_of_none_is_one() -> None:
    assert product([]) == ONE


def test_what_may_be_no_number_is_told_of() -> None:
    surely, maybe = Size.symbol(Opaque("n")), Size.symbol(Presumed("y"))
    assert not (surely * Size.of(2)).is_presumed and not Size.of(3).is_presumed
    assert (maybe + surely).is_presumed
    assert Size.symbol(Quotient(maybe, surely)).is_presumed
    assert Size.symbol(Opaque(("modulo", maybe, surely))).is_presumed
    assert maybe != Size.symbol(Opaque("y"))


def test_what_grows_past_use_is_known_by_a_fingerprint() -> None:
    grown, again = N, N
    for _ in range(200):
        grown, again = grown * grown + M, again * again + M
    assert grown == again
    assert grown.weight <= LARGEST
    assert grown != grown + ONE
    assert (grown - again).known == 0


def test_symbols_of_symbols_stay_small() -> None:
    grown = N
    for _ in range(200):
        grown = Size.symbol(Opaque(("either", grown, grown + M)))
    assert grown.weight <= LARGEST
