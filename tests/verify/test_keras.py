"""Keras models under verify: how they are found, and what is seen of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.verify.process import Limits, default_python
from lstmlint.verify.running import Options, Verified, verify

RUNNING = Options(default_python(), Limits())

MODELS = """
import numpy as np
import keras
from keras import layers, ops


def classifier(steps=9):
    model = keras.Sequential([keras.Input((steps, 3)), layers.LSTM(8), layers.Dense(2)])
    return model


class Scorer(keras.Model):
    def __init__(self, words):
        super().__init__()
        self.embed = layers.Embedding(words, 6)
        self.encoder = layers.GRU(8)
        self.attend = layers.Attention()
        self.score = layers.Dense(1)

    def call(self, ids):
        steps = self.encoder(self.embed(ids))
        return self.score(self.attend([steps, steps]))


def padded(words, steps):
    ids = layers.Input((steps,))
    embedded = layers.Embedding(words, 6, mask_zero=True)(ids)
    convolved = layers.Conv1D(8, 3, padding="same")(embedded)
    return keras.Model(ids, layers.Dense(1)(layers.LSTM(4)(convolved)))


def trained():
    model = classifier()
    raise SystemExit("a function that trains was called")
    model.fit(1, 2)
    return model


if __name__ == "__main__":
    x = np.random.rand(20, 9, 3).astype("float32")
    y = np.random.rand(20, 9, 2).astype("float32")
    net = classifier()
    net.compile("adam", "mse")
    net.fit(x, y, epochs=3)
    scorer = Scorer(40)
    print(scorer(np.random.randint(1, 40, (6, 9))))
    print(padded(30, 9).predict(np.random.randint(0, 30, (6, 9))))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The verified run over all models, in one process."""
    file = tmp_path_factory.mktemp("keras") / "models.py"
    file.write_text(MODELS, encoding="utf-8")
    finder = SettingsFinder(rule_book(), Lint(isolated=True))
    return verify([str(file)], finder, RUNNING)


def test_models_run_on_the_program_s_own_input(found: Verified) -> None:
    (observations,) = found.observations.values()
    assert {each.name for each in observations} == {"classifier", "Scorer", "padded"}
    assert all(each.ran and each.own_input for each in observations) and found.troubles == ()


def test_samples_are_followed_through_the_layers(found: Verified) -> None:
    (observations,) = found.observations.values()
    consistent = {each.name: each.consistent for each in observations}
    assert consistent == {"classifier": (0,), "Scorer": (), "padded": (0,)}
    (scorer,) = [each for each in observations if each.name == "Scorer"]
    assert [call.name for call in scorer.calls if call.begins] == ["Attention"]


def test_findings_are_confirmed(found: Verified) -> None:
    verdicts = {(each.diagnostic.code, each.model): each.verdict.value for each in found.judged}
    assert verdicts[("LST501", "Scorer")] == verdicts[("LST507", "padded")] == "confirmed"
    assert all(verdict == "confirmed" for verdict in verdicts.values())


def test_nothing_is_said_twice(found: Verified) -> None:
    assert not [each for each in found.outcome.diagnostics if each.code.startswith("LST8")]


def test_a_model_that_does_not_say_what_it_reads_is_told_how_to(tmp_path: Path) -> None:
    lines = ("super().__init__()", "self.lstm = keras.layers.LSTM(8)")
    body = "".join(f"        {line}\n" for line in lines)
    body += "\n    def call(self, x):\n        return self.lstm(x)\n"
    text = f"import keras\n\n\nclass Net(keras.Model):\n    def __init__(self):\n{body}"
    (tmp_path / "model.py").write_text(text, encoding="utf-8")
    found = verify([str(tmp_path / "model.py")], SettingsFinder(rule_book(), Lint(isolated=True)), RUNNING)
    (trouble,) = found.troubles
    assert trouble.message == "`Net` could not be run: the shape of its input is not known"
    assert '"model.py::Net" = { input = "B T ..." }' in trouble.cure
