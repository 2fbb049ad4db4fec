"""`match`: which case is taken, and what its names are bound to, is what Python does; else it is unknown."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from lstmlint.events import Built, Unpacked
from lstmlint.values import Const, DictRef, Layer, ListRef, Num, OneOf, Tensor, Tuple, Value
from lstmlint.world import World
from tests.interpret.programs import run_of, world_of

CASES = """
    match {subject}:
        case 0 | "none" | None: result = ("nothing",)
        case True: result = ("true",)
        case int(number) if number > 100: result = ("large", number)
        case int(): result = ("number",)
        case "lstm" | "gru" as kind: result = ("kind", kind)
        case str(text): result = ("text", text)
        case []: result = ("empty",)
        case [one]: result = ("one", one)
        case (first, (second, third)): result = ("nested", first, second, third)
        case [0, *rest]: result = ("zero", rest)
        case (first, *middle, last): result = ("ends", first, middle, last)
        case {{"kind": "lstm", "units": units}}: result = ("lstm of", units)
        case {{"kind": kind, **rest}}: result = ("other", kind)
        case {{}}: result = ("some dictionary",)
        case _: result = ("rest",)
"""
SUBJECTS = (
    '0', '"none"', "None", "True", "7", "300", '"lstm"', '"gru"', '"rnn"', "[]", "[4]", "(1, (2, 3))", "(1, 2)",
    "[0, 5, 6]", "(1, 2, 3)", "(1, (2, 3, 4))", '{"kind": "lstm", "units": 5}', '{"kind": "lstm"}', '{"kind": "gru"}',
    '{"units": 3}', "{}", "1.5",
)  # fmt: skip


def plain(world: World, value: Value) -> Any:
    """A value as Python has it."""
    if isinstance(value, (Tuple, ListRef)):
        items = value.items if isinstance(value, Tuple) else world.items(value)
        found = [plain(world, item) for item in items]
        return tuple(found) if isinstance(value, Tuple) else found
    if isinstance(value, DictRef):
        return {key: plain(world, item) for key, item in world.entries(value).items()}
    if isinstance(value, Num):
        return value.size.known
    return value.value if isinstance(value, Const) else "unknown"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_case_that_python_takes_is_taken(subject: str) -> None:
    text = dedent(CASES).format(subject=subject)
    names: dict[str, Any] = {}
    exec(text, names)
    run = run_of(text)
    found = run.frames[0].variables["result"]
    choices = [choice for _, choice in found.choices] if isinstance(found, OneOf) else [found]
    assert names["result"] in [plain(run.world, choice) for choice in choices]
    assert len(choices) == 1


@pytest.mark.parametrize(
    "pattern",
    [
        '"lstm" | "gru" as kind', "(first, (second, third))", "[0, *rest]", '{"kind": kind, **rest}', "int()",
        "int(number) if number > 3", "None", "[]", "{}", "Config(kind=kind)",
    ],
)  # fmt: skip
def test_of_an_unknown_value_every_case_may_be_taken(pattern: str) -> None:
    run = run_of(f"""
        match whatever:
            case {pattern}: result = "taken"
            case _: result = "left"
    """)
    found = run.frames[0].variables["result"]
    assert isinstance(found, OneOf)
    assert [plain(run.world, choice) for _, choice in found.choices] == ["taken", "left"]


STATES = """
import torch
from torch import nn

rnn = {layer}
match rnn(torch.zeros(2, 3, 4)):
    case (_, (h_n, _)):
        final = h_n
    case (output, h_n):
        final = h_n
"""


@pytest.mark.parametrize("layer", ["nn.LSTM(4, 5)", "nn.GRU(4, 5)"])
def test_a_tensor_is_no_sequence_for_a_pattern(layer: str) -> None:
    run = run_of(STATES.format(layer=layer))
    final = run.frames[0].variables["final"]
    assert isinstance(final, Tensor)
    assert final.state == "h"
    unpacked = [event.names for event in run.world.events if isinstance(event, Unpacked)]
    assert unpacked == ([("_", ("h_n", "_")), ("h_n", "_")] if "LSTM" in layer else [("output", "h_n")])


def test_the_same_question_gets_the_same_answer() -> None:
    world = world_of("""
        from torch import nn

        class Model(nn.Module):
            def __init__(self, kind):
                super().__init__()
                match kind:
                    case "lstm":
                        self.rnn = nn.LSTM(4, 5)
                    case _:
                        self.rnn = nn.GRU(4, 5)

            def forward(self, x):
                return self.rnn(x)
    """)
    built = {event.layer.spec.name: event.path for event in world.events if isinstance(event, Built)}
    (one,), (other,) = built["LSTM"], built["GRU"]
    assert one[0] == other[0]
    assert one[1] is not other[1]


def test_a_class_with_a_matching_attribute() -> None:
    run = run_of("""
        from dataclasses import dataclass
        from torch import nn

        @dataclass
        class Config:
            kind: str
            units: int

        match Config("gru", 5):
            case Config(kind="lstm", units=units):
                layer = nn.LSTM(3, units)
            case Config(kind="gru", units=units):
                layer = nn.GRU(3, units)
    """)
    found = run.frames[0].variables["layer"]
    choices = [choice for _, choice in found.choices] if isinstance(found, OneOf) else [found]
    layers = {choice.spec.name: choice for choice in choices if isinstance(choice, Layer)}
    assert layers["GRU"].argument("hidden_size") == Const(5)
    assert "LSTM" not in layers
