"""DataLoaders: their batches have the batch first, unless somebody else collates."""

from __future__ import annotations

from lstmlint.interpret.registry import Call
from lstmlint.sizes import Size
from lstmlint.values import (
    Class,
    Const,
    Function,
    Instance,
    Layer,
    ListRef,
    Num,
    OpenTensor,
    Role,
    Strength,
    Tensor,
    Tuple,
    Unknown,
    Value,
    as_size,
)
from lstmlint.world import World
from tests.interpret.programs import variables_of
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
    assert [axis.size.known for axis in x.axes] == [8, 7, 5]
    assert y.axes == x.axes[:1] and not world.ragged
    assert [(claim.axis, claim.role, claim.strength) for claim in world.claims] == [
        (x.axes[0].id, Role.BATCH, Strength.FACT)
    ]


def batches_of(rows: int | None, **arguments: object) -> tuple[int | None, list[tuple[int, int | None]]]:
    """The size of the batches that a loader over some rows hands out, and what is said of a smaller last one."""
    world = new_world()
    dataset = operate(world, f"{DATA}.TensorDataset", tensor(world, rows, 5))
    batch = first_batch(world, operate(world, f"{DATA}.DataLoader", dataset, **arguments))
    assert isinstance(batch, Tuple) and isinstance(batch.items[0], Tensor)
    return batch.items[0].axes[0].size.known, [(ragged.size, ragged.rest) for ragged in world.ragged.values()]


def test_all_batches_are_alike_where_the_rows_fit_or_the_rest_is_dropped() -> None:
    assert batches_of(24, batch_size=8) == (8, [])
    assert batches_of(3, batch_size=8) == (3, [])
    assert batches_of(25, batch_size=8, drop_last=True) == (8, [])
    assert batches_of(None, batch_size=8, drop_last=True) == (8, [])


def test_the_last_batch_may_be_smaller() -> None:
    assert batches_of(26, batch_size=8) == (None, [(8, 2)])
    assert batches_of(26, batch_size=8, shuffle=True) == (None, [(8, 2)])
    assert batches_of(None, batch_size=8) == (None, [(8, None)])


def test_a_sampler_or_an_unknown_flag_leaves_the_last_batch_open() -> None:
    assert batches_of(26, batch_size=8, sampler=Unknown("sampler")) == (None, [])
    assert batches_of(26, batch_size=8, drop_last=Unknown("flag")) == (None, [])
    assert batches_of(26, batch_size=Unknown("size")) == (None, [])


def test_a_part_of_a_data_set_has_nobody_knows_how_many_samples() -> None:
    world = new_world()
    dataset = operate(world, f"{DATA}.TensorDataset", tensor(world, 24, 5))
    part = operate(world, f"{DATA}.Subset", dataset, Unknown("positions"))
    first_batch(world, operate(world, f"{DATA}.DataLoader", part, batch_size=8))
    assert [(ragged.size, ragged.rest) for ragged in world.ragged.values()] == [(8, None)]


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
    assert isinstance(parts, ListRef) and world.is_open(parts) and isinstance(dataset, Layer)
    [part] = world.items(parts)
    assert isinstance(part, Layer) and part.spec == dataset.spec
    [whole], [cut] = dataset.inner, part.inner
    assert isinstance(whole, Tensor) and isinstance(cut, Tensor)
    assert cut.axes[0].id == whole.axes[0].id and cut.axes[0].size.known is None and cut.axes[1:] == whole.axes[1:]
    subset = operate(world, f"{DATA}.Subset", dataset)
    assert isinstance(subset, Layer) and subset.spec == dataset.spec


def test_a_tensor_is_a_data_set_of_its_rows() -> None:
    world = new_world()
    rows = tensor(world, 24, 7, 5)
    batch = first_batch(world, operate(world, f"{DATA}.DataLoader", rows, batch_size=8))
    assert isinstance(batch, Tensor)
    assert batch.axes[1:] == rows.axes[1:] and batch.axes[0].id != rows.axes[0].id
    assert [(claim.axis, claim.kind) for claim in world.claims] == [(batch.axes[0].id, "loader")]


def test_what_is_computed_out_of_unknown_data_need_not_be_a_number() -> None:
    world = new_world()
    half = as_size(Unknown("label"))
    assert half is not None
    counted, computed = Num(Size.of(3)), Num(half + Size.of(1))
    world.apply = lambda callee, call: Tuple((counted, computed))
    batch = first_batch(world, operate(world, f"{DATA}.DataLoader", Instance(1, Class(1, "Data")), batch_size=8))
    assert isinstance(batch, Tuple)
    assert isinstance(batch.items[0], Tensor) and len(batch.items[0].axes) == 1
    assert isinstance(batch.items[1], OpenTensor) and len(batch.items[1].head) == 1


def test_the_tensors_of_a_data_set_can_be_had_whole() -> None:
    variables = variables_of(
        """
        import torch
        from torch.utils.data import TensorDataset

        x, y = TensorDataset(torch.zeros(24, 7), torch.zeros(24)).tensors
        """
    )
    x, y = variables["x"], variables["y"]
    assert isinstance(x, Tensor) and isinstance(y, Tensor)
    assert (len(x.axes), len(y.axes)) == (2, 1)


def test_one_of_many_numbers_is_a_number() -> None:
    variables = variables_of(
        """
        import torch
        from somewhere import position

        few, many = [1.5, 2.5], [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
        one, other = torch.tensor(few[position]), torch.tensor(many[position])
        text = torch.tensor(["a", "b", "c", "d", "e", "f"][position])
        """
    )
    assert variables["one"] == variables["other"] == Tensor(())
    assert not isinstance(variables["text"], Tensor)


LISTED = """
import torch
from torch.utils.data import DataLoader

samples = [(torch.zeros(n, 3), 7, n % 2) for n in (5, 9, 4)]
kept = []


def gather(items):
    kept.append(items)
    return items


for batch in DataLoader(samples, batch_size=2, collate_fn=gather):
    for rows, same, other in batch:
        pass
"""


def test_of_samples_that_differ_only_what_they_share_is_known() -> None:
    found = variables_of(LISTED)
    rows, same, other = (found[name] for name in ("rows", "same", "other"))
    assert isinstance(rows, Tensor)
    assert [axis.size.known for axis in rows.axes] == [None, 3]
    assert same == Const(7) and not isinstance(other, Const)
