"""torch.nn.functional's dropouts: the axes stay; each is told of with its rate and its `training`."""

from __future__ import annotations

from lstmlint.events import Dropped
from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import tensor_argument
from lstmlint.interpret.ops.trail import recomputed
from lstmlint.interpret.registry import Call, operation
from lstmlint.values import Tensor, Value
from lstmlint.world import World

_NAMES = "dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout"


@operation(*names(_NAMES, "torch.nn.functional"))
def functional_dropout(world: World, call: Call) -> Value:
    """dropout(input, p=0.5, training=True): torch's own default drops values whatever mode the model is in."""
    if not call.open_ended:
        world.emit(Dropped(place=call.place, rate=call.arg(1, "p"), training=call.arg(2, "training")))
    return _kept(world, call)


@operation("torch.dropout")
def dropout(world: World, call: Call) -> Value:
    """torch.dropout(input, p, train) wants the mode to be written."""
    return _kept(world, call)


def _kept(world: World, call: Call) -> Value:
    source = tensor_argument(world, call)
    if source is None:
        return world.unknown()
    return recomputed(source) if isinstance(source, Tensor) else source
