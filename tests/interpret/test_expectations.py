"""What a test expects to go wrong says nothing; what merely stands near such a test says all it has to say."""

from __future__ import annotations

import pytest

from lstmlint.events import Called
from tests.interpret.programs import world_of

LAYERS = """
import pytest, unittest, numpy as np, torch
x, first, second = torch.randn(5, 3, 4), torch.nn.GRU(4, 8), torch.nn.GRU(4, 8, batch_first=True)
"""
ONE, OTHER = "first(x)[0]", "second(x)[0]"


def calls_in(text: str, helper: str = "") -> int:
    """How many calls of layers a program tells of."""
    return sum(isinstance(event, Called) for event in world_of(f"{LAYERS}{helper}\n{text}\n").events)


@pytest.mark.parametrize(
    "manager",
    [
        "pytest.raises(RuntimeError)",
        "pytest.warns(UserWarning, match='dropout')",
        "pytest.deprecated_call()",
        "self.assertRaises(RuntimeError)",
        "self.assertWarns(UserWarning)",
        "self.assertWarnsRegex(UserWarning, 'dropout')",
        "np.testing.assert_raises(AssertionError)",
    ],
)
def test_what_is_expected_to_raise_or_to_warn_says_nothing(manager: str) -> None:
    world = world_of(f"{LAYERS}before = len(x)\nwith {manager}:\n    torch.nn.LSTM(4, 8, dropout=0.5)(x)\n")
    told = [each.place.text for each in (*world.events, *world.claims)]
    assert "torch.nn.GRU(4, 8)" in told
    assert not [text for text in told if "LSTM" in text]


@pytest.mark.parametrize(
    "text",
    [
        f"assert not torch.allclose({ONE}, {OTHER})",
        f"assert not torch.equal({ONE}, {OTHER}), 'they differ'",
        f"assert not torch.isclose({ONE}, {OTHER}).all()",
        f"assert not bool(torch.all({ONE} == {OTHER}))",
        f"assert not ({ONE} == {OTHER}).all().item()",
        f"assert ({ONE} != {OTHER}).any()",
        f"assert torch.any({ONE} != {OTHER})",
        f"assert not np.array_equal({ONE}.detach().numpy(), {OTHER}.detach().numpy())",
        f"self.assertFalse(torch.allclose({ONE}, {OTHER}))",
        f"self.assertNotEqual({ONE}, {OTHER})",
        f"a, b = {ONE}, {OTHER}\nassert not torch.allclose(a, b)",
        f"a, b = {ONE}, {OTHER}\nself.assertFalse(torch.allclose(a[:, -1], b[-1]))",
        "a, _ = first(x)\nb, _ = second(x)\nassert not torch.equal(a, b)",
    ],
)
def test_what_is_asserted_to_differ_says_nothing(text: str) -> None:
    assert calls_in(text) == 0
    assert not world_of(f"{LAYERS}\n{text}\n").claims


@pytest.mark.parametrize(
    "text",
    [
        f"assert torch.allclose({ONE}, {OTHER})",
        f"assert not torch.isnan({ONE} + {OTHER}).any()",
        f"assert ({ONE} == {OTHER}).any()",
        f"assert not ({ONE} != {OTHER}).any()",
        f"self.assertTrue(torch.allclose({ONE}, {OTHER}))",
        f"self.assertFalse(torch.isnan({ONE} + {OTHER}).any())",
        f"print(not torch.allclose({ONE}, {OTHER}))",
        f"with open('log') as log:\n    {ONE} + {OTHER}",
        f"a, b = {ONE}.sum(), {OTHER}.sum()\nassert not torch.allclose(a, b)",
        f"a, b = {ONE}, {OTHER}\nassert torch.allclose(a, b)",
    ],
)
def test_what_only_looks_like_it_speaks(text: str) -> None:
    assert calls_in(text) == 2


def test_a_function_speaks_though_its_results_are_to_differ() -> None:
    helper = "def run(layer, x):\n    return layer(x.transpose(0, 1))[0]\n"
    assert calls_in("assert not torch.allclose(run(first, x), run(second, x))", helper) == 2
