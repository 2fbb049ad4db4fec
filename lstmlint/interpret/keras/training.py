"""compile, fit and their kin: where a Keras model's output meets a loss and targets."""

from __future__ import annotations

from lstmlint.events import Fitted
from lstmlint.events.keras import Compiled
from lstmlint.interpret.keras.arrays import get_weights
from lstmlint.interpret.keras.callbacks import introduce
from lstmlint.interpret.keras.inputs import items_of
from lstmlint.interpret.keras.losses import loss_path, of_same_rank, reads_logits
from lstmlint.interpret.keras.replay import flat
from lstmlint.interpret.keras.runs import tell_run
from lstmlint.interpret.keras.sequential import LOSS, as_model, evaluated, record, remember, split_input
from lstmlint.interpret.keras.steps import own_step, take_step
from lstmlint.interpret.registry import APPLICATIONS, Call, operation
from lstmlint.sizes import Opaque, Size
from lstmlint.values import (
    NONE,
    Bound,
    DictRef,
    Function,
    Instance,
    Layer,
    ListRef,
    Method,
    Num,
    OneOf,
    Partial,
    Tuple,
    Value,
)
from lstmlint.world import World

KINDS = ("keras.Sequential", "keras.Model")


def _methods(*names: str) -> tuple[str, ...]:
    return tuple(f"{kind}.{name}" for kind in KINDS for name in names)


@operation(*_methods("compile"))
def compile_model(world: World, call: Call) -> Value:
    """Keeps the loss; a Sequential is worked out now at the latest."""
    owner, loss = call.owner, call.arg(2, "loss")
    model = as_model(world, owner)
    address = model.id if model is not None else owner.address if isinstance(owner, Instance) else None
    if address is not None and loss is not None:
        remember(world, address, loss=loss)
    if model is None:
        return NONE
    sequential = model.spec.family == "sequential"
    output = evaluated(world, model, call)[1] if sequential else model.argument("outputs")
    tell_compiled(world, model.id, output or world.unknown(), call)
    return NONE


def tell_compiled(world: World, address: int, output: Value, call: Call) -> None:
    """Tells which loss was given to compile for each output of a model; nothing for one that was not compiled."""
    loss = record(world, address).get(LOSS)
    for one_output, _, key in _outputs_and_targets(world, output, None):
        for one_loss in _losses(world, loss, key):
            flag = reads_logits(one_loss)
            world.emit(Compiled(place=call.place, output=one_output, loss_value=one_loss, from_logits=flag))
            _call_own(world, one_loss, world.unknown(), one_output, call)


@operation(*_methods("summary", "count_params", "get_weights", "set_weights", "save", "load_weights"))
def show_model(world: World, call: Call) -> Value:
    """A Sequential is worked out by anything that needs its weights."""
    model = as_model(world, call.owner)
    if model is not None and model.spec.family == "sequential":
        evaluated(world, model, call)
    return get_weights(world, call) if call.name.endswith("get_weights") else world.unknown()


@operation(*_methods("fit", "train_on_batch", "test_on_batch", "evaluate"))
def fit_model(world: World, call: Call) -> Value:
    """fit(x, y) or fit(dataset): the output on x meets y under the loss given to compile, or the program's own step."""
    owner, data, targets = call.owner, call.arg(1, "x"), call.arg(2, "y")
    inputs, element = data, data
    if targets is None or targets == NONE:
        element = element_of(world, data, call)
        inputs, targets = _parts_of(world, data, element)
    introduce(world, call)
    if inputs is None:
        return world.unknown()
    output = _applied(world, owner, inputs, call)
    tell_run(world, call, data or inputs, inputs, output)
    step = own_step(world, call)
    known = targets if targets is not None and targets != NONE else world.unknown()
    _meet(world, _compiled_loss(world, owner) if step is None else None, inputs, output, known, call)
    if step is not None and element is not None:
        take_step(world, step, data, element, call)
    return world.unknown()


@operation(*_methods("train_step", "test_step"))
def keras_step(world: World, call: Call) -> Value:
    """Keras' own step, as a step of the program calls it: `super().train_step(data)`."""
    inputs, targets = pair_of(world, call.arg(1, "data"))
    if inputs is not None and targets is not None:
        output = _applied(world, call.owner, inputs, call)
        _meet(world, _compiled_loss(world, call.owner), inputs, output, targets, call)
    return world.unknown()


@operation(*_methods("compute_loss"))
def compute_loss(world: World, call: Call) -> Value:
    """compute_loss(x, y, y_pred): the loss given to compile, in a step of the program."""
    return _held_against(world, call.arg(1, "x"), call.arg(2, "y"), call.arg(3, "y_pred"), call)


@operation(*_methods("compiled_loss", "loss"))
def compiled_loss(world: World, call: Call) -> Value:
    """compiled_loss(y, y_pred), and `loss` where that is what was given to compile."""
    return _held_against(world, None, call.arg(1, "y_true", "y"), call.arg(2, "y_pred"), call)


def _held_against(
    world: World, inputs: Value | None, target: Value | None, prediction: Value | None, call: Call
) -> Value:
    if target is not None and prediction is not None:
        loss = _compiled_loss(world, call.owner)
        _meet(world, loss, inputs or world.unknown(), prediction, target, call)
    return world.unknown()


def _compiled_loss(world: World, owner: Value) -> Value | None:
    """What was given to compile as the loss of a model."""
    model = as_model(world, owner)
    address = model.id if model is not None else owner.address if isinstance(owner, Instance) else 0
    return record(world, address).get(LOSS)


@operation(*_methods("predict", "predict_on_batch", "__call__", "call"))
def predict(world: World, call: Call) -> Value:
    """The output on x, as an array."""
    data = call.arg(1, "x", "inputs")
    inputs = _parts_of(world, data, element_of(world, data, call))[0]
    if inputs is None:
        return world.unknown()
    output = _applied(world, call.owner, inputs, call)
    tell_run(world, call, data or inputs, inputs, output)
    return output


def element_of(world: World, data: Value | None, call: Call) -> Value | None:
    """What one step gets out of a data set, a keras.utils.Sequence or a generator; anything else is data itself."""
    if isinstance(data, Layer) and data.spec.family == "dataset":
        return data.argument("element")
    if isinstance(data, Instance) and world.apply is not None:
        number = Num(Size.symbol(Opaque(("batch", world.number()))))
        return world.apply(Method(data, "__getitem__"), Call("__getitem__", (number,), {}, call.place))
    if isinstance(data, ListRef) and world.is_open(data) and len(world.items(data)) == 1:
        return world.items(data)[0]
    return data


def _parts_of(world: World, data: Value | None, element: Value | None) -> tuple[Value | None, Value | None]:
    """Inputs and targets where none are given by themselves: a tuple of arrays is all inputs, an element is a pair."""
    return (data, None) if element is data else pair_of(world, element)


def pair_of(world: World, element: Value | None) -> tuple[Value | None, Value | None]:
    """Inputs and targets of a data set's element: `(x, y)` or `(x, y, weights)`."""
    parts = items_of(world, element) if isinstance(element, Tuple) else None
    if parts is None or not 2 <= len(parts) <= 3:
        return element, None
    return parts[0], parts[1]


def _applied(world: World, owner: Value, inputs: Value, call: Call) -> Value:
    """The output of a model or of an object of a derived class."""
    inner = Call("", (inputs,), {}, call.place)
    model = as_model(world, owner)
    if model is not None:
        if model.spec.family == "sequential" and split_input(world, model)[0] is not None:
            evaluated(world, model, call)
        return APPLICATIONS[model.spec.path](world, model, inner)
    return world.unknown() if world.apply is None else world.apply(owner, inner)


def _meet(world: World, loss: Value | None, inputs: Value, output: Value, targets: Value | None, call: Call) -> None:
    """Says which output meets which target under which loss, for each output of the model."""
    for one_output, one_target, key in _outputs_and_targets(world, output, targets):
        for one_loss in _losses(world, loss, key) or (None,):
            world.emit(
                Fitted(
                    place=call.place,
                    loss=loss_path(one_loss),
                    inputs=inputs,
                    output=one_output,
                    target=one_target,
                    loss_value=one_loss,
                    from_logits=reads_logits(one_loss),
                )
            )
            _call_own(world, one_loss, one_target, one_output, call)


def _outputs_and_targets(world: World, output: Value, targets: Value | None) -> list[tuple[Value, Value, object]]:
    """Each output with its target and its key; without targets, each with an unknown one."""
    if isinstance(output, DictRef) and (targets is None or isinstance(targets, DictRef)):
        theirs = world.entries(output) if targets is None else world.entries(targets)
        return [(own, theirs[key], key) for key, own in world.entries(output).items() if key in theirs]
    several = isinstance(output, (Tuple, ListRef)) and not (isinstance(output, Tuple) and output.part == "result")
    if several and (targets is None or isinstance(targets, (Tuple, ListRef))):
        mine = flat(world, output)
        theirs_in_order = mine if targets is None else flat(world, targets)
        if len(mine) == len(theirs_in_order):
            return [(a, b, n) for n, (a, b) in enumerate(zip(mine, theirs_in_order, strict=True))]
    return [] if several or isinstance(output, DictRef) else [(output, targets or world.unknown(), None)]


def _losses(world: World, loss: Value | None, key: object) -> tuple[Value, ...]:
    """The loss of one output; several where branches chose it."""
    own = _loss_for(world, loss, key)
    if isinstance(own, OneOf):
        return tuple(choice for _, choice in own.choices)
    return () if own is None else (own,)


def _call_own(world: World, loss: Value | None, target: Value, output: Value, call: Call) -> None:
    """A loss that the program defines is called as Keras would call it; a function gets two tensors of one rank."""
    if isinstance(loss, (Function, Bound, Partial, Instance)) and world.apply is not None:
        given = (target, output) if isinstance(loss, Instance) else of_same_rank(target, output)
        world.apply(loss, Call("", given, {}, call.place))


def _loss_for(world: World, loss: Value | None, key: object) -> Value | None:
    """The loss of one output: the only one there is, or that at its key or position."""
    if isinstance(loss, DictRef):
        return world.entries(loss).get(key) if isinstance(key, str) else None
    parts = items_of(world, loss) if loss is not None else None
    if parts is not None:
        return parts[key] if isinstance(key, int) and key < len(parts) else parts[0] if len(parts) == 1 else None
    return loss
