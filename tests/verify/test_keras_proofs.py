"""What only running shows of a Keras model: each wrong model is found where it goes wrong, its right twin is not."""

from __future__ import annotations

import pytest

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.findings import Diagnostic
from lstmlint.rulebook import rule_book
from lstmlint.verify.process import Limits, default_python
from lstmlint.verify.running import Options, Verified, verify

HEAD = """
import numpy as np
import keras
from keras import layers, ops
"""

MODEL = """

class {name}(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = layers.LSTM(8, return_sequences={sequences})
        self.other = {other}

    def call(self, series):
        {line}
        return {result}
"""

MODELS = {
    "MixedBetweenLayers": (
        "batch-mixing",
        "return self.other(encoded - ops.mean(encoded, axis=0, keepdims=True))",
        (False, "layers.Dense(2)", "encoded = self.encoder(series)"),
        "self.other(encoded - ops.mean(encoded, axis={}, keepdims=True))",
        ("0", "1"),
    ),
    "MixedZeros": (
        "batch-mixing",
        "return self.other(encoded - ops.mean(encoded, axis=0, keepdims=True))",
        (False, "layers.Dense(2)", "encoded = self.encoder(series)"),
        "self.other(encoded - ops.mean(encoded, axis={}, keepdims=True))",
        ("0", "1"),
    ),
    "MixedByLayer": (
        "batch-mixing",
        "return ops.squeeze(self.other(encoded[None], encoded[None]), 0)",
        (False, "layers.MultiHeadAttention(2, 4)", "encoded = self.encoder(series)"),
        "ops.squeeze(self.other({0}, {0}), {1})",
        (("encoded[None]", "0"), ("encoded[:, None]", "1")),
    ),
    "LastStepAlone": (
        "time-ignored",
        "recent = series[:, -1:]",
        (False, "layers.Dense(2)", "recent = series[:, {}:]"),
        "self.other(self.encoder(recent))",
        ("-1", "-5"),
    ),
    "DeadLayer": (
        "dead-layer",
        "encoded = self.encoder(series)",
        (False, "layers.Dense(2)", "encoded = self.encoder(series)"),
        "self.other({})",
        ("ops.stop_gradient(encoded)", "encoded"),
    ),
    "CausalTagger": (
        "future-read",
        "return self.other(encoded)",
        (True, "layers.{}", "encoded = self.encoder(series)"),
        "self.other(encoded)",
        ("Bidirectional(layers.GRU(4, return_sequences=True))", "GRU(4, return_sequences=True)"),
    ),
    "PaddedSteps": (
        "padding-read",
        "every = ops.einsum('btf->bf', kept)",
        (False, "layers.Masking()", "kept = self.other(series)\n        every = ops.einsum('btf->bf', kept)"),
        "self.encoder(kept) + ops.sum({}, axis=-1, keepdims=True)",
        ("every", "0.0 * every"),
    ),
    "WrongWidth": (
        "shape-error",
        "return ops.matmul(self.encoder(series), ops.expand_dims(query, 2))",
        (True, "layers.Dense({})", "query = self.other(ops.mean(series, axis=1))"),
        "ops.matmul(self.encoder(series), ops.expand_dims(query, 2))",
        ("6", "8"),
    ),
}
"""The rule, the line that is reported, what both twins share, what they return, and wherein they differ."""


def written(name: str, twin: int) -> str:
    """A model, wrong (0) or right (1)."""
    _, _, (sequences, other, line), result, differing = MODELS[name]
    filled = differing[twin] if isinstance(differing[twin], tuple) else (differing[twin],)
    parts = [text.format(*filled) if "{" in text else text for text in (other, line, result)]
    called = f"{name}Right" if twin else name
    return MODEL.format(name=called, sequences=sequences, other=parts[0], line=parts[1], result=parts[2])


REFUSING = MODEL.format(
    name="Refusing",
    sequences=False,
    other="None",
    line='raise ValueError("there is no licence")',
    result="self.encoder(series)",
)

SIX_SAMPLES = MODEL.format(
    name="SixSamples",
    sequences=False,
    other="layers.Dense(2)",
    line="encoded = self.encoder(series) + ops.reshape(ops.arange(48.0), (6, 8))",
    result="self.other(encoded)",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The verified run over all models, in one process."""
    names = [*MODELS, *(f"{name}Right" for name in MODELS), "Refusing", "SixSamples"]
    models = "".join(written(name, twin) for twin in (0, 1) for name in MODELS) + REFUSING + SIX_SAMPLES
    calls = "".join(f"    {name}()({'x * 0' if 'Zeros' in name else 'x'})\n" for name in names)
    data = '\n\nif __name__ == "__main__":\n    x = np.random.rand(6, 9, 3).astype("float32")\n'
    file = tmp_path_factory.mktemp("keras") / "models.py"
    file.write_text(HEAD + models + data + calls, encoding="utf-8")
    finder = SettingsFinder(rule_book(), Lint(isolated=True))
    return verify([str(file)], finder, Options(default_python(), Limits()))


def inside(found: Verified, name: str) -> list[Diagnostic]:
    """What is reported within a class of the file."""
    source = found.outcome.source(*found.outcome.interpreted)
    start = next(number for number, line in enumerate(source.lines, 1) if line.startswith(f"class {name}("))
    end = start + MODEL.strip().count("\n")
    return [each for each in found.outcome.diagnostics if start <= each.span.line <= end]


@pytest.mark.parametrize("name", MODELS)
def test_a_right_model_is_not_reported(name: str, found: Verified) -> None:
    assert inside(found, f"{name}Right") == []
    (observations,) = found.observations.values()
    (observation,) = [each for each in observations if each.name == f"{name}Right"]
    assert observation.ran and observation.own_input and observation.consistent == (0,)


@pytest.mark.parametrize("name", MODELS)
def test_a_wrong_model_is_reported_where_it_goes_wrong(name: str, found: Verified) -> None:
    rule, line, *_ = MODELS[name]
    source = found.outcome.source(*found.outcome.interpreted)
    (diagnostic,) = inside(found, name)
    assert diagnostic.rule == rule and source.lines[diagnostic.span.line - 1].strip() == line


def test_what_sizes_do_not_fit_is_said(found: Verified) -> None:
    (diagnostic,) = inside(found, "WrongWidth")
    assert "Matrix size-incompatible" in diagnostic.message and "\x1b" not in diagnostic.message


def test_an_exception_of_the_model_s_own_is_no_shape_error(found: Verified) -> None:
    assert inside(found, "Refusing") == []
    assert [(each.model, each.message.split(": ")[-1]) for each in found.troubles] == [
        ("Refusing", "there is no licence")
    ]


def test_a_model_of_a_fixed_number_of_samples_runs_on_as_many(found: Verified) -> None:
    assert inside(found, "SixSamples") == []
    (observations,) = found.observations.values()
    (observation,) = [each for each in observations if each.name == "SixSamples"]
    assert observation.ran and observation.sizes[0] == 6 and observation.consistent == (0,)
