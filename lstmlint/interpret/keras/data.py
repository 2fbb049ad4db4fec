"""tf.data pipelines and Keras' helpers for data: what one step of a pipeline yields, and arrays they make.

A pipeline is kept as a layer: something built with the argument `element`, and replaced by each method. Its axes
are those of the arrays it is made of: from_tensor_slices drops their first axis, batch puts one in front again.

Further arguments say what became of the order and the number of the elements, as far as it is known: `shuffled`,
`batched` (the size of a batch), `last` (the size of the last batch, where that may be another), `count`; `window` (how
many elements a window has, None where that may differ) and `moves` (whether the next one begins an element later).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lstmlint.catalogue.keras_models import DATASET
from lstmlint.events import Windowed
from lstmlint.interpret.keras.inputs import axis_for, items_of
from lstmlint.interpret.ops.shape import size_number
from lstmlint.interpret.ops.trail import ZEROS_BEHIND, noted
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.wording import callee
from lstmlint.source import Place
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    DictRef,
    Layer,
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
    is_stated,
)
from lstmlint.world import Ragged, World

PATH = DATASET.path
_UNCHANGED = "prefetch cache with_options snapshot"
_OTHER_COUNT = "repeat take skip filter shard"


def _methods(names: str) -> tuple[str, ...]:
    return tuple(f"{PATH}.{name}" for name in names.split())


def pipeline(world: World, element: Value, call: Call, **facts: Value | None) -> Layer:
    """A data set that yields such elements, and what else is known of it."""
    known = tuple((name, value) for name, value in facts.items() if value is not None)
    return Layer(world.number(), DATASET, (("element", element), *known), call.place)


def facts_of(value: Value) -> dict[str, Value | None]:
    """What is known of a data set beside its elements."""
    return {name: given for name, given in value.arguments if name != "element"} if isinstance(value, Layer) else {}


def element_of(world: World, value: Value | None) -> Value:
    """What a data set yields; Unknown for anything else."""
    known = value.argument("element") if isinstance(value, Layer) and value.spec.family == "dataset" else None
    return world.unknown() if known is None else known


def each(world: World, value: Value, change: Callable[[Value], Value]) -> Value:
    """An element with every tensor in it changed."""
    if isinstance(value, Tuple):
        return Tuple(tuple(each(world, item, change) for item in value.items))
    if isinstance(value, DictRef):
        entries = {key: each(world, item, change) for key, item in world.entries(value).items()}
        return world.new_dict(entries, world.is_open_dict(value))
    return change(value)


def _as_tuple(world: World, value: Value) -> Value:
    """A list of arrays is one array for tf.data only when it is a list; a tuple stays a tuple of components."""
    return value if isinstance(value, (Tuple, DictRef)) else world.tensor(value) or world.unknown()


@operation(f"{PATH}.from_tensor_slices")
def from_tensor_slices(world: World, call: Call) -> Value:
    """One element per entry of axis 0."""
    given = call.arg(0, "tensors")
    if given is None:
        return world.unknown()
    whole = _as_tuple(world, given)
    element = each(world, whole, lambda value: _without_first(world, value))
    return pipeline(world, element, call, count=_rows(world, whole))


def _rows(world: World, value: Value) -> Value | None:
    """The number of entries on axis 0 of the first of some arrays."""
    first = value.items[0] if isinstance(value, Tuple) and value.items else value
    return size_number(first.axes[0]) if isinstance(first, Tensor) and first.axes else None


@operation(f"{PATH}.from_tensors")
def from_tensors(world: World, call: Call) -> Value:
    """One element in all."""
    given = call.arg(0, "tensors")
    return world.unknown() if given is None else pipeline(world, _as_tuple(world, given), call)


@operation(f"{PATH}.range")
def count_up(world: World, call: Call) -> Value:
    """Numbers."""
    return pipeline(world, Tensor(()), call)


@operation(f"{PATH}.list_files")
def from_elsewhere(world: World, call: Call) -> Value:
    """Elements that nobody knows."""
    return pipeline(world, world.unknown(), call)


@operation(f"{PATH}.from_generator")
def from_generator(world: World, call: Call) -> Value:
    """Elements as the output_signature says, which is no list in TensorFlow."""
    signature = call.arg(4, "output_signature")
    return pipeline(world, signature if isinstance(signature, (Tensor, Tuple, DictRef)) else world.unknown(), call)


@operation("keras.utils.text_dataset_from_directory", "keras.preprocessing.text_dataset_from_directory")
def from_folder_of_texts(world: World, call: Call) -> Value:
    """Batches of texts (batch,), beside them labels, of which no more is known than that."""
    size = call.arg(4, "batch_size") or Const(32)
    if call.open_ended or as_size(size) is None or call.kwargs.get("subset", NONE) == Const("both"):
        return world.unknown()
    element: Value = Tensor((world.axis(),))
    if NONE not in (call.arg(1, "labels"), call.arg(2, "label_mode")):
        element = Tuple((element, world.unknown()))
    return pipeline(world, element, call, batched=size)


@operation("tf.TensorSpec")
def specified(world: World, call: Call) -> Value:
    """A tensor as it is announced; None is a size of its own."""
    sizes = items_of(world, call.arg(0, "shape") or NONE)
    return world.unknown() if sizes is None else Tensor(tuple(axis_for(world, size) for size in sizes))


@operation(f"{PATH}.zip")
def zip_pipelines(world: World, call: Call) -> Value:
    """A tuple of what each data set yields."""
    given = call.args if len(call.args) > 1 else items_of(world, call.arg(0, "datasets") or world.unknown())
    if given is None:
        return world.unknown()
    return pipeline(world, Tuple(tuple(element_of(world, part) for part in given)), call)


def _without_first(world: World, value: Value) -> Value:
    tensor = world.tensor(value)
    if isinstance(tensor, Tensor) and tensor.axes:
        return replace(tensor, axes=tensor.axes[1:])
    if isinstance(tensor, OpenTensor) and tensor.head:
        return replace(tensor, head=tensor.head[1:])
    return world.unknown()


@operation(*_methods("batch padded_batch ragged_batch"))
def batch(world: World, call: Call) -> Value:
    """Some elements on a new axis 0; those of a window are steps, one behind the other."""
    size = call.arg(1, "batch_size")
    if call.name.endswith(".batch") and "window" in facts_of(call.owner):
        return _put_together(world, call, size)
    exact = as_int(size) is not None and "drop_remainder" in call.kwargs
    axis = axis_for(world, size) if exact else world.axis()
    if as_size(size) is not None and as_int(size) == 1:
        axis = axis_for(world, size)
    else:
        text = f"`{callee(call)}` puts the batch on axis 0"
        world.claim(axis, Role.BATCH, Strength.FACT, call.place, text, kind="loader")
    element = each(world, element_of(world, call.owner), lambda value: _with_first(value, axis))
    if call.name.endswith("padded_batch"):
        element = _filled_up(world, element, call.arg(3, "padding_values") or NONE, call.place)
    facts = facts_of(call.owner)
    whole = as_bool(call.arg(2, "drop_remainder") or Const(False)) is not False
    last = None if whole else _last(as_int(facts.get("count")), as_int(size))
    if last is not None:
        world.ragged[axis.id] = Ragged(as_int(size) or 0, as_int(last), call.place)
    return pipeline(world, element, call, shuffled=facts.get("shuffled"), batched=size, last=last)


def _put_together(world: World, call: Call, size: Value | None) -> Value:
    """The elements of a window on a new axis: all of them, where the batch has room for as many.

    Windows that move on by one element are cut out of a series; others may be a way to make batches.
    """
    facts, element = facts_of(call.owner), element_of(world, call.owner)
    window, moves = facts.get("window"), facts.get("moves") == Const(True)
    is_whole = window is not None and as_size(window) is not None and as_size(window) == as_size(size)
    steps = axis_for(world, window) if is_whole else world.axis()
    if moves:
        world.claim(steps, Role.TIME, Strength.STRUCTURE, call.place, "puts the steps of a window on a new axis")
    if moves and isinstance(element, Tensor):
        source, result = _with_first(element, world.axis()), _with_first(element, steps)
        if isinstance(source, Tensor) and isinstance(result, Tensor):
            world.emit(Windowed(place=call.place, source=source, position=0, steps=steps, result=result))
    return pipeline(world, each(world, element, lambda value: _with_first(value, steps)), call)


def _filled_up(world: World, element: Value, filler: Value, place: Place) -> Value:
    """A batch whose elements were made as long as the longest of them, which are said to be of several lengths."""
    if isinstance(element, Tuple) and isinstance(filler, Tuple) and len(element.items) == len(filler.items):
        pairs = zip(element.items, filler.items, strict=True)
        return Tuple(tuple(_filled_up(world, item, own, place) for item, own in pairs))
    return each(world, element, lambda value: _ending_in_zeros(world, value, place)) if _is_zero(filler) else element


def _is_zero(filler: Value) -> bool:
    return filler == NONE or _number(filler) == 0


def _ending_in_zeros(world: World, value: Value, place: Place) -> Value:
    tensor = world.tensor(value)
    if not isinstance(tensor, Tensor) or all(axis.size.known is not None for axis in tensor.axes[1:]):
        return value
    return noted(tensor, ZEROS_BEHIND, place)


def _last(count: int | None, size: int | None) -> Value | None:
    """The size of the last batch of so many elements, where it is another than that of the others."""
    return None if count is None or not size or count % size == 0 else Const(count % size)


def _with_first(value: Value, axis: Axis) -> Value:
    if isinstance(value, Tensor):
        return replace(value, axes=(axis, *value.axes))
    if isinstance(value, OpenTensor):
        return replace(value, head=(axis, *value.head))
    return OpenTensor(value.root, (axis,)) if isinstance(value, Unknown) else value


@operation(*_methods("unbatch"))
def unbatch(world: World, call: Call) -> Value:
    """The entries of axis 0 one by one."""
    element = each(world, element_of(world, call.owner), lambda value: _without_first(world, value))
    return pipeline(world, element, call, shuffled=facts_of(call.owner).get("shuffled"))


@operation(*_methods(_UNCHANGED))
def unchanged(world: World, call: Call) -> Value:
    """The same elements."""
    return call.owner


@operation(*_methods(_OTHER_COUNT))
def some(world: World, call: Call) -> Value:
    """Elements of the same kind in the same order, fewer or more of them."""
    facts = {**facts_of(call.owner), "count": None}
    return pipeline(world, element_of(world, call.owner), call, **facts)


@operation(*_methods("shuffle"))
def shuffle(world: World, call: Call) -> Value:
    """The same elements in another order, drawn from a buffer of some."""
    if as_int(call.arg(1, "buffer_size")) == 1:
        return call.owner
    facts = {**facts_of(call.owner), "shuffled": Const(True, call.place)}
    return pipeline(world, element_of(world, call.owner), call, **facts)


@operation(*_methods("map"))
def map_elements(world: World, call: Call) -> Value:
    """What the function makes of an element; a tuple comes as several arguments."""
    return pipeline(world, _mapped(world, call), call, **facts_of(call.owner))


def _mapped(world: World, call: Call) -> Value:
    function, element = call.arg(1, "map_func"), element_of(world, call.owner)
    if function is None or world.apply is None:
        return world.unknown()
    given = element.items if isinstance(element, Tuple) else (element,)
    return world.apply(function, Call("", given, {}, call.place))


@operation(*_methods("window"))
def window(world: World, call: Call) -> Value:
    """Data sets of so many elements that follow each other; of a tuple of tensors, a tuple of data sets."""
    size, whole = call.arg(1, "size"), as_bool(call.arg(4, "drop_remainder") or Const(False))
    known = size if size is not None and whole else NONE
    moves = Const(as_int(call.arg(2, "shift")) == 1 != as_int(size))
    element = element_of(world, call.owner)
    return pipeline(world, each(world, element, lambda value: _cut(world, value, call, known, moves)), call)


def _cut(world: World, value: Value, call: Call, size: Value, moves: Value) -> Value:
    return pipeline(world, value, call, window=size, moves=moves)


@operation(*_methods("flat_map"))
def flat_map(world: World, call: Call) -> Value:
    """The elements of what the function makes of each element, one data set behind the other."""
    facts = {**facts_of(call.owner), "count": None}
    return pipeline(world, element_of(world, _mapped(world, call)), call, **facts)


@operation(*_methods("interleave scan group_by_window concatenate as_numpy_iterator"))
def followed_no_further(world: World, call: Call) -> Value:
    """Methods whose elements are not followed."""
    return pipeline(world, world.unknown(), call)


@operation(f"{PATH}.__iter__")
def iterate(world: World, call: Call) -> Value:
    """One element as a sample of an unknown number."""
    return world.new_list([element_of(world, call.owner)], open_ended=True)


@operation("keras.utils.to_categorical")
def to_categorical(world: World, call: Call) -> Value:
    """Class numbers (...) to vectors (..., classes); a last axis of 1 is dropped first."""
    tensor = world.tensor(call.arg(0, "x", "y") or world.unknown())
    if not isinstance(tensor, Tensor):
        return world.unknown()
    classes = call.arg(1, "num_classes")
    axes = tensor.axes[:-1] if len(tensor.axes) > 1 and tensor.axes[-1].is_single else tensor.axes
    return Tensor((*axes, axis_for(world, classes)))


@operation(
    "keras.utils.pad_sequences", "keras.preprocessing.sequence.pad_sequences", "keras.utils.sequence.pad_sequences"
)
def pad_sequences(world: World, call: Call) -> Value:
    """A list of sequences to (samples, maxlen); zeros stand in front of the shorter ones, or behind them."""
    side, value = call.arg(3, "padding"), call.arg(5, "value") or Const(0)
    padded = Tensor((world.axis(), axis_for(world, call.arg(1, "maxlen"))))
    behind = is_stated(side, "post") and _number(value) == 0
    return noted(padded, ZEROS_BEHIND, call.place) if behind else padded


def _number(value: Value) -> float | None:
    """The number that a constant is."""
    return value.value if isinstance(value, Const) and isinstance(value.value, (int, float)) else None


@operation("keras.utils.timeseries_dataset_from_array", "keras.preprocessing.timeseries_dataset_from_array")
def windows_of_array(world: World, call: Call) -> Value:
    """Batches of windows (batch, sequence_length, ...) and of targets (batch, ...)."""
    data, targets = call.arg(0, "data"), call.arg(1, "targets")
    tensor = world.tensor(data or world.unknown())
    first = world.axis()
    windows: Value = world.unknown()
    if isinstance(tensor, Tensor) and tensor.axes:
        windows = Tensor((first, axis_for(world, call.arg(2, "sequence_length")), *tensor.axes[1:]))
    shuffled = Const(True, call.place) if as_bool(call.arg(6, "shuffle") or Const(False)) else None
    batched = call.arg(5, "batch_size") or Const(128)
    if targets is None or targets == Const(None):
        return pipeline(world, windows, call, shuffled=shuffled, batched=batched)
    aims = world.tensor(targets)
    known = isinstance(aims, Tensor) and bool(aims.axes)
    return pipeline(
        world,
        Tuple((windows, Tensor((first, *aims.axes[1:])) if known and isinstance(aims, Tensor) else world.unknown())),
        call,
        shuffled=shuffled,
        batched=batched,
    )
