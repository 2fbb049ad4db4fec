"""How sure a mismatch is, and whose mistake it is; the programs of the rule book say where it is found."""

from __future__ import annotations

import pytest

from lstmlint.findings import Confidence
from tests.checks.found import assert_found, assert_silent

RULE = "torch-pack-mismatch"


def model(pack: str, pad: str, behind: str) -> str:
    """A layer between packing and padding, with the flags of both, and what is done with the output."""
    mark = "  # error" if behind.endswith("!") else ""
    return f"""
        import torch
        from torch import nn
        from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.rnn = nn.GRU(4, 8)
                self.turned = nn.GRU(8, 8, batch_first=True)
                self.score = nn.Linear(8, 1)

            def forward(self, x, lengths):
                packed, _ = self.rnn(pack_padded_sequence(x, lengths{pack}))
                output, _ = pad_packed_sequence(packed{pad}){mark}
                return {behind.rstrip("!")}
        """


FIRST = ", batch_first=True"


@pytest.mark.parametrize(
    ("pack", "pad", "behind"),
    [
        ("", "", "output.sum(0)"),
        (FIRST, FIRST, "output.sum(1)"),
        (FIRST, "", "output"),
        (FIRST, "", "self.score(output)"),
        (FIRST, "", "output.sum(0)"),
        (FIRST, "", "(output.sum(0), output.sum(1))"),
        (FIRST, ", batch_first=self.flag", "output.sum(1)"),
        ("", FIRST, "output.mean(dim=1)"),
        (FIRST, "", "self.turned(output.transpose(0, 1))"),
        (FIRST, "", "output.sum(-1)"),
        (FIRST, "", "output.sum()"),
    ],
)
def test_silent(pack: str, pad: str, behind: str) -> None:
    assert_silent(model(pack, pad, behind))


@pytest.mark.parametrize(
    ("pack", "pad", "behind", "confidence"),
    [
        (FIRST, "", "output.sum(1)!", Confidence.LIKELY),
        ("", FIRST, "output.sum(0)!", Confidence.LIKELY),
        (FIRST, "", "(self.turned(output), output.sum(1))!", Confidence.CERTAIN),
        (FIRST, "", "torch.softmax(self.score(output), 1)!", Confidence.LIKELY),
        (FIRST, "", "output[:, -1]!", Confidence.LIKELY),
    ],
)
def test_found(pack: str, pad: str, behind: str, confidence: Confidence) -> None:
    (found,) = assert_found(model(pack, pad, behind), RULE)
    assert found.confidence is confidence
    assert "pack_padded_sequence" in found.because[0].text
