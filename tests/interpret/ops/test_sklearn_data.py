"""scikit-learn's helpers."""

from __future__ import annotations

from lstmlint.values import Tensor, Tuple, Unknown
from tests.interpret.keras_worlds import deep_shape, new_world, operate, tensor

SPLIT = "sklearn.model_selection.train_test_split"


def test_each_array_becomes_two() -> None:
    world = new_world()
    parts = operate(world, SPLIT, tensor(world, 30, 5, 7), tensor(world, 30), test_size=0.2)
    assert deep_shape(world, parts) == ((None, 5, 7), (None, 5, 7), (None,), (None,))
    assert isinstance(operate(world, SPLIT), Unknown)


def test_samples_stay_samples() -> None:
    world = new_world()
    x = tensor(world, 30, 5)
    parts = operate(world, SPLIT, x)
    assert isinstance(parts, Tuple)
    train = parts.items[0]
    assert isinstance(train, Tensor)
    assert train.axes[0].id == x.axes[0].id
    assert isinstance(operate(world, SPLIT, world.unknown()).items[0], Unknown)  # type: ignore[attr-defined]


def test_a_transformer_keeps_samples_and_rank() -> None:
    world = new_world()
    transformer = world.unknown("transformer")
    table = tensor(world, 30, 5)
    result = operate(world, "Tensor.fit_transform", transformer, table)
    assert deep_shape(world, result) == (30, None)
    assert deep_shape(world, operate(world, "Tensor.fit_transform", transformer, tensor(world, 30))) == (30,)
    assert isinstance(operate(world, "Tensor.fit_transform", transformer, world.unknown()), Unknown)
    assert isinstance(operate(world, "Tensor.fit_transform", transformer), Unknown)
