"""What an argument of one framework is called in the other, for messages about an argument that strayed across.

Both ways: `to_torch` tells what a Keras argument is in torch, `to_keras` the other way round. The answer is a cure in
words; the names that merely differ are also in `TORCH_NAMES`, so that other code may rename without reading prose.
"""

from __future__ import annotations

TORCH_NAMES: dict[str, str] = {"units": "hidden_size", "use_bias": "bias", "initial_state": "hx"}
"""Keras names that have a plain torch name with the same meaning."""

KERAS_NAMES: dict[str, str] = {torch: keras for keras, torch in TORCH_NAMES.items()}
"""The same, from torch to Keras."""

_KERAS_IN_TORCH: dict[str, str] = {
    "return_sequences": "torch always returns the whole sequence: take `output[:, -1]` (with batch_first) or `h_n[-1]`",
    "return_state": "torch always returns the state: `output, state = layer(x)`",
    "stateful": "pass the state back in yourself as the second argument, detached",
    "go_backwards": "flip the input along time: `x.flip(time_axis)`",
    "recurrent_dropout": "torch has no recurrent dropout; `dropout=` acts between the layers of a stack only",
    "activation": "the activation is fixed in torch; only nn.RNN has `nonlinearity='tanh'` or 'relu'",
    "recurrent_activation": "the gates are always sigmoid in torch",
    "unit_forget_bias": "set the forget gate's slice of `bias_ih_l0` after construction",
    "kernel_initializer": "initialise `weight_ih_l0` after construction with torch.nn.init",
    "recurrent_initializer": "initialise `weight_hh_l0` after construction with torch.nn.init",
    "bias_initializer": "initialise `bias_ih_l0` after construction with torch.nn.init",
    "kernel_regularizer": "use weight_decay of the optimizer",
    "recurrent_regularizer": "use weight_decay of the optimizer",
    "merge_mode": "torch always concatenates the two directions",
    "time_major": "torch is time-major unless built with `batch_first=True`",
    "input_shape": "torch takes the number of features as `input_size` and no number of time steps",
    "input_dim": "the number of features is `input_size` in torch",
    "input_length": "torch takes no number of time steps",
    "mask_zero": "torch has no masks: `padding_idx=0` zeroes the vector only, pack the sequences with their lengths",
    "mask": "torch has no masks: give the layer a PackedSequence",
    "training": "torch switches with `model.train()` and `model.eval()`",
    "reset_after": "nn.GRU always computes what Keras calls reset_after=True",
    "implementation": "torch has no such choice",
    "unroll": "torch has no such choice",
    "use_cudnn": "torch chooses the kernel itself",
    "seed": "use torch.manual_seed",
    "name": "a torch layer is named by the attribute it is assigned to",
    "output_dim": "the width is `embedding_dim` for nn.Embedding, `hidden_size` for a recurrent layer",
    "filters": "the number of output channels is `out_channels` in torch",
    "strides": "the argument is `stride` in torch",
    "dilation_rate": "the argument is `dilation` in torch",
    "rate": "the argument is `p` in torch",
    "epsilon": "the argument is `eps` in torch",
    "axis": "the argument is `dim` in torch",
}

_TORCH_IN_KERAS: dict[str, str] = {
    "input_size": "Keras infers the number of features from the input; leave it out",
    "num_layers": "write one layer per level, all but the last with return_sequences=True",
    "batch_first": "Keras is always batch-first; leave it out",
    "bidirectional": "wrap the layer: `Bidirectional(layer)`",
    "proj_size": "Keras has no projection; add a Dense layer",
    "nonlinearity": "the argument is `activation` in Keras",
    "in_features": "Keras infers the number of features from the input; leave it out",
    "out_features": "the width is `units` in Keras",
    "num_embeddings": "the number of rows is `input_dim` in Keras",
    "embedding_dim": "the width is `output_dim` in Keras",
    "padding_idx": "use `mask_zero=True` to mask the padding",
    "in_channels": "Keras infers the number of channels from the input; leave it out",
    "out_channels": "the number of output channels is `filters` in Keras",
    "stride": "the argument is `strides` in Keras",
    "dilation": "the argument is `dilation_rate` in Keras",
    "p": "the argument is `rate` in Keras",
    "eps": "the argument is `epsilon` in Keras",
    "dim": "the argument is `axis` in Keras",
    "device": "place the model with `tf.device` or the backend's own means",
}

OF_TORCH = frozenset({"input_size", "hidden_size", "num_layers", "batch_first", "bidirectional", "proj_size"})
"""Arguments of torch's recurrent layers that none of Keras' layers takes, recurrent or not."""

OF_KERAS = frozenset(
    {"return_sequences", "return_state", "stateful", "go_backwards", "recurrent_dropout", "recurrent_activation"}
    | {"unit_forget_bias", "recurrent_initializer", "recurrent_regularizer", "reset_after", "time_major"}
)
"""Arguments of Keras' recurrent layers that none of torch's layers takes."""


def to_torch(argument: str) -> str | None:
    """The cure for a Keras argument on a torch layer, None where nothing is known of it."""
    if argument in TORCH_NAMES:
        return f"the argument is `{TORCH_NAMES[argument]}` in torch"
    return _KERAS_IN_TORCH.get(argument)


def to_keras(argument: str) -> str | None:
    """The cure for a torch argument on a Keras layer, None where nothing is known of it."""
    if argument in KERAS_NAMES:
        return f"the argument is `{KERAS_NAMES[argument]}` in Keras"
    return _TORCH_IN_KERAS.get(argument)
