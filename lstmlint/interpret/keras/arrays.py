"""What programs do with the arrays of Keras layers: take them out, turn them, cut their gates apart, join them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.torch.parameters import text_of
from lstmlint.source import Place
from lstmlint.values import (
    Const,
    DictRef,
    ListRef,
    Num,
    Shape,
    Slice,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_int,
    as_size,
)
from lstmlint.weights import EACH, Weight, added, joined
from lstmlint.world import World

_PORTS = re.compile(r"(?:weight|bias)_(?:ih|hh)|\b_flat_weights\b|\ball_weights\b")
_KERAS = re.compile(r"keras|tensorflow|recurrent_kernel", re.IGNORECASE)
_WORDS = (re.compile(r"\bkernel\b"), re.compile(r"\brec(?:urrent)?\b|\brec_|_rec\b"))
_FROM_KERAS = re.compile(r"(?<!to)(?:_|^)keras(?!_?(?:from|by))|keras_?(?:to|2)", re.IGNORECASE)
_LIST = re.compile(r"(?:weights?|arrays?|params?|ws?)(?:_list)?", re.IGNORECASE)
_READS = re.compile(r"(?:h5py|numpy|pickle|joblib|scipy|safetensors|json)\b.*(?:load|File|open|read)")
_KEY = re.compile(r"(?:^|[/_])(?:kernel|bias)(?::0)?$")
_KERNEL = re.compile(r"kernel", re.IGNORECASE)
_RECURRENT = re.compile(r"recurrent|(?:^|_)rec(?:$|_)", re.IGNORECASE)
_BIAS = re.compile(r"^bias|_bias", re.IGNORECASE)


def is_about_ports(text: str) -> bool:
    """True for a file that names both a torch layer's parameters and Keras."""
    if not any(part in text for part in ("_ih", "_hh", "_weights")) or _PORTS.search(text) is None:
        return False
    return _KERAS.search(text) is not None or all(pattern.search(text) for pattern in _WORDS)


# Where they come from


@operation("Tensor.get_weights", "keras.Layer.get_weights")
def get_weights(world: World, call: Call) -> Value:
    """`layer.get_weights()`: a list of arrays."""
    owner = call.owner
    identity = getattr(owner, "id", None) or getattr(owner, "root", None)
    return Weight(("weights", identity), call.place) if world.ports else world.unknown()


def of_attribute(world: World, owner: Value, name: str, place: Place) -> Weight | None:
    """`layer.recurrent_kernel`, `layer.cell.kernel`; None for what is no array of a Keras layer."""
    if not world.ports or name not in ("kernel", "recurrent_kernel", "bias"):
        return None
    root = owner.root if isinstance(owner, Unknown) else getattr(owner, "id", None)
    is_cell = isinstance(root, tuple) and root[:1] == ("attribute",) and str(root[-1]).endswith("cell")
    is_keras = not isinstance(owner, Unknown) or is_cell or name == "recurrent_kernel"
    return Weight(("weights", root, name), place) if is_keras else None


def of_key(world: World, owner: Value, key: Value, found: Value, place: Place) -> Weight | None:
    """`arrays["lstm/kernel"]`, `file["recurrent_kernel:0"]`; None for what is no array of a Keras layer."""
    text = text_of(key) if world.ports else None
    is_array = _may_be_array(found) if isinstance(found, Tensor) else _is_given(owner)
    if text is None or not _KEY.search(text) or not is_array:
        return None
    root = owner.address if isinstance(owner, DictRef) else getattr(owner, "root", None)
    return None if root is None else Weight(("key", root, key), place, is_named=True)


def name_arrays(
    world: World, names: tuple[str, ...], values: list[Value], places: Callable[[int], Place]
) -> list[Value]:
    """Values bound together under the names of a Keras layer's arrays (`kernel, recurrent_kernel, bias`) are these."""
    kernels = [name for name in names if _KERNEL.search(name) and not _RECURRENT.search(name)]
    recurrent = [name for name in names if _RECURRENT.search(name)]
    if not world.ports or len(kernels) != 1 or len(recurrent) != 1:
        return values
    biases = [name for name in names if _BIAS.search(name)]
    wanted = {*kernels, *recurrent, *(biases if len(biases) == 1 else [])}
    pairs = list(zip(names, values, strict=True))
    if not all(_may_be_array(value) and _fits(name, value) for name, value in pairs if name in wanted):
        return values
    group = world.number()
    return [
        Weight(("named", group, name), places(number), is_named=True) if name in wanted else value
        for number, (name, value) in enumerate(pairs)
    ]


def name_lists(
    world: World, function: str, names: tuple[str, ...], values: list[Value], places: Callable[[int], Place]
) -> list[Value]:
    """A parameter `keras_weights`, and `weights` of a function `from_keras`, are what `get_weights()` gave."""
    found = []
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        subject = name if "keras" in name.lower() else function if _LIST.fullmatch(name) else ""
        is_list = _FROM_KERAS.search(subject) and any(map(_LIST.fullmatch, name.split("_")))
        if world.ports and is_list and _may_be_list(world, value):
            value = Weight(("weights", (world.number(), name)), places(number), is_named=True)
        found.append(value)
    return found


def _may_be_list(world: World, value: Value) -> bool:
    """True for a list of arrays that nobody has touched, the second of which is wider than high."""
    if isinstance(value, Unknown):
        return _is_given(value)
    items = world.items(value) if isinstance(value, ListRef) else ()
    arrays = all(_may_be_array(item) for item in items)
    return bool(items) and arrays and all(_fits("recurrent", item) or len(item.axes) != 2 for item in _matrices(items))


def _matrices(items: tuple[Value, ...]) -> list[Tensor]:
    return [item for item in items[1:2] if isinstance(item, Tensor)]


def _may_be_array(value: Value) -> bool:
    """True for what nobody has turned or computed so far, as far as that is followed."""
    if isinstance(value, Tensor):
        return len(value.axes) <= 2 and not any(note.kind == "transposed" for note in value.trail)
    return _is_given(value)


def _is_given(value: Value) -> bool:
    """False for what came out of a call that is not followed, unless it is a library's that reads a file."""
    if not isinstance(value, Unknown):
        return isinstance(value, (DictRef, ListRef))
    root = value.root
    while isinstance(root, tuple) and root and root[0] in ("part", "item", "element", "attribute"):
        root = root[1] if len(root) > 1 else None
    return not (isinstance(root, tuple) and root[:1] == ("fresh",))


def library_result(world: World, path: str) -> Unknown:
    """What a library function gives that is not followed; that of one which reads files keeps its name."""
    fresh = world.unknown()
    return world.unknown("read", path, fresh.root) if world.ports and _READS.match(path) else fresh


def _fits(name: str, value: Value) -> bool:
    """False for a recurrent kernel that is known to be higher than wide: Keras' are (units, gates x units)."""
    if not _RECURRENT.search(name) or not isinstance(value, Tensor):
        return True
    sizes = [axis.size.known for axis in value.axes]
    return len(sizes) == 2 and (sizes[0] is None or sizes[1] is None or sizes[0] < sizes[1])


# What becomes of them

_SAME = """numpy float double half bfloat16 to cuda cpu contiguous clone detach copy astype type requires_grad_ value
    read_value eval __array__ pin_memory"""
_SAME_FUNCTIONS = """torch.from_numpy torch.tensor torch.as_tensor torch.asarray torch.Tensor torch.FloatTensor
    torch.DoubleTensor torch.nn.Parameter torch.nn.parameter.Parameter torch.autograd.Variable torch.clone numpy.array
    numpy.asarray numpy.ascontiguousarray numpy.asfortranarray numpy.copy numpy.float32 keras.ops.convert_to_numpy
    keras.backend.get_value tensorflow.convert_to_tensor tf.convert_to_tensor"""

Change = Callable[[World, Weight, Call], Value | None]
FUNCTIONS: dict[str, Change] = {}
METHODS: dict[str, Change] = {}


def _does(methods: str, functions: str) -> Callable[[Change], Change]:
    """Registers what some methods and library functions make of an array, their first argument."""

    def register(change: Change) -> Change:
        METHODS.update(dict.fromkeys(methods.split(), change))
        FUNCTIONS.update(dict.fromkeys(functions.split(), change))
        return change

    return register


@_does(_SAME, _SAME_FUNCTIONS)
def _same(world: World, weight: Weight, call: Call) -> Value:
    is_torch = call.name.startswith("torch.") or (weight.is_torch and call.name not in ("numpy", "__array__"))
    return replace(weight, is_torch=is_torch)


@_does("t adjoint", "torch.t numpy.matrix_transpose torch.adjoint")
def _turned(world: World, weight: Weight, call: Call) -> Value | None:
    return weight.turned()


@_does(
    "transpose swapaxes swapdims permute",
    "numpy.transpose numpy.swapaxes torch.transpose torch.swapaxes torch.permute",
)
def _transposed(world: World, weight: Weight, call: Call) -> Value | None:
    """Any order but (0, 1) turns; torch's `transpose(0, 1)` does so, too, numpy's does not."""
    given = list(call.args[1:]) or list(call.kwargs.values())
    if len(given) == 1:
        listed = _listed(world, given[0])
        given = list(listed) if listed is not None else given
    order = [as_int(value) for value in given]
    if not given:
        return weight.turned() if call.name.endswith("transpose") else None
    if len(order) != 2 or None in order:
        return None
    swaps = call.name.endswith(("swapaxes", "swapdims")) or (weight.is_torch and call.name.endswith("transpose"))
    if swaps or call.name == "torch.transpose":
        return weight.turned() if order[0] != order[1] else None
    if order == [0, 1]:
        return weight if call.name.endswith("permute") else None
    return weight.turned()


@_does(
    "reshape view reshape_as view_as resize flatten ravel squeeze",
    "numpy.reshape torch.reshape numpy.ravel torch.flatten",
)
def _reshaped(world: World, weight: Weight, call: Call) -> Value | None:
    name = call.name.rpartition(".")[2]
    if name in ("flatten", "ravel", "squeeze"):
        return weight.reshaped_to(1, call.place) if len(call.args) == 1 else None
    if name.endswith("_as"):
        return weight.reshaped_to(2, call.place)
    given = [value for value in call.args[1:] if not (isinstance(value, Const) and isinstance(value.value, str))]
    if len(given) == 1:
        listed = _listed(world, given[0])
        if listed is None and not isinstance(given[0], Const):
            return weight.reshaped_to(2, call.place) if isinstance(given[0], Shape) else None
        given = list(listed) if listed is not None else given
    return weight.reshaped_to(len(given), call.place)


def _listed(world: World, value: Value) -> tuple[Value, ...] | None:
    if isinstance(value, Tuple):
        return value.items
    return world.items(value) if isinstance(value, ListRef) and not world.is_open(value) else None


@_does("sum", "numpy.sum torch.sum")
def _summed(world: World, weight: Weight, call: Call) -> Value | None:
    axis = call.arg(1, "axis", "dim")
    is_whole = not weight.blocks and not weight.is_cut and not weight.is_turned
    return replace(weight, summed=call.place) if is_whole and as_int(axis) == 0 else None


@_does("chunk tensor_split", "numpy.split numpy.array_split torch.chunk torch.tensor_split")
def _in_parts(world: World, weight: Weight, call: Call) -> Value | None:
    """Blocks by their number."""
    is_flat = _along_gates(weight, call.arg(2, "axis", "dim"))
    number = as_int(call.arg(1, "chunks", "indices_or_sections", "sections"))
    found = None if is_flat is None else weight.halved(is_flat)
    if found is None:
        return None
    return Tuple(tuple(found.item(block) for block in range(number))) if number and number < 9 else found


@_does("split", "torch.split numpy.hsplit")
def _in_pieces(world: World, weight: Weight, call: Call) -> Value | None:
    """Blocks by their length; numpy's hsplit by their number, along the last axis."""
    if call.name == "numpy.hsplit":
        return _in_parts(world, weight, replace(call, kwargs={**call.kwargs, "axis": Const(1)}))
    is_flat = _along_gates(weight, call.arg(2, "axis", "dim"))
    return None if is_flat is None else weight.halved(is_flat)


def _along_gates(weight: Weight, axis: Value | None) -> bool | None:
    """None for an axis that is not that of the gates; True for one that is only if the array has one axis."""
    position = 0 if axis is None else as_int(axis)
    if position is None:
        return None
    if weight.is_turned:
        return False if position in (0, -2) else None
    return position == 0


_PYTHON = ("builtins.", "copy.", "functools.", "itertools.", "typing.", "tqdm.")
_JOINING = ("cat", "concat", "concatenate", "hstack", "vstack")
_JOINS = frozenset(f"{library}.{name}" for library in ("torch", "numpy") for name in _JOINING)


def of_function(world: World, path: str, call: Call) -> Value | None:
    """What a library function makes of arrays of Keras; None where it is not about them."""
    if not world.ports or not call.args:
        return None
    first = call.args[0]
    if path in _JOINS:
        return _join(world, path, call)
    if not isinstance(first, Weight) or path.startswith(_PYTHON):
        return None
    change = FUNCTIONS.get(path)
    found = None if change is None else change(world, first, replace(call, name=path))
    return world.unknown() if found is None else found


def _join(world: World, path: str, call: Call) -> Value | None:
    parts = _listed(world, call.args[0])
    first = parts[0] if parts else None
    if parts is None or not isinstance(first, Weight):
        return None
    axis = call.arg(1, "dim", "axis")
    if path.endswith("hstack"):
        axis = Const(1)
    is_flat = _along_gates(first, axis)
    found = None if is_flat is None else joined(parts, call.place, is_flat)
    return world.unknown() if found is None else found


def of_method(world: World, weight: Weight, name: str, call: Call) -> Value:
    """What a method makes of an array of Keras; other methods are those of a thing of which nothing is known."""
    change = METHODS.get(name)
    found = None
    if change is not None:
        found = change(world, weight, replace(call, name=name, args=(weight, *call.args)))
    return world.unknown() if found is None else found


def twin(weight: Weight) -> Unknown:
    """The unknown tensor that an array is where only its sizes are asked for."""
    return Unknown(("array", weight.root, weight.items, weight.is_turned, weight.blocks))


def array_attribute(world: World, weight: Weight, name: str) -> Value | None:
    """An attribute of an array of Keras; None for a method."""
    if name in ("T", "mT", "H"):
        return weight.turned() or world.unknown()
    if name in ("data", "real", "values"):
        return weight
    return Shape(twin(weight)) if name == "shape" else None


def array_item(world: World, weight: Weight, subscripts: tuple[Value, ...]) -> Value:
    """`arrays[0]`, `bias[1]`, `kernel[:, units:]`, `arrays[:3]`."""
    found: Weight | None = weight
    position = 0
    for number, subscript in enumerate(subscripts):
        if found is None:
            break
        if subscript == Const(...):
            position += 1
        elif isinstance(subscript, Slice):
            if subscript.lower is not None or subscript.upper is not None or subscript.step is not None:
                found = _cut(found, subscript, position, is_last=number == len(subscripts) - 1)
            position += 1
        else:
            found = _one(found, subscript) if position == 0 else None
    return world.unknown() if found is None else found


def _one(weight: Weight, subscript: Value) -> Weight | None:
    if isinstance(subscript, Const) and isinstance(subscript.value, (int, str)):
        return weight.item(subscript.value)
    if isinstance(subscript, Tuple) and not subscript.items:
        return weight
    return weight.item(subscript.size) if isinstance(subscript, Num) else None


def _cut(weight: Weight, part: Slice, position: int, is_last: bool) -> Weight | None:
    lower, upper = (None if bound is None else as_size(bound) for bound in (part.lower, part.upper))
    unknown = (part.lower is not None and lower is None) or (part.upper is not None and upper is None)
    if part.step is not None or unknown:
        return None
    if not is_last or position != (0 if weight.is_turned else 1):
        return weight.cut(lower, upper, is_flat=True) if is_last and position == 0 else None
    return weight.cut(lower, upper, is_flat=False)


def gathered(items: list[Value]) -> Weight | None:
    """The list that a comprehension makes of each array of a list, `[f(w) for w in layer.get_weights()]`."""
    only = items[0] if len(items) == 1 else None
    if not isinstance(only, Weight) or only.items[-1:] != (EACH,):
        return None
    return replace(only, items=only.items[:-1])


def sum_of(one: Value, other: Value, place: Place) -> Weight | None:
    """The sum of the two rows of a GRU's bias; None for any other sum."""
    return added(one, other, place) if isinstance(one, Weight) and isinstance(other, Weight) else None
