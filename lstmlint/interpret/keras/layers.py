"""Applying the Keras layers around recurrent ones: which axes they read, keep, drop and make.

Every layer reads axis 0 as the batch; the convolutions and poolings of one dimension read (batch, time, channels).
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.catalogue.keras_layers import other_names
from lstmlint.events import Called
from lstmlint.interpret.keras.activations import activated, after
from lstmlint.interpret.keras.inputs import (
    axis_for,
    claim_batch,
    feature_axis,
    first_input,
    input_tensor,
    is_both_directions,
    unwrapped,
    without_steps,
)
from lstmlint.interpret.keras.masks import with_mask
from lstmlint.interpret.keras.planes import plane_sizes
from lstmlint.interpret.keras.recurrent import apply_layer
from lstmlint.interpret.ops.reduce import tell
from lstmlint.interpret.ops.reorder import reordered
from lstmlint.interpret.ops.reshape import merged, reshaped
from lstmlint.interpret.ops.shape import listed, permutation, positions_in, resized, size_at, with_axis, with_new_axis
from lstmlint.interpret.registry import Call, application
from lstmlint.sizes import ONE, Size
from lstmlint.values import (
    NONE,
    Axis,
    Const,
    Layer,
    OpenTensor,
    Role,
    Tensor,
    Tuple,
    Value,
    as_bool,
    as_int,
    as_size,
)
from lstmlint.world import World


def paths(*names: str) -> tuple[str, ...]:
    """The canonical paths of some Keras layers, under all their names."""
    return tuple(f"keras.layers.{name}" for own in names for name in (own, *other_names(own)))


def called(world: World, layer: Layer, call: Call, source: Value, result: Value) -> Value:
    """Notes an application and returns its result, with what becomes of a mask.

    What comes out is another tensor than what went in, even where nothing that is known of it differs (dropout).
    """
    result = with_mask(layer, call.place, source, source.items if isinstance(source, Tuple) else (), result)
    if result is source and isinstance(result, (Tensor, OpenTensor)):
        result = replace(result)
    world.emit(Called(place=call.place, layer=layer, source=source, state=None, result=result))
    return result


def or_given(world: World, call: Call, tensor: Tensor | OpenTensor | None) -> Value:
    """The input as a tensor, or what was given instead of one."""
    return unwrapped(world, first_input(world, call), call) if tensor is None else tensor


@application(*paths("Dense"))
def apply_dense(world: World, layer: Layer, call: Call) -> Value:
    """Acts on the last axis: (..., F) in, (..., units) out."""
    source = input_tensor(world, call)
    dense = None if source is None else with_axis(source, -1, feature_axis(world, layer, "units"))
    result = activated(layer, call, stateless(dense or world.unknown()))
    return called(world, layer, call, or_given(world, call, source), result)


@application(*paths("Embedding"))
def apply_embedding(world: World, layer: Layer, call: Call) -> Value:
    """Appends the axis of the vectors: (B,T) in, (B,T,F) out."""
    source = input_tensor(world, call)
    result = None if source is None else with_new_axis(source, -1, feature_axis(world, layer, "output_dim"))
    return called(world, layer, call, or_given(world, call, source), result or world.unknown())


def stateless(value: Value) -> Value:
    """A tensor that is no longer a recurrent layer's state as it came."""
    return replace(value, state=None) if isinstance(value, Tensor) else value


@application(
    *paths(
        "Masking",
        "Identity",
        "Dropout",
        "AlphaDropout",
        "GaussianDropout",
        "GaussianNoise",
        "ActivityRegularization",
        "BatchNormalization",
        "LayerNormalization",
        "GroupNormalization",
        "UnitNormalization",
        "RMSNormalization",
        "Normalization",
        "Activation",
        "ReLU",
        "LeakyReLU",
        "PReLU",
        "ELU",
        "Softmax",
        "SpatialDropout2D",
    )
)
def apply_elementwise(world: World, layer: Layer, call: Call) -> Value:
    """Keeps every axis and the trail, but for what it says of the entries; of a list, each tensor by itself."""
    given = first_input(world, call)
    if not is_both_directions(given):
        given = or_given(world, call, input_tensor(world, call))
    if layer.spec.name == "Softmax" and isinstance(given, Tensor):
        for position in positions_in(world, layer.argument("axis"), len(given.axes)) or ():
            tell(world, given, position, "softmax", call.place)
    return called(world, layer, call, given, after(layer, call, given))


@application(*paths("SpatialDropout1D"))
def apply_spatial_dropout(world: World, layer: Layer, call: Call) -> Value:
    """Keeps every axis, but wants (B,T,F)."""
    source = input_tensor(world, call, 3)
    result = or_given(world, call, source)
    return called(world, layer, call, result, result)


def channels_last(layer: Layer, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """An input's axes with the channels last, where the layer has them behind the batch."""
    turned = layer.argument("data_format") == Const("channels_first") and len(axes) > 2
    return (axes[0], *axes[2:], axes[1]) if turned else axes


def as_told(layer: Layer, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """A result's axes, which have the channels last, in the order that the layer gives them."""
    turned = layer.argument("data_format") == Const("channels_first") and len(axes) > 2
    return (axes[0], axes[-1], *axes[1:-1]) if turned else axes


@application(
    *paths(
        "Conv1D",
        "SeparableConv1D",
        "DepthwiseConv1D",
        "Conv1DTranspose",
        "MaxPooling1D",
        "AveragePooling1D",
        "UpSampling1D",
        "ZeroPadding1D",
        "Cropping1D",
    )
)
def apply_along_time(world: World, layer: Layer, call: Call) -> Value:
    """(B,T,F) in, (B,T',F') out: time is kept where padding and stride keep its length, else a new axis."""
    source = input_tensor(world, call, 3)
    result: Value = world.unknown()
    if isinstance(source, Tensor) and len(source.axes) >= 2:
        claim_batch(world, source, call)
        axes = channels_last(layer, source.axes)
        time = _stepped(world, layer, axes[1] if len(axes) > 2 else world.axis())
        channels = feature_axis(world, layer, "filters") if layer.spec.takes("filters") else axes[-1]
        if layer.spec.family == "depthwise_conv1d":
            channels = world.axis(None, Role.FEATURE)
        result = Tensor(as_told(layer, (axes[0], time, channels)), source.trail)
        result = activated(layer, call, result) if layer.spec.takes("activation") else result
    return called(world, layer, call, or_given(world, call, source), result)


def _stepped(world: World, layer: Layer, time: Axis) -> Axis:
    """The time axis behind a convolution or pooling over it: the same axis, with another number of steps."""
    if layer.spec.family in ("conv1d", "depthwise_conv1d") and as_int(layer.argument("strides")) == 1:
        if layer.argument("padding") in (Const("same"), Const("causal")):
            return time
        kernel, dilation = as_int(layer.argument("kernel_size")), as_int(layer.argument("dilation_rate"))
        if kernel is not None and dilation is not None:
            return resized(world, time, time.size - Size.of((kernel - 1) * dilation))
    pool = as_size(layer.argument("pool_size")) if layer.spec.family == "pool1d" else None
    if pool is not None and layer.argument("strides") == NONE and layer.argument("padding") == Const("valid"):
        return resized(world, time, time.size.floor_divided_by(pool))
    return resized(world, time, None)


@application(*paths("GlobalMaxPooling1D", "GlobalAveragePooling1D"))
def apply_global_pooling(world: World, layer: Layer, call: Call) -> Value:
    """(B,T,F) in, (B,F) out, or (B,1,F) with keepdims."""
    source = input_tensor(world, call, 3)
    result: Value = world.unknown()
    if isinstance(source, Tensor) and len(source.axes) >= 2:
        claim_batch(world, source, call)
        kept = (world.axis(ONE),) if as_bool(layer.argument("keepdims")) else ()
        axes = channels_last(layer, source.axes)
        result = Tensor(as_told(layer, (axes[0], *kept, axes[-1])), without_steps(source.trail))
    return called(world, layer, call, or_given(world, call, source), result)


@application(
    *paths(
        "Conv2D",
        "SeparableConv2D",
        "DepthwiseConv2D",
        "Conv2DTranspose",
        "MaxPooling2D",
        "AveragePooling2D",
        "UpSampling2D",
        "ZeroPadding2D",
        "Cropping2D",
        "Conv3D",
        "MaxPooling3D",
        "AveragePooling3D",
    )
)
def apply_over_planes(world: World, layer: Layer, call: Call) -> Value:
    """(B,h,w,C) in, the same rank out, with other lengths of h and w."""
    source = input_tensor(world, call, 5 if layer.spec.name.endswith("3D") else 4)
    result: Value = world.unknown()
    if isinstance(source, Tensor) and len(source.axes) >= 3:
        claim_batch(world, source, call)
        axes = channels_last(layer, source.axes)
        planes = axes[1:-1] if _keeps_planes(layer) else _resized_planes(world, layer, axes[1:-1])
        channels = feature_axis(world, layer, "filters") if layer.spec.takes("filters") else axes[-1]
        if layer.spec.family.startswith("depthwise"):
            channels = world.axis(None, Role.FEATURE)
        result = Tensor(as_told(layer, (axes[0], *planes, channels)), source.trail)
        result = activated(layer, call, result) if layer.spec.takes("activation") else result
    return called(world, layer, call, or_given(world, call, source), result)


def _keeps_planes(layer: Layer) -> bool:
    is_whole = layer.argument("strides") in (Const(1), Const((1, 1)), Const((1, 1, 1)))
    return layer.argument("padding") == Const("same") and is_whole and layer.spec.takes("kernel_size")


def _resized_planes(world: World, layer: Layer, planes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    sizes = plane_sizes(layer, planes)
    return tuple(resized(world, axis, size) for axis, size in zip(planes, sizes, strict=True))


@application(*paths("GlobalMaxPooling2D", "GlobalAveragePooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling3D"))
def apply_global_pooling_over_planes(world: World, layer: Layer, call: Call) -> Value:
    """(B,h,w,C) in, (B,C) out."""
    source = input_tensor(world, call, 5 if layer.spec.name.endswith("3D") else 4)
    result: Value = world.unknown()
    if isinstance(source, Tensor) and len(source.axes) >= 2 and not as_bool(layer.argument("keepdims")):
        result = Tensor((source.axes[0], channels_last(layer, source.axes)[-1]), without_steps(source.trail))
    return called(world, layer, call, or_given(world, call, source), result)


@application(*paths("RepeatVector"))
def apply_repeat_vector(world: World, layer: Layer, call: Call) -> Value:
    """(B,F) in, (B,n,F) out: a new time axis on which every step is the same."""
    source = input_tensor(world, call, 2)
    result: Value = world.unknown()
    if isinstance(source, Tensor) and len(source.axes) >= 2:
        time = axis_for(world, layer.argument("n"))
        result = Tensor((source.axes[0], time, source.axes[-1]), without_steps(source.trail))
    return called(world, layer, call, or_given(world, call, source), result)


@application(*paths("Permute"))
def apply_permute(world: World, layer: Layer, call: Call) -> Value:
    """Moves the axes behind the batch; `dims` count from 1 and leave the batch out."""
    dims = listed(world, layer.argument("dims"))
    source = input_tensor(world, call, None if dims is None else len(dims) + 1)
    result: Value = world.unknown()
    if isinstance(source, Tensor) and dims is not None:
        order = permutation((Const(0), *dims), len(source.axes))
        result = result if order is None else reordered(source, order, call.place)
    return called(world, layer, call, or_given(world, call, source), result)


@application(*paths("Flatten"))
def apply_flatten(world: World, layer: Layer, call: Call) -> Value:
    """Everything behind the batch becomes one axis."""
    source = input_tensor(world, call)
    result: Value = world.unknown()
    if isinstance(source, Tensor):
        many = len(source.axes) > 1
        result = merged(world, source, Const(1), Const(-1), call.place) if many else result
    elif source is not None:
        result = Tensor((*source.head[:1], world.axis()) if source.head else (world.axis(), world.axis()))
    return called(world, layer, call, or_given(world, call, source), stateless(result))


@application(*paths("Reshape"))
def apply_reshape(world: World, layer: Layer, call: Call) -> Value:
    """Regroups the axes behind the batch; `target_shape` leaves the batch out."""
    source = input_tensor(world, call)
    sizes = listed(world, layer.argument("target_shape"))
    result: Value = world.unknown()
    if source is not None and sizes is not None:
        result = reshaped(world, source, (size_at(world, source, 0), *sizes), call.place)
    return called(world, layer, call, or_given(world, call, source), stateless(result))


@application(*paths("Lambda"))
def apply_lambda(world: World, layer: Layer, call: Call) -> Value:
    """What the function makes of the input."""
    function = layer.argument("function") or world.unknown()
    result = apply_layer(world, function, first_input(world, call), call)
    return called(world, layer, call, first_input(world, call), result)
