"""Subscripts: what is kept, cut, dropped and picked, and what is told of it."""

from __future__ import annotations

import pytest

from lstmlint.events import Gathered, Selected
from lstmlint.sizes import Opaque, Size
from lstmlint.values import Axis, External, Num, OpenTensor, Role, Strength, Tensor, Unknown
from tests.interpret.ops.bench import Bench, ids, size, sizes


def minus(axis: Axis, number: int) -> Num:
    """The size of an axis less a number."""
    return Num(axis.size - Size.of(number))


# Quiet


@pytest.mark.parametrize(
    "subscripts", [(slice(None),), (slice(0, None),), (...,), (slice(None), ...), (slice(None, None, -1),)]
)
def test_whole_axes_are_kept(subscripts: tuple[object, ...]) -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    assert bench.item(x, *subscripts) == x
    assert not bench.events(Selected)


def test_slices_lists_and_none_drop_nothing() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    result = bench.item(x, slice(1, None), None, [0, 2])
    assert isinstance(result, Tensor)
    assert [axis.id for axis in result.axes if not axis.is_single] == ids(x)
    assert not bench.events(Selected) and not bench.world.claims


def test_newaxis_of_a_library() -> None:
    bench = Bench()
    assert sizes(bench.item(bench.tensor(3), External("numpy.newaxis"))) == [1, 3]


@pytest.mark.parametrize("subscript", ["name", 1.5, Unknown("index")])
def test_what_may_be_anything_gives_nothing(subscript: object) -> None:
    bench = Bench()
    assert isinstance(bench.item(bench.tensor(3, 5), slice(None), subscript), Unknown)


def test_more_subscripts_than_axes_give_nothing() -> None:
    bench = Bench()
    assert isinstance(bench.item(bench.tensor(3), 0, 0), Unknown)


def test_an_integer_beside_a_list_where_torch_and_numpy_differ() -> None:
    bench = Bench()
    assert isinstance(bench.item(bench.tensor(3, 5, 4), 0, slice(None), [0, 1]), Unknown)


def test_classes_picked_by_a_counter_say_nothing_of_time() -> None:
    bench = Bench()
    scores, labels = bench.tensor(None, 10), bench.tensor(None)
    rows = bench.call("torch.arange", size(scores.axes[0]))
    assert ids(bench.item(scores, rows, labels)) == [scores.axes[0].id]
    assert not bench.world.claims


# What is told


@pytest.mark.parametrize(
    ("subscript", "index", "last"), [(-1, -1, True), (0, 0, False), (-2, -2, False), (2, 2, False), (4, 4, True)]
)
def test_one_entry_is_told_of(subscript: int, index: int, last: bool) -> None:
    bench = Bench()
    out = bench.tensor(None, 5, 8)
    result = bench.item(out, slice(None), subscript)
    assert ids(result) == [out.axes[0].id, out.axes[2].id]
    told = bench.events(Selected)
    assert [(one.position, one.axis, one.index, one.last, one.alone) for one in told] == [
        (1, out.axes[1], index, last, True)
    ]
    assert told[0].source == out and told[0].result == result


def test_the_size_less_one_is_the_last() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    bench.item(out, slice(None), minus(out.axes[1], 1))
    bench.item(out, minus(out.axes[1], 1))
    bench.item(out, minus(out.axes[0], 2))
    assert [(one.position, one.last) for one in bench.events(Selected)] == [(1, True), (0, False), (0, False)]


def test_another_cut_beside_it_is_told() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    bench.item(out, slice(None), -1, slice(None, 4))
    bench.item(out, ..., -1, 0)
    assert [one.alone for one in bench.events(Selected)] == [False, False, False]
    assert [one.position for one in bench.events(Selected)] == [1, 1, 2]


def test_an_ellipsis_counts_from_the_end() -> None:
    bench = Bench()
    out = bench.tensor(None, None, 8)
    assert ids(bench.item(out, ..., -1, slice(None))) == [out.axes[0].id, out.axes[2].id]
    assert bench.events(Selected)[0].position == 1


# Slices


SLICES = [
    (slice(None, -1), "T-1"),
    (slice(1, None), "T-1"),
    (slice(-1, None), "1"),
    (slice(-3, None), "3"),
    (slice(None, 3), "3"),
    (slice(1, -1), "T-2"),
    (slice(-3, -1), "2"),
    (slice(2, 5), "3"),
]


@pytest.mark.parametrize(("part", "wanted"), SLICES)
def test_slices_of_an_unknown_size(part: slice, wanted: str) -> None:
    bench = Bench()
    x = bench.tensor(None)
    result = bench.item(x, part)
    assert isinstance(result, Tensor)
    whole, _, less = wanted.partition("-")
    size = x.axes[0].size - Size.of(int(less)) if whole == "T" else Size.of(int(whole))
    assert (result.axes[0].id, result.axes[0].size) == (x.axes[0].id, size)


def test_a_moving_slice_of_one() -> None:
    bench = Bench()
    step = Num(Size.symbol(Opaque("step")))
    x = bench.tensor(None, None, 4)
    result = bench.item(x, slice(None), slice(step, Num(step.size + Size.of(1))))
    assert sizes(result)[1] == 1 and ids(result) == ids(x)


def test_a_slice_to_the_size_of_the_axis_is_the_axis() -> None:
    bench = Bench()
    x = bench.tensor(None, 4)
    assert bench.item(x, slice(None, size(x.axes[0]))) == x


def test_a_slice_by_something_unknown_keeps_the_axis_only() -> None:
    bench = Bench()
    x = bench.tensor(7)
    result = bench.item(x, slice(None, Unknown("end")))
    assert ids(result) == ids(x) and sizes(result) == [None]


def test_a_part_of_the_features_has_no_directions() -> None:
    bench = Bench()
    wide = bench.world.axis(Size.of(20), Role.FEATURE, directions=None)
    out = Tensor((bench.axis(), wide))
    result = bench.item(out, ..., slice(None, 10))
    assert isinstance(result, Tensor)
    assert result.axes[1].directions is None and result.axes[1].role is Role.FEATURE


# Masks, tables, counters


def test_a_mask_leaves_one_axis() -> None:
    bench = Bench()
    x = bench.tensor(3, 5, 4)
    mask = bench.call("torch.gt", Tensor(x.axes[:2]), 0)
    result = bench.item(x, mask)
    assert isinstance(result, Tensor)
    assert len(result.axes) == 2 and result.axes[0].id not in ids(x) and result.axes[0].size.known is None


def test_a_mask_along_one_axis_keeps_it() -> None:
    bench = Bench()
    x = bench.tensor(3, 5, 4)
    mask = bench.call("operator.ne", Tensor(x.axes[:1]), 0)
    result = bench.item(x, mask)
    assert ids(result) == ids(x) and sizes(result) == [None, 5, 4]


def test_rows_of_a_table_have_the_axes_of_the_positions() -> None:
    bench = Bench()
    table, tokens = bench.tensor(30, 4), bench.tensor(None, None)
    assert ids(bench.item(table, tokens)) == [*ids(tokens), table.axes[1].id]


def test_samples_in_another_order_are_the_samples() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    order = bench.call("torch.argsort", Tensor(x.axes[:1]))
    assert ids(bench.item(x, order)) == ids(x)


@pytest.mark.parametrize("counts_first", [True, False])
def test_one_step_for_each_sample(counts_first: bool) -> None:
    bench = Bench()
    out, lengths = bench.tensor(None, None, 8), bench.tensor(None)
    batch, time = out.axes[:2] if counts_first else (out.axes[1], out.axes[0])
    rows = bench.call("torch.arange", size(batch))
    last = bench.call("operator.sub", lengths, 1)
    result = bench.item(out, *((rows, last) if counts_first else (last, rows)))
    assert ids(result) == [batch.id, out.axes[2].id]
    assert [(claim.role, claim.strength) for claim in bench.claims(batch)] == [(Role.BATCH, Strength.STRUCTURE)]
    assert [(claim.role, claim.strength) for claim in bench.claims(time)] == [(Role.TIME, Strength.STRUCTURE)]


def test_a_step_for_each_sample_is_told_of() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 8)
    rows = bench.call("torch.arange", size(x.axes[0]))
    for lengths in (bench.tensor(None), Num(Size.symbol(Opaque("lengths")))):
        bench.item(x, rows, lengths)
        bench.item(x, lengths, rows)
    bench.item(x, rows)
    bench.item(bench.tensor(None, 8), rows, bench.tensor(None))
    told = bench.events(Gathered)
    assert [event.position for event in told] == [1, 0, 1, 0]
    assert all(event.counted == rows for event in told)


# Tensors of unknown rank


def test_unknown_rank_is_cut_where_that_is_sure() -> None:
    bench = Bench()
    width = bench.axis(8)
    x = OpenTensor("x", tail=(width,))
    assert bench.item(x, ..., -1) == OpenTensor("x")
    assert bench.item(x, ...) == x
    assert isinstance(bench.item(x, -1), Unknown)
    assert isinstance(bench.item(x, slice(None), -1), Unknown)
    grown = bench.item(x, None)
    assert isinstance(grown, OpenTensor) and len(grown.head) == 1
    assert bench.item(grown, 0) == x


# One entry left


def test_slices_of_the_last_entry_are_told_of_as_kept() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    for number, subscripts in enumerate([(slice(-1, None),), (slice(None), slice(-1, None)), (slice(None), [-1])]):
        bench.item(x, *subscripts)
        selected = bench.events(Selected)[number]
        assert (selected.position, selected.last, selected.kept) == (len(subscripts) - 1, True, True)
        assert selected.result.axes[selected.position].is_single


def test_other_slices_are_not() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    for subscript in (slice(-2, None), slice(0, 1), slice(None, -1), [0], [0, -1], slice(-1, None, 2)):
        bench.item(x, subscript)
    assert not bench.events(Selected)


def test_the_axis_whose_last_position_was_worked_out_is_remembered() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    last = Num(x.axes[1].size - Size.of(1), last_of=x.axes[1].id)
    bench.item(x, last)
    bench.item(x, slice(None), last)
    wrong, right = bench.events(Selected)
    assert (wrong.last, wrong.meant) == (False, x.axes[1].id) and (right.last, right.meant) == (True, x.axes[1].id)
