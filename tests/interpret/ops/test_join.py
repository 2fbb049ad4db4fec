"""cat and stack: what becomes of the joined axis, and what is told."""

from __future__ import annotations

from lstmlint.catalogue.lookup import layer_spec
from lstmlint.events import Joined, UsedAsTensor
from lstmlint.sizes import Size
from lstmlint.values import Layer, OpenTensor, Role, Tensor, Tuple, Unknown
from tests.interpret.ops.bench import At, Bench, ids, sizes


def features(bench: Bench, *sizes: int | None) -> Tensor:
    """A tensor whose last axis is one of features."""
    return Tensor((*bench.tensor(*sizes[:-1]).axes, bench.axis(sizes[-1], Role.FEATURE)))


def test_features_side_by_side_are_new_features() -> None:
    bench = Bench()
    one, other = features(bench, None, 4), features(bench, None, 8)
    found = bench.call("torch.cat", (one, other), dim=-1)
    assert isinstance(found, Tensor)
    assert found.axes[0] == one.axes[0] and sizes(found)[1] == 12 and found.axes[1].role is Role.FEATURE
    assert found.axes[1].id not in (one.axes[1].id, other.axes[1].id)
    assert ids(bench.call("torch.cat", (one, one), -1))[1] != one.axes[1].id


def test_the_same_axis_twice_is_the_axis_twice_as_long() -> None:
    bench = Bench()
    x = bench.tensor(None, 4)
    found = bench.call("torch.cat", [x, x])
    assert isinstance(found, Tensor)
    assert (found.axes[0].id, found.axes[0].size) == (x.axes[0].id, x.axes[0].size * Size.of(2))


def test_a_first_step_of_zeros_does_not_hide_the_axes() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    found = bench.call("torch.cat", [bench.tensor(3, 1, 4), x], 1)
    assert ids(found) == ids(x)


def test_outputs_collected_in_a_loop_run_over_a_new_axis() -> None:
    bench = Bench()
    step = bench.tensor(None, 1, 8)
    steps = bench.world.new_list([step], open_ended=True)
    found = bench.call("torch.cat", steps, 1)
    assert ids(found)[0] == step.axes[0].id and ids(found)[1] != step.axes[1].id
    assert sizes(found)[1] is None


def test_what_is_told() -> None:
    bench = Bench()
    x = bench.tensor(None, 4)
    joined = bench.call("torch.cat", (x, x), -1)
    stacked = bench.call("numpy.stack", [x, x, x], axis=1)
    one, other = bench.events(Joined)
    assert (one.how, one.position, one.axis, one.parts, one.result) == ("cat", 1, x.axes[1], (x, x), joined)
    assert (other.how, other.position, other.axis, other.result) == ("stack", 1, None, stacked)
    assert sizes(stacked)[1] == 3


def test_joining_proves_the_rank() -> None:
    bench = Bench()
    x = bench.tensor(None, None, 4)
    found = bench.call("torch.cat", [x, Unknown("more")], 1)
    assert isinstance(found, Tensor) and len(found.axes) == 3
    assert bench.world.learned["more"] == 3


def test_unknown_ranks_are_joined_at_the_end_only() -> None:
    bench = Bench()
    one, other = OpenTensor("x", tail=(bench.axis(8),)), OpenTensor("x", tail=(bench.axis(4),))
    found = bench.call("torch.cat", [one, other], -1)
    assert isinstance(found, OpenTensor) and found.tail[0].size == Size.of(12)
    other_way = bench.call("torch.cat", [one, other], 1)
    assert isinstance(other_way, OpenTensor) and other_way.tail[0].size.known is None


def test_what_is_joined_has_as_many_axes_as_its_parts() -> None:
    bench = Bench()
    found = bench.call("torch.cat", [OpenTensor("x", tail=(bench.axis(8),)), OpenTensor("y")], 1)
    assert isinstance(found, OpenTensor)
    assert isinstance(bench.world.tensor(found, 3), Tensor)
    assert bench.world.learned["x"] == 2


def test_states_stay_states() -> None:
    bench = Bench()
    h, c = (Tensor(bench.tensor(2, None, 8).axes, state=name) for name in "hc")
    both, mixed = bench.call("torch.cat", [h, h]), bench.call("torch.cat", [h, c])
    assert isinstance(both, Tensor) and isinstance(mixed, Tensor)
    assert (both.state, mixed.state) == ("h", None)


def test_a_layers_tuple_among_the_parts_is_noticed() -> None:
    bench = Bench()
    spec = layer_spec("torch.nn.LSTM")
    assert spec is not None
    result = Tuple(
        (bench.tensor(3, 5, 8), Unknown("state")), layer=Layer(1, spec, (), At("nn.LSTM(4, 8)")), part="result"
    )
    assert isinstance(bench.call("torch.cat", [result, bench.tensor(3, 5, 8)]), Unknown)
    assert isinstance(bench.call("torch.relu", result), Unknown)
    assert [one.value for one in bench.events(UsedAsTensor)] == [result, result]


def test_the_same_axis_many_times_is_merged_of_times_and_axis() -> None:
    bench = Bench()
    step = bench.tensor(None, 8)
    found = bench.call("torch.cat", bench.world.new_list([step], open_ended=True), 0)
    assert isinstance(found, Tensor)
    assert found.axes[0].id == step.axes[0].id and found.axes[0].parts[1] == step.axes[0]
    assert found.axes[0].parts[0].id != step.axes[0].id
    closed = bench.call("torch.cat", [step, step, step], 0)
    assert isinstance(closed, Tensor)
    assert closed.axes[0].parts[0].size.known == 3
    longer = bench.call("torch.cat", [closed, step], 0)
    assert isinstance(longer, Tensor) and longer.axes[0].parts == ()
