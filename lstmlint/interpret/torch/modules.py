"""torch's layers around the recurrent ones, on named axes: dense, embedding, convolution, norm, pooling, activation.

Dense layers act on the last axis and embeddings append one, in any order of the axes before; convolutions, batch
norms and 1-D poolings read (batch, channels, length ...), and say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lstmlint.catalogue.lookup import all_layers
from lstmlint.events import Called, PackedGiven
from lstmlint.interpret.ops.functional import tell_pooled
from lstmlint.interpret.ops.shape import with_new_axis
from lstmlint.interpret.ops.trail import DENSE, SIGMOID, SOFTMAX, embedded, noted, recomputed
from lstmlint.interpret.registry import OPERATIONS, Call, application, operation
from lstmlint.interpret.torch.lengths import lengths_behind
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.sizes import Opaque, Size
from lstmlint.values import (
    Axis,
    Const,
    Layer,
    Num,
    OpenTensor,
    Packed,
    Role,
    Strength,
    Tensor,
    Tuple,
    Value,
    as_bool,
    as_int,
    as_size,
)
from lstmlint.world import World


def _of_family(*families: str) -> tuple[str, ...]:
    """The torch layers of some families."""
    return tuple(path for path, spec in all_layers().items() if spec.framework == "torch" and spec.family in families)


def input_tensor(world: World, call: Call, rank: int | None = None) -> Tensor | OpenTensor | None:
    """A layer's first argument as a tensor; None where it is none, which is said of tuples and packed sequences."""
    given = call.arg(0, "input")
    if given is None or needs_tensor(world, given, call.place, f"given to `{callee(call)}`"):
        return None
    if isinstance(given, Packed):
        world.emit(PackedGiven(place=call.place, packed=given))
        return None
    return given if isinstance(given, Tensor) else world.tensor(given, rank)


def called(world: World, layer: Layer, call: Call, source: Value, result: Value) -> Value:
    """Notes an application and returns its result."""
    world.emit(Called(place=call.place, layer=layer, source=source, state=None, result=result))
    return result


def with_last(source: Tensor | OpenTensor, last: Axis) -> Value:
    """A tensor with another last axis."""
    if isinstance(source, Tensor):
        return recomputed(replace(source, axes=(*source.axes[:-1], last), state=None)) if source.axes else source
    if source.tail:
        return replace(source, tail=(*source.tail[:-1], last))
    return replace(source, drop=source.drop + 1, tail=(last,))


def _width(layer: Layer, name: str) -> Size:
    return as_size(layer.argument(name)) or Size.symbol(Opaque((name, layer.id)))


@application(*_of_family("linear"))
def apply_linear(world: World, layer: Layer, call: Call) -> Value:
    """(..., in_features) to (..., out_features)."""
    source = input_tensor(world, call)
    if source is None:
        return world.unknown()
    result = with_last(source, world.axis(_width(layer, "out_features"), Role.FEATURE))
    if isinstance(result, Tensor):
        result = noted(result, DENSE, call.place)
    return called(world, layer, call, source, result)


@application(*_of_family("embedding"))
def apply_embedding(world: World, layer: Layer, call: Call) -> Value:
    """(...) of indices to (..., embedding_dim)."""
    source = input_tensor(world, call)
    if source is None:
        return world.unknown()
    feature = world.axis(_width(layer, "embedding_dim"), Role.FEATURE)
    if isinstance(source, Tensor):
        return called(world, layer, call, source, with_new_axis(embedded(source), -1, feature) or world.unknown())
    return called(world, layer, call, source, replace(source, tail=(*source.tail, feature)))


@operation("torch.nn.Embedding.from_pretrained")
def embedding_from_pretrained(world: World, call: Call) -> Value:
    """An embedding as wide as the given table, (rows, width)."""
    table = call.arg(0, "embeddings")
    spec = all_layers()["torch.nn.Embedding"]
    tensor = None if table is None else world.tensor(table, rank=2)
    arguments: tuple[tuple[str, Value], ...] = ()
    if isinstance(tensor, Tensor) and len(tensor.axes) == 2:
        sizes = [Num(axis.size, axis.id) for axis in tensor.axes]
        arguments = (("num_embeddings", sizes[0]), ("embedding_dim", sizes[1]))
    return Layer(world.number(), spec, arguments, call.place)


@application(*_of_family("activation", "dropout", "identity", "layer_norm", "group_norm"))
def apply_elementwise(world: World, layer: Layer, call: Call) -> Value:
    """The axes stay as they are."""
    given = call.arg(0, "input")
    if layer.spec.family == "identity" and isinstance(given, Packed):
        return given
    source = input_tensor(world, call)
    return world.unknown() if source is None else called(world, layer, call, source, _entries(layer, call, source))


def _entries(layer: Layer, call: Call, source: Tensor | OpenTensor) -> Tensor | OpenTensor:
    """What is known of the entries behind an elementwise layer."""
    if not isinstance(source, Tensor) or layer.spec.family == "identity":
        return source
    found = recomputed(source)
    return noted(found, SIGMOID, call.place, layer) if layer.spec.name == "Sigmoid" else found


@application(*_of_family("softmax"))
def apply_softmax(world: World, layer: Layer, call: Call) -> Value:
    """As the function of the same name."""
    source = input_tensor(world, call)
    if source is None:
        return world.unknown()
    function = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "Softmin": "softmin"}[layer.spec.name]
    result = _as_function(world, layer, call, function, source)
    if function == "softmax" and isinstance(result, Tensor):
        result = noted(recomputed(result), SOFTMAX, call.place, layer)
    return called(world, layer, call, source, result)


def _as_function(world: World, layer: Layer, call: Call, function: str, source: Value) -> Value:
    """What torch.nn.functional's function of a name makes of the input and the layer's arguments."""
    found = OPERATIONS.get(f"torch.nn.functional.{function}")
    if found is None:
        return source
    arguments = {name: value for name, value in layer.arguments if name == "dim"}
    text = call.texts[:1]
    return found(world, Call(f"torch.nn.functional.{function}", (source,), arguments, call.place, text))


@application(*_of_family("glu"))
def apply_glu(world: World, layer: Layer, call: Call) -> Value:
    """Halves one axis, by default the last."""
    source = input_tensor(world, call)
    if source is None or as_int(layer.argument("dim")) != -1:
        return world.unknown()
    size = None
    if isinstance(source, Tensor) and source.axes:
        size = source.axes[-1].size.floor_divided_by(Size.of(2))
    return called(world, layer, call, source, with_last(source, world.axis(size, Role.FEATURE)))


@application(*_of_family("batch_norm1d", "instance_norm1d", "dropout1d"))
def apply_channel_norm(world: World, layer: Layer, call: Call) -> Value:
    """(B,C) or (B,C,L), unchanged."""
    source = input_tensor(world, call)
    if source is None:
        return world.unknown()
    if isinstance(source, Tensor) and len(source.axes) == 3 and layer.spec.family != "dropout1d":
        _claim_channels_first(world, layer, source, call, Strength.STRUCTURE)
    return called(world, layer, call, source, recomputed(source) if isinstance(source, Tensor) else source)


@application(*_of_family(*(f"{name}{n}d" for name in ("batch_norm", "instance_norm", "dropout") for n in (2, 3))))
def apply_image_norm(world: World, layer: Layer, call: Call) -> Value:
    """(B,C,H,W) or (B,C,D,H,W), unchanged."""
    return apply_spatial(world, layer, call, channels=None, resizes=False)


@application(*_of_family("conv1d", "conv2d", "conv3d"))
def apply_convolution(world: World, layer: Layer, call: Call) -> Value:
    """(B,C,L...) to (B,out_channels,L'...)."""
    channels = world.axis(_width(layer, "out_channels"), Role.FEATURE)
    return apply_spatial(world, layer, call, channels, resizes=not keeps_length(layer))


@application(*_of_family(*(f"{name}{n}d" for name in ("pool", "adaptive_pool") for n in (1, 2, 3))))
def apply_pooling(world: World, layer: Layer, call: Call) -> Value:
    """(B,C,L...) to (B,C,L'...); with return_indices a pair of such."""
    source = call.arg(0, "input")
    if isinstance(source, Tensor):
        tell_pooled(world, source, int(layer.spec.family[-2]), layer.argument("kernel_size"), call.place)
    return apply_spatial(world, layer, call, channels=None, resizes=True)


def apply_spatial(world: World, layer: Layer, call: Call, channels: Axis | None, resizes: bool) -> Value:
    """A layer that reads (batch, channels, spatial axes): the batch stays, channels and lengths may be others."""
    rank = int(layer.spec.family[-2]) + 2
    source = input_tensor(world, call, rank)
    if not isinstance(source, Tensor) or len(source.axes) not in (rank - 1, rank):
        return world.unknown()
    batched = len(source.axes) == rank
    if batched:
        _claim_channels_first(world, layer, source, call, Strength.FACT)
    first = int(batched)
    own = channels or source.axes[first]
    lengths = source.axes[first + 1 :]
    if resizes:
        sizes = lengths_behind(layer, lengths)
        lengths = tuple(_resized(world, axis, size) for axis, size in zip(lengths, sizes, strict=True))
    result: Value = recomputed(replace(source, axes=(*source.axes[:first], own, *lengths), state=None))
    if layer.spec.takes("return_indices") and as_bool(layer.argument("return_indices")) is not False:
        result = Tuple((result, result)) if as_bool(layer.argument("return_indices")) else world.unknown()
    return called(world, layer, call, source, result)


def _claim_channels_first(world: World, layer: Layer, source: Tensor, call: Call, strength: Strength) -> None:
    """Axis 0 is batch and axis 1 channels; a layer as wide as the last axis instead says nothing that can be true."""
    wanted = as_size(layer.argument("in_channels") or layer.argument("num_features"))
    if wanted is not None and source.axes[-1].size == wanted != source.axes[1].size:
        return
    for position, role, word in ((0, Role.BATCH, "batch"), (1, Role.FEATURE, "channels")):
        text = f"`{callee(call)}` reads axis {position} as {word}"
        world.claim(source.axes[position], role, strength, call.place, text, kind="conv")


def _resized(world: World, axis: Axis, length: Size | None) -> Axis:
    """The same axis with another number of entries."""
    size = length or Size.symbol(Opaque(("length", world.number())))
    return Axis(axis.id, size, axis.role)


def keeps_length(layer: Layer) -> bool:
    """True where a convolution surely leaves the lengths of the spatial axes as they are."""
    if layer.argument("padding") == Const("same"):
        return True
    if as_int(layer.argument("stride")) != 1 or "Transpose" in layer.spec.name:
        return False
    kernel, padding = as_int(layer.argument("kernel_size")), as_int(layer.argument("padding"))
    dilation = as_int(layer.argument("dilation"))
    if kernel is None or padding is None or dilation is None:
        return False
    return 2 * padding == dilation * (kernel - 1)


@application("torch.nn.Flatten")
def apply_flatten(world: World, layer: Layer, call: Call) -> Value:
    """As Tensor.flatten, but from axis 1 on by default."""
    return _reshaped(world, layer, call, "Tensor.flatten", ("start_dim", "end_dim"))


@application("torch.nn.Unflatten")
def apply_unflatten(world: World, layer: Layer, call: Call) -> Value:
    """As Tensor.unflatten."""
    return _reshaped(world, layer, call, "Tensor.unflatten", ("dim", "unflattened_size"))


def _reshaped(world: World, layer: Layer, call: Call, method: str, names: Iterable[str]) -> Value:
    source = input_tensor(world, call)
    arguments = [layer.argument(name) for name in names]
    if source is None or method not in OPERATIONS or any(value is None for value in arguments):
        return world.unknown()
    given = tuple(value for value in arguments if value is not None)
    return called(world, layer, call, source, OPERATIONS[method](world, Call(method, (source, *given), {}, call.place)))
