"""DataLoaders: their batches have the batch first, unless somebody else collates."""

from __future__ import annotations

from lstmlint.interpret.registry import Call
from lstmlint.values import Const, Function, Layer, ListRef, Role, Strength, Tensor, Tuple, Unknown, Value
from lstmlint.world import World
from tests.interpret.torch_worlds import new_world, operate, tensor

DATA = "torch.utils.data"


def first_batch(world: World, loader: Value) -> Value:
    """The sample batch of a loader."""
    batches = operate(world, f"{DATA}.DataLoader.__iter__", loader)
    assert isinstance(batches, ListRef) and world.is_open(batches)
    [batch] = world.items(batches)
    return batch


def test_the_default_collate_function_puts_the_batch_first() -> None:
    world = new_world()
    dataset = operate(world, f"{DATA}.TensorDataset", tensor(world, 24, 7, 5), tensor(world, 24))
    loader = operate(world, f"{DATA}.DataLoader", dataset, batch_size=8)
    batch = first_batch(world, loader)
    assert isinstance(batch, Tuple)
    x, y = batch.items
    assert isinstance(x, Tensor) and isinstance(y, Tensor)
    assert [axis.size.known for axis in x.axes] == [None, 7, 5]
    assert y.axes == x.axes[:1]
    assert [(claim.axis, claim.role, claim.strength) for claim in world.claims] == [
        (x.axes[0].id, Role.BATCH, Strength.FACT)
    ]


def test_batches_of_one_claim_nothing() -> None:
    world = new_world()
    dataset = operate(world, f"{DATA}.TensorDataset", tensor(world, 24, 7, 5))
    batch = first_batch(world, operate(world, f"{DATA}.DataLoader", dataset))
    assert isinstance(batch, Tuple) and isinstance(batch.items[0], Tensor) and batch.items[0].axes[0].is_single
    assert world.claims == []


def test_without_batching_nothing_is_known() -> None:
    world = new_world()
    dataset = operate(world, f"{DATA}.TensorDataset", tensor(world, 24, 7, 5))
    batch = first_batch(world, operate(world, f"{DATA}.DataLoader", dataset, batch_size=None))
    assert isinstance(batch, Unknown) and world.claims == []


def test_a_collate_function_of_the_program_is_called_with_samples() -> None:
    world = new_world()
    seen: list[tuple[Value, Call]] = []

    def record(callee: Value, call: Call) -> Value:
        seen.append((callee, call))
        return Const("collated")

    world.apply = record
    dataset = operate(world, f"{DATA}.TensorDataset", tensor(world, 24, 7))
    loader = operate(world, f"{DATA}.DataLoader", dataset, batch_size=4, collate_fn=Function(1, "collate"))
    assert first_batch(world, loader) == Const("collated")
    [(callee, call)] = seen
    assert callee == Function(1, "collate")
    [sample] = world.items(call.args[0])  # type: ignore[arg-type]
    assert isinstance(sample, Tuple) and len(sample.items[0].axes) == 1  # type: ignore[attr-defined]


def test_parts_of_an_unknown_batch_claim_once_their_rank_is_known() -> None:
    def loaded(world: World) -> Value:
        world.site = "here"
        return first_batch(world, operate(world, f"{DATA}.DataLoader", Unknown("dataset"), batch_size=4))

    first = new_world()
    batch = loaded(first)
    assert isinstance(batch, Unknown) and first.claims == []
    second = new_world()
    part = ("part", batch.root, 0)
    second.ranks = {part: 3}
    loaded(second)
    known = second.tensor(Unknown(part))
    assert isinstance(known, Tensor)
    assert [(claim.axis, claim.role) for claim in second.claims] == [(known.axes[0].id, Role.BATCH)]


def test_split_data_sets_are_data_sets() -> None:
    world = new_world()
    dataset = operate(world, f"{DATA}.TensorDataset", tensor(world, 24, 7))
    parts = operate(world, f"{DATA}.random_split", dataset, world.new_list([]))
    assert isinstance(parts, ListRef) and world.items(parts) == (dataset,)
    assert operate(world, f"{DATA}.Subset", dataset) == dataset
    assert isinstance(dataset, Layer)
