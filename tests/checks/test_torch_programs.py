"""Whole torch programs: what the rules about layouts, states and arguments find stands on the marked lines only.

Programs in which nothing is found are in tests/traps.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lstmlint.findings import Confidence
from tests.checks.found import assert_well_formed, findings

HERE = Path(__file__).parent
TEXTS = [(HERE / f"torch_{name}_programs.md").read_text(encoding="utf-8") for name in ("layout", "state")]
PROGRAMS = {
    title: program
    for text in TEXTS
    for title, program in re.findall(r"^## (.+?)\n\n```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
}
HEAD = """import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset, TensorDataset
"""
RULES = frozenset(
    {
        "foreign-argument",
        "torch-dropout-single-layer",
        "torch-hn-bidirectional",
        "torch-hn-layout",
        "torch-initial-state-shape",
        "torch-initial-state-structure",
        "torch-last-step-wrong-axis",
        "torch-missing-batch-first",
        "torch-output-not-unpacked",
        "torch-positional-argument",
        "torch-spurious-batch-first",
        "torch-state-unpack",
        "torch-view-as-permute",
    }
)
_MARK = re.compile(r"[ \t]*# error: ([\w-]+)[ \t]*$", re.MULTILINE)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_what_is_found(program: str) -> None:
    text = HEAD + program
    expected = {(n, m[1]) for n, line in enumerate(text.split("\n"), 1) if (m := _MARK.search(line))}
    found = [
        (rule, finding)
        for rule, finding in findings(_MARK.sub("", text))
        if rule in RULES and finding.confidence > Confidence.POSSIBLE
    ]
    assert {(finding.place.span.line, rule) for rule, finding in found} == expected
    for _, finding in found:
        assert_well_formed(finding)


def test_every_program_is_read() -> None:
    assert len(PROGRAMS) == sum(text.count("\n## ") for text in TEXTS)


def test_every_rule_has_a_program() -> None:
    marked = {match for program in PROGRAMS.values() for match in _MARK.findall(program)}
    assert marked == RULES
