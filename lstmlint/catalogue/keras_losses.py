"""Keras' losses: their short names, and what they make of a prediction's last axis.

Keras compares a target of shape (n, 1) with a prediction (n,) and the like by squeezing a last axis of 1; beyond that
the elementwise losses broadcast silently.
"""

from __future__ import annotations

from lstmlint.catalogue.keras_parameters import flag, number
from lstmlint.catalogue.spec import LayerSpec, Parameter

_REDUCTION = Parameter("reduction", "sum_over_batch_size", "str")
_LOGITS = flag("from_logits")
_SMOOTHING = number("label_smoothing", 0.0)
_AXIS = Parameter("axis", -1, "int")


def _loss(name: str, family: str, default_name: str, *parameters: Parameter) -> LayerSpec:
    behind = () if _REDUCTION in parameters else (_REDUCTION,)
    named = {parameter.name for parameter in parameters}
    last = tuple(p for p in (Parameter("name", default_name, "str"), Parameter("dtype", None)) if p.name not in named)
    return LayerSpec(f"keras.losses.{name}", "keras", family, (*parameters, *behind, *last))


def _elementwise(name: str, default_name: str, *parameters: Parameter) -> LayerSpec:
    return _loss(name, "elementwise_loss", default_name, *parameters)


LAYERS: tuple[LayerSpec, ...] = (
    _loss(
        "SparseCategoricalCrossentropy",
        "sparse_loss",
        "sparse_categorical_crossentropy",
        _LOGITS,
        Parameter("ignore_class", None, "int"),
        _REDUCTION,
        _AXIS,
    ),
    _loss("CategoricalCrossentropy", "categorical_loss", "categorical_crossentropy", _LOGITS, _SMOOTHING, _AXIS),
    _loss("KLDivergence", "categorical_loss", "kl_divergence"),
    _elementwise("BinaryCrossentropy", "binary_crossentropy", _LOGITS, _SMOOTHING, _AXIS),
    _elementwise("MeanSquaredError", "mean_squared_error"),
    _elementwise("MeanAbsoluteError", "mean_absolute_error"),
    _elementwise("MeanAbsolutePercentageError", "mean_absolute_percentage_error"),
    _elementwise("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error"),
    _elementwise("LogCosh", "log_cosh"),
    _elementwise("Poisson", "poisson"),
    _elementwise("Hinge", "hinge"),
    _elementwise("SquaredHinge", "squared_hinge"),
    _elementwise("Huber", "huber_loss", number("delta", 1.0)),
)

LOSS_FAMILIES = frozenset({"sparse_loss", "categorical_loss", "elementwise_loss"})
"""Sparse: class numbers against classes; categorical: the same shape, classes last; elementwise: broadcasts."""

SHORT_NAMES = {
    "mse": "MeanSquaredError",
    "MSE": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "MAE": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "MAPE": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "MSLE": "MeanSquaredLogarithmicError",
    "bce": "BinaryCrossentropy",
    "kld": "KLDivergence",
    "huber": "Huber",
}
"""Names under which compile finds a loss beside its own snake-case name."""
