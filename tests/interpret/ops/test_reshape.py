"""view, reshape, flatten on symbolic sizes: merges and splits are quiet, scrambles are told where they are proved."""

from __future__ import annotations

import pytest

from lstmlint.events import Reshaped
from lstmlint.sizes import Opaque, Size
from lstmlint.values import Axis, Num, OpenTensor, Role, Tensor
from tests.interpret.ops.bench import At, Bench, ids, size, sizes
from tests.interpret.programs import run_of


def number(name: str) -> Num:
    """A size that only its name is known of."""
    return Num(Size.symbol(Opaque(name)))


def view(bench: Bench, source: Tensor, *given: object) -> tuple[Tensor, Reshaped]:
    result = bench.call("Tensor.view", source, *given)
    assert isinstance(result, Tensor)
    return result, bench.events(Reshaped)[-1]


def states(bench: Bench, stack: int | None = 2) -> Tensor:
    """An h_n: (layers x directions, batch, hidden)."""
    return Tensor((bench.axis(stack, Role.STACK), bench.axis(), bench.axis(10, Role.FEATURE)))


# Quiet


def test_batch_kept_and_rest_merged() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    result, event = view(bench, x, size(x.axes[0]), -1)
    assert ids(result)[0] == x.axes[0].id
    assert result.axes[1].parts == x.axes[1:]
    assert not event.scrambled and not event.moved


@pytest.mark.parametrize("given", [(-1, 4), ("product", 4), ("product", -1)])
def test_steps_of_all_samples_in_one_row(given: tuple[object, ...]) -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    both = Num(x.axes[0].size * x.axes[1].size)
    result, event = view(bench, x, *(both if one == "product" else one for one in given))
    assert result.axes[0].parts == x.axes[:2]
    assert result.axes[1] == x.axes[2]
    assert not event.scrambled


def test_merged_axes_come_back() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    n, t = size(x.axes[0]), size(x.axes[1])
    flat, _ = view(bench, x, Num(n.size * t.size), -1)
    result, event = view(bench, flat, n, t, -1)
    assert result.axes == x.axes
    assert not event.scrambled


def test_a_new_feature_axis_behind_merged_ones() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    flat, _ = view(bench, x, -1, 4)
    scores = Tensor((flat.axes[0], bench.axis(9, Role.FEATURE)))
    result, _ = view(bench, scores, size(x.axes[0]), size(x.axes[1]), -1)
    assert ids(result) == [x.axes[0].id, x.axes[1].id, scores.axes[1].id]


def test_one_sample_between_steps_and_features() -> None:
    bench = Bench()
    rows = bench.tensor(None, 4)
    result, event = view(bench, rows, size(rows.axes[0]), 1, -1)
    assert (result.axes[0], result.axes[2]) == rows.axes
    assert result.axes[1].is_single and not event.scrambled


def test_rows_as_one_sample() -> None:
    bench = Bench()
    rows = bench.tensor(6, 4)
    result, event = view(bench, rows, -1, size(rows.axes[0]), 4)
    assert result.axes[1:] == rows.axes
    assert sizes(result) == [1, 6, 4] and not event.scrambled


def test_directions_side_by_side_are_split() -> None:
    bench = Bench()
    wide = bench.world.axis(Size.of(20), Role.FEATURE, directions=At("nn.LSTM(...)"))
    out = Tensor((bench.axis(), bench.axis(), wide))
    result, event = view(bench, out, size(out.axes[0]), size(out.axes[1]), 2, -1)
    assert [axis.role for axis in result.axes[2:]] == [Role.DIRECTION, Role.FEATURE]
    assert all(axis.directions is None for axis in result.axes[2:])
    assert sizes(result)[2:] == [2, 10] and not event.scrambled


def test_states_split_into_layers_and_directions() -> None:
    bench = Bench()
    h = states(bench, 6)
    result, event = view(bench, h, 3, 2, size(h.axes[1]), 10)
    assert [axis.role for axis in result.axes[:2]] == [Role.LAYER, Role.DIRECTION]
    assert result.axes[2:] == h.axes[1:] and not event.scrambled


@pytest.mark.parametrize("stack", [2, None])
def test_states_split_by_numbers_nobody_wrote_down(stack: int | None) -> None:
    bench = Bench()
    h = states(bench, stack)
    result, event = view(bench, h, number("layers"), number("directions"), size(h.axes[1]), 10)
    assert [axis.role for axis in result.axes[:2]] == [Role.LAYER, Role.DIRECTION]
    assert result.axes[2:] == h.axes[1:] and not event.scrambled


@pytest.mark.parametrize(
    ("given", "roles"), [((1, 2), [Role.LAYER, Role.DIRECTION]), ((2, 1), [Role.LAYER, Role.DIRECTION])]
)
def test_states_of_one_layer_or_direction(given: tuple[int, int], roles: list[Role]) -> None:
    bench = Bench()
    h = states(bench, 2)
    result, event = view(bench, h, *given, size(h.axes[1]), 10)
    assert [axis.role for axis in result.axes[:2]] == roles
    assert sizes(result)[:2] == list(given) and result.axes[2:] == h.axes[1:] and not event.scrambled


def test_states_turned_before_they_are_flattened() -> None:
    bench = Bench()
    h = states(bench, 2)
    turned = bench.call("Tensor.transpose", h, 0, 1)
    assert isinstance(turned, Tensor)
    result, event = view(bench, turned, size(h.axes[1]), -1)
    assert result.axes[0] == h.axes[1]
    assert result.axes[1].parts == (h.axes[0], h.axes[2]) and result.axes[1].role is Role.FEATURE
    assert not event.scrambled


def test_states_with_one_entry_lose_it_quietly() -> None:
    bench = Bench()
    h = states(bench, 1)
    result, event = view(bench, h, size(h.axes[1]), -1)
    assert result.axes == h.axes[1:] and not event.scrambled and not event.moved


def test_numbers_nobody_knows_prove_nothing() -> None:
    bench = Bench()
    x = bench.tensor(None, None, None)
    result, event = view(bench, x, -1, number("steps"), number("features"))
    assert not set(ids(result)) & set(ids(x))
    assert not event.scrambled and not event.moved


def test_windows_of_equal_length_are_no_scramble() -> None:
    bench = Bench()
    result, event = view(bench, bench.tensor(60, 8), -1, 12, 8)
    assert sizes(result) == [5, 12, 8] and not event.scrambled


def test_equal_numbers_without_names_are_taken_in_order() -> None:
    bench = Bench()
    x = bench.tensor(4, 4, 8)
    result, event = view(bench, x, 4, 4, -1)
    assert result.axes == x.axes and not event.scrambled


def test_a_batch_called_by_a_constant_is_believed() -> None:
    bench = Bench()
    x = bench.tensor(None, None, None)
    result, event = view(bench, x, number("batch size"), size(x.axes[1]), -1)
    assert result.axes == x.axes and not event.scrambled


def test_an_axis_made_as_long_as_anothers() -> None:
    bench = Bench()
    other, row = bench.tensor(None, None), bench.tensor(None)
    result, event = view(bench, row, size(other.axes[0]), size(other.axes[1]))
    assert ids(result) == ids(other) and not event.scrambled


def test_halves_of_the_first_axis_that_happen_to_be_as_many_as_the_last() -> None:
    bench = Bench()
    _, event = view(bench, bench.tensor(4, 6, 2), 2, 24)
    assert not event.scrambled and not event.moved


def test_a_size_that_the_number_of_entries_tells() -> None:
    bench = Bench()
    x = bench.tensor(None, 6, 2)
    result, event = view(bench, x, 11, 3, 4)
    assert ids(result)[0] == x.axes[0].id and sizes(result) == [11, 3, 4] and not event.scrambled
    several = bench.tensor(None, None, 2)
    assert not view(bench, several, 6, 11, 2)[1].scrambled
    assert not view(bench, x, 6, number("steps"), 2)[1].scrambled
    assert not view(bench, x, 7, 11, 2)[1].scrambled


def test_one_size_twice_is_not_one_axis_twice() -> None:
    bench = Bench()
    other, row = bench.tensor(None), bench.tensor(None)
    result, _ = view(bench, row, size(other.axes[0]), size(other.axes[0]))
    assert ids(result)[0] == other.axes[0].id and ids(result)[1] not in ids(other)


def test_a_size_that_says_where_the_axes_are_is_not_believed_to_be_another() -> None:
    bench = Bench()
    x = bench.tensor(None, None, None, None)
    a, b, c, d = x.axes
    result, _ = view(bench, x, size(b), size(c), Num(a.size * d.size))
    assert [axis.size for axis in result.axes] == [b.size, c.size, a.size * d.size]


def test_images_with_equal_sides() -> None:
    bench = Bench()
    x = bench.tensor(None, 1, 28, 28)
    result, event = view(bench, x, -1, 28, 28)
    assert ids(result) == [x.axes[0].id, x.axes[2].id, x.axes[3].id] and not event.scrambled


def test_a_written_one_is_believed_where_the_axis_stands() -> None:
    bench = Bench()
    flat = bench.tensor(None, 35)
    result, event = view(bench, flat, 1, 5, -1)
    assert sizes(result)[:2] == [1, 5] and not event.scrambled


# Proved


def test_exchanged_by_name() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    result, event = view(bench, x, size(x.axes[1]), size(x.axes[0]), -1)
    assert event.scrambled and event.moved == x.axes[:2]
    assert not {axis.id for axis in x.axes[:2]} & set(ids(result))
    assert [axis.size for axis in result.axes[:2]] == [x.axes[1].size, x.axes[0].size]
    assert result.axes[2] == x.axes[2]
    assert result.noted("scrambled") is not None


def test_exchanged_by_name_though_equally_long() -> None:
    bench = Bench()
    x = bench.tensor(4, 4, 8)
    _, event = view(bench, x, size(x.axes[1]), size(x.axes[0]), -1)
    assert event.scrambled


def test_exchanged_by_numbers() -> None:
    bench = Bench()
    x = bench.tensor(6, 11, 2)
    result, event = view(bench, x, 11, 6, 2)
    assert event.scrambled and result.axes[2] == x.axes[2]


def test_exchanged_where_the_number_of_entries_tells_the_size() -> None:
    bench = Bench()
    x = bench.tensor(None, 6, 2)
    result, event = view(bench, x, 6, 11, 2)
    assert event.scrambled and result.axes[2] == x.axes[2]


def test_exchanged_by_numbers_that_divide_each_other() -> None:
    bench = Bench()
    _, event = view(bench, bench.tensor(8, 4, 2), 4, 2, 8)
    assert event.scrambled


def test_exchanging_an_axis_of_one_entry_is_no_scramble() -> None:
    bench = Bench()
    x = bench.tensor(1, 5, 8)
    result, event = view(bench, x, size(x.axes[1]), size(x.axes[0]), 8)
    assert not event.scrambled and result.axes[0] == x.axes[1]


def test_channels_and_steps_exchanged_behind_the_batch() -> None:
    bench = Bench()
    x = bench.tensor(None, 16, None)
    result, event = view(bench, x, size(x.axes[0]), size(x.axes[2]), 16)
    assert event.scrambled and result.axes[0] == x.axes[0]


def test_a_batch_behind_the_steps() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    _, event = view(bench, x, -1, size(x.axes[0]), 4)
    assert event.scrambled


@pytest.mark.parametrize("stack", [2, 4])
def test_states_flattened_per_sample_without_turning(stack: int) -> None:
    bench = Bench()
    h = states(bench, stack)
    _, event = view(bench, h, size(h.axes[1]), -1)
    assert event.scrambled and event.moved == h.axes[:2]


def test_states_flattened_by_a_number_that_their_count_divides() -> None:
    bench = Bench()
    _, event = view(bench, bench.tensor(2, 32, 128), 32, -1)
    assert event.scrambled


def test_states_as_a_query_without_turning() -> None:
    bench = Bench()
    h = states(bench, 2)
    result, event = view(bench, h, -1, 20, 1)
    assert event.scrambled and result.axes[0].size == h.axes[1].size and sizes(result)[1:] == [20, 1]


def test_features_taken_for_layers() -> None:
    bench = Bench()
    hidden = bench.tensor(None, 20)
    _, event = view(bench, hidden, 2, size(hidden.axes[0]), 10)
    assert event.scrambled


def test_merged_axes_that_come_back_exchanged() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    flat, _ = view(bench, x, -1, 4)
    _, event = view(bench, flat, size(x.axes[1]), size(x.axes[0]), 4)
    assert event.scrambled


def test_numbers_merged_in_another_order() -> None:
    bench = Bench()
    _, event = view(bench, bench.tensor(3, 5, 7, 11), 21, 55)
    assert event.scrambled


# Possible


def test_states_of_unknown_count_may_be_mixed() -> None:
    bench = Bench()
    h = states(bench, None)
    result, event = view(bench, h, size(h.axes[1]), -1)
    assert not event.scrambled and event.moved == h.axes[:2]
    assert not set(ids(result)) & set(ids(h))


# The operations around


def test_flatten_counts_from_both_ends() -> None:
    bench = Bench()
    x = bench.tensor(None, 5, 4, 7)
    result = bench.call("torch.flatten", x, 1, -2)
    assert isinstance(result, Tensor)
    assert ids(result)[0] == x.axes[0].id and result.axes[1].parts == x.axes[1:3] and result.axes[2] == x.axes[3]
    assert bench.events(Reshaped)[-1].result == result


def test_the_target_says_the_rank_of_an_unknown_tensor() -> None:
    bench = Bench()
    batch, width = bench.axis(), bench.axis(8, Role.FEATURE)
    source = OpenTensor("x", tail=(width,))
    result = bench.call("Tensor.view", source, size(batch), -1, 8)
    assert isinstance(result, Tensor)
    assert (result.axes[0].id, result.axes[2]) == (batch.id, width)
    assert not bench.events(Reshaped)


def test_a_view_as_another_type_keeps_the_axes() -> None:
    bench = Bench()
    x = bench.tensor(3, 5)
    assert bench.call("Tensor.reshape_as", x, x) == x


def test_notes_travel() -> None:
    bench = Bench()
    turned = bench.call("Tensor.transpose", bench.tensor(None, None, 4), 0, 1)
    assert isinstance(turned, Tensor)
    result, _ = view(bench, turned, -1, 4)
    assert result.noted("transposed") is not None and isinstance(result.axes[0], Axis)


@pytest.mark.parametrize(
    ("given", "rank"),
    [
        ("view(x.size(1), x.size(0), x.size(2))", 3),
        ("reshape(x.shape[0], x.shape[2], x.shape[1])", 3),
        ("view(x.size(0) * x.size(3), x.size(1), -1)", 4),
        ("view(x.size(0) * x.size(1), x.size(2))", 3),
        ("view(x.size(0), x.size(1), -1)", None),
        ("view(x.size(0), x.size(2), -1)", 3),
        ("view(x.size(0), x.size(1), x.size(2), -1)", None),
        ("view(x.size(0), -1)", None),
        ("view(x.size(0), other.size(1), x.size(2))", None),
    ],
)
def test_its_own_sizes_tell_the_rank_of_an_unknown_tensor(given: str, rank: int | None) -> None:
    run = run_of(f"import torch\n\ndef shaped(x, other):\n    y = x.{given}\n    return torch.nn.LSTM(3, 4), y\n")
    ranks = {root[2]: known for root, known in run.world.ranks.items() if isinstance(root, tuple) and len(root) > 2}
    assert ranks.get("x") == rank
