"""Keys of dictionaries: constants, and things that are known by themselves."""

from __future__ import annotations

import pytest

from lstmlint.values import NONE, Const, DictRef, Layer, ListRef, Unknown, Value
from tests.interpret.programs import run_of

PROGRAM = """
import torch
from torch import nn

layer, other = nn.GRU(3, 5), nn.Linear(5, 2)
plain = nn.Linear(5, 2, bias=False)
key = torch.load("key")
{lines}
layer(found)
"""


def found(lines: str) -> tuple[Value, bool]:
    """What becomes of the variable `found`, and whether it may hold more than is known."""
    run = run_of(PROGRAM.format(lines=lines))
    value = run.frames[0].variables["found"]
    if isinstance(value, DictRef):
        return value, run.world.is_open_dict(value)
    return value, isinstance(value, ListRef) and run.world.is_open(value)


@pytest.mark.parametrize(
    "lines",
    (
        "found = {key: 1}",
        "found = {key: 1, layer: 2}",
        "found = {one: 1 for one in (key, layer)}",
        "found = {}\nfound[key] = 1",
        "found = {key.weight: 1}",
    ),
)
def test_a_dictionary_with_a_key_that_is_not_known_may_hold_more(lines: str) -> None:
    assert found(lines)[1]


@pytest.mark.parametrize(
    "lines",
    (
        "found = [one for one in {key: 1 for _ in (1, 2)}][0]",
        "found = {layer.weight_ih_l0: 1}[layer.weight_hh_l0]",
        "found = {layer: 1}[other]",
    ),
)
def test_what_is_not_known_stays_so(lines: str) -> None:
    assert isinstance(found(lines)[0], Unknown)


@pytest.mark.parametrize(
    "lines",
    (
        "found = {layer: 1, other: 2}",
        "found = {layer.weight_ih_l0: 1, layer.weight_hh_l0: 2, other.bias: 3}",
        "found = {one: 1 for one in (layer, other)}",
        "found = {}\nfound[layer] = 1",
        "found = list({layer: 1})",
        "found = {layer: 1}.items()",
    ),
)
def test_layers_and_their_parameters_are_keys_like_others(lines: str) -> None:
    assert not found(lines)[1]


@pytest.mark.parametrize(
    ("lines", "expected"),
    (
        ("found = {layer: 1, other: 2}[other]", Const(2)),
        ("found = {layer.weight_ih_l0: 1, layer.weight_hh_l0: 2}[layer.weight_hh_l0]", Const(2)),
        ("table = {layer: 1}\ntable[layer] = 3\nfound = table[layer]", Const(3)),
        ("found = {layer: 1, other: 2}.get(other)", Const(2)),
        ("found = [value for key, value in {layer: 1, other: 2}.items()][1]", Const(2)),
        ("found = plain.bias", NONE),
        ("found = layer.bias", Const(True)),
    ),
)
def test_what_was_stored_under_them_is_found(lines: str, expected: Value) -> None:
    assert found(lines)[0] == expected


def test_a_key_comes_out_as_it_went_in() -> None:
    value = found("found = [key for key in {other: 1}][0]")[0]
    assert isinstance(value, Layer)
    assert value.spec.name == "Linear"


def test_the_bias_of_a_layer_is_no_flag() -> None:
    assert isinstance(found("found = other.bias")[0], Unknown)
