"""How a layer's layout is weighed against what else is known of its data: who is blamed, where, and how surely."""

from __future__ import annotations

from textwrap import dedent

import pytest

from lstmlint.findings import Confidence, Finding
from tests.checks.found import findings

HEAD = "import torch\nfrom torch import nn\n\n\n"


def blamed(forward: str, layer: str = "nn.GRU(4, 8)", more: str = "") -> dict[str, Finding]:
    """What is found in a module whose layer is `self.rnn`, by rule; only the rules about layouts."""
    body = "\n".join(f"        {line}" for line in dedent(forward).strip().split("\n"))
    text = f"""class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = {layer}
        self.head = nn.Linear(8, 2)

    def forward(self, x):
{body}
"""
    wanted = ("batch-first", "last-step", "initial-state-shape")
    found = findings(HEAD + text + dedent(more))
    return {rule: finding for rule, finding in found if rule.endswith(wanted) or any(part in rule for part in wanted)}


BATCH_FIRST = "nn.GRU(4, 8, batch_first=True)"

QUIET = {
    "nothing else is known": ("return self.rnn(x)[0]", "nn.GRU(4, 8)"),
    "names alone do not outweigh a written flag": (
        "steps, batch_size, _ = x.shape\nreturn self.rnn(x)[0]",
        BATCH_FIRST,
    ),
    "a mean over the data's first axis": ("x = x - x.mean(0)\nreturn self.rnn(x)[0][:, -1]", BATCH_FIRST),
    "what happens on another branch": (
        "if self.training:\n    return self.rnn(x)[0][-1]\nreturn x[:, -1]",
        "nn.GRU(4, 8)",
    ),
    "a prediction is what is left of a selection": (
        "loss = nn.functional.cross_entropy(self.head(self.rnn(x)[0][-1]), torch.zeros(3).long())\nreturn loss",
        "nn.GRU(4, 8)",
    ),
}


@pytest.mark.parametrize(("forward", "layer"), QUIET.values(), ids=QUIET)
def test_nobody_is_blamed(forward: str, layer: str) -> None:
    assert blamed(forward, layer) == {}


def test_one_use_suffices_against_a_layout_that_nobody_chose() -> None:
    found = blamed("return self.head(self.rnn(x)[0][:, -1])")
    assert list(found) == ["torch-missing-batch-first"]
    assert found["torch-missing-batch-first"].confidence is Confidence.LIKELY


def test_two_kinds_of_evidence_are_certain() -> None:
    found = blamed("h = torch.zeros(1, x.size(0), 8)\nreturn self.head(self.rnn(x, h)[0][:, -1])")
    assert list(found) == ["torch-missing-batch-first"]
    assert found["torch-missing-batch-first"].confidence is Confidence.CERTAIN


def test_a_single_use_is_at_fault_against_a_written_flag() -> None:
    assert list(blamed("return self.head(self.rnn(x)[0][-1])", BATCH_FIRST)) == ["torch-last-step-wrong-axis"]


def test_two_kinds_of_evidence_outweigh_a_written_flag() -> None:
    found = blamed("h = torch.zeros(1, x.size(1), 8)\nreturn self.head(self.rnn(x, h)[0][-1])", BATCH_FIRST)
    assert list(found) == ["torch-spurious-batch-first"]


def test_a_turn_on_purpose_protects_the_layer() -> None:
    found = blamed("x = x.transpose(0, 1)\nreturn self.head(self.rnn(x)[0][:, -1])")
    assert list(found) == ["torch-last-step-wrong-axis"]
    assert [evidence.text for evidence in found["torch-last-step-wrong-axis"].because][-1] == "puts time first"


def test_a_state_sized_by_the_steps_is_at_fault_where_the_data_was_turned() -> None:
    found = blamed("x = x.transpose(0, 1)\nh = torch.zeros(1, x.size(0), 8)\nreturn self.rnn(x, h)[0]")
    assert list(found) == ["torch-initial-state-shape"]


def test_a_flag_that_was_passed_on_is_blamed_where_it_was_written() -> None:
    text = (
        HEAD
        + dedent("""
        class Encoder(nn.Module):
            def __init__(self, first):
                super().__init__()
                self.rnn = nn.GRU(4, 8, batch_first=first)

            def forward(self, x):
                return self.rnn(x)[0][:, -1]


        encoder = Encoder(False)
        """).strip()
    )
    [(rule, finding)] = findings(text)
    assert rule == "torch-missing-batch-first"
    assert finding.place.text == "False"
    assert finding.place.span.line == text.split("\n").index("encoder = Encoder(False)") + 1


def test_each_side_of_the_contradiction_is_shown() -> None:
    [finding] = blamed("return self.head(self.rnn(x)[0][:, -1])").values()
    reading, use = finding.because
    assert (reading.place.text, use.place.text) == ("self.rnn(x)", "self.rnn(x)[0][:, -1]")
    assert reading.text == "reads its input as (time, batch, feature): no batch_first"
    assert use.text == "takes the last entry along axis 1, as of time"
