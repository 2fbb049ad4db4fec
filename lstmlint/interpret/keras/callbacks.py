"""Callbacks of the program: Keras gives each of them its model, as `self.model`, before it calls them."""

from __future__ import annotations

from lstmlint.catalogue.keras_models import FUNCTIONAL
from lstmlint.interpret.keras.replay import flat
from lstmlint.interpret.keras.runs import arguments_of
from lstmlint.interpret.registry import Call, operation
from lstmlint.source import Place
from lstmlint.values import NONE, Function, Instance, Layer, ListRef, Unknown, Value
from lstmlint.world import World

_MODEL = "model"
_READY = "ready-made callback"
_LIBRARYS = """BackupAndRestore CSVLogger EarlyStopping History LearningRateScheduler ModelCheckpoint ProgbarLogger
    ReduceLROnPlateau RemoteMonitor SwapEMAWeights TensorBoard TerminateOnNaN"""
"""Keras' own callbacks, none of which touches the states of a layer."""


def introduce(world: World, call: Call) -> None:
    """Gives the callbacks of a run the model that it runs."""
    given = arguments_of(call).get("callbacks")
    for one in () if given is None else flat(world, given):
        if isinstance(one, Instance):
            _give(world, one, call.owner)


def leaves_states_alone(world: World, given: Value) -> bool:
    """True for callbacks that are Keras' own, or of classes of the linted file, which names no reset anywhere."""
    return all(
        one.address in world.callbacks
        if isinstance(one, Instance)
        else one == NONE or (isinstance(one, Unknown) and isinstance(one.root, tuple) and one.root[:1] == (_READY,))
        for one in flat(world, given)
    ) and not (isinstance(given, ListRef) and world.is_open(given))


def some_model(world: World, owner: Instance, place: Place) -> None:
    """Gives a callback a model of which nothing is known, until a run brings another."""
    _give(world, owner, Layer(world.number(), FUNCTIONAL, (), place, uncertain=True, path=world.path))


def is_callback(bases: tuple[str, ...]) -> bool:
    """True for a class with these bases of libraries among its own where it is a callback of Keras."""
    return any(base.startswith("keras.callbacks.") for base in bases)


def _give(world: World, owner: Instance, model: Value) -> None:
    stored = world.heap.get(owner.address)
    world.heap[owner.address] = {**(stored if isinstance(stored, dict) else {}), _MODEL: model}


@operation(*(f"keras.callbacks.{name}" for name in _LIBRARYS.split()))
def make_ready(world: World, call: Call) -> Value:
    """A callback of Keras itself, known as such."""
    return world.unknown(_READY, world.unknown().root)


@operation("keras.callbacks.LambdaCallback")
def call_lambdas(world: World, call: Call) -> Value:
    """A callback made of functions; those that have no name of their own are called here, which nobody else does."""
    for function in (*call.args, *call.kwargs.values()):
        if isinstance(function, Function) and function.name == "lambda" and world.apply is not None:
            world.apply(function, Call("", (), {}, call.place))
    return world.unknown()
