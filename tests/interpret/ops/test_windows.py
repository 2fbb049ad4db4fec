"""Windows cut out of arrays: which are told of, and what is learned of an array that windows are cut out of."""

from __future__ import annotations

import pytest

from lstmlint.events import Windowed
from lstmlint.values import Tensor, Unknown
from tests.interpret.ops.bench import Bench, sizes

SLIDING = "numpy.lib.stride_tricks.sliding_window_view"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (SLIDING, (5, 7)),  # no such axis
        (SLIDING, ((2, 2), 0)),
        (SLIDING, (Unknown("window"), Unknown("axis"))),
        ("Tensor.unfold", (5, 2, 1)),
        ("Tensor.unfold", (Unknown("axis"), 2, 1)),
    ],
)
def test_what_may_be_any_window_gives_nothing(name: str, arguments: tuple[object, ...]) -> None:
    bench = Bench()
    assert isinstance(bench.call(name, bench.tensor(9, 4), *arguments), Unknown)
    assert not bench.events(Windowed)


def test_a_window_over_all_columns_is_none_of_them() -> None:
    bench = Bench()
    table = bench.tensor(9, 4)
    result = bench.call(SLIDING, table, (3, 4))
    assert isinstance(result, Tensor)
    assert sizes(result) == [7, 1, 3, 4]
    (windowed,) = bench.events(Windowed)
    assert (windowed.position, windowed.steps) == (0, result.axes[2])


@pytest.mark.parametrize(("name", "arguments"), [(SLIDING, (3, 0)), ("Tensor.unfold", (0, 3, 1))])
def test_windows_are_told_of(name: str, arguments: tuple[object, ...]) -> None:
    bench = Bench()
    table = bench.tensor(9, 4)
    result = bench.call(name, table, *arguments)
    assert isinstance(result, Tensor)
    assert sizes(result) == [7, 4, 3]
    assert [axis.id for axis in result.axes[:2]] == [axis.id for axis in table.axes]
    (windowed,) = bench.events(Windowed)
    assert (windowed.source, windowed.position, windowed.steps) == (table, 0, result.axes[2])


def test_what_has_one_window_and_no_axis_is_a_row() -> None:
    bench = Bench()
    assert sizes(bench.call(SLIDING, Unknown("series"), 3)) == [None, 3]
    assert bench.world.learned == {"series": 1}
