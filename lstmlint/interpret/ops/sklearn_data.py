"""scikit-learn's helpers that stand between arrays and a model: splitting and scaling."""

from __future__ import annotations

from lstmlint.interpret.ops.shape import resized
from lstmlint.interpret.registry import Call, operation
from lstmlint.values import OpenTensor, Tensor, Tuple, Unknown, Value
from lstmlint.world import World


@operation("sklearn.model_selection.train_test_split", "sklearn.cross_validation.train_test_split")
def train_test_split(world: World, call: Call) -> Value:
    """Each array becomes two: some of its samples, which are axis 0, and the others."""
    if call.open_ended or not call.args:
        return world.unknown()
    return Tuple(tuple(_some(world, array) for array in call.args for _ in range(2)))


def _some(world: World, array: Value) -> Value:
    tensor = world.tensor(array)
    if isinstance(tensor, Tensor) and tensor.axes:
        return Tensor((resized(world, tensor.axes[0], None), *tensor.axes[1:]), tensor.trail)
    if isinstance(tensor, OpenTensor) and not tensor.head and isinstance(array, Unknown):
        return world.unknown()
    return tensor or world.unknown()


@operation("Tensor.fit_transform", "Tensor.inverse_transform")
def transform(world: World, call: Call) -> Value:
    """Samples stay samples and the rank stays; an encoder or a PCA gives another number of features."""
    given = call.arg(1, "X", "x", "y")
    tensor = None if given is None else world.tensor(given)
    if not isinstance(tensor, Tensor) or len(tensor.axes) > 2:
        return world.unknown()
    return Tensor((*tensor.axes[:1], *(resized(world, axis, None) for axis in tensor.axes[1:])), tensor.trail)
