"""One name for each library object; the real libraries say which paths are one object."""

from __future__ import annotations

import importlib

import pytest

from lstmlint.names.canonical import canonical
from lstmlint.names.vocabulary import clear_role, likely_roles, role_of_size
from lstmlint.values import Role


@pytest.mark.parametrize(
    "path", ["torch.nn.LSTM", "numpy.reshape", "mlx.nn.LSTM", "keras.layers.LSTM", "paddle.nn.GRU"]
)
def test_other_names_stay_as_they_are(path: str) -> None:
    assert canonical(path) == path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("torch.nn.modules.rnn.LSTM", "torch.nn.LSTM"),
        ("tensorflow.keras.layers.LSTM", "keras.layers.LSTM"),
        ("tf.keras.layers.LSTM", "keras.layers.LSTM"),
        ("tf_keras.layers.LSTM", "keras.layers.LSTM"),
        ("tensorflow.python.keras.layers.recurrent.LSTM", "keras.layers.LSTM"),
        ("keras.layers.merge.add", "keras.layers.add"),
        ("keras.layers.merge.Add", "keras.layers.Add"),
        ("tensorflow.compat.v1.keras.layers.CuDNNLSTM", "keras.layers.CuDNNLSTM"),
        ("tf.keras.layers.experimental.preprocessing.TextVectorization", "keras.layers.TextVectorization"),
        ("keras.models.Sequential", "keras.Sequential"),
        ("keras.layers.Input", "keras.Input"),
        ("tensorflow.transpose", "tf.transpose"),
    ],
)
def test_every_way_to_a_name_gives_the_same(path: str, expected: str) -> None:
    assert canonical(path) == expected


@pytest.mark.parametrize(
    "path", ["torch.nn.modules.rnn.LSTM", "torch.nn.modules.linear.Linear", "torch.nn.modules.container.Sequential"]
)
def test_the_canonical_path_is_the_same_object_under_torch(path: str) -> None:
    assert _load(path) is _load(canonical(path))


def _load(path: str) -> object:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("name", ["x", "hidden", "features", "dim", "self.width", "i"])
def test_ordinary_names_say_nothing(name: str) -> None:
    assert likely_roles([name]) == [None]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("batch_size", Role.BATCH),
        ("self.batch_size", Role.BATCH),
        ("bsz", Role.BATCH),
        ("seq_len", Role.TIME),
        ("n_steps", Role.TIME),
        ("timesteps", Role.TIME),
        ("max_len", Role.TIME),
        ("num_envs", Role.BATCH),
        ("horizon", Role.TIME),
        ("window_size", Role.TIME),
    ],
)
def test_clear_names_say_their_role(name: str, role: Role) -> None:
    assert clear_role(name) is role


@pytest.mark.parametrize(("name", "role"), [("b", Role.BATCH), ("n", Role.BATCH), ("t", Role.TIME), ("T", Role.TIME)])
def test_letters_are_likely_only(name: str, role: Role) -> None:
    assert clear_role(name) is None
    assert likely_roles([name]) == [role]


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        ("b n c", [Role.BATCH, None, None]),
        ("n b c", [None, Role.BATCH, None]),
        ("batch n t", [Role.BATCH, None, Role.TIME]),
        ("b t s", [Role.BATCH, Role.TIME, None]),
        ("l n e", [Role.TIME, Role.BATCH, None]),
        ("n s c", [Role.BATCH, Role.TIME, None]),
        ("batch_size num_envs c", [Role.BATCH, Role.BATCH, None]),
    ],
)
def test_of_names_that_say_the_same_the_plainer_one_is_meant(names: str, roles: list[Role | None]) -> None:
    assert likely_roles(names.split()) == roles


@pytest.mark.parametrize(
    "text",
    [
        "max(lengths)", "max(len(x) for x in batch)", "max([len(x) for x in batch])", "max(map(len, rows))",
        "lengths.max()", "lengths.max().item()", "int(max(seq_lens))", "np.max(lens)", "self.lengths.max()", "max_len",
    ],
)  # fmt: skip
def test_the_greatest_of_some_lengths_is_a_number_of_steps(text: str) -> None:
    assert role_of_size(text) is Role.TIME


@pytest.mark.parametrize("text", ["max(sizes)", "len(lengths)", "min(lengths)", "lengths[0]", "max(values)"])
def test_other_sizes_say_nothing_by_how_they_are_computed(text: str) -> None:
    assert role_of_size(text) is None
