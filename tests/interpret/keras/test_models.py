"""Models: layers in order, inputs however declared, and where an output meets a target."""

from __future__ import annotations

import pytest

from lstmlint.events import Called, Fitted, Misplaced, UsedAsTensor
from lstmlint.interpret.keras.losses import loss_path
from lstmlint.interpret.keras.sequential import evaluated, finish
from lstmlint.interpret.ops.trail import ZEROS_BEHIND
from lstmlint.interpret.registry import Call
from lstmlint.values import Const, External, Layer, OneOf, Tensor, Tuple, Unknown, Value
from lstmlint.world import World
from tests.interpret.keras_worlds import (
    At,
    apply,
    build,
    convert,
    deep_shape,
    fit,
    layers_of,
    new_world,
    operate,
    shape,
    tensor,
)


def outcome(world: World, model: Layer) -> tuple[object, object]:
    """The shapes of a model's own input and output."""
    inputs, outputs = evaluated(world, model, Call("", (), {}, At("model")))
    return deep_shape(world, inputs), deep_shape(world, outputs)


def fitted(world: World) -> list[Fitted]:
    """What was fitted."""
    return [event for event in world.events if isinstance(event, Fitted)]


def test_an_empty_model_is_harmless() -> None:
    world = new_world()
    model = layers_of(world)
    assert outcome(world, model)[0] is None
    finish(world)
    assert isinstance(operate(world, "keras.Sequential.fit", model), Unknown)
    assert isinstance(operate(world, "keras.Sequential.pop", model), Unknown)


@pytest.mark.parametrize(
    "first",
    [
        lambda world: [operate(world, "keras.Input", (5, 7)), build(world, "LSTM", 11)],
        lambda world: [operate(world, "keras.Input", shape=[5, 7]), build(world, "LSTM", 11)],
        lambda world: [build(world, "InputLayer", (5, 7)), build(world, "LSTM", 11)],
        lambda world: [build(world, "InputLayer", input_shape=(5, 7)), build(world, "LSTM", 11)],
        lambda world: [build(world, "LSTM", 11, input_shape=(5, 7))],
        lambda world: [build(world, "LSTM", 11, input_dim=7, input_length=5)],
        lambda world: [build(world, "Bidirectional", build(world, "LSTM", 11, input_shape=(5, 7)), merge_mode="sum")],
    ],
)
def test_the_ways_to_declare_an_input(first: object) -> None:
    world = new_world()
    model = layers_of(world, *first(world), build(world, "Dense", 2))  # type: ignore[operator]
    assert outcome(world, model) == ((None, 5, 7), (None, 2))


@pytest.mark.parametrize(
    "first",
    [
        lambda world: [operate(world, "keras.Input", batch_shape=(3, 5, 7)), build(world, "LSTM", 11)],
        lambda world: [operate(world, "keras.Input", (5, 7), 3), build(world, "LSTM", 11)],
        lambda world: [build(world, "InputLayer", batch_shape=(3, 5, 7)), build(world, "LSTM", 11)],
        lambda world: [build(world, "LSTM", 11, batch_input_shape=(3, 5, 7))],
        lambda world: [build(world, "LSTM", 11, input_shape=(5, 7), batch_size=3)],
    ],
)
def test_the_ways_to_declare_an_input_with_its_batch(first: object) -> None:
    world = new_world()
    model = layers_of(world, *first(world), build(world, "Dense", 2))  # type: ignore[operator]
    assert outcome(world, model) == ((3, 5, 7), (3, 2))


def test_layers_are_added_in_order() -> None:
    world = new_world()
    model = layers_of(world)
    operate(world, "keras.Sequential.add", model, build(world, "Embedding", 20, 7, input_length=5))
    operate(world, "keras.Sequential.add", model, build(world, "GRU", 11, return_sequences=True))
    assert outcome(world, model) == ((None, 5), (None, 5, 11))
    operate(world, "keras.Sequential.add", model, build(world, "Dense", 2))
    assert outcome(world, model) == ((None, 5), (None, 5, 2))
    operate(world, "keras.Sequential.pop", model)
    assert outcome(world, model) == ((None, 5), (None, 5, 11))


def test_a_keyword_on_add_is_misplaced() -> None:
    world = new_world()
    layer = build(world, "LSTM", 24)
    operate(world, "keras.Sequential.add", layers_of(world), layer, input_shape=(3, 4))
    misplaced = [event for event in world.events if isinstance(event, Misplaced)]
    assert [(event.keyword, event.layer) for event in misplaced] == [("input_shape", layer)]


def test_without_an_input_the_first_recurrent_layer_tells_the_rank() -> None:
    world = new_world()
    model = layers_of(world, build(world, "LSTM", 11), build(world, "Dense", 2))
    assert outcome(world, model)[1] == (None, 2)
    operate(world, "keras.Sequential.build", model, (None, 5, 7))
    world.heap[model.id] = {"(shape)": convert(world, (None, 5, 7))}
    assert outcome(world, model)[0] == (None, 5, 7)


def test_a_model_is_worked_out_once() -> None:
    world = new_world()
    model = layers_of(world, build(world, "LSTM", 11, input_shape=(5, 7)), build(world, "Dense", 2))
    for name in ("compile", "summary", "fit", "predict"):
        operate(world, f"keras.Sequential.{name}", model, tensor(world, 3, 5, 7))
    finish(world)
    assert len([event for event in world.events if isinstance(event, Called) and event.layer.spec.name == "LSTM"]) == 1


def test_a_model_that_nobody_uses_is_worked_out_in_the_end() -> None:
    world = new_world()
    layers_of(world, build(world, "LSTM", 11, input_shape=(5, 7)))
    assert not [event for event in world.events if isinstance(event, Called)]
    finish(world)
    assert [event.layer.spec.name for event in world.events if isinstance(event, Called)] == ["LSTM", "Sequential"]


def test_a_model_called_on_a_tensor_answers_on_its_axes() -> None:
    world = new_world()
    model = layers_of(world, build(world, "LSTM", 11, return_sequences=True, input_shape=(5, 7)))
    x = tensor(world, 3, 5, 7)
    result = apply(world, model, x)
    assert isinstance(result, Tensor)
    assert result.axes[:2] == x.axes[:2]
    assert {claim.axis for claim in world.claims} >= {x.axes[0].id, x.axes[1].id}


def test_models_inside_models() -> None:
    world = new_world()
    encoder = layers_of(world, build(world, "LSTM", 11, input_shape=(5, 7)))
    both = layers_of(world, encoder, build(world, "RepeatVector", 4), build(world, "Dense", 2))
    assert outcome(world, both) == ((None, 5, 7), (None, 4, 2))


def test_a_functional_model_is_what_was_done_with_its_inputs() -> None:
    world = new_world()
    x = operate(world, "keras.Input", (None, 7))
    result = apply(world, build(world, "LSTM", 11, return_sequences=True), x)
    model = operate(world, "keras.Model", x, result)
    assert isinstance(model, Layer)
    given = tensor(world, 3, 5, 7)
    output = apply(world, model, given)
    assert isinstance(output, Tensor)
    assert output.axes[:2] == given.axes[:2]
    pair = operate(world, "keras.Model", world.new_list([x, x]), world.new_dict({"all": result}))
    assert isinstance(pair, Layer)
    assert apply(world, pair, world.new_list([given, given])) is not None
    assert isinstance(operate(world, "keras.Model"), Unknown)


def test_alternatives_of_a_layer_go_their_own_ways() -> None:
    world = new_world()
    flag = ("truth", "wide")
    wide, narrow = build(world, "Dense", 11), build(world, "Dense", 2)
    choice = OneOf(((frozenset({(flag, True)}), wide), (frozenset({(flag, False)}), narrow)))
    model = layers_of(world, build(world, "LSTM", 5, input_shape=(5, 7)), choice, choice)
    assert outcome(world, model)[1] == (None, None)
    calls = [event for event in world.events if isinstance(event, Called) and event.layer.spec.name == "Dense"]
    assert sorted(event.layer.spec.name for event in calls) == ["Dense"] * 4


def test_states_inside_a_sequential_are_noticed_at_the_layer() -> None:
    world = new_world()
    layer = build(world, "LSTM", 11, return_state=True, input_shape=(5, 7))
    assert outcome(world, layers_of(world, layer, build(world, "Dense", 2)))[1] == (None, 2)
    used = [event for event in world.events if isinstance(event, UsedAsTensor)]
    assert [event.place for event in used] == [layer.place]
    assert outcome(world, layers_of(world, layer))[1] == ((None, 11), (None, 11), (None, 11))


def test_an_unknown_layer_makes_the_output_unknown() -> None:
    world = new_world()
    model = layers_of(world, build(world, "LSTM", 11, input_shape=(5, 7)), world.unknown(), build(world, "Dense", 2))
    output = evaluated(world, model, Call("", (), {}, At("model")))[1]
    assert not isinstance(output, Tensor)


@pytest.mark.parametrize(
    "given, path",
    [
        (Const("mse"), "MeanSquaredError"),
        (Const("mean_squared_error"), "MeanSquaredError"),
        (Const("MeanSquaredError"), "MeanSquaredError"),
        (Const("sparse_categorical_crossentropy"), "SparseCategoricalCrossentropy"),
        (External("keras.losses.mae"), "MeanAbsoluteError"),
        (External("keras.losses.Huber"), "Huber"),
    ],
)
def test_the_ways_to_name_a_loss(given: Value, path: str) -> None:
    assert loss_path(given) == f"keras.losses.{path}"


def test_other_losses_have_no_path() -> None:
    world = new_world()
    assert loss_path(Const("of my own")) is None
    assert loss_path(world.unknown()) is None
    assert loss_path(None) is None
    assert loss_path(Const(None)) is None


def test_fit_meets_the_target() -> None:
    world = new_world()
    model = layers_of(world, build(world, "LSTM", 11, input_shape=(5, 7)), build(world, "Dense", 2))
    fit(world, model, "mse", tensor(world, 30, 5, 7), tensor(world, 30, 2))
    (event,) = fitted(world)
    assert (event.loss, shape(event.output), shape(event.target)) == ("keras.losses.MeanSquaredError", (30, 2), (30, 2))


def test_outputs_meet_targets_by_name_and_by_position() -> None:
    world = new_world()
    x = operate(world, "keras.Input", (5, 7))
    one, other = (apply(world, build(world, "Dense", n), apply(world, build(world, "LSTM", 11), x)) for n in (1, 2))
    model = operate(world, "keras.Model", x, world.new_dict({"price": one, "trend": other}))
    assert isinstance(model, Layer)
    losses = world.new_dict({"price": Const("mse"), "trend": Const("sparse_categorical_crossentropy")})
    targets = world.new_dict({"trend": tensor(world, 30), "price": tensor(world, 30, 1)})
    fit(world, model, losses, tensor(world, 30, 5, 7), targets)
    found = {(str(event.loss).rpartition(".")[2], shape(event.output), shape(event.target)) for event in fitted(world)}
    assert found == {("MeanSquaredError", (30, 1), (30, 1)), ("SparseCategoricalCrossentropy", (30, 2), (30,))}
    world.events.clear()
    model = operate(world, "keras.Model", x, world.new_list([one, other]))
    assert isinstance(model, Layer)
    fit(
        world,
        model,
        ["mse", "mae"],
        tensor(world, 30, 5, 7),
        world.new_list([tensor(world, 30, 1), tensor(world, 30, 2)]),
    )
    assert [str(event.loss).rpartition(".")[2] for event in fitted(world)] == ["MeanSquaredError", "MeanAbsoluteError"]


def test_a_pipeline_brings_inputs_and_targets() -> None:
    world = new_world()
    data = "tf.data.Dataset"
    pairs = operate(world, f"{data}.from_tensor_slices", Tuple((tensor(world, 30, 5, 7), tensor(world, 30, 1))))
    pairs = operate(world, f"{data}.batch", operate(world, f"{data}.shuffle", pairs, 100), 6)
    model = layers_of(world, build(world, "LSTM", 11, input_shape=(5, 7)), build(world, "Dense", 1))
    operate(world, "keras.Sequential.compile", model, "adam", "mse")
    operate(world, "keras.Sequential.fit", model, pairs)
    (event,) = fitted(world)
    assert (shape(event.output), shape(event.target)) == ((None, 1), (None, 1))


def test_data_helpers() -> None:
    world = new_world()
    assert shape(operate(world, "keras.utils.to_categorical", tensor(world, 30), 4)) == (30, 4)
    assert shape(operate(world, "keras.utils.to_categorical", tensor(world, 30, 1), num_classes=4)) == (30, 4)
    assert shape(operate(world, "keras.utils.pad_sequences", world.unknown(), maxlen=9)) == (None, 9)
    windows = operate(
        world, "keras.utils.timeseries_dataset_from_array", tensor(world, 100, 7), tensor(world, 100), sequence_length=9
    )
    assert isinstance(windows, Layer)
    element = windows.argument("element")
    assert element is not None
    assert deep_shape(world, element) == ((None, 9, 7), (None,))
    data = "tf.data.Dataset"
    one = operate(world, f"{data}.from_tensors", tensor(world, 5, 7))
    unbatched = operate(world, f"{data}.unbatch", one)
    joined = operate(world, f"{data}.zip", Tuple((one, unbatched)))
    assert isinstance(joined, Layer)
    zipped = joined.argument("element")
    assert zipped is not None
    assert deep_shape(world, zipped) == ((5, 7), (7,))


def ids_of(world: World, **batched: object) -> tuple[bool, ...]:
    """Whether zeros stand behind each part of what a pipeline of ids, vectors of 3 numbers and labels yields."""
    data = "tf.data.Dataset"
    specs = [operate(world, "tf.TensorSpec", (None,)), operate(world, "tf.TensorSpec", (3,))]
    signature = Tuple((*specs, operate(world, "tf.TensorSpec", ())))
    pipeline = operate(world, f"{data}.from_generator", world.unknown(), output_signature=signature)
    pipeline = operate(world, f"{data}.padded_batch", pipeline, 6, **batched)
    assert isinstance(pipeline, Layer)
    element = pipeline.argument("element")
    assert isinstance(element, Tuple)
    assert deep_shape(world, element) == ((None, None), (None, 3), (None,))
    return tuple(isinstance(item, Tensor) and item.noted(ZEROS_BEHIND) is not None for item in element.items)


def test_a_padded_batch_ends_in_zeros_unless_it_is_told_what_to_end_in() -> None:
    world = new_world()
    assert ids_of(world, padding_values=(-1, 0.0, 0)) == (False, False, False)
    assert ids_of(world, padding_values=world.unknown()) == (False, False, False)
    assert ids_of(world) == (True, False, False)
    assert ids_of(world, padding_values=(0, 0.0, 0)) == (True, False, False)


def test_a_folder_of_texts() -> None:
    world = new_world()
    read = "keras.utils.text_dataset_from_directory"
    assert isinstance(operate(world, read, "reviews", batch_size=None), Unknown)
    assert isinstance(operate(world, read, "reviews", subset="both", validation_split=0.2), Unknown)
    pairs, alone = operate(world, read, "reviews"), operate(world, read, "reviews", label_mode=None, batch_size=8)
    assert isinstance(pairs, Layer) and isinstance(alone, Layer)
    element = pairs.argument("element")
    assert isinstance(element, Tuple)
    assert (shape(element.items[0]), len(element.items)) == ((None,), 2)
    assert shape(alone.argument("element") or world.unknown()) == (None,)
