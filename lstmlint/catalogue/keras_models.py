"""Keras' models as things that are built and applied like layers. The interpreter makes them; they are in no table."""

from __future__ import annotations

from lstmlint.catalogue.spec import LayerSpec, Parameter

SEQUENTIAL = LayerSpec(
    "keras.Sequential",
    "keras",
    "sequential",
    (Parameter("layers", None), Parameter("trainable", True, "bool"), Parameter("name", None, "str")),
)
FUNCTIONAL = LayerSpec(
    "keras.Model", "keras", "model", (Parameter("inputs"), Parameter("outputs"), Parameter("name", None, "str"))
)
DATASET = LayerSpec("tf.data.Dataset", "keras", "dataset", (Parameter("element"),))
"""A tf.data pipeline; `element` is what one step of it yields."""
