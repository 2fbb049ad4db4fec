"""torch.nn.utils.rnn: padding and packing. Each function has a batch_first of its own, False unless given.

A PackedSequence knows which of its data is batch and which is time; whether it was packed with the right flag is for
the claims on the padded tensor's axes to tell.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events import PackedUp, PaddedBack
from lstmlint.interpret.counting import count_of
from lstmlint.interpret.ops.shape import resized, size_at
from lstmlint.interpret.ops.trail import PADDED, newest
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.values import (
    Axis,
    Const,
    ListRef,
    Note,
    OpenTensor,
    Packed,
    Role,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_bool,
    as_size,
)
from lstmlint.world import World

RNN = "torch.nn.utils.rnn"


def _flag(call: Call, position: int) -> bool | None:
    given = call.arg(position, "batch_first")
    if given is None:
        return None if call.open_ended else False
    return as_bool(given)


def _flag_text(batch_first: bool) -> str:
    return "batch_first=True" if batch_first else "without batch_first"


def _claim(world: World, axes: tuple[Axis, ...], batch_first: bool, call: Call, verb: str) -> None:
    """Claims the first two axes by the function's flag."""
    for position in (0, 1):
        role = Role.BATCH if (position == 0) == batch_first else Role.TIME
        text = f"`{callee(call)}` {verb} axis {position} as {role.value} ({_flag_text(batch_first)})"
        world.claim(axes[position], role, Strength.FACT, call.place, text, kind="padding")


@operation(f"{RNN}.pad_sequence")
def pad_sequence(world: World, call: Call) -> Value:
    """A list of (T,...) tensors to (T,B,...), with batch_first (B,T,...)."""
    items, batch_first = call.arg(0, "sequences"), _flag(call, 1)
    sample = _sample(world, items)
    if isinstance(sample, Tensor) and sample.axes:
        batch, time = world.axis(count_of(world, items)), world.axis()
        result: Value = Tensor((*((batch, time) if batch_first else (time, batch)), *sample.axes[1:]))
    else:
        result = world.tensor(world.unknown()) or world.unknown()
    if isinstance(result, Tensor) and len(result.axes) > 1 and batch_first is not None:
        _claim(world, result.axes, batch_first, call, "gives")
    return result


def _sample(world: World, items: Value | None) -> Value | None:
    """One of a list of tensors, where its rank is known."""
    known: tuple[Value, ...] = ()
    if isinstance(items, ListRef):
        known = world.items(items)
    elif isinstance(items, Tuple):
        known = items.items
    tensors = [world.tensor(item) for item in known]
    return next((tensor for tensor in tensors if isinstance(tensor, Tensor)), None)


@operation(f"{RNN}.pack_padded_sequence")
def pack_padded_sequence(world: World, call: Call) -> Value:
    """(T,B,...), with batch_first (B,T,...), to a PackedSequence."""
    given, batch_first = call.arg(0, "input"), _flag(call, 2)
    if given is not None and needs_tensor(world, given, call.place, f"given to `{callee(call)}`"):
        return _fresh(world)
    source = None if given is None else _padded(world, given)
    if not isinstance(source, Tensor) or len(source.axes) < 2 or batch_first is None:
        packed = replace(_fresh(world), of=source if isinstance(source, OpenTensor) else None)
    else:
        batch, time = source.axes[:2] if batch_first else (source.axes[1], source.axes[0])
        packed = Packed(batch, time, source.axes[2:], source.trail)
        _claim(world, source.axes, batch_first, call, "reads")
    lengths = call.arg(1, "lengths")
    if isinstance(lengths, (Unknown, OpenTensor)):
        world.tensor(lengths, rank=1, presumed=True)
    if source is not None and batch_first is not None:
        world.emit(PackedUp(place=call.place, source=source, batch_first=batch_first, result=packed, lengths=lengths))
    return packed


def _padded(world: World, given: Value) -> Tensor | OpenTensor | None:
    """What is packed as a tensor; something that went through a layer with a feature axis has three axes."""
    if isinstance(given, OpenTensor) and given.tail:
        return world.tensor(given, rank=3, presumed=True)
    return world.tensor(given)


def _fresh(world: World) -> Packed:
    return Packed(world.axis(), world.axis(), (world.axis(),))


@operation(f"{RNN}.PackedSequence")
def packed_sequence(world: World, call: Call) -> Value:
    """A PackedSequence made of its parts: (number of entries, ...) and the samples at each step, often of another."""
    data, sizes = call.arg(0, "data"), call.arg(1, "batch_sizes")
    tensor = None if data is None else world.tensor(data)
    features = tensor.axes[1:] if isinstance(tensor, Tensor) else (world.axis(),)
    match sizes.root if isinstance(sizes, Unknown) else None:
        case ("packed", Axis() as batch, Axis() as time, "batch_sizes"):
            return Packed(batch, time, features)
    return replace(_fresh(world), features=features)


@operation(*(f"Packed.{name}" for name in ("to", "cuda", "cpu", "pin_memory", "float", "double", "half")))
def moved(world: World, call: Call) -> Value:
    """A PackedSequence on another device, or of another type of numbers."""
    return next(iter(call.args), world.unknown())


@operation("Packed._replace")
def with_fields(world: World, call: Call) -> Value:
    """A PackedSequence, which is a named tuple, with other data at the same steps of the same samples."""
    packed, data = moved(world, call), call.kwargs.get("data")
    if not isinstance(packed, Packed) or data is None:
        return packed
    tensor = world.tensor(data)
    features = tensor.axes[1:] if isinstance(tensor, Tensor) else (world.axis(),)
    return replace(packed, features=features, trail=tensor.trail if isinstance(tensor, Tensor) else (), of=None)


@operation(f"{RNN}.pack_sequence")
def pack_sequence(world: World, call: Call) -> Value:
    """A list of (T,...) tensors to a PackedSequence."""
    given = call.arg(0, "sequences")
    sample = _sample(world, given)
    features = sample.axes[1:] if isinstance(sample, Tensor) else (world.axis(),)
    packed = replace(_fresh(world), batch=world.axis(count_of(world, given)), features=features)
    if given is not None:
        lengths = _lengths(world, given)
        world.emit(PackedUp(place=call.place, source=given, batch_first=None, result=packed, lengths=lengths))
    return packed


def _lengths(world: World, sequences: Value) -> Value | None:
    """The lengths of the tensors in a list, as a list, where they are known."""
    items = sequences.items if isinstance(sequences, Tuple) else ()
    items = world.items(sequences) if isinstance(sequences, ListRef) else items
    tensors = [world.tensor(item) for item in items]
    sizes = [size_at(world, tensor, 0) for tensor in tensors if isinstance(tensor, Tensor)]
    is_open = isinstance(sequences, ListRef) and world.is_open(sequences)
    return world.new_list(sizes, is_open) if sizes and len(sizes) == len(items) else None


@operation(f"{RNN}.pad_packed_sequence")
def pad_packed_sequence(world: World, call: Call) -> Value:
    """A PackedSequence to the pair of a padded tensor, (T,B,...) or (B,T,...), and the lengths (B,)."""
    given, batch_first = call.arg(0, "sequence"), _flag(call, 1)
    if given is not None and needs_tensor(world, given, call.place, f"given to `{callee(call)}`"):
        return world.unknown()
    packed = given if isinstance(given, Packed) else _unpacked_guess(world, given)
    lengths = Tensor((packed.batch,))
    if batch_first is None:
        return Tuple((world.unknown(), lengths))
    total = call.arg(3, "total_length")
    known = None if isinstance(total, Unknown) else as_size(total)
    time = packed.time if known is None else resized(world, packed.time, known)
    order = (packed.batch, time) if batch_first else (time, packed.batch)
    padded = Tensor((*order, *packed.features), newest([*packed.trail, Note(PADDED, call.place)]))
    _claim(world, padded.axes, batch_first, call, "gives")
    world.emit(PaddedBack(place=call.place, packed=packed, batch_first=batch_first, result=padded))
    return Tuple((padded, lengths))


def _unpacked_guess(world: World, given: Value | None) -> Packed:
    """A packed sequence for something that was not known to be one: only its features may be kept."""
    if isinstance(given, Tensor) and given.axes:
        return Packed(world.axis(), world.axis(), given.axes[-1:])
    return _fresh(world)


@operation(f"{RNN}.unpad_sequence", f"{RNN}.unpack_sequence")
def unpad_sequence(world: World, call: Call) -> Value:
    """A padded tensor or PackedSequence to a list of (T,...) tensors, each as long as it was."""
    given = call.arg(0, "padded_sequences", "packed_sequences")
    if isinstance(given, Packed):
        return world.new_list([Tensor((resized(world, given.time, None), *given.features))], open_ended=True)
    batch_first = _flag(call, 2)
    tensor = None if given is None or isinstance(given, (Const, Unknown)) else world.tensor(given)
    if not isinstance(tensor, Tensor) or len(tensor.axes) < 2 or batch_first is None:
        return world.new_list([world.unknown()], open_ended=True)
    _claim(world, tensor.axes, batch_first, call, "reads")
    time = resized(world, tensor.axes[1 if batch_first else 0], None)
    return world.new_list([Tensor((time, *tensor.axes[2:]))], open_ended=True)
