"""One name for each library object, whichever way it was imported.

`tf.keras.layers.LSTM`, `keras.layers.LSTM` and `tensorflow.python.keras.layers.LSTM` are one class; so are
`torch.nn.LSTM` and `torch.nn.modules.rnn.LSTM`.
"""

from __future__ import annotations

from functools import cache

_PREFIXES = (
    ("tensorflow.python.keras.layers.legacy_rnn.rnn_cell_impl", "tf.nn.rnn_cell"),
    ("tensorflow.python.ops.rnn_cell_impl", "tf.nn.rnn_cell"),
    ("tensorflow.python.ops.rnn_cell", "tf.nn.rnn_cell"),
    ("tensorflow.python.ops.rnn", "tf.nn"),
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.contrib.keras", "keras"),
    ("tensorflow._api.v2.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tf_keras", "keras"),
    ("keras.api._v2.keras", "keras"),
    ("keras.api", "keras"),
    ("keras.src", "keras"),
    ("tf.compat.v1.keras", "keras"),
    ("tf.compat.v2.keras", "keras"),
    ("tf.contrib.keras", "keras"),
    ("tf.keras", "keras"),
    ("tensorflow.compat.v2", "tf"),
    ("tensorflow.compat.v1", "tf"),
    ("tf.compat.v1", "tf"),
    ("tf.compat.v2", "tf"),
    ("tensorflow", "tf"),
    ("torch.nn.modules", "torch.nn"),
    ("torch._C", "torch"),
    ("pytorch_lightning", "lightning.pytorch"),
)

_KERAS_TOP = ("Sequential", "Model", "Input")
_KERAS_LAYER_MODULES = (
    "core",
    "recurrent",
    "recurrent_v2",
    "rnn",
    "wrappers",
    "embeddings",
    "convolutional",
    "pooling",
    "normalization",
    "merge",
    "attention",
    "regularization",
    "reshaping",
    "cudnn_recurrent",
    "noise",
    "advanced_activations",
    "dense_attention",
    "bidirectional",
    "lstm",
    "gru",
    "simple_rnn",
    "time_distributed",
    "activation",
    "merging",
)
_KERAS_MERGES = ("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract")
_TORCH_LAYER_MODULES = (
    "rnn",
    "linear",
    "sparse",
    "conv",
    "batchnorm",
    "normalization",
    "dropout",
    "activation",
    "container",
    "pooling",
    "flatten",
    "loss",
    "transformer",
    "module",
    "padding",
    "instancenorm",
)
_SAME = {
    "numpy.random.random_sample": "numpy.random.rand",
    "torch.nn.utils.parametrizations.weight_norm": "torch.nn.utils.weight_norm",
}


@cache
def canonical(path: str) -> str:
    """The canonical dotted path of a library name; a path that is not known is returned as it is."""
    for prefix, replacement in _PREFIXES:
        if path == prefix or path.startswith(prefix + "."):
            path = replacement + path[len(prefix) :]
            break
    parts = path.split(".")
    if parts[0] == "keras":
        parts = _canonical_keras(parts)
    elif parts[:2] == ["torch", "nn"] and len(parts) > 3 and parts[2] in _TORCH_LAYER_MODULES:
        parts = ["torch", "nn", *parts[3:]]
    elif parts[:3] == ["tf", "contrib", "rnn"] and len(parts) == 4:
        is_cell = parts[3].endswith(("Cell", "Wrapper", "Tuple"))
        parts = ["tf", "nn", *(["rnn_cell"] if is_cell else []), parts[3]]
    path = ".".join(parts)
    return _SAME.get(path, path)


def _canonical_keras(parts: list[str]) -> list[str]:
    if len(parts) > 2 and parts[-1] in _KERAS_TOP and parts[1] in ("models", "layers", "engine"):
        return ["keras", parts[-1]]
    is_inner = len(parts) > 3 and parts[1] == "layers" and parts[2] in _KERAS_LAYER_MODULES
    if is_inner and (parts[-1][:1].isupper() or parts[-1] in _KERAS_MERGES):
        return ["keras", "layers", parts[-1]]
    if parts[1:4] == ["layers", "experimental", "preprocessing"] and len(parts) == 5:
        return ["keras", "layers", parts[-1]]
    if len(parts) > 2 and parts[-1] == "InputLayer":
        return ["keras", "layers", "InputLayer"]
    return parts
