"""Reductions: axes that are summed, averaged, maximised or normalised over. Each is told of as Reduced."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events import Combined, Reduced
from lstmlint.events.keras import Averaged
from lstmlint.interpret.ops.elementwise import combine
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import (
    DIM,
    KEEP,
    SOURCE,
    AnyTensor,
    positions_in,
    resized,
    single,
    tensor_argument,
    with_axis,
    without_axis,
)
from lstmlint.interpret.ops.trail import DIFFERENCE, MASK, SOFTMAX, is_array, noted, recomputed, without_notes
from lstmlint.interpret.registry import Call, Operation, operation
from lstmlint.source import Place
from lstmlint.values import (
    NONE,
    Const,
    Num,
    OpenTensor,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_bool,
    as_int,
    as_size,
)
from lstmlint.world import World


def tell(world: World, source: Tensor, position: int, how: str, place: Place) -> None:
    """Tells that a tensor was reduced or normalised along one of its axes."""
    axis = source.axes[position]
    world.emit(Reduced(place=place, source=source, position=position, axis=axis, how=how))


def reduced(world: World, source: AnyTensor, dim: Value | None, keep: bool | None, how: str, place: Place) -> Value:
    """A tensor reduced along one axis or several; along all of them, which nobody is told of, where `dim` is None."""
    everything = dim is None or dim == NONE
    if keep is None:
        return world.unknown()
    if isinstance(source, OpenTensor):
        return _edge_reduced(world, source, dim, keep, everything)
    rank = len(source.axes)
    positions = tuple(range(rank)) if everything else positions_in(world, dim, rank)
    if positions is None:
        return world.unknown()
    if not everything:
        for position in positions:
            tell(world, source, position, how, place)
    if how == "mean":
        _tell_average(world, source, place)
    old = enumerate(source.axes)
    axes = [single(world) if place in positions else axis for place, axis in old if keep or place not in positions]
    return without_notes(recomputed(replace(source, axes=tuple(axes))), MASK)


def _tell_average(world: World, source: Tensor, place: Place) -> None:
    """Tells of a mean over what was computed from a difference, as a loss written by hand is."""
    note = source.noted(DIFFERENCE)
    if note is None:
        return
    for event in reversed(world.events):
        if isinstance(event, Combined) and event.place == note.place and len(event.parts) == 2:
            world.emit(Averaged(place=place, parts=(event.parts[0], event.parts[1])))
            return


def _edge_reduced(world: World, source: OpenTensor, dim: Value | None, keep: bool, everything: bool) -> Value:
    if everything:
        return world.unknown() if keep else Tensor(())
    number = as_int(dim)
    if number is None:
        return world.unknown()
    return (with_axis(source, number, single(world)) if keep else without_axis(source, number)) or world.unknown()


def _flag(call: Call, position: int | None) -> bool | None:
    named = next((call.kwargs[name] for name in KEEP if name in call.kwargs), None)
    given = named if position is None else call.arg(position, *KEEP)
    return False if given is None else as_bool(given)


def _may_be_no_tensor(call: Call, source: AnyTensor) -> bool:
    """True for an unknown thing that may be a table or a list: `x.sum()` says nothing of it."""
    return isinstance(source, OpenTensor) and isinstance(call.arg(0, *SOURCE), Unknown)


def _is_flag(value: Value | None) -> bool:
    return isinstance(value, Const) and isinstance(value.value, bool)


def _positional(call: Call, position: int) -> int | None:
    """Where the flag that keeps the axis stands; numpy's functions take it by name only."""
    return None if call.name.startswith("numpy.") or is_array(call.arg(0)) else position


def _reduction(how: str, dim_at: int = 1, keep_at: int = 2) -> Operation:
    """A reduction with its axis and its flag at some positions."""

    def reduction(world: World, call: Call) -> Value:
        source, dim = tensor_argument(world, call), call.arg(dim_at, *DIM)
        if source is None or call.open_ended:
            return world.unknown()
        dim = None if _is_flag(dim) or dim == NONE else dim
        if dim is None and _may_be_no_tensor(call, source):
            return world.unknown()
        return reduced(world, source, dim, _flag(call, _positional(call, keep_at)), how, call.place)

    return reduction


_LIBRARIES = ("torch", "Tensor", "numpy")


for _how, _functions in {
    "sum": "sum nansum count_nonzero",
    "mean": "mean nanmean average",
    "max": "amax nanmax",
    "min": "amin nanmin",
    "prod": "prod nanprod",
    "argmax": "argmax nanargmax",
    "argmin": "argmin nanargmin",
    "logsumexp": "logsumexp",
    "any": "any",
    "all": "all",
    "range": "ptp",
}.items():
    operation(*names(_functions, *_LIBRARIES))(_reduction(_how))
for _how, _functions in {"std": "std nanstd", "var": "var nanvar"}.items():
    operation(*names(_functions, *_LIBRARIES))(_reduction(_how, 1, 3))
operation("Tensor.norm", "torch.norm", "torch.linalg.norm", "torch.linalg.vector_norm", "numpy.linalg.norm")(
    _reduction("norm", 2, 3)
)
operation("scipy.special.logsumexp")(_reduction("logsumexp"))


@operation(*names("quantile nanquantile percentile", *_LIBRARIES))
def quantile(world: World, call: Call) -> Value:
    """As a reduction, for a single quantile."""
    single_one = isinstance(call.arg(1, "q"), (Const, Num))
    return _reduction("quantile", 2, 3)(world, call) if single_one else world.unknown()


# The extreme of an axis, in torch with its position


def _extreme(how: str, dim_at: int = 1, default: Value = NONE) -> Operation:
    """With an axis the pair of values and positions (numpy: values only); with another tensor the elementwise one."""

    def extreme(world: World, call: Call) -> Value:
        given = call.arg(dim_at, *DIM, "other") or default
        numpy = _positional(call, 0) is None or any(name in call.kwargs for name in ("axis", "keepdims"))
        if _is_tensor(given) and not numpy:
            return combine(world, call, (call.args[0], given)) if call.args else world.unknown()
        source = tensor_argument(world, call)
        if source is None or call.open_ended:
            return world.unknown()
        whole = given == NONE
        if whole and _may_be_no_tensor(call, source):
            return world.unknown()
        keep = _flag(call, None if numpy else dim_at + 1)
        found = reduced(world, source, given, keep, how, call.place)
        return found if whole or numpy else Tuple((found, found))

    return extreme


def _is_tensor(value: Value) -> bool:
    return isinstance(value, (Tensor, OpenTensor))


operation(*names("max", *_LIBRARIES))(_extreme("max"))
operation(*names("min", *_LIBRARIES))(_extreme("min"))
operation(*names("median nanmedian", *_LIBRARIES))(_extreme("median"))
operation(*names("mode", "torch", "Tensor"))(_extreme("mode", default=Const(-1)))
operation(*names("kthvalue", "torch", "Tensor"))(_extreme("kthvalue", 2, Const(-1)))


@operation(*names("std_mean var_mean aminmax", "torch", "Tensor"))
def pair_of_reductions(world: World, call: Call) -> Value:
    """Two reductions at once; aminmax takes its axis by name."""
    source, dim = tensor_argument(world, call), call.arg(1, *DIM)
    if source is None:
        return world.unknown()
    how = "max" if call.name.endswith("aminmax") else call.name[-8:-5]
    found = reduced(world, source, dim, _flag(call, None), how, call.place)
    return Tuple((found, found))


# Order along an axis


@operation(*names("topk", "torch", "Tensor"))
def topk(world: World, call: Call) -> Value:
    """The k greatest along an axis (-1), and their positions."""
    source, dim = tensor_argument(world, call), as_int(call.arg(2, *DIM) or Const(-1))
    if source is None or dim is None:
        return world.unknown()
    size = as_size(call.arg(1, "k"))
    if isinstance(source, Tensor) and -len(source.axes) <= dim < len(source.axes):
        found: Value | None = with_axis(source, dim, resized(world, source.axes[dim], size))
    else:
        found = with_axis(source, dim, world.axis(size)) if isinstance(source, OpenTensor) else None
    return Tuple((found, found)) if found is not None else world.unknown()


@operation(*names("sort cummax cummin msort", *_LIBRARIES))
def sort(world: World, call: Call) -> Value:
    """The axes stay; torch gives the values and their positions."""
    source = tensor_argument(world, call)
    if source is None:
        return world.unknown()
    numpy = call.name.startswith("numpy.") or is_array(source) or call.name.endswith("msort")
    return source if numpy else Tuple((source, source))


# Normalisation along an axis


def _normaliser(how: str, dim_at: int, default: int | None) -> Operation:
    """An operation that keeps the axes and runs along one of them; without a default torch's own choice."""

    def normaliser(world: World, call: Call) -> Value:
        source, dim = tensor_argument(world, call), call.arg(dim_at, *DIM)
        if source is None:
            return world.unknown()
        if not isinstance(source, Tensor) or not source.axes:
            return source
        if dim is None or dim == NONE:
            rank = len(source.axes)
            dim = Const(default if default is not None else (0 if rank in (0, 1, 3) else 1))
        positions = positions_in(world, dim, len(source.axes))
        for position in positions or ():
            tell(world, source, position, how, call.place)
        found = recomputed(source)
        return noted(found, SOFTMAX, call.place) if how == "softmax" else found

    return normaliser


_F = "torch.nn.functional"
for _how in ("softmax", "log_softmax", "softmin"):
    operation(f"torch.{_how}", f"Tensor.{_how}", f"{_F}.{_how}", f"torch.special.{_how}")(_normaliser(_how, 1, None))
operation("scipy.special.softmax")(_normaliser("softmax", 1, None))
operation(f"{_F}.gumbel_softmax")(_normaliser("softmax", 4, -1))
operation(f"{_F}.normalize")(_normaliser("normalize", 2, 1))


@operation(f"{_F}.cosine_similarity", "torch.cosine_similarity", f"{_F}.pairwise_distance")
def compared(world: World, call: Call) -> Value:
    """Two tensors compared along an axis (cosine: 1, distance: -1), which is dropped."""
    if len(call.args) < 2:
        return world.unknown()
    both = combine(world, call, call.args[:2])
    cosine = call.name.endswith("similarity")
    dim = (call.arg(2, "dim") or Const(1)) if cosine else Const(-1)
    if not isinstance(both, (Tensor, OpenTensor)):
        return world.unknown()
    return reduced(world, both, dim, False, "similarity" if cosine else "distance", call.place)
