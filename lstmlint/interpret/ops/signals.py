"""Rows of numbers: smoothed, filtered, looked up and counted by numpy and scipy. Series come out of these.

What works along an axis keeps all axes; a convolution reads one axis each and gives one, and so do windows and counts.
"""

from __future__ import annotations

from lstmlint.interpret.counting import count_of
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import SOURCE, axis_of_size, resized, tensor_argument
from lstmlint.interpret.ops.trail import as_array, recomputed
from lstmlint.interpret.registry import Call, Operation, operation
from lstmlint.sizes import ONE, Size
from lstmlint.values import NONE, Axis, Const, Tensor, Value
from lstmlint.world import World


def _keeping(position: int, *keywords: str) -> Operation:
    """An operation whose result has the axes of one of its arguments."""

    def keep(world: World, call: Call) -> Value:
        source = tensor_argument(world, call, position, *keywords)
        if source is None or call.open_ended:
            return world.unknown()
        return as_array(recomputed(source), call.place) if isinstance(source, Tensor) else source

    return keep


_FILTERS = "detrend savgol_filter medfilt wiener hilbert sawtooth square"
_IMAGE_FILTERS = """gaussian_filter1d gaussian_filter uniform_filter1d uniform_filter median_filter maximum_filter1d
    minimum_filter1d"""
operation(*names(_FILTERS, "scipy.signal"), *names(_IMAGE_FILTERS, "scipy.ndimage"), "scipy.stats.zscore")(
    _keeping(0, *SOURCE, "data", "volume", "im", "t")
)
operation("scipy.signal.filtfilt")(_keeping(2, "x"))
operation("scipy.signal.sosfiltfilt")(_keeping(1, "x"))
operation("numpy.interp", "numpy.digitize")(_keeping(0, "x"))
operation("numpy.searchsorted")(_keeping(1, "v"))
operation("numpy.polyval")(_keeping(1, "x"))
operation("numpy.partition", "numpy.argpartition")(_keeping(0, "a"))


@operation("scipy.signal.lfilter", "scipy.signal.sosfilt")
def filter_on(world: World, call: Call) -> Value:
    """The axes of what is filtered; with an initial state, that comes back beside it."""
    if call.kwargs.get("zi", NONE) != NONE:
        return world.unknown()
    return _keeping(2 if call.name.endswith("lfilter") else 1, "x")(world, call)


@operation("numpy.convolve", "numpy.correlate")
def convolve(world: World, call: Call) -> Value:
    """One axis, of two tensors with one axis each: `full`, which is np.convolve's default, `same` or `valid`."""
    one, other = tensor_argument(world, call, 0, "a", rank=1), tensor_argument(world, call, 1, "v", rank=1)
    default = "full" if call.name.endswith("convolve") else "valid"
    mode = call.arg(2, "mode") or Const(default)
    if call.open_ended or not (isinstance(one, Tensor) and isinstance(other, Tensor)) or not isinstance(mode, Const):
        return world.unknown()
    return as_array(Tensor((_convolved(world, one.axes[0], other.axes[0], mode.value),)), call.place)


def _convolved(world: World, one: Axis, other: Axis, mode: object) -> Axis:
    """The axis of a convolution; it is still the longer one's where that is known."""
    if one.size.known is None or other.size.known is None:
        return resized(world, one, one.size + other.size - ONE) if mode == "full" else world.axis()
    long, short = (one, other) if one.size.known >= other.size.known else (other, one)
    if mode == "same":
        return long
    sizes = {"full": long.size + short.size - ONE, "valid": long.size - short.size + ONE}
    return resized(world, long, sizes.get(str(mode)))


@operation(*names("hanning hamming bartlett blackman kaiser", "numpy"))
def window(world: World, call: Call) -> Value:
    """As many weights as the first argument says."""
    return _row(world, call, axis_of_size(world, call.arg(0, "M")))


@operation("numpy.bincount", "numpy.flatnonzero", "numpy.ediff1d", "numpy.trim_zeros")
def row(world: World, call: Call) -> Value:
    """One axis, however long."""
    return _row(world, call, world.axis())


@operation("numpy.unique")
def unique(world: World, call: Call) -> Value:
    """The different entries in one row; with more to return, or along an axis, not followed."""
    return world.unknown() if call.kwargs or len(call.args) > 1 else _row(world, call, world.axis())


@operation("numpy.fromiter")
def from_items(world: World, call: Call) -> Value:
    """As many numbers as are gone through."""
    count: Size | None = count_of(world, call.arg(0, "iter"))
    return _row(world, call, world.axis(count))


def _row(world: World, call: Call, axis: Axis | None) -> Value:
    return world.unknown() if axis is None or call.open_ended else as_array(Tensor((axis,)), call.place)
