"""Recurrent Keras layers: what they say of axes, what they note on tensors, and what they do with strange input."""

from __future__ import annotations

from lstmlint.events import Called, Misplaced, UsedAsTensor
from lstmlint.values import Const, OpenTensor, Role, Tensor, Tuple, Unknown
from tests.interpret.keras_worlds import apply, build, new_world, shape, tensor


def test_the_last_step_and_the_sequence_are_noted() -> None:
    world = new_world()
    x = tensor(world, 3, 5, 7)
    last = apply(world, build(world, "LSTM", 11), x)
    assert isinstance(last, Tensor)
    assert [note.kind for note in last.trail] == ["last-step"]
    layer = build(world, "LSTM", 11, return_sequences=True)
    sequence = apply(world, layer, x)
    assert isinstance(sequence, Tensor)
    assert [note.kind for note in sequence.trail] == ["sequence"]
    assert sequence.trail[0].layer == layer
    assert sequence.axes[:2] == x.axes[:2]


def test_only_the_newest_layer_says_what_became_of_time() -> None:
    world = new_world()
    value = apply(world, build(world, "GRU", 11, return_sequences=True), tensor(world, 3, 5, 7))
    value = apply(world, build(world, "Dropout", 0.5), value)
    value = apply(world, build(world, "GRU", 13), value)
    assert isinstance(value, Tensor)
    assert [note.kind for note in value.trail] == ["last-step"]
    value = apply(world, build(world, "RepeatVector", 4), value)
    assert isinstance(value, Tensor)
    assert value.trail == ()


def test_backwards_without_turning_back_is_noted() -> None:
    world = new_world()
    value = apply(world, build(world, "GRU", 11, return_sequences=True, go_backwards=True), tensor(world, 3, 5, 7))
    assert isinstance(value, Tensor)
    assert [note.kind for note in value.trail] == ["sequence", "backwards"]


def test_batch_and_time_are_claimed_once_the_rank_fits() -> None:
    world = new_world()
    x = tensor(world, 3, 5, 7)
    layer = build(world, "LSTM", 11)
    apply(world, layer, x)
    said = {(claim.axis, claim.role, claim.layer) for claim in world.claims}
    assert said == {(x.axes[0].id, Role.BATCH, layer.id), (x.axes[1].id, Role.TIME, layer.id)}
    before = len(world.claims)
    apply(world, layer, tensor(world, 3, 7))
    assert len(world.claims) == before


def test_the_layer_inside_bidirectional_is_what_is_noted() -> None:
    world = new_world()
    inner = build(world, "LSTM", 11)
    wrapper = build(world, "Bidirectional", inner)
    joined = apply(world, wrapper, tensor(world, 3, 5, 7))
    assert isinstance(joined, Tensor)
    note = joined.noted("last-step")
    assert note is not None
    assert note.layer == inner


def test_an_input_without_time_is_answered_as_if_it_had_one() -> None:
    """So that the second of two missing flags is seen too."""
    world = new_world()
    x = apply(world, build(world, "LSTM", 11), tensor(world, 3, 5, 7))
    again = apply(world, build(world, "LSTM", 13, return_sequences=True), x)
    assert shape(again) == (3, None, 13)
    source = [event for event in world.events if isinstance(event, Called)][1].source
    assert shape(source) == (3, 11)


def test_unknown_flags_leave_the_rank_open() -> None:
    world = new_world()
    value = apply(world, build(world, "LSTM", 11, return_sequences=world.unknown()), tensor(world, 3, 5, 7))
    assert isinstance(value, OpenTensor)
    assert world.tensor(value, rank=3) is not None
    assert isinstance(
        apply(world, build(world, "LSTM", 11, return_state=world.unknown()), tensor(world, 3, 5, 7)), Unknown
    )
    assert isinstance(apply(world, build(world, "LSTM", 11, uncertain=True), tensor(world, 3, 5, 7)), Unknown)
    inner = build(world, "LSTM", 11)
    strange = build(world, "Bidirectional", inner, merge_mode=world.unknown())
    assert isinstance(apply(world, strange, tensor(world, 3, 5, 7)), Unknown)
    assert isinstance(apply(world, build(world, "Bidirectional", world.unknown()), tensor(world, 3, 5, 7)), Unknown)


def test_a_cell_of_the_programs_own_has_states_that_nobody_knows() -> None:
    world = new_world()
    with_state = build(world, "RNN", world.unknown(), return_state=True)
    assert isinstance(apply(world, with_state, tensor(world, 3, 5, 7)), Unknown)
    without = apply(world, build(world, "RNN", world.unknown()), tensor(world, 3, 5, 7))
    assert shape(without) == (3, None)


def test_the_tuple_of_output_and_states_is_noticed_where_a_tensor_is_due() -> None:
    world = new_world()
    result = apply(world, build(world, "LSTM", 11, return_state=True), tensor(world, 3, 5, 7))
    assert isinstance(result, Tuple)
    after = apply(world, build(world, "Dense", 2), result)
    assert shape(after) == (3, 2)
    assert [type(event) for event in world.events if isinstance(event, UsedAsTensor)] == [UsedAsTensor]


def test_states_may_stand_behind_the_input_in_a_list() -> None:
    world = new_world()
    x, h, c = tensor(world, 3, 5, 7), tensor(world, 3, 11), tensor(world, 3, 11)
    assert shape(apply(world, build(world, "LSTM", 11), world.new_list([x, h, c]))) == (3, 11)
    called = next(event for event in world.events if isinstance(event, Called))
    assert called.state == Tuple((h, c))
    apply(world, build(world, "LSTM", 11), x, initial_state=world.new_list([h, c]))
    assert [event for event in world.events if isinstance(event, Called)][1].state is not None


def test_a_keyword_of_torch_on_the_call_is_noted() -> None:
    world = new_world()
    apply(world, build(world, "GRU", 11), tensor(world, 3, 5, 7), hx=Const(None), training=True)
    assert [event.keyword for event in world.events if isinstance(event, Misplaced)] == ["hx"]


def test_time_distributed_hands_each_step_to_the_layer() -> None:
    world = new_world()
    frames = tensor(world, 3, 5, 8, 8, 2)
    inner = build(world, "GlobalAveragePooling2D")
    assert shape(apply(world, build(world, "TimeDistributed", inner), frames)) == (3, 5, 2)
    assert isinstance(apply(world, build(world, "TimeDistributed", world.unknown()), frames), Unknown)
