"""Questions for the kind of a value: what is answered is Python's and torch's answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from lstmlint.events import UsedAsTensor
from lstmlint.values import as_int
from tests.interpret.programs import run_of

VALUES = {
    "state": "torch.nn.LSTM(3, 5)(torch.zeros(2, 3))[1]",
    "tensor": "torch.zeros(2, 3)",
    "array": "np.zeros((2, 3))",
    "packed": "pack_sequence([torch.zeros(2, 3)])",
    "pair": "(1, 2)",
    "row": "[1, 2]",
    "entries": "{'a': 1}",
    "nothing": "None",
    "text": "'a'",
    "rate": "0.5",
}
SURE = {"state", "tensor", "array", "pair", "row", "entries"}
"""Values of which it is known whether they are tensors or tuples."""
QUESTIONS = (
    "isinstance({}, tuple)",
    "isinstance({}, (tuple, list))",
    "isinstance({}, torch.Tensor)",
    "isinstance({}, np.ndarray)",
    "isinstance({}, PackedSequence)",
    "not isinstance({}, dict)",
    "torch.is_tensor({})",
    "not torch.is_tensor({})",
    "type({}) is tuple",
    "type({}) == torch.Tensor",
    "type({}) != torch.Tensor",
    "type({}) is not list",
    "type({}) in (tuple, list)",
    "type({}) not in [torch.Tensor]",
)
IMPORTS = "import numpy as np\nimport torch\nfrom torch.nn.utils.rnn import PackedSequence, pack_sequence\n"
HEAD = f"{IMPORTS}layer = torch.nn.GRU(3, 5)\n"


def answer(value: str, question: str) -> Any:
    """What the program takes: 1 where the answer is yes, 2 where it is no, and nothing known where both may be."""
    asked = question.format("given")
    run = run_of(f"{HEAD}given = {VALUES[value]}\nanswer = 1 if {asked} else 2\nlayer(given)\n")
    return as_int(run.frames[0].variables["answer"])


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("value", VALUES)
def test_no_answer_is_wrong(value: str, question: str) -> None:
    names = {"np": np, "torch": torch, "pack_sequence": pack_sequence, "PackedSequence": PackedSequence}
    given = eval(VALUES[value], names)
    expected = 1 if eval(question.format("given"), {**names, "given": given}) else 2
    found = answer(value, question)
    is_sure = value in SURE and (value, "np" in question) != ("tensor", True)
    assert found == expected or (found is None and not is_sure)


@pytest.mark.parametrize("test", ("torch.is_tensor(h)", "isinstance(h, torch.Tensor)", "type(h) is torch.Tensor"))
@pytest.mark.parametrize("form", ("if {}: return h.detach()\n    return {}", "return h.detach() if {} else {}"))
def test_a_state_taken_apart_by_its_kind_is_not_taken_for_a_tensor(form: str, test: str) -> None:
    body = form.format(test, "tuple(detached(each) for each in h)")
    program = f"import torch\n\n\ndef detached(h):\n    {body}\n\n\nlayer = torch.nn.LSTM(3, 5)\n"
    run = run_of(f"{program}x = torch.zeros(2, 4, 3)\n_, state = layer(x)\nlayer(x, detached(state))\n")
    assert [event for event in run.world.events if isinstance(event, UsedAsTensor)] == []
