"""nn.LSTM, nn.GRU and nn.RNN with every combination of their options, held against real torch."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from lstmlint.events import Called, Misplaced, UsedAsTensor
from lstmlint.values import Const, OpenTensor, Packed, Role, Strength, Tensor, Tuple, Unknown
from lstmlint.world import World
from tests.interpret.torch_worlds import apply, build, new_world, shape, tensor

BATCH, TIME, FEATURES, HIDDEN, PROJECTION, LAYERS = 3, 5, 7, 11, 2, 2

OPTIONS = [
    (name, batch_first, layers, bidirectional, projection)
    for name, batch_first, layers, bidirectional in itertools.product(
        ("LSTM", "GRU", "RNN"), (False, True), (1, LAYERS), (False, True)
    )
    for projection in ((0, PROJECTION) if name == "LSTM" else (0,))
]


def options(name: str, batch_first: bool, layers: int, bidirectional: bool, projection: int) -> dict[str, object]:
    """The keyword arguments of a case."""
    given: dict[str, object] = {"num_layers": layers, "batch_first": batch_first, "bidirectional": bidirectional}
    return {**given, "proj_size": projection} if projection else given


def real_shape(value: object) -> object:
    """The sizes of what torch returned, nested alike."""
    if isinstance(value, PackedSequence):
        return "packed", tuple(value.data.shape[1:])
    if isinstance(value, tuple):
        return tuple(real_shape(item) for item in value)
    assert isinstance(value, torch.Tensor)
    return tuple(value.shape)


def real_state(name: str, layers: int, bidirectional: bool, projection: int, batched: bool) -> object:
    """An initial state as torch wants it."""
    stack = layers * (2 if bidirectional else 1)
    rows = (BATCH,) if batched else ()
    hidden = torch.zeros(stack, *rows, projection or HIDDEN)
    return (hidden, torch.zeros(stack, *rows, HIDDEN)) if name == "LSTM" else hidden


def as_value(world: World, state: object) -> Tensor | Tuple:
    """A real state as the interpreter's value."""
    if isinstance(state, tuple):
        return Tuple(tuple(as_value(world, part) for part in state))
    assert isinstance(state, torch.Tensor)
    return tensor(world, *state.shape)


@pytest.mark.parametrize("with_state", (False, True))
@pytest.mark.parametrize("kind", ("padded", "one sequence", "packed"))
@pytest.mark.parametrize(("name", "batch_first", "layers", "bidirectional", "projection"), OPTIONS)
def test_structure_and_sizes_are_torchs(
    name: str, batch_first: bool, layers: int, bidirectional: bool, projection: int, kind: str, with_state: bool
) -> None:
    given = options(name, batch_first, layers, bidirectional, projection)
    real = getattr(torch.nn, name)(FEATURES, HIDDEN, **given)
    world = new_world()
    layer = build(world, name, FEATURES, HIDDEN, **given)
    sizes = (BATCH, TIME, FEATURES) if batch_first else (TIME, BATCH, FEATURES)
    sizes = (TIME, FEATURES) if kind == "one sequence" else sizes
    real_input: object = torch.zeros(*sizes)
    value: Tensor | Packed = tensor(world, *sizes)
    if kind == "packed":
        real_input = pack_padded_sequence(torch.zeros(*sizes), [TIME] * BATCH, batch_first=batch_first)
        value = Packed(*tensor(world, BATCH, TIME).axes, features=tensor(world, FEATURES).axes)
    state = real_state(name, layers, bidirectional, projection, batched=kind != "one sequence")
    states = (as_value(world, state),) if with_state else ()
    result = apply(world, layer, value, *states)
    assert shape(result) == real_shape(real(real_input, state) if with_state else real(real_input))
    assert isinstance(result, Tuple) and result.part == "result" and result.layer == layer
    [called] = [event for event in world.events if isinstance(event, Called)]
    assert called.source == value and called.result == result
    assert called.state == (states[0] if with_state else None)


@pytest.mark.parametrize("batch_first", (False, True))
def test_axes_keep_their_identity(batch_first: bool) -> None:
    world = new_world()
    source = tensor(world, None, None, FEATURES)
    result = apply(world, build(world, "LSTM", FEATURES, HIDDEN, batch_first=batch_first), source)
    assert isinstance(result, Tuple)
    output, state = result.items
    assert isinstance(output, Tensor) and isinstance(state, Tuple)
    assert output.axes[:2] == source.axes[:2]
    for part, letter in zip(state.items, "hc", strict=True):
        assert isinstance(part, Tensor) and part.state == letter
        assert part.axes[0].role is Role.STACK
        assert part.axes[1] == source.axes[0 if batch_first else 1]


@pytest.mark.parametrize("batch_first", (False, True))
def test_the_layout_is_claimed_as_a_fact(batch_first: bool) -> None:
    world = new_world()
    source = tensor(world, None, None, FEATURES)
    layer = build(world, "GRU", FEATURES, HIDDEN, batch_first=batch_first)
    apply(world, layer, source, text="self.rnn(x)")
    roles = {claim.axis: claim.role for claim in world.claims}
    first, second, _ = source.axes
    assert roles == {
        first.id: Role.BATCH if batch_first else Role.TIME,
        second.id: Role.TIME if batch_first else Role.BATCH,
    }
    assert {(claim.strength, claim.layer) for claim in world.claims} == {(Strength.FACT, layer.id)}
    how = "built with batch_first=True" if batch_first else "built without batch_first"
    assert world.claims[0].text == f"`self.rnn` reads axis 0 as {'batch' if batch_first else 'time'} ({how})"


@pytest.mark.parametrize("sizes", ((TIME, FEATURES), (1, 1, FEATURES)))
def test_no_layout_is_claimed_of_one_sequence_or_single_axes(sizes: tuple[int, ...]) -> None:
    world = new_world()
    apply(world, build(world, "GRU", FEATURES, HIDDEN), tensor(world, *sizes))
    assert world.claims == []


def test_no_layout_is_claimed_where_the_flag_is_not_known() -> None:
    world = new_world()
    layer = build(world, "GRU", FEATURES, HIDDEN, batch_first=world.unknown("flag"))
    source = tensor(world, None, None, FEATURES)
    result = apply(world, layer, source)
    assert world.claims == [] and isinstance(result, Tuple) and isinstance(result.items[1], Tensor)
    assert result.items[1].axes[1] not in source.axes


def test_only_a_surely_bidirectional_layer_marks_its_feature_axis() -> None:
    for flag, marked in ((True, True), (False, False), ("unknown", False)):
        world = new_world()
        given = world.unknown("flag") if flag == "unknown" else flag
        layer = build(world, "GRU", FEATURES, HIDDEN, bidirectional=given)
        result = apply(world, layer, tensor(world, TIME, BATCH, FEATURES))
        assert isinstance(result, Tuple) and isinstance(result.items[0], Tensor) and isinstance(result.items[1], Tensor)
        assert (result.items[0].axes[-1].directions is not None) == marked
        assert result.items[1].axes[-1].directions is None


def test_an_unknown_input_is_taken_to_have_three_axes() -> None:
    world = new_world()
    result = apply(world, build(world, "LSTM", FEATURES, HIDDEN), Unknown("x"))
    assert world.learned == {"x": 3}
    assert isinstance(result, Tuple) and isinstance(result.items[0], Tensor) and len(result.items[0].axes) == 3
    again = apply(
        world, build(world, "LSTM", FEATURES, HIDDEN), OpenTensor("ids", tail=world.tensor(Unknown("x"), 3).axes[-1:])
    )  # type: ignore[union-attr]
    assert world.learned["ids"] == 2 and isinstance(again, Tuple)


def test_an_initial_state_of_the_program_claims_its_batch_axis() -> None:
    world = new_world()
    source, state = tensor(world, None, None, FEATURES), tensor(world, 1, None, HIDDEN)
    layer = build(world, "GRU", FEATURES, HIDDEN)
    apply(world, layer, source, hx=state)
    [claim] = [claim for claim in world.claims if claim.axis == state.axes[1].id]
    assert (claim.role, claim.strength, claim.layer) == (Role.BATCH, Strength.STRUCTURE, None)


def test_a_state_that_came_out_of_a_layer_claims_nothing_new() -> None:
    world = new_world()
    layer = build(world, "GRU", FEATURES, HIDDEN)
    result = apply(world, layer, tensor(world, None, None, FEATURES))
    assert isinstance(result, Tuple)
    before = len(world.claims)
    apply(world, layer, tensor(world, None, None, FEATURES), result.items[1])
    assert all(claim.layer == layer.id for claim in world.claims[before:])


def test_a_call_says_whether_a_state_is_handed_over() -> None:
    world = new_world()
    layer, source = build(world, "GRU", FEATURES, HIDDEN), tensor(world, TIME, BATCH, FEATURES)
    apply(world, layer, source)
    apply(world, layer, source, Const(None))
    apply(world, layer, source, hx=Unknown("state"))
    assert [event.stated for event in world.events if isinstance(event, Called)] == [False, True, True]


def test_the_tuple_of_another_layer_is_no_input() -> None:
    world = new_world()
    layer = build(world, "LSTM", FEATURES, HIDDEN)
    first = apply(world, layer, tensor(world, TIME, BATCH, FEATURES))
    second = apply(world, layer, first, text="self.second(out)")
    assert [event.how for event in world.events if isinstance(event, UsedAsTensor)] == ["given to `self.second`"]
    assert isinstance(second, Tuple) and second.part == "result"


def test_keywords_of_the_other_framework_are_noted() -> None:
    world = new_world()
    layer = build(world, "LSTM", FEATURES, HIDDEN)
    apply(world, layer, tensor(world, TIME, BATCH, FEATURES), training=Const(True), hx=Const(None))
    assert [event.keyword for event in world.events if isinstance(event, Misplaced)] == ["training"]


@pytest.mark.parametrize("argument", (Const(3), Const("text"), Const(None)))
def test_strange_inputs_give_an_unknown_output(argument: Const) -> None:
    world = new_world()
    result = apply(world, build(world, "LSTM", FEATURES, HIDDEN), argument)
    assert isinstance(result, Tuple) and isinstance(result.items[0], Unknown)
    assert isinstance(apply(world, build(world, "LSTM")), Tuple)


@pytest.mark.parametrize("name", ("LSTMCell", "GRUCell", "RNNCell"))
@pytest.mark.parametrize("sizes", ((BATCH, FEATURES), (FEATURES,)))
def test_cells_are_torchs(name: str, sizes: tuple[int, ...]) -> None:
    real = getattr(torch.nn, name)(FEATURES, HIDDEN)(torch.zeros(*sizes))
    world = new_world()
    source = tensor(world, *sizes)
    assert shape(apply(world, build(world, name, FEATURES, HIDDEN), source)) == real_shape(real)


def test_a_cell_reads_axis_0_as_batch() -> None:
    world = new_world()
    source = tensor(world, None, FEATURES)
    apply(world, build(world, "GRUCell", FEATURES, HIDDEN), source)
    assert [(claim.axis, claim.role) for claim in world.claims] == [(source.axes[0].id, Role.BATCH)]
    apply(world, build(world, "GRUCell", FEATURES, HIDDEN), Unknown("step"))
    assert world.learned == {"step": 2}
