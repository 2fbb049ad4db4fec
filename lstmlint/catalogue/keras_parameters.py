"""Parameters that many Keras layers share, and the keywords every Keras layer accepts.

The order is that of Keras 3. A layer that has no `**kwargs` of its own is `closed`: it accepts what it names.
"""

from __future__ import annotations

from lstmlint.catalogue.spec import LayerSpec, Parameter

ANY_LAYER = ("activity_regularizer", "trainable", "dtype", "autocast", "name", "input_dim", "input_shape")
"""What `keras.layers.Layer` itself takes; the last two only with a warning."""


def layer(
    name: str,
    family: str,
    *parameters: Parameter,
    accepts: tuple[str, ...] = (),
    formerly: tuple[str, ...] = (),
    closed: bool = False,
) -> LayerSpec:
    """The facts of `keras.layers.NAME`; `accepts` are keywords beside the parameters and those of any layer."""
    named = {parameter.name for parameter in parameters}
    further = tuple(keyword for keyword in (() if closed else ANY_LAYER) if keyword not in named)
    return LayerSpec(f"keras.layers.{name}", "keras", family, parameters, (), (*accepts, *further), formerly)


def required(name: str, kind: str = "any") -> Parameter:
    """A parameter without a default."""
    return Parameter(name, kind=kind)


def number(name: str, default: float) -> Parameter:
    """A parameter that takes a rate or another real number."""
    return Parameter(name, default, "float")


def flag(name: str, default: bool = False) -> Parameter:
    """A parameter that takes True or False."""
    return Parameter(name, default, "bool")


def unset(*names: str) -> tuple[Parameter, ...]:
    """Parameters that are None unless given."""
    return tuple(Parameter(name, None) for name in names)


def initializers(*, bias: str = "zeros", **others: str) -> tuple[Parameter, ...]:
    """`NAME_initializer` for each name in order, the bias last."""
    return tuple(Parameter(f"{name}_initializer", default, "str") for name, default in {**others, "bias": bias}.items())


def for_each(suffix: str, *names: str) -> tuple[Parameter, ...]:
    """`kernel_regularizer`, `bias_regularizer` ...: one unset parameter per name."""
    return unset(*(f"{name}_{suffix}" for name in names))


UNITS = required("units", "int")
USE_BIAS = flag("use_bias", True)
SEED = Parameter("seed", None, "int")
DATA_FORMAT = Parameter("data_format", None, "str")
PADDING = Parameter("padding", "valid", "str")
ACTIVITY = Parameter("activity_regularizer", None)
NAME = Parameter("name", None, "str")


def activation(default: str | None, name: str = "activation") -> Parameter:
    """A parameter that takes the name of an activation (or a function)."""
    return Parameter(name, default, "str")
