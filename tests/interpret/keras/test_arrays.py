"""Where arrays of Keras layers come from, and what programs do with them."""

from __future__ import annotations

import pytest

from lstmlint.interpret.keras.arrays import is_about_ports
from lstmlint.values import Value
from lstmlint.weights import EACH, Weight
from tests.interpret.programs import variables_of

HEAD = """
    import h5py
    import keras
    import numpy as np
    import torch

    PARAMETER = "weight_ih_l0"
    layer = keras.layers.LSTM(8)
    kernel, recurrent, bias = layer.get_weights()
"""


def value_of(expression: str) -> Value:
    return variables_of(f"{HEAD}\n    found = {expression}\n")["found"]


def array(expression: str) -> Weight:
    found = value_of(expression)
    assert isinstance(found, Weight)
    return found


def test_only_files_about_both_frameworks_are_followed() -> None:
    assert is_about_ports("import keras\nlstm.weight_ih_l0.data = w")
    assert not is_about_ports("import keras\nmodel.fit(x, y)")
    assert not is_about_ports("lstm.bias_hh_l0.data.zero_()")
    assert is_about_ports("kernel, recurrent = w; lstm.weight_ih_l0.data = kernel")
    without = HEAD.replace("weight_ih_l0", "weight")
    assert not isinstance(variables_of(without)["kernel"], Weight)


@pytest.mark.parametrize(
    "expression",
    [
        "unfollowed.load() * 2",
        "np.split(kernel, 3, axis=0)",
        "kernel * 0.5",
        "torch.einsum('ab->ba', torch.tensor(kernel))",
        "kernel.reshape(8, 4, 8)",
        "kernel.reshape(32, 8).T",
        "kernel[:, [1, 0]]",
        "convert(layer)['kernel']",
        "torch.cat([kernel, recurrent])",
        "np.transpose(kernel, order)",
    ],
)
def test_what_is_not_understood_is_no_array(expression: str) -> None:
    assert not isinstance(value_of(expression), Weight)


def test_arrays_are_told_apart() -> None:
    assert array("kernel").items == (0,) and array("bias").items == (2,)
    assert array("bias[1]").items == (2, 1)
    assert array("layer.get_weights()[3:][1]").items == (4,)


@pytest.mark.parametrize(
    "expression",
    [
        "torch.from_numpy(kernel).float().contiguous()",
        "torch.nn.Parameter(torch.tensor(np.array(kernel)))",
        "kernel[:]",
        "kernel[...]",
        "kernel.T.T",
        "np.transpose(kernel).transpose()",
    ],
)
def test_what_changes_nothing(expression: str) -> None:
    found = array(expression)
    assert found.source == array("kernel").source and not found.is_turned


@pytest.mark.parametrize(
    "expression",
    [
        "kernel.T",
        "torch.tensor(kernel).t()",
        "np.swapaxes(kernel, 0, 1)",
        "torch.tensor(kernel).transpose(0, 1)",
        "kernel.transpose(1, 0)",
        "torch.tensor(kernel).permute(1, 0)",
        "np.transpose(kernel, (1, 0))",
    ],
)
def test_what_turns(expression: str) -> None:
    assert array(expression).is_turned


def test_transposing_by_0_and_1_is_nothing_in_numpy() -> None:
    assert not isinstance(value_of("kernel.transpose(0, 1)"), Weight)
    assert not array("torch.tensor(kernel).permute(0, 1)").is_turned


@pytest.mark.parametrize(
    "expression", ["kernel.reshape(32, 8)", "torch.tensor(kernel).view(-1, 8)", "np.reshape(kernel, (32, -1))"]
)
def test_what_reshapes(expression: str) -> None:
    assert array(expression).reshaped is not None
    assert array(f"{expression.replace('kernel', 'kernel.T')}").reshaped is None


@pytest.mark.parametrize(
    ("expression", "blocks"),
    [
        ("np.concatenate(np.split(kernel, 4, axis=1), axis=1)", (0, 1, 2, 3)),
        ("np.concatenate([kernel[:, 8:16], kernel[:, :8], kernel[:, 16:]], axis=-1)", (1, 0, 2)),
        ("torch.cat(torch.tensor(kernel.T).chunk(4))", (0, 1, 2, 3)),
        ("np.hstack([bias[16:], bias[:8], bias[8:16]])", (2, 0, 1)),
    ],
)
def test_gates_are_cut_apart_and_joined(expression: str, blocks: tuple[int, ...]) -> None:
    found = array(expression)
    assert found.blocks == blocks and found.joined is not None


def test_blocks_by_their_length_are_unpacked() -> None:
    program = f"{HEAD}\n    z, r, h = torch.tensor(kernel).split(8, dim=-1)\n    found = torch.cat([r, z, h], dim=-1)\n"
    found = variables_of(program)["found"]
    assert isinstance(found, Weight) and found.blocks == (1, 0, 2) and not found.is_flat


def test_each_array_of_a_list_is_changed() -> None:
    found = array("[torch.tensor(w).T for w in layer.get_weights()][1]")
    assert found.items == (1,) and found.is_turned
    assert array("list(map(torch.tensor, layer.get_weights()))[2]").items == (2,)
    assert array("next(iter(layer.get_weights()))").items[-1:] == (EACH,)


@pytest.mark.parametrize(
    "expression",
    [
        "layer.recurrent_kernel.numpy()",
        "model.layers[0].cell.kernel",
        "h5py.File('weights.h5')['lstm']['lstm']['kernel:0'][:]",
        "np.load(path)['lstm/bias']",
        "{'lstm/recurrent_kernel': np.zeros((8, 32))}['lstm/recurrent_kernel']",
        "np.load(path)[f'{name}/kernel:0']",
    ],
)
def test_other_places_to_take_arrays_from(expression: str) -> None:
    array(expression)


def test_names_that_stand_together() -> None:
    program = f"{HEAD}\n    def port(k_kernel, k_recurrent, k_bias):\n        return k_kernel, k_bias\n    found = port"
    pair = variables_of(f"{program}(np.zeros((4, 32)), np.zeros((8, 32)), np.zeros(32))")["found"]
    assert [type(item) for item in pair.items] == [Weight, Weight]  # type: ignore[attr-defined]
    pair = variables_of(f"{program}(np.zeros((32, 4)), np.zeros((32, 8)), np.zeros(32))")["found"]
    assert Weight not in [type(item) for item in pair.items]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("function", "parameter", "shape", "is_list"),
    [
        ("from_keras", "weights", "(8, 32)", True),
        ("port", "keras_weights", "(8, 32)", True),
        ("from_keras", "weights", "(32, 8)", False),
        ("to_keras", "weights", "(8, 32)", False),
        ("port", "weights", "(8, 32)", False),
        ("from_keras", "path", "(8, 32)", False),
    ],
)
def test_lists_that_only_a_name_tells_of(function: str, parameter: str, shape: str, is_list: bool) -> None:
    given = f"[np.zeros((4, 32)), np.zeros({shape}), np.zeros(32)]"
    program = f"{HEAD}\n    def {function}({parameter}):\n        return {parameter}[0]\n"
    assert isinstance(variables_of(f"{program}    found = {function}({given})\n")["found"], Weight) is is_list
