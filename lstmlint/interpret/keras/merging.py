"""Keras layers that take several tensors: joining, adding, multiplying, attending.

`Concatenate` joins along the last axis by default. Attention reads (batch, time, feature) and does not object to
(batch, feature): it then attends over the batch.
"""

from __future__ import annotations

from lstmlint.catalogue.lookup import layer_spec
from lstmlint.events import Combined, Joined
from lstmlint.interpret.keras.inputs import axis_for, feature_axis, items_of, several_inputs, tensor_of, unwrapped
from lstmlint.interpret.keras.layers import called, paths, stateless
from lstmlint.interpret.keras.recurrent import apply_layer
from lstmlint.interpret.ops.shape import broadcast, position_in, resized, with_axis
from lstmlint.interpret.ops.trail import joint_trail, recomputed
from lstmlint.interpret.registry import Call, application, operation
from lstmlint.sizes import ONE, Size
from lstmlint.values import NONE, Axis, Const, Layer, Role, Tensor, Tuple, Value, as_bool
from lstmlint.world import World

WHOLE = 3
"""Axes of what attention reads: batch, time, features."""


@application(*paths("Concatenate"))
def apply_concatenate(world: World, layer: Layer, call: Call) -> Value:
    """Joins tensors along an axis, the last one by default."""
    parts = _of_one_rank(world, several_inputs(world, call))
    tensors = [part for part in parts if isinstance(part, Tensor)]
    rank = len(tensors[0].axes) if tensors else 0
    position = position_in(layer.argument("axis"), rank)
    result = _concatenated(world, parts, position)
    axis = None if position is None else tensors[0].axes[position]
    world.emit(Joined(place=call.place, how="Concatenate", parts=parts, position=position, axis=axis, result=result))
    return called(world, layer, call, Tuple(parts), result)


def _of_one_rank(world: World, parts: tuple[Value, ...]) -> tuple[Value, ...]:
    """Tensors that are joined have one rank: what is known of one is known of all."""
    rank = next((len(part.axes) for part in parts if isinstance(part, Tensor)), None)
    return tuple(tensor_of(world, part, rank) or part for part in parts)


def _concatenated(world: World, parts: tuple[Value, ...], position: int | None) -> Value:
    """The joined tensor; Unknown unless every part is a tensor of the same known rank."""
    tensors = tuple(part for part in parts if isinstance(part, Tensor))
    if len(tensors) < len(parts) or position is None or len({len(tensor.axes) for tensor in tensors}) != 1:
        return world.unknown()
    axes = tensors[0].axes
    size = Size.of(0)
    for tensor in tensors:
        size = size + tensor.axes[position].size
    joined = resized(world, axes[position], size) if position == 1 < len(axes) - 1 else world.axis(size, Role.FEATURE)
    return Tensor((*axes[:position], joined, *axes[position + 1 :]), joint_trail(tensors))


@application(*paths("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"))
def apply_merge(world: World, layer: Layer, call: Call) -> Value:
    """Elementwise over several tensors; one of a lower rank is taken to lack the axes behind the batch."""
    parts = several_inputs(world, call)
    tensors = tuple(part for part in parts if isinstance(part, Tensor))
    result: Value = world.unknown()
    if tensors and len(tensors) == len(parts):
        rank = max(len(tensor.axes) for tensor in tensors)
        axes = broadcast(tensor.axes for tensor in tensors if len(tensor.axes) == rank)
        result = Tensor(axes, joint_trail(tensors))
        world.emit(Combined(place=call.place, how=layer.spec.name, parts=tensors, result=result))
    return called(world, layer, call, Tuple(parts), result)


@application(*paths("Dot"))
def apply_dot(world: World, layer: Layer, call: Call) -> Value:
    """Sums over one axis of each of two tensors: (batch, the rest of the first, the rest of the second)."""
    parts = several_inputs(world, call)
    result: Value = world.unknown()
    if len(parts) == 2 and isinstance(parts[0], Tensor) and isinstance(parts[1], Tensor):
        result = _dotted(world, parts[0], parts[1], layer.argument("axes"))
    return called(world, layer, call, Tuple(parts), result)


def _dotted(world: World, one: Tensor, other: Tensor, axes: Value | None) -> Value:
    given = items_of(world, axes) if axes is not None else None
    if given is not None and len(given) != 2:
        return world.unknown()
    places = given if given is not None else (axes, axes)
    first, second = position_in(places[0], len(one.axes)), position_in(places[1], len(other.axes))
    if first is None or second is None:
        return world.unknown()
    rest = [axis for place, axis in enumerate(one.axes) if place not in (0, first)]
    rest += [axis for place, axis in enumerate(other.axes) if place not in (0, second)]
    trail = joint_trail((one, other))
    return Tensor((one.axes[0], *(rest or [world.axis(ONE)])), trail)


@application(*paths("Attention", "AdditiveAttention"))
def apply_attention(world: World, layer: Layer, call: Call) -> Value:
    """[query (B,Tq,F), value (B,Tv,F), key] in, (B,Tq,F of the value) out. Two axes only mix the batch."""
    parts = tuple(tensor_of(world, part, WHOLE) or part for part in several_inputs(world, call))
    result = _attended(world, parts)
    return called(world, layer, call, Tuple(parts), _with_scores(world, call, result, parts))


def _with_scores(world: World, call: Call, result: Value, parts: tuple[Value, ...], *heads: Axis) -> Value:
    """The attended values, with the scores (B,Tq,Tv) behind them where they are asked for; `heads` stand after B."""
    asked = as_bool(call.kwargs.get("return_attention_scores", Const(False)))
    if asked is None:
        return world.unknown()
    if not asked:
        return result
    whole = [part for part in parts[:2] if isinstance(part, Tensor) and len(part.axes) == WHOLE]
    if len(whole) < 2:
        return Tuple((result, world.unknown()))
    batch, queries, _ = whole[0].axes
    return Tuple((result, Tensor((batch, *heads, queries, whole[1].axes[1]))))


@application(*paths("MultiHeadAttention"))
def apply_multi_head_attention(world: World, layer: Layer, call: Call) -> Value:
    """query (B,Tq,F), value (B,Tv,F), key in, the query's axes out, of another width where that is asked for."""
    given = (call.arg(0, "query"), call.arg(1, "value"), call.arg(2, "key"))
    parts = tuple(
        tensor_of(world, unwrapped(world, part, call), WHOLE) or part
        for part in given
        if part is not None and part != NONE
    )
    result: Value | None = stateless(recomputed(parts[0])) if parts and isinstance(parts[0], Tensor) else None
    if isinstance(result, Tensor) and layer.argument("output_shape") != NONE:
        result = with_axis(result, -1, feature_axis(world, layer, "output_shape"))
    result = result or world.unknown()
    scored = _with_scores(world, call, result, parts, axis_for(world, layer.argument("num_heads")))
    return called(world, layer, call, Tuple(parts), scored)


def _attended(world: World, parts: tuple[Value, ...]) -> Value:
    tensors = [part for part in parts[:2] if isinstance(part, Tensor) and len(part.axes) >= 2]
    if len(tensors) < 2:
        return world.unknown()
    query, value = tensors
    return Tensor((*query.axes[:-1], value.axes[-1]), joint_trail((query, value)))


@operation(
    "keras.layers.concatenate",
    "keras.layers.add",
    "keras.layers.subtract",
    "keras.layers.multiply",
    "keras.layers.average",
    "keras.layers.maximum",
    "keras.layers.minimum",
    "keras.layers.dot",
)
def merge_function(world: World, call: Call) -> Value:
    """The functional spelling of a merging layer: `concatenate([a, b], axis=1)`."""
    name = call.name.rpartition(".")[2]
    spec = layer_spec(f"keras.layers.{name.capitalize()}")
    if spec is None:
        return world.unknown()
    arguments = tuple((p.name, call.args[n + 1]) for n, p in enumerate(spec.parameters) if n + 1 < len(call.args))
    arguments += tuple((keyword, value) for keyword, value in call.kwargs.items() if spec.takes(keyword))
    layer = Layer(world.number(), spec, arguments, call.place, path=world.path)
    first = call.arg(0, "inputs")
    return apply_layer(world, layer, world.unknown() if first is None else first, call)
