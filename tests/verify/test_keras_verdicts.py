"""What is seen of Keras models beyond samples that mix: each is confirmed by what it says, a right twin is quiet."""

from __future__ import annotations

import pytest

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.verify.contracts import Call, Observation, Proof, Seen, SeenLayer
from lstmlint.verify.judging import Verdict
from lstmlint.verify.process import Limits, default_python
from lstmlint.verify.running import Options, Verified, verify
from tests.verify.test_verdicts import finding, place, verdict

PROGRAM = """
import numpy as np
import keras
from keras import layers, ops


def swapped(words=30):
    source, target = keras.Input((6,)), keras.Input((5,))
    read, h, c = layers.LSTM(7, return_state=True)(layers.Embedding(words, 4)(source))
    state = [{state}]
    written = layers.LSTM(7, return_sequences=True)(layers.Embedding(words, 4)(target), initial_state=state)
    return keras.Model([source, target], layers.Dense(words)(written))


def joined():
    series = keras.Input((6, 3))
    output, fh, fc, bh, bc = layers.Bidirectional(layers.LSTM(7, return_state=True))(series)
    return keras.Model(series, layers.Dense(1)(layers.Concatenate()([{joined}])))


def one_way():
    series = keras.Input((6, 3))
    forward, backward = layers.GRU(7), layers.GRU(7, go_backwards=True)
    return keras.Model(series, layers.Dense(1)(layers.Concatenate()([forward(series), {backward}(series)])))


class Opposed(keras.Model):
    def __init__(self):
        super().__init__()
        self.forward = layers.GRU(7, return_sequences=True)
        self.backward = layers.GRU(7, return_sequences=True, go_backwards=True)

    def call(self, series):
        backward = self.backward(series)
        return ops.concatenate([self.forward(series), {turned}], axis=-1)


def unmasked(words=30):
    ids = keras.Input((6,), dtype="int32")
    embedded = layers.Embedding(words, 8, mask_zero=True)(ids)
    return keras.Model(ids, layers.Dense(1)(layers.LSTM(7)({scaled})))


def leads(recorded):
    return {turn}


def reader():
    return keras.Sequential([keras.Input((9, 3)), layers.LSTM(7), layers.Dense(1)])


def levels():
    rain = keras.Input((9, 2))
    return keras.Model(rain, layers.Dense(1)(layers.GRU(7{sequences})(rain)))


if __name__ == "__main__":
    rows = np.array([[4, 8, 2, 6, 0, 0], [5, 7, 3, 1, 9, 2], [2, 5, 0, 0, 0, 0]])
    series = np.random.rand(8, 6, 3).astype("float32")
    swapped().predict([np.random.randint(1, 30, (8, 6)), np.random.randint(1, 30, (8, 5))])
    joined().predict(series)
    one_way().predict(series)
    Opposed()(series)
    unmasked().predict(rows)
    model = reader()
    model.compile("adam", "mse")
    model.fit(leads(np.random.rand(20, 3, 9).astype("float32")), np.random.rand(20, 1))
    forecaster = levels()
    forecaster.compile("adam", "mse")
    forecaster.fit(np.random.rand(20, 9, 2).astype("float32"), np.random.rand(20, 9{per_step}))
"""
RIGHT = {
    "state": "h, c",
    "joined": "fh, bh",
    "backward": "backward",
    "turned": "ops.flip(backward, axis=1)",
    "scaled": "layers.Dropout(0.1)(embedded)",
    "turn": "recorded.transpose(0, 2, 1)",
    "sequences": ", return_sequences=True",
    "per_step": ", 1",
}
WRONG = {
    "state": "c, h",
    "joined": "bh, bc",
    "backward": "forward",
    "turned": "backward",
    "scaled": "embedded * 4.0",
    "turn": "recorded.reshape(recorded.shape[0], 9, 3)",
    "sequences": "",
    "per_step": "",
}
CONFIRMED = {
    "keras-initial-state": "was given (c, h) of `lstm`",
    "keras-return-state-unpack": "h and c of the backward layer",
    "keras-bidirectional-by-hand": "",
    "keras-mask": "",
    "keras-reshape-as-transpose": "(20, 3, 9) and gave (20, 9, 3)",
    "keras-missing-return-sequences": "a value for each of 9 steps",
}


def ran(folder: pytest.TempPathFactory, parts: dict[str, str]) -> Verified:
    """The verified run over all models, in one process."""
    file = folder.mktemp("keras") / "models.py"
    file.write_text(PROGRAM.format(**parts), encoding="utf-8")
    finder = SettingsFinder(rule_book(), Lint(isolated=True))
    return verify([str(file)], finder, Options(default_python(), Limits()))


def test_right_models_are_not_reported(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = ran(tmp_path_factory, RIGHT)
    (observations,) = found.observations.values()
    assert found.troubles == () and len([each for each in observations if each.ran and each.own_input]) == 7
    assert [(each.code, each.span.line) for each in found.outcome.diagnostics] == []


def test_wrong_models_are_confirmed_by_what_is_wrong(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = ran(tmp_path_factory, WRONG)
    assert {each.diagnostic.rule for each in found.judged} == set(CONFIRMED)
    assert len(found.judged) == len(CONFIRMED) + 1  # two are about directions by hand
    for each in found.judged:
        assert each.verdict is Verdict.CONFIRMED and CONFIRMED[each.diagnostic.rule] in each.reason, each


BY_HAND = finding("keras-bidirectional-by-hand", 9)


def two_ways(source: int, other: str, backwards: bool) -> Observation:
    """Two recurrent layers on the model's input (-2) or another tensor, put side by side in line 9."""
    given, gave = Seen((5, 7, 3), 0, origin=(-2, 0)), Seen((5, 8), 0)
    first = Call("layer", "GRU", place(7), (given,), (gave,), "gru", place(3))
    second = Call("layer", "GRU", place(8), (Seen((5, 7, 3), 0, origin=(source, 0)),), (gave,), other, place(4))
    parts = Seen((5, 8), 0, origin=(0, 0)), Seen((5, 8), 0, origin=(1, 0))
    joined = Call("layer", "Concatenate", place(9), parts, (Seen((5, 16), 0),), "concatenate", place(9))
    shapes = ((5, 7, 3),), ((5, 8),)
    layers = [
        SeenLayer(path, "GRU", place(3), place(7), True, 1, 1, 0.0, True, *shapes, 1, 0, turned)
        for path, turned in (("gru", False), (other, backwards))
    ]
    return Observation("net", "net(x)", True, True, (5, 7), 0, (0,), tuple(layers), (first, second, joined))


def test_two_parts_of_two_tensors_refute() -> None:
    assert verdict(BY_HAND, two_ways(-3, "gru", False)) is Verdict.REFUTED


def test_two_directions_do_not_confirm() -> None:
    assert verdict(BY_HAND, two_ways(-2, "gru_1", True)) is Verdict.NOT_REACHED


@pytest.mark.parametrize("other", ["gru", "gru_1"])
def test_one_direction_twice_confirms(other: str) -> None:
    assert verdict(BY_HAND, two_ways(-2, other, False)) is Verdict.CONFIRMED


def test_a_direction_without_gradient_confirms_what_drops_it() -> None:
    rule = finding("keras-return-state-unpack", 7)
    message = "the backward direction of `gru` gets no gradient"
    run = two_ways(-2, "gru_1", True)
    dead = Observation(**{**vars(run), "proofs": (Proof("dead-layer", place(7), message),)})
    elsewhere = Observation(**{**vars(run), "proofs": (Proof("dead-layer", place(8), message),)})
    assert verdict(rule, run) is verdict(rule, elsewhere) is Verdict.NOT_REACHED
    assert verdict(rule, dead) is Verdict.CONFIRMED
