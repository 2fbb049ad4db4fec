"""Random modules run through verify: what the analyser inferred of each recurrent layer's input is what is seen."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.verify.agreement import disagreement
from lstmlint.verify.process import Limits, default_python
from lstmlint.verify.running import Options, verify
from tests.interpret.generated import SIZES, Program, programs

EXAMPLES = 60
HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def modules(folder: Path) -> tuple[Path, int]:
    """A file of random modules that hold a recurrent layer, each called with a real input, and how many there are."""
    texts: list[str] = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
    )
    @given(programs())
    def collect(program: Program) -> None:
        text = program.text("")
        if any(f"nn.{kind}(" in text for kind in ("LSTM", "GRU", "RNN")):
            texts.append(text.split("\n\n", 1)[1].replace("class Net(", f"class Net{len(texts)}("))

    collect()
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
