"""Padding and packing, held against real torch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from lstmlint.events import PackedUp
from lstmlint.values import Const, Packed, Role, Strength, Tensor, Tuple, Unknown
from tests.interpret.programs import run_of
from tests.interpret.torch_worlds import apply, build, new_world, operate, tensor

RNN = "torch.nn.utils.rnn"
BATCH, TIME, FEATURES = 3, 5, 7


@pytest.mark.parametrize("batch_first", (False, True))
def test_pad_sequence_has_a_layout_of_its_own(batch_first: bool) -> None:
    real = pad_sequence([torch.zeros(TIME, FEATURES)] * BATCH, batch_first=batch_first)
    world = new_world()
    items = world.new_list([tensor(world, TIME, FEATURES)], open_ended=True)
    result = operate(world, f"{RNN}.pad_sequence", items, batch_first=batch_first)
    assert isinstance(result, Tensor) and len(result.axes) == real.ndim
    assert result.axes[2].size.known == real.shape[2]
    roles = {claim.axis: (claim.role, claim.strength) for claim in world.claims}
    assert roles[result.axes[real.shape.index(BATCH)].id] == (Role.BATCH, Strength.FACT)
    assert roles[result.axes[real.shape.index(TIME)].id] == (Role.TIME, Strength.FACT)


def test_pad_sequence_of_unknown_items_claims_once_the_rank_is_known() -> None:
    world = new_world()
    result = operate(world, f"{RNN}.pad_sequence", Unknown("items"))
    assert world.claims == []
    again = new_world()
    again.ranks = {result.root: 2}  # type: ignore[attr-defined]
    padded = operate(again, f"{RNN}.pad_sequence", Unknown("items"))
    assert isinstance(padded, Tensor)
    assert [(claim.axis, claim.role) for claim in again.claims] == [
        (padded.axes[0].id, Role.TIME),
        (padded.axes[1].id, Role.BATCH),
    ]


def test_an_unknown_flag_claims_nothing() -> None:
    world = new_world()
    operate(world, f"{RNN}.pack_padded_sequence", tensor(world, TIME, BATCH, FEATURES), batch_first=Unknown("flag"))
    items = world.new_list([tensor(world, TIME, FEATURES)])
    operate(world, f"{RNN}.pad_sequence", items, batch_first=Unknown("flag"))
    assert world.claims == [] and world.events == []


@pytest.mark.parametrize("into", (False, True))
@pytest.mark.parametrize("out_of", (False, True))
def test_packing_and_padding_again(into: bool, out_of: bool) -> None:
    sizes = (BATCH, TIME, FEATURES) if into else (TIME, BATCH, FEATURES)
    real, lengths = pad_packed_sequence(
        pack_padded_sequence(torch.zeros(*sizes), [TIME] * BATCH, batch_first=into), batch_first=out_of
    )
    world = new_world()
    source = tensor(world, *sizes)
    packed = operate(world, f"{RNN}.pack_padded_sequence", source, Unknown("lengths"), batch_first=into)
    assert isinstance(packed, Packed)
    [event] = world.events
    assert isinstance(event, PackedUp) and event.batch_first == into and event.source == source
    result = operate(world, f"{RNN}.pad_packed_sequence", packed, batch_first=out_of)
    assert isinstance(result, Tuple)
    padded, counted = result.items
    assert isinstance(padded, Tensor) and isinstance(counted, Tensor)
    assert tuple(axis.size.known for axis in padded.axes) == tuple(real.shape)
    assert tuple(axis.size.known for axis in counted.axes) == tuple(lengths.shape)
    assert padded.noted("padded") is not None


FIELDS = """
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence

rows = [torch.zeros(5, 7), torch.zeros(3, 7), torch.zeros(2, 7)]
packed = pack_sequence(rows)
entries = packed.data
made = {made}
padded = nn.utils.rnn.pad_packed_sequence(made)[0]
"""


@pytest.mark.parametrize(
    "made",
    (
        "packed._replace(data=packed.data[:, :4])",
        "PackedSequence(packed.data[:, :4], packed.batch_sizes)",
        "PackedSequence(data=packed.data[:, :4], batch_sizes=packed.batch_sizes).to('cpu')",
    ),
)
def test_other_data_at_the_same_steps_keeps_the_layout(made: str) -> None:
    text = FIELDS.replace("{made}", made)
    names: dict[str, Any] = {}
    exec(text, names)
    run = run_of(text)
    found = run.frames[0].variables
    entries, packed, new, padded = (found[name] for name in ("entries", "packed", "made", "padded"))
    assert isinstance(entries, Tensor) and len(entries.axes) == names["entries"].ndim
    assert isinstance(packed, Packed) and isinstance(new, Packed) and isinstance(padded, Tensor)
    assert (new.batch, new.time) == (packed.batch, packed.time)
    assert padded.axes[-1].size.known == names["padded"].shape[-1]


def test_something_not_known_to_be_packed_keeps_its_features() -> None:
    world = new_world()
    guess = apply(world, build(world, "GRU", FEATURES, 11), Unknown("packed"))
    assert isinstance(guess, Tuple) and isinstance(guess.items[0], Tensor)
    result = operate(world, f"{RNN}.pad_packed_sequence", guess.items[0])
    assert isinstance(result, Tuple) and isinstance(result.items[0], Tensor)
    assert result.items[0].axes[-1] == guess.items[0].axes[-1]
    assert result.items[0].axes[0] not in guess.items[0].axes


@pytest.mark.parametrize(
    "name", ("pad_sequence", "pack_padded_sequence", "pad_packed_sequence", "pack_sequence", "unpad_sequence")
)
def test_strange_arguments_do_no_harm(name: str) -> None:
    for arguments in ((), (Const("text"),), (Unknown("x"),)):
        assert operate(new_world(), f"{RNN}.{name}", *arguments) is not None
