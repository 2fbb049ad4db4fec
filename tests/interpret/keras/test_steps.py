"""A step of training that the program writes itself: what `fit` gives it, and what meets what in it."""

from __future__ import annotations

import pytest

from lstmlint.events import Event, Fitted, LossTaken, Unpacked
from lstmlint.events.keras import Averaged
from lstmlint.interpret.keras.losses import of_same_rank
from lstmlint.values import Role, Tensor, Tuple
from lstmlint.world import World
from tests.checks.found import assert_found, assert_silent
from tests.interpret.keras_worlds import new_world, shape, tensor
from tests.interpret.programs import world_of

EXTRA, MISSING = "keras-extra-return-sequences", "keras-missing-return-sequences"
MODEL = """
    import keras, numpy as np, tensorflow as tf
    from keras import layers

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.loss_function = keras.losses.MeanSquaredError()
            self.rnn = layers.LSTM(8, return_sequences=True){mark}
            self.head = layers.Dense(1)

        def call(self, x):
            return self.head(self.rnn(x))

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                prediction = self(x, training=True)
                loss = {loss}
            return {{"loss": loss}}

    x = np.zeros((24, 14, 3))
    y = np.zeros({target})
    net = Net()
    net.compile(optimizer="adam", loss="mse")
    {fit}
"""
FIT = "net.fit(x, y, batch_size=8)"
LOSSES = (
    "self.loss_function(y, prediction)",
    "self.compute_loss(x, y, prediction)",
    "self.compute_loss(y=y, y_pred=prediction)",
    "self.compiled_loss(y, prediction, regularization_losses=self.losses)",
    "self.loss(y, prediction)",
    "keras.losses.MeanSquaredError()(y, prediction)",
    "tf.reduce_mean(keras.losses.mean_squared_error(y, prediction))",
)
FITS = (
    FIT,
    "net.train_on_batch(x, y)",
    "net.fit(tf.data.Dataset.from_tensor_slices((x, y)).shuffle(24).batch(8))",
)


def program(loss: str = LOSSES[0], target: str = "(24, 1)", fit: str = FIT, mark: str = "") -> str:
    """The model with a loss in its step, a shape of the target, and a way to run it."""
    return MODEL.format(loss=loss, target=target, fit=fit, mark=mark)


def given_to_step(world: World) -> list[Tensor]:
    """What the step unpacks as `x, y`."""
    batches = [event.value for event in world.events if isinstance(event, Unpacked) and event.names == ("x", "y")]
    return [item for batch in batches if isinstance(batch, Tuple) for item in batch.items if isinstance(item, Tensor)]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("fit", FITS)
def test_a_value_for_each_step_is_right(loss: str, fit: str) -> None:
    assert_silent(program(loss, "(24, 14, 1)", fit))


@pytest.mark.parametrize(
    "loss",
    [
        "self.loss_function(y, tf.reduce_mean(prediction, axis=1))",
        "self.loss_function(y, prediction[:, -1])",
        "self.loss_function(x[:, 1:], prediction[:, :-1])",
    ],
)
def test_a_step_does_with_the_output_what_it_wants(loss: str) -> None:
    assert_silent(program(loss))


def test_a_step_with_the_state_of_another_backend_is_not_taken() -> None:
    text = program().replace("def train_step(self, data):", "def train_step(self, state, data):")
    assert not [event for event in world_of(text).events if isinstance(event, LossTaken) and event.inside[0].given]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("fit", FITS)
def test_one_value_for_each_sample_is_not(loss: str, fit: str) -> None:
    assert_found(program(loss, "(24, 1)", fit, "  # error"), EXTRA)


def test_evaluation_has_a_step_of_its_own() -> None:
    text = program(fit="net.evaluate(x, y)", mark="  # error").replace("train_step", "test_step")
    assert_found(text, EXTRA)


def test_compile_s_loss_is_only_used_by_a_step_that_asks_for_it() -> None:
    fits = [event for event in world_of(program()).events if isinstance(event, Fitted)]
    assert [event.loss for event in fits] == [None]
    fits = [event for event in world_of(program(LOSSES[1])).events if isinstance(event, Fitted)]
    assert [event.loss for event in fits] == [None, "keras.losses.MeanSquaredError"]


def test_arrays_are_cut_into_batches() -> None:
    world = world_of(program())
    x, y = given_to_step(world)
    assert x.axes[0].id == y.axes[0].id and x.axes[0].size.known is None
    assert (shape(x)[1:], shape(y)[1:]) == ((14, 3), (1,))
    assert any(claim.axis == x.axes[0].id and claim.role is Role.BATCH for claim in world.claims)


def test_a_batch_is_not_cut_again() -> None:
    x, y = given_to_step(world_of(program(fit="net.train_on_batch(x, y)")))
    assert (shape(x), shape(y)) == ((24, 14, 3), (24, 1))


def test_arrays_without_targets_are_inputs_together() -> None:
    unpacked = "inputs, = data\n            x, y = inputs"
    x, y = given_to_step(world_of(program(fit="net.fit((x, y), batch_size=8)").replace("x, y = data", unpacked)))
    assert x.axes[0].id == y.axes[0].id
    assert (shape(x)[1:], shape(y)[1:]) == ((14, 3), (1,))


def test_a_batch_taken_apart_by_keras() -> None:
    unpacked = "x, y, weights = keras.utils.unpack_x_y_sample_weight(data)"
    text = program(LOSSES[2], mark="  # error").replace("x, y = data", unpacked)
    assert_found(text, EXTRA)


SUPER = """
    import keras, numpy as np, tensorflow as tf
    from keras import layers

    class Net(keras.Model):
        def train_step(self, data):
            x, y = data
            return super().train_step((x + tf.random.normal(tf.shape(x)), y))

    inputs = keras.Input((14, 3))
    net = Net(inputs, layers.Dense(1)(layers.GRU(8, return_sequences={sequences})(inputs))){mark}
    net.compile(optimizer="adam", loss="mse")
    net.fit(np.zeros((24, 14, 3)), np.zeros((24, 14, 1)))
"""


def test_keras_own_step_with_other_inputs() -> None:
    assert_silent(SUPER.format(sequences="True", mark=""))
    assert_found(SUPER.format(sequences="False", mark="  # error"), MISSING)


COMPILED = """
    import keras, numpy as np, tensorflow as tf
    from keras import layers

    class Net(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def compile(self, optimizer, loss_function):
            super().compile(optimizer=optimizer)
            self.loss_function = loss_function

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.loss_function(y, self.inner(x, training=True))
            return {{"loss": loss}}

    inner = keras.Sequential([layers.GRU(8, return_sequences={sequences}), layers.Dense(1)]){mark}
    net = Net(inner)
    net.compile("adam", keras.losses.MeanAbsoluteError())
    net.fit(np.zeros((24, 14, 3)), np.zeros((24, 14, 1)))
"""


def test_a_compile_of_its_own_keeps_what_it_was_given() -> None:
    assert_silent(COMPILED.format(sequences="True", mark=""))
    assert_found(COMPILED.format(sequences="False", mark="  # error"), MISSING)


AVERAGED = """
    import keras, tensorflow as tf
    from keras import layers

    def distance(one, other):
        return {loss}

    inputs = keras.Input((14, 3))
    one = layers.Dense(1)(layers.LSTM(8)(inputs))
    distance(one, keras.Input((14,)))
"""


@pytest.mark.parametrize(
    "loss",
    [
        "tf.reduce_max(tf.square(one - other))",
        "tf.reduce_mean(one + other)",
        "tf.square(one - other)",
        "tf.reduce_mean(one - 1)",
    ],
)
def test_no_mean_of_a_difference(loss: str) -> None:
    assert not [event for event in world_of(AVERAGED.format(loss=loss)).events if is_average(event)]


def is_average(event: Event) -> bool:
    """True where the mean of a difference was taken."""
    return isinstance(event, Averaged)


@pytest.mark.parametrize(
    "loss",
    [
        "tf.reduce_mean(tf.square(one - other))",
        "tf.reduce_mean((other - one) ** 2)",
        "keras.ops.mean(keras.ops.abs(one - other), axis=-1)",
        "tf.reduce_mean(tf.math.squared_difference(one, other))",
        "tf.sqrt(tf.reduce_mean(tf.subtract(one, other) ** 2))",
    ],
)
def test_the_mean_of_a_difference(loss: str) -> None:
    found = [event for event in world_of(AVERAGED.format(loss=loss)).events if is_average(event)]
    assert len(found) == 1 and isinstance(found[0], Averaged)
    assert {shape(part)[1:] for part in found[0].parts} == {(1,), (14,)}


@pytest.mark.parametrize(
    ("target", "prediction", "expected"),
    [
        ((3, 5), (3, 5), ((3, 5), (3, 5))),
        ((3, 5), (3, 5, 1), ((3, 5), (3, 5))),
        ((3, 5, 1), (3, 5), ((3, 5), (3, 5))),
        ((3,), (3, 1), ((3, 1), (3, 1))),
        ((3, 5), (3, 5, 2), ((3, 5), (3, 5, 2))),
        ((3,), (3, 5, 1), ((3,), (3, 5, 1))),
    ],
)
def test_a_loss_function_gets_one_rank(
    target: tuple[int, ...], prediction: tuple[int, ...], expected: tuple[tuple[int, ...], ...]
) -> None:
    world = new_world()
    given = of_same_rank(tensor(world, *target), tensor(world, *prediction))
    assert tuple(shape(one) for one in given if isinstance(one, Tensor)) == expected
