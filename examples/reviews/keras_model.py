"""The original: rates a product review from its title and its text, in Keras. The data is generated."""

import keras
import numpy as np
from keras import layers
from keras.models import Sequential

WORDS, TITLE, TEXT, RATINGS = 500, 8, 60, 5


def title_reader() -> keras.Model:
    model = Sequential(name="title")
    model.add(keras.Input((TITLE,), dtype="int32"))
    model.add(layers.Embedding(WORDS, 16))
    model.add(layers.Bidirectional(layers.LSTM(24)))
    return model


def text_reader() -> keras.Model:
    model = Sequential(name="text")
    model.add(keras.Input((TEXT,), dtype="int32"))
    model.add(layers.Embedding(WORDS, 32))
    model.add(layers.GRU(32, return_sequences=True))
    model.add(layers.GRU(32))
    return model


def build() -> keras.Model:
    title = keras.Input((TITLE,), dtype="int32")
    text = keras.Input((TEXT,), dtype="int32")
    both = layers.Concatenate()([title_reader()(title), text_reader()(text)])
    both = layers.Dropout(0.3)(layers.Dense(32, activation="relu")(both))
    return keras.Model([title, text], layers.Dense(RATINGS, activation="softmax")(both))


def generate(reviews: int) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(0)
    rating = rng.integers(0, RATINGS, size=reviews)
    title = rng.integers(0, WORDS // 2, size=(reviews, TITLE)) + rating[:, None] * 50
    text = rng.integers(0, WORDS, size=(reviews, TEXT))
    return [title.astype("int32"), text.astype("int32")], rating


if __name__ == "__main__":
    inputs, targets = generate(256)
    model = build()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(inputs, targets, batch_size=32, epochs=2, verbose=2)
