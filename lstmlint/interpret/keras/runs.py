"""Runs of a Keras model on data, as checks see them: the method, its arguments by name, where the data is from."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from lstmlint.events.keras import Ran
from lstmlint.interpret.keras.replay import flat
from lstmlint.interpret.registry import Call
from lstmlint.interpret.wording import callee
from lstmlint.values import ListRef, Role, Strength, Tensor, Tuple, Value
from lstmlint.world import World

_FIT = """x y batch_size epochs verbose callbacks validation_split validation_data shuffle class_weight sample_weight
    initial_epoch steps_per_epoch validation_steps validation_batch_size validation_freq"""
_PARAMETERS = {
    "fit": _FIT.split(),
    "evaluate": ["x", "y", "batch_size", "verbose", "sample_weight", "steps", "callbacks"],
    "predict": ["x", "batch_size", "verbose", "steps", "callbacks"],
    "train_on_batch": ["x", "y", "sample_weight", "class_weight"],
    "test_on_batch": ["x", "y", "sample_weight"],
    "predict_on_batch": ["x"],
}
"""The parameters of the methods in order, the same in Keras 2 and 3 as far as they go."""


def tell_run(world: World, call: Call, data: Value, inputs: Value, output: Value) -> None:
    """Tells that a method of a model, the first argument, ran it on data."""
    method = call.name.rpartition(".")[2]
    if method not in _PARAMETERS:
        return
    _claim_batch(world, call, inputs)
    world.emit(
        Ran(
            place=call.place,
            method=method,
            model=call.owner,
            data=data,
            inputs=inputs,
            output=output,
            arguments=tuple(arguments_of(call).items()),
            uncertain=call.open_ended,
            is_new_each_round=_is_new(world, inputs),
        )
    )


def arguments_of(call: Call) -> dict[str, Value]:
    """The arguments of a method of a model by name."""
    parameters = _PARAMETERS.get(call.name.rpartition(".")[2], [])
    return {**dict(zip(parameters, call.args[1:], strict=False)), **call.kwargs}


def _claim_batch(world: World, call: Call, inputs: Value) -> None:
    for value in flat(world, inputs):
        if isinstance(value, Tensor) and value.axes:
            text = f"`{callee(call)}` takes axis 0 for the batch"
            world.claim(value.axes[0], Role.BATCH, Strength.FACT, call.place, text, kind="fit")


def _is_new(world: World, inputs: Value) -> bool:
    """True where a loop is under way and the data is not known to have been there before it began."""
    if not world.rounds:
        return False
    first = flat(world, inputs)[:1]
    tensor = world.tensor(first[0]) if first else None
    if not isinstance(tensor, Tensor) or not tensor.axes:
        return True
    axis, innermost = tensor.axes[0].id, world.rounds[-1]
    if axis < innermost.loop:
        return axis in _axes(world, innermost.source)
    return not any(axes and axes[0].id == axis and _is_given(root) for (root, _), axes in world.known_roots())


def _axes(world: World, source: Value | None) -> Iterator[int]:
    """The axes of the tensors that a loop goes through, one in each round."""
    if isinstance(source, Tensor):
        yield from (axis.id for axis in source.axes)
    elif isinstance(source, (Tuple, ListRef)):
        for item in flat(world, source):
            yield from _axes(world, item)


def _is_given(root: Hashable) -> bool:
    """True for what a caller or an object brings along."""
    return isinstance(root, tuple) and root[:1] in (("parameter",), ("attribute",))
