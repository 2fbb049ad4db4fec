"""keras.Sequential: its layers in order, however they were added, and what becomes of a tensor that goes through them.

The layers are a list of the interpreter (the model's argument `layers`), so that branches and loops that add layers
join like any list. A model is evaluated when it is compiled, fitted, called or printed, or when the run ends; the
outcome is kept in the world under the model's identity as long as the layers stay the same.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.catalogue.keras_models import SEQUENTIAL
from lstmlint.catalogue.keras_recurrent import RECURRENT_FAMILIES
from lstmlint.events import Built, Called, Misplaced
from lstmlint.interpret.joins import CHOICES, join
from lstmlint.interpret.keras.inputs import declared, first_input, items_of, tensor_of
from lstmlint.interpret.keras.recurrent import apply_layer
from lstmlint.interpret.keras.replay import replayed
from lstmlint.interpret.registry import Call, application, operation
from lstmlint.interpret.tuples import needs_tensor
from lstmlint.interpret.wording import callee, shortened
from lstmlint.values import (
    NONE,
    Instance,
    Layer,
    ListRef,
    OneOf,
    Path,
    Role,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    compatible,
)
from lstmlint.world import World

PATH = SEQUENTIAL.path
INPUT, OUTPUT, LAYERS, SHAPE, LOSS = "(input)", "(output)", "(layers)", "(shape)", "(loss)"
"""What is kept of a model: input, output, the layers they were worked out for, the shape given to build, the loss."""


def record(world: World, address: int) -> dict[str, Value]:
    """What is kept of a model (or of an object that is one) under its identity."""
    stored = world.heap.get(address)
    return dict(stored) if isinstance(stored, dict) else {}


def remember(world: World, address: int, **values: Value) -> None:
    """Adds to what is kept of a model; names are written without their brackets."""
    world.heap[address] = {**record(world, address), **{f"({name})": value for name, value in values.items()}}


def as_model(world: World, value: Value | None) -> Layer | None:
    """The Sequential or functional model that a value is; an object of a derived class is the one it was built as."""
    if isinstance(value, Instance):
        value = record(world, value.address).get("<layer>")
    known = isinstance(value, Layer) and value.spec.family in ("sequential", "model")
    return value if known and isinstance(value, Layer) else None


@operation(PATH)
def build_sequential(world: World, call: Call) -> Value:
    """Sequential(layers): a model over a list of its own."""
    given = call.arg(0, "layers")
    items, is_open = _listed(world, given)
    children = world.new_list(items, is_open)
    model = Layer(world.number(), SEQUENTIAL, (("layers", children),), call.place, call.open_ended, path=world.path)
    world.emit(
        Built(
            place=call.place,
            layer=model,
            positional=call.args,
            positional_texts=call.texts,
            keywords=tuple(call.kwargs.items()),
            foreign=tuple(keyword for keyword in call.kwargs if not SEQUENTIAL.takes(keyword)),
            owner=world.target,
        )
    )
    return model


def _listed(world: World, value: Value | None) -> tuple[tuple[Value, ...], bool]:
    if isinstance(value, ListRef):
        return world.items(value), world.is_open(value)
    if isinstance(value, Tuple):
        return value.items, False
    return (), value is not None and value != NONE


@operation(f"{PATH}.add")
def add_layer(world: World, call: Call) -> Value:
    """model.add(layer); other keywords belong to the layer's own call."""
    model, layer = as_model(world, call.owner), call.arg(1, "layer")
    for keyword in call.kwargs:
        if keyword not in ("layer", "rebuild"):
            added = layer if isinstance(layer, Layer) else None
            world.emit(Misplaced(place=call.place, call=callee(call), keyword=keyword, layer=added))
    children = None if model is None else model.argument("layers")
    if isinstance(children, ListRef) and layer is not None:
        world.set_items(children, (*world.items(children), layer), world.is_open(children))
    return NONE


@operation(f"{PATH}.pop")
def remove_layer(world: World, call: Call) -> Value:
    """model.pop(): without the last layer."""
    model = as_model(world, call.owner)
    children = None if model is None else model.argument("layers")
    if not isinstance(children, ListRef) or not world.items(children):
        return world.unknown()
    *rest, last = world.items(children)
    world.set_items(children, rest, world.is_open(children))
    return last


@operation(f"{PATH}.build")
def build_with_shape(world: World, call: Call) -> Value:
    """model.build(input_shape): the shape with the batch."""
    model, shape = as_model(world, call.owner), call.arg(1, "input_shape")
    if model is not None and shape is not None:
        remember(world, model.id, shape=shape)
    return NONE


@application(PATH)
def apply_sequential(world: World, layer: Layer, call: Call) -> Value:
    """The model on a tensor: worked out on it, or on the input it declares and then moved to the tensor's axes."""
    value = first_input(world, call)
    own, layers = split_input(world, layer)
    if own is None:
        return _evaluate(world, layer, layers, tensor_of(world, value) or value, call)
    inputs, outputs = evaluated(world, layer, call)
    return replayed(world, inputs, outputs, tensor_of(world, value, len(own.axes)) or value, call.place)


def evaluated(world: World, model: Layer, call: Call) -> tuple[Value, Value]:
    """The model's own input and output; worked out once for the same layers."""
    kept = record(world, model.id)
    key = Tuple(children(world, model))
    if kept.get(LAYERS) == key:
        return kept[INPUT], kept[OUTPUT]
    own, layers = split_input(world, model)
    source: Value = world.unknown() if own is None else own
    output = _evaluate(world, model, layers, source, call)
    remember(world, model.id, input=source, output=output, layers=key)
    return source, output


def children(world: World, model: Layer) -> tuple[Value, ...]:
    """Everything in a Sequential's list, its input included."""
    listed = model.argument("layers")
    return world.items(listed) if isinstance(listed, ListRef) else ()


def split_input(world: World, model: Layer) -> tuple[Tensor | None, tuple[Value, ...]]:
    """The input that a Sequential declares (None: it does not), and the layers behind it."""
    listed = children(world, model)
    if listed and isinstance(listed[0], Tensor):
        return listed[0], listed[1:]
    if listed and isinstance(listed[0], Layer) and listed[0].spec.family == "input":
        return input_of_layer(world, listed[0]), listed[1:]
    shape = items_of(world, record(world, model.id).get(SHAPE, NONE))
    if shape:
        return declared(world, shape[0], shape, model.place), listed
    return (declared_input(world, listed[0]) if listed else None), listed


def _tensor(value: Value) -> Tensor | None:
    return value if isinstance(value, Tensor) else None


def input_of_layer(world: World, layer: Layer) -> Tensor | None:
    """The tensor of an InputLayer."""
    batched = given(world, layer, "batch_shape", "batch_input_shape")
    if batched is not None and batched != NONE:
        shape = items_of(world, batched)
        return None if not shape else _declared(world, layer, shape)
    shape = items_of(world, given(world, layer, "shape", "input_shape") or NONE)
    batch = layer.argument("batch_size") or NONE
    return None if shape is None else _declared(world, layer, (batch, *shape))


def given(world: World, layer: Layer, *names: str) -> Value | None:
    """An argument given to a layer under one of some names, whether the layer takes it or not."""
    for name, value in layer.arguments:
        if name in names:
            return value
    for event in reversed(world.events):
        if isinstance(event, Built) and event.layer.id == layer.id:
            return next((value for name, value in event.keywords if name in names), None)
    return None


def declared_input(world: World, first: Value) -> Tensor | None:
    """The input that a first layer declares by input_shape, batch_input_shape or input_dim; None without one."""
    if isinstance(first, Layer) and first.spec.family == "sequential":
        return split_input(world, first)[0]
    if isinstance(first, Layer) and first.spec.family == "model":
        return _tensor(first.argument("inputs") or NONE)
    if not isinstance(first, Layer):
        return None
    batched = items_of(world, given(world, first, "batch_input_shape", "batch_shape") or NONE)
    if batched:
        return _declared(world, first, batched)
    shape = items_of(world, given(world, first, "input_shape") or NONE)
    if shape is None:
        shape = _by_size(world, first)
    if shape is None:
        inner = first.argument("layer")
        return declared_input(world, inner) if isinstance(inner, Layer) else None
    return _declared(world, first, (given(world, first, "batch_size") or NONE, *shape))


def _declared(world: World, first: Layer, shape: tuple[Value, ...]) -> Tensor:
    """The input of a shape that a layer is built with; its axis 0 is the batch."""
    tensor = declared(world, world.unknown() if first.uncertain else shape[0], shape, first.place)
    world.claim(tensor.axes[0], Role.BATCH, Strength.FACT, first.place, "declares the input", kind="input")
    return tensor


def _by_size(world: World, first: Layer) -> tuple[Value, ...] | None:
    """The shape without the batch that input_dim and input_length give."""
    length = given(world, first, "input_length")
    if first.spec.family == "embedding":
        return None if length is None or length == NONE or isinstance(length, Unknown) else (length,)
    width = given(world, first, "input_dim")
    if width is None or width == NONE:
        return None
    return (length or NONE, width) if first.spec.family in RECURRENT_FAMILIES else (width,)


def _evaluate(world: World, model: Layer, children: tuple[Value, ...], source: Value, call: Call) -> Value:
    """Applies the layers in order, each alternative of a layer on its own branch; notes that the model was applied."""
    before = world.path
    ways: list[tuple[Path, Value]] = [(before, source)]
    for child in children:
        ways = [
            (world.path, _step(world, choice, value, call))
            for own, value in ways
            for path, choice in _alternatives(child)
            if compatible(own, path) and _enter(world, own | path)
        ]
        if not ways or len(ways) > CHOICES:
            break
    world.path = before
    output = _joined(world, ways) if 0 < len(ways) <= CHOICES else world.unknown()
    world.emit(Called(place=call.place, layer=model, source=source, state=None, result=output))
    return output


def _enter(world: World, path: Path) -> bool:
    world.path = path
    return True


def _alternatives(child: Value) -> tuple[tuple[Path, Value], ...]:
    if isinstance(child, OneOf):
        return child.choices
    return ((child.path if isinstance(child, Layer) else frozenset(), child),)


def _joined(world: World, ways: list[tuple[Path, Value]]) -> Value:
    path, value = ways[0]
    for other_path, other in ways[1:]:
        value = join(world, path, value, other_path, other)
    return value


def _step(world: World, child: Value, value: Value, call: Call) -> Value:
    """One layer of the model, applied at its own construction. Only the last may return its states."""
    if isinstance(value, Tuple) and value.part == "result" and value.layer is not None:
        needs_tensor(world, value, value.layer.place, f"passed on to `{_named(child)}` by keras.Sequential")
        value = value.items[0]
    if isinstance(child, Unknown):
        return world.unknown()
    place = child.place if isinstance(child, Layer) else call.place
    return apply_layer(world, child, value, replace(call, place=place, name="", args=(), kwargs={}))


def _named(child: Value) -> str:
    return shortened(child.place.text) if isinstance(child, Layer) else "the next layer"


def finish(world: World) -> None:
    """Evaluates every Sequential of a run that nobody used; to be called when the run is over."""
    used = {event.layer.id for event in world.events if isinstance(event, Called)}
    for event in [event for event in world.events if isinstance(event, Built)]:
        model = event.layer
        if model.spec.path != PATH or model.id in used:
            continue
        before, world.path = world.path, model.path
        evaluated(world, model, Call(PATH, (), {}, model.place))
        world.path = before
