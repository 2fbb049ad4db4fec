"""torch's losses, as layers and as functions: what they read each axis of a prediction as.

A loss over classes reads axis 0 of the prediction as the batch and axis 1 as the classes, whatever the rank, and
wants a target of class numbers without that axis. An elementwise loss compares two tensors of one shape and reads no
axis as anything. CTC is the exception that is time-major: its log-probabilities are (time, batch, classes).
"""

from __future__ import annotations

from lstmlint.catalogue.spec import LayerSpec, Parameter
from lstmlint.lean import dataclass


@dataclass(frozen=True)
class LossSpec:
    """A loss: the path of its class, the path of its function (or ""), and how it reads a prediction.

    `classes` is the axis of the classes where there is one; `batch` is the axis of the batch, None where the loss
    is elementwise and reads none; `time` is the axis of the time steps where the loss has one of its own.
    """

    path: str
    function: str
    batch: int | None = None
    classes: int | None = None
    time: int | None = None


LOSSES: tuple[LossSpec, ...] = (
    LossSpec("torch.nn.CrossEntropyLoss", "torch.nn.functional.cross_entropy", batch=0, classes=1),
    LossSpec("torch.nn.NLLLoss", "torch.nn.functional.nll_loss", batch=0, classes=1),
    LossSpec("torch.nn.MultiMarginLoss", "torch.nn.functional.multi_margin_loss", batch=0, classes=1),
    LossSpec("torch.nn.CTCLoss", "torch.nn.functional.ctc_loss", batch=1, classes=2, time=0),
    LossSpec("torch.nn.BCELoss", "torch.nn.functional.binary_cross_entropy"),
    LossSpec("torch.nn.BCEWithLogitsLoss", "torch.nn.functional.binary_cross_entropy_with_logits"),
    LossSpec("torch.nn.MSELoss", "torch.nn.functional.mse_loss"),
    LossSpec("torch.nn.L1Loss", "torch.nn.functional.l1_loss"),
    LossSpec("torch.nn.SmoothL1Loss", "torch.nn.functional.smooth_l1_loss"),
    LossSpec("torch.nn.HuberLoss", "torch.nn.functional.huber_loss"),
    LossSpec("torch.nn.KLDivLoss", "torch.nn.functional.kl_div"),
    LossSpec("torch.nn.PoissonNLLLoss", "torch.nn.functional.poisson_nll_loss"),
    LossSpec("torch.nn.SoftMarginLoss", "torch.nn.functional.soft_margin_loss"),
    LossSpec("torch.nn.MultiLabelSoftMarginLoss", "torch.nn.functional.multilabel_soft_margin_loss"),
)

_OLD = (Parameter("size_average", None), Parameter("reduce", None), Parameter("reduction", "mean", "str"))
_WEIGHTED = (Parameter("weight", None), *_OLD)
_WITH_IGNORED = (Parameter("weight", None), _OLD[0], Parameter("ignore_index", -100, "int"), *_OLD[1:])

_PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    "CrossEntropyLoss": (*_WITH_IGNORED, Parameter("label_smoothing", 0.0, "float")),
    "NLLLoss": _WITH_IGNORED,
    "MultiMarginLoss": (Parameter("p", 1, "int"), Parameter("margin", 1.0, "float"), *_WEIGHTED),
    "CTCLoss": (Parameter("blank", 0, "int"), _OLD[2], Parameter("zero_infinity", False, "bool")),
    "BCELoss": _WEIGHTED,
    "BCEWithLogitsLoss": (*_WEIGHTED, Parameter("pos_weight", None)),
    "MSELoss": _OLD,
    "L1Loss": _OLD,
    "SmoothL1Loss": (*_OLD, Parameter("beta", 1.0, "float")),
    "HuberLoss": (_OLD[2], Parameter("delta", 1.0, "float")),
    "KLDivLoss": (*_OLD, Parameter("log_target", False, "bool")),
    "PoissonNLLLoss": (
        Parameter("log_input", True, "bool"),
        Parameter("full", False, "bool"),
        _OLD[0],
        Parameter("eps", 1e-08, "float"),
        *_OLD[1:],
    ),
    "SoftMarginLoss": _OLD,
    "MultiLabelSoftMarginLoss": _WEIGHTED,
}

LAYERS: tuple[LayerSpec, ...] = tuple(
    LayerSpec(loss.path, "torch", "loss", _PARAMETERS[loss.path.rpartition(".")[2]]) for loss in LOSSES
)


def loss_spec(path: str) -> LossSpec | None:
    """How a loss reads its prediction, by the path of its class or of its function; None where it is no loss."""
    return next((loss for loss in LOSSES if path in (loss.path, loss.function)), None)
