"""What Keras 3 no longer has: classes, modules, arguments and methods that programs for older versions still name.

`tf.keras` of TensorFlow 2.16 and later is Keras 3. Every entry is held against the installed Keras by a test.
"""

from __future__ import annotations

_MOVED = "import it from `keras.layers`"
_MODULES = (
    "recurrent recurrent_v2 cudnn_recurrent convolutional_recurrent rnn embeddings core wrappers convolutional pooling "
    "normalization merge noise local advanced_activations"
)

NAMES: dict[str, str] = {
    "keras.layers.CuDNNLSTM": "write `LSTM`, which takes the fused kernel by itself",
    "keras.layers.CuDNNGRU": "write `GRU`, which takes the fused kernel by itself",
    "keras.layers.AbstractRNNCell": "derive the cell from `keras.layers.Layer` and give it `state_size`",
    "keras.layers.TimeDistributedDense": "write `TimeDistributed(Dense(...))`",
    **{f"keras.layers.{module}": _MOVED for module in _MODULES.split()},
    "keras.engine": "import it from `keras` or `keras.layers`",
    "keras.utils.np_utils": "import it from `keras.utils`",
    "keras.objectives": "import it from `keras.losses`",
    "keras.wrappers.scikit_learn": "use `keras.wrappers.SKLearnClassifier`, or the package scikeras",
}
"""Classes and modules by their dotted names, with the cure."""

ARGUMENTS: dict[str, str] = {
    "batch_input_shape": "put `keras.Input(batch_shape=...)` in front",
    "input_length": "leave it out: the number of steps is read from the input",
    "weights": "set them after the model is built, with `layer.set_weights(...)`",
    "dynamic": "leave it out, and compile with `run_eagerly=True`",
    "input_dtype": "put `keras.Input(..., dtype=...)` in front",
    "output_dim": "the argument is `units`",
    "init": "the argument is `kernel_initializer`",
    "inner_init": "the argument is `recurrent_initializer`",
    "forget_bias_init": "the argument is `unit_forget_bias`",
    "inner_activation": "the argument is `recurrent_activation`",
    "consume_less": "leave it out",
    "dropout_W": "the argument is `dropout`",
    "dropout_U": "the argument is `recurrent_dropout`",
    "W_regularizer": "the argument is `kernel_regularizer`",
    "U_regularizer": "the argument is `recurrent_regularizer`",
    "b_regularizer": "the argument is `bias_regularizer`",
    "nb_filter": "the argument is `filters`",
    "filter_length": "the argument is `kernel_size`",
    "border_mode": "the argument is `padding`",
    "subsample_length": "the argument is `strides`",
}
"""Arguments of layers, with the cure. `time_major` is a matter of its own."""

METHODS: dict[str, str] = {
    "reset_states": "reset the layers: `for layer in model.layers: layer.reset_state()` where it is stateful",
    "fit_generator": "`fit` takes generators",
    "evaluate_generator": "`evaluate` takes generators",
    "predict_generator": "`predict` takes generators",
    "predict_classes": "take the argmax of `predict`, or compare it with 0.5",
    "predict_proba": "write `predict`",
}
"""Methods of models, with the cure."""
