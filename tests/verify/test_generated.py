"""Random modules run through verify: what the analyser inferred of each recurrent layer's input is what is seen."""

from __future__ import annotations

import re
from pathlib import Path

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.verify.agreement import disagreement
from lstmlint.verify.process import Limits, default_python
from lstmlint.verify.running import Options, verify
from tests.interpret.generated import SIZES
from tests.interpret.torch_programs import program

PROGRAMS = 40
RECURRENT = re.compile(r"self\.l\d+ = nn\.(LSTM|GRU|RNN)\(")
HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def modules(folder: Path) -> tuple[Path, int]:
    """A file of random modules that hold a recurrent layer, each called with a real input, and how many there are."""
    texts: list[str] = []
    for number in range(PROGRAMS):
        made = program(number)
        lines = made.definition(f"Net{len(texts)}", "nn.Module", "", made.returned())
        if any(RECURRENT.search(line) for line in lines):
            texts.append("\n".join(lines))
    calls = "".join(f"    Net{number}()(torch.randn{SIZES})\n" for number in range(len(texts)))
    file = folder / "modules.py"
    file.write_text(HEAD + "\n".join(texts) + f'\nif __name__ == "__main__":\n{calls}', encoding="utf-8")
    return file, len(texts)


def test_inferred_and_observed_axes_agree(tmp_path: Path) -> None:
    file, count = modules(tmp_path)
    finder = SettingsFinder(rule_book(), Lint(isolated=True))
    found = verify([str(file)], finder, Options(default_python(), Limits()))
    assert [trouble.message for trouble in found.troubles] == []
    observations, beliefs = found.observations[str(file)], found.beliefs[str(file)]
    assert len(observations) == count > 10 and all(each.ran and each.own_input for each in observations)
    layers = [(observation, layer) for observation in observations for layer in observation.layers]
    assert len(layers) >= count and len(beliefs) > 10
    assert [disagreement(*each, beliefs) for each in layers if disagreement(*each, beliefs)] == []
