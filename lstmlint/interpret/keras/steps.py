"""A model's own step of training: what `fit` calls with each batch where the program overrides `train_step`.

Keras' own step runs the model on the inputs and holds the output against the targets under the loss given to compile.
A step of the program does what it says; what it may leave to Keras are the loss and the metrics of compile.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.wording import callee
from lstmlint.values import NONE, Axis, DictRef, Instance, ListRef, OpenTensor, Role, Strength, Tensor, Tuple, Value
from lstmlint.world import World

STEPS = {
    "fit": "train_step",
    "train_on_batch": "train_step",
    "evaluate": "test_step",
    "test_on_batch": "test_step",
}
"""The method of a model that does the work of another, by its name."""
_WHOLE = ("fit", "evaluate")
"""Methods that cut arrays into batches."""


def own_step(world: World, call: Call) -> Value | None:
    """The step that the program defines for what a method of its model does; None where Keras' own does it."""
    name, owner = STEPS.get(call.name.rpartition(".")[2]), call.owner
    if name is None or not isinstance(owner, Instance) or world.own_method is None:
        return None
    return world.own_method(owner, name, 1)


def take_step(world: World, step: Value, data: Value | None, element: Value, call: Call) -> None:
    """Calls a step of the program with one batch, as the model's method would.

    `data` is what the method was given, `element` what one step gets of it, the same where it is an array.
    """
    parts = [element]
    if element is data:
        parts += [one for one in (call.arg(2, "y"), call.kwargs.get("sample_weight")) if one not in (None, NONE)]
        if call.name.rpartition(".")[2] in _WHOLE:
            rows = world.axis()
            text = f"`{callee(call)}` puts the batch on axis 0"
            world.claim(rows, Role.BATCH, Strength.FACT, call.place, text, kind="fit")
            parts = [_some_rows(world, one, rows) for one in parts]
    several = element is data and isinstance(element, (Tuple, ListRef))
    batch = parts[0] if len(parts) == 1 and not several else Tuple(tuple(parts))
    if world.apply is not None:
        world.apply(step, Call("", (batch,), {}, call.place))


@operation("keras.utils.unpack_x_y_sample_weight")
def unpack_batch(world: World, call: Call) -> Value:
    """Inputs, targets and weights of a batch, None for what it does not have."""
    data = call.arg(0, "data")
    if isinstance(data, Tuple):
        return Tuple((*data.items, NONE, NONE)[:3])
    return Tuple((data, NONE, NONE)) if isinstance(data, Tensor) else world.unknown()


def _some_rows(world: World, value: Value, rows: Axis) -> Value:
    """An array, or arrays in a tuple, list or dictionary, of which some rows are taken."""
    if isinstance(value, Tuple):
        return replace(value, items=tuple(_some_rows(world, item, rows) for item in value.items))
    if isinstance(value, ListRef):
        return world.new_list([_some_rows(world, item, rows) for item in world.items(value)], world.is_open(value))
    if isinstance(value, DictRef):
        entries = {key: _some_rows(world, item, rows) for key, item in world.entries(value).items()}
        return world.new_dict(entries, world.is_open_dict(value))
    tensor = world.tensor(value)
    if isinstance(tensor, Tensor) and tensor.axes and not tensor.axes[0].is_single:
        return replace(tensor, axes=(rows, *tensor.axes[1:]))
    if isinstance(tensor, OpenTensor) and tensor.head:
        return replace(tensor, head=(rows, *tensor.head[1:]))
    return value
