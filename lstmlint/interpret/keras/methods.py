"""Methods of Keras models and layers that matter for being called at all: resets, and those of older versions."""

from __future__ import annotations

from lstmlint.catalogue.keras_removed import METHODS
from lstmlint.events import MethodCalled
from lstmlint.interpret.registry import Call, operation
from lstmlint.values import Value
from lstmlint.world import World

_MODELS = ("keras.Sequential", "keras.Model")


@operation(
    *(f"{model}.{name}" for model in _MODELS for name in METHODS), "keras.Layer.reset_states", "keras.Layer.reset_state"
)
def call_method(world: World, call: Call) -> Value:
    """Notes the call; what comes back is not followed."""
    world.emit(
        MethodCalled(
            place=call.place,
            owner=call.owner,
            name=call.name.rpartition(".")[2],
            keywords=tuple(call.kwargs.items()),
            source=call.arg(1, "x", "generator", "states"),
        )
    )
    return world.unknown()
