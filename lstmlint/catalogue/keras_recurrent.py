"""Keras' recurrent layers, cells and wrappers: parameters in the order of Keras 3, which is not that of Keras 2.

CuDNNLSTM and CuDNNGRU are gone from Keras 3; they are known here because programs still build them.
"""

from __future__ import annotations

from lstmlint.catalogue.keras_parameters import (
    ACTIVITY,
    DATA_FORMAT,
    PADDING,
    SEED,
    UNITS,
    USE_BIAS,
    activation,
    flag,
    for_each,
    initializers,
    layer,
    number,
    required,
)
from lstmlint.catalogue.keras_removed import TIME_MAJOR
from lstmlint.catalogue.spec import LayerSpec, Parameter

_TANH = activation("tanh")
_GATES = activation("sigmoid", "recurrent_activation")
_INITIALIZERS = initializers(kernel="glorot_uniform", recurrent="orthogonal")
_FORGET = flag("unit_forget_bias", True)
_REGULARIZERS = for_each("regularizer", "kernel", "recurrent", "bias")
_CONSTRAINTS = for_each("constraint", "kernel", "recurrent", "bias")
_DROPOUTS = (number("dropout", 0.0), number("recurrent_dropout", 0.0))
_SEQUENCES = (flag("return_sequences"), flag("return_state"), flag("go_backwards"), flag("stateful"))
_UNROLL = flag("unroll")
_RESET_AFTER = flag("reset_after", True)
_CUDNN = Parameter("use_cudnn", "auto")
_LAYER_WEIGHTS = (*_REGULARIZERS, ACTIVITY, *_CONSTRAINTS)
_ANY_RNN = ("zero_output_for_mask",)
_LAYOUT = (TIME_MAJOR,)
_GATED_RNN = (*_ANY_RNN, "implementation")
_CONVOLUTION = (
    required("filters", "int"),
    required("kernel_size"),
    Parameter("strides", 1),
    PADDING,
    DATA_FORMAT,
    Parameter("dilation_rate", 1),
)
_CONV_LSTM = (
    *_CONVOLUTION,
    _TANH,
    _GATES,
    USE_BIAS,
    *_INITIALIZERS,
    _FORGET,
    *_LAYER_WEIGHTS,
    *_DROPOUTS,
    SEED,
    *_SEQUENCES,
)
_CUDNN_ARGUMENTS = (*_LAYER_WEIGHTS, *_SEQUENCES)

LAYERS: tuple[LayerSpec, ...] = (
    layer(
        "LSTM",
        "lstm",
        UNITS,
        _TANH,
        _GATES,
        USE_BIAS,
        *_INITIALIZERS,
        _FORGET,
        *_LAYER_WEIGHTS,
        *_DROPOUTS,
        SEED,
        *_SEQUENCES,
        _UNROLL,
        _CUDNN,
        accepts=_GATED_RNN,
        formerly=_LAYOUT,
    ),
    layer(
        "GRU",
        "gru",
        UNITS,
        _TANH,
        _GATES,
        USE_BIAS,
        *_INITIALIZERS,
        *_LAYER_WEIGHTS,
        *_DROPOUTS,
        SEED,
        *_SEQUENCES,
        _UNROLL,
        _RESET_AFTER,
        _CUDNN,
        accepts=_GATED_RNN,
        formerly=_LAYOUT,
    ),
    layer(
        "SimpleRNN",
        "rnn",
        UNITS,
        _TANH,
        USE_BIAS,
        *_INITIALIZERS,
        *_LAYER_WEIGHTS,
        *_DROPOUTS,
        *_SEQUENCES,
        _UNROLL,
        SEED,
        accepts=_ANY_RNN,
        formerly=_LAYOUT,
    ),
    layer("RNN", "cell_rnn", required("cell"), *_SEQUENCES, _UNROLL, flag("zero_output_for_mask"), formerly=_LAYOUT),
    layer(
        "LSTMCell",
        "lstm_cell",
        UNITS,
        _TANH,
        _GATES,
        USE_BIAS,
        *_INITIALIZERS,
        _FORGET,
        *_REGULARIZERS,
        *_CONSTRAINTS,
        *_DROPOUTS,
        SEED,
        accepts=("implementation",),
    ),
    layer(
        "GRUCell",
        "gru_cell",
        UNITS,
        _TANH,
        _GATES,
        USE_BIAS,
        *_INITIALIZERS,
        *_REGULARIZERS,
        *_CONSTRAINTS,
        *_DROPOUTS,
        _RESET_AFTER,
        SEED,
        accepts=("implementation",),
    ),
    layer(
        "SimpleRNNCell",
        "rnn_cell",
        UNITS,
        _TANH,
        USE_BIAS,
        *_INITIALIZERS,
        *_REGULARIZERS,
        *_CONSTRAINTS,
        *_DROPOUTS,
        SEED,
    ),
    layer("StackedRNNCells", "stacked_cells", required("cells")),
    layer(
        "Bidirectional",
        "bidirectional",
        required("layer"),
        Parameter("merge_mode", "concat", "str"),
        Parameter("weights", None),
        Parameter("backward_layer", None),
    ),
    layer("TimeDistributed", "time_distributed", required("layer")),
    layer("ConvLSTM1D", "conv_lstm1d", *_CONV_LSTM),
    layer("ConvLSTM2D", "conv_lstm2d", *_CONV_LSTM),
    layer("ConvLSTM3D", "conv_lstm3d", *_CONV_LSTM),
    layer("CuDNNLSTM", "lstm", UNITS, *_INITIALIZERS, _FORGET, *_CUDNN_ARGUMENTS),
    layer("CuDNNGRU", "gru", UNITS, *_INITIALIZERS, *_CUDNN_ARGUMENTS),
)

STATES = {
    "lstm": ("h", "c"),
    "gru": ("h",),
    "rnn": ("h",),
    "lstm_cell": ("h", "c"),
    "gru_cell": ("h",),
    "rnn_cell": ("h",),
    "conv_lstm1d": ("h", "c"),
    "conv_lstm2d": ("h", "c"),
    "conv_lstm3d": ("h", "c"),
}
"""The states that a layer or cell of a family carries, in the order in which Keras returns and takes them."""

SPATIAL_AXES = {"conv_lstm1d": 1, "conv_lstm2d": 2, "conv_lstm3d": 3}
"""How many spatial axes stand between time and channels in the input of a convolutional LSTM."""

RECURRENT_FAMILIES = frozenset({"lstm", "gru", "rnn", "cell_rnn", *SPATIAL_AXES})
"""Families that read (batch, time, ...) and return the last step or the sequence, with states if asked for."""

CELL_FAMILIES = frozenset({"lstm_cell", "gru_cell", "rnn_cell"})
"""Families that read one step, (batch, feature)."""
