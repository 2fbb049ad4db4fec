"""torch's recurrent layers and cells: parameters in order, as torch 2.13 documents them.

The order of `nn.RNN` changed between versions: until torch 2.2 the fourth positional parameter is `bias` and
`nonlinearity` is keyword-only, since torch 2.3 the fourth is `nonlinearity`. Only the LSTM accepts `proj_size`.
"""

from __future__ import annotations

from lstmlint.catalogue.spec import LayerSpec, Parameter

_SIZES = (Parameter("input_size", kind="int"), Parameter("hidden_size", kind="int"))
_LAYERS = (Parameter("num_layers", 1, "int"),)
_BIAS = (Parameter("bias", True, "bool"),)
_NONLINEARITY = (Parameter("nonlinearity", "tanh", "str"),)
_LAYOUT = (
    Parameter("batch_first", False, "bool"),
    Parameter("dropout", 0.0, "float"),
    Parameter("bidirectional", False, "bool"),
)
_PROJECTION = (Parameter("proj_size", 0, "int"),)
_FACTORY = (Parameter("device", None), Parameter("dtype", None))

LAYERS: tuple[LayerSpec, ...] = (
    LayerSpec("torch.nn.LSTM", "torch", "lstm", (*_SIZES, *_LAYERS, *_BIAS, *_LAYOUT, *_PROJECTION, *_FACTORY)),
    LayerSpec("torch.nn.GRU", "torch", "gru", (*_SIZES, *_LAYERS, *_BIAS, *_LAYOUT, *_FACTORY)),
    LayerSpec("torch.nn.RNN", "torch", "rnn", (*_SIZES, *_LAYERS, *_NONLINEARITY, *_BIAS, *_LAYOUT, *_FACTORY)),
    LayerSpec("torch.nn.LSTMCell", "torch", "lstm_cell", (*_SIZES, *_BIAS, *_FACTORY)),
    LayerSpec("torch.nn.GRUCell", "torch", "gru_cell", (*_SIZES, *_BIAS, *_FACTORY)),
    LayerSpec("torch.nn.RNNCell", "torch", "rnn_cell", (*_SIZES, *_BIAS, *_NONLINEARITY, *_FACTORY)),
)

REORDERED = (2, 3)
"""The version of torch since which a positional `nonlinearity` is one."""
OLDER_RNN = LayerSpec(
    "torch.nn.RNN", "torch", "rnn", (*_SIZES, *_LAYERS, *_BIAS, *_LAYOUT), (*_NONLINEARITY, *_FACTORY)
)
"""The plain RNN of torch before that."""

RECURRENT_FAMILIES = frozenset({"lstm", "gru", "rnn"})
"""Families that read a whole sequence and return (output, state)."""

CELL_FAMILIES = frozenset({"lstm_cell", "gru_cell", "rnn_cell"})
"""Families that read one time step and return the new state."""
