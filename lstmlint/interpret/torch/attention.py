"""nn.MultiheadAttention and the Transformer layers: each has a batch_first of its own, False unless given."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.events import Called
from lstmlint.interpret.registry import Call, application
from lstmlint.interpret.torch.modules import with_last
from lstmlint.interpret.torch.recurrent import claim_layout, is_batch_first
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee
from lstmlint.sizes import Opaque, Size
from lstmlint.values import Axis, Const, Layer, OpenTensor, Role, Tensor, Tuple, Value, as_bool, as_size
from lstmlint.world import World


def _sequence(world: World, layer: Layer, call: Call, given: Value | None) -> Tensor | OpenTensor | None:
    """An argument as a tensor of three axes whose layout the layer tells, where that is known."""
    if given is None or needs_tensor(world, given, call.place, f"given to `{callee(call)}`"):
        return None
    tensor = given if isinstance(given, Tensor) else world.tensor(given, rank=3, presumed=True)
    batch_first = is_batch_first(layer)
    if isinstance(tensor, Tensor) and len(tensor.axes) == 3 and batch_first is not None:
        claim_layout(world, layer, tensor, call, batch_first)
    return tensor


@application("torch.nn.MultiheadAttention")
def apply_attention(world: World, layer: Layer, call: Call) -> Value:
    """(query, key, value), each (T,B,E) or (B,T,E), to (output like the query, weights (B,Tq,Tk), by head if asked)."""
    query = _sequence(world, layer, call, call.arg(0, "query"))
    key = _sequence(world, layer, call, call.arg(1, "key"))
    if query is None:
        return Tuple((world.unknown(), world.unknown()))
    size = as_size(layer.argument("embed_dim")) or Size.symbol(Opaque(("embed_dim", layer.id)))
    output = with_last(query, world.axis(size, Role.FEATURE))
    averaged = as_bool(call.arg(6, "average_attn_weights") or Const(True))
    result = Tuple((output, world.unknown() if averaged is None else _weights(world, layer, query, key, averaged)))
    world.emit(Called(place=call.place, layer=layer, source=query, state=None, result=result, extra=call.args[1:]))
    return result


def _weights(world: World, layer: Layer, query: Value, key: Value | None, averaged: bool) -> Value:
    batch_first = is_batch_first(layer)
    if not isinstance(query, Tensor) or not isinstance(key, Tensor) or batch_first is None:
        return world.unknown()
    if len(query.axes) != 3 or len(key.axes) != 3:
        return world.unknown()
    batch, time = (0, 1) if batch_first else (1, 0)
    keys: Axis = key.axes[time]
    heads = () if averaged else (world.axis(as_size(layer.argument("num_heads"))),)
    return Tensor((query.axes[batch], *heads, query.axes[time], replace(keys, id=world.number())))


@application("torch.nn.TransformerEncoderLayer", "torch.nn.TransformerDecoderLayer")
def apply_transformer_layer(world: World, layer: Layer, call: Call) -> Value:
    """(T,B,E), with batch_first (B,T,E), to the same axes."""
    source = _sequence(world, layer, call, call.arg(0, "src", "tgt"))
    _sequence(world, layer, call, call.arg(1, "memory") if "Decoder" in layer.spec.name else None)
    if source is None:
        return world.unknown()
    world.emit(Called(place=call.place, layer=layer, source=source, state=None, result=source))
    return source


@application("torch.nn.TransformerEncoder", "torch.nn.TransformerDecoder")
def apply_transformer(world: World, layer: Layer, call: Call) -> Value:
    """As the layer it repeats, whose batch_first counts."""
    repeated = layer.argument("encoder_layer") or layer.argument("decoder_layer")
    if isinstance(repeated, Layer) and as_bool(repeated.argument("batch_first")) is not None:
        return apply_transformer_layer(world, repeated, call)
    return call.arg(0, "src", "tgt") or world.unknown()
