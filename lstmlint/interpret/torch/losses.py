"""torch's losses, as layers and as functions: a prediction meets a target, and some axes are said what they are."""

from __future__ import annotations

from lstmlint.catalogue.losses import LOSSES, LossSpec, loss_spec
from lstmlint.events import LossTaken
from lstmlint.interpret.registry import Call, application, operation
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import argument_text, callee
from lstmlint.values import Layer, Role, Strength, Tensor, Value
from lstmlint.world import World


@application(*(loss.path for loss in LOSSES))
def apply_loss(world: World, layer: Layer, call: Call) -> Value:
    """(prediction, target) to a scalar."""
    return _take(world, layer.spec.path, call)


@operation(*(loss.function for loss in LOSSES))
def take_loss(world: World, call: Call) -> Value:
    """The functional form."""
    return _take(world, call.name, call)


def _take(world: World, path: str, call: Call) -> Value:
    loss = loss_spec(path)
    prediction, target = call.arg(0, "input", "log_probs"), call.arg(1, "target", "targets")
    if loss is None or prediction is None or target is None:
        return world.unknown()
    for value in (prediction, target):
        if needs_tensor(world, value, call.place, f"given to `{callee(call)}`"):
            return world.unknown()
    prediction, target = world.tensor(prediction) or prediction, world.tensor(target) or target
    if loss.classes is not None:
        _learn_rank(world, prediction, target)
    _claim(world, loss, call, prediction, target)
    world.emit(LossTaken(place=call.place, loss=path, prediction=prediction, target=target))
    return world.unknown()


def _learn_rank(world: World, prediction: Value, target: Value) -> None:
    """Scores of several axes in one row, (T*B,C), meet a target in one row: it had as many axes, most likely."""
    if not isinstance(prediction, Tensor) or not isinstance(target, Tensor) or len(target.axes) != 1:
        return
    source = world.flattened.get(target.axes[0].id)
    if len(prediction.axes) == 2 and source is not None and prediction.axes[0].parts:
        world.tensor(source, rank=len(prediction.axes[0].parts), presumed=True)


def _claim(world: World, loss: LossSpec, call: Call, prediction: Value, target: Value) -> None:
    name = argument_text(call, 0, "its prediction")
    if isinstance(prediction, Tensor):
        for axis, role in _roles(loss, len(prediction.axes)):
            text = f"`{callee(call)}` reads axis {axis} of `{name}` as {_word(loss, axis, role)}"
            world.claim(prediction.axes[axis], role, _strength(loss), call.place, text, kind="loss")
    if isinstance(target, Tensor) and target.axes and _batch_of_target(loss, prediction):
        text = f"`{callee(call)}` reads axis 0 of the target as batch"
        world.claim(target.axes[0], Role.BATCH, _strength(loss), call.place, text, kind="loss")


def _strength(loss: LossSpec) -> Strength:
    return Strength.STRUCTURE if loss.batch is None else Strength.FACT


def _word(loss: LossSpec, axis: int, role: Role) -> str:
    return "classes" if axis == loss.classes else role.value


def _roles(loss: LossSpec, rank: int) -> list[tuple[int, Role]]:
    """What a loss takes which axis of a prediction for. An elementwise loss tells the batch of (B,) and (B,C) only."""
    if loss.batch is None:
        return [(0, Role.BATCH)] if rank == 2 else []
    wanted = ((loss.batch, Role.BATCH), (loss.classes, Role.FEATURE), (loss.time, Role.TIME))
    least = 3 if loss.time is not None else 2
    return [(axis, role) for axis, role in wanted if axis is not None and least <= rank and axis < rank]


def _batch_of_target(loss: LossSpec, prediction: Value) -> bool:
    if loss.batch is not None:
        return True
    return isinstance(prediction, Tensor) and len(prediction.axes) <= 2
