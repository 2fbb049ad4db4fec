"""Whole Keras programs, quiet ones first: what is found stands on the marked lines, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.checks.found import assert_well_formed, findings, marked

TEXT = (Path(__file__).parent / "keras_programs.md").read_text(encoding="utf-8")
PROGRAMS = dict(re.findall(r"^## (.+?)\n\n```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
RULES = frozenset(
    {
        "keras-missing-return-sequences",
        "keras-extra-return-sequences",
        "keras-return-state-unpack",
        "foreign-argument",
    }
)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_what_is_found(program: str) -> None:
    found = [finding for rule, finding in findings(program) if rule in RULES]
    assert sorted({finding.place.span.line for finding in found}) == marked(program)
    for finding in found:
        assert_well_formed(finding)


def test_every_program_is_read() -> None:
    assert len(PROGRAMS) == TEXT.count("\n## ")
    assert sum(1 for program in PROGRAMS.values() if not marked(program)) > 10
