"""Arrays of Keras layers: what is still known of them after each thing that may be done to them."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.sizes import Size
from lstmlint.weights import REST, Weight, added, joined
from tests.interpret.torch_worlds import At

HERE = At("layer.get_weights()")
ARRAYS = Weight(("weights", 1), HERE)
UNITS = Size.symbol("units")


def blocks(kernel: Weight, *orders: int) -> list[Weight]:
    found = kernel.halved(is_flat=False)
    assert found is not None
    return [found.item(number) for number in orders]


def test_an_array_of_a_list_and_a_row_of_an_array() -> None:
    assert ARRAYS.is_list and not ARRAYS.item(2).is_list
    assert ARRAYS.item(2).item(1).source == (ARRAYS.root, (2, 1), ())


def test_an_array_of_the_later_part_of_a_list() -> None:
    behind = ARRAYS.cut(Size.of(3), None, is_flat=True)
    assert behind is not None
    assert behind.item(1) == ARRAYS.item(4)
    moving = ARRAYS.cut(UNITS, UNITS + Size.of(3), is_flat=True)
    assert moving is not None and moving.item(1).items == (UNITS + Size.of(1),)


def test_turning_twice_is_turning_back() -> None:
    kernel = ARRAYS.item(0)
    turned = kernel.turned()
    assert turned is not None and turned.is_turned and turned.turned() == kernel


def test_a_reshape_mixes_only_what_is_not_turned() -> None:
    kernel = ARRAYS.item(0)
    reshaped, turned = kernel.reshaped_to(2, HERE), kernel.turned()
    assert reshaped is not None and reshaped.reshaped == HERE and reshaped.turned() is None
    assert turned is not None and turned.reshaped_to(2, HERE) == turned
    assert kernel.reshaped_to(3, HERE) is None


def test_blocks_are_counted_in_their_own_length() -> None:
    kernel = ARRAYS.item(0)
    stretches = [(None, UNITS, 0), (UNITS, UNITS * Size.of(2), 1), (UNITS * Size.of(2), None, 2), (UNITS, None, REST)]
    for lower, upper, number in stretches:
        block = kernel.cut(lower, upper, is_flat=False)
        assert block is not None and block.blocks == (number,)
    block = kernel.cut(Size.of(256), Size.of(384), is_flat=False)
    assert block is not None and block.blocks == (2,) and block.cut(None, UNITS, is_flat=False) is None


def test_blocks_are_joined_in_the_order_given() -> None:
    kernel = ARRAYS.item(0)
    found = joined(blocks(kernel, 1, 0, 2), HERE, is_flat=False)
    assert found is not None and found.blocks == (1, 0, 2) and found.joined == HERE
    last = replace(kernel, blocks=(REST,))
    found = joined([*blocks(kernel, 0, 1), last], HERE, is_flat=False)
    assert found is not None and found.blocks == (0, 1, 2)


def test_only_blocks_of_one_array_make_an_array() -> None:
    kernel = ARRAYS.item(0)
    assert joined([*blocks(kernel, 0), *blocks(ARRAYS.item(1), 1)], HERE, is_flat=False) is None
    assert joined([kernel, kernel], HERE, is_flat=False) is None
    assert joined(blocks(kernel, 0), HERE, is_flat=False) is None


def test_two_rows_are_added_up() -> None:
    bias = ARRAYS.item(2)
    found = added(bias.item(0), bias.item(1), HERE)
    assert found is not None and found.summed == HERE and found.source == bias.source
    assert added(bias.item(0), bias.item(0), HERE) is None
    assert added(bias.item(0), ARRAYS.item(1).item(1), HERE) is None
