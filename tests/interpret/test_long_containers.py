"""Lists and dictionaries that grow long: the first items are known, and that there are more."""

from __future__ import annotations

import pytest

from lstmlint.checks import keras_bidirectional_by_hand as by_hand
from lstmlint.interpret.containers import SAMPLE
from lstmlint.values import Const, DictRef, ListRef
from lstmlint.world import MANY, World
from tests.checks.found import findings
from tests.interpret.programs import run_of

GROWING = "\n".join(f"found.append({number})" for number in range(3 * SAMPLE))
SETTING = "\n".join(f"found['{number}'] = {number}" for number in range(40))


def variable(text: str) -> tuple[World, object]:
    """What becomes of the variable `found`."""
    run = run_of(f"import torch\nlayer = torch.nn.GRU(3, 5)\n{text}\nlayer(found)\n")
    return run.world, run.frames[0].variables["found"]


def test_a_list_that_is_appended_to_keeps_a_sample() -> None:
    world, found = variable(f"found = []\n{GROWING}")
    assert isinstance(found, ListRef)
    assert world.is_open(found)
    assert len(world.items(found)) == SAMPLE


def test_a_list_that_changes_is_cut() -> None:
    world = World()
    items = tuple(Const(number) for number in range(MANY + 1))
    ref = world.new_list(items)
    assert not world.is_open(ref)
    world.set_items(ref, items[:-1], False)
    assert (world.items(ref), world.is_open(ref)) == (items[:-1], False)
    world.set_items(ref, items, False)
    assert (world.items(ref), world.is_open(ref)) == (items[:-1], True)


def test_a_dictionary_that_changes_is_cut() -> None:
    world = World()
    entries = {str(number): Const(number) for number in range(MANY + 1)}
    ref = world.new_dict({})
    world.set_entries(ref, entries, False)
    assert list(world.entries(ref)) == list(entries)[:-1]
    assert world.is_open_dict(ref)


def test_a_short_dictionary_is_known() -> None:
    world, found = variable(f"found = {{}}\n{SETTING}")
    assert isinstance(found, DictRef)
    assert not world.is_open_dict(found)
    assert len(world.entries(found)) == 40


def test_what_is_no_output_of_a_layer_is_not_held_against_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    held = []
    monkeypatch.setattr(by_hand, "_same_reading", lambda *parts: held.append(parts))
    summaries = "layers.LSTM(4)(x), " * 3 * by_hand.MANY
    text = "import keras\nfrom keras import layers\nx = keras.Input((5, 3))\nflat = x[:, 0]\n"
    findings(f"{text}layers.Concatenate()([{'flat * 2, ' * 40}])\nlayers.LSTM(4)(x)\n")
    assert not held
    findings(f"{text}layers.Concatenate()([{summaries}])\n")
    assert len(held) == by_hand.MANY * (by_hand.MANY - 1) // 2
