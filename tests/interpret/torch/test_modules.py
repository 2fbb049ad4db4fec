"""Layers around the recurrent ones, held against the shapes that real torch gives."""

from __future__ import annotations

import pytest
import torch

from lstmlint.events import Called, Pooled, UsedAsTensor
from lstmlint.values import Const, OpenTensor, Role, Tensor, Tuple, Unknown
from tests.interpret.torch_worlds import apply, build, new_world, operate, shape, tensor

BATCH, TIME, FEATURES = 3, 17, 4

CASES = [
    ("Linear", (FEATURES, 11), {}, (BATCH, TIME, FEATURES)),
    ("Linear", (FEATURES, 11), {}, (FEATURES,)),
    ("Embedding", (50, 11), {}, (BATCH, TIME)),
    ("ReLU", (), {}, (BATCH, TIME, FEATURES)),
    ("Tanh", (), {}, (BATCH, TIME)),
    ("Dropout", (0.5,), {}, (BATCH, TIME, FEATURES)),
    ("LayerNorm", (FEATURES,), {}, (BATCH, TIME, FEATURES)),
    ("Identity", (), {}, (BATCH, TIME)),
    ("GLU", (), {}, (BATCH, TIME, FEATURES)),
    ("Softmax", (), {"dim": -1}, (BATCH, TIME, FEATURES)),
    ("BatchNorm1d", (FEATURES,), {}, (BATCH, FEATURES, TIME)),
    ("BatchNorm1d", (FEATURES,), {}, (BATCH, FEATURES)),
    ("BatchNorm2d", (FEATURES,), {}, (BATCH, FEATURES, TIME, 13)),
    ("Conv1d", (FEATURES, 11, 3), {"padding": 1}, (BATCH, FEATURES, TIME)),
    ("Conv1d", (FEATURES, 11, 1), {}, (FEATURES, TIME)),
    ("Conv1d", (FEATURES, 11, 5), {"padding": "same"}, (BATCH, FEATURES, TIME)),
    ("Conv1d", (FEATURES, 11, 3), {"padding": 2, "dilation": 2}, (BATCH, FEATURES, TIME)),
    ("Conv2d", (FEATURES, 11, 3), {"padding": 1}, (BATCH, FEATURES, TIME, 13)),
    ("AdaptiveAvgPool1d", (1,), {}, (BATCH, FEATURES, TIME)),
]


@pytest.mark.parametrize(("name", "args", "kwargs", "sizes"), CASES, ids=lambda value: str(value))
def test_sizes_are_torchs(
    name: str, args: tuple[object, ...], kwargs: dict[str, object], sizes: tuple[int, ...]
) -> None:
    real_input = torch.zeros(*sizes, dtype=torch.long if name == "Embedding" else torch.float)
    real = getattr(torch.nn, name)(*args, **kwargs)(real_input)
    world = new_world()
    source = tensor(world, *sizes)
    layer = build(world, name, *args, **kwargs)
    result = apply(world, layer, source)
    assert shape(result) == tuple(real.shape)
    assert [event.layer for event in world.events if isinstance(event, Called)] == [layer]


RESIZING = [
    ("Conv1d", (FEATURES, 11, 3), {}, (BATCH, FEATURES, TIME)),
    ("Conv1d", (FEATURES, 11, 3), {"stride": 2, "padding": 1}, (BATCH, FEATURES, TIME)),
    ("ConvTranspose1d", (FEATURES, 11, 3), {}, (BATCH, FEATURES, TIME)),
    ("MaxPool1d", (2,), {}, (BATCH, FEATURES, TIME)),
    ("AvgPool1d", (2,), {}, (BATCH, FEATURES, TIME)),
    ("AdaptiveMaxPool1d", (5,), {}, (BATCH, FEATURES, TIME)),
    ("MaxPool2d", (2,), {}, (BATCH, FEATURES, TIME, 13)),
]


@pytest.mark.parametrize(("name", "args", "kwargs", "sizes"), RESIZING, ids=lambda value: str(value))
def test_another_length_keeps_the_axis(
    name: str, args: tuple[object, ...], kwargs: dict[str, object], sizes: tuple[int, ...]
) -> None:
    real = getattr(torch.nn, name)(*args, **kwargs)(torch.zeros(*sizes))
    world = new_world()
    source = tensor(world, *sizes)
    result = apply(world, build(world, name, *args, **kwargs), source)
    assert isinstance(result, Tensor)
    expected = [None] * (len(sizes) - 2) if "Transpose" in name else list(real.shape[2:])
    assert [axis.size.known for axis in result.axes] == [*real.shape[:2], *expected]
    assert [axis.id for axis in result.axes[2:]] == [axis.id for axis in source.axes[2:]]


def test_max_pooling_with_indices_gives_a_pair() -> None:
    world = new_world()
    layer = build(world, "MaxPool1d", 2, return_indices=True)
    result = apply(world, layer, tensor(world, BATCH, FEATURES, TIME))
    assert isinstance(result, Tuple) and len(result.items) == 2


def test_a_convolution_claims_batch_and_channels() -> None:
    world = new_world()
    source = tensor(world, None, FEATURES, None)
    apply(world, build(world, "Conv1d", FEATURES, 11, 3), source, text="self.conv(x)")
    assert [(claim.axis, claim.role, claim.text) for claim in world.claims] == [
        (source.axes[0].id, Role.BATCH, "`self.conv` reads axis 0 as batch"),
        (source.axes[1].id, Role.FEATURE, "`self.conv` reads axis 1 as channels"),
    ]


def test_a_convolution_as_wide_as_the_last_axis_claims_nothing() -> None:
    world = new_world()
    apply(world, build(world, "Conv1d", FEATURES, 11, 3), tensor(world, None, None, FEATURES))
    assert world.claims == []


def test_a_pooling_layer_tells_its_window() -> None:
    world = new_world()
    source = tensor(world, None, FEATURES, None)
    for name in ("MaxPool1d", "AvgPool1d", "AdaptiveAvgPool1d"):
        apply(world, build(world, name, 2), source)
    found = [event for event in world.events if isinstance(event, Pooled)]
    assert [(event.source, event.window) for event in found] == [(source, Const(2)), (source, Const(2)), (source, None)]


@pytest.mark.parametrize(("name", "rank"), (("Conv1d", 3), ("Conv2d", 4), ("MaxPool1d", 3)))
def test_a_convolution_tells_the_rank_of_an_unknown_input(name: str, rank: int) -> None:
    world = new_world()
    args = (FEATURES, 11, 3) if name.startswith("Conv") else (2,)
    result = apply(world, build(world, name, *args), Unknown("x"))
    assert world.learned == {"x": rank}
    assert isinstance(result, Tensor) and len(result.axes) == rank


def test_dense_layers_and_embeddings_keep_what_they_can_of_an_open_tensor() -> None:
    world = new_world()
    embedded = apply(world, build(world, "Embedding", 50, 11), Unknown("ids"))
    assert isinstance(embedded, OpenTensor) and (embedded.drop, len(embedded.tail)) == (0, 1)
    dense = apply(world, build(world, "Linear", 11, 5), embedded)
    assert isinstance(dense, OpenTensor) and (dense.drop, len(dense.tail)) == (0, 1)
    first = apply(world, build(world, "Linear", 11, 5), Unknown("x"))
    assert isinstance(first, OpenTensor) and (first.drop, len(first.tail)) == (1, 1)
    assert first.tail[0].size.known == 5
    assert world.learned == {}


def test_a_pretrained_embedding_is_as_wide_as_its_table() -> None:
    world = new_world()
    layer = operate(world, "torch.nn.Embedding.from_pretrained", tensor(world, 50, 11))
    result = apply(world, layer, tensor(world, BATCH, TIME))  # type: ignore[arg-type]
    assert shape(result) == (BATCH, TIME, 11)


def test_a_recurrent_tuple_is_no_input_of_a_dense_layer() -> None:
    world = new_world()
    result = apply(world, build(world, "LSTM", FEATURES, 5), tensor(world, TIME, BATCH, FEATURES))
    assert isinstance(apply(world, build(world, "Linear", 5, 2), result, text="self.fc(out)"), Unknown)
    [event] = [event for event in world.events if isinstance(event, UsedAsTensor)]
    assert (event.value, event.how) == (result, "given to `self.fc`")


@pytest.mark.parametrize("name", ("Linear", "Embedding", "Conv1d", "Dropout", "Flatten", "BatchNorm1d", "MaxPool1d"))
def test_strange_inputs_give_nothing(name: str) -> None:
    world = new_world()
    assert isinstance(apply(world, build(world, name), Const("text")), Unknown)
    assert isinstance(apply(world, build(world, name)), Unknown)


@pytest.mark.parametrize("batch_first", (False, True))
def test_attention_is_torchs(batch_first: bool) -> None:
    sizes = (BATCH, TIME, FEATURES) if batch_first else (TIME, BATCH, FEATURES)
    keys = (BATCH, 19, FEATURES) if batch_first else (19, BATCH, FEATURES)
    memory = torch.zeros(*keys)
    real = torch.nn.MultiheadAttention(FEATURES, 2, batch_first=batch_first)(torch.zeros(*sizes), memory, memory)
    world = new_world()
    query, key = tensor(world, *sizes), tensor(world, *keys)
    result = apply(world, build(world, "MultiheadAttention", FEATURES, 2, batch_first=batch_first), query, key, key)
    assert shape(result) == tuple(tuple(part.shape) for part in real)
    batch = query.axes[0 if batch_first else 1]
    assert (batch.id, Role.BATCH) in {(claim.axis, claim.role) for claim in world.claims}


def test_a_transformer_keeps_the_axes() -> None:
    world = new_world()
    layer = build(world, "TransformerEncoderLayer", FEATURES, 2, batch_first=True)
    source = tensor(world, BATCH, TIME, FEATURES)
    encoder = build(world, "TransformerEncoder", layer, 2)
    assert apply(world, encoder, source) == apply(world, layer, source) == source
