"""keras.Input and keras.Model(inputs, outputs): symbolic tensors, and models that are what was done with them."""

from __future__ import annotations

from lstmlint.catalogue.keras_models import FUNCTIONAL
from lstmlint.events import Built, Called
from lstmlint.interpret.keras.inputs import declared, first_input, items_of
from lstmlint.interpret.keras.replay import flat, replayed
from lstmlint.interpret.keras.sequential import evaluated
from lstmlint.interpret.registry import Call, application, operation
from lstmlint.interpret.wording import callee
from lstmlint.values import NONE, Layer, Role, Strength, Tuple, Value
from lstmlint.world import World


@operation("keras.Input", "keras.layers.Input")
def make_input(world: World, call: Call) -> Value:
    """Input(shape) is (batch, *shape); Input(batch_shape=...) says the batch too."""
    wrapped = call.arg(7, "tensor")
    if wrapped is not None and wrapped != NONE:
        return wrapped
    batched = call.arg(5, "batch_shape") or call.kwargs.get("batch_input_shape")
    if batched is not None and batched != NONE:
        sizes = items_of(world, batched)
    else:
        shape = items_of(world, call.arg(0, "shape", "input_shape") or NONE)
        sizes = None if shape is None else (call.arg(1, "batch_size") or NONE, *shape)
    if not sizes:
        return world.unknown()
    tensor = declared(world, world.unknown() if call.open_ended else sizes[0], sizes, call.place)
    text = f"`{callee(call)}` makes axis 0 the batch"
    world.claim(tensor.axes[0], Role.BATCH, Strength.FACT, call.place, text, kind="input")
    return tensor


@operation("keras.Model", "keras.models.Functional")
def build_model(world: World, call: Call) -> Value:
    """Model(inputs, outputs); without them it is a base class, of which nothing is known."""
    inputs, outputs = call.arg(0, "inputs", "input"), call.arg(1, "outputs", "output")
    if inputs is None or outputs is None:
        return world.unknown()
    arguments = (("inputs", inputs), ("outputs", outputs))
    model = Layer(world.number(), FUNCTIONAL, arguments, call.place, call.open_ended, path=world.path)
    world.emit(
        Built(
            place=call.place,
            layer=model,
            positional=call.args,
            positional_texts=call.texts,
            keywords=tuple(call.kwargs.items()),
            foreign=(),
            owner=world.target,
        )
    )
    return model


@application(FUNCTIONAL.path)
def apply_model(world: World, layer: Layer, call: Call) -> Value:
    """The model's outputs on the axes of what it is called on."""
    given = first_input(world, call)
    inputs, outputs = layer.argument("inputs"), layer.argument("outputs")
    if inputs is None or outputs is None:
        return world.unknown()
    result = replayed(world, inputs, outputs, given, call.place)
    if isinstance(result, Tuple):
        result = Tuple(result.items)
    world.emit(Called(place=call.place, layer=layer, source=given, state=None, result=result))
    return result


def attribute(world: World, model: Layer, name: str) -> Value | None:
    """A model's `input`, `inputs`, `output` or `outputs`; None for another attribute or another layer."""
    if name.rstrip("s") not in ("input", "output") or model.spec.family not in ("model", "sequential"):
        return None
    ends: tuple[Value | None, ...] = (model.argument("inputs"), model.argument("outputs"))
    if model.spec.family == "sequential":
        ends = evaluated(world, model, Call(name, (), {}, model.place))
    value = ends[name.startswith("output")]
    if value is None:
        return world.unknown()
    return world.new_list(flat(world, value)) if name.endswith("s") else value


@operation("keras.models.clone_model", "keras.Layer.get_layer")
def unchanged(world: World, call: Call) -> Value:
    """A copy of a model behaves as the model; which layer a name gives is not followed."""
    return call.args[0] if call.name.endswith("clone_model") and call.args else world.unknown()
