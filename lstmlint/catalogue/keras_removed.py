"""What current Keras no longer has: classes, modules, arguments and methods that older programs still name.

`tf.keras` of TensorFlow 2.16 and later is Keras 3. That the installed Keras has none of it is held by a test; the
versions were read off the packages `keras` 2.2 to 2.15. `tf.keras` never had some of what `keras` had until then.
"""

from __future__ import annotations

from lstmlint.lean import dataclass


@dataclass(frozen=True)
class Removed:
    """Something that Keras lacks since a version, and what to write instead."""

    since: tuple[int, ...]
    cure: str


_MOVED = "import it from `keras.layers`"
_OLD_MODULES = "recurrent recurrent_v2 cudnn_recurrent convolutional_recurrent embeddings wrappers merge local"
_MODULES = "rnn core convolutional pooling normalization noise"

NAMES: dict[str, Removed] = {
    "keras.layers.CuDNNLSTM": Removed((2, 13), "write `LSTM`, which takes the fused kernel by itself"),
    "keras.layers.CuDNNGRU": Removed((2, 13), "write `GRU`, which takes the fused kernel by itself"),
    "keras.layers.AbstractRNNCell": Removed((3,), "derive the cell from `keras.layers.Layer` and give it `state_size`"),
    "keras.layers.TimeDistributedDense": Removed((2,), "write `TimeDistributed(Dense(...))`"),
    **{f"keras.layers.{name}": Removed((2, 9), _MOVED) for name in f"{_OLD_MODULES} advanced_activations".split()},
    **{f"keras.layers.{name}": Removed((2, 13), _MOVED) for name in _MODULES.split()},
    "keras.engine": Removed((2, 13), "import it from `keras` or `keras.layers`"),
    "keras.utils.np_utils": Removed((2, 13), "import it from `keras.utils`"),
    "keras.objectives": Removed((2, 6), "import it from `keras.losses`"),
    "keras.wrappers.scikit_learn": Removed((2, 13), "use `keras.wrappers.SKLearnClassifier`, or the package scikeras"),
}
"""Classes and modules by their dotted names."""

ARGUMENTS: dict[str, Removed] = {
    "batch_input_shape": Removed((3,), "put `keras.Input(batch_shape=...)` in front"),
    "input_length": Removed((3,), "leave it out: the number of steps is read from the input"),
    "weights": Removed((3,), "set them after the model is built, with `layer.set_weights(...)`"),
    "dynamic": Removed((3,), "leave it out, and compile with `run_eagerly=True`"),
    "input_dtype": Removed((2, 4), "put `keras.Input(..., dtype=...)` in front"),
    "consume_less": Removed((2, 4), "leave it out"),
    **{
        name: Removed((2, 4), f"the argument is `{now}`")
        for name, now in {
            "output_dim": "units",
            "init": "kernel_initializer",
            "inner_init": "recurrent_initializer",
            "forget_bias_init": "unit_forget_bias",
            "inner_activation": "recurrent_activation",
            "dropout_W": "dropout",
            "dropout_U": "recurrent_dropout",
            "W_regularizer": "kernel_regularizer",
            "U_regularizer": "recurrent_regularizer",
            "b_regularizer": "bias_regularizer",
            "nb_filter": "filters",
            "filter_length": "kernel_size",
            "border_mode": "padding",
            "subsample_length": "strides",
        }.items()
    },
}
"""Arguments of layers; those of Keras 1 were still renamed, with a warning, by Keras 2.0 to 2.3."""

TIME_MAJOR = "time_major"
"""An argument of recurrent layers that is a matter of its own, until Keras 3."""

METHODS: dict[str, Removed] = {
    "reset_states": Removed(
        (3,), "reset the layers: `for layer in model.layers: layer.reset_state()` where it is stateful"
    ),
    "fit_generator": Removed((3,), "`fit` takes generators"),
    "evaluate_generator": Removed((3,), "`evaluate` takes generators"),
    "predict_generator": Removed((3,), "`predict` takes generators"),
    "predict_classes": Removed((2, 6), "take the argmax of `predict`, or compare it with 0.5"),
    "predict_proba": Removed((2, 6), "write `predict`"),
}
"""Methods of models."""
