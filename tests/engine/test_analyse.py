"""One file: what of it is looked at, and where that ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.engine.lint import lint
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.findings import GivenUp
from lstmlint.rulebook import rule_book

FINDER = SettingsFinder(rule_book(), Options(isolated=True))


def test_a_file_of_many_costly_parts_is_given_up_in_the_middle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = "def {}(x):\n    return nn.LSTM(4, 8, dropout=0.5)(x)\n"
    Path(folder, "models.py").write_text("import torch.nn as nn\n" + "".join(map(model.format, "ABCD")))
    whole = lint(["models.py"], FINDER)
    assert ([each.span.line for each in whole.diagnostics], whole.given_up) == ([3, 5, 7, 9], ())
    monkeypatch.setattr("lstmlint.interpret.run.STEPS_IN_ALL", 15)
    cut = lint(["models.py"], FINDER)
    assert [each.span.line for each in cut.diagnostics] == [3]
    assert cut.given_up == (GivenUp("models.py", "B, and what follows it", "15 steps in all"),)
