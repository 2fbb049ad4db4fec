"""The layers around recurrent ones: the shapes predicted, against the installed Keras."""

from __future__ import annotations

import os

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")

from lstmlint.events import Called  # noqa: E402
from lstmlint.values import OpenTensor, Role, Strength, Tensor, Unknown, Value  # noqa: E402
from tests.interpret.keras_worlds import apply, build, convert, deep_shape, new_world, operate, shape, tensor  # noqa: E402

B, T, F = 3, 10, 7
ONE_INPUT = [
    ("Dense", (11,), {}, (B, F)),
    ("Dense", (11,), {}, (B, T, F)),
    ("Embedding", (20, 11), {}, (B, T)),
    ("Masking", (), {}, (B, T, F)),
    ("Dropout", (0.5,), {}, (B, T, F)),
    ("SpatialDropout1D", (0.5,), {}, (B, T, F)),
    ("GaussianNoise", (0.5,), {}, (B, T, F)),
    ("BatchNormalization", (), {}, (B, T, F)),
    ("LayerNormalization", (), {}, (B, T, F)),
    ("Activation", ("relu",), {}, (B, T, F)),
    ("Softmax", (), {"axis": 1}, (B, T, F)),
    ("LeakyReLU", (), {}, (B, F)),
    ("Conv1D", (11, 3), {}, (B, T, F)),
    ("Conv1D", (11, 3), {"padding": "same"}, (B, T, F)),
    ("Conv1D", (11, 3), {"padding": "causal", "dilation_rate": 2}, (B, T, F)),
    ("Conv1D", (11, 3), {"dilation_rate": 2}, (B, T, F)),
    ("SeparableConv1D", (11, 3), {}, (B, T, F)),
    ("MaxPooling1D", (), {}, (B, T, F)),
    ("MaxPooling1D", (3,), {}, (B, T, F)),
    ("AveragePooling1D", (3,), {}, (B, T, F)),
    ("GlobalMaxPooling1D", (), {}, (B, T, F)),
    ("GlobalAveragePooling1D", (), {}, (B, T, F)),
    ("GlobalAveragePooling1D", (), {"keepdims": True}, (B, T, F)),
    ("Conv2D", (11, 3), {"padding": "same"}, (B, 5, 4, 2)),
    ("GlobalAveragePooling2D", (), {}, (B, 5, 4, 2)),
    ("MaxPool1D", (3,), {}, (B, T, F)),
    ("GlobalAvgPool1D", (), {}, (B, T, F)),
    ("Convolution1D", (11, 3), {}, (B, T, F)),
    ("Flatten", (), {}, (B, T, F)),
    ("Reshape", ((F, T),), {}, (B, T, F)),
    ("Reshape", ((-1, 14),), {}, (B, T, F)),
    ("Reshape", ((T * F,),), {}, (B, T, F)),
    ("Permute", ((2, 1),), {}, (B, T, F)),
    ("Permute", ((3, 1, 2),), {}, (B, 5, 4, 2)),
    ("RepeatVector", (5,), {}, (B, F)),
]


@pytest.mark.parametrize("name, args, kwargs, sizes", ONE_INPUT, ids=str)
def test_one_input(name: str, args: tuple[object, ...], kwargs: dict[str, object], sizes: tuple[int, ...]) -> None:
    world = new_world()
    predicted = apply(world, build(world, name, *args, **kwargs), tensor(world, *sizes))
    real = getattr(keras.layers, name)(*args, **kwargs)(np.ones(sizes, "float32"))
    assert shape(predicted) == tuple(real.shape)


@pytest.mark.parametrize(
    "name, kwargs, sizes",
    [
        ("Conv1D", {"filters": 11, "kernel_size": 3, "strides": 2}, (B, T, F)),
        ("MaxPooling1D", {"pool_size": 3, "strides": 1}, (B, T, F)),
        ("ZeroPadding1D", {"padding": 2}, (B, T, F)),
        ("UpSampling1D", {"size": 2}, (B, T, F)),
        ("Conv2D", {"filters": 11, "kernel_size": 3}, (B, 5, 4, 2)),
        ("MaxPooling2D", {}, (B, 5, 4, 2)),
        ("Conv1DTranspose", {"filters": 11, "kernel_size": 3}, (B, T, F)),
        ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, (B, T, F)),
    ],
)
def test_lengths_that_are_not_followed_are_not_known(
    name: str, kwargs: dict[str, object], sizes: tuple[int, ...]
) -> None:
    """Rank, batch and what is known agree with Keras; the rest is left open, never wrong."""
    world = new_world()
    predicted = shape(apply(world, build(world, name, **kwargs), tensor(world, *sizes)))
    real = tuple(getattr(keras.layers, name)(**kwargs)(np.ones(sizes, "float32")).shape)
    assert isinstance(predicted, tuple)
    assert len(predicted) == len(real)
    assert all(mine in (None, theirs) for mine, theirs in zip(predicted, real, strict=True))
    assert predicted[0] == B


SEVERAL = [
    ("Concatenate", {}, [(B, T, F), (B, T, 11)]),
    ("Concatenate", {"axis": 1}, [(B, T, F), (B, 3, F)]),
    ("Concatenate", {"axis": -1}, [(B, F), (B, 11), (B, 2)]),
    ("Add", {}, [(B, T, F), (B, T, F)]),
    ("Add", {}, [(B, T, F), (B, T, 1)]),
    ("Multiply", {}, [(B, T, F), (B, F)]),
    ("Average", {}, [(B, F), (B, F)]),
    ("Dot", {"axes": (2, 1)}, [(B, T, F), (B, F)]),
    ("Dot", {"axes": (2, 2)}, [(B, T, F), (B, 3, F)]),
    ("Dot", {"axes": 1}, [(B, F), (B, F)]),
    ("Dot", {"axes": -1}, [(B, F), (B, F)]),
    ("Dot", {"axes": (1, 1)}, [(B, T, F), (B, T)]),
    ("Attention", {}, [(B, T, F), (B, 5, F)]),
    ("AdditiveAttention", {}, [(B, T, F), (B, T, F)]),
]


@pytest.mark.parametrize("name, kwargs, sizes", SEVERAL, ids=str)
@pytest.mark.parametrize("as_list", [True, False])
def test_several_inputs(name: str, kwargs: dict[str, object], sizes: list[tuple[int, ...]], as_list: bool) -> None:
    world = new_world()
    parts = [tensor(world, *size) for size in sizes]
    given = world.new_list(parts) if as_list else convert(world, tuple(parts))
    predicted = apply(world, build(world, name, **kwargs), given)
    real = getattr(keras.layers, name)(**kwargs)([np.ones(size, "float32") for size in sizes])
    assert shape(predicted) == tuple(real.shape)


def test_functional_spelling_is_the_layer() -> None:
    world = new_world()
    parts = world.new_list([tensor(world, B, T, F), tensor(world, B, T, 11)])
    assert shape(operate(world, "keras.layers.concatenate", parts)) == (B, T, F + 11)
    parts = world.new_list([tensor(world, B, T, F), tensor(world, B, 2, F)])
    assert shape(operate(world, "keras.layers.concatenate", parts, axis=1)) == (B, T + 2, F)
    assert shape(operate(world, "keras.layers.add", world.new_list([tensor(world, B, F)] * 2))) == (B, F)


def test_attention_over_two_axes_attends_over_the_batch() -> None:
    """Keras accepts it; so the interpreter answers, and what was given stands in the event."""
    world = new_world()
    vectors = tensor(world, B, F)
    predicted = apply(world, build(world, "Attention"), world.new_list([vectors, vectors]))
    real = keras.layers.Attention()([np.ones((B, F), "float32")] * 2)
    assert shape(predicted) == tuple(real.shape)
    source = next(event for event in world.events if isinstance(event, Called)).source
    assert deep_shape(world, source) == ((B, F), (B, F))


def test_scores_come_behind_the_attended_values() -> None:
    world = new_world()
    query, value = np.ones((B, T, F), "float32"), np.ones((B, 2, F), "float32")
    given = (tensor(world, B, T, F), tensor(world, B, 2, F))
    result = apply(world, build(world, "MultiHeadAttention", 3, 4), *given, return_attention_scores=True)
    real = keras.layers.MultiHeadAttention(3, 4)(query, value, return_attention_scores=True)
    assert deep_shape(world, result) == tuple(tuple(part.shape) for part in real)
    result = apply(world, build(world, "Attention"), world.new_list(given), return_attention_scores=True)
    real = keras.layers.Attention()([query, value], return_attention_scores=True)
    assert deep_shape(world, result) == tuple(tuple(part.shape) for part in real)


def test_axes_keep_their_identity() -> None:
    world = new_world()
    steps = tensor(world, B, None, F)
    value: Value = steps
    for name, args in [
        ("Dense", (5,)),
        ("Dropout", (0.1,)),
        ("LayerNormalization", ()),
        ("Conv1D", (5, 3)),
        ("MaxPooling1D", ()),
    ]:
        value = apply(world, build(world, name, *args), value)
    assert isinstance(value, Tensor)
    assert [axis.id for axis in value.axes[:2]] == [axis.id for axis in steps.axes[:2]]
    assert any(
        claim.axis == steps.axes[0].id and claim.role is Role.BATCH and claim.strength is Strength.FACT
        for claim in world.claims
    )


def test_an_unknown_input_gets_the_rank_that_a_layer_wants() -> None:
    world = new_world()
    assert isinstance(apply(world, build(world, "Dense", 5), world.unknown()), OpenTensor)
    pooled = apply(world, build(world, "GlobalMaxPooling1D"), world.unknown("x"))
    assert isinstance(pooled, Tensor)
    assert len(pooled.axes) == 2
    assert world.learned[("x",)] == 3


@pytest.mark.parametrize(
    "name, args", [("Dense", (5,)), ("Reshape", ((2, 2),)), ("Flatten", ()), ("Permute", ((2, 1),))]
)
def test_what_is_no_tensor_gives_nothing(name: str, args: tuple[object, ...]) -> None:
    world = new_world()
    assert isinstance(apply(world, build(world, name, *args), convert(world, "text")), Unknown)
    assert isinstance(apply(world, build(world, "Concatenate"), world.unknown()), Unknown)
