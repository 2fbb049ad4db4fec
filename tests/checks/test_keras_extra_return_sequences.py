"""A sequence where one vector is wanted: quiet programs first."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.checks.found import assert_found, assert_silent

RULE = "keras-extra-return-sequences"
HEAD = dedent("""
    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers
    windows = np.random.rand(40, 14, 3)
    """)


def model(loss: str, target: str, *rest: str) -> str:
    """A model of one recurrent layer and others, fitted to a target."""
    between = ", ".join(rest)
    return HEAD + dedent(f"""
        model = keras.Sequential([keras.Input((14, 3)), layers.LSTM(8, return_sequences=True), {between}])  # error
        model.compile("adam", {loss})
        model.fit(windows, {target})
        """)


QUIET = {
    "a value for each step": ("'mse'", "np.zeros((40, 14, 1))", "layers.Dense(1)"),
    "a value for each step, without an axis for it": ("'mse'", "np.zeros((40, 14))", "layers.Dense(1)"),
    "labels for each step": (
        "'sparse_categorical_crossentropy'",
        "np.random.randint(0, 5, (40, 14))",
        "layers.Dense(5, activation='softmax')",
    ),
    "pooled": ("'mse'", "np.zeros((40, 1))", "layers.GlobalAveragePooling1D()", "layers.Dense(1)"),
    "flattened": ("'mse'", "np.zeros((40,))", "layers.Flatten()", "layers.Dense(1)"),
    "cut": ("'mse'", "np.zeros((40,))", "layers.Lambda(lambda t: t[:, -1])", "layers.Dense(1)"),
    "another recurrent layer": ("'mse'", "np.zeros((40, 1))", "layers.GRU(4)", "layers.Dense(1)"),
    "a target that nobody knows": ("'mse'", "np.load('target.npy')", "layers.Dense(1)"),
    "as many values as nobody knows": ("'mse'", "np.zeros((40, int(input())))", "layers.Dense(1)"),
    "a loss of the program's own": ("lambda true, predicted: 0.0", "np.zeros((40, 5))", "layers.Dense(20)"),
    "no loss": ("None", "np.zeros((40, 1))", "layers.Dense(1)"),
    "repeated and decoded": (
        "'mse'",
        "np.zeros((40, 6, 1))",
        "layers.LSTM(4)",
        "layers.RepeatVector(6)",
        "layers.LSTM(4, return_sequences=True)",
        "layers.Dense(1)",
    ),
}
WRONG = {
    "mse, one value": ("'mse'", "np.zeros((40, 1))", "layers.Dense(1)"),
    "mae, a flat target": ("'mae'", "np.zeros(40)", "layers.Dropout(0.1)", "layers.Dense(1)"),
    "a loss object, a vector": ("keras.losses.Huber()", "np.zeros((40, 3))", "layers.Dense(3)"),
    "binary": ("'binary_crossentropy'", "np.random.randint(0, 2, (40, 1))", "layers.Dense(1, activation='sigmoid')"),
    "class numbers": ("'sparse_categorical_crossentropy'", "np.random.randint(0, 5, size=40)", "layers.Dense(5)"),
    "class numbers in a column": (
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        "np.random.randint(0, 5, (40, 1))",
        "layers.Dense(5)",
    ),
    "classes": (
        "'categorical_crossentropy'",
        "keras.utils.to_categorical(np.random.randint(0, 5, 40), 5)",
        "layers.Dense(5)",
        "layers.Activation('softmax')",
    ),
    "fewer values than steps": ("'mse'", "np.zeros((40, 7))", "layers.Dense(1)"),
}


@pytest.mark.parametrize("parts", QUIET.values(), ids=QUIET)
def test_silent(parts: tuple[str, ...]) -> None:
    assert_silent(model(*parts), RULE)


@pytest.mark.parametrize("parts", WRONG.values(), ids=WRONG)
def test_found(parts: tuple[str, ...]) -> None:
    (finding,) = assert_found(model(*parts), RULE)
    assert "every step" in finding.message
    assert "against" in finding.because[0].text


FURTHER = {
    "the last of several, in a functional model": """
        x = keras.Input((14, 3))
        h = layers.Bidirectional(layers.GRU(8, return_sequences=True))(x)
        h = layers.Bidirectional(layers.GRU(4, return_sequences=True))(h)  # error
        model = keras.Model(x, layers.Dense(1)(layers.BatchNormalization()(h)))
        model.compile("adam", "mse")
        model.train_on_batch(windows, np.ones((40, 1)))
        """,
    "fitted and evaluated is one finding": """
        model = keras.Sequential()
        model.add(layers.LSTM(8, return_sequences=True, input_shape=(None, 3)))  # error
        model.add(layers.Dense(1))
        model.compile(loss=keras.losses.mean_squared_error, optimizer="adam")
        model.fit(windows, np.ones((40, 1)))
        model.evaluate(windows, np.ones((40, 1)))
        """,
    "a pipeline": """
        data = tf.data.Dataset.from_tensor_slices((windows, np.zeros((40, 1)))).shuffle(40).batch(8)
        model = keras.Sequential([keras.Input((14, 3)), layers.GRU(8, return_sequences=True), layers.Dense(1)])  # error
        model.compile("adam", "mse")
        model.fit(data)
        """,
    "a class": """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.rnn = layers.LSTM(8, return_sequences=True)  # error
                self.head = layers.Dense(1)

            def call(self, x):
                return self.head(self.rnn(x))

        model = Net()
        model.compile("adam", "mse")
        model.fit(windows, np.zeros((40, 1)))
        """,
    "a loop of one's own": """
        model = keras.Sequential([layers.LSTM(8, return_sequences=True, input_shape=(14, 3)), layers.Dense(1)])  # error
        compare = keras.losses.MeanSquaredError()
        for epoch in range(3):
            with tf.GradientTape() as tape:
                loss = compare(np.zeros((40, 1)), model(windows, training=True))
        """,
    "one of two outputs": """
        x = keras.Input((14, 3))
        h = layers.LSTM(8, return_sequences=True)(x)  # error
        each, one = layers.Dense(2, name="each")(h), layers.Dense(1, name="one")(h)
        model = keras.Model(x, [each, one])
        model.compile("adam", ["mse", "mae"])
        model.fit(windows, [np.zeros((40, 14, 2)), np.zeros((40, 1))])
        """,
    "repeated": """
        model = keras.Sequential([
            keras.Input((14, 3)),
            layers.LSTM(8, return_sequences=True),  # error
            layers.RepeatVector(5),
            layers.LSTM(8),
        ])
        """,
}


@pytest.mark.parametrize("text", FURTHER.values(), ids=FURTHER)
def test_found_elsewhere(text: str) -> None:
    assert len(assert_found(HEAD + dedent(text), RULE)) == 1
