"""Filters, convolutions and counts: the sizes predicted, against the installed numpy; scipy's as documented."""

from __future__ import annotations

import numpy as np
import pytest

from lstmlint.values import Tensor, Unknown
from tests.interpret.keras_worlds import new_world, operate, shape, tensor

CALLS = [
    ("convolve", [(9,), (4,)], {}),
    ("convolve", [(4,), (9,)], {}),
    ("convolve", [(9,), (4,)], {"mode": "same"}),
    ("convolve", [(4,), (9,)], {"mode": "same"}),
    ("convolve", [(9,), (4,)], {"mode": "valid"}),
    ("convolve", [(4,), (9,)], {"mode": "valid"}),
    ("correlate", [(9,), (4,)], {}),
    ("correlate", [(9,), (4,)], {"mode": "full"}),
    ("interp", [(9,), (4,), (4,)], {}),
    ("digitize", [(9, 2), (4,)], {}),
    ("searchsorted", [(4,), (9, 2)], {}),
    ("polyval", [(4,), (9, 2)], {}),
    ("partition", [(9, 4), 2], {}),
    ("hanning", [9], {}),
    ("kaiser", [9, 2.0], {}),
    ("ediff1d", [(9,)], {}),
    ("unique", [(9,)], {}),
    ("flatnonzero", [(9, 2)], {}),
]


@pytest.mark.parametrize("name, args, kwargs", CALLS, ids=str)
def test_sizes(name: str, args: list[object], kwargs: dict[str, object]) -> None:
    world = new_world()
    mine = [tensor(world, *given) if isinstance(given, tuple) else given for given in args]
    theirs = [np.arange(np.prod(given)).reshape(given) if isinstance(given, tuple) else given for given in args]
    predicted = shape(operate(world, f"numpy.{name}", *mine, **kwargs))
    real = getattr(np, name)(*theirs, **kwargs).shape
    assert isinstance(predicted, tuple) and len(predicted) == len(real)
    assert all(own in (None, size) for own, size in zip(predicted, real, strict=True))


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("scipy.signal.savgol_filter", 0),
        ("scipy.ndimage.gaussian_filter1d", 0),
        ("scipy.signal.filtfilt", 2),
        ("scipy.signal.lfilter", 2),
        ("scipy.signal.sosfilt", 1),
    ],
)
def test_a_filter_keeps_the_axes_of_what_it_filters(name: str, position: int) -> None:
    world = new_world()
    series = tensor(world, 3, 50)
    result = operate(world, name, *[tensor(world, 4)] * position, series)
    assert isinstance(result, Tensor) and result.axes == series.axes
    assert isinstance(operate(world, name), Unknown)


def test_a_filter_with_a_state_gives_two() -> None:
    world = new_world()
    given = (tensor(world, 3), tensor(world, 3), tensor(world, 50))
    assert isinstance(operate(world, "scipy.signal.lfilter", *given, zi=tensor(world, 2)), Unknown)


def test_a_smoothed_series_is_as_long() -> None:
    world = new_world()
    series = tensor(world, 50)
    result = operate(world, "numpy.convolve", series, tensor(world, 5), "same")
    assert isinstance(result, Tensor) and result.axes == series.axes


def test_numbers_of_items() -> None:
    world = new_world()
    assert shape(operate(world, "numpy.fromiter", world.new_list([world.unknown()] * 4), "float32")) == (4,)


def test_what_is_convolved_has_one_axis() -> None:
    world = new_world()
    operate(world, "numpy.convolve", world.unknown("series"), world.unknown("kernel"))
    assert world.learned == {("series",): 1, ("kernel",): 1}


@pytest.mark.parametrize("given", [(), (3,)])
def test_strange_arguments_give_unknown(given: tuple[object, ...]) -> None:
    world = new_world()
    for name in ("numpy.convolve", "numpy.interp", "scipy.signal.filtfilt", "numpy.searchsorted"):
        assert isinstance(operate(world, name, *given), Unknown)
