"""Names, arguments and methods of older Keras versions that Keras 3 does not have.

Silent where the program knows what it does: for code that chooses Keras 2, asks for the version, or is ready for an
ImportError or AttributeError.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.catalogue.keras_removed import ARGUMENTS, METHODS, NAMES
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import is_keras
from lstmlint.events import Built, Event, LibraryName, MethodCalled
from lstmlint.findings import Finding, check
from lstmlint.values import Layer

RULE = "keras-removed-api"
WITHOUT_ARGUMENTS = frozenset({"sequential", "model", "input", "loss"})
"""Families whose constructors are no layer's: what they take is not known here in full."""


@check(RULE, on=LibraryName)
def removed_name(named: LibraryName, facts: Facts) -> Iterator[Finding]:
    """`from keras.layers import CuDNNLSTM`, `tf.keras.layers.CuDNNGRU`, `from keras.layers.recurrent import LSTM`."""
    if named.name in NAMES and not knows_of_versions(named, facts):
        yield Finding(named.place, f"`{named.name}` was removed, Keras 3 does not have it", cure=NAMES[named.name])


@check(RULE, on=Built)
def removed_argument(built: Built, facts: Facts) -> Iterator[Finding]:
    """`LSTM(32, batch_input_shape=...)`, and the arguments of Keras 1."""
    layer = built.layer
    if not is_keras(layer) or layer.spec.family in WITHOUT_ARGUMENTS or knows_of_versions(built, facts):
        return
    removed = [keyword for keyword in built.foreign if keyword in ARGUMENTS]
    if not removed:
        return
    single = len(removed) == 1
    named = ", ".join(f"`{keyword}`" for keyword in removed)
    cures = (ARGUMENTS[keyword] if single else f"{keyword}: {ARGUMENTS[keyword]}" for keyword in removed)
    rest = f"Keras 3's {layer.spec.name} does not take {'it' if single else 'them'}"
    yield Finding(built.place, f"{named} {'was' if single else 'were'} removed, {rest}", cure="; ".join(cures))


@check(RULE, on=MethodCalled)
def removed_method(method: MethodCalled, facts: Facts) -> Iterator[Finding]:
    """`model.reset_states()`, `model.fit_generator(...)`."""
    owner = method.owner
    if method.name not in METHODS or not isinstance(owner, Layer) or owner.spec.family not in ("sequential", "model"):
        return
    if not knows_of_versions(method, facts):
        yield Finding(
            method.place, f"`{method.name}` was removed, Keras 3's models do not have it", cure=METHODS[method.name]
        )


def knows_of_versions(event: Event, facts: Facts) -> bool:
    """True where a program names something old on purpose."""
    world = facts.world
    return world.keras_2 or any(condition in world.guards for condition, _ in event.path)
