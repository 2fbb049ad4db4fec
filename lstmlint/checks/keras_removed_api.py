"""Names, arguments and methods of older Keras versions that the one in use, by default the newest, does not have.

Silent where the program knows what it does: for code that chooses Keras 2, asks for the version, or is ready for an
ImportError or AttributeError.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.catalogue.keras_removed import ARGUMENTS, METHODS, NAMES, Removed
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_steps import is_keras
from lstmlint.events import Built, Event, LibraryName, MethodCalled
from lstmlint.findings import Finding, check
from lstmlint.values import Layer
from lstmlint.versions import Version

RULE = "keras-removed-api"
WITHOUT_ARGUMENTS = frozenset({"sequential", "model", "input", "loss"})
"""Families whose constructors are no layer's: what they take is not known here in full."""


@check(RULE, on=LibraryName)
def removed_name(named: LibraryName, facts: Facts) -> Iterator[Finding]:
    """`from keras.layers import CuDNNLSTM`, `tf.keras.layers.CuDNNGRU`, `from keras.layers.recurrent import LSTM`."""
    removed = NAMES.get(named.name)
    if removed is not None and lacks(removed.since, facts) and not knows_of_versions(named, facts):
        yield Finding(named.place, f"`{named.name}` was removed in Keras {_written(removed)}", cure=removed.cure)


@check(RULE, on=Built)
def removed_argument(built: Built, facts: Facts) -> Iterator[Finding]:
    """`LSTM(32, batch_input_shape=...)`, and the arguments of Keras 1."""
    layer = built.layer
    if not is_keras(layer) or layer.spec.family in WITHOUT_ARGUMENTS or knows_of_versions(built, facts):
        return
    known = {keyword: ARGUMENTS[keyword] for keyword in built.foreign if keyword in ARGUMENTS}
    removed = {keyword: entry for keyword, entry in known.items() if lacks(entry.since, facts)}
    if not removed:
        return
    single = len(removed) == 1
    named = ", ".join(f"`{keyword}`" for keyword in removed)
    cures = (entry.cure if single else f"{keyword}: {entry.cure}" for keyword, entry in removed.items())
    since = " and ".join(dict.fromkeys(map(_written, removed.values())))
    rest = f"{layer.spec.name} does not take {'it' if single else 'them'}"
    yield Finding(
        built.place, f"{named} {'was' if single else 'were'} removed in Keras {since}, {rest}", cure="; ".join(cures)
    )


@check(RULE, on=MethodCalled)
def removed_method(method: MethodCalled, facts: Facts) -> Iterator[Finding]:
    """`model.reset_states()`, `model.fit_generator(...)`."""
    owner, removed = method.owner, METHODS.get(method.name)
    if removed is None or not isinstance(owner, Layer) or owner.spec.family not in ("sequential", "model"):
        return
    if lacks(removed.since, facts) and not knows_of_versions(method, facts):
        message = f"`{method.name}` was removed in Keras {_written(removed)}, models do not have it"
        yield Finding(method.place, message, cure=removed.cure)


def lacks(since: tuple[int, ...], facts: Facts) -> bool:
    """True where the Keras in use no longer has what was removed in a version."""
    return not facts.world.keras.before(*since)


def _written(removed: Removed) -> str:
    return str(Version(removed.since))


def knows_of_versions(event: Event, facts: Facts) -> bool:
    """True where a program names something old on purpose."""
    world = facts.world
    return world.keras_2 or any(condition in world.guards for condition, _ in event.path)
