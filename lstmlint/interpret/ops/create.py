"""New tensors: by sizes, by counting, like another one, or out of nested lists."""

from __future__ import annotations

from collections.abc import Sequence

from lstmlint.events import Filled, Randomised
from lstmlint.interpret.counting import count_of
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import (
    SOURCE,
    axes_of_sizes,
    axis_of_size,
    broadcast,
    listed,
    name_axes,
    spread,
    tensor_argument,
    with_axis,
)
from lstmlint.interpret.ops.trail import COUNTED, LAST_POSITION, NUMPY, RANDOM, UNIFORM, as_array, as_torch, joint_trail
from lstmlint.interpret.registry import Call, operation
from lstmlint.sizes import Size
from lstmlint.source import Place
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    ListRef,
    Note,
    Num,
    OpenTensor,
    Shape,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_int,
    as_size,
    is_number,
)
from lstmlint.world import World

SIZES = ("size", "shape")


def made(world: World, call: Call, axes: Sequence[Axis] | None, *kinds: str) -> Value:
    """A new tensor with some notes, numpy's own where numpy made it; unknown without axes."""
    if axes is None or call.open_ended:
        return world.unknown()
    if RANDOM in kinds:
        world.emit(Randomised(place=call.place, function=call.name))
    name_axes(world, call, axes)
    all_kinds = (*kinds, NUMPY) if call.name.startswith("numpy.") else kinds
    return Tensor(tuple(axes), tuple(Note(kind, call.place) for kind in all_kinds))


def filled(world: World, call: Call, axes: Sequence[Axis] | None) -> Value:
    """A new tensor with the same entry everywhere."""
    result = made(world, call, axes, *uniform(axes))
    if isinstance(result, Tensor):
        world.emit(Filled(place=call.place, result=result))
    return result


def uniform(axes: Sequence[Axis] | None) -> tuple[str, ...]:
    """What is noted of a row with the same entry everywhere: it may hold lengths."""
    return (UNIFORM,) if axes is not None and len(axes) == 1 else ()


def sizes_given(world: World, value: Value | None) -> tuple[Value, ...] | None:
    """Sizes as one argument: a number or a sequence of them."""
    if isinstance(value, (Const, Num)) and value != NONE:
        return (value,)
    return listed(world, value)


@operation(*names("zeros ones", "torch"), *names("new_zeros new_ones", "Tensor"))
def by_sizes(world: World, call: Call) -> Value:
    """Sizes one by one or as one sequence, behind the receiver of a method."""
    return filled(world, call, axes_of_sizes(world, spread(world, call, int(call.name.startswith("Tensor.")), *SIZES)))


@operation("torch.rand", "torch.randn", "torch.empty", "Tensor.new_empty", "torch.empty_permuted")
def by_sizes_unfilled(world: World, call: Call) -> Value:
    """As by sizes, with random entries or none."""
    sizes = spread(world, call, int(call.name.startswith("Tensor.")), *SIZES)
    return made(world, call, axes_of_sizes(world, sizes), RANDOM)


@operation("torch.full", "Tensor.new_full")
def full(world: World, call: Call) -> Value:
    """full(sizes, value)."""
    given = call.arg(int(call.name.startswith("Tensor.")), *SIZES)
    axes = axes_of_sizes(world, sizes_given(world, given))
    return made(world, call, axes, *uniform(axes))


@operation("torch.randint")
def randint(world: World, call: Call) -> Value:
    """randint(high, sizes) or randint(low, high, sizes)."""
    given = call.kwargs.get("size") or (call.args[-1] if len(call.args) in (2, 3) else None)
    return made(world, call, axes_of_sizes(world, listed(world, given)), RANDOM)


@operation("torch.normal")
def normal(world: World, call: Call) -> Value:
    """normal(mean, std, sizes), or in the shape of the means."""
    given = call.arg(2, *SIZES)
    if given is not None:
        return made(world, call, axes_of_sizes(world, sizes_given(world, given)), RANDOM)
    tensors = [world.tensor(value) for value in call.args[:2] if not isinstance(value, (Const, Num))]
    known = [tensor for tensor in tensors if isinstance(tensor, Tensor)]
    return made(world, call, broadcast(tensor.axes for tensor in known) if known else None, RANDOM)


@operation(*names("zeros_like ones_like full_like", "torch", "numpy"))
def like(world: World, call: Call) -> Value:
    """The axes of another tensor."""
    source = tensor_argument(world, call, 0, *SOURCE, "prototype")
    return source if isinstance(source, OpenTensor) else filled(world, call, source.axes if source else None)


@operation(*names("rand_like randn_like randint_like empty_like", "torch"), "numpy.empty_like")
def like_unfilled(world: World, call: Call) -> Value:
    """The axes of another tensor, with random entries or none."""
    source = tensor_argument(world, call, 0, *SOURCE, "prototype")
    return source if isinstance(source, OpenTensor) else made(world, call, source.axes if source else None, RANDOM)


# Counting


@operation("torch.arange", "numpy.arange")
def arange(world: World, call: Call) -> Value:
    """arange(end), arange(start, end), arange(start, end, step)."""
    positional = call.args[:3]
    end = call.kwargs.get("end") or call.kwargs.get("stop")
    if end is not None:
        start = positional[0] if positional else call.kwargs.get("start")
    else:
        start = positional[0] if len(positional) > 1 else None
        end = positional[1] if len(positional) > 1 else (positional[0] if positional else None)
    step = call.arg(2, "step")
    return made(world, call, (_counted(world, start, end, step),), COUNTED)


def _counted(world: World, start: Value | None, end: Value | None, step: Value | None) -> Axis:
    first, last = Size.of(0) if start is None or start == NONE else as_size(start), as_size(end)
    if first is None or last is None or (step is not None and as_int(step) != 1):
        return world.axis()
    if first.known == 0:
        return axis_of_size(world, end) or world.axis()
    length = last - first
    return world.axis(length if length.known is None or length.known >= 0 else None)


@operation("torch.linspace", "torch.logspace", "numpy.linspace", "numpy.logspace", "numpy.geomspace")
def linspace(world: World, call: Call) -> Value:
    """So many numbers from start to end; numpy counts 50 unless told."""
    default = Const(50) if call.name.startswith("numpy.") else None
    axis = axis_of_size(world, call.arg(2, "steps", "num") or default)
    return made(world, call, None if axis is None else (axis,))


@operation("torch.randperm", "numpy.random.permutation", "numpy.random.Generator.permutation")
def permutation(world: World, call: Call) -> Value:
    """The numbers below n in a random order; of an array, its entries."""
    given = call.arg(0, "n", "x")
    if isinstance(given, Tensor):
        return given
    axis = axis_of_size(world, given) if isinstance(given, (Const, Num)) else None
    return made(world, call, None if axis is None else (axis,))


@operation("torch.eye", "numpy.eye", "numpy.identity")
def eye(world: World, call: Call) -> Value:
    """(n, m), square unless m is given."""
    rows = call.arg(0, "n", "N")
    columns = call.arg(1, "m", "M")
    given = [rows, columns if isinstance(columns, (Const, Num)) and columns != NONE else rows]
    return made(world, call, axes_of_sizes(world, [value for value in given if value is not None]))


@operation("torch.multinomial", "Tensor.multinomial")
def multinomial(world: World, call: Call) -> Value:
    """(..., chances) to (..., samples)."""
    source, axis = tensor_argument(world, call), axis_of_size(world, call.arg(1, "num_samples"))
    if source is None or axis is None:
        return world.unknown()
    return with_axis(source, -1, axis) or world.unknown()


# Out of data


def axes_of_data(world: World, value: Value) -> tuple[Axis, ...] | None:
    """The axes of nested lists of numbers or tensors; None where an item may be anything."""
    if isinstance(value, Tensor):
        return value.axes
    if is_number(value):
        return ()
    if not isinstance(value, (ListRef, Tuple)):
        return None
    items = value.items if isinstance(value, Tuple) else world.items(value)
    closed = isinstance(value, Tuple) or not world.is_open(value)
    inner = axes_of_data(world, items[0]) if items else ()
    if not closed and any(isinstance(item, Num) and item.size.is_presumed for item in items[:1]):
        return None  # what a loop has computed out of unknown data
    if inner is None or (not items and not closed):
        return None
    return (world.axis(count_of(world, value)), *inner)


def of_data(world: World, value: Value, place: Place) -> Value:
    """A tensor out of data; what is not known but becomes a tensor has the data's identity."""
    if isinstance(value, (Unknown, OpenTensor)):
        return world.tensor(value) or world.unknown()
    axes = axes_of_data(world, value)
    if axes is None:
        count = _count(world, value)
        return world.unknown() if count is None else OpenTensor(world.unknown().root, (world.axis(count),))
    last_of = _last_position(world, value)
    if last_of is not None:
        return Tensor(axes, (Note(LAST_POSITION, place, axis=last_of),))
    trail = value.trail if isinstance(value, Tensor) else joint_trail(_tensors_in(world, value))
    return Tensor(axes, trail, value.state if isinstance(value, Tensor) else None)


def _count(world: World, value: Value) -> Size | None:
    """How many entries a list has, of which nothing else is known; None where that is not known either."""
    is_list = isinstance(value, ListRef) or (isinstance(value, Tuple) and value.layer is None)
    count = count_of(world, value) if is_list else None
    return None if count is None or count.known == 0 else count


def _last_position(world: World, value: Value) -> int | None:
    """The axis whose last position a number, or the only number of a list, is."""
    items = value.items if isinstance(value, Tuple) else world.items(value) if isinstance(value, ListRef) else (value,)
    return items[0].last_of if len(items) == 1 and isinstance(items[0], Num) else None


def _tensors_in(world: World, value: Value) -> list[Tensor]:
    items = value.items if isinstance(value, Tuple) else world.items(value) if isinstance(value, ListRef) else ()
    return [item for item in items if isinstance(item, Tensor)]


@operation("torch.tensor", "torch.as_tensor", "torch.asarray", "Tensor.new_tensor")
def tensor(world: World, call: Call) -> Value:
    """A torch tensor out of data."""
    given = call.arg(int(call.name.startswith("Tensor.")), "data", "obj")
    return world.unknown() if given is None else as_torch(of_data(world, given, call.place))


@operation(*names("array asarray ascontiguousarray asfarray copy", "numpy"))
def array(world: World, call: Call) -> Value:
    """A numpy array out of data."""
    given = call.arg(0, "object", "a")
    return world.unknown() if given is None else as_array(of_data(world, given, call.place), call.place)


_TYPED = """Tensor FloatTensor DoubleTensor HalfTensor BFloat16Tensor LongTensor IntTensor ShortTensor ByteTensor
    CharTensor BoolTensor"""


@operation(*names(_TYPED, "torch", "torch.cuda"), "Tensor.new")
def constructor(world: World, call: Call) -> Value:
    """Tensor(a, b, c) by sizes, without entries; Tensor(data) out of data."""
    if call.name == "Tensor.new" and not {"size", "dtype", "device"}.issuperset(call.kwargs):
        return world.unknown()  # another object's method of that name
    given = call.args[int(call.name == "Tensor.new") :]
    if len(given) == 1 and not isinstance(given[0], (Const, Num)):
        sizes = listed(world, given[0]) if isinstance(given[0], Shape) else None
        if sizes is None:
            return as_torch(of_data(world, given[0], call.place))
        given = sizes
    if not given:
        return made(world, call, None if call.open_ended else (world.axis(Size.of(0)),))
    return made(world, call, axes_of_sizes(world, given), RANDOM)
