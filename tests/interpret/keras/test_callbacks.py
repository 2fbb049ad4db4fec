"""The model that a callback of the program works on."""

from __future__ import annotations

import pytest

from lstmlint.events import MethodCalled
from lstmlint.values import Layer, Value
from tests.checks.found import assert_found, assert_silent
from tests.interpret.programs import world_of

PROGRAM = """
    import keras, numpy as np
    from keras import layers

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.rnn = layers.LSTM(4, stateful=True)

        def call(self, x):
            return self.rnn(x)

        {method}

    class FreshStart({base}):
        {start}

        def on_epoch_begin(self, epoch, logs=None):
            self.model.reset_states()

    net = keras.Sequential([keras.Input(batch_shape=(4, 5, 3)), layers.LSTM(4, stateful=True)])
    other = keras.Sequential([keras.Input(batch_shape=(4, 5, 3)), layers.GRU(4, stateful=True)])
    x, y = np.zeros((8, 5, 3)), np.zeros((8, 4))
    callback = FreshStart()
    {fit}
"""
FIT = "net.fit(x, y, callbacks=[callback])"


def reset(
    fit: str = "", base: str = "keras.callbacks.Callback", start: str = "pass", method: str = "pass"
) -> list[Value]:
    """What `reset_states` is called on."""
    world = world_of(PROGRAM.format(fit=fit, base=base, start=start, method=method))
    return [event.owner for event in world.events if isinstance(event, MethodCalled)]


def families(owners: list[Value]) -> list[str]:
    """The families of layers."""
    return [owner.spec.family for owner in owners if isinstance(owner, Layer)]


def test_only_a_callback_has_a_model() -> None:
    assert reset(base="object") == reset("callback.model = None") == []
    assert reset(start="def __init__(self): self.model = None") == []


def test_a_program_whose_models_have_the_method_themselves() -> None:
    method = "def reset_states(self): pass"
    assert reset(method=method) == reset("Own().fit(x, y, callbacks=[callback])", method=method) == []


@pytest.mark.parametrize(
    "fit",
    [
        FIT,
        "net.fit(x, y, callbacks=callback)",
        "net.fit(x, y, 4, 1, 0, [keras.callbacks.TerminateOnNaN(), callback])",
        "net.evaluate(x, y, callbacks=(callback,))",
    ],
)
def test_a_run_brings_its_model(fit: str) -> None:
    owners = reset(fit)
    assert families(owners) == ["sequential"]
    assert isinstance(owners[0], Layer) and "LSTM" in owners[0].place.text


def test_the_last_run_counts() -> None:
    owners = reset(f"{FIT}\n    other.fit(x, y, callbacks=[callback])")
    assert ["GRU" in owner.place.text for owner in owners if isinstance(owner, Layer)] == [True]


def test_a_callback_that_no_run_is_given_has_some_model() -> None:
    assert families(reset()) == ["model"]


def test_functions_without_a_name_are_called() -> None:
    text = """
        import keras
        net = keras.Sequential([keras.Input(batch_shape=(4, 5, 3)), keras.layers.LSTM(4, stateful=True)])
        keras.callbacks.LambdaCallback(None, lambda epoch, logs: net.reset_states(), on_train_end=print)
    """
    assert [event.name for event in world_of(text).events if isinstance(event, MethodCalled)] == ["reset_states"]


STATEFUL = """
    import keras, numpy as np
    import helpers
    from helpers import Base, Fresh, make
    from keras import layers

    class Log({base}):
        def on_epoch_end(self, epoch, logs=None):
            {body}

    model = keras.Sequential([keras.Input(batch_shape=(2, 5, 3)), layers.LSTM(4, stateful=True)])
    model.compile("adam", "mse")
    x, y = np.zeros((8, 5, 3)), np.zeros((8, 4))
    model.fit(x, y, batch_size=2, epochs=3, shuffle=False, callbacks={given}){mark}
"""
RULE = "keras-stateful"


def stateful(given: str, base: str = "keras.callbacks.Callback", body: str = "pass", mark: str = "") -> str:
    """A stateful model that runs for some epochs with callbacks."""
    return STATEFUL.format(given=given, base=base, body=body, mark=mark)


@pytest.mark.parametrize("given", ["[Fresh()]", "make()", "[Log(), *make()]", "[keras.callbacks.History(), Fresh]"])
def test_a_callback_from_elsewhere_may_reset(given: str) -> None:
    assert_silent(stateful(given))


@pytest.mark.parametrize("base", ["Base", "keras.callbacks.Callback, Base", "Missing"])
def test_so_may_one_that_inherits_from_elsewhere(base: str) -> None:
    assert_silent(stateful("[Log()]", base))


@pytest.mark.parametrize("body", ["helpers.reset_all(self.model)", "helpers.fill(self.model.layers[0].states)"])
def test_so_may_one_that_calls_what_is_elsewhere(body: str) -> None:
    assert_silent(stateful("[Log()]", body=body))


def test_functions_in_place_of_methods_may() -> None:
    assert_silent(stateful("[keras.callbacks.LambdaCallback(on_epoch_end=make())]"))


@pytest.mark.parametrize(
    "given",
    [
        "[Log()]",
        "Log()",
        "None",
        "[]",
        "[keras.callbacks.EarlyStopping('loss'), Log(), keras.callbacks.TensorBoard('logs')]",
    ],
)
@pytest.mark.parametrize("body", ["pass", "print(logs, self.model.layers[0].states[0])"])
def test_other_callbacks_do_not(given: str, body: str) -> None:
    assert_found(stateful(given, body=body, mark="  # error"), RULE)
