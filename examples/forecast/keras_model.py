"""The original: forecasts tomorrow's hourly load of a building from the last two days, in Keras.

An encoder reads the measured history, a decoder reads tomorrow's calendar and starts from the encoder's state. A second head
predicts the whole day's sum from the deeper encoder's last step. The data is generated.
"""

import keras
import numpy as np
from keras import layers

HISTORY, FEATURES = 48, 5
DAY, CALENDAR = 24, 168


def build() -> keras.Model:
    history = keras.Input((HISTORY, FEATURES), name="history")
    calendar = keras.Input((DAY,), dtype="int32", name="calendar")

    features = layers.Conv1D(16, 5, padding="same", activation="relu")(history)
    sequence, h, c = layers.LSTM(32, dropout=0.2, return_sequences=True, return_state=True)(features)
    summary = layers.LSTM(32)(sequence)
    total = layers.Dense(1, name="total")(summary)

    hours = layers.Embedding(CALENDAR, 8)(calendar)
    decoded = layers.LSTM(32, return_sequences=True)(hours, initial_state=[h, c])
    hourly = layers.TimeDistributed(layers.Dense(1), name="hourly")(decoded)
    return keras.Model([history, calendar], [hourly, total])


def generate(days: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(0)
    start = rng.integers(0, CALENDAR, size=(days, 1))
    hours = (start + np.arange(HISTORY + DAY)) % CALENDAR
    load = np.sin(2 * np.pi * hours / 24) + 0.3 * (hours < 120) + 0.1 * rng.normal(size=hours.shape)
    weather = rng.normal(size=(days, HISTORY, FEATURES - 1))
    history = np.concatenate([load[:, :HISTORY, None], weather], axis=2).astype("float32")
    hourly = load[:, HISTORY:, None].astype("float32")
    return [history, hours[:, HISTORY:].astype("int32")], [hourly, hourly.sum(axis=1)]


if __name__ == "__main__":
    inputs, targets = generate(256)
    model = build()
    model.compile(optimizer="adam", loss=["mse", "mse"], loss_weights=[1.0, 0.01])
    model.fit(inputs, targets, batch_size=32, epochs=2, verbose=2)
