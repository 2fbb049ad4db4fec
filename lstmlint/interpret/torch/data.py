"""torch.utils.data: what iterating a DataLoader gives. Its default collate function stacks samples on a new axis 0.

Data sets and loaders are kept as layers: something built with arguments and never changed. A loader over a data set
that is not known gives unknown batches; which of their parts are tensors is learned later in the run, and the next
run claims their first axis as the batch.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from lstmlint.catalogue.spec import LayerSpec, Parameter
from lstmlint.events import Joined
from lstmlint.interpret.counting import count_of
from lstmlint.interpret.ops.shape import listed, resized
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.wording import shortened
from lstmlint.sizes import Opaque, Size
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    DictRef,
    Instance,
    Layer,
    ListRef,
    Method,
    Num,
    OpenTensor,
    Role,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_bool,
    as_int,
    as_size,
    is_assumed,
    is_number,
)
from lstmlint.world import Ragged, World

DATA = "torch.utils.data"

LOADER = LayerSpec(
    f"{DATA}.DataLoader",
    "torch",
    "data_loader",
    (
        Parameter("dataset"),
        Parameter("batch_size", 1, "int"),
        Parameter("shuffle", None, "bool"),
        Parameter("sampler", None),
        Parameter("batch_sampler", None),
        Parameter("num_workers", 0, "int"),
        Parameter("collate_fn", None),
        Parameter("pin_memory", False, "bool"),
        Parameter("drop_last", False, "bool"),
    ),
)
DATASET = LayerSpec(f"{DATA}.TensorDataset", "torch", "dataset", ())


@operation(LOADER.path)
def build_loader(world: World, call: Call) -> Value:
    """A loader with its arguments by name."""
    names = [parameter.name for parameter in LOADER.parameters]
    given = {**dict(zip(names, call.args, strict=False)), **call.kwargs}
    arguments = tuple(given.items())
    dataset = given.get("dataset", world.unknown())
    return Layer(world.number(), LOADER, arguments, call.place, call.open_ended, inner=(dataset,))


@operation(DATASET.path)
def build_dataset(world: World, call: Call) -> Value:
    """A data set of tensors that share their first axis, the samples."""
    return Layer(world.number(), DATASET, (), call.place, call.open_ended, inner=call.args)


@operation(f"{DATA}.Subset", f"{DATA}.dataset.Subset")
def part_of_dataset(world: World, call: Call) -> Value:
    """Some samples of a data set: a data set of the same kind."""
    count = count_of(world, call.arg(1, "indices"))
    return _part(world, call.args[0], count) if call.args else world.unknown()


@operation(f"{DATA}.random_split", f"{DATA}.dataset.random_split")
def random_split(world: World, call: Call) -> Value:
    """Several data sets of the same kind, by their lengths or by their shares."""
    dataset = call.args[0] if call.args else world.unknown()
    lengths = listed(world, call.arg(1, "lengths"))
    if not lengths or any(as_int(length) is None for length in lengths):
        return world.new_list([_part(world, dataset, None)], open_ended=True)
    return world.new_list([_part(world, dataset, as_size(length)) for length in lengths])


def _part(world: World, dataset: Value, count: Size | None) -> Value:
    """So many samples of a data set; of one that tells its own length, nothing more is known."""
    if isinstance(dataset, Layer) and dataset.spec.family == "dataset":
        tensors = [world.tensor(tensor) or tensor for tensor in dataset.inner]
        return replace(dataset, inner=tuple(_shortened(world, tensor, count) for tensor in tensors))
    if isinstance(dataset, ListRef):
        return world.new_list(world.items(dataset), open_ended=True, length=count)
    return dataset


def _shortened(world: World, tensor: Value, count: Size | None) -> Value:
    if not isinstance(tensor, Tensor) or not tensor.axes:
        return tensor
    return replace(tensor, axes=(resized(world, tensor.axes[0], count), *tensor.axes[1:]))


@operation(f"{LOADER.path}.__iter__")
def iterate_loader(world: World, call: Call) -> Value:
    """Batches, one as a sample of an unknown number."""
    loader = call.owner
    if not isinstance(loader, Layer) or loader.spec is not LOADER:
        return world.unknown()
    batches = world.new_list([_batch(world, loader, call)], open_ended=True)
    world.origins[batches.address] = loader
    return batches


def _batch(world: World, loader: Layer, call: Call) -> Value:
    dataset = loader.inner[0]
    collate = loader.argument("collate_fn")
    axis = _batch_axis(world, loader, dataset, call)
    if collate is None or collate != NONE:
        return _collated(world, collate, _sample(world, dataset, call), axis, call)
    if axis is None:
        return world.unknown()
    if isinstance(dataset, Layer) and dataset.spec.family == "dataset":
        world.claim(axis, Role.BATCH, Strength.FACT, loader.place, _said(loader), kind="loader")
        return Tuple(tuple(_cut(world, tensor, axis, loader) for tensor in dataset.inner))
    sample = _sample(world, dataset, call)
    if sample is None or isinstance(sample, Unknown):
        return _unknown_batch(world, loader)
    world.claim(axis, Role.BATCH, Strength.FACT, loader.place, _said(loader), kind="loader")
    return _stacked(world, sample, axis)


def _said(loader: Layer) -> str:
    return f"`{shortened(loader.place.text)}` puts the batch on axis 0"


def _collated(world: World, collate: Value | None, sample: Value | None, axis: Axis | None, call: Call) -> Value:
    """What the program's own collate function makes of a list of samples."""
    if collate is None or world.apply is None:
        return world.unknown()
    length = None if axis is None else axis.size
    samples = world.new_list([sample or world.unknown()], open_ended=True, length=length)
    before = len(world.events)
    batch = world.apply(collate, Call("collate_fn", (samples,), {}, call.place))
    given = sample.items if isinstance(sample, Tuple) else (sample,)
    for event in world.events[before:]:
        if isinstance(event, Joined) and event.how == "stack" and len(event.parts) == 1 and event.parts[0] in given:
            _claim_stacked(world, event, length)
    return batch


def _claim_stacked(world: World, joined: Joined, length: Size | None) -> None:
    """The new axis of samples that a collate function stacks: as many as a batch has, known by one of them."""
    result, position = joined.result, joined.position
    if isinstance(result, Tensor) and position is not None and result.axes[position].size == length:
        text = f"stacks the samples of a batch along axis {position}"
        world.claim(result.axes[position], Role.BATCH, Strength.FACT, joined.place, text, kind="loader")


def _batch_axis(world: World, loader: Layer, dataset: Value, call: Call) -> Axis | None:
    """The axis that the default collate function adds; None where the loader does not batch."""
    given = loader.argument("batch_size")
    if given == NONE and loader.argument("batch_sampler") == NONE:
        return None
    size = as_int(given)
    if size is None or size < 1 or loader.argument("batch_sampler") != NONE:
        return world.axis()
    if size == 1 or as_bool(loader.argument("drop_last")):
        return world.axis(Size.of(size))
    rows = _rows(world, dataset, call) if loader.argument("sampler") == NONE else None
    if rows is not None and (rows % size == 0 or rows < size):
        return world.axis(Size.of(min(rows, size)))
    axis = world.axis()
    if as_bool(loader.argument("drop_last")) is False and (rows is not None or _is_plain(loader)):
        world.ragged[axis.id] = Ragged(size, None if rows is None else rows % size, loader.place)
    return axis


def _is_plain(loader: Layer) -> bool:
    """True where no sampler may have chosen how many samples there are."""
    return not loader.uncertain and loader.argument("sampler") == NONE


def _rows(world: World, dataset: Value, call: Call) -> int | None:
    """How many samples a data set has."""
    if isinstance(dataset, Layer) and dataset.spec.family == "dataset" and dataset.inner:
        tensor = world.tensor(dataset.inner[0])
        return tensor.axes[0].size.known if isinstance(tensor, Tensor) and tensor.axes else None
    if isinstance(dataset, Instance) and world.apply is not None:
        length = world.apply(Method(dataset, "__len__"), Call("__len__", (), {}, call.place))
        return None if is_assumed(length) else as_int(length)
    count = world.length_of(dataset) if isinstance(dataset, ListRef) else None
    return None if count is None else count.known


def _sample(world: World, dataset: Value, call: Call) -> Value | None:
    """One sample of a data set."""
    number = Num(Size.symbol(Opaque(("sample", world.number()))))
    if isinstance(dataset, Layer) and dataset.spec.family == "dataset":
        return Tuple(tuple(_without_first(world, tensor) for tensor in dataset.inner))
    if isinstance(dataset, ListRef):
        items = world.items(dataset)
        return _any_of(world, items) if items else None
    if isinstance(dataset, Tensor):
        return _without_first(world, dataset)
    if isinstance(dataset, Instance) and world.apply is not None:
        return world.apply(Method(dataset, "__getitem__"), Call("__getitem__", (number,), {}, call.place))
    return None


def _any_of(world: World, items: Sequence[Value]) -> Value:
    """What is known of each of several samples: of sizes and numbers in which they differ, nothing."""
    first = items[0]
    tuples = [item for item in items if isinstance(item, Tuple)]
    if len(tuples) == len(items) and len({len(one.items) for one in tuples}) == 1:
        columns = zip(*(one.items for one in tuples), strict=True)
        return replace(tuples[0], items=tuple(_any_of(world, column) for column in columns))
    tensors = [item for item in items if isinstance(item, Tensor)]
    if len(tensors) == len(items) and len({len(one.axes) for one in tensors}) == 1:
        together = zip(*(one.axes for one in tensors), strict=True)
        axes = (axis[0] if len({a.size for a in axis}) == 1 else resized(world, axis[0], None) for axis in together)
        return replace(tensors[0], axes=tuple(axes))
    is_plain = isinstance(first, (Const, Num, Tensor, Tuple))
    return world.unknown() if is_plain and any(item != first for item in items) else first


def _without_first(world: World, value: Value) -> Value:
    tensor = world.tensor(value)
    return Tensor(tensor.axes[1:]) if isinstance(tensor, Tensor) and tensor.axes else world.unknown()


def _cut(world: World, value: Value, axis: Axis, loader: Layer) -> Value:
    """Some samples of a data set's tensor: the batch's axis in place of the samples'."""
    tensor = world.tensor(value)
    if isinstance(tensor, Tensor) and tensor.axes and not isinstance(value, Unknown):
        return Tensor((axis, *tensor.axes[1:]))
    if isinstance(tensor, Tensor) and tensor.axes:
        world.claim(tensor.axes[0], Role.BATCH, Strength.FACT, loader.place, _said(loader), kind="loader")
        return Tensor((resized(world, tensor.axes[0], None), *tensor.axes[1:]))
    return tensor or world.unknown()


def _stacked(world: World, value: Value, axis: Axis) -> Value:
    """What the default collate function makes of samples like one: a new first axis on every tensor and number."""
    if isinstance(value, Tensor):
        return Tensor((axis, *value.axes))
    if isinstance(value, OpenTensor):
        return OpenTensor(value.root, (axis, *value.head), value.drop, value.tail)
    if isinstance(value, Unknown):
        return OpenTensor(value.root, (axis,))
    if isinstance(value, Tuple):
        return Tuple(tuple(_stacked(world, item, axis) for item in value.items))
    if isinstance(value, DictRef):
        return world.new_dict({key: _stacked(world, item, axis) for key, item in world.entries(value).items()})
    if isinstance(value, Num) and value.size.is_presumed:
        return OpenTensor(("number", value.size), (axis,))
    return Tensor((axis,)) if is_number(value) else world.unknown()


def _unknown_batch(world: World, loader: Layer) -> Value:
    """A batch of which nothing is known; the parts that an earlier run learned to be tensors are batch-first."""
    batch = world.unknown()
    for root in [batch.root, *_parts(world, batch.root)]:
        tensor = world.tensor(Unknown(root))
        if isinstance(tensor, Tensor) and tensor.axes:
            world.claim(tensor.axes[0], Role.BATCH, Strength.FACT, loader.place, _said(loader), kind="loader")
    return batch


def _parts(world: World, root: Hashable) -> list[Hashable]:
    """The unknown things that were taken out of an unknown thing by unpacking or by key, as far as ranks are known."""
    return [key for key in world.ranks if isinstance(key, tuple) and len(key) == 3 and key[1] == root]
