"""Which axis of a prediction is which of a target, and how it is put in words."""

from __future__ import annotations

import pytest

from lstmlint.checks.facts import Facts
from lstmlint.checks.pairing import described, other_order, same_length, shared, wide
from lstmlint.findings import Confidence
from lstmlint.source import Span
from lstmlint.values import Axis, Role, Strength
from lstmlint.world import World
from tests.interpret.torch_worlds import At, tensor


def axes(world: World, *sizes: int | None) -> tuple[Axis, ...]:
    return tensor(world, *sizes).axes


def merged(world: World, *parts: Axis) -> Axis:
    return Axis(world.number(), parts[0].size * parts[1].size, None, parts)


def test_merged_axes_count_as_what_they_were_merged_from() -> None:
    world = World()
    batch, time, one = axes(world, None, None, 1)
    assert wide((merged(world, time, batch), one)) == [time, batch]


def test_an_axis_that_stands_twice_is_paired_with_nothing() -> None:
    world = World()
    batch, time = axes(world, None, None)
    assert shared((batch, time), (time, batch)) == [(0, 1), (1, 0)]
    assert shared((batch, batch), (batch, time)) == shared((batch, time), (time, time)) == []


def test_lengths_are_the_same_only_where_that_is_sure() -> None:
    world = World()
    seven, other, one, unknown, another = axes(world, 7, 7, 1, None, None)
    assert same_length(seven, other) and same_length(unknown, unknown)
    assert not same_length(unknown, another) and not same_length(one, one)


def test_orders_are_told_apart_by_identity() -> None:
    world = World()
    batch, time, other, features = axes(world, None, None, None, 3)
    facts = Facts(world)
    for predicted, wanted in (
        ((time, batch), (batch, time)),
        ((merged(world, time, batch),), (merged(world, batch, time),)),
        ((merged(world, time, batch),), (merged(world, batch, other),)),
        ((time, batch, features), (batch, time, features)),
    ):
        found = other_order(predicted, wanted, facts)
        assert found is not None and found.confidence is Confidence.CERTAIN
    assert other_order((batch, time), (batch, other), facts) is None
    assert other_order((batch, time, features), (batch, time), facts) is None
    assert other_order((time, batch), (batch,), facts) is None


def test_orders_are_told_apart_by_length() -> None:
    world = World()
    predicted, wanted = axes(world, 5, 7), axes(world, 7, 5)
    found = other_order(predicted, wanted, Facts(world))
    assert found is not None and found.confidence is Confidence.CERTAIN
    assert other_order(axes(world, 5, 5), axes(world, 5, 5), Facts(world)) is None
    assert other_order(axes(world, 5, 7), axes(world, 5, 7), Facts(world)) is None


@pytest.mark.parametrize("strength", (Strength.NAME, Strength.STRUCTURE, Strength.FACT))
def test_orders_are_told_apart_by_what_the_axes_run_over(strength: Strength) -> None:
    world = World()
    predicted, wanted = axes(world, None, None), axes(world, None, None)
    for axis, role in ((predicted[0], Role.TIME), (predicted[1], Role.BATCH), (wanted[0], Role.BATCH)):
        world.claim(axis, role, strength, At("here"), "said")
    found = other_order(predicted, wanted, Facts(world))
    assert found is not None and found.confidence is Confidence.LIKELY
    assert described(predicted, Facts(world)) == "(time, batch)"
    world.claim(wanted[0], Role.TIME, strength, At("there"), "said")
    assert other_order(predicted, wanted, Facts(world)) is None


def test_a_shape_in_words() -> None:
    world = World()
    batch, seven, one, unknown = axes(world, None, 7, 1, None)
    world.claim(batch, Role.BATCH, Strength.FACT, At("here"), "said")
    facts = Facts(world)
    assert described((batch, seven, one), facts) == "(batch, 7, 1)"
    assert described((merged(world, seven, batch),), facts) == "(7 x batch,)"
    assert described((unknown, world.axis(role=Role.FEATURE)), facts) == "(n, features)"
    assert At("here").span == Span("program.py", 1, 1, 1, 5)
