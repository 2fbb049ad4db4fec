"""Every torch layer of the catalogue is held against the signature of the real class."""

from __future__ import annotations

import inspect
import typing

import pytest
import torch

from lstmlint.catalogue import losses, torch_layers, torch_recurrent
from lstmlint.catalogue.lookup import all_layers, layer_spec
from lstmlint.catalogue.spec import REQUIRED, LayerSpec

VARIADIC = {"Sequential", "Identity"}
CHILDREN = {"ModuleList", "ModuleDict"}
FUNCTION_DEFAULTS = {("TransformerEncoderLayer", "activation"), ("TransformerDecoderLayer", "activation")}
NO_PARAMETERS = {"Tanh", "Sigmoid", "LogSigmoid", "Softsign", "Tanhshrink"}

SPECS = [*torch_layers.LAYERS, *torch_recurrent.LAYERS, *losses.LAYERS]


def documented(spec: LayerSpec) -> list[inspect.Parameter]:
    """The parameters of the real constructor; of the first overload where the constructor itself takes `*args`."""
    constructor = getattr(torch.nn, spec.name).__init__
    overloads = typing.get_overloads(constructor) if hasattr(typing, "get_overloads") else []
    return list(inspect.signature(overloads[0] if overloads else constructor).parameters.values())[1:]


@pytest.mark.skipif(not hasattr(typing, "get_overloads"), reason="overloads can be read from Python 3.11 on")
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_parameters_in_order_with_their_defaults(spec: LayerSpec) -> None:
    if spec.name in VARIADIC | CHILDREN | NO_PARAMETERS:
        assert spec.parameters == ()
        return
    real = documented(spec)
    positional = [parameter for parameter in real if parameter.kind is not inspect.Parameter.KEYWORD_ONLY]
    keyword_only = [parameter for parameter in real if parameter.kind is inspect.Parameter.KEYWORD_ONLY]
    assert [parameter.name for parameter in spec.parameters] == [parameter.name for parameter in positional]
    assert [parameter.name for parameter in spec.keyword_only] == [parameter.name for parameter in keyword_only]
    for known, actual in zip((*spec.parameters, *spec.keyword_only), (*positional, *keyword_only), strict=True):
        default = REQUIRED if actual.default is inspect.Parameter.empty else actual.default
        if (spec.name, known.name) not in FUNCTION_DEFAULTS:
            assert known.default == default, known.name


@pytest.mark.parametrize("name", sorted(NO_PARAMETERS))
def test_activations_without_parameters_refuse_arguments(name: str) -> None:
    with pytest.raises(TypeError):
        getattr(torch.nn, name)(1)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_defaults_have_the_kind_they_say(spec: LayerSpec) -> None:
    kinds = {"int": int, "float": float, "bool": bool, "str": str}
    for parameter in (*spec.parameters, *spec.keyword_only):
        if parameter.kind in kinds and parameter.default is not REQUIRED and parameter.default is not None:
            assert type(parameter.default) is kinds[parameter.kind], parameter.name


def test_the_projection_belongs_to_the_lstm_alone() -> None:
    for name in ("GRU", "RNN"):
        with pytest.raises((TypeError, ValueError)):
            getattr(torch.nn, name)(3, 5, proj_size=2)
        spec = layer_spec(f"torch.nn.{name}")
        assert spec is not None and not spec.takes("proj_size")
    lstm = layer_spec("torch.nn.LSTM")
    assert lstm is not None and lstm.takes("proj_size")


@pytest.mark.parametrize("loss", losses.LOSSES, ids=lambda loss: loss.path)
def test_losses_and_their_functions_exist(loss: losses.LossSpec) -> None:
    assert issubclass(getattr(torch.nn, loss.path.rpartition(".")[2]), torch.nn.Module)
    assert callable(getattr(torch.nn.functional, loss.function.rpartition(".")[2]))
    assert losses.loss_spec(loss.path) is losses.loss_spec(loss.function) is loss


@pytest.mark.parametrize("loss", losses.LOSSES, ids=lambda loss: loss.path)
def test_losses_read_the_axes_they_say(loss: losses.LossSpec) -> None:
    batch, time, classes = 3, 5, 7
    function = getattr(torch.nn.functional, loss.function.rpartition(".")[2])
    if loss.time is not None:
        sizes = {loss.time: time, loss.batch: batch, loss.classes: classes}
        prediction = torch.zeros([sizes[axis] for axis in range(3)]).log_softmax(-1)
        lengths = torch.full((batch,), time), torch.full((batch,), 2)
        function(prediction, torch.ones(batch, 2, dtype=torch.long), *lengths)
    elif loss.classes is not None:
        assert (loss.batch, loss.classes) == (0, 1)
        function(torch.zeros(batch, classes), torch.zeros(batch, dtype=torch.long))
        with pytest.raises((RuntimeError, ValueError)):
            function(torch.zeros(batch, classes), torch.zeros(classes, dtype=torch.long))
    else:
        assert loss.batch is None
        shape = (batch, time, classes)
        assert function(torch.full(shape, 0.5), torch.full(shape, 0.5)).ndim == 0


def test_unknown_paths_have_no_facts() -> None:
    assert layer_spec("mlx.nn.LSTM") is None
    assert layer_spec("torch.nn.functional.relu") is None
    assert losses.loss_spec("torch.nn.LSTM") is None


def test_every_family_of_the_package_is_found() -> None:
    paths = set(all_layers())
    assert {"torch.nn.LSTM", "torch.nn.Linear", "torch.nn.NLLLoss"} <= paths
