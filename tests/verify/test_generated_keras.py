"""Random Keras models run through verify: what was inferred of each recurrent layer's input is what is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("keras")

import keras

from lstmlint.engine.settings import Options as Lint
from lstmlint.engine.settings import SettingsFinder
from lstmlint.rulebook import rule_book
from lstmlint.verify.agreement import disagreement
from lstmlint.verify.process import Limits, default_python
from lstmlint.verify.running import Options, Verified, verify
from tests.interpret.generated import SIZES
from tests.interpret.keras_generated import INPUTS, KerasProgram
from tests.interpret.keras_programs import program

PROGRAMS = 16
RECURRENT = re.compile(r"\b(LSTM|GRU|SimpleRNN|RNN|ConvLSTM\dD)\(")
KNOWN = (INPUTS[0], INPUTS[1], INPUTS[3])
"""Ways to declare the input; programs ask for its sizes."""
OWN = re.compile(r"\b([Bb]lock\d+)\b")


def as_model(made: KerasProgram, name: str, start: str) -> str:
    """A program as a class, or as a function that gives a model of all its tensors, with what stands in front of it."""
    if made.in_class:
        lines = made.definition(name, "keras.Model", "", made.returned())
    else:
        outputs = ", ".join(name for name in made.shapes if is_connected(made, name))
        body = [f"v0 = {start}", *made.body(), f"return keras.Model(v0, [{outputs}])"]
        lines = [f"def {name}():", *(f"    {line}" for line in "\n".join(body).splitlines())]
    return OWN.sub(rf"{name}\1", "\n".join([*made.prelude, *lines]))


def is_connected(made: KerasProgram, name: str) -> bool:
    """True for a tensor that a model of the program's input can give."""
    try:
        keras.Model(made.scope["v0"], made.scope[name])
    except ValueError:
        return False
    return True


def models(folder: Path) -> tuple[Path, list[str]]:
    """A file of random models that hold a recurrent layer, each called with a real input, and their names."""
    texts: dict[str, str] = {}
    for number in range(PROGRAMS):
        made = program(number)
        name = f"Net{number}" if made.in_class else f"build{number}"
        text = as_model(made, name, KNOWN[number % len(KNOWN)])
        if RECURRENT.search(text):
            texts[name] = text
    calls = "".join(f'    {name}()(np.random.rand{SIZES}.astype("float32"))\n' for name in texts)
    head = "\n".join(KerasProgram.imports)
    whole = "\n\n\n".join([head, *texts.values()])
    file = folder / "models.py"
    file.write_text(f'{whole}\n\n\nif __name__ == "__main__":\n{calls}', encoding="utf-8")
    return file, list(texts)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Verified, str, list[str]]:
    """The verified run over all models, in one process."""
    file, names = models(tmp_path_factory.mktemp("generated"))
    finder = SettingsFinder(rule_book(), Lint(isolated=True))
    found = verify([str(file)], finder, Options(default_python(), Limits()))
    return found, str(file), names


def test_every_model_runs_on_the_program_s_own_input(ran: tuple[Verified, str, list[str]]) -> None:
    found, path, names = ran
    assert [trouble.message for trouble in found.troubles] == []
    ran_on_own = {each.name for each in found.observations[path] if each.ran and each.own_input}
    assert set(names) - ran_on_own == set() and len(names) > 10


def test_inferred_and_observed_axes_agree(ran: tuple[Verified, str, list[str]]) -> None:
    found, path, names = ran
    beliefs = found.beliefs[path]
    layers = [(observation, layer) for observation in found.observations[path] for layer in observation.layers]
    known = [layer for _, layer in layers if layer.called and layer.called.line in {each.line for each in beliefs}]
    assert len(layers) >= len(names) and len(known) > len(names) / 2
    assert [disagreement(*each, beliefs) for each in layers if disagreement(*each, beliefs)] == []
