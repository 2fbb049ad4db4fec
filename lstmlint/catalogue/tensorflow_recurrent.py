"""TensorFlow 1's recurrent cells, and the functions that run them: parameters in order.

They live on in `tf.compat.v1.nn`. A test holds the functions, and the copy of the cells that TensorFlow still ships,
against what stands here.
"""

from __future__ import annotations

from lstmlint.catalogue.spec import LayerSpec, Parameter

CELLS = "tf.nn.rnn_cell"
_UNITS = Parameter("num_units", kind="int")
_TAIL = (Parameter("activation", None), Parameter("reuse", None))
_NAMED = (Parameter("name", None), Parameter("dtype", None))
_TUPLE = Parameter("state_is_tuple", True, "bool")
_FORGET = Parameter("forget_bias", 1.0, "float")


def _cell(name: str, family: str, *parameters: Parameter) -> LayerSpec:
    return LayerSpec(f"{CELLS}.{name}", "tensorflow", family, parameters, accepts=("trainable",))


def _unset(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, None) for name in names)


LAYERS: tuple[LayerSpec, ...] = (
    _cell("BasicRNNCell", "rnn_cell", _UNITS, *_TAIL, *_NAMED),
    _cell("GRUCell", "gru_cell", _UNITS, *_TAIL, *_unset("kernel_initializer", "bias_initializer"), *_NAMED),
    _cell("BasicLSTMCell", "lstm_cell", _UNITS, _FORGET, _TUPLE, *_TAIL, *_NAMED),
    _cell(
        "LSTMCell",
        "lstm_cell",
        _UNITS,
        Parameter("use_peepholes", False, "bool"),
        *_unset("cell_clip", "initializer", "num_proj", "proj_clip", "num_unit_shards", "num_proj_shards"),
        _FORGET,
        _TUPLE,
        *_TAIL,
        *_NAMED,
    ),
    _cell("MultiRNNCell", "stacked_cells", Parameter("cells"), _TUPLE),
)

WRAPPERS = ("DropoutWrapper", "ResidualWrapper", "DeviceWrapper")
"""What takes a cell and gives one with the same state and the same output."""

STATES = {"lstm_cell": ("c", "h"), "gru_cell": ("h",), "rnn_cell": ("h",)}
"""The states of a cell in the order of its tuple: c comes before h, other than in Keras and torch."""


def _function(name: str, parameters: str) -> LayerSpec:
    return LayerSpec(f"tf.nn.{name}", "tensorflow", name, tuple(Parameter(own, None) for own in parameters.split()))


_START = "initial_state_fw initial_state_bw dtype"
_WAY = "parallel_iterations swap_memory time_major scope"
FUNCTIONS: tuple[LayerSpec, ...] = (
    _function("dynamic_rnn", f"cell inputs sequence_length initial_state dtype {_WAY}"),
    _function("static_rnn", "cell inputs initial_state dtype sequence_length scope"),
    _function("bidirectional_dynamic_rnn", f"cell_fw cell_bw inputs sequence_length {_START} {_WAY}"),
    _function("static_bidirectional_rnn", f"cell_fw cell_bw inputs {_START} sequence_length scope"),
)
"""The functions that run cells, each as a layer that is built and applied at once."""
